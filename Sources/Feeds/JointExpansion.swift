/// Writes an AND over alternatives out as alternatives (its disjunctive normal form), within bounds.
///
/// Numbers say which values an alternative asks for. ANDs of ORs multiply, and ANDs inside one another
/// write the same members once more at each depth: what a text of some hundred bytes asks for is without
/// bound. So each number that is written is paid for, and what there is to pay with grows with the text.
struct JointExpansion {
  /// The most alternatives of one AND.
  static let mostAlternatives = 256
  /// The most members of one alternative, of which a condition keeps few: some are only noted.
  static let mostMembers = 64
  private var allowance: Int

  /// - Parameter free: numbers that any text may write.
  init(free: Int) { allowance = free }

  /// Allows for a further piece of text, as much as is in proportion to it.
  mutating func allow(_ numbers: Int) { allowance += numbers }

  /// Makes the alternatives of an AND those that hold together with a further member's; false where
  /// they would be too many, or too long.
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

  /// Adds the alternatives of a member to those of an OR; false where they would be too many.
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
