import Parsing

/// The two ends of a plain packet, and where its flow is.
///
/// Most packets are of the flow of the packet before, the same way or the other: those cost a comparison of the
/// bytes, and no hash.
struct PlainEnds {
  /// Both addresses and both ports as they stand in the packet.
  private var addresses: UInt64 = 0
  private var rawPorts: UInt32 = 0
  private(set) var hash: UInt64 = 0
  /// The addresses in the order of the flow's key, the upper half of `IPAddress.high`.
  private(set) var first: UInt32 = 0
  private(set) var second: UInt32 = 0
  private(set) var ports: UInt32 = 0
  /// `FlowKey.kind`, 0 before the first packet; the four stand as in a segment, so that they are copied together.
  private(set) var kind: UInt32 = 0
  private(set) var isSourceFirst = false
  /// The part of the capture's flows that the flow is in.
  private(set) var shard: UInt8 = 0
  private let seed: PlainSeed

  init(_ seed: PlainSeed) { self.seed = seed }

  /// The same before the first packet.
  var fresh: PlainEnds {
    @inline(__always) get { PlainEnds(seed) }
  }

  /// Moves on to a packet's ends; whether its flow is that of the packet before.
  @inline(__always)
  mutating func move(to packet: RawSpan, _ ipProtocol: UInt8) -> Bool {
    let kind = UInt32(ipProtocol) << 24 | 4 << 16 | 1
    let addresses = packet.littleEndianUInt64(unchecked: 26)
    let ports = packet.bigEndianUInt32(unchecked: 34)
    let isSameKind = kind == self.kind
    if isSameKind, addresses == self.addresses, ports == rawPorts { return true }
    let isBack =
      isSameKind && addresses << 32 | addresses >> 32 == self.addresses
      && ports << 16 | ports >> 16 == rawPorts
    self.addresses = addresses
    rawPorts = ports
    if isBack {
      // The ends differ, or it were the same way.
      isSourceFirst.toggle()
      return true
    }
    self.kind = kind
    let source = UInt32(truncatingIfNeeded: addresses).byteSwapped
    let destination = UInt32(truncatingIfNeeded: addresses >> 32).byteSwapped
    isSourceFirst =
      source == destination ? ports >> 16 <= ports & 0xffff : source < destination
    first = isSourceFirst ? source : destination
    second = isSourceFirst ? destination : source
    self.ports = isSourceFirst ? ports : ports << 16 | ports >> 16
    let key = FlowKey(
      first: IPAddress(ipv4: first), second: IPAddress(ipv4: second), ports: self.ports, kind: kind)
    hash = key.hashIPv4(seed.value, seed.lowHalves)
    assert(hash == key.hash(seed.value))
    shard = UInt8(truncatingIfNeeded: key.spread >> 56) & seed.shardMask
    return false
  }
}

/// What the hashes of plain packets' flows begin with.
struct PlainSeed {
  /// The seed of the capture's tables.
  let value: UInt64
  /// What the lower halves of addresses add to a hash, where there are none.
  let lowHalves: UInt64
  let shardMask: UInt8

  init(_ seed: UInt64, shardMask: UInt8) {
    value = seed
    lowHalves = FlowKey.hashOfNoLowHalves(seed)
    self.shardMask = shardMask
  }
}
