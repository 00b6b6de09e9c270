import Database

/// How feeds relate to one another: what they share, who is first, who adds what.
///
/// One pass over the values; the work is the sum of the squares of how many feeds list each, at most
/// the number of listings times the number of feeds.
struct CoveragePairs {
  /// Number of feeds.
  let count: Int
  /// Values of each feed.
  private(set) var sizes: [UInt64]
  /// Values in both, by `row * count + column`; the diagonal is the size.
  private(set) var exact: [UInt32]
  /// Values of the row that the column lists or covers.
  private(set) var covered: [UInt32]
  /// Values of both that the row listed before the column, of those whose times are known.
  private(set) var earlier: [UInt32]
  /// Values that no other feed lists.
  private(set) var exclusive: [UInt64]
  /// Values that no other feed lists or covers.
  private(set) var exclusiveCovered: [UInt64]
  /// Values that an allow list has or covers.
  private(set) var allowed: [UInt64]
  /// Values that cover allowed ones without being allowed: networks, and names above allowed ones.
  private(set) var wide: [UInt64]
  /// Values of the truth that the feed lists or covers.
  private(set) var truthCovered: [UInt64]
  /// Values of the truth that the feed lists.
  private(set) var truthExact: [UInt64]
  /// Values of the truth.
  private(set) var truthSize: UInt64 = 0
  /// Values of the truth that any feed lists or covers.
  private(set) var truthAny: UInt64 = 0
  /// Nanoseconds behind the earliest of the feeds, for each shared value whose times are known.
  private(set) var latencies: [[Int64]]
  /// Shared values that the feed listed first, ties included.
  private(set) var firsts: [UInt64]

  init(_ universe: CoverageUniverse, _ database: IndicatorDatabase) {
    count = universe.feeds.count
    sizes = Array(repeating: 0, count: count)
    exact = Array(repeating: 0, count: count * count)
    covered = exact
    earlier = exact
    exclusive = sizes
    exclusiveCovered = sizes
    allowed = sizes
    wide = sizes
    truthCovered = sizes
    truthExact = sizes
    latencies = Array(repeating: [], count: count)
    firsts = sizes
    var touched = [UInt8](repeating: 0, count: universe.count)
    for value in 0..<universe.count { add(value, universe) }
    addCovers(universe, database, &touched)
    // The column also covers the values that it lists.
    for index in covered.indices { covered[index] += exact[index] }
    for value in 0..<universe.count where touched[value] & Self.holdsAllowed != 0 {
      for member in universe.members(value) where member.isWide { wide[Int(member.feed)] += 1 }
    }
  }

  /// Bit of `touched`: the value covers an allowed value without being allowed itself.
  private static let holdsAllowed: UInt8 = 1

  /// Counts the listings of one value.
  private mutating func add(_ value: Int, _ universe: CoverageUniverse) {
    let members = universe.members(value)
    let marks = universe.marks[value]
    if marks & CoverageUniverse.truth != 0 {
      truthSize += 1
      if !members.isEmpty { truthAny += 1 }
    }
    for member in members {
      let feed = Int(member.feed)
      sizes[feed] += 1
      if marks & CoverageUniverse.allowed != 0 { allowed[feed] += 1 }
      if marks & CoverageUniverse.truth != 0 {
        truthExact[feed] += 1
        truthCovered[feed] += 1
      }
    }
    guard members.count > 1 else {
      if let only = members.first {
        exclusive[Int(only.feed)] += 1
        exclusiveCovered[Int(only.feed)] += 1
        exact[Int(only.feed) * (count + 1)] += 1
      }
      return
    }
    for left in members {
      let row = Int(left.feed) * count
      for right in members {
        exact[row + Int(right.feed)] += 1
        if left.first != CoverageUniverse.unknown, right.first != CoverageUniverse.unknown,
          left.first < right.first
        {
          earlier[row + Int(right.feed)] += 1
        }
      }
    }
    let known = members.lazy.map(\.first).filter { $0 != CoverageUniverse.unknown }
    guard known.count > 1, let earliest = known.min() else { return }
    for member in members where member.first != CoverageUniverse.unknown {
      let (latency, overflow) = member.first.subtractingReportingOverflow(earliest)
      latencies[Int(member.feed)].append(overflow ? .max : latency)
      if member.first == earliest { firsts[Int(member.feed)] += 1 }
    }
  }

  /// Counts what is covered by networks, names and URL prefixes.
  private mutating func addCovers(
    _ universe: CoverageUniverse, _ database: IndicatorDatabase, _ touched: inout [UInt8]
  ) {
    var stamp = [UInt32](repeating: 0, count: count)
    var round: UInt32 = 0
    var others: [Int] = []
    CoverFinder(database, universe).forEachCovered { value, covers in
      let members = universe.members(value)
      let marks = universe.marks[value]
      round += 1
      others.removeAll(keepingCapacity: true)
      for member in members { stamp[Int(member.feed)] = round }
      var isAllowed = false
      for cover in covers {
        isAllowed = isAllowed || universe.marks[cover] & CoverageUniverse.allowedBelow != 0
        if marks & CoverageUniverse.allowed != 0,
          universe.marks[cover] & CoverageUniverse.allowed == 0
        {
          touched[cover] |= Self.holdsAllowed
        }
        for member in universe.members(cover)
        where member.isWide && stamp[Int(member.feed)] != round {
          stamp[Int(member.feed)] = round
          others.append(Int(member.feed))
        }
      }
      if isAllowed, marks & CoverageUniverse.allowed == 0 {
        for member in members { allowed[Int(member.feed)] += 1 }
      }
      if marks & CoverageUniverse.truth != 0 {
        if members.isEmpty, !others.isEmpty { truthAny += 1 }
        for other in others { truthCovered[other] += 1 }
      }
      for member in members {
        let row = Int(member.feed) * count
        for other in others { covered[row + other] += 1 }
      }
      if members.count == 1, let only = members.first, !others.isEmpty {
        exclusiveCovered[Int(only.feed)] -= 1
      }
    }
  }
}
