/// The ports that a record names for one end of its event, of which one belongs to the end's address.
///
/// An address and its port stand in one object of JSON, or one behind the other. Where a record tells of more than
/// one connection each port has an address of its own, and is none of another's.
struct EndPorts {
  private struct Port {
    var number: UInt16 = 0
    var rank: UInt8 = 0
    var owner: UInt32 = 0
  }

  /// How many ports, and owners of addresses, are told apart; with more than that, no port is taken for another's.
  private static let most = 4

  private var ports = InlineArray<4, Port>(repeating: Port())
  private var portCount = 0
  private var owners = InlineArray<4, UInt32>(repeating: 0)
  private var ownerCount = 0

  /// Notes a port by the rank of its name and by what it is a part of; the first of each counts.
  mutating func note(_ number: UInt16, rank: UInt8, owner: UInt32) {
    guard number > 0, portCount < Self.most else { return }
    for index in 0..<portCount where ports[index].rank == rank && ports[index].owner == owner {
      return
    }
    ports[portCount] = Port(number: number, rank: rank, owner: owner)
    portCount += 1
  }

  /// Notes what has an address for this end.
  mutating func noteAddress(owner: UInt32) {
    guard ownerCount <= Self.most, !hasAddress(owner) else { return }
    if ownerCount < Self.most { owners[ownerCount] = owner }
    ownerCount += 1
  }

  /// The port of an address by the rank of its name, or 0: one of the same owner, else one that stands in a line
  /// before the only address (owner 0).
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
