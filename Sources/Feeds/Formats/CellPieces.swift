import Indicators
import Parsing

/// Cells that hold more than one value.
enum CellPieces {
  /// Kinds of values that may share a cell.
  private enum ValueKind {
    case digest, address, name, url, other

    var isOfNetworks: Bool { self == .address || self == .name || self == .url }

    init(_ kind: IndicatorKind?) {
      switch kind {
      case .ipv4, .ipv6: self = .address
      case .domain: self = .name
      case .url: self = .url
      case .some(let kind) where kind.isDigest: self = .digest
      default: self = .other
      }
    }
  }

  /// The ranges of a cell's values if white space, commas or semicolons separate them, else none.
  ///
  /// All values must be of one kind: prose that names a host, and a URL with a blank in it, are not
  /// lists. If there are other separators than blanks, up to half of the pieces may be damaged, or
  /// addresses, names and URLs may be mixed if none is damaged. A path after its host does not
  /// count as damaged.
  static func values(
    of cell: RawSpan, as declared: DeclaredKind, _ parser: inout IndicatorParser,
    _ options: AdmissionOptions
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var hasBlanksOnly = true
    var start = 0
    for offset in 0...cell.byteCount {
      if offset < cell.byteCount {
        let byte = cell.byte(unchecked: offset)
        guard isSeparator(byte) else { continue }
        if byte != Byte.space { hasBlanksOnly = false }
      }
      if offset > start { pieces.append(start..<offset) }
      start = offset + 1
    }
    guard pieces.count > 1, pieces.count <= 1 << 12 else { return [] }
    var kind: ValueKind?
    var isMixed = false
    var damaged = 0
    for piece in pieces {
      guard parser.parse(cell.extracting(piece), as: declared, options: options) == nil else {
        let isPath =
          kind != nil && !hasBlanksOnly && cell.byte(unchecked: piece.lowerBound) == Byte.slash
        if !isPath { damaged += 1 }
        continue
      }
      let found = ValueKind(parser.results.first?.kind)
      if let kind, kind != found {
        guard !hasBlanksOnly, kind.isOfNetworks, found.isOfNetworks else { return [] }
        isMixed = true
      }
      kind = found
    }
    guard kind != nil, kind != .other else { return [] }
    if isMixed { return damaged == 0 ? pieces : [] }
    return damaged == 0 || !hasBlanksOnly && damaged * 2 <= pieces.count ? pieces : []
  }

  /// The ranges of a cell's values if dashes or brackets stand between them, as in a line of a list.
  ///
  /// A digest beside words is the only one; of another value beside words there is none.
  static func notedValues(of cell: RawSpan) -> [Range<Int>] {
    guard Text.hasSpace(cell) else { return [] }
    let blanked = Text.blanked(cell)
    let parts = blanked.map { NotedValue($0.rawSpan) } ?? NotedValue(cell)
    guard !parts.further.isEmpty || Text.isDigest(cell.extracting(parts.value)) else { return [] }
    return [parts.value] + parts.further.map(\.range)
  }

  /// The ranges of URLs that are joined without a blank; empty for a single URL.
  ///
  /// For example `http://a.example/x;http://b.example/y`.
  ///
  /// A scheme after a separator begins the next URL; elsewhere, above all in a query, it is part of
  /// the URL. Each URL must have a path and no query.
  static func joinedURLs(_ cell: RawSpan) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    var offset = 0
    while let mark = Text.firstIndex(of: "://", in: cell, from: offset) {
      offset = mark + 3
      var scheme = mark
      while scheme > start, Byte.isAlphanumeric(cell.byte(unchecked: scheme - 1)) { scheme -= 1 }
      guard scheme < mark, scheme > start else { continue }
      let before = cell.byte(unchecked: scheme - 1)
      guard isSeparator(before) || before == UInt8(ascii: "|") else { continue }
      pieces.append(start..<scheme - 1)
      start = scheme
    }
    guard !pieces.isEmpty else { return [] }
    pieces.append(start..<cell.byteCount)
    return pieces.allSatisfy { hasPathAlone(cell.extracting($0)) } ? pieces : []
  }

  /// Whether a URL has a path that is more than a slash, and no query.
  private static func hasPathAlone(_ url: RawSpan) -> Bool {
    guard let scheme = Text.firstIndex(of: "://", in: url),
      let path = url.firstOffset(of: Byte.slash, from: scheme + 3)
    else { return false }
    return path + 1 < url.byteCount && url.firstOffset(of: UInt8(ascii: "?")) == nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    Text.isSpace(byte) || byte == Byte.comma || byte == UInt8(ascii: ";")
  }
}
