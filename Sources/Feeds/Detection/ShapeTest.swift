import Indicators

/// Whether text has the shape of an indicator, whatever policy says of letting it in.
///
/// Formats are recognised by shape: a list of private addresses is a list all the same.
struct ShapeTest {
  private var parser = IndicatorParser()
  private var options = AdmissionOptions()

  init(acceptsPaths: Bool = false) {
    options.keepsPrivateAddresses = true
    options.acceptsPaths = acceptsPaths
  }

  /// Whether the text is a value of the kind.
  mutating func fits(_ text: RawSpan, as declared: DeclaredKind = .none) -> Bool {
    isPolicy(parser.parse(text, as: declared, options: options))
  }

  /// Whether the text is a network value or a digest by its shape alone, and a name's last label is known.
  mutating func fitsStrictly(_ text: RawSpan) -> Bool {
    fits(text)
      && !parser.lints.contains(.unknownTopLevelDomain)
  }

  /// What is wrong in a value, if it has a shape and is refused for a fault in it.
  mutating func fault(_ text: RawSpan) -> Refusal? {
    let refusal = parser.parse(text, as: .none, options: options)
    return switch refusal {
    case .tooLong, .whiteSpaceInside, .wildcardInside, .emptyLabel, .labelTooLong, .nameTooLong,
      .badInternationalName, .numericLastLabel, .badPort, .prefixTooLong, .rangeReversed,
      .shortenedRange, .badHost,
      .urlPrefixTooShort, .badLocalPart, .shortenedHash, .badHashLength, .badName, .singleLabel:
      refusal
    default: nil
    }
  }

  /// Whether the text is a value of the kind, or several.
  mutating func fitsCell(_ text: RawSpan, as declared: DeclaredKind) -> Bool {
    fits(text, as: declared) || !CellPieces.values(of: text, as: declared, &parser, options).isEmpty
      || STIXPattern(cell: text) != nil || fitsNoted(text, as: declared)
  }

  /// Whether the text holds values of the kind with dashes or brackets between them, or a digest
  /// beside words.
  private mutating func fitsNoted(_ text: RawSpan, as declared: DeclaredKind) -> Bool {
    let values = CellPieces.notedValues(of: text)
    for value in values where !fits(text.extracting(value), as: declared) { return false }
    return !values.isEmpty
  }

  /// Whether the text is a list of values, no name of which ends as files do.
  mutating func fitsList(_ text: RawSpan) -> Bool {
    let pieces = CellPieces.values(of: text, as: .none, &parser, options)
    for piece in pieces {
      let value = text.extracting(piece)
      guard let kind = kind(of: value, isStrict: true) else { return false }
      if kind == .domain, FileExtensions.endsName(value) { return false }
    }
    return pieces.count > 1
  }

  /// Whether the name that was tested last had a port.
  var droppedPort: Bool { parser.lints.contains(.portDropped) }

  /// The kind of the text by its shape; nil if it has none, or policy refuses it.
  ///
  /// With `isStrict`, a name needs a known last label, since names of files look like names of
  /// hosts.
  mutating func kind(of text: RawSpan, isStrict: Bool = false) -> IndicatorKind? {
    guard parser.parse(text, as: .none, options: options) == nil else { return nil }
    if isStrict, parser.lints.contains(.unknownTopLevelDomain) {
      return nil
    }
    return parser.results.first?.kind
  }

  /// Whether the text is an address, a prefix or a range.
  mutating func fitsAddress(_ text: RawSpan) -> Bool {
    guard parser.parse(text, as: .network, options: options) == nil else { return false }
    return parser.results.allSatisfy { ($0.kind == .ipv4 || $0.kind == .ipv6) && $0.port == 0 }
  }

  /// Whether the text is a network prefix or a range, not a single address.
  mutating func isPrefix(_ text: RawSpan) -> Bool {
    guard parser.parse(text, as: .network, options: options) == nil else { return false }
    return parser.results.contains { $0.mode == .prefix }
  }

  private func isPolicy(_ refusal: Refusal?) -> Bool {
    switch refusal {
    case nil, .publicSuffix, .prefixTooShort, .hostBitsSet, .rangeTooLarge, .reservedAddress,
      .privateAddress, .knownEmptyHash, .knownHarmlessHash, .truncatedURL:
      true
    default: false
    }
  }
}
