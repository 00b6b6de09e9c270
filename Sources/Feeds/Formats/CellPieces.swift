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

  /// The ranges of a cell's values if white space, commas, semicolons, bars, line breaks of HTML or
  /// slashes between blanks separate them, else none; digests also with colons between blanks.
  ///
  /// All values must be of one kind: prose that names a host, and a URL with a blank in it, are not
  /// lists. If there are other separators than blanks, up to half of the pieces may be damaged, or
  /// addresses, names and URLs may be mixed if none is damaged. A path after its host does not
  /// count as damaged. Bars, line breaks of HTML and slashes stand in prose, too: none may be damaged
  /// between these but the name of a digest's file, and a port behind a bar. Of a name and its
  /// address with a bar between them the name is the value, as of MISP's `domain|ip`, and the name of
  /// a file beside its digest is none.
  static func values(
    of cell: RawSpan, as declared: DeclaredKind, _ parser: inout IndicatorParser,
    _ options: AdmissionOptions
  ) -> [Range<Int>] {
    var (pieces, hasBlanksOnly, mayBeProse, hasColons) = split(cell)
    guard pieces.count > 1, pieces.count <= 1 << 12 else { return [] }
    var kind: ValueKind?
    var isMixed = false
    var damaged = 0
    var hasFile = false
    for piece in pieces {
      guard parser.parse(cell.extracting(piece), as: declared, options: options) == nil else {
        let isPath =
          kind != nil && !hasBlanksOnly && cell.byte(unchecked: piece.lowerBound) == Byte.slash
        if isPath { continue }
        damaged += 1
        if !mayBeProse || isPort(piece, of: cell) { continue }
        guard FileExtensions.endsFile(cell.extracting(piece)) else { return [] }
        hasFile = true
        continue
      }
      let found = ValueKind(parser.results.first?.kind)
      if let kind, kind != found {
        guard !hasBlanksOnly, kind.isOfNetworks, found.isOfNetworks else { return [] }
        isMixed = true
      }
      kind = found
    }
    guard kind != nil, kind != .other, kind == .digest || !hasFile && !hasColons else { return [] }
    if isMixed {
      if damaged == 0, kind == .address, isPair(pieces, of: cell) { return [pieces[0]] }
      return damaged == 0 ? pieces : []
    }
    guard damaged == 0 || !hasBlanksOnly && damaged * 2 <= pieces.count else { return [] }
    if kind == .digest, damaged > 0 {
      pieces.removeAll { FileExtensions.endsFile(cell.extracting($0)) }
    }
    return pieces
  }

  /// Whether a piece is a port behind a bar.
  private static func isPort(_ piece: Range<Int>, of cell: RawSpan) -> Bool {
    guard piece.lowerBound > 0, cell.byte(unchecked: piece.lowerBound - 1) == UInt8(ascii: "|"),
      let number = Text.number(cell.extracting(piece))
    else { return false }
    return 1...65535 ~= number
  }

  /// The parts of a cell between separators, whether all of these are blanks, and whether there are
  /// separators among them that prose has as well, and colons.
  private static func split(
    _ cell: RawSpan
  ) -> (pieces: [Range<Int>], hasBlanksOnly: Bool, mayBeProse: Bool, hasColons: Bool) {
    var pieces: [Range<Int>] = []
    var (hasBlanksOnly, mayBeProse, hasColons) = (true, false, false)
    var (start, offset) = (0, 0)
    while offset < cell.byteCount {
      let length = separatorLength(cell, at: offset)
      if length == 0 {
        offset += 1
        continue
      }
      let mark = cell.byte(unchecked: offset)
      if mark != Byte.space { hasBlanksOnly = false }
      switch mark {
      case UInt8(ascii: "|"), UInt8(ascii: "<"), Byte.slash: mayBeProse = true
      case Byte.colon: (mayBeProse, hasColons) = (true, true)
      default: break
      }
      if offset > start { pieces.append(start..<offset) }
      offset += length
      start = offset
    }
    if offset > start { pieces.append(start..<offset) }
    return (pieces, hasBlanksOnly, mayBeProse, hasColons)
  }

  /// Length of the separator at an offset, or 0.
  private static func separatorLength(_ cell: RawSpan, at offset: Int) -> Int {
    switch cell.byte(unchecked: offset) {
    case let byte where isSeparator(byte): return 1
    case UInt8(ascii: "<"):
      for mark in ["<br>", "<br/>", "<br />"] as [StaticString]
      where cell.starts(ignoringCase: mark, at: offset) {
        return mark.utf8CodeUnitCount
      }
      return 0
    case Byte.slash, Byte.colon:
      return offset > 0 && offset + 1 < cell.byteCount
        && Text.isSpace(cell.byte(unchecked: offset - 1))
        && Text.isSpace(cell.byte(unchecked: offset + 1)) ? 1 : 0
    default: return 0
    }
  }

  /// Whether two pieces have nothing but a bar between them.
  private static func isPair(_ pieces: [Range<Int>], of cell: RawSpan) -> Bool {
    pieces.count == 2 && pieces[0].upperBound + 1 == pieces[1].lowerBound
      && cell.byte(unchecked: pieces[0].upperBound) == UInt8(ascii: "|")
  }

  /// The ranges of a cell's values if dashes or brackets stand between them, as in a line of a list.
  ///
  /// A digest beside words is the only one; of another value beside words there is none. A file that is
  /// called by its digest holds that.
  static func notedValues(of cell: RawSpan) -> [Range<Int>] {
    guard Text.hasSpace(cell) else { return digestOfFile(cell).map { [$0] } ?? [] }
    let blanked = Text.blanked(cell)
    let parts = blanked.map { NotedValue($0.rawSpan) } ?? NotedValue(cell)
    guard !parts.further.isEmpty || Text.isDigest(cell.extracting(parts.value)) else { return [] }
    return [parts.value] + parts.further.map(\.range)
  }

  /// The digest by which a file is called, `0123….exe`, as sandboxes call samples; nil if it is not.
  ///
  /// Where the ending is a top-level domain as well, it may be a generated name, unless the digest is
  /// longer than a label.
  static func digestOfFile(_ cell: RawSpan) -> Range<Int>? {
    guard cell.byteCount > 33, let dot = cell.firstOffset(of: Byte.dot), dot >= 32,
      Text.isDigest(cell.extracting(0..<dot)),
      cell.lastOffset(of: Byte.dot) == dot,
      FileExtensions.endsFile(cell) || dot > longestLabel && FileExtensions.endsName(cell)
    else { return nil }
    return 0..<dot
  }

  private static let longestLabel = 63

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
      guard isSeparator(before) else { continue }
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
    switch byte {
    case Byte.comma, UInt8(ascii: ";"), UInt8(ascii: "|"): true
    default: Text.isSpace(byte)
    }
  }
}
