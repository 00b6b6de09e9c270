package import Indicators
package import Matchers

/// How a capture is read.
package struct CaptureOptions: Sendable {
  /// Reports the addresses of every packet, not only those of a flow's first one.
  package var everyPacket = false
  /// A filter in libpcap's language (`man pcap-filter`); packets that it refuses are only counted.
  package var filter: String?
  /// Packets with a time in this range (nanoseconds since 1970) are read, and all packets without a
  /// time; nil reads all.
  package var times: Range<Int64>?
  /// Indicator kinds that are wanted; fingerprints and hashes of other kinds are not computed.
  package var kinds = IndicatorKindSet.all
  /// Byte strings that are looked for in all payloads.
  package var payloadMatchers: [LiteralMatcher] = []
  /// The most flows remembered at once; the least recently used one makes room for a new one.
  package var flowLimit = 1 << 20
  /// The most bytes in one direction of a TCP connection that wait for bytes that precede them.
  package var streamLimit = 1 << 20
  /// The most bytes that TCP reassembly keeps in all; the least recently used streams make room.
  package var reassemblyLimit = 256 << 20
  /// The most bytes of fragments that wait for the rest of their datagrams; the oldest datagrams
  /// make room.
  package var fragmentLimit = 16 << 20
  /// The most bytes of one datagram put together from fragments; IP allows no more than 65 535.
  package var datagramLimit = 64 << 10
  /// Nanoseconds of packet time that fragments wait for the rest of their datagram.
  package var fragmentPatience: Int64 = 30_000_000_000
  /// The most bytes of an HTTP request's head that are read.
  package var httpHeaderLimit = 64 << 10
  /// The most compression pointers followed in one DNS name.
  package var dnsPointerLimit = 32
  /// The most tunnels followed inside one another.
  package var tunnelDepthLimit = 4

  /// The default limits; every packet is read.
  package init() {}
}

extension CaptureOptions {
  /// The number of shards that a capture's flows are divided into, a power of two; each has its
  /// share of the limits.
  ///
  /// Which flows share limits affects what a capture yields, so the number depends on the limits
  /// alone and not on the number of threads: 64, or fewer if a shard's share would be too small.
  package var shardCount: Int {
    var count = 64
    while count > 1, flowLimit / count < 1024 || reassemblyLimit / count / 2 < streamLimit {
      count /= 2
    }
    return count
  }
}
