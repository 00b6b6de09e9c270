import Indicators
import Parsing

/// The headers of a plain packet: Ethernet, a whole IPv4 packet without options, and TCP, or UDP
/// that is no tunnel's.
struct PlainSegment {
  var hash: UInt64
  /// The two addresses in the order of the flow's key; each is the upper half of `IPAddress.high`.
  private var first: UInt32
  private var second: UInt32
  var ports: UInt32
  private var kind: FlowKind
  var time: Int64
  /// Where the packet begins in the stretch's memory, and its captured length.
  var place: UInt32
  var length: UInt32
  /// Where the payload begins and ends in the stretch's memory.
  var start: UInt32
  var end: UInt32
  /// TCP's sequence numbers and flags; 0 in UDP.
  var sequence = SequenceNumber()
  var acknowledgement = SequenceNumber()
  var flags: UInt8 = 0
  private var work = FlowItem.Work.tcp
  private var isToMany = false
  var isSourceFirst: Bool
  /// The shard that the flow is in.
  var shard: UInt8
  /// The flow is that of the plain packet before.
  var isOfSameFlow: Bool

  /// Reads a packet whose bytes begin at `place` in the stretch's memory; nil if it is not plain.
  @inline(__always)
  init?(_ packet: RawSpan, at place: Int, _ time: Int64, _ ends: inout PlainEndpoints) {
    if let segment = Self(segment: packet, place, time, &ends) {
      self = segment
    } else if let datagram = Self(datagram: packet, place, time, &ends) {
      self = datagram
    } else {
      return nil
    }
  }

  /// Reads a TCP segment; nil if the packet is anything else.
  @inline(__always)
  private init?(segment packet: RawSpan, _ place: Int, _ time: Int64, _ ends: inout PlainEndpoints)
  {
    guard packet.byteCount >= 54, Self.isPlain(packet, IPProtocol.tcp) else { return nil }
    let last = 14 &+ Int(packet.bigEndianUInt16(unchecked: 16))
    let header = Int(packet.byte(unchecked: 46) >> 4) &* 4
    guard last >= 54, last <= packet.byteCount, header >= 20 else { return nil }
    self.init(packet, IPProtocol.tcp, place, time, min(34 &+ header, last)..<last, &ends)
    sequence = SequenceNumber(packet.bigEndianUInt32(unchecked: 38))
    acknowledgement = SequenceNumber(packet.bigEndianUInt32(unchecked: 42))
    flags = packet.byte(unchecked: 47)
  }

  /// Reads a UDP datagram; nil if the packet is anything else, or a tunnel's.
  @inline(never)
  private init?(datagram packet: RawSpan, _ place: Int, _ time: Int64, _ ends: inout PlainEndpoints)
  {
    guard packet.byteCount >= 42, Self.isPlain(packet, IPProtocol.udp) else { return nil }
    var last = 14 &+ Int(packet.bigEndianUInt16(unchecked: 16))
    guard last >= 42, last <= packet.byteCount else { return nil }
    let length = Int(packet.bigEndianUInt16(unchecked: 38))
    if length >= 8 { last = min(last, 34 &+ length) }
    if last > 42 {
      guard
        PacketDealer.tunnel(
          packet.extracting(42..<last), sourcePort: packet.bigEndianUInt16(unchecked: 34),
          destinationPort: packet.bigEndianUInt16(unchecked: 36)) == nil
      else { return nil }
    }
    self.init(packet, IPProtocol.udp, place, time, 42..<last, &ends)
    work = last > 42 ? .datagram : .addresses
    let destination = packet.bigEndianUInt32(unchecked: 30)
    isToMany = destination >> 28 == 0xe || destination == .max
  }

  /// Whether the packet is Ethernet, IPv4 without options, of this protocol, and no fragment.
  @inline(__always)
  private static func isPlain(_ packet: RawSpan, _ ipProtocol: UInt8) -> Bool {
    packet.bigEndianUInt32(unchecked: 12) >> 8 == 0x0800_45
      && packet.byte(unchecked: 23) == ipProtocol
      && packet.bigEndianUInt16(unchecked: 20) & 0x3fff == 0
  }

  /// Sets what segments and datagrams have in common; `payload` is its range in the packet.
  @inline(__always)
  private init(
    _ packet: RawSpan, _ ipProtocol: UInt8, _ place: Int, _ time: Int64, _ payload: Range<Int>,
    _ ends: inout PlainEndpoints
  ) {
    self.place = UInt32(truncatingIfNeeded: place)
    length = UInt32(truncatingIfNeeded: packet.byteCount)
    self.time = time
    start = UInt32(truncatingIfNeeded: place &+ payload.lowerBound)
    end = UInt32(truncatingIfNeeded: place &+ payload.upperBound)
    isOfSameFlow = ends.move(to: packet, ipProtocol)
    (first, second, ports, kind) = (ends.first, ends.second, ends.ports, ends.kind)
    (hash, shard, isSourceFirst) = (ends.hash, ends.shard, ends.isSourceFirst)
  }

  /// The flow's key.
  var key: FlowKey {
    @inline(__always) get {
      FlowKey(
        first: IPAddress(ipv4: first), second: IPAddress(ipv4: second), ports: ports, kind: kind)
    }
  }

  /// Whether it may be a segment that need not be read: TCP without SYN.
  var mayPass: Bool {
    @inline(__always) get { work == .tcp && flags & TCPFlag.syn == 0 }
  }

  /// The item that `PacketDealer` makes for other packets.
  @inline(__always)
  func item(number: UInt64, order: UInt32) -> FlowItem {
    var item = FlowItem(
      key: key, hash: hash, number: number, time: time, start: start, end: end, order: order,
      sequence: sequence, acknowledgement: acknowledgement, flags: flags, work: work,
      facts: isSourceFirst ? .isSourceFirst : [], shard: shard)
    if isToMany { item.facts.insert(.isToMany) }
    return item
  }
}
