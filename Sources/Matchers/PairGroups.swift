/// Byte pairs in eight or sixteen groups, as the pair finder takes them.
///
/// Group g holds the pairs (a, b) with a in its first set and b in its second one. A set allows
/// some low halves and some high halves: a byte belongs to it if both its halves are allowed. So a
/// group of several pairs may hold others too; its cost says how often any of its pairs is met.
struct PairGroups {
  /// Groups in one set of the finder's tables; the finder takes one or two sets.
  static let setCapacity = 8
  /// Bytes of a set: four tables of sixteen.
  static let tableBytes = 64

  /// One set of first bytes and one of second bytes.
  struct Group {
    let first: ByteSet
    let second: ByteSet

    /// How often a pair of the group is expected at a place of the input.
    let cost: Double

    init(first: ByteSet, second: ByteSet) {
      self.init(first: first, second: second, cost: PairShares.share(first, second))
    }

    init(first: ByteSet, second: ByteSet, cost: Double) {
      self.first = first
      self.second = second
      self.cost = cost
    }

    func contains(_ a: UInt8, _ b: UInt8) -> Bool { first.contains(a) && second.contains(b) }

    func merged(_ other: Group) -> Group {
      Group(first: first.union(other.first), second: second.union(other.second))
    }
  }

  private(set) var groups: [Group]
  /// Number of sets of tables, one or two.
  private(set) var setCount = 1
  /// The pairs that were asked for, a bit each, first byte high; nil if the groups hold few others.
  private(set) var exactPairs: [UInt64]?
  private var exactCost = 0.0

  /// How often any group's pair is expected at a place of the input; at most 1.
  var cost: Double { min(1, groups.reduce(0) { $0 + $1.cost }) }

  /// What a search is expected to spend on a byte beyond finding pairs, in a processor's cycles.
  ///
  /// Stopping at a pair costs a few cycles, looking it up under three windows more.
  var effort: Double { exactPairs == nil ? 15 * cost : 4 * cost + 12 * exactCost }

  /// Puts pairs into at most `sets * setCapacity` groups.
  ///
  /// Pairs with the same first byte, or with the same second one, go together; then groups are
  /// merged where that costs least.
  init(
    _ pairs: [(first: UInt8, second: UInt8)], single: [UInt8], ignoresCase: Bool, sets: Int = 1
  ) {
    var bySecond = Self.grouped(pairs, ignoresCase: ignoresCase, bySecond: true)
    var byFirst = Self.grouped(pairs, ignoresCase: ignoresCase, bySecond: false)
    for byte in single {
      let group = Group(first: ByteSet(byte, ignoresCase: ignoresCase), second: .all)
      bySecond.append(group)
      byFirst.append(group)
    }
    Self.merge(&bySecond, to: sets * Self.setCapacity)
    Self.merge(&byFirst, to: sets * Self.setCapacity)
    func total(_ groups: [Group]) -> Double { groups.reduce(0) { $0 + $1.cost } }
    self.init(
      total(byFirst) <= total(bySecond) ? byFirst : bySecond, of: pairs, single: single,
      ignoresCase: ignoresCase)
  }

  /// Takes groups that hold `pairs`, no more than two sets of tables have.
  init(
    _ groups: [Group], of pairs: [(first: UInt8, second: UInt8)], single: [UInt8],
    ignoresCase: Bool
  ) {
    self.groups = groups
    setCount = groups.count > Self.setCapacity ? 2 : 1
    var wanted = [UInt64](repeating: 0, count: 1024)
    for pair in pairs { Self.set(pair, ignoresCase: ignoresCase, in: &wanted) }
    for byte in single {
      for second in 0...255 as ClosedRange<UInt8> {
        Self.set((byte, second), ignoresCase: ignoresCase, in: &wanted)
      }
    }
    exactCost = Self.share(of: wanted)
    // Even where pairs are so frequent that an automaton would be taken, sorting them exactly pays.
    if cost > 0.01, 3 * cost > 4 * exactCost || 15 * cost > LiteralMatcherBuilder.greatestEffort {
      exactPairs = wanted
    }
  }

  /// Adds each pair to the group in which it costs least; every group keeps what it had.
  mutating func add(_ pairs: [(first: UInt8, second: UInt8)], ignoresCase: Bool) {
    for pair in pairs {
      let group = Group(
        first: ByteSet(pair.first, ignoresCase: ignoresCase),
        second: ByteSet(pair.second, ignoresCase: ignoresCase))
      if var exact = exactPairs {
        Self.set(pair, ignoresCase: ignoresCase, in: &exact)
        exactPairs = exact
      }
      guard groups.count >= setCount * Self.setCapacity else {
        groups.append(group)
        continue
      }
      var best = (gain: Double.infinity, merged: group, index: 0)
      for (index, other) in groups.enumerated() {
        let merged = other.merged(group)
        if merged.cost - other.cost < best.gain {
          best = (merged.cost - other.cost, merged, index)
        }
      }
      groups[best.index] = best.merged
    }
    if let exactPairs { exactCost = Self.share(of: exactPairs) }
  }

  private static func set(
    _ pair: (first: UInt8, second: UInt8), ignoresCase: Bool, in table: inout [UInt64]
  ) {
    func cases(_ byte: UInt8) -> [UInt8] {
      ignoresCase && (byte | 0x20) &- 97 < 26 ? [byte, byte ^ 0x20] : [byte]
    }
    for first in cases(pair.first) {
      for second in cases(pair.second) {
        let bit = Int(first) << 8 | Int(second)
        table[bit >> 6] |= 1 << UInt64(bit & 63)
      }
    }
  }

  private static func share(of table: [UInt64]) -> Double {
    var sum = 0.0
    for (index, word) in table.enumerated() {
      var rest = word
      while rest != 0 {
        sum += PairShares.share(ofPair: index << 6 | rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return sum
  }

  private static func grouped(
    _ pairs: [(first: UInt8, second: UInt8)], ignoresCase: Bool, bySecond: Bool
  ) -> [Group] {
    var groups: [Group] = []
    var place = [Int?](repeating: nil, count: 256)
    for pair in pairs {
      let group = Group(
        first: ByteSet(pair.first, ignoresCase: ignoresCase),
        second: ByteSet(pair.second, ignoresCase: ignoresCase))
      let key = Int(bySecond ? pair.second : pair.first)
      if let index = place[key] {
        groups[index] = groups[index].merged(group)
      } else {
        place[key] = groups.count
        groups.append(group)
      }
    }
    return groups
  }

  /// Merges the two groups that cost least together, until at most `capacity` are left.
  private static func merge(_ groups: inout [Group], to capacity: Int) {
    // What merging two groups adds to the cost; `gains` has a row for each second group.
    func gain(_ first: Group, _ second: Group) -> Double {
      first.merged(second).cost - first.cost - second.cost
    }
    guard groups.count > capacity else { return }
    var gains = groups.indices.map { second in
      (0..<second).map { gain(groups[$0], groups[second]) }
    }
    while groups.count > capacity {
      var best = (gain: Double.infinity, first: 0, second: 1)
      for second in gains.indices {
        for first in gains[second].indices where gains[second][first] < best.gain {
          best = (gains[second][first], first, second)
        }
      }
      let merged = groups[best.first].merged(groups[best.second])
      groups[best.first] = merged
      groups.remove(at: best.second)
      gains.remove(at: best.second)
      for second in best.second..<gains.count { gains[second].remove(at: best.second) }
      for other in groups.indices where other != best.first {
        let (first, second) = (min(other, best.first), max(other, best.first))
        gains[second][first] = gain(groups[other], merged)
      }
    }
  }

  /// Whether the finder stops at each pair, first byte high; then at each byte that ends a pattern.
  func table() -> [Bool] {
    var table = [Bool](repeating: false, count: 65_536 + 256)
    for group in groups {
      for first in 0..<256 where group.first.contains(UInt8(first)) {
        for second in 0..<256 where group.second.contains(UInt8(second)) {
          table[first << 8 | second] = true
        }
        if group.second.isAll { table[65_536 + first] = true }
      }
    }
    if let exactPairs {
      for pair in 0..<65_536 where exactPairs[pair >> 6] >> UInt64(pair & 63) & 1 == 0 {
        table[pair] = false
        // Any byte may follow a pattern's last one, so it is an anchor only if all pairs with it
        // are.
        table[65_536 + (pair >> 8)] = false
      }
    }
    return table
  }

  /// The finder's four tables of sixteen bytes, and four more where there are two sets.
  func kernelTables() -> [UInt8] {
    var tables = [UInt8](repeating: 0, count: setCount * Self.tableBytes)
    for (index, group) in groups.enumerated() {
      let bit = UInt8(1) << UInt8(index % Self.setCapacity)
      let set = index / Self.setCapacity * Self.tableBytes
      for half in 0..<16 {
        if group.first.low >> UInt16(half) & 1 != 0 { tables[set + half] |= bit }
        if group.first.high >> UInt16(half) & 1 != 0 { tables[set + 16 + half] |= bit }
        if group.second.low >> UInt16(half) & 1 != 0 { tables[set + 32 + half] |= bit }
        if group.second.high >> UInt16(half) & 1 != 0 { tables[set + 48 + half] |= bit }
      }
    }
    return tables
  }
}

/// A set of bytes: those whose low half is in `low` and whose high half is in `high`.
struct ByteSet {
  var low: UInt16
  var high: UInt16

  static var all: ByteSet { ByteSet(low: .max, high: .max) }

  init(low: UInt16, high: UInt16) {
    self.low = low
    self.high = high
  }

  /// The smallest set with a byte and, if `ignoresCase` is set, with its other case.
  ///
  /// Where case is ignored each set has, for each of its bytes from 64 to 127, also the one that
  /// differs in the bit of case, letter or not: so that no union of sets has one case of a letter only.
  init(_ byte: UInt8, ignoresCase: Bool) {
    low = 1 << UInt16(byte & 15)
    high = 1 << UInt16(byte >> 4)
    if ignoresCase, 64...127 ~= byte { high |= 1 << UInt16((byte ^ 0x20) >> 4) }
  }

  var isAll: Bool { low == .max && high == .max }

  func contains(_ byte: UInt8) -> Bool {
    low >> UInt16(byte & 15) & 1 != 0 && high >> UInt16(byte >> 4) & 1 != 0
  }

  func union(_ other: ByteSet) -> ByteSet {
    ByteSet(low: low | other.low, high: high | other.high)
  }

  /// The members, rising.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(low.nonzeroBitCount * high.nonzeroBitCount)
    var highs = high
    while highs != 0 {
      let half = UInt8(highs.trailingZeroBitCount) << 4
      var lows = low
      while lows != 0 {
        bytes.append(half | UInt8(lows.trailingZeroBitCount))
        lows &= lows - 1
      }
      highs &= highs - 1
    }
    return bytes
  }
}

/// How often each pair of neighbouring bytes is expected in logs and captures.
///
/// Measured once over many kinds of both, and kept roughly: what matters is that `in` is met more
/// often than `qx`. Where it is wrong for an input, the scan notices.
enum PairShares {
  private static let classCount = 103

  /// The share of each pair, first byte high.
  private static let shares: [Float] = {
    var steps: [Float] = []
    PairShareData.text.withUTF8Buffer { text in
      for index in text.indices {
        // SAFETY: a static string's bytes, read within the closure.
        let letter = unsafe text[index]
        let step = letter >= UInt8(ascii: "a") ? letter - 97 : letter - 65 + 26
        // Two steps halve the share, from 2^-6 down.
        var share: Float = step % 2 == 0 ? 0x1p-6 : 0x1p-6 * 0.7071
        for _ in 0..<step / 2 { share /= 2 }
        steps.append(share)
      }
    }
    assert(steps.count == classCount * classCount)
    return (0..<65_536).map { pair in
      steps[byteClass(UInt8(pair >> 8)) * classCount + byteClass(UInt8(pair & 0xFF))]
    }
  }()

  /// The class of a byte, as the generator of the data numbers them.
  private static func byteClass(_ byte: UInt8) -> Int {
    switch byte {
    case 33...126: Int(byte) - 33
    case 0: 94
    case 9: 95
    case 10: 96
    case 13: 97
    case 32: 98
    case ..<32: 99
    case ..<192: 100
    case ..<255: 101
    default: 102
    }
  }

  /// The share of one pair, its first byte high.
  static func share(ofPair pair: Int) -> Double { Double(shares[pair]) }

  /// The share of each first byte's pairs with all bytes of `second`.
  static func shares(before second: ByteSet) -> [Float] {
    let seconds = second.bytes
    return (0..<256).map { first in
      seconds.reduce(0) { $0 + shares[first << 8 | Int($1)] }
    }
  }

  /// The summed share of all pairs of a byte of `first` and one of `second`.
  static func share(_ first: ByteSet, _ second: ByteSet) -> Double {
    let seconds = second.bytes
    var sum: Float = 0
    for a in first.bytes {
      for b in seconds { sum += shares[Int(a) << 8 | Int(b)] }
    }
    return Double(sum)
  }
}
