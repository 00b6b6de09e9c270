import Database

/// Pairs the feeds of the old side with those of the new one.
///
/// Names are paths as they were given, and the two sides often lie in two folders. So feeds with
/// the same name are a pair; then, of those left, two whose paths have the longest common tail; and
/// if each side has only one feed, these two.
struct FeedAlignment {
  /// Index in the new side by index in the old; nil where the feed is gone.
  private(set) var new: [Int?]
  /// Index in the old side by index in the new; nil where the feed is new.
  private(set) var old: [Int?]

  init(_ oldNames: [String], _ newNames: [String]) {
    new = Array(repeating: nil, count: oldNames.count)
    old = Array(repeating: nil, count: newNames.count)
    var places: [String: Int] = [:]
    for (index, name) in newNames.enumerated() { places[name] = index }
    for (index, name) in oldNames.enumerated() {
      if let place = places[name] { pair(index, place) }
    }
    // By the last part of the path first, so that few are compared with few.
    var byLast: [Substring: [Int]] = [:]
    for (index, name) in newNames.enumerated() where old[index] == nil {
      byLast[Self.parts(name).last ?? "", default: []].append(index)
    }
    for (index, name) in oldNames.enumerated() where new[index] == nil {
      let parts = Self.parts(name)
      let candidates = (byLast[parts.last ?? ""] ?? []).filter { old[$0] == nil }
      let best = candidates.max {
        Self.commonTail(parts, Self.parts(newNames[$0]))
          < Self.commonTail(parts, Self.parts(newNames[$1]))
      }
      if let best { pair(index, best) }
    }
    if oldNames.count == 1, newNames.count == 1, new[0] == nil { pair(0, 0) }
  }

  private mutating func pair(_ left: Int, _ right: Int) {
    new[left] = right
    old[right] = left
  }

  private static func parts(_ path: String) -> [Substring] { path.split(separator: "/") }

  private static func commonTail(_ left: [Substring], _ right: [Substring]) -> Int {
    zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
  }
}
