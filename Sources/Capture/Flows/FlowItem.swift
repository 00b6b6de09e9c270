/// What a packet, a datagram put together or a packet inside a tunnel means to its flow.
///
/// The dealer makes one for each IP header that it reads; who reads the flow needs nothing else but the
/// payload's bytes. Trivial and 96 bytes, so that a stretch of a capture is an array of them.
struct FlowItem {
  /// What is done with it.
  enum Work: UInt8 {
    /// Only the addresses are of interest.
    case addresses
    case tcp
    case datagram
    /// A datagram that carries a packet, which is an item of its own.
    case tunnel
  }

  /// Facts, one bit each.
  struct Facts: OptionSet {
    let rawValue: UInt8
    /// The source is the end that stands first in the flow's key.
    static let isSourceFirst = Facts(rawValue: 1)
    /// It was sent to a group, which cannot be the one that began an exchange.
    static let isToMany = Facts(rawValue: 2)
    /// It was put together from fragments, which were packets of their own.
    static let isReassembled = Facts(rawValue: 4)
    /// The fragments disagreed about some bytes.
    static let hasOverlap = Facts(rawValue: 8)
    /// It belongs to the same packet and flow as the item before, and shares values with it.
    static let isContinued = Facts(rawValue: 16)
  }

  var key: FlowKey
  /// The key's hash in the tables of the capture.
  var hash: UInt64 = 0
  /// The packet's number, from 1, and its time in nanoseconds since 1970.
  var number: UInt64
  var time: Int64
  /// Where the payload begins and ends.
  var start: UInt32 = 0
  var end: UInt32 = 0
  /// Its place among the items of its stretch.
  var order: UInt32 = 0
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  /// Which bytes `start` and `end` count in: 0 for the stretch's, else one more than an index of its
  /// `extras`.
  var place: UInt32 = 0
  /// Bytes that the packet had beyond those captured.
  var missing: UInt16 = 0
  /// TCP's flags.
  var flags: UInt8 = 0
  var work = Work.addresses
  var facts: Facts = []
  /// The part of the capture's flows that the flow is in.
  var shard: UInt8 = 0
  /// ICMP's type and code.
  var message: (type: UInt8, code: UInt8) = (0, 0)

  var isSourceFirst: Bool { facts.contains(.isSourceFirst) }
  /// A SYN that answers none.
  var isOpening: Bool { flags & (tcpSYN | tcpACK) == tcpSYN }
  var source: IPAddress { isSourceFirst ? key.first : key.second }
  var destination: IPAddress { isSourceFirst ? key.second : key.first }
  var sourcePort: UInt16 {
    UInt16(truncatingIfNeeded: isSourceFirst ? key.ports >> 16 : key.ports)
  }
  var destinationPort: UInt16 {
    UInt16(truncatingIfNeeded: isSourceFirst ? key.ports : key.ports >> 16)
  }
}

/// A packet's place between IP and its payload's protocol.
struct Segment {
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var hasPorts = false
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  /// TCP's flags.
  var flags: UInt8 = 0
  /// ICMP's type and code.
  var message: (type: UInt8, code: UInt8) = (0, 0)
  var payload = 0
  var end = 0
}
