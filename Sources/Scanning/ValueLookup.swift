public import Database
public import Indicators
import Inputs
import Parsing

/// Asks databases for values given by hand.
public struct ValueLookup {
  /// What came of one value.
  public struct Answer {
    /// The value as it was asked for.
    public var asked: [UInt8]
    /// What it was recognised as; nil where it is nothing that can be an indicator.
    public var kind: IndicatorKind?
    /// Its normal form as printed.
    public var normalForm: [UInt8] = []
    /// The hit that it would be; nil where nothing covers it.
    public var hit: Hit?
    /// Why there is no hit, for a person.
    public var reason = ""
  }

  private let resolver: HitResolver
  private var parser = IndicatorParser()
  private var batch = ObservableBatch()

  /// Lookups in databases; weak kinds take part and suppressed entries are shown.
  public init(databases: [IndicatorDatabase]) {
    var options = ScanOptions()
    options.includesWeak = true
    options.showsSuppressed = true
    options.ignoresConditions = true
    // Grouped hits come back as values instead of text.
    options.grouping = .indicator
    resolver = HitResolver(databases: databases, options: options)
  }

  /// Asks for one value, defanged or not.
  public mutating func ask(_ value: [UInt8]) -> Answer {
    var answer = Answer(asked: value)
    var admission = AdmissionOptions()
    admission.keepsPrivateAddresses = true
    if let refusal = parser.parse(value.rawSpan, as: .none, options: admission) {
      answer.reason = "not something an indicator can be: \(refusal.rawValue)"
      return answer
    }
    guard let parsed = parser.results.first, parser.results.count == 1 else {
      answer.reason = "a range is not one value; ask for an address"
      return answer
    }
    let bytes = Array(parser.arena[parsed.start..<parsed.end])
    answer.kind = parsed.kind
    ValueText.append(
      kind: parsed.kind, bytes: bytes.rawSpan, prefixLength: parsed.prefixLength,
      port: parsed.port, schemeLength: parsed.schemeLength, to: &answer.normalForm)
    let isAddress = parsed.kind == .ipv4 || parsed.kind == .ipv6
    if isAddress, Int(parsed.prefixLength) < bytes.count * 8 {
      answer.reason = "a prefix is not one value; ask for an address in it"
      return answer
    }
    fill(kinds: Self.kindsLike(parsed.kind), parsed: parsed, bytes: bytes)
    var output = SegmentOutput()
    resolver.process(
      &batch, chunk: RawSpan(),
      place: SegmentPlace(
        input: 0, path: InputPath(bytes: []), numberBase: 0, offsetBase: 0, countsPackets: false),
      output: &output)
    answer.hit = output.hits.first
    if answer.hit == nil { answer.reason = "no entry covers it" }
    return answer
  }

  private mutating func fill(kinds: [IndicatorKind], parsed: ParsedIndicator, bytes: [UInt8]) {
    batch.removeAll()
    batch.records.append(ObservableRecord(number: 1))
    batch.arena.append(contentsOf: bytes)
    let field = batch.fields.intern("lookup")
    for (index, kind) in kinds.enumerated() {
      var flags: ObservableFlags = [.inArena, .ownField, .httpURL]
      if index > 0 { flags.insert(.joint) }
      batch.observables.append(
        Observable(
          kind: kind, flags: flags, field: field, offset: 0, length: UInt32(bytes.count),
          record: 0, port: parsed.port, schemeLength: parsed.schemeLength))
    }
  }

  /// Every kind whose values look the same: digests of one length.
  private static func kindsLike(_ kind: IndicatorKind) -> [IndicatorKind] {
    guard kind.isDigest else { return [kind] }
    return [kind]
      + IndicatorKind.allCases.filter {
        $0 != kind && $0.isDigest && $0.fixedWidth == kind.fixedWidth
      }
  }

  /// An answer as lines for people.
  public static func text(_ answer: Answer) -> [UInt8] {
    var output = DisplayText.defangedLine(answer.asked)
    if let kind = answer.kind {
      output += Array(": \(kind.name) ".utf8)
      output += DisplayText.defanged(answer.normalForm, kind: kind)
    }
    guard let hit = answer.hit else { return output + Array(": \(answer.reason)\n".utf8) }
    if hit.suppression != nil { output += Array(" (an allow list covers it)".utf8) }
    output.append(UInt8(ascii: "\n"))
    for indicator in hit.indicators {
      output += Array("  \(indicator.match.name) ".utf8)
      output += DisplayText.defanged(indicator.entry.value, kind: indicator.entry.kind)
      output += Array(" (\(indicator.entry.kind.name))\n".utf8)
      for index in indicator.sources {
        let source = indicator.entry.sources[index]
        output += Array("    ".utf8) + DisplayText.escaped(source.feed)
        if let line = source.lines.first { output += Array(":\(line)".utf8) }
        for detail in [source.id, source.description, source.reference] where !detail.isEmpty {
          output += Array("  ".utf8) + DisplayText.defangedLine(detail)
        }
        if source.flags.contains(.weak) { output += Array("  (weak: needs --weak)".utf8) }
        if !source.condition.isEmpty {
          output += Array("  (only with: ".utf8) + DisplayText.defangedLine(source.condition)
          output.append(UInt8(ascii: ")"))
        }
        output.append(UInt8(ascii: "\n"))
      }
    }
    return output
  }

  /// An answer as one line of JSON.
  public static func json(_ answer: Answer) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("asked")
    writer.string(answer.asked)
    if let kind = answer.kind {
      writer.key("kind")
      writer.string(kind.name)
      writer.key("value")
      writer.string(answer.normalForm)
    }
    writer.key("found")
    writer.boolean(answer.hit != nil)
    if let hit = answer.hit {
      var renderer = HitJSON(home: HomeNetworks())
      writer.key("indicators")
      writer.fragment(renderer.indicators(of: hit))
      if hit.suppression != nil {
        writer.key("suppressed")
        writer.boolean(true)
      }
    } else {
      writer.key("reason")
      writer.string(answer.reason)
    }
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
