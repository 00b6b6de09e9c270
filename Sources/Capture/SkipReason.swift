import Inputs

/// Why something was not read, or was not what it claimed to be; `name` is the name in the summary.
enum SkipReason: Int, CaseIterable {
  case filtered
  case outsideTime
  case notIP
  case wirelessEncrypted
  case wirelessFragment
  case linkHeaderCut
  case ipHeaderCut
  case ipHeaderMalformed
  case ipPacketCut
  case ipFragment
  case ipFragmentMalformed
  case ipFragmentOverlap
  case ipFragmentOverlapLimit
  case transportHeaderCut
  case transportHeaderMalformed
  case tunnelDepth
  case linkDepth
  case retransmission
  case tcpOverlap
  case tcpOverlapLimit
  case tcpGap
  case tcpStreamLimit
  case dnsMalformed
  case dnsName
  case dnsMessageCut
  case dnsStreamIncomplete
  case httpHeadCut
  case httpHeaderLimit
  case httpURL
  case httpReferrer
  case httpForwardedFor
  case tlsHelloCut
  case tlsHelloMalformed
  case tlsMessageLimit
  case tlsMessageCut
  case certificateMalformed
  case payloadMatchLimit
  case quicInitial
  case packetTooLong
  case pcapngInterface
  case pcapngLength
  case pcapngTimestamp
  case notAPacket

  var name: String {
    switch self {
    case .filtered: "filtered-out"
    case .outsideTime: "outside-time-window"
    case .notIP: "not-ip"
    case .wirelessEncrypted: "wireless-encrypted"
    case .wirelessFragment: "wireless-fragment"
    case .linkHeaderCut: "link-header-cut"
    case .ipHeaderCut: "ip-header-cut"
    case .ipHeaderMalformed: "ip-header-malformed"
    case .ipPacketCut: "ip-packet-cut-by-snap-length"
    case .ipFragment: "ip-fragment"
    case .ipFragmentMalformed: "ip-fragment-malformed"
    case .ipFragmentOverlap: "ip-fragment-overlap"
    case .ipFragmentOverlapLimit: "ip-fragment-overlap-limit"
    case .transportHeaderCut: "transport-header-cut"
    case .transportHeaderMalformed: "transport-header-malformed"
    case .tunnelDepth: "tunnel-depth-limit"
    case .linkDepth: "link-header-limit"
    case .retransmission: "tcp-retransmission"
    case .tcpOverlap: "tcp-overlap"
    case .tcpOverlapLimit: "tcp-overlap-limit"
    case .tcpGap: "tcp-gap"
    case .tcpStreamLimit: "tcp-reassembly-limit"
    case .dnsMalformed: "dns-malformed"
    case .dnsName: "dns-name-malformed"
    case .dnsMessageCut: "dns-message-cut"
    case .dnsStreamIncomplete: "dns-over-tcp-incomplete"
    case .httpHeadCut: "http-head-cut"
    case .httpHeaderLimit: "http-header-limit"
    case .httpURL: "http-url-malformed"
    case .httpReferrer: "http-referrer-not-a-url"
    case .httpForwardedFor: "http-x-forwarded-for-not-an-address"
    case .tlsHelloCut: "tls-client-hello-cut"
    case .tlsHelloMalformed: "tls-client-hello-malformed"
    case .tlsMessageLimit: "tls-message-limit"
    case .tlsMessageCut: "tls-message-cut"
    case .certificateMalformed: "tls-certificate-malformed"
    case .payloadMatchLimit: "payload-match-limit"
    case .quicInitial: "quic-not-read"
    case .packetTooLong: "packet-beyond-256-kib"
    case .pcapngInterface: "pcapng-unknown-interface"
    case .pcapngLength: "pcapng-length-mismatch"
    case .pcapngTimestamp: "timestamp-out-of-range"
    case .notAPacket: "record-not-a-packet"
    }
  }
}

/// Counts by reason, in an array instead of a hash table, since some reasons occur with nearly
/// every packet.
struct SkipCounters {
  private var counts = InlineArray<64, UInt64>(repeating: 0)
  /// Numbers of packets of each link type that is not read.
  private var linkTypes: [UInt32: UInt64] = [:]

  @inline(__always)
  mutating func add(_ reason: SkipReason) {
    counts[reason.rawValue] &+= 1
  }

  mutating func add(linkType: UInt32) {
    linkTypes[linkType, default: 0] += 1
  }

  func count(_ reason: SkipReason) -> UInt64 { counts[reason.rawValue] }

  /// The counts under the names that users see.
  var tally: Tally {
    var tally = Tally()
    for index in counts.indices where counts[index] > 0 {
      if let reason = SkipReason(rawValue: index) { tally.add(reason.name, counts[index]) }
    }
    for (type, count) in linkTypes { tally.add("link-type-\(LinkType.name(type))", count) }
    return tally
  }
}
