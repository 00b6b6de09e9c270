import Database
import Indicators
import Synchronization

/// The joint conditions of the databases: which values count only together with others.
///
/// A condition is stored at each entry that is a member of it. A value that many objects of feeds
/// share has as many conditions as there are objects, and searching all of them wherever the value
/// is seen would cost input times feed. So each condition has an anchor: the member that has the
/// fewest conditions. Values that are seen together meet a condition only if its anchor is among
/// them, and few conditions have the same anchor: for m pairs of values no more than √2m, since
/// each partner has at least as many conditions as the anchor.
///
/// Made when the first such value is matched, once for all threads; it takes about 40 bytes for
/// each condition.
final class JointConditions: Sendable {
  /// A member of a condition: the index of its entry among all member entries, and its bit.
  struct Member {
    var entry: UInt32
    var bit: UInt16
  }

  /// Makes the joint conditions when a thread first asks for them; shared by all threads.
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

  /// For each database the numbers of its member entries, ascending, and the index of the first.
  private let entries: [(first: Int, numbers: [UInt32])]
  /// For each member entry the conditions it belongs to.
  private let conditionsOfEntries: Rows<UInt32>
  /// For each member entry the conditions whose anchor it is.
  private let anchored: Rows<UInt32>
  private let members: Rows<Member>
  /// For each condition the bits of all members, and the string that names it in its database.
  private let facts: [(bits: UInt16, name: UInt32)]
  /// For each member entry whether all its sources have conditions that ask for other values.
  private let isOnlyJoint: [Bool]
  /// Whether an entry is two members of one condition, and so may meet it alone.
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
        // Several feeds, or several objects of one feed, may state the same condition.
        if row.last?.entry != member.entry || row.last?.bit != member.bit {
          if row.last?.entry == member.entry { hasDoubleMembers = true }
          row.append(member)
        }
        bits |= member.bit
        end += 1
      }
      // A condition that lacks a member, because its value was refused, is never met.
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

  /// The entries of the member with the fewest conditions.
  ///
  /// They are several if the member's value is compared in several ways.
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

  /// The index of an entry among the member entries; nil if it is not a member.
  func place(database: Int, entry: UInt32) -> UInt32? {
    let (first, numbers) = entries[database]
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < entry { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == entry ? UInt32(first + low) : nil
  }

  /// Whether all sources of an entry count only together with other values.
  func isOnlyJoint(_ entry: UInt32) -> Bool { isOnlyJoint[Int(entry)] }

  /// The conditions that an entry is a member of.
  func conditions(of entry: UInt32) -> ArraySlice<UInt32> { conditionsOfEntries[Int(entry)] }

  /// The conditions whose anchor an entry is.
  func conditions(anchoredAt entry: UInt32) -> ArraySlice<UInt32> { anchored[Int(entry)] }

  /// The members of a condition; several entries may have the same bit.
  func members(of condition: UInt32) -> ArraySlice<Member> { members[Int(condition)] }

  /// The bits of all of a condition's members.
  func bits(of condition: UInt32) -> UInt16 { facts[Int(condition)].bits }

  /// The string that names a condition in its database.
  func name(of condition: UInt32) -> UInt32 { facts[Int(condition)].name }

  /// One statement by an entry's source that the entry is a member of a condition.
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

/// Rows of values of different lengths, stored in one array.
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
  /// Inverts a table: row `r` of the result holds every `i` for which `rows[i]` contains `r`.
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
