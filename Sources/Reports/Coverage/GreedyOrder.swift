/// The order in which feeds add most to those before them: which to take first.
///
/// The greedy choice is within 1 − 1/e of the best choice of any number of feeds (Nemhauser, Wolsey and
/// Fisher 1978), and no order that can be computed in reasonable time is better in general (Feige 1998).
struct GreedyOrder {
  /// Feeds in order, with what each adds.
  private(set) var steps: [(feed: Int, adds: UInt64)] = []

  /// - Parameters:
  ///   - count: number of feeds.
  ///   - values: number of values.
  ///   - members: the feeds that list a value, each once; none for values that do not take part.
  init(count: Int, values: Int, members: (Int) -> [Int]) {
    var starts = [Int](repeating: 0, count: count + 1)
    var gains = [UInt64](repeating: 0, count: count)
    for value in 0..<values {
      for feed in members(value) {
        starts[feed + 1] += 1
        gains[feed] += 1
      }
    }
    for feed in 0..<count { starts[feed + 1] += starts[feed] }
    var listed = [UInt32](repeating: 0, count: starts[count])
    var next = starts
    for value in 0..<values {
      for feed in members(value) {
        listed[next[feed]] = UInt32(value)
        next[feed] += 1
      }
    }
    var isCovered = [Bool](repeating: false, count: values)
    var isTaken = [Bool](repeating: false, count: count)
    for _ in 0..<count {
      var best = -1
      for feed in 0..<count where !isTaken[feed] && (best < 0 || gains[feed] > gains[best]) {
        best = feed
      }
      guard best >= 0 else { break }
      isTaken[best] = true
      steps.append((best, gains[best]))
      for index in starts[best]..<starts[best + 1] {
        let value = Int(listed[index])
        if isCovered[value] { continue }
        isCovered[value] = true
        for feed in members(value) { gains[feed] -= 1 }
      }
    }
  }
}
