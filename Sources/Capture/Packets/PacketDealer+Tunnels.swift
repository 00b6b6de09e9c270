import Indicators
import Parsing

extension PacketDealer {
  // MARK: Over IP

  /// Reads the packet or frame that IP carries directly: IP in IP, GRE, MPLS (RFC 4023 §3),
  /// Ethernet, L2TP or PIM.
  @inline(never)
  mutating func decodeTunnel(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    guard depth < options.tunnelDepthLimit else { return skips.add(.tunnelDepth) }
    let (start, end) = (header.payload, header.end)
    switch header.ipProtocol {
    case IPProtocol.gre: decodeGRE(packet, at: start, end: end, depth: depth + 1)
    case IPProtocol.mpls:
      decode(packet, etherType: EtherType.mpls, at: start, end: end, depth: depth + 1)
    case IPProtocol.etherIP:
      // RFC 3378 §3: the version, 3, and twelve bits that are 0.
      guard end - start >= 2 else { return skips.add(.transportHeaderCut) }
      guard packet.bigEndianUInt16(unchecked: start) == 0x3000 else { return skips.add(.notIP) }
      decodeMirrored(packet, at: start + 2, end: end, depth: depth + 1)
    case IPProtocol.ethernet:
      // RFC 8986 §9.
      decodeMirrored(packet, at: start, end: end, depth: depth + 1)
    case IPProtocol.l2tp:
      // RFC 3931 §4.1.1: a session number; 0 begins a control message.
      guard end - start >= 4 else { return skips.add(.transportHeaderCut) }
      guard packet.bigEndianUInt32(unchecked: start) != 0 else { return }
      guard let frame = Self.sessionFrame(packet, at: start + 4, end: end) else {
        return skips.add(.notIP)
      }
      decodeMirrored(packet, at: frame, end: end, depth: depth + 1)
    case IPProtocol.multicastRouting: decodeIP(packet, at: start + 8, end: end, depth: depth + 1)
    default: decodeIP(packet, at: start, end: end, depth: depth + 1)
    }
  }

  /// Whether a PIM message is a register message with a packet for the root of its group's tree
  /// (RFC 7761 §4.9.3), and not an empty one that only keeps the registration alive.
  static func isRegister(_ packet: RawSpan, _ header: IPHeader) -> Bool {
    header.end - header.payload > 8 && packet.byte(unchecked: header.payload) == 0x21
      && packet.byte(unchecked: header.payload + 4) & 0x40 == 0
  }

  /// Reads a GRE header (RFC 2784 §2, RFC 2890 §2) and what follows; version 1 is PPTP's (RFC 2637
  /// §4.1).
  private mutating func decodeGRE(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end - start >= 4 else { return skips.add(.transportHeaderCut) }
    let flags = packet.bigEndianUInt16(unchecked: start)
    let type = packet.bigEndianUInt16(unchecked: start + 2)
    var offset = start + 4
    guard flags & 7 <= 1 else { return skips.add(.notIP) }
    // A checksum and the offset of the next source route; present if either is.
    if flags & 0xc000 != 0 { offset += 4 }
    if flags & 0x2000 != 0 { offset += 4 }
    if flags & 0x1000 != 0 { offset += 4 }
    if flags & 7 == 1, flags & 0x0080 != 0 { offset += 4 }
    if flags & 0x4000 != 0 {
      // Source routes (RFC 1701): a family, an offset, a length and that many bytes each; the last
      // one has length 0.
      var length = 1
      while length > 0 {
        guard end - offset >= 4 else { return skips.add(.transportHeaderCut) }
        length = Int(packet.byte(unchecked: offset + 3))
        offset += 4 + length
      }
    }
    guard offset <= end else { return skips.add(.transportHeaderCut) }
    // A PPTP acknowledgement carries nothing.
    if offset == end { return }
    switch type {
    case EtherType.mirrored:
      // Mirrored frames (draft-foschiano-erspan): type II has a sequence number in the GRE header
      // and a header of its own, type I has neither.
      decodeMirrored(packet, at: flags & 0x1000 != 0 ? offset + 8 : offset, end: end, depth: depth)
    case EtherType.mirrored3:
      guard end - offset >= 12 else { return skips.add(.linkHeaderCut) }
      let hasTrailer = packet.byte(unchecked: offset + 11) & 1 != 0
      decodeMirrored(packet, at: offset + (hasTrailer ? 20 : 12), end: end, depth: depth)
    case EtherType.mikrotikEthernet where flags == 0x2001:
      // MikroTik's Ethernet over IP: the frame's length and a tunnel number take the place of the
      // key.
      let length = Int(packet.bigEndianUInt16(unchecked: start + 4))
      guard length <= end - offset else { return skips.add(.linkHeaderCut) }
      decodeMirrored(packet, at: offset, end: offset + length, depth: depth)
    case EtherType.ciscoMetadata:
      // Cisco's metadata as on Ethernet, except that the type of what follows comes first.
      guard end - offset >= 4,
        case let length = 4 * Int(packet.byte(unchecked: offset + 3)), end - offset >= 4 + length
      else { return skips.add(.linkHeaderCut) }
      decode(
        packet, etherType: packet.bigEndianUInt16(unchecked: offset), at: offset + 4 + length,
        end: end, depth: depth)
    case EtherType.cacheRedirect:
      // Since version 2 of the protocol they are preceded by flags, the number of a service and two buckets.
      let first = packet.byte(unchecked: offset)
      let isPacket = 0x45...0x4f ~= first || first >> 4 == 6
      decodeIP(packet, at: isPacket ? offset : offset + 4, end: end, depth: depth)
    case EtherType.wireless:
      decodeWireless(packet, at: offset, end: end, depth: depth)
    default:
      decode(packet, etherType: type, at: offset, end: end, depth: depth)
    }
  }

  private mutating func decodeMirrored(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard start <= end else { return skips.add(.linkHeaderCut) }
    linkHeaders += 1
    guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
    decodeEthernet(packet, at: start, end: end, depth: depth)
  }

  // MARK: Over UDP

  /// Reads what a datagram carries, as deep as the limit.
  @inline(never)
  mutating func decodeTunnel(
    _ packet: RawSpan, _ tunnel: DatagramTunnel, at start: Int, end: Int, depth: Int
  ) {
    guard depth < options.tunnelDepthLimit else { return skips.add(.tunnelDepth) }
    switch tunnel {
    case .ip(let offset):
      decodeIP(packet, at: start + offset, end: end, depth: depth + 1)
    case .frame(let offset):
      decodeMirrored(packet, at: start + offset, end: end, depth: depth + 1)
    case .wireless(let offset):
      decodeWireless(packet, at: start + offset, end: end, mayBeSwapped: true, depth: depth + 1)
    case .laterFragment:
      skips.add(.wirelessFragment)
    case .gre(let offset):
      decodeGRE(packet, at: start + offset, end: end, depth: depth + 1)
    case .mpls(let offset):
      decode(packet, etherType: EtherType.mpls, at: start + offset, end: end, depth: depth + 1)
    case .ppp(let offset):
      decodePPP(packet, at: start + offset, end: end, depth: depth + 1)
    case .typed(let type, let offset):
      decode(packet, etherType: type, at: start + offset, end: end, depth: depth + 1)
    }
  }
}
