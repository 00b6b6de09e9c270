import Indicators
import Parsing

/// What a flow needs from an IPv4 or IPv6 header with its options and extension headers.
struct IPHeader {
  var version: UInt8 = 4
  /// The protocol number of what follows the header and its extension headers.
  var ipProtocol: UInt8 = 0
  var source = IPAddress(high: 0, low: 0)
  var destination = IPAddress(high: 0, low: 0)
  /// Where the payload begins and ends in the packet's bytes.
  var payload = 0
  var end = 0
  /// Number of bytes that were not captured.
  var missing = 0
  /// The payload is a fragment of a datagram, but not the first one, so it has no transport header.
  var isLaterFragment = false
  /// The payload is the first fragment of a datagram.
  var isFirstFragment = false
  var fragmentID: UInt32 = 0
  /// Fragments only: where the fragment's bytes begin in the packet, their offset in the datagram,
  /// and the protocol number of the datagram's first bytes, which may be an extension header's.
  var fragmentStart = 0
  var fragmentOffset = 0
  var fragmentProtocol: UInt8 = 0
  var hasMoreFragments = false
  /// The payload was reassembled from fragments, which were packets of their own.
  var isReassembled = false
  /// The fragments disagreed about some bytes.
  var hasOverlap = false

  /// Whether the destination is a multicast or broadcast address, which cannot have begun an
  /// exchange.
  var isToMany: Bool {
    version == 4
      ? destination.ipv4 >> 28 == 0xe || destination.ipv4 == .max
      : destination.high >> 56 == 0xff
  }
}

extension IPAddress {
  /// The IPv6 address at an offset; the caller has checked that 16 bytes are there.
  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) {
    self.init(
      high: bytes.bigEndianUInt64(unchecked: offset),
      low: bytes.bigEndianUInt64(unchecked: offset &+ 8))
  }
}
