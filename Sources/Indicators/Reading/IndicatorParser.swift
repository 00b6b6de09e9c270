import Parsing

/// What one feed cell yields: a kind and a normal form in the parser's arena.
package struct ParsedIndicator: Sendable {
  /// What the value is.
  package var kind: IndicatorKind = .domain
  /// How the value is compared; nil for a plain name: the format's default holds.
  package var mode: MatchMode?
  /// Bits of an address's prefix (32 or 128 for a single one), else 0.
  package var prefixLength: UInt8 = 0
  /// The port of a joint address-and-port entry, or 0.
  package var port: UInt16 = 0
  /// Length of a URL's scheme with its `://`; 0 without a scheme.
  package var schemeLength: UInt16 = 0
  /// Where the normal form begins in the parser's `arena`.
  package var start: Int = 0
  /// Where the normal form ends in the parser's `arena`.
  package var end: Int = 0

  /// An empty name.
  package init() {}
}

/// What a feed's column or object declares a value to be.
///
/// The value's shape outranks it among address, prefix, address and port, name, URL and e-mail.
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

/// The rules by which a feed's values are admitted.
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
  /// The most bytes of a literal, or of another string whose kind only the feed can tell.
  @Bounded(4...4 << 10) public var literalLimit = 4 << 10

  /// The defaults of `Matching.md`.
  public init() {}
}

/// Turns the text of a feed's value cell into indicators in normal form: trim, refang, recognise by
/// shape, normalise, admit (`Matching.md` §2–§6, §9).
///
/// Holds scratch memory, so each thread needs its own. A cell is looked at a fixed number of times.
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

  /// The most bytes of a cell; a longer one is refused.
  package static let longestCell = 64 << 10

  /// The most bytes of a text or string literal.
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

  /// Reads a cell again as a file name if it was taken for a host name but ends like a file.
  ///
  /// Only for a cell of undeclared kind that is a name by its shape alone and whose last label is a
  /// file extension and no top-level domain.
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
    // A cell that is refused as a file name, for its length for example, stays the host name that
    // it was.
    if refusal != nil { _ = parse(cell, as: .none, options: options) } else { lints = [.fileName] }
  }

  /// Reads a cell as a file name if a label was too long for a host name and it ends like a file.
  ///
  /// An example is `<sha256>.docx`. False if it is not a file name either.
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

  /// The outcome for a text that is a digest and nothing else.
  package struct DigestOutcome {
    /// Why the digest is refused; nil if it is the one result.
    package var refusal: Refusal?
  }

  /// Parses hexadecimal digits of a digest's length; nil leaves the text to `parse`.
  ///
  /// The result is that of `parse` without a declared kind, but faster.
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
    // A text literal is bytes: quotes and blanks at its ends are part of it.
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
      // Most lines of most feeds are a digest or a simple name, and those can be nothing else.
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
      // Moved out of `self` for the call, so that the bytes can be borrowed while the parser
      // changes.
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

  /// The outcome of trying a text as one shape.
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
