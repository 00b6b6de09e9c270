/// Chooses pairs of bytes such that every pattern holds one, and few places of an input do.
///
/// Weighted set cover by the greedy rule: the pair that is worth most for what it costs, again and
/// again. A pair costs how often it is expected to be met, plus a fixed price, since few groups of
/// pairs fit the finder and each further pair widens one. The right price depends on the patterns,
/// so several are tried and the cheapest result is taken. For a few hundred patterns the groups are
/// then improved one pattern at a time (`PairRefinement`).
struct PairCover {
  /// Patterns that the choice is made from; the others are checked against it.
  static let sampleSize = 4096
  /// Bytes at the front of a pattern in which its pair is looked for.
  static let searched = 256

  /// Fixed prices of a pair to try; with the last one nearly any set has a complete cover.
  private static let prices = [1e-5, 1e-4, 1e-3, 4e-3, 2e-2]

  let groups: PairGroups

  /// Chooses pairs for `patterns`; those that ignore case are in small letters.
  init(_ patterns: PatternTable, sets: Int = 1) {
    let bytes = patterns.bytes
    let ignoresCase = patterns.foldsCase.contains(true)
    let singles = Self.singles(patterns)
    var isSingle = [Bool](repeating: false, count: 256)
    for byte in singles { isSingle[Int(byte)] = true }

    let step = max(1, patterns.count / Self.sampleSize)
    var sample = Swift.stride(from: 0, to: patterns.count, by: step).map { patterns.range($0) }
    var best: (pairs: [(first: UInt8, second: UInt8)], groups: PairGroups)?
    var missed: [Range<Int>] = []
    // A pattern without any of the chosen pairs joins the sample, a few times.
    for _ in 0..<4 {
      let members = Self.members(sample, in: bytes, isSingle: isSingle)
      best = nil
      for price in Self.prices {
        let (pairs, isComplete) = Self.cover(members, price: price, ignoresCase: ignoresCase)
        guard isComplete || price == Self.prices.last else { continue }
        let groups = PairGroups(
          pairs, single: singles, ignoresCase: ignoresCase, sets: sets)
        if best.map({ groups.effort < $0.groups.effort }) ?? true { best = (pairs, groups) }
      }
      if let chosen = best, singles.isEmpty,
        let refined = PairRefinement(
          members: members, from: chosen.groups.groups, capacity: sets * PairGroups.setCapacity,
          ignoresCase: ignoresCase)
      {
        let groups = PairGroups(
          refined.groups, of: refined.pairs, single: [], ignoresCase: ignoresCase)
        if groups.cost < chosen.groups.cost { best = (refined.pairs, groups) }
      }
      guard let table = best?.groups.table() else { break }
      missed = []
      for number in 0..<patterns.count {
        var isMissed = true
        let range = patterns.range(number)
        Self.forEachAnchor(of: range, in: bytes, table) { _ in isMissed = false }
        if isMissed { missed.append(range) }
      }
      if missed.isEmpty || step == 1 { break }
      sample += missed.prefix(Self.sampleSize / 4)
    }
    // A pattern that is missed even so gets its rarest pair.
    var groups = best?.groups ?? PairGroups([], single: singles, ignoresCase: ignoresCase)
    groups.add(
      Self.rarest(missed, in: bytes, ignoresCase: ignoresCase), ignoresCase: ignoresCase)
    self.groups = groups
  }

  /// The rarest pair of each pattern, each pair once.
  private static func rarest(
    _ ranges: [Range<Int>], in bytes: [UInt8], ignoresCase: Bool
  ) -> [(first: UInt8, second: UInt8)] {
    var found: Set<UInt16> = []
    for range in ranges {
      var best: (cost: Double, pair: UInt16)?
      for at in range.prefix(searched).dropLast() {
        let pair = UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
        let cost = cost(pair, ignoresCase: ignoresCase)
        if best.map({ cost < $0.cost }) ?? true { best = (cost, pair) }
      }
      if let best { found.insert(best.pair) }
    }
    return found.sorted().map { (UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)) }
  }

  private static func cost(_ pair: UInt16, ignoresCase: Bool) -> Double {
    PairGroups.Group(
      first: ByteSet(UInt8(pair >> 8), ignoresCase: ignoresCase),
      second: ByteSet(UInt8(truncatingIfNeeded: pair), ignoresCase: ignoresCase)
    ).cost
  }

  /// Bytes that are a pattern by themselves.
  private static func singles(_ patterns: PatternTable) -> [UInt8] {
    var isSingle = [Bool](repeating: false, count: 256)
    for number in 0..<patterns.count where patterns.lengths[number] == 1 {
      isSingle[Int(patterns.bytes[patterns.range(number).lowerBound])] = true
    }
    return (0..<256).filter { isSingle[$0] }.map { UInt8($0) }
  }

  /// The distinct pairs of each pattern that contains no single-byte pattern.
  private static func members(
    _ ranges: [Range<Int>], in bytes: [UInt8], isSingle: [Bool]
  ) -> [[UInt16]] {
    ranges.compactMap { range in
      let range = range.prefix(searched)
      guard !range.contains(where: { isSingle[Int(bytes[$0])] }) else { return nil }
      var pairs: [UInt16] = []
      for at in range.dropLast() {
        pairs.append(UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]))
      }
      pairs.sort()
      var distinct: [UInt16] = []
      for pair in pairs where pair != distinct.last { distinct.append(pair) }
      return distinct
    }
  }

  private static func cover(
    _ members: [[UInt16]], price: Double, ignoresCase: Bool
  ) -> (pairs: [(first: UInt8, second: UInt8)], isComplete: Bool) {
    var counts = [Int32](repeating: 0, count: 65_536)
    var holders: [UInt16: [Int32]] = [:]
    for (index, pairs) in members.enumerated() {
      for pair in pairs {
        counts[Int(pair)] += 1
        holders[pair, default: []].append(Int32(index))
      }
    }
    let candidates = holders.keys.sorted()
    let costs = candidates.map { price + cost($0, ignoresCase: ignoresCase) }
    var isCovered = [Bool](repeating: false, count: members.count)
    var left = members.count
    var chosen: [(first: UInt8, second: UInt8)] = []
    // Pairs beyond this number are not rare any more.
    while left > 0, chosen.count < 400 {
      var best = (worth: 0.0, pair: 0 as UInt16)
      for (index, pair) in candidates.enumerated() {
        let worth = Double(counts[Int(pair)]) / costs[index]
        if worth > best.worth { best = (worth, pair) }
      }
      guard best.worth > 0 else { break }
      chosen.append((UInt8(best.pair >> 8), UInt8(truncatingIfNeeded: best.pair)))
      for member in holders[best.pair] ?? [] where !isCovered[Int(member)] {
        isCovered[Int(member)] = true
        left -= 1
        for pair in members[Int(member)] { counts[Int(pair)] -= 1 }
      }
    }
    return (chosen, left == 0)
  }

  /// Calls `body` with each offset in a pattern at which the finder stops.
  @inline(__always)
  static func forEachAnchor(
    of range: Range<Int>, in bytes: [UInt8], _ table: [Bool], _ body: (Int) -> Void
  ) {
    let end = min(range.upperBound, range.lowerBound + searched)
    for at in range.lowerBound..<end {
      let isAnchor =
        at + 1 < range.upperBound
        ? table[Int(bytes[at]) << 8 | Int(bytes[at + 1])] : table[65_536 + Int(bytes[at])]
      if isAnchor { body(at - range.lowerBound) }
    }
  }
}
