/// The ports that a record names for one endpoint of its event; one of them belongs to the
/// endpoint's address.
///
/// An address and its port are members of one JSON object, or follow one another. If a record tells
/// of several connections, each port belongs to its own address and must not be given to another.
struct EndpointPorts {
  private struct Port {
    var number: UInt16 = 0
    var rank: UInt8 = 0
    var owner: UInt32 = 0
  }

  /// The number of ports, and of owners of addresses, that are told apart; with more, no port is
  /// given to another owner's address.
  private static let most = 4

  private var ports = InlineArray<4, Port>(repeating: Port())
  private var portCount = 0
  private var owners = InlineArray<4, UInt32>(repeating: 0)
  private var ownerCount = 0

  /// Notes a port with the rank of its name and its owner; the first one for each rank and owner
  /// counts.
  mutating func note(_ number: UInt16, rank: UInt8, owner: UInt32) {
    guard number > 0, portCount < Self.most else { return }
    for index in 0..<portCount where ports[index].rank == rank && ports[index].owner == owner {
      return
    }
    ports[portCount] = Port(number: number, rank: rank, owner: owner)
    portCount += 1
  }

  /// Notes that `owner` has an address for this endpoint.
  mutating func noteAddress(owner: UInt32) {
    guard ownerCount <= Self.most, !hasAddress(owner) else { return }
    if ownerCount < Self.most { owners[ownerCount] = owner }
    ownerCount += 1
  }

  /// The port of the address of `owner` under names of the given rank, or 0.
  ///
  /// A port of the same owner goes first, then one that a line names before its only address (owner
  /// 0).
  func port(rank: Int, owner: UInt32) -> UInt16 {
    var other: UInt16 = 0
    for index in 0..<portCount where Int(ports[index].rank) == rank {
      if ports[index].owner == owner { return ports[index].number }
      if other == 0, ports[index].owner == 0, ownerCount <= 1, !hasAddress(0) {
        other = ports[index].number
      }
    }
    return other
  }

  private func hasAddress(_ owner: UInt32) -> Bool {
    for index in 0..<min(ownerCount, Self.most) where owners[index] == owner { return true }
    return false
  }
}
