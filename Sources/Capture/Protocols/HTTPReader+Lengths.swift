import Parsing

/// Lengths of a body that a receiver may believe though others are stated beside them (RFC 9112 §6.3).
///
/// Each tells another request that follows, which is how requests are smuggled past a proxy.
extension HTTPReader {
  /// The longest body of a length that is not believed behind which a request is looked for.
  private static let longestOther = 1 << 20

  /// The length of a body whose stated lengths differ: one of them if a request follows there, but
  /// none begins at `start`; else 0.
  @inline(__always)
  mutating func possibleBody(in data: RawSpan, from start: Int) -> Int {
    possibleLengths == nil ? 0 : chooseBody(in: data, from: start)
  }

  @inline(never)
  private mutating func chooseBody(in data: RawSpan, from start: Int) -> Int {
    guard let lengths = possibleLengths else { return 0 }
    possibleLengths = nil
    let rest = data.extracting(start..<data.byteCount)
    var chosen = 0
    if case .requestLine = phase, !HTTPRequest.begins(rest) {
      chosen =
        [lengths.first, lengths.last].first {
          0 < $0 && $0 < rest.byteCount
            && HTTPRequest.begins(rest.extracting($0..<rest.byteCount))
        } ?? 0
    }
    func isOther(_ length: Int) -> Bool { length != chosen && 1...Self.longestOther ~= length }
    let isFirst = isOther(lengths.first)
    let isLast = isOther(lengths.last) && lengths.last != lengths.first
    if isFirst || isLast {
      otherEnds = (
        isFirst ? lengths.first - rest.byteCount : .min,
        isLast ? lengths.last - rest.byteCount : .min
      )
    }
    return chosen
  }

  /// Takes out where requests may begin that this reader does not read: so many bytes behind those
  /// that were given to `read`, or before their end if negative.
  @inline(__always)
  mutating func takeOtherEnds() -> (first: Int, last: Int)? {
    guard otherEnds != nil else { return nil }
    defer { otherEnds = nil }
    return otherEnds
  }
}
