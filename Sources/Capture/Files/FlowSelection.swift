package import Indicators

/// The flows whose packets are chosen: those with hits to be kept as evidence.
package struct FlowSelection: Sendable {
  private var keys: Set<FlowKey> = []
  /// The two ends of each of those flows: a later fragment does not say to which flow between them
  /// it belongs.
  private var pairs: Set<FlowKey> = []

  /// Whether some of the flows are inside tunnels.
  package private(set) var hasTunnels = false

  /// A selection of nothing.
  package init() {}

  /// Whether nothing is chosen.
  package var isEmpty: Bool { keys.isEmpty }

  /// Chooses a flow.
  package mutating func insert(_ flow: FlowRecord) {
    keys.insert(
      FlowKey(
        source: Endpoint(address: flow.source, port: flow.hasPorts ? flow.sourcePort : 0),
        destination: Endpoint(
          address: flow.destination, port: flow.hasPorts ? flow.destinationPort : 0),
        kind: FlowKind(
          ipProtocol: flow.ipProtocol, version: flow.ipVersion, depth: Int(flow.tunnelDepth),
          hasPorts: flow.hasPorts)))
    pairs.insert(Self.pair(flow.source, flow.destination))
    if flow.tunnelDepth > 0 { hasTunnels = true }
  }

  /// Adds all flows of another selection.
  package mutating func formUnion(_ other: FlowSelection) {
    keys.formUnion(other.keys)
    pairs.formUnion(other.pairs)
    hasTunnels = hasTunnels || other.hasTunnels
  }

  func contains(_ key: FlowKey) -> Bool { keys.contains(key) }

  func contains(_ source: IPAddress, _ destination: IPAddress) -> Bool {
    pairs.contains(Self.pair(source, destination))
  }

  private static func pair(_ source: IPAddress, _ destination: IPAddress) -> FlowKey {
    FlowKey(
      source: Endpoint(address: source, port: 0),
      destination: Endpoint(address: destination, port: 0), kind: FlowKind(rawValue: 0))
  }
}
