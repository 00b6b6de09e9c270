import Parsing

/// What one feed cell yields: a kind and a normal form in the parser's arena.
package struct ParsedIndicator: Sendable {
  /// What the value is.
  package var kind: IndicatorKind = .domain
  /// nil: the shape does not decide (a name): the format's default holds.
  package var mode: MatchMode?
  /// Bits of an address's prefix (32 or 128 for a single one), else 0.
  package var prefixLength: UInt8 = 0
  /// The port of a joint address-and-port entry, or 0.
  package var port: UInt16 = 0
  /// Of a URL: length of the scheme with its `://`, 0 without scheme.
  package var schemeLength: UInt16 = 0
  /// Where the normal form begins in the parser's `arena`.
  package var start: Int = 0
  /// Where the normal form ends in the parser's `arena`.
  package var end: Int = 0

  /// An empty name.
  package init() {}
}

/// What a feed's column or object declares of a value; shape outranks it among address, prefix,
/// address+port, name, URL and e-mail.
package enum DeclaredKind: Sendable, Equatable {
  /// Nothing: any network kind or digest by shape.
  case none
  /// One kind.
  case kind(IndicatorKind)
  /// Any of address, prefix, name, URL, e-mail by shape.
  case network
  /// Any digest by length.
  case digest
}

/// How a feed's values are let in.
public struct AdmissionOptions: Sendable, Equatable {
  /// Keep RFC 1918, 100.64/10 and fc00::/7.
  public var keepsPrivateAddresses = false
  /// Undo defanging.
  public var refangs = true
  /// Accept path-only values (maltrail).
  public var acceptsPaths = false
  /// Let public suffixes in as they are.
  public var keepsPublicSuffixes = false
  /// Take names and addresses of `WellKnown` like any other.
  public var trustsWellKnown = false
  /// Bytes of the longest literal and of other strings that only a feed can name.
  @Bounded(4...4 << 10) public var literalLimit = 4 << 10

  /// The defaults of `Matching.md`.
  public init() {}
}

/// Turns the text of a feed's value cell into indicators in normal form: trim, refang, recognise by
/// shape, normalise, admit (`Matching.md` §2–§6, §9).
///
/// Holds scratch memory: one for each thread. A cell is looked at a fixed number of times.
package struct IndicatorParser: Sendable {
  /// Normal forms of the results.
  package var arena: [UInt8] = []
  /// What the last cell yielded: one, or for a range of addresses the prefixes that cover it.
  package var results: [ParsedIndicator] = []
  /// Remarks about the last cell.
  package var lints: [Lint] = []

  var normalizer = Normalizer()
  private var refanged: [UInt8] = []

  /// A parser with empty scratch.
  package init() {}

  /// Bytes of the longest cell that is looked at.
  package static let longestCell = 64 << 10

  /// Bytes of the longest text or string literal.
  package static let longestLiteral = 4 << 10

  /// Replaces `results`, `lints` and `arena` with what the cell yields; nil is success.
  package mutating func parse(
    _ cell: RawSpan, as declared: DeclaredKind, options: AdmissionOptions = AdmissionOptions()
  ) -> Refusal? {
    results.removeAll(keepingCapacity: true)
    lints.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    let refusal = parseCell(cell, declared, options)
    if refusal != nil {
      results.removeAll(keepingCapacity: true)
      arena.removeAll(keepingCapacity: true)
    }
    return refusal
  }

  /// Replaces what a cell yielded, of which the feed does not say what it is, where that is a name of a host by its
  /// shape alone and ends as files do and as no host does: it is a file's.
  package mutating func readFileName(_ cell: RawSpan, options: AdmissionOptions) {
    guard lints == [.unknownTopLevelDomain], results.count == 1, results[0].mode == nil,
      FileExtensions.endsFile(arena.rawSpan.extracting(results[0].start..<results[0].end))
    else { return }
    let refusal: Refusal?
    if options.refangs, Refanging.isCandidate(cell) {
      var bytes: [UInt8] = []
      Refanging.append(cell, to: &bytes)
      refusal = parse(bytes.rawSpan, as: .kind(.filename), options: options)
    } else {
      refusal = parse(cell, as: .kind(.filename), options: options)
    }
    // A name of a host in a form that is longer than files' are stays what it was.
    if refusal != nil { _ = parse(cell, as: .none, options: options) } else { lints = [.fileName] }
  }

  /// Replaces what a cell yielded that was refused as a name of a host with too long a label, where it ends as files do.
  ///
  /// Such is `<sha256>.docx`; false where it is no file's either.
  package mutating func readLongFileName(
    _ cell: RawSpan, refused refusal: Refusal, options: AdmissionOptions
  ) -> Bool {
    guard refusal == .labelTooLong, FileExtensions.endsFile(cell),
      cell.firstOffset(of: 0x2f) == nil,
      parse(cell, as: .kind(.filename), options: options) == nil
    else { return false }
    lints = [.fileName]
    return true
  }

  /// What became of a text that is a digest and nothing else.
  package struct DigestOutcome {
    /// Why it is not let in; nil where it is the one result.
    package var refusal: Refusal?
  }

  /// Reads a text that is hexadecimal digits of a digest's length; nil for any other, which is for `parse`.
  ///
  /// Gives what `parse` gives for it undeclared, and faster.
  package mutating func parseDigest(_ text: RawSpan) -> DigestOutcome? {
    guard Self.isDigestLength(text.byteCount) else { return nil }
    results.removeAll(keepingCapacity: true)
    lints.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    return parseWholeDigest(text)
  }

  private mutating func parseCell(
    _ cell: RawSpan, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    guard cell.byteCount <= Self.longestCell else { return .tooLong }
    let family = Family(declared)
    // A text is bytes: quotes and blanks at its ends are its own.
    let text =
      declared == .kind(.text)
      ? cell : cell.extracting(Trimming.range(cell, family == .string ? .opaque : .full))
    if text.isEmpty { return .empty }
    switch family {
    case .string:
      guard case .kind(let kind) = declared else { return .notAnIndicator }
      return parseString(text, kind, limit: options.literalLimit)
    case .digest:
      if case .kind(let kind) = declared, kind.isFileDigest, kind.fixedWidth == text.byteCount / 2,
        let outcome = parseWholeDigest(text)
      {
        return outcome.refusal
      }
      var outcome = parseDigest(text, declared)
      if outcome == .otherShape { outcome = parseLabelledDigest(text, declared) }
      switch outcome {
      case .admitted: return nil
      case .refused(let refusal): return refusal
      case .otherShape: return .kindMismatch
      }
    case .network:
      // Most lines of most feeds are one of these, and nothing else can be made of them.
      if declared == .none, let outcome = parseWholeDigest(text) { return outcome.refusal }
      if let lastLabel = NameSyntax.lastLabel(ofSimpleName: text) {
        return parseSimpleName(text, lastLabel: lastLabel, declared, options)
      }
      if declared == .none {
        switch parseLabelledDigest(text, declared) {
        case .admitted: return nil
        case .refused(let refusal): return refusal
        case .otherShape: break
        }
      }
      guard options.refangs, Refanging.isCandidate(text) else {
        return parseNetwork(text, declared, options)
      }
      // Taken out for the call, so that the bytes can be lent while the parser changes.
      var bytes = refanged
      refanged = []
      defer { refanged = bytes }
      bytes.removeAll(keepingCapacity: true)
      Refanging.append(text, to: &bytes)
      let again = Trimming.range(bytes.rawSpan, .full)
      if again.isEmpty { return .empty }
      return parseNetwork(bytes.rawSpan.extracting(again), declared, options)
    }
  }

  /// What became of a text that was tried as one shape.
  enum ShapeOutcome: Equatable {
    case admitted
    case refused(Refusal)
    /// The text is something else.
    case otherShape

    init(_ refusal: Refusal?) {
      if let refusal { self = .refused(refusal) } else { self = .admitted }
    }
  }

  /// How a declared kind's values are read.
  private enum Family {
    case network, digest, string

    init(_ declared: DeclaredKind) {
      switch declared {
      case .none, .network: self = .network
      case .digest: self = .digest
      case .kind(let kind):
        switch kind {
        case .ipv4, .ipv6, .domain, .url, .email: self = .network
        default: self = kind.isDigest ? .digest : .string
        }
      }
    }
  }

  /// Adds the bytes appended to the arena since `start` as a result.
  mutating func add(
    _ kind: IndicatorKind, mode: MatchMode?, from start: Int, prefixLength: UInt8 = 0,
    port: UInt16 = 0, schemeLength: Int = 0
  ) {
    var result = ParsedIndicator()
    result.kind = kind
    result.mode = mode
    result.prefixLength = prefixLength
    result.port = port
    result.schemeLength = UInt16(clamping: schemeLength)
    result.start = start
    result.end = arena.count
    results.append(result)
  }
}
