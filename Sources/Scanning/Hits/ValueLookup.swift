public import Database
public import Indicators
import Inputs
import Matchers
import Parsing

/// Looks up values given by hand in databases.
///
/// Making one takes about ten microseconds, a few times as long as an answer, so keep it. It holds
/// scratch memory, so each thread needs its own; answers may be passed to other threads.
public struct ValueLookup {
  /// The result of looking up one value.
  public struct Answer: Sendable {
    /// The value as it was asked for.
    public var asked: [UInt8]
    /// The kind that the value was recognised as; nil if it cannot be an indicator.
    public var kind: IndicatorKind?
    /// The value's normal form as printed.
    public var normalForm: [UInt8] = []
    /// The hit that the value would be in a scan; nil if nothing covers it.
    public var hit: Hit?
    /// Why there is no hit, for a person.
    public var reason = ""
  }

  private let resolver: HitResolver
  /// The text matchers of those databases that have any; an index here is the matcher's number.
  private let texts: [LiteralMatcher]
  private var parser = IndicatorParser()
  private var batch = ObservableBatch()

  /// Kinds that cannot be recognised by their shape: a value may be any of them.
  private static let opaqueKinds: [IndicatorKind] = [
    .filename, .registryKey, .userAgent, .mutex, .pipe, .ja4,
  ]

  /// Creates a lookup in which weak kinds take part and suppressed hits are shown.
  public init(databases: [IndicatorDatabase]) {
    var options = ScanOptions()
    options.includesWeak = true
    options.showsSuppressed = true
    let mode = ScanMode(collectsHits: true, ignoresConditions: true)
    resolver = HitResolver(databases: databases, options: options, mode: mode)
    texts = databases.compactMap(\.payloadMatcher)
  }

  /// Looks up one value, defanged or not.
  ///
  /// It is looked up as what its shape says, and as a file name, registry key, user agent or other
  /// text, which have no shape.
  public mutating func ask(_ value: String) -> Answer { ask(Array(value.utf8)) }

  /// Looks up one value, as `ask` of a string does, that may hold any bytes.
  public mutating func ask(_ value: [UInt8]) -> Answer {
    var answer = Answer(asked: value)
    batch.removeAll()
    batch.records.append(ObservableRecord(number: 1))
    addByShape(value, to: &answer)
    for kind in Self.opaqueKinds {
      if let form = normalForm(of: value, as: kind) { add(kind, form) }
    }
    addTexts(in: value)
    var output = SegmentOutput()
    resolver.allowedAlone = nil
    resolver.process(
      &batch, chunk: RawSpan(),
      place: SegmentPlace(
        input: 0, path: InputPath(bytes: []), numberBase: 0, offsetBase: 0, countsPackets: false),
      output: &output)
    answer.hit = output.hits.first
    if let hit = answer.hit {
      let isLikeIt = answer.kind.map { $0 == hit.kind || $0.isDigest && hit.kind.isDigest } ?? false
      if !isLikeIt {
        answer.kind = hit.kind
        answer.normalForm = normalForm(of: value, as: hit.kind) ?? value
      }
      answer.reason = ""
    } else if let allowed = resolver.allowedAlone {
      answer.reason =
        "no entry covers it; " + String(decoding: allowed.place, as: UTF8.self) + " allows it"
    } else if answer.kind == nil, !isOtherThanPath(value),
      value.contains(where: { $0 == Byte.slash || $0 == Byte.backslash }),
      let form = normalForm(of: value, as: .filename)
    {
      (answer.kind, answer.normalForm) = (.filename, form)
      answer.reason = "no entry covers it"
    }
    return answer
  }

  /// Whether a value with slashes is a malformed address, prefix or URL instead of a path.
  private mutating func isOtherThanPath(_ value: [UInt8]) -> Bool {
    if value.firstRange(of: Array("://".utf8)) != nil { return true }
    switch parser.parse(value.rawSpan, as: .none, options: AdmissionOptions()) {
    case .prefixTooLong, .prefixTooShort, .hostBitsSet, .rangeReversed, .rangeTooLarge, .badPort:
      return true
    default: return false
    }
  }

  /// Adds the value as what its shape says: address, name, URL, e-mail address or digest.
  private mutating func addByShape(_ value: [UInt8], to answer: inout Answer) {
    var admission = AdmissionOptions()
    admission.keepsPrivateAddresses = true
    admission.keepsPublicSuffixes = true
    admission.trustsWellKnown = true
    if let refusal = parser.parse(value.rawSpan, as: .none, options: admission) {
      admission.acceptsPaths = true
      if refusal == .pathOnly,
        parser.parse(value.rawSpan, as: .none, options: admission) == nil,
        let path = parser.results.first
      {
        add(.url, Array(parser.arena[path.start..<path.end]))
      }
      answer.reason = "not something an indicator can be: \(refusal.rawValue)"
      return
    }
    guard let parsed = parser.results.first, parser.results.count == 1 else {
      answer.reason = "a range is not one value; ask for an address"
      return
    }
    let bytes = Array(parser.arena[parsed.start..<parsed.end])
    answer.kind = parsed.kind
    ValueText.append(
      kind: parsed.kind, bytes: bytes.rawSpan, prefixLength: parsed.prefixLength,
      port: parsed.port, to: &answer.normalForm)
    let isAddress = parsed.kind == .ipv4 || parsed.kind == .ipv6
    if isAddress, Int(parsed.prefixLength) < bytes.count * 8 {
      answer.reason = "a prefix is not one value; ask for an address in it"
      return
    }
    answer.reason = "no entry covers it"
    for kind in Self.kindsLike(parsed.kind) {
      add(kind, bytes, port: parsed.port, schemeLength: parsed.schemeLength)
    }
  }

  /// The value's normal form as a given kind; nil if it cannot be of that kind.
  private mutating func normalForm(of value: [UInt8], as kind: IndicatorKind) -> [UInt8]? {
    guard parser.parse(value.rawSpan, as: .kind(kind)) == nil, let parsed = parser.results.first
    else { return nil }
    return Array(parser.arena[parsed.start..<parsed.end])
  }

  /// Adds the texts of databases that the value contains.
  private mutating func addTexts(in value: [UInt8]) {
    for (number, matcher) in texts.enumerated() {
      var matches: [LiteralMatch] = []
      var state = LiteralMatcher.State()
      _ = matcher.scan(value.rawSpan, state: &state, limit: 1024, matches: &matches)
      for match in matches {
        var bytes: [UInt8] = []
        for part in [UInt32(number), match.pattern] {
          for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(part >> shift & 0xff)) }
        }
        add(.text, bytes, flags: .pattern)
      }
    }
  }

  /// Adds a form of the value to the batch; all forms are looked up for one hit.
  private mutating func add(
    _ kind: IndicatorKind, _ bytes: [UInt8], flags: ObservableFlags = [], port: UInt16 = 0,
    schemeLength: UInt16 = 0
  ) {
    var flags = flags.union([.inArena, .ownField, .httpURL])
    if !batch.observables.isEmpty { flags.insert(.joint) }
    let field = batch.fields.intern("lookup")
    let start = batch.arena.count
    batch.arena.append(contentsOf: bytes)
    batch.observables.append(
      Observable(
        kind: kind, flags: flags, field: field, offset: UInt32(start),
        length: UInt32(bytes.count), record: 0, port: port, schemeLength: schemeLength))
  }

  /// All kinds whose values look the same as this kind's: digests of the same length.
  private static func kindsLike(_ kind: IndicatorKind) -> [IndicatorKind] {
    guard kind.isDigest else { return [kind] }
    return [kind]
      + IndicatorKind.allCases.filter {
        $0 != kind && $0.isDigest && $0.fixedWidth == kind.fixedWidth
      }
  }

  fileprivate static func text(_ answer: Answer) -> [UInt8] {
    var output = DisplayText.defangedLine(answer.asked)
    if let kind = answer.kind {
      output += Array(": \(kind.name) ".utf8)
      output += DisplayText.defanged(answer.normalForm, kind: kind)
    }
    guard let hit = answer.hit else { return output + Array(": \(answer.reason)\n".utf8) }
    if let suppression = hit.suppression {
      output += Array(" (an allow list covers it: ".utf8) + DisplayText.escaped(suppression.place)
      output.append(UInt8(ascii: ")"))
    }
    output.append(UInt8(ascii: "\n"))
    for indicator in hit.indicators {
      output += Array("  \(indicator.match.name) ".utf8)
      output += DisplayText.defanged(indicator.entry.value, kind: indicator.entry.kind)
      output += Array(" (\(indicator.entry.kind.name))\n".utf8)
      for source in indicator.sources {
        output += Array("    ".utf8) + DisplayText.escaped(source.feed)
        if let line = source.lines.first { output += Array(":\(line)".utf8) }
        for detail in [source.id, source.description, source.reference].compactMap(\.self) {
          output += Array("  ".utf8) + DisplayText.defangedLine(detail)
        }
        for fact in facts(of: source) { output += Array("  ".utf8) + fact }
        if source.flags.contains(.weak) { output += Array("  (weak: needs --weak)".utf8) }
        if let condition = source.condition {
          output += Array("  (only with: ".utf8) + DisplayText.defangedLine(condition)
          output.append(UInt8(ascii: ")"))
        }
        output.append(UInt8(ascii: "\n"))
      }
    }
    return output
  }

  /// What a source says of how sure it is, who may know, what it is about and how long it holds.
  private static func facts(of source: ResolvedSource) -> [[UInt8]] {
    var facts: [[UInt8]] = []
    func add(_ name: String, _ text: [UInt8]) { facts.append(Array((name + " ").utf8) + text) }
    if let confidence = source.confidence { add("confidence", Array("\(confidence)".utf8)) }
    if let tlp = source.tlp.name { add("tlp", Array(tlp.utf8)) }
    for (name, list) in [
      ("malware", source.malware), ("actors", source.actors), ("attack", source.attack),
      ("labels", source.labels),
    ] where !list.isEmpty {
      add(name, Array(list.map { DisplayText.defangedLine($0) }.joined(separator: ", ".utf8)))
    }
    for (name, time) in [("from", source.validFrom), ("until", source.validUntil)] {
      guard let time else { continue }
      var text: [UInt8] = []
      Timestamp.append(time, to: &text)
      add(name, text)
    }
    return facts
  }

  fileprivate static func json(_ answer: Answer) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schema", 1)
    writer.member("asked", answer.asked)
    if let kind = answer.kind {
      writer.member("kind", kind.name)
      writer.member("value", answer.normalForm)
    }
    writer.member("found", answer.hit != nil)
    if let hit = answer.hit {
      var renderer = HitJSON(home: HomeNetworks())
      writer.key("indicators")
      writer.fragment(renderer.indicators(of: hit))
      if let suppression = hit.suppression { writer.suppression(suppression) }
    } else {
      writer.member("reason", answer.reason)
    }
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}

extension ValueLookup.Answer {
  /// The answer as lines for people.
  public func text() -> String { String(decoding: ValueLookup.text(self), as: UTF8.self) }

  /// The answer as one line of JSON.
  public func json() -> [UInt8] { ValueLookup.json(self) }
}
