import Indicators
import Parsing

/// The two ends of the last plain packet, and where its flow is.
///
/// Most packets belong to the flow of the packet before, in the same or the other direction: they
/// cost a comparison of bytes, and no hash.
struct PlainEndpoints {
  /// Both addresses and both ports as in the packet's bytes.
  private var addresses: UInt64 = 0
  private var rawPorts: UInt32 = 0
  private(set) var hash: UInt64 = 0
  /// The two addresses in the order of the flow's key; each is the upper half of `IPAddress.high`.
  private(set) var first: UInt32 = 0
  private(set) var second: UInt32 = 0
  private(set) var ports: UInt32 = 0
  /// Of no packet before the first one.
  ///
  /// `first`, `second`, `ports` and `kind` are in the same order as in `PlainSegment`, so that they
  /// are copied together.
  private(set) var kind = FlowKind(rawValue: 0)
  private(set) var isSourceFirst = false
  /// The shard that the flow is in.
  private(set) var shard: UInt8 = 0
  private let seed: PlainSeed

  init(_ seed: PlainSeed) { self.seed = seed }

  /// A value with the same seed, before the first packet.
  var fresh: PlainEndpoints {
    @inline(__always) get { PlainEndpoints(seed) }
  }

  /// Takes a packet's ends; true if its flow is that of the packet before.
  @inline(__always)
  mutating func move(to packet: RawSpan, _ ipProtocol: UInt8) -> Bool {
    let kind = FlowKind(ipProtocol: ipProtocol, version: 4, depth: 0, hasPorts: true)
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
      // The two ends differ: packets between equal ends have returned above.
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

/// The parts of a flow's hash that are the same for all plain packets.
struct PlainSeed {
  /// The seed of the capture's tables.
  let value: UInt64
  /// What the addresses' lower halves add to a hash; they are 0 in IPv4.
  let lowHalves: UInt64
  let shardMask: UInt8

  init(_ seed: UInt64, shardMask: UInt8) {
    value = seed
    lowHalves = FlowKey.hashOfNoLowHalves(seed)
    self.shardMask = shardMask
  }
}
