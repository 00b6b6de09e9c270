/// Writes an AND over alternatives out as alternatives (its disjunctive normal form), within bounds.
///
/// An alternative is a list of numbers that say which values it asks for. ANDs of ORs multiply, and
/// nested ANDs write the same members again at each depth: a text of some hundred bytes may ask for
/// any amount. So each number that is written is deducted from an allowance, which grows with the
/// text.
struct JointExpansion {
  /// The most alternatives of one AND.
  static let mostAlternatives = 256
  /// The most members of one alternative, of which a condition keeps few: some are only noted.
  static let mostMembers = 64
  private var allowance: Int

  /// - Parameter free: the initial allowance, in numbers that any text may write.
  init(free: Int) { allowance = free }

  /// Adds `numbers` to the allowance, in proportion to a further piece of text.
  mutating func allow(_ numbers: Int) { allowance += numbers }

  /// Combines the alternatives of an AND with those of a further member.
  ///
  /// False if they would be too many or too long.
  ///
  /// An AND without members has one alternative that asks for nothing.
  mutating func multiply(_ alternatives: inout [[Int]], by member: ArraySlice<[Int]>) -> Bool {
    guard alternatives.count * member.count <= Self.mostAlternatives else { return false }
    let written = Self.longest(alternatives[...])
    let longest = written + Self.longest(member)
    guard longest <= Self.mostMembers else { return false }
    if alternatives.count == 1, written == 0 {
      guard pay(member.count) else { return false }
      alternatives = Array(member)
    } else if member.count == 1, let only = member.first {
      guard pay(alternatives.count * max(only.count, 1)) else { return false }
      for index in alternatives.indices { alternatives[index] += only }
    } else {
      guard pay(alternatives.count * member.count * longest) else { return false }
      alternatives = alternatives.flatMap { left in member.map { left + $0 } }
    }
    return true
  }

  /// Adds the alternatives of a member to those of an OR; false if they would be too many.
  mutating func add(_ member: [[Int]], to alternatives: inout [[Int]]) -> Bool {
    guard alternatives.count + member.count <= Self.mostAlternatives, pay(member.count) else {
      return false
    }
    alternatives += member
    return true
  }

  private mutating func pay(_ numbers: Int) -> Bool {
    guard numbers <= allowance else { return false }
    allowance -= numbers
    return true
  }

  private static func longest(_ alternatives: ArraySlice<[Int]>) -> Int {
    alternatives.reduce(0) { max($0, $1.count) }
  }
}
