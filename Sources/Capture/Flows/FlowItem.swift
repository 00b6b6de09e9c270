import Indicators

/// One IP packet as its flow sees it: captured, put together from fragments, or inside a tunnel.
///
/// The dealer makes one for each IP header that it reads; besides it, the reader of the flow needs
/// only the payload's bytes. An item is trivial and has 96 bytes, so that a stretch of a capture is
/// an array of items.
struct FlowItem {
  /// How the item is read.
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
    /// The source is the end that comes first in the flow's key.
    static let isSourceFirst = Facts(rawValue: 1)
    /// The packet was sent to a group address, which cannot have begun the exchange.
    static let isToMany = Facts(rawValue: 2)
    /// The packet was put together from fragments, which were packets of their own.
    static let isReassembled = Facts(rawValue: 4)
    /// The fragments disagreed about some bytes.
    static let hasOverlap = Facts(rawValue: 8)
    /// The item belongs to the same packet and flow as the item before, and shares values with it.
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
  var sequence = SequenceNumber()
  var acknowledgement = SequenceNumber()
  /// The bytes in which `start` and `end` are offsets.
  ///
  /// 0 for the stretch's own, else one more than an index of the stretch's `extras`.
  var place: UInt32 = 0
  /// Bytes that the packet had beyond those captured.
  var missing: UInt16 = 0
  /// TCP's flags.
  var flags: UInt8 = 0
  var work = Work.addresses
  var facts: Facts = []
  /// The number of the flow's `FlowShard`.
  var shard: UInt8 = 0
  /// ICMP's type and code.
  var message: (type: UInt8, code: UInt8) = (0, 0)

  var isSourceFirst: Bool { facts.contains(.isSourceFirst) }
  /// A SYN without ACK, which opens a connection.
  var isOpening: Bool { flags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn }
  var source: IPAddress { isSourceFirst ? key.first : key.second }
  var destination: IPAddress { isSourceFirst ? key.second : key.first }
  var sourcePort: UInt16 {
    UInt16(truncatingIfNeeded: isSourceFirst ? key.ports >> 16 : key.ports)
  }
  var destinationPort: UInt16 {
    UInt16(truncatingIfNeeded: isSourceFirst ? key.ports : key.ports >> 16)
  }

  /// Whether the packet is to or from a port of DNS over TCP.
  var isDNSPort: Bool {
    DNSMessage.isRegistered(streamPort: sourcePort)
      || DNSMessage.isRegistered(streamPort: destinationPort)
  }

  /// Where a request in the packet is sent.
  var target: HTTPTarget {
    HTTPTarget(address: VersionedAddress(destination, version: key.version), port: destinationPort)
  }
}

/// What a packet's transport header says, and where its payload begins and ends.
struct Segment {
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var hasPorts = false
  var sequence = SequenceNumber()
  var acknowledgement = SequenceNumber()
  /// TCP's flags.
  var flags: UInt8 = 0
  /// ICMP's type and code.
  var message: (type: UInt8, code: UInt8) = (0, 0)
  var payload = 0
  var end = 0
}
