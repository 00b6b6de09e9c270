/// Decides how many threads share an input.
enum WorkSharing {
  /// For each input, in order: one thread if that does not delay the end of the run, else all
  /// threads.
  ///
  /// A capture costs least on one thread, since several have to hand work over to each other. An
  /// input's size tells how long it takes; one of unknown size, such as a pipe, is shared by all.
  static func threads(sizes: [UInt64?], of threads: Int) -> [Int] {
    guard threads > 1, sizes.count > 1 else {
      return [Int](repeating: max(threads, 1), count: sizes.count)
    }
    // Sizes count as times; `ends` has the time at which each thread is done.
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
