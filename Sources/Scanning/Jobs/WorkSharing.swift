/// How many threads are to share an input.
enum WorkSharing {
  /// For each of some inputs in order: one thread where the last of them is done no later for it, else all.
  ///
  /// A capture costs least on one thread, since what several do has to be handed over. How long inputs
  /// take is told by their sizes; one of unknown size, as a pipe, is shared by all.
  static func threads(sizes: [UInt64?], of threads: Int) -> [Int] {
    guard threads > 1, sizes.count > 1 else {
      return [Int](repeating: max(threads, 1), count: sizes.count)
    }
    // Sizes as times; an input takes as long as its size says, each thread having its own end.
    let total = sizes.reduce(0.0) { $0 + Double($1 ?? 0) }
    let latest = total / Double(threads) * 1.05
    var ends = [Double](repeating: 0, count: min(threads, sizes.count))
    return sizes.map { size in
      guard let size, let first = ends.indices.min(by: { ends[$0] < ends[$1] }) else {
        return threads
      }
      let end = ends[first] + Double(size)
      if end <= latest {
        ends[first] = end
        return 1
      }
      let mean = (ends.reduce(0, +) + Double(size)) / Double(ends.count)
      for index in ends.indices { ends[index] = max(ends[index], mean) }
      return threads
    }
  }
}
