/// The order of feeds in which those that overlap stand side by side: average linkage, read from left to
/// right, the larger cluster first.
enum FeedClusters {
  /// The order of `count` feeds by how alike two are (0 to 1, symmetric).
  ///
  /// Cubic in the number of feeds, so meant for the few that a chart can show.
  static func order(_ count: Int, alike: (Int, Int) -> Double) -> [Int] {
    guard count > 1 else { return Array(0..<count) }
    var clusters: [[Int]?] = (0..<count).map { [$0] }
    var similarity = (0..<count).map { row in
      (0..<count).map { column in row == column ? 0 : alike(row, column) }
    }
    for _ in 1..<count {
      var best = (first: -1, second: -1, value: -1.0)
      for first in 0..<count where clusters[first] != nil {
        for second in (first + 1)..<max(count, first + 1) where clusters[second] != nil {
          if similarity[first][second] > best.value {
            best = (first, second, similarity[first][second])
          }
        }
      }
      guard best.first >= 0, let left = clusters[best.first], let right = clusters[best.second]
      else { break }
      let (a, b) = (Double(left.count), Double(right.count))
      for other in 0..<count where clusters[other] != nil && other != best.first {
        let mean =
          (similarity[best.first][other] * a + similarity[best.second][other] * b) / (a + b)
        similarity[best.first][other] = mean
        similarity[other][best.first] = mean
      }
      clusters[best.first] = left.count >= right.count ? left + right : right + left
      clusters[best.second] = nil
    }
    return clusters.compactMap { $0 }.flatMap { $0 }
  }
}
