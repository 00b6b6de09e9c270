import Indicators

/// One end of a packet: its address, and its port or 0.
struct Endpoint {
  var address: IPAddress
  var port: UInt16

  /// Whether this end comes first in the key of a flow between the two.
  @inline(__always)
  func precedes(_ other: Endpoint) -> Bool {
    address == other.address ? port <= other.port : address < other.address
  }
}

/// What a flow's packets are besides their ends, a byte each.
///
/// These are the IP protocol, the version, the tunnel depth, and whether the protocol has ports.
struct FlowKind: Hashable {
  let rawValue: UInt32

  @inline(__always)
  init(rawValue: UInt32) { self.rawValue = rawValue }

  @inline(__always)
  init(ipProtocol: UInt8, version: UInt8, depth: Int, hasPorts: Bool) {
    rawValue =
      UInt32(ipProtocol) << 24 | UInt32(version) << 16
      | UInt32(truncatingIfNeeded: depth) << 8 | (hasPorts ? 1 : 0)
  }

  var ipProtocol: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 24) }
  var version: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 16) }
  var depth: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }
  var hasPorts: Bool { rawValue & 1 != 0 }
}

/// What makes two packets belong to one flow, whichever way they go: the ends in address order.
struct FlowKey: Hashable {
  var first: IPAddress
  var second: IPAddress
  /// The first end's port in the upper half.
  var ports: UInt32
  var kind: FlowKind

  var ipProtocol: UInt8 { kind.ipProtocol }
  var version: UInt8 { kind.version }
  var depth: UInt8 { kind.depth }
  var hasPorts: Bool { kind.hasPorts }
  var isICMP: Bool { ipProtocol == IPProtocol.icmp(version: version) }

  @inline(__always)
  static func == (left: FlowKey, right: FlowKey) -> Bool {
    let ends =
      (left.first.high ^ right.first.high) | (left.second.high ^ right.second.high)
      | (left.first.low ^ right.first.low) | (left.second.low ^ right.second.low)
    let rest = (left.ports ^ right.ports) | (left.kind.rawValue ^ right.kind.rawValue)
    return ends | UInt64(rest) == 0
  }

  @inline(__always)
  func hash(_ seed: UInt64) -> UInt64 {
    hashIPv4(seed, Self.hash(first.low, second.low, seed))
  }

  /// `hash`, given what the lower halves of the addresses contribute to it.
  @inline(__always)
  func hashIPv4(_ seed: UInt64, _ lowHalves: UInt64) -> UInt64 {
    let state =
      lowHalves
      ^ Self.mix(first.high ^ 0x9e37_79b9_7f4a_7c15 ^ seed, second.high ^ 0xe703_7ed1_a0b4_28db)
    return Self.mix(
      state ^ 0x1d8e_4e27_c47d_124f,
      (UInt64(ports) << 32 | UInt64(kind.rawValue)) ^ 0xeb44_acca_b455_d165)
  }

  /// What IPv4 addresses, whose lower halves are empty, contribute to a hash with these.
  static func hashOfNoLowHalves(_ seed: UInt64) -> UInt64 { hash(0, 0, seed) }

  @inline(__always)
  private static func hash(_ firstLow: UInt64, _ secondLow: UInt64, _ seed: UInt64) -> UInt64 {
    mix(firstLow ^ 0x8ebc_6af0_9c88_c6e3 ^ seed, secondLow ^ 0x5899_65cc_7537_4cc3)
  }

  /// A hash without a seed: it decides which flows share limits, so the results depend on it.
  @inline(__always)
  var spread: UInt64 {
    let high = first.high &* 0x9e37_79b9_7f4a_7c15 &+ second.high &* 0xc2b2_ae3d_27d4_eb4f
    let low = first.low &* 0xff51_afd7_ed55_8ccd &+ second.low &* 0xc4ce_b9fe_1a85_ec53
    let rest =
      UInt64(ports) &* 0x1656_67b1_9e37_79f9 &+ UInt64(kind.rawValue) &* 0xd6e8_feb8_6659_fd93
    let sum = (high ^ high >> 29) &+ (low ^ low >> 31) &+ rest
    return (sum ^ sum >> 32) &* 0x9e37_79b9_7f4a_7c15
  }

  /// Both halves of a product, folded; every bit of the result depends on every bit of both.
  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}

extension FlowKey {
  /// The key of packets between two ends, whichever way they go.
  @inline(__always)
  init(source: Endpoint, destination: Endpoint, kind: FlowKind) {
    let isSourceFirst = source.precedes(destination)
    let (one, other) = isSourceFirst ? (source, destination) : (destination, source)
    self.init(
      first: one.address, second: other.address,
      ports: UInt32(one.port) << 16 | UInt32(other.port), kind: kind)
  }
}
