import Indicators

/// What a record says of one side of its event, field by field.
struct SideFacts {
  /// An endpoint, and what its address and port are both parts of.
  typealias OwnedEndpoint = (endpoint: EventEndpoint, owner: UInt32)

  /// The endpoint under the name that goes first.
  private(set) var preferred: OwnedEndpoint?
  /// The first address of the other IP version under a name of the same rank.
  private(set) var other: OwnedEndpoint?
  /// The order of the name that the endpoint was taken from.
  private(set) var order: UInt8 = .max
  /// A name for the connection has told something other than one for a single packet.
  private(set) var outranksPacket = false
  var ports = EndpointPorts()

  /// Notes an address, with its port if there is one; false if another name goes before this one.
  mutating func note(
    _ bytes: RawSpan, _ range: Range<Int>, rank: UInt8, depth: Int, port: UInt16, owner: UInt32
  ) -> Bool {
    if order / 4 <= 1, rank <= 1, order / 4 != rank { outranksPacket = true }
    let order = EventFacts.order(rank, depth)
    let isFurther = order == self.order && other == nil
    guard order < self.order || isFurther || owner != preferred?.owner ?? 0,
      let endpoint = EventFacts.endpointWithPort(bytes, range)
    else { return false }
    ports.noteAddress(owner: owner)
    if isFurther, endpoint.isIPv4 != preferred?.endpoint.isIPv4 {
      other = (endpoint, owner)
    } else if order < self.order {
      (preferred, other, self.order) = ((endpoint, owner), nil, order)
    } else {
      return false
    }
    ports.note(port > 0 ? port : endpoint.port, rank: order, owner: owner)
    return true
  }
}
