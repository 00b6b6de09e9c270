import Indicators
import Parsing

/// STIX 2.0 and 2.1: bundles, TAXII envelopes, arrays of objects, single objects, one after another.
///
/// Objects may stand in any order, so an indicator's records get their context at the end, when what
/// `indicates` relationships and markings refer to is known. Until then names and identifiers are
/// kept, once each.
struct STIXFeed {
  private(set) var json: JSONFeed
  private var object = STIXObject()
  private var pattern = STIXPattern()

  /// An indicator whose records wait for their context.
  private struct Pending {
    var records: Range<Int>
    var context: SourceContext
    var labels: [StringID]
    var attack: [StringID]
    var markings: [StringID]
  }

  /// What an indicator may indicate.
  private struct Target {
    enum Role {
      case malware, actor, technique
    }
    var role: Role
    var name: StringID
  }

  private var pending: [Pending] = []
  private var targets: [StringID: Target] = [:]
  /// Targets of `indicates` relationships by the indicator's identifier.
  private var indicated: [StringID: [StringID]] = [:]
  private var markings: [StringID: TLP] = [:]

  init(_ stream: FeedStream) {
    json = JSONFeed(stream)
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer {
      resolve(&sink)
      json.finish(&sink)
    }
    while true {
      let token = try json.next()
      switch token.kind {
      case .endOfInput: return
      case .beginObject: try readObject(&sink, isTopLevel: true, line: json.line(of: token))
      case .beginArray: try readObjects(&sink)
      default: break
      }
    }
  }

  private mutating func readObjects(_ sink: inout FeedSink) throws(FeedError) {
    while true {
      let token = try json.next()
      switch token.kind {
      case .beginObject: try readObject(&sink, isTopLevel: false, line: json.line(of: token))
      case .endArray: return
      default: try json.skip(token)
      }
    }
  }

  /// Reads an object whose brace was read, and uses it.
  private mutating func readObject(
    _ sink: inout FeedSink, isTopLevel: Bool, line: UInt64
  ) throws(FeedError) {
    object.removeAll()
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      if isTopLevel, json.text(key, is: "objects") {
        let value = try json.next()
        if value.kind == .beginArray {
          // What stands around the objects is only an envelope.
          try readObjects(&sink)
          try skipMembers()
          return
        }
        try json.skip(value)
        continue
      }
      guard let field = STIXObject.Field(key, in: json) else {
        try json.skip(try json.next())
        continue
      }
      try readField(field)
    }
    use(&sink, line: line)
  }

  private mutating func skipMembers() throws(FeedError) {
    while true {
      let key = try json.next()
      if key.kind == .endObject { return }
      try json.skip(try json.next())
    }
  }

  private mutating func readField(_ field: STIXObject.Field) throws(FeedError) {
    let value = try json.next()
    switch field {
    case .labels, .indicatorTypes, .markings:
      guard value.kind == .beginArray else { return try json.skip(value) }
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        if element.kind == .string {
          let range = json.append(element, to: &object.arena)
          if field == .markings {
            object.markings.append(range)
          } else {
            object.labels.append(range)
          }
        } else {
          try json.skip(element)
        }
      }
    case .killChain, .references:
      guard value.kind == .beginArray else { return try json.skip(value) }
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        if element.kind == .beginObject {
          try readPair(field)
        } else {
          try json.skip(element)
        }
      }
    case .definition:
      guard value.kind == .beginObject else { return try json.skip(value) }
      try readMarkingLevel()
    default:
      switch value.kind {
      case .string, .number, .trueLiteral, .falseLiteral:
        object.set(field, json.append(value, to: &object.arena))
      default: try json.skip(value)
      }
    }
  }

  /// A kill chain phase, or an external reference.
  private mutating func readPair(_ field: STIXObject.Field) throws(FeedError) {
    var source: Range<Int>?
    var identifier: Range<Int>?
    var url: Range<Int>?
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      let isSource = json.text(key, is: "source_name")
      let isPhase = json.text(key, is: "phase_name")
      let isIdentifier = json.text(key, is: "external_id")
      let isURL = json.text(key, is: "url")
      let value = try json.next()
      guard value.kind == .string, isSource || isPhase || isIdentifier || isURL else {
        try json.skip(value)
        continue
      }
      let range = json.append(value, to: &object.arena)
      if isSource { source = range }
      if isIdentifier { identifier = range }
      if isURL { url = range }
      if isPhase, field == .killChain { object.labels.append(range) }
    }
    guard field == .references else { return }
    if object.reference == nil, let url { object.reference = url }
    if let source, let identifier,
      object.arena[source].starts(with: "mitre-".utf8),
      Technique.isIdentifier(object.arena[identifier])
    {
      object.attack.append(identifier)
    }
  }

  /// `definition: {"tlp": "green"}`, or `extensions: {…: {"tlp_2_0": "green"}}`.
  private mutating func readMarkingLevel() throws(FeedError) {
    let outside = json.depth - 1
    var isLevel = false
    while json.depth > outside {
      let token = try json.next()
      if token.kind == .key {
        isLevel = json.text(token, is: "tlp") || json.text(token, is: "tlp_2_0")
      } else if token.kind == .string, isLevel {
        object.level = json.append(token, to: &object.arena)
      }
    }
  }

  // MARK: Using objects

  private mutating func use(_ sink: inout FeedSink, line: UInt64) {
    guard let type = object.type else { return }
    let name = String(decoding: object.arena[type], as: UTF8.self)
    switch name {
    case "indicator": useIndicator(&sink, line: line)
    case "relationship":
      guard let kind = object.relationship, object.arena[kind].elementsEqual("indicates".utf8),
        let source = object.source, let target = object.target
      else { return }
      indicated[intern(source, &sink), default: []].append(intern(target, &sink))
    case "malware", "tool": setTarget(.malware, &sink)
    case "intrusion-set", "threat-actor", "campaign": setTarget(.actor, &sink)
    case "attack-pattern":
      guard let id = object.id, let technique = object.attack.first else { return }
      targets[intern(id, &sink)] = Target(role: .technique, name: intern(technique, &sink))
    case "marking-definition":
      guard let id = object.id else { return }
      let level = object.level ?? object.name
      if let level, let tlp = Marking.tlp(object.arena[level]) {
        markings[intern(id, &sink)] = tlp
      }
    default: break
    }
  }

  private mutating func setTarget(_ role: Target.Role, _ sink: inout FeedSink) {
    guard let id = object.id, let name = object.name else { return }
    targets[intern(id, &sink)] = Target(role: role, name: intern(name, &sink))
  }

  private func intern(_ range: Range<Int>, _ sink: inout FeedSink) -> StringID {
    sink.collection.intern(object.arena.rawSpan.extracting(range))
  }

  private mutating func useIndicator(_ sink: inout FeedSink, line: UInt64) {
    let id = object.id.map { intern($0, &sink) } ?? 0
    guard let pattern = object.pattern else {
      refuse(.unsupportedPattern, object.id ?? 0..<0, &sink, line, id)
      return
    }
    if object.isRevoked { return refuse(.revoked, pattern, &sink, line, id) }
    if let type = object.patternType, !object.arena[type].elementsEqual("stix".utf8) {
      return refuse(.unsupportedPattern, type, &sink, line, id)
    }
    let first = sink.collection.records.count
    addTests(of: pattern, &sink, line, id)
    let records = first..<sink.collection.records.count
    if records.isEmpty { return }
    var context = sink.emptyContext
    context.id = id
    if let text = object.description ?? object.name { context.description = intern(text, &sink) }
    if let reference = object.reference { context.reference = intern(reference, &sink) }
    let bytes = object.arena
    let arena = bytes.rawSpan
    if let from = object.validFrom {
      context.validFrom = FeedTime.nanoseconds(arena.extracting(from)) ?? .min
    }
    if let until = object.validUntil {
      context.validUntil = FeedTime.nanoseconds(arena.extracting(until)) ?? .max
    }
    if let text = object.confidence, let value = Text.number(arena.extracting(text)), value <= 100 {
      context.confidence = UInt8(value)
    }
    var attack = object.attack.map { intern($0, &sink) }
    for label in object.labels where Technique.isIdentifier(object.arena[label]) {
      attack.append(intern(label, &sink))
    }
    let labels = object.labels.map { intern($0, &sink) }
    let markings = object.markings.map { intern($0, &sink) }
    pending.append(
      Pending(
        records: records, context: context, labels: labels, attack: attack, markings: markings))
  }

  private mutating func addTests(
    of source: Range<Int>, _ sink: inout FeedSink, _ line: UInt64, _ id: StringID
  ) {
    let arena = object.arena
    do throws(STIXPattern.Fault) {
      try pattern.parse(arena.rawSpan.extracting(source))
    } catch {
      return refuse(.unsupportedPattern, source, &sink, line, id)
    }
    pattern.addTests(
      to: &sink, source: arena.rawSpan.extracting(source), line: line, id: id)
  }

  private func refuse(
    _ reason: FeedRefusal, _ range: Range<Int>, _ sink: inout FeedSink, _ line: UInt64,
    _ id: StringID
  ) {
    sink.refuse(reason, object.arena.rawSpan.extracting(range), line: line, id: id)
  }

  // MARK: References

  /// Gives every indicator the context that other objects add.
  private mutating func resolve(_ sink: inout FeedSink) {
    for (id, tlp) in Marking.wellKnown { markings[sink.collection.intern(id)] = tlp }
    for entry in pending {
      var context = entry.context
      var attack = entry.attack
      var malware: [StringID] = []
      var actors: [StringID] = []
      for id in indicated[context.id] ?? [] {
        guard let target = targets[id] else { continue }
        switch target.role {
        case .malware: malware.append(target.name)
        case .actor: actors.append(target.name)
        case .technique: attack.append(target.name)
        }
      }
      let tlp = entry.markings.compactMap { markings[$0] }.max()
      if let tlp { context.tlp = tlp }
      context.labels = sink.intern(labels: entry.labels)
      context.attack = sink.collection.intern(list: attack)
      context.malware = sink.collection.intern(list: malware)
      context.actors = sink.collection.intern(list: actors)
      sink.assign(context, toRecords: entry.records)
    }
    pending.removeAll()
  }
}

/// What is kept of a STIX object while it is read; ranges are in `arena`.
struct STIXObject {
  /// Members that mean something to us.
  enum Field {
    case type, id, name, description, pattern, patternType, validFrom, validUntil, confidence
    case revoked, relationship, source, target
    case labels, indicatorTypes, markings, killChain, references, definition

    init?(_ key: JSONToken, in json: JSONFeed) {
      let fields: [(StaticString, Field)] = [
        ("type", .type), ("id", .id), ("name", .name), ("description", .description),
        ("pattern", .pattern), ("pattern_type", .patternType), ("valid_from", .validFrom),
        ("valid_until", .validUntil), ("confidence", .confidence), ("revoked", .revoked),
        ("relationship_type", .relationship), ("source_ref", .source), ("target_ref", .target),
        ("labels", .labels), ("indicator_types", .indicatorTypes),
        ("object_marking_refs", .markings), ("kill_chain_phases", .killChain),
        ("external_references", .references), ("definition", .definition),
        ("extensions", .definition),
      ]
      guard let match = fields.first(where: { json.text(key, is: $0.0) }) else { return nil }
      self = match.1
    }
  }

  var arena: [UInt8] = []
  private(set) var type, id, name, description, pattern, patternType: Range<Int>?
  private(set) var validFrom, validUntil, confidence, relationship, source, target: Range<Int>?
  private(set) var isRevoked = false
  var reference, level: Range<Int>?
  var labels: [Range<Int>] = []
  var markings: [Range<Int>] = []
  var attack: [Range<Int>] = []

  /// Empties the object and keeps its memory.
  mutating func removeAll() {
    var bytes = arena
    self = STIXObject()
    bytes.removeAll(keepingCapacity: true)
    arena = bytes
  }

  mutating func set(_ field: Field, _ range: Range<Int>) {
    switch field {
    case .type: type = range
    case .id: id = range
    case .name: name = range
    case .description: description = range
    case .pattern: pattern = range
    case .patternType: patternType = range
    case .validFrom: validFrom = range
    case .validUntil: validUntil = range
    case .confidence: confidence = range
    case .revoked: isRevoked = arena[range].elementsEqual("true".utf8)
    case .relationship: relationship = range
    case .source: source = range
    case .target: target = range
    case .labels, .indicatorTypes, .markings, .killChain, .references, .definition: break
    }
  }
}
