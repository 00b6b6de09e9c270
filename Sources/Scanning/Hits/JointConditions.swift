import Database
import Indicators
import Synchronization

/// Which values databases mean only together: conditions, their members, and where to look for what is met.
///
/// A condition is written down at each entry that is a member, so a value that many feeds' objects share has
/// as many conditions as there are objects. Looking through them wherever the value stands would cost input
/// times feed. So each condition has an anchor: of its members the one with the fewest conditions. Values
/// that stand together meet a condition only if its anchor is among them, and few conditions have one
/// anchor: for m pairs of values no more than √2m, since each partner has as many conditions as the anchor
/// or more.
///
/// Made when the first such value is met, once for all threads; 40 bytes a condition, about.
final class JointConditions: Sendable {
  /// A member of a condition: an entry by its place among those that are members, and its bit.
  struct Member {
    var entry: UInt32
    var bit: UInt16
  }

  /// What all threads share before it is made.
  final class Source: Sendable {
    private let databases: [IndicatorDatabase]
    private let made = Mutex<JointConditions?>(nil)

    init(_ databases: [IndicatorDatabase]) { self.databases = databases }

    var conditions: JointConditions {
      made.withLock { made in
        if let made { return made }
        let conditions = JointConditions(databases)
        made = conditions
        return conditions
      }
    }
  }

  /// Of each database the numbers of its entries that are members, ascending, and the place of the first.
  private let entries: [(first: Int, numbers: [UInt32])]
  /// Conditions of each entry.
  private let conditionsOfEntries: Rows<UInt32>
  /// Conditions that each entry is the anchor of.
  private let anchored: Rows<UInt32>
  private let members: Rows<Member>
  /// The bits of all members, and the string that names the condition in its database.
  private let facts: [(bits: UInt16, name: UInt32)]
  /// Of each entry whether all its sources have such conditions.
  private let isOnlyJoint: [Bool]
  /// Whether some entry is two members of one condition, and so may meet it alone.
  let hasDoubleMembers: Bool

  init(_ databases: [IndicatorDatabase]) {
    var entries: [(first: Int, numbers: [UInt32])] = []
    var mentions: [Mention] = []
    var isOnlyJoint: [Bool] = []
    for (index, database) in databases.enumerated() {
      var numbers: [UInt32] = []
      database.forEachJointEntry { number in
        var isOnly = true
        let start = mentions.count
        database.forEachSource(of: number) { source in
          if let place = ConditionPlace(source.context), !place.isMetAlone {
            mentions.append(Mention(database: index, place, entry: UInt32(isOnlyJoint.count)))
          } else {
            isOnly = false
          }
        }
        guard mentions.count > start else { return }
        numbers.append(number)
        isOnlyJoint.append(isOnly)
      }
      entries.append((isOnlyJoint.count - numbers.count, numbers))
    }
    self.entries = entries
    self.isOnlyJoint = isOnlyJoint
    let count = isOnlyJoint.count
    mentions.sort { $0.order < $1.order }

    var facts: [(bits: UInt16, name: UInt32)] = []
    var members = Rows<Member>()
    var hasDoubleMembers = false
    var start = 0
    while start < mentions.count {
      var end = start
      var bits: UInt16 = 0
      var row: [Member] = []
      while end < mentions.count, mentions[end].isSameCondition(as: mentions[start]) {
        let member = Member(entry: mentions[end].entry, bit: mentions[end].place.bit)
        // Several feeds, or objects of one, may say the same.
        if row.last?.entry != member.entry || row.last?.bit != member.bit {
          if row.last?.entry == member.entry { hasDoubleMembers = true }
          row.append(member)
        }
        bits |= member.bit
        end += 1
      }
      // One whose other member was not let in is never met.
      if bits == mentions[start].place.all {
        facts.append((bits, mentions[start].place.condition))
        members.append(row)
      }
      start = end
    }
    self.facts = facts
    self.members = members
    self.hasDoubleMembers = hasDoubleMembers
    conditionsOfEntries = Rows(rowCount: count, valuesByRow: members.map { $0.map(\.entry) })
    let degrees = (0..<count).map { [conditionsOfEntries] in conditionsOfEntries[$0].count }
    anchored = Rows(
      rowCount: count, valuesByRow: members.map { Self.anchor(of: $0, degrees) })
  }

  /// The entries of the member with the fewest conditions; several where it is compared in several ways.
  private static func anchor(of members: ArraySlice<Member>, _ degrees: [Int]) -> [UInt32] {
    var best: (degree: Int, bit: UInt16) = (.max, 0)
    for bit in Set(members.map(\.bit)).sorted() {
      let degree = members.reduce(0) {
        $0 + ($1.bit == bit ? degrees[Int($1.entry)] : 0)
      }
      if degree < best.degree { best = (degree, bit) }
    }
    return members.filter { $0.bit == best.bit }.map(\.entry)
  }

  /// The place of an entry among those that are members, or nil.
  func place(database: Int, entry: UInt32) -> UInt32? {
    let (first, numbers) = entries[database]
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < entry { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == entry ? UInt32(first + low) : nil
  }

  /// Whether all that is said of an entry holds only together with other values.
  func isOnlyJoint(_ entry: UInt32) -> Bool { isOnlyJoint[Int(entry)] }

  /// The conditions that an entry is a member of.
  func conditions(of entry: UInt32) -> ArraySlice<UInt32> { conditionsOfEntries[Int(entry)] }

  /// Those conditions of which an entry is the anchor.
  func conditions(anchoredAt entry: UInt32) -> ArraySlice<UInt32> { anchored[Int(entry)] }

  /// The members of a condition; of one bit there may be several entries.
  func members(of condition: UInt32) -> ArraySlice<Member> { members[Int(condition)] }

  /// The bits of all of a condition's members.
  func bits(of condition: UInt32) -> UInt16 { facts[Int(condition)].bits }

  /// The string that names a condition in its database.
  func name(of condition: UInt32) -> UInt32 { facts[Int(condition)].name }

  /// An entry's word for one of its conditions.
  private struct Mention {
    var database: Int
    var place: ConditionPlace
    var entry: UInt32

    init(database: Int, _ place: ConditionPlace, entry: UInt32) {
      (self.database, self.place, self.entry) = (database, place, entry)
    }

    var order: (Int, UInt32, UInt16, UInt32, UInt16) {
      (database, place.condition, place.all, entry, place.bit)
    }

    func isSameCondition(as other: Mention) -> Bool {
      database == other.database && place.condition == other.place.condition
        && place.all == other.place.all
    }
  }
}

/// Rows of values behind one another.
private struct Rows<Value: Sendable>: Sendable {
  private var ends: [Int] = []
  private var values: [Value] = []

  init() {}

  var count: Int { ends.count }

  mutating func append(_ row: [Value]) {
    values += row
    ends.append(values.count)
  }

  func map<Result>(_ transform: (ArraySlice<Value>) -> Result) -> [Result] {
    (0..<count).map { transform(self[$0]) }
  }

  subscript(_ row: Int) -> ArraySlice<Value> { values[(row == 0 ? 0 : ends[row - 1])..<ends[row]] }
}

extension Rows<UInt32> {
  /// The rows in which each value turned up: `rows[i]` names the rows that the value `i` goes to.
  init(rowCount: Int, valuesByRow rows: [[UInt32]]) {
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for row in rows { for target in row { starts[Int(target) + 1] += 1 } }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    ends = Array(starts.dropFirst())
    values = Array(repeating: 0, count: starts[rowCount])
    for (value, row) in rows.enumerated() {
      for target in row {
        values[starts[Int(target)]] = UInt32(value)
        starts[Int(target)] += 1
      }
    }
  }
}
