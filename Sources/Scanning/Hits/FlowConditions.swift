import Indicators

/// Remembers which values of joint conditions each flow of a capture has shown.
///
/// Flows are divided into parts by their shard, each with its own limit: threads read different
/// parts at the same time, and what one part forgets must not depend on the others.
///
/// Sendable because only one thread at a time reads a part.
final class FlowConditions: @unchecked Sendable {
  private final class Part {
    var flows = FlowValues()
  }

  private let parts = (0..<64).map { _ in Part() }

  /// Adds a value to a flow, and returns those of the value's conditions that the flow now meets.
  func meet(
    _ value: UInt32, in flow: FlowRecord, _ conditions: JointConditions, forgotten: inout UInt64
  ) -> [UInt32] {
    parts[Int(flow.shard) & 63].flows.meet(
      value, in: FlowValues.Key(flow), conditions, forgotten: &forgotten)
  }
}

/// Remembers the values of joint conditions of the flows that showed one most recently.
///
/// The values of a flow come one after another. So a condition yields hits at the value that
/// completes it and at later ones, not at the values before.
struct FlowValues {
  /// The identity of a flow: both endpoints, the protocol and the tunnel depth.
  struct Key: Hashable {
    private let source: IPAddress
    private let destination: IPAddress
    private let ports: UInt64

    init(_ flow: FlowRecord) {
      source = flow.source
      destination = flow.destination
      ports =
        UInt64(flow.sourcePort) << 32 | UInt64(flow.destinationPort) << 16
        | UInt64(flow.ipProtocol) << 8 | UInt64(flow.tunnelDepth)
    }
  }

  /// A flow in a doubly linked list, ordered by when flows last showed a value.
  private struct Node {
    var key: Key
    var values = JointValues()
    var newer: Int32
    var older: Int32
  }

  /// The limit on values plus met conditions, for all flows together.
  private let limit: Int
  private var nodes: [Node] = []
  private var places: [Key: Int32] = [:]
  private var free: [Int32] = []
  private var newest: Int32 = -1
  private var oldest: Int32 = -1
  private var used = 0

  init(limit: Int = 1 << 12) { self.limit = limit }

  /// Adds a value to a flow, and returns those of the value's conditions that the flow now meets.
  ///
  /// Adds to `forgotten` the number of values that were dropped to make room.
  mutating func meet(
    _ value: UInt32, in key: Key, _ conditions: JointConditions, forgotten: inout UInt64
  ) -> [UInt32] {
    let place = node(of: key)
    if !nodes[Int(place)].values.contains(value) {
      let size = Self.size(of: nodes[Int(place)].values)
      if size >= limit {
        // A single flow that fills the limit keeps its values and gets no new ones.
        forgotten += 1
        return []
      }
      nodes[Int(place)].values.add(value, conditions)
      used += Self.size(of: nodes[Int(place)].values) - size
    }
    while used > limit, oldest != place { forgotten += UInt64(removeOldest()) }
    return nodes[Int(place)].values.metConditions(of: value)
  }

  private static func size(of values: JointValues) -> Int { values.count + values.metCount }

  /// Returns the index of a flow's node, which becomes the newest.
  private mutating func node(of key: Key) -> Int32 {
    if let place = places[key] {
      guard place != newest else { return place }
      unlink(place)
      link(place)
      return place
    }
    let node = Node(key: key, newer: -1, older: -1)
    let place: Int32
    if let last = free.popLast() {
      place = last
      nodes[Int(place)] = node
    } else {
      place = Int32(nodes.count)
      nodes.append(node)
    }
    places[key] = place
    link(place)
    return place
  }

  private mutating func link(_ place: Int32) {
    nodes[Int(place)].older = newest
    nodes[Int(place)].newer = -1
    if newest >= 0 { nodes[Int(newest)].newer = place } else { oldest = place }
    newest = place
  }

  private mutating func unlink(_ place: Int32) {
    let (newer, older) = (nodes[Int(place)].newer, nodes[Int(place)].older)
    if newer >= 0 { nodes[Int(newer)].older = older } else { newest = older }
    if older >= 0 { nodes[Int(older)].newer = newer } else { oldest = newer }
  }

  /// Forgets the flow whose last value is the oldest, and returns how many values it had.
  private mutating func removeOldest() -> Int {
    let place = oldest
    let count = nodes[Int(place)].values.count
    used -= Self.size(of: nodes[Int(place)].values)
    places[nodes[Int(place)].key] = nil
    unlink(place)
    nodes[Int(place)].values = JointValues()
    free.append(place)
    return count
  }
}
