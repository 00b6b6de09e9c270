/// The patterns of a `LiteralMatcherBuilder` in the order of their numbers.
///
/// All stages of building share this object, so that none of them keeps the bytes when they are no
/// longer needed.
final class PatternTable {
  /// The bytes of the patterns that are still needed, in small letters where case is ignored.
  private(set) var bytes: [UInt8]
  private(set) var ranges: PatternRanges
  /// Which patterns ignore case.
  let foldsCase: [Bool]

  init(bytes: [UInt8], starts: [UInt32], lengths: [UInt16], foldsCase: [Bool]) {
    self.bytes = bytes
    ranges = PatternRanges(starts: starts, lengths: lengths)
    self.foldsCase = foldsCase
  }

  var count: Int { ranges.count }
  /// Bytes of each pattern; then a zero.
  var lengths: [UInt16] { ranges.lengths }

  /// Where a pattern is in `bytes`.
  @inline(__always)
  func range(_ number: Int) -> Range<Int> { ranges[number] }

  /// Frees all bytes and their places.
  func forget() {
    bytes = []
    ranges.starts = []
  }

  /// Frees the bytes of all patterns except `numbers`.
  func keepBytes(of numbers: [Int]) {
    var kept: [UInt8] = []
    for number in numbers {
      let start = UInt32(kept.count)
      kept.append(contentsOf: bytes[range(number)])
      ranges.starts[number] = start
    }
    bytes = kept
  }
}

/// Where patterns are in their bytes.
struct PatternRanges: Sendable {
  fileprivate(set) var starts: [UInt32]
  /// Bytes of each pattern; then a zero.
  let lengths: [UInt16]

  var count: Int { starts.count }

  @inline(__always)
  subscript(number: Int) -> Range<Int> {
    let start = Int(starts[number])
    return start..<start + Int(lengths[number])
  }
}
