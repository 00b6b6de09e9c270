import Indicators
import Inputs
import Parsing

/// MISP events as JSON: `{"Event": …}`, `{"response": …}`, arrays of events, or an event's own object.
///
/// Also attributes alone, in an array or by themselves. Of what is under other names (`data`, `events`)
/// only members `Event` are read.
///
/// Tags and galaxies of an event may follow its attributes, so an event's records get their context
/// when the event ends; only the contexts of one event wait.
struct MISPFeed: DocumentFeed {
  private var json: JSONFeed
  private var attributes = MISPAttributes()

  /// What an event says of all its attributes.
  private struct Event {
    var tags = MISPTags()
    var info: StringID = 0
    var reference: StringID = 0
    var pending: [MISPAttributes.Pending] = []
  }

  /// Something that MISP has was found, and something that it has not.
  private var (hasEvents, hasOthers) = (false, false)

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream) {
    json = JSONFeed(stream)
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer { json.finish(&sink) }
    while true {
      let token = try json.next()
      if token.kind == .endOfInput { break }
      try readEvents(token, &sink)
    }
    if hasEvents || !hasOthers { return }
    throw FeedError(
      .noUsableLine, path: json.stream.path,
      problem: "it has words of MISP, but no event or attribute where feeds have them",
      advice: "leave the file out, or write what it holds as an event")
  }

  /// Looks for events in what may be an envelope or anything else.
  private mutating func findEvents(
    in first: JSONToken, _ sink: inout FeedSink
  ) throws(FeedError) {
    guard first.kind == .beginObject || first.kind == .beginArray else { return }
    let outside = json.depth - 1
    hasOthers = true
    while json.depth > outside {
      let token = try json.next()
      guard token.kind == .key else { continue }
      if isOther(token, sink.options) {
        try json.skip(try json.next())
      } else if isEvent(token) {
        try readNamedEvents(&sink)
      }
    }
  }

  /// Whether a member holds events that say nothing bad, or are those that an event is linked with.
  private func isOther(_ key: JSONToken, _ options: FeedOptions) -> Bool {
    let links: [StaticString] = ["RelatedEvent", "Feed", "Sighting", "EventReport"]
    return links.contains { json.text(key, is: $0) }
      || !options.isAllowList
        && ForeignMember.isGood(json.stream.window.rawSpan.extracting(key.range))
  }

  /// Reads what a member called `Event` or `response` holds.
  private mutating func readNamedEvents(_ sink: inout FeedSink) throws(FeedError) {
    let value = try json.next()
    if value.kind == .beginObject || value.kind == .beginArray { hasEvents = true }
    try readEvents(value, &sink)
  }

  private func isEvent(_ key: JSONToken) -> Bool {
    json.text(key, is: "Event") || json.text(key, is: "event")
  }

  /// An event, or an array of events.
  private mutating func readEvents(_ token: JSONToken, _ sink: inout FeedSink) throws(FeedError) {
    switch token.kind {
    case .beginObject: try readEvent(line: json.line(of: token), &sink)
    case .beginArray:
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        if element.kind == .beginObject {
          try readEvent(line: json.line(of: element), &sink)
        } else {
          try json.skip(element)
        }
      }
    default: break
    }
  }

  private mutating func readEvent(
    line: UInt64, _ sink: inout FeedSink
  ) throws(FeedError) {
    var event = Event()
    do throws(FeedError) {
      try readMembers(of: &event, line: line, &sink)
    } catch {
      // Records that are kept of a file that was cut get the context that was read.
      finish(event, &sink)
      throw error
    }
    finish(event, &sink)
  }

  private mutating func readMembers(
    of event: inout Event, line: UInt64, _ sink: inout FeedSink
  ) throws(FeedError) {
    // An attribute outside any event has its members where an event has its own.
    var own = MISPAttributes()
    own.begin(line: line)
    while true {
      let key = try json.next()
      if key.kind == .endObject {
        if own.hasValue {
          hasEvents = true
          if let reference = own.use(&sink, &event.pending) { event.reference = reference }
        }
        return
      }
      if isEvent(key) || json.text(key, is: "response") {
        try readNamedEvents(&sink)
      } else if json.text(key, is: "Attribute") {
        hasEvents = true
        try readAttributes(of: &event, &sink)
      } else if json.text(key, is: "Object") {
        hasEvents = true
        try readObjects(of: &event, &sink)
      } else if json.text(key, is: "ShadowAttribute") {
        try countProposals(&sink)
      } else if json.text(key, is: "Tag") {
        try readTags(into: &event.tags, &sink)
      } else if json.text(key, is: "Galaxy") {
        try readGalaxies(into: &event.tags, &sink)
      } else if json.text(key, is: "info") {
        hasEvents = true
        event.info = try readString(&sink)
      } else if let field = MISPAttributes.Field(json.stream.window.rawSpan.extracting(key.range)) {
        try readField(field, of: &own)
      } else if isOther(key, sink.options) {
        hasOthers = true
        try json.skip(try json.next())
      } else {
        try findEvents(in: try json.next(), &sink)
      }
    }
  }

  private mutating func readField(
    _ field: MISPAttributes.Field, of attribute: inout MISPAttributes
  ) throws(FeedError) {
    let value = try json.next()
    switch value.kind {
    case .string, .number, .trueLiteral, .falseLiteral:
      attribute.set(field, json.append(value, to: &attribute.arena))
    default: try json.skip(value)
    }
  }

  /// Calls `body` for each object of an array, or for a single object in its place.
  ///
  /// Other values are skipped.
  private mutating func readArray(
    _ body: (inout MISPFeed, JSONToken) throws(FeedError) -> Void
  ) throws(FeedError) {
    let token = try json.next()
    if token.kind == .beginObject { return try body(&self, token) }
    guard token.kind == .beginArray else { return try json.skip(token) }
    while true {
      let element = try json.next()
      if element.kind == .endArray { return }
      if element.kind == .beginObject {
        try body(&self, element)
      } else {
        try json.skip(element)
      }
    }
  }

  private mutating func readAttributes(
    of event: inout Event, _ sink: inout FeedSink
  ) throws(FeedError) {
    try readArray { (feed, token) throws(FeedError) in
      try feed.readAttribute(of: &event, line: feed.json.line(of: token), &sink)
    }
  }

  private mutating func readObjects(
    of event: inout Event, _ sink: inout FeedSink
  ) throws(FeedError) {
    try readArray { (feed, _) throws(FeedError) in
      let firstRecord = sink.collection.records.count
      let firstPending = event.pending.count
      var isDeleted = false
      while true {
        let key = try feed.json.next()
        if key.kind == .endObject { break }
        if feed.json.text(key, is: "Attribute") {
          try feed.readAttributes(of: &event, &sink)
        } else if feed.json.text(key, is: "deleted") {
          isDeleted = try feed.readFlag()
        } else {
          try feed.json.skip(try feed.json.next())
        }
      }
      if isDeleted {
        // Its attributes are deleted with it, even if they do not say so themselves.
        event.pending.removeSubrange(firstPending...)
        sink.retract(from: firstRecord, as: .deleted)
      }
    }
  }

  /// A value that is true or 1; any other means no.
  private mutating func readFlag() throws(FeedError) -> Bool {
    let value = try json.next()
    if value.kind == .trueLiteral || json.text(value, is: "1") { return true }
    try json.skip(value)
    return false
  }

  private mutating func readAttribute(
    of event: inout Event, line: UInt64, _ sink: inout FeedSink
  ) throws(FeedError) {
    attributes.begin(line: line)
    var tags = MISPTags()
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      if json.text(key, is: "Tag") {
        try readTags(into: &tags, &sink)
      } else if json.text(key, is: "Galaxy") {
        try readGalaxies(into: &tags, &sink)
      } else if json.text(key, is: "ShadowAttribute") {
        try countProposals(&sink)
      } else if let field = MISPAttributes.Field(json.stream.window.rawSpan.extracting(key.range)) {
        let value = try json.next()
        switch value.kind {
        case .string, .number, .trueLiteral, .falseLiteral:
          attributes.set(field, json.append(value, to: &attributes.arena))
        default: try json.skip(value)
        }
      } else {
        try json.skip(try json.next())
      }
    }
    attributes.tags = tags
    if let reference = attributes.use(&sink, &event.pending), event.reference == 0 {
      event.reference = reference
    }
  }

  private mutating func countProposals(_ sink: inout FeedSink) throws(FeedError) {
    try readArray { (feed, token) throws(FeedError) in
      let line = feed.json.line(of: token)
      var arena: [UInt8] = []
      while true {
        let key = try feed.json.next()
        if key.kind == .endObject { break }
        let isValue = feed.json.text(key, is: "value")
        let value = try feed.json.next()
        if isValue, value.kind == .string {
          feed.json.append(value, to: &arena)
        } else {
          try feed.json.skip(value)
        }
      }
      sink.refuse(.proposal, arena.rawSpan, line: line)
    }
  }

  private mutating func readTags(
    into tags: inout MISPTags, _ sink: inout FeedSink
  ) throws(FeedError) {
    try readArray { (feed, _) throws(FeedError) in
      while true {
        let key = try feed.json.next()
        if key.kind == .endObject { return }
        let isName = feed.json.text(key, is: "name")
        let value = try feed.json.next()
        if isName, value.kind == .string {
          var name: [UInt8] = []
          feed.json.append(value, to: &name)
          tags.add(tag: name[...], &sink)
        } else {
          try feed.json.skip(value)
        }
      }
    }
  }

  private mutating func readGalaxies(
    into tags: inout MISPTags, _ sink: inout FeedSink
  ) throws(FeedError) {
    try readArray { (feed, _) throws(FeedError) in
      var type: [UInt8] = []
      var clusters: [[UInt8]] = []
      while true {
        let key = try feed.json.next()
        if key.kind == .endObject { break }
        if feed.json.text(key, is: "type") {
          let value = try feed.json.next()
          if value.kind == .string {
            type.removeAll()
            feed.json.append(value, to: &type)
          } else {
            try feed.json.skip(value)
          }
        } else if feed.json.text(key, is: "GalaxyCluster") {
          try feed.readArray { (feed, _) throws(FeedError) in
            while true {
              let key = try feed.json.next()
              if key.kind == .endObject { return }
              let isValue = feed.json.text(key, is: "value")
              let value = try feed.json.next()
              if isValue, value.kind == .string {
                var cluster: [UInt8] = []
                feed.json.append(value, to: &cluster)
                clusters.append(cluster)
              } else {
                try feed.json.skip(value)
              }
            }
          }
        } else {
          try feed.json.skip(try feed.json.next())
        }
      }
      for cluster in clusters { tags.add(galaxy: type[...], value: cluster[...], &sink) }
    }
  }

  private mutating func readString(_ sink: inout FeedSink) throws(FeedError) -> StringID {
    let value = try json.next()
    guard value.kind == .string else {
      try json.skip(value)
      return 0
    }
    var text: [UInt8] = []
    json.append(value, to: &text)
    return sink.collection.intern(text.rawSpan)
  }

  /// Gives the records of an event their context.
  private func finish(_ event: Event, _ sink: inout FeedSink) {
    for entry in event.pending {
      var context = entry.context
      if context.description == 0 { context.description = event.info }
      if context.reference == 0 { context.reference = event.reference }
      entry.tags.write(to: &context, with: event.tags, &sink)
      sink.assign(context, toRecords: entry.records)
    }
  }
}
