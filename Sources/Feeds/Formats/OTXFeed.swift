import Indicators
import Parsing

/// Pulses of AlienVault OTX as JSON: one, an array of them, or a page of `results`.
///
/// A pulse's own members may follow its indicators, so these get their context when the pulse ends.
struct OTXFeed: DocumentFeed {
  private var json: JSONFeed

  /// What a pulse says of all its indicators.
  private struct Pulse {
    var id: StringID = 0
    var name: StringID = 0
    var reference: StringID = 0
    var labels: [StringID] = []
    var attack: [StringID] = []
    var malware: [StringID] = []
    var actors: [StringID] = []
    var tlp = TLP.none
    var pending: [Pending] = []
  }

  /// An indicator whose records wait for the pulse's context.
  private struct Pending {
    var records: Range<Int>
    var description: StringID
    var validFrom: Int64
    var validUntil: Int64
  }

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream) {
    json = JSONFeed(stream)
  }

  /// Whether the members of objects are those of a pulse.
  ///
  /// `depth` tells at which depth a member of that name was seen first.
  static func fits(_ depth: (String) -> Int?) -> Bool {
    guard let indicator = depth("indicator") else { return false }
    if depth("pulse_key") != nil { return true }
    return depth("type") != nil && depth("indicators").map { $0 < indicator } ?? false
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer { json.finish(&sink) }
    while true {
      let token = try json.next()
      if token.kind == .endOfInput { return }
      try readPulses(token, &sink)
    }
  }

  /// A pulse, or an array of pulses.
  private mutating func readPulses(_ token: JSONToken, _ sink: inout FeedSink) throws(FeedError) {
    switch token.kind {
    case .beginObject: try readPulse(&sink, line: json.line(of: token))
    case .beginArray:
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        if element.kind == .beginObject {
          try readPulse(&sink, line: json.line(of: element))
        } else {
          try json.skip(element)
        }
      }
    default: break
    }
  }

  private mutating func readPulse(_ sink: inout FeedSink, line: UInt64) throws(FeedError) {
    var pulse = Pulse()
    // An indicator in the place of a pulse is read as an indicator.
    var alone = Indicator(line: line)
    do throws(FeedError) {
      try readMembers(of: &pulse, &alone, &sink)
    } catch {
      finish(pulse, &sink)
      throw error
    }
    if alone.value != nil { use(alone, in: &pulse, &sink) }
    finish(pulse, &sink)
  }

  private mutating func readMembers(
    of pulse: inout Pulse, _ alone: inout Indicator, _ sink: inout FeedSink
  ) throws(FeedError) {
    while true {
      let key = try json.next()
      if key.kind == .endObject { return }
      if json.text(key, is: "results") || json.text(key, is: "pulses") {
        try readPulses(try json.next(), &sink)
      } else if json.text(key, is: "indicators") {
        try readIndicators(of: &pulse, &sink)
      } else if json.text(key, is: "tags") {
        pulse.labels += try readStrings(&sink)
      } else if json.text(key, is: "references") {
        let references = try readStrings(&sink)
        if pulse.reference == 0 { pulse.reference = references.first ?? 0 }
      } else if json.text(key, is: "malware_families") {
        pulse.malware += try readStrings(&sink)
      } else if json.text(key, is: "attack_ids") {
        pulse.attack += try readStrings(&sink)
      } else if let field = Indicator.Field(json, key) {
        try alone.read(field, &json)
      } else if json.text(key, is: "id") {
        pulse.id = try readStrings(&sink).first ?? 0
      } else if json.text(key, is: "name") {
        pulse.name = try readStrings(&sink).first ?? 0
      } else if json.text(key, is: "adversary") {
        pulse.actors += try readStrings(&sink)
      } else if json.text(key, is: "tlp") || json.text(key, is: "TLP") {
        let value = try json.next()
        var text: [UInt8] = []
        if value.kind == .string { json.append(value, to: &text) }
        try json.skip(value)
        pulse.tlp = Marking.tlp(text[...]) ?? pulse.tlp
      } else {
        try json.skip(try json.next())
      }
    }
  }

  /// A string, the strings of an array, or the identifiers of its objects.
  private mutating func readStrings(_ sink: inout FeedSink) throws(FeedError) -> [StringID] {
    let first = try json.next()
    if first.kind == .string { return [intern(first, &sink)].filter { $0 != 0 } }
    guard first.kind == .beginArray else {
      try json.skip(first)
      return []
    }
    var strings: [StringID] = []
    while true {
      let element = try json.next()
      switch element.kind {
      case .endArray: return strings.filter { $0 != 0 }
      case .string: strings.append(intern(element, &sink))
      case .beginObject:
        while true {
          let key = try json.next()
          if key.kind == .endObject { break }
          let isName = json.text(key, is: "id")
          let value = try json.next()
          if isName, value.kind == .string { strings.append(intern(value, &sink)) }
          try json.skip(value)
        }
      default: try json.skip(element)
      }
    }
  }

  private func intern(_ token: JSONToken, _ sink: inout FeedSink) -> StringID {
    var text: [UInt8] = []
    json.append(token, to: &text)
    return sink.collection.intern(text.rawSpan)
  }

  // MARK: Indicators

  private struct Indicator {
    enum Field {
      case indicator, type, description, title, created, expiration, isActive

      init?(_ json: JSONFeed, _ key: JSONToken) {
        if json.text(key, is: "indicator") {
          self = .indicator
        } else if json.text(key, is: "type") {
          self = .type
        } else if json.text(key, is: "description") {
          self = .description
        } else if json.text(key, is: "title") {
          self = .title
        } else if json.text(key, is: "created") {
          self = .created
        } else if json.text(key, is: "expiration") {
          self = .expiration
        } else if json.text(key, is: "is_active") {
          self = .isActive
        } else {
          return nil
        }
      }
    }

    let line: UInt64
    private(set) var bytes: [UInt8] = []
    private(set) var value: Range<Int>?
    private(set) var type = 0..<0
    private(set) var description = 0..<0
    private(set) var created = 0..<0
    private(set) var expiration = 0..<0
    private(set) var isActive = true

    init(line: UInt64) { self.line = line }

    mutating func read(_ field: Field, _ json: inout JSONFeed) throws(FeedError) {
      let token = try json.next()
      if field == .isActive, token.kind == .falseLiteral { isActive = false }
      guard token.kind == .string || token.kind == .number else { return try json.skip(token) }
      let range = json.append(token, to: &bytes)
      switch field {
      case .indicator: value = range
      case .type: type = range
      case .description: if !range.isEmpty { description = range }
      case .title: if description.isEmpty { description = range }
      case .created: created = range
      case .expiration: expiration = range
      case .isActive: isActive = !bytes[range].elementsEqual("0".utf8)
      }
    }

    func time(_ range: Range<Int>) -> Int64? {
      range.isEmpty ? nil : FeedTime.nanoseconds(bytes.rawSpan.extracting(range))
    }
  }

  private mutating func readIndicators(
    of pulse: inout Pulse, _ sink: inout FeedSink
  ) throws(FeedError) {
    let first = try json.next()
    guard first.kind == .beginArray else { return try json.skip(first) }
    while true {
      let element = try json.next()
      if element.kind == .endArray { return }
      guard element.kind == .beginObject else {
        try json.skip(element)
        continue
      }
      var indicator = Indicator(line: json.line(of: element))
      while true {
        let key = try json.next()
        if key.kind == .endObject { break }
        if let field = Indicator.Field(json, key) {
          try indicator.read(field, &json)
        } else {
          try json.skip(try json.next())
        }
      }
      use(indicator, in: &pulse, &sink)
    }
  }

  private func use(_ indicator: Indicator, in pulse: inout Pulse, _ sink: inout FeedSink) {
    guard let range = indicator.value else { return }
    let bytes = indicator.bytes
    let value = bytes.rawSpan.extracting(range)
    let first = sink.collection.records.count
    guard indicator.isActive || sink.options.isAllowList else {
      return sink.refuse(.revoked, value, line: indicator.line)
    }
    let type = ValueType(key: Text.key(bytes.rawSpan.extracting(indicator.type)))
    switch type.settled(for: value) {
    case .pair(let use, _): sink.add(value, for: use, line: indicator.line, id: 0)
    case .value(let kind, let nameMode):
      sink.add(value, as: kind, nameMode: nameMode, line: indicator.line)
    case .file: sink.add(value, as: ValueType.file(value), nameMode: .exact, line: indicator.line)
    case .unknown:
      sink.addCell(
        value, as: .none, nameMode: .withSubdomains, isStrict: true, line: indicator.line)
    case .foreignDigest:
      return sink.refuse(.unsupportedKind, value, line: indicator.line)
    case .refused(let reason):
      return sink.refuse(reason, value, line: indicator.line)
    }
    let records = first..<sink.collection.records.count
    if records.isEmpty { return }
    pulse.pending.append(
      Pending(
        records: records,
        description: sink.collection.intern(bytes.rawSpan.extracting(indicator.description)),
        validFrom: indicator.time(indicator.created) ?? .min,
        validUntil: indicator.time(indicator.expiration) ?? .max))
  }

  /// Gives a pulse's indicators their context.
  private func finish(_ pulse: Pulse, _ sink: inout FeedSink) {
    if pulse.pending.isEmpty { return }
    var context = sink.emptyContext
    context.id = pulse.id
    context.reference = pulse.reference
    context.labels = sink.intern(labels: pulse.labels)
    context.attack = sink.collection.intern(list: pulse.attack)
    context.malware = sink.collection.intern(list: pulse.malware)
    context.actors = sink.collection.intern(list: pulse.actors)
    if pulse.tlp != .none { context.tlp = pulse.tlp }
    for entry in pulse.pending {
      context.description = entry.description == 0 ? pulse.name : entry.description
      context.validFrom = entry.validFrom
      context.validUntil = entry.validUntil
      sink.assign(context, toRecords: entry.records)
    }
  }
}
