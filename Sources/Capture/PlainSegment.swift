import Parsing

/// What a plain packet carries: Ethernet, IPv4 without options and whole, TCP, or UDP that is no tunnel's.
struct PlainSegment {
  var hash: UInt64
  /// The addresses in the order of the flow's key, the upper half of `IPAddress.high`.
  private var first: UInt32
  private var second: UInt32
  var ports: UInt32
  /// `FlowKey.kind`.
  private var kind: UInt32
  var time: Int64
  /// Where the packet begins in the stretch's memory, and its captured length.
  var place: UInt32
  var length: UInt32
  /// Where its payload begins and ends there.
  var start: UInt32
  var end: UInt32
  /// TCP's numbers and flags.
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  var flags: UInt8 = 0
  private var work = FlowItem.Work.tcp
  private var isToMany = false
  var isSourceFirst: Bool
  /// The part of the capture's flows that its flow is in.
  var shard: UInt8

  /// The segment in a packet; nil where the packet is anything else.
  @inline(__always)
  init?(segment packet: RawSpan, _ record: PlainRecord, seed: UInt64, shardMask: UInt8) {
    guard packet.byteCount >= 54, Self.isPlain(packet, IPProtocol.tcp) else { return nil }
    let last = 14 &+ Int(packet.bigEndianUInt16(unchecked: 16))
    let header = Int(packet.byte(unchecked: 46) >> 4) &* 4
    guard last >= 54, last <= packet.byteCount, header >= 20 else { return nil }
    self.init(
      packet, IPProtocol.tcp, record, min(34 &+ header, last)..<last, seed: seed,
      shardMask: shardMask)
    sequence = packet.bigEndianUInt32(unchecked: 38)
    acknowledgement = packet.bigEndianUInt32(unchecked: 42)
    flags = packet.byte(unchecked: 47)
  }

  /// The datagram in a packet; nil where the packet is anything else, or a tunnel's.
  @inline(never)
  init?(datagram packet: RawSpan, _ record: PlainRecord, seed: UInt64, shardMask: UInt8) {
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
    self.init(
      packet, IPProtocol.udp, record, 42..<last, seed: seed, shardMask: shardMask)
    work = last > 42 ? .datagram : .addresses
    let destination = packet.bigEndianUInt32(unchecked: 30)
    isToMany = destination >> 28 == 0xe || destination == .max
  }

  /// Whether Ethernet's type, IP's version, the length of its header without options and the protocol are
  /// those of a plain packet of the protocol, which is no fragment.
  @inline(__always)
  private static func isPlain(_ packet: RawSpan, _ ipProtocol: UInt8) -> Bool {
    packet.bigEndianUInt32(unchecked: 12) >> 8 == 0x0800_45
      && packet.byte(unchecked: 23) == ipProtocol
      && packet.bigEndianUInt16(unchecked: 20) & 0x3fff == 0
  }

  /// What both have in common; the payload's range is the packet's.
  @inline(__always)
  private init(
    _ packet: RawSpan, _ ipProtocol: UInt8, _ record: PlainRecord, _ payload: Range<Int>,
    seed: UInt64, shardMask: UInt8
  ) {
    place = UInt32(truncatingIfNeeded: record.place)
    length = UInt32(truncatingIfNeeded: record.length)
    time = record.time
    start = place &+ UInt32(truncatingIfNeeded: payload.lowerBound)
    end = place &+ UInt32(truncatingIfNeeded: payload.upperBound)
    let source = packet.bigEndianUInt32(unchecked: 26)
    let destination = packet.bigEndianUInt32(unchecked: 30)
    ports = packet.bigEndianUInt32(unchecked: 34)
    isSourceFirst =
      source == destination ? ports >> 16 <= ports & 0xffff : source < destination
    first = isSourceFirst ? source : destination
    second = isSourceFirst ? destination : source
    if !isSourceFirst { ports = ports << 16 | ports >> 16 }
    kind = UInt32(ipProtocol) << 24 | 4 << 16 | 1
    let key = FlowKey(
      first: IPAddress(ipv4: first), second: IPAddress(ipv4: second), ports: ports, kind: kind)
    hash = key.hash(seed)
    shard = UInt8(truncatingIfNeeded: key.spread >> 56) & shardMask
  }

  /// The flow's key.
  var key: FlowKey {
    @inline(__always) get {
      FlowKey(
        first: IPAddress(ipv4: first), second: IPAddress(ipv4: second), ports: ports, kind: kind)
    }
  }

  /// Whether it may be a segment of which nothing is wanted.
  var mayPass: Bool {
    @inline(__always) get { work == .tcp && flags & tcpSYN == 0 }
  }

  /// The item that other packets become at once.
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

/// Memory for the plain segments that are looked at together.
@safe
struct PlainSegments: ~Copyable {
  static let capacity = 16
  private let memory = UnsafeMutablePointer<PlainSegment>.allocate(capacity: capacity)

  init() {}

  deinit { unsafe memory.deallocate() }

  /// The segment at an index below the capacity, which was written before it is read.
  subscript(_ index: Int) -> PlainSegment {
    @inline(__always)
    _read {
      assert(index >= 0 && index < Self.capacity)
      // SAFETY: the memory is for `capacity` segments, and the caller reads only what it wrote.
      yield unsafe memory[index]
    }
    @inline(__always)
    nonmutating set {
      assert(index >= 0 && index < Self.capacity)
      // SAFETY: as above; segments are trivial.
      unsafe (memory + index).initialize(to: newValue)
    }
  }
}
