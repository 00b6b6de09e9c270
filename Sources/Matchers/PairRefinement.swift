/// Improves a choice of pairs: each pattern moves to the pair and group that cost the finder least.
///
/// A cover chooses rare pairs, but does not see that a group may hold ten times the pairs that were
/// put into it, since its sets are products of half bytes. Here the groups are what counts: a
/// pattern's other pairs are often nearly as rare and fit a group that is there already. Each move
/// lowers the cost, so this ends; where it ends depends on the order of the patterns alone.
struct PairRefinement {
  /// The most pairs of all patterns together.
  ///
  /// With more the groups are full whatever is chosen, and it would take long.
  private static let mostPairs = 1 << 13
  private static let passes = 8

  /// A group's four sets of half bytes in one word.
  private typealias Sets = UInt64

  /// The sets of a group, and how many of its patterns have each bit of them.
  private struct Tally {
    private var counts = InlineArray<64, UInt16>(repeating: 0)
    private(set) var sets: Sets = 0

    mutating func add(_ pair: Sets) {
      var rest = pair
      while rest != 0 {
        counts[rest.trailingZeroBitCount] += 1
        rest &= rest - 1
      }
      sets |= pair
    }

    mutating func remove(_ pair: Sets) {
      var rest = pair
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        counts[bit] -= 1
        if counts[bit] == 0 { sets &= ~(1 << Sets(bit)) }
        rest &= rest - 1
      }
    }
  }

  private struct Choice: Equatable {
    var group: Int
    var pair: UInt16
  }

  private let ignoresCase: Bool
  private var tallies: [Tally]
  private var choices: [Choice] = []
  private var costs = SetCosts()

  /// The pairs that were chosen, rising.
  var pairs: [(first: UInt8, second: UInt8)] {
    Set(choices.map(\.pair)).sorted().map { (UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)) }
  }

  /// The groups that they are in.
  var groups: [PairGroups.Group] {
    tallies.filter { $0.sets != 0 }.map { PairGroups.Group(sets: $0.sets) }
  }

  /// Improves `groups`, of which there may be up to `capacity`.
  ///
  /// Nil if there are no patterns, or more than `mostPairs` pairs.
  init?(
    members: [[UInt16]], from groups: [PairGroups.Group], capacity: Int, ignoresCase: Bool
  ) {
    guard !members.isEmpty, members.reduce(0, { $0 + $1.count }) <= Self.mostPairs else {
      return nil
    }
    self.ignoresCase = ignoresCase
    tallies = Array(repeating: Tally(), count: capacity)
    let options = members.map { pairs in pairs.map { ($0, sets: sets($0)) } }
    for pairs in options {
      choices.append(Self.first(pairs, in: groups))
      tallies[choices[choices.count - 1].group].add(sets(choices[choices.count - 1].pair))
    }
    for _ in 0..<Self.passes {
      var isChanged = false
      for (member, pairs) in options.enumerated() {
        let old = choices[member]
        tallies[old.group].remove(sets(old.pair))
        choices[member] = best(pairs, old)
        tallies[choices[member].group].add(sets(choices[member].pair))
        isChanged = isChanged || choices[member] != old
      }
      if !isChanged { break }
    }
  }

  private func sets(_ pair: UInt16) -> Sets {
    PairGroups.Group(
      first: ByteSet(UInt8(pair >> 8), ignoresCase: ignoresCase),
      second: ByteSet(UInt8(truncatingIfNeeded: pair), ignoresCase: ignoresCase)
    ).sets
  }

  /// The first group that holds a pair of the pattern; if none does, the first group and pair.
  private static func first(
    _ pairs: [(pair: UInt16, sets: Sets)], in groups: [PairGroups.Group]
  ) -> Choice {
    for (index, group) in groups.enumerated() {
      for option in pairs where option.sets & ~group.sets == 0 {
        return Choice(group: index, pair: option.pair)
      }
    }
    return Choice(group: 0, pair: pairs[0].pair)
  }

  /// The choice that costs least; the old one, unless another costs less.
  private mutating func best(_ pairs: [(pair: UInt16, sets: Sets)], _ old: Choice) -> Choice {
    var best = (choice: old, cost: cost(of: sets(old.pair), in: old.group))
    for option in pairs {
      for group in tallies.indices {
        let cost = cost(of: option.sets, in: group)
        if cost < best.cost - 1e-9 { best = (Choice(group: group, pair: option.pair), cost) }
      }
    }
    return best.choice
  }

  /// What a pair adds to a group's cost.
  private mutating func cost(of pair: Sets, in group: Int) -> Double {
    let sets = tallies[group].sets
    if pair & ~sets == 0 { return 0 }
    return costs.cost(sets | pair) - costs.cost(sets)
  }
}

/// The costs of groups, each computed once.
private struct SetCosts {
  /// How many costs, and how many rows of second sets, are kept.
  private static let mostKnown = 1 << 17
  private static let mostRows = 4096

  private var known: [UInt64: Double] = [:]
  /// For each second set, how often each first byte is met before a byte of it.
  private var rows: [UInt32: [Float]] = [:]

  mutating func cost(_ sets: UInt64) -> Double {
    if sets == 0 { return 0 }
    if let cost = known[sets] { return cost }
    if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
    let group = PairGroups.Group(sets: sets, cost: 0)
    let row = row(group.second)
    var sum: Float = 0
    for byte in group.first.bytes { sum += row[Int(byte)] }
    known[sets] = Double(sum)
    return Double(sum)
  }

  private mutating func row(_ second: ByteSet) -> [Float] {
    let key = UInt32(second.low) | UInt32(second.high) << 16
    if let row = rows[key] { return row }
    if rows.count >= Self.mostRows { rows.removeAll(keepingCapacity: true) }
    let row = PairShares.shares(before: second)
    rows[key] = row
    return row
  }
}

extension PairGroups.Group {
  /// The four sets of half bytes in one word.
  var sets: UInt64 {
    UInt64(first.low) | UInt64(first.high) << 16 | UInt64(second.low) << 32
      | UInt64(second.high) << 48
  }

  /// A group of sets in one word, with its cost where it is known.
  init(sets: UInt64, cost: Double? = nil) {
    let first = ByteSet(
      low: UInt16(truncatingIfNeeded: sets), high: UInt16(truncatingIfNeeded: sets >> 16))
    let second = ByteSet(
      low: UInt16(truncatingIfNeeded: sets >> 32), high: UInt16(truncatingIfNeeded: sets >> 48))
    self.init(first: first, second: second, cost: cost ?? PairShares.share(first, second))
  }
}
