import Indicators
import Inputs
import Parsing

/// STIX 2.0 and 2.1: bundles, TAXII envelopes, arrays of objects, single objects, one after another.
///
/// Objects may come in any order, so an indicator's records get their context at the end, when the
/// targets of `indicates` relationships and the markings are known. Until then names and
/// identifiers are kept, once each. If an object comes in several versions, the newest counts (STIX
/// 2.1 §3.6).
struct STIXFeed: DocumentFeed {
  private var json: JSONFeed
  var object = STIXObject()
  var pattern = STIXPattern()

  /// An indicator whose records wait for their context.
  struct Pending {
    var records: Range<Int>
    var context: SourceContext
    /// When this version was made, or `Int64.min`.
    var modified: Int64
    /// Where its strings are in `strings`.
    var attack: Range<Int>
    var markings: Range<Int>
    /// The strictest level among its labels.
    var labelled: TLP
  }

  /// What an indicator may indicate.
  struct Target {
    enum Role {
      case malware, actor, technique
    }
    var role: Role
    var name: StringID
  }

  /// The text of a time and its value, kept for the next object.
  struct KnownTime {
    private var text: [UInt8] = []
    private var value: Int64?

    /// The time that a text gives; it is parsed only if it differs from the previous one.
    mutating func time(_ range: Range<Int>?, _ arena: [UInt8]) -> Int64? {
      guard let range else { return nil }
      let bytes = arena.rawSpan.extracting(range)
      if bytes.byteCount == text.count, bytes.isEqual(to: text.rawSpan) { return value }
      text.removeAll(keepingCapacity: true)
      text.append(bytes)
      value = FeedTime.nanoseconds(bytes)
      return value
    }
  }

  /// Times of the previous indicator, parsed: exporters repeat them thousands of times.
  var knownFrom = KnownTime()
  var knownModified = KnownTime()
  /// An object with a type was found, or a list of objects, which may be empty.
  var hasObjects = false
  /// The reader is below a member that may hold anything.
  var isExample = false
  private var hasExamples = false
  /// Number of indicators so far, and of objects that only say what was seen.
  var indicators = 0
  var observables = 0
  /// Number of those that stand within observations, which reports cite beside their indicators.
  private var observed = 0
  var pending: [Pending] = []
  /// Labels, techniques and markings of what is pending.
  var strings: [StringID] = []
  /// Identifiers that were known before their indicator was read.
  ///
  /// It may be another version of an indicator that was read earlier.
  var repeated: Set<StringID> = []
  var revocations: [(id: StringID, modified: Int64)] = []
  var targets: [StringID: Target] = [:]
  /// Targets of `indicates` relationships by the indicator's identifier.
  var indicated: [StringID: [StringID]] = [:]
  var markings: [StringID: TLP] = [:]
  /// Definitions of a level that cannot be read.
  var unreadableMarkings: Set<StringID> = []

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream) {
    json = JSONFeed(stream)
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer {
      resolve(&sink)
      json.finish(&sink)
      if indicators == 0 { observables += observed }
      if observables > 0 {
        sink.summary.warnings.append(
          FeedWarning(.observablesNotLoaded, count: UInt64(observables)))
      }
    }
    while true {
      let token = try json.next()
      switch token.kind {
      case .endOfInput:
        if hasObjects || !hasExamples { return }
        throw FeedError(
          .noUsableLine, path: json.stream.path,
          problem:
            "it has words of STIX, but neither an object nor a list of objects where feeds have them",
          advice: "leave the file out, or write what it holds as a bundle")
      case .beginObject: try readObject(&sink, line: json.line(of: token))
      case .beginArray: try readObjects(&sink)
      default: break
      }
    }
  }

  private mutating func readObjects(_ sink: inout FeedSink) throws(FeedError) {
    while true {
      let token = try json.next()
      switch token.kind {
      case .beginObject: try readObject(&sink, line: json.line(of: token))
      case .endArray: return
      default: try json.skip(token)
      }
    }
  }

  /// Reads an object whose brace was read, and uses it.
  private mutating func readObject(
    _ sink: inout FeedSink, line: UInt64
  ) throws(FeedError) {
    object.removeAll()
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      if json.text(key, is: "objects") {
        let value = try json.next()
        if value.kind == .beginArray {
          // A bundle, on its own or among others: its other members are only an envelope.
          let outer = isExample
          (hasObjects, isExample) = (true, false)
          try readObjects(&sink)
          isExample = outer
          try skipMembers()
          return
        }
        try countObservables(value)
        continue
      }
      guard let field = STIXObject.Field(json.stream.window.rawSpan.extracting(key.range)) else {
        let isKnown = object.type == nil && mayHoldObjects(key)
        let isGood = object.type == nil && !isKnown && !sink.options.isAllowList && isGood(key)
        let value = try json.next()
        if isGood {
          hasExamples = true
          try json.skip(value)
        } else if object.type == nil, value.kind == .beginArray || value.kind == .beginObject {
          try readWrapped(value, isKnown: isKnown, &sink)
        } else {
          try json.skip(value)
        }
        continue
      }
      try readField(field)
    }
    use(&sink, line: line)
  }

  /// Reads what an object holds that may be an envelope.
  ///
  /// The object may still be one of STIX, whose type comes later. Under a name that no service uses
  /// only arrays named `objects` are read: tables that map names of products to STIX hold single
  /// objects, and lists of them, as examples.
  private mutating func readWrapped(
    _ value: JSONToken, isKnown: Bool, _ sink: inout FeedSink
  ) throws(FeedError) {
    let outer = (object, isExample)
    (object, isExample) = (STIXObject(), !isKnown)
    if !isKnown { hasExamples = true }
    if value.kind == .beginArray {
      try readObjects(&sink)
    } else {
      try readObject(&sink, line: json.line(of: value))
    }
    (object, isExample) = outer
  }

  /// Whether a member's name says that it lists what is good.
  private func isGood(_ key: JSONToken) -> Bool {
    ForeignMember.isGood(json.stream.window.rawSpan.extracting(key.range))
  }

  /// Whether a member is one in which services return objects.
  private func mayHoldObjects(_ key: JSONToken) -> Bool {
    let names: [StaticString] = [
      "data", "results", "items", "response", "bundle", "bundles", "indicators", "records", "value",
      "content",
    ]
    return names.contains { json.text(key, is: $0) }
  }

  /// Counts what STIX 2.0's `observed-data` holds: an object of objects under numbers.
  private mutating func countObservables(_ value: JSONToken) throws(FeedError) {
    guard value.kind == .beginObject else { return try json.skip(value) }
    let outside = json.depth - 1
    while json.depth > outside {
      let token = try json.next()
      guard token.kind == .key, json.depth == outside + 2, json.text(token, is: "type") else {
        continue
      }
      let type = try json.next()
      if type.kind == .string,
        STIXObject.isObservable(json.stream.window.rawSpan.extracting(type.range))
      {
        observed += 1
      }
    }
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
    case .killChain, .references, .granularMarkings:
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

  /// Reads a kill chain phase, an external reference, or the marking of a part.
  ///
  /// The marking of a part holds for the whole: a value is shared no more widely than its strictest
  /// part.
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
      let isMarking = field == .granularMarkings && json.text(key, is: "marking_ref")
      let value = try json.next()
      guard value.kind == .string, isSource || isPhase || isIdentifier || isURL || isMarking
      else {
        try json.skip(value)
        continue
      }
      let range = json.append(value, to: &object.arena)
      if isSource { source = range }
      if isIdentifier { identifier = range }
      if isURL { url = range }
      if isMarking { object.markings.append(range) }
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
}
