import Indicators
import Parsing

/// Values of MISP attributes, some of which are pairs separated by a bar.
extension FeedSink {
  /// Lets in an attribute's value; of a pair the part that says more, or both parts if asked for.
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
      // The entry matches the name on any port.
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
  /// Separates the parts of a pair.
  static let bar = UInt8(ascii: "|")

  /// The part of a value that is always loaded, and its kind; nil if nothing is loaded by itself.
  static func part(
    of value: RawSpan, _ use: Use
  ) -> (range: Range<Int>, kind: DeclaredKind, nameMode: MatchMode)? {
    switch use {
    case .value(let kind, let nameMode): return (0..<value.byteCount, kind, nameMode)
    case .first(let kind, let nameMode, _):
      return (0..<(value.firstOffset(of: bar) ?? value.byteCount), kind, nameMode)
    case .second(let kind, _):
      // A file name may hold a bar, a digest never: the pair is split at its last bar.
      let border = value.byteOffsets.last { value.byte(unchecked: $0) == bar }
      return ((border.map { $0 + 1 } ?? 0)..<value.byteCount, kind, .exact)
    case .pattern, .reference, .refused: return nil
    }
  }
}
