import Parsing

/// Lengths of a body that a receiver may believe though others are stated beside them (RFC 9112 §6.3).
///
/// Each tells another request that follows, which is how requests are smuggled past a proxy.
extension HTTPReader {
  /// The longest body of a length that is not believed behind which a request is looked for.
  private static let longestOther = 1 << 20
  /// The most ends of such bodies that the bytes of one segment add.
  private static let mostOtherEnds = 8

  /// The length of a body whose stated lengths differ: one of them if a request follows there, but
  /// none begins at `start`; else 0.
  @inline(__always)
  mutating func possibleBody(
    in data: RawSpan, from start: Int, _ skips: inout SkipCounters
  ) -> Int {
    possibleLengths.isEmpty ? 0 : chooseBody(in: data, from: start, &skips)
  }

  @inline(never)
  private mutating func chooseBody(
    in data: RawSpan, from start: Int, _ skips: inout SkipCounters
  ) -> Int {
    let lengths = possibleLengths
    possibleLengths = []
    let rest = data.extracting(start..<data.byteCount)
    var chosen = 0
    if case .requestLine = phase, !HTTPRequest.begins(rest) {
      for length in lengths where length > 0 && length < rest.byteCount {
        guard HTTPRequest.begins(rest.extracting(length..<rest.byteCount)) else { continue }
        chosen = length
        break
      }
    }
    for length in lengths where length != chosen && length > 0 {
      guard length <= Self.longestOther, otherEnds.count < Self.mostOtherEnds else {
        skips.add(.tcpOverlapLimit)
        continue
      }
      otherEnds.append(length - rest.byteCount)
    }
    return chosen
  }

  /// Takes out where requests may begin that this reader does not read: so many bytes behind those
  /// that were given to `read`, or before their end if negative.
  @inline(__always)
  mutating func takeOtherEnds() -> [Int] {
    if otherEnds.isEmpty { return [] }
    defer { otherEnds = [] }
    return otherEnds
  }
}
