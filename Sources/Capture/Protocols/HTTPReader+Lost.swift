/// Bytes that are not read as requests, and in which the next request is searched for.
extension HTTPReader {
  /// The most bytes in which it is searched for.
  private static let longestLost = 1 << 20

  /// In how many bytes behind those that were read the next request is to be searched for.
  ///
  /// A line that began like a request may turn out to be none; the search then goes on.
  var bytesToSearch: Int {
    if isAnswer { return 0 }
    return switch phase {
    case .chunkSize: Self.longestLost
    case .lost, .requestLine: lostRest
    default: 0
    }
  }

  /// Begins in bytes that cannot be read; the next request is searched for after an empty line.
  mutating func beginLost(_ count: Int) {
    reset()
    hasRead = true
    phase = .lost
    lostRest = count
  }

  /// Gives up a head that is longer than the limit.
  mutating func endLongHead(at offset: Int, _ skips: inout SkipCounters) -> Outcome {
    skips.add(.httpHeaderLimit)
    phase = .lost
    lostRest = Self.longestLost
    return .other(offset)
  }
}
