import Indicators
import Parsing

/// Values of MISP's attributes, of which some are two with a bar between them.
extension FeedSink {
  /// Lets in what is loaded of an attribute's value: all of it, or of a pair the part that says more; the other
  /// part as well if both are asked for.
  mutating func add(_ value: RawSpan, for use: MISPType.Use, line: UInt64, id: StringID) {
    guard let part = MISPType.part(of: value, use) else { return }
    let isLetIn = add(
      value.extracting(part.range), as: part.kind, nameMode: part.nameMode, line: line, id: id)
    guard part.range.count < value.byteCount else { return }
    switch use {
    case .first(_, _, let second?) where options.loadsBothOfMISPPairs:
      add(
        value.extracting((part.range.upperBound + 1)...), as: second, nameMode: .exact, line: line,
        id: id)
    case .first(.kind(.domain), _, nil) where isLetIn:
      // The entry is the name on any port.
      note(Lint.portDropped.rawValue, value, line: line, id: id)
    case .second(_, let first) where options.loadsBothOfMISPPairs:
      add(
        value.extracting(..<(part.range.lowerBound - 1)), as: first, nameMode: .exact, line: line,
        id: id)
    default: break
    }
  }
}

extension MISPType {
  /// What stands between the parts of a pair.
  static let bar = UInt8(ascii: "|")

  /// The part of a value that is loaded in any case, and what it is; nil where none is by itself.
  static func part(
    of value: RawSpan, _ use: Use
  ) -> (range: Range<Int>, kind: DeclaredKind, nameMode: MatchMode)? {
    switch use {
    case .value(let kind, let nameMode): return (0..<value.byteCount, kind, nameMode)
    case .first(let kind, let nameMode, _):
      return (0..<(value.firstOffset(of: bar) ?? value.byteCount), kind, nameMode)
    case .second(let kind, _):
      // The bar may be in a file's name, never in a digest: pairs are cut where the known part is.
      let border = value.byteOffsets.last { value.byte(unchecked: $0) == bar }
      return ((border.map { $0 + 1 } ?? 0)..<value.byteCount, kind, .exact)
    case .pattern, .reference, .refused: return nil
    }
  }
}
