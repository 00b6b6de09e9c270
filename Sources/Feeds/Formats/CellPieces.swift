import Indicators
import Parsing

/// Cells that hold more than one value.
enum CellPieces {
  /// What may stand together in a cell.
  private enum Sort {
    case digest, address, name, url, other

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
  /// All are of one sort: prose that names a host, and a URL with a blank in it, are no lists. Where
  /// a comma, semicolon or line end stands between, up to half of the pieces may be damaged.
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
    var sort: Sort?
    var damaged = 0
    for piece in pieces {
      guard parser.parse(cell.extracting(piece), as: declared, options: options) == nil else {
        damaged += 1
        continue
      }
      let found = Sort(parser.results.first?.kind)
      if let sort, sort != found { return [] }
      sort = found
    }
    guard sort != nil, sort != .other else { return [] }
    return damaged == 0 || !hasBlanksOnly && damaged * 2 <= pieces.count ? pieces : []
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    Text.isSpace(byte) || byte == Byte.comma || byte == UInt8(ascii: ";")
  }
}
