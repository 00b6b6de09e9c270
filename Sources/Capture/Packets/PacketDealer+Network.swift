import Indicators
import Parsing

extension PacketDealer {
  /// Reads an IP packet of either version; `depth` counts the tunnels around it.
  mutating func decodeIP(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end &- start >= 20 else {
      return skips.add(end > start ? .ipHeaderCut : .linkHeaderCut)
    }
    var header = IPHeader()
    switch packet.byte(unchecked: start) >> 4 {
    case 4: guard readIPv4(packet, at: start, end: end, &header) else { return }
    case 6: guard readIPv6(packet, at: start, end: end, &header) else { return }
    default: return skips.add(.ipHeaderMalformed)
    }
    if header.missing > 0 { skips.add(.ipPacketCut) }
    if header.isLaterFragment || header.isFirstFragment {
      return decodeFragment(packet, header, depth: depth)
    }
    decodeTransport(packet, header, depth: depth)
  }

  /// Reads an IPv4 header (RFC 791 §3.1); false if it is malformed.
  @inline(__always)
  private mutating func readIPv4(
    _ packet: RawSpan, at start: Int, end: Int, _ header: inout IPHeader
  ) -> Bool {
    let headerLength = Int(packet.byte(unchecked: start) & 0xf) &* 4
    let totalLength = Int(packet.bigEndianUInt16(unchecked: start &+ 2))
    header.version = 4
    header.source = IPAddress(ipv4: packet.bigEndianUInt32(unchecked: start &+ 12))
    header.destination = IPAddress(ipv4: packet.bigEndianUInt32(unchecked: start &+ 16))
    header.ipProtocol = packet.byte(unchecked: start &+ 9)
    guard headerLength >= 20 else {
      skips.add(.ipHeaderMalformed)
      return false
    }
    // The total length is 0 in packets that are captured before the network card segments them.
    let length = totalLength == 0 ? end &- start : totalLength
    guard length >= headerLength else {
      skips.add(.ipHeaderMalformed)
      return false
    }
    header.missing = max(0, length &- (end &- start))
    header.end = min(end, start &+ length)
    header.payload = min(start &+ headerLength, header.end)
    let fragment = packet.bigEndianUInt16(unchecked: start &+ 6)
    if fragment & 0x3fff != 0 {
      header.isLaterFragment = fragment & 0x1fff != 0
      header.isFirstFragment = !header.isLaterFragment
      header.fragmentID = UInt32(packet.bigEndianUInt16(unchecked: start &+ 4))
      header.fragmentStart = header.payload
      header.fragmentOffset = Int(fragment & 0x1fff) &* 8
      header.fragmentProtocol = header.ipProtocol
      header.hasMoreFragments = fragment & 0x2000 != 0
    }
    if header.ipProtocol == IPProtocol.authentication, !header.isLaterFragment {
      _ = skipExtensions(packet, &header)
    }
    return true
  }

  /// Reads an IPv6 header and its extension headers (RFC 8200 §3, §4); false if its 40 bytes are
  /// cut.
  private mutating func readIPv6(
    _ packet: RawSpan, at start: Int, end: Int, _ header: inout IPHeader
  ) -> Bool {
    guard end - start >= 40 else {
      skips.add(.ipHeaderCut)
      return false
    }
    let payloadLength = Int(packet.bigEndianUInt16(unchecked: start + 4))
    header.version = 6
    header.ipProtocol = packet.byte(unchecked: start + 6)
    header.source = IPAddress(packet, at: start + 8)
    header.destination = IPAddress(packet, at: start + 24)
    header.payload = start + 40
    // The payload length is 0 in jumbograms (RFC 2675) and in packets that the network card
    // segments.
    let length = payloadLength == 0 ? end - start - 40 : payloadLength
    header.missing = max(0, length - (end - start - 40))
    header.end = min(end, start + 40 + length)
    if !skipExtensions(packet, &header) { skips.add(.ipHeaderCut) }
    return true
  }

  /// Moves `header.payload` behind the extension headers; if one is cut, moves it to the end and
  /// returns false.
  ///
  /// Each header takes at least eight bytes, so the loop is bounded by the packet.
  mutating func skipExtensions(_ packet: RawSpan, _ header: inout IPHeader) -> Bool {
    while true {
      let start = header.payload
      let length: Int
      switch header.ipProtocol {
      case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions,
        IPProtocol.mobility, IPProtocol.hostIdentity, IPProtocol.shim6:
        // In IPv4 these numbers are protocols of their own.
        guard header.version == 6 else { return true }
        guard header.end - start >= 8 else { return cutExtension(&header) }
        length = 8 + 8 * Int(packet.byte(unchecked: start + 1))
      case IPProtocol.authentication:
        guard header.end - start >= 8 else { return cutExtension(&header) }
        length = 8 + 4 * Int(packet.byte(unchecked: start + 1))
      case IPProtocol.fragment:
        guard header.version == 6 else { return true }
        guard header.end - start >= 8 else { return cutExtension(&header) }
        length = 8
        let fragment = packet.bigEndianUInt16(unchecked: start + 2)
        if fragment & 0xfff9 != 0 {
          header.isLaterFragment = fragment >> 3 != 0
          header.isFirstFragment = !header.isLaterFragment
          header.fragmentID = packet.bigEndianUInt32(unchecked: start + 4)
          header.fragmentStart = start + 8
          header.fragmentOffset = Int(fragment & 0xfff8)
          header.fragmentProtocol = packet.byte(unchecked: start)
          header.hasMoreFragments = fragment & 1 != 0
        }
      default:
        return true
      }
      header.ipProtocol = packet.byte(unchecked: start)
      guard header.end - start >= length else { return cutExtension(&header) }
      header.payload = start + length
      // A later fragment continues in the middle of something, not with a header.
      if header.isLaterFragment { return true }
    }
  }

  private func cutExtension(_ header: inout IPHeader) -> Bool {
    header.payload = header.end
    return false
  }
}
