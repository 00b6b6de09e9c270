import Indicators

/// A member of a joint condition.
package struct ConditionPlace: Sendable, Equatable {
  /// The identifier of the condition's text in its database.
  package var condition: UInt32
  /// The member's bit.
  package var bit: UInt16
  /// The bits of all members.
  package var all: UInt16
  /// The responder's port that must be seen as well; 0 if any port will do.
  package var port: UInt16

  package init(condition: UInt32, bit: UInt16, all: UInt16, port: UInt16) {
    (self.condition, self.bit, self.all, self.port) = (condition, bit, all, port)
  }

  /// Creates the place that a source's context states; nil if it has no condition.
  init?(_ context: SourceContext) {
    guard context.condition != 0 else { return nil }
    self.init(
      condition: context.condition, bit: 1 << UInt16(context.conditionMember & 15),
      all: (1 << UInt16(min(context.conditionCount, 15))) - 1, port: context.conditionPort)
  }

  /// Whether this value is the only member, so that the condition asks only for a port.
  var isMetAlone: Bool { bit == all }
}

/// The sources of an entry, indexed by what their conditions ask for besides the value.
///
/// A value that very many conditions share has a source for each. The index finds those whose
/// conditions are met without looking at the others.
struct JointSources: Sendable {
  /// Sources without a condition.
  private var free: [Int] = []
  /// Sources whose condition asks only for a port, sorted by the port.
  private var byPort: [(key: UInt32, source: Int)] = []
  /// Sources whose condition asks for other values, sorted by the condition.
  private var byCondition: [(key: UInt32, source: Int)] = []

  init?(_ sources: [ResolvedSource]) {
    guard sources.contains(where: { $0.conditionPlace != nil }) else { return nil }
    for index in sources.indices {
      guard let place = sources[index].conditionPlace else {
        free.append(index)
        continue
      }
      if place.isMetAlone {
        byPort.append((UInt32(place.port), index))
      } else {
        byCondition.append((place.condition, index))
      }
    }
    byPort.sort { $0 < $1 }
    byCondition.sort { $0 < $1 }
  }

  /// The indices of the sources whose conditions are met, ascending.
  ///
  /// `conditions` are those whose values were all seen, `port` is the responder's port that the value
  /// was seen with, and `sources` are all sources of the entry.
  func met(_ conditions: [UInt32], port: UInt16?, of sources: [ResolvedSource]) -> [Int] {
    var result = free
    // Key 0: a condition on this value alone that names no port. Only a damaged database has one.
    for key in Set([0, port.map(UInt32.init) ?? 0]) {
      Self.append(key, of: byPort, to: &result) { _ in true }
    }
    for condition in Set(conditions) {
      Self.append(condition, of: byCondition, to: &result) { source in
        guard let asked = sources[source].conditionPlace?.port, asked != 0 else { return true }
        return asked == port
      }
    }
    if result.count > free.count { result.sort() }
    return result
  }

  private static func append(
    _ key: UInt32, of list: [(key: UInt32, source: Int)], to result: inout [Int],
    where isMet: (Int) -> Bool
  ) {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].key < key { low = middle + 1 } else { high = middle }
    }
    while low < list.count, list[low].key == key {
      if isMet(list[low].source) { result.append(list[low].source) }
      low += 1
    }
  }
}
