/// The values of joint conditions that were seen together in a record, or so far in a flow, and the
/// conditions that they meet.
///
/// A value is the index of a member entry in `JointConditions`. Adding one takes at most as many
/// steps as the value has conditions, and at most as many as there are conditions anchored at it or
/// at the values seen before.
struct JointValues {
  /// Up to this many values are searched one by one; beyond, `places` is used.
  private static let few = 8

  private var seen: [UInt32] = []
  /// For each value the conditions that are met, some twice; empty until a condition is met.
  private var met: [[UInt32]] = []
  /// The index of each value in `seen`, once there are more than `few`.
  private var places: [UInt32: Int] = [:]
  /// The number of conditions that are anchored at the values.
  private var anchored = 0
  /// The number of conditions in `met`.
  private(set) var metCount = 0
  /// The number of conditions that were looked at, for tests.
  private(set) var work = 0

  var count: Int { seen.count }

  /// Forgets all values.
  ///
  /// The memory that is kept for reuse does not grow with the values that were here.
  mutating func removeAll() {
    if seen.count > Self.few {
      self = JointValues(work: work)
    } else {
      seen.removeAll(keepingCapacity: true)
      if !met.isEmpty { met.removeAll(keepingCapacity: true) }
      (anchored, metCount) = (0, 0)
    }
  }

  init() {}

  private init(work: Int) { self.work = work }

  func contains(_ value: UInt32) -> Bool { place(of: value) != nil }

  /// The conditions of a value that are met; one may be named twice.
  func metConditions(of value: UInt32) -> [UInt32] {
    guard metCount > 0, let place = place(of: value) else { return [] }
    return met[place]
  }

  private func place(of value: UInt32) -> Int? {
    seen.count <= Self.few ? seen.firstIndex(of: value) : places[value]
  }

  /// Adds a value, unless it is here already.
  mutating func add(_ value: UInt32, _ conditions: JointConditions) {
    guard place(of: value) == nil else { return }
    seen.append(value)
    if !met.isEmpty { met.append([]) }
    if seen.count == Self.few + 1 {
      for (place, value) in seen.enumerated() { places[value] = place }
    } else if seen.count > Self.few {
      places[value] = seen.count - 1
    }
    let own = conditions.conditions(anchoredAt: value)
    anchored += own.count
    guard seen.count > 1 || conditions.hasDoubleMembers else { return }
    let all = conditions.conditions(of: value)
    if all.count <= anchored + seen.count {
      for condition in all { look(at: condition, with: value, conditions) }
      return
    }
    for condition in own { look(at: condition, with: value, conditions) }
    for other in seen where other != value {
      for condition in conditions.conditions(anchoredAt: other) {
        work += 1
        guard conditions.members(of: condition).contains(where: { $0.entry == value }) else {
          continue
        }
        look(at: condition, with: value, conditions)
      }
    }
  }

  /// Notes a condition in `met` if `value`, the newest one, meets it together with the others.
  private mutating func look(
    at condition: UInt32, with value: UInt32, _ conditions: JointConditions
  ) {
    work += 1
    let members = conditions.members(of: condition)
    var (before, now) = (0 as UInt16, 0 as UInt16)
    for member in members {
      if member.entry == value {
        now |= member.bit
      } else if contains(member.entry) {
        before |= member.bit
      }
    }
    let all = conditions.bits(of: condition)
    guard before | now == all else { return }
    if met.isEmpty { met = Array(repeating: [], count: seen.count) }
    for member in members where member.entry == value || before != all {
      guard let place = place(of: member.entry) else { continue }
      met[place].append(condition)
      metCount += 1
    }
  }
}
