package import Indicators
package import Matchers

/// How a capture is read.
package struct CaptureOptions: Sendable {
  /// Report the addresses of every packet, not only those of a flow's first one.
  package var everyPacket = false
  /// A filter in libpcap's language (`man pcap-filter`); packets that it refuses are counted only.
  package var filter: String?
  /// Packet times in nanoseconds since 1970 that take part; packets without a time always do.
  package var times: Range<Int64>?
  /// Kinds that are wanted: fingerprints and hashes of others are not computed.
  package var kinds = IndicatorKindSet.all
  /// Byte strings that are looked for in all payloads.
  package var payloadMatchers: [LiteralMatcher] = []
  /// Flows remembered at once; the one used least recently makes room for a new one.
  package var flowLimit = 1 << 20
  /// Bytes that wait in one direction of a TCP connection for others that precede them.
  package var streamLimit = 1 << 20
  /// Bytes that TCP reassembly keeps in all; the streams used least recently make room.
  package var reassemblyLimit = 256 << 20
  /// Bytes of fragments that wait for the rest of their datagrams; the oldest make room.
  package var fragmentLimit = 16 << 20
  /// Bytes of one datagram that is put together of fragments; 65 535 is the most there can be.
  package var datagramLimit = 64 << 10
  /// Nanoseconds of packet time for which fragments wait for the rest of their datagram.
  package var fragmentPatience: Int64 = 30_000_000_000
  /// Bytes of an HTTP request's head that are looked at.
  package var httpHeaderLimit = 64 << 10
  /// Compression pointers followed in one DNS name.
  package var dnsPointerLimit = 32
  /// Tunnels followed inside one another.
  package var tunnelDepthLimit = 4

  /// The limits of the outside contract, every packet taking part.
  package init() {}
}

extension CaptureOptions {
  /// The parts that a capture's flows are in, a power of two; each has its share of the limits.
  ///
  /// Which flows share limits is part of what a capture yields, so the number depends on the limits
  /// alone and not on threads: 64, or fewer where a share would be small.
  package var shardCount: Int {
    var count = 64
    while count > 1, flowLimit / count < 1024 || reassemblyLimit / count / 2 < streamLimit {
      count /= 2
    }
    return count
  }
}
