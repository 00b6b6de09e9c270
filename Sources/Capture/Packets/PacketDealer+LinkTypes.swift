import Parsing

/// Link types other than Ethernet, grouped by what carries the frames or what the capturing machine
/// puts before them.
extension PacketDealer {
  /// Reads IP packets without a frame or with an operating system's header; other methods read the
  /// other link types.
  @inline(never)
  mutating func decodeOtherLink(_ packet: RawSpan, _ linkType: UInt32) {
    let end = packet.byteCount
    switch linkType {
    case LinkType.raw, LinkType.raw12, LinkType.raw14, LinkType.ipv4, LinkType.ipv6:
      decodeIP(packet, at: 0, end: end, depth: 0)
    case LinkType.linuxCooked:
      guard end >= 16 else { return skips.add(.linkHeaderCut) }
      decodeCooked(
        packet, packet.bigEndianUInt16(unchecked: 2), packet.bigEndianUInt16(unchecked: 14), at: 16,
        end: end)
    case LinkType.linuxCooked2:
      guard end >= 20 else { return skips.add(.linkHeaderCut) }
      decodeCooked(
        packet, packet.bigEndianUInt16(unchecked: 8), packet.bigEndianUInt16(unchecked: 0), at: 20,
        end: end)
    case LinkType.null, LinkType.loop:
      decodeLoopback(packet, end: end)
    case LinkType.solarisIP:
      // Version and family, whose numbers are Solaris' own, are first in a header of 24 bytes.
      guard end >= 24 else { return skips.add(.linkHeaderCut) }
      switch packet.bigEndianUInt16(unchecked: 0) {
      case 0x0102, 0x011a: decodeIP(packet, at: 24, end: end, depth: 0)
      default: skips.add(.notIP)
      }
    case LinkType.netfilterLog:
      decodeNetfilterLog(packet, end: end)
    case LinkType.packetFilterLog:
      // The header's first byte is its length without the padding to a multiple of four.
      guard end >= 4 else { return skips.add(.linkHeaderCut) }
      decodeIP(packet, at: (Int(packet.byte(unchecked: 0)) + 3) & ~3, end: end, depth: 0)
    case LinkType.openBSDEncapsulation:
      // A header of family, security index and flags.
      decodeIP(packet, at: 12, end: end, depth: 0)
    default:
      decodeSerialLink(packet, linkType, end: end)
    }
  }

  /// Reads a loopback packet: an address family, then the packet.
  private mutating func decodeLoopback(_ packet: RawSpan, end: Int) {
    guard end >= 4 else { return skips.add(.linkHeaderCut) }
    // The family is the capturing system's own number, in its byte order; systems differ in the
    // number for IPv6.
    let family = packet.bigEndianUInt32(unchecked: 0)
    switch family > 0xffff ? family.byteSwapped : family {
    case 2, 10, 23, 24, 28, 30: decodeIP(packet, at: 4, end: end, depth: 0)
    default:
      // Some systems write two bytes of their own and a type as in Ethernet.
      let type = packet.bigEndianUInt16(unchecked: 2)
      guard type == EtherType.ipv4 || type == EtherType.ipv6 else { return skips.add(.notIP) }
      decodeIP(packet, at: 4, end: end, depth: 0)
    }
  }

  /// Reads Linux's cooked packets; those of wireless devices in monitor mode are 802.11 frames.
  private mutating func decodeCooked(
    _ packet: RawSpan, _ hardware: UInt16, _ etherType: UInt16, at start: Int, end: Int
  ) {
    switch hardware {
    case 801: decodeWireless(packet, at: start, end: end)
    case 803: decodeRadiotap(packet, at: start, end: end)
    // Protocol 3 says "all": the device does not name a type, and the packet is an Ethernet frame.
    case _ where etherType == 3: decodeEthernet(packet, at: start, end: end, depth: 0)
    default: decode(packet, etherType: etherType, at: start, end: end, depth: 0)
    }
  }

  /// Reads link types of lines between two machines.
  private mutating func decodeSerialLink(_ packet: RawSpan, _ linkType: UInt32, end: Int) {
    switch linkType {
    case LinkType.ppp, LinkType.pppSerial:
      decodeSerialFrame(packet, at: 0, end: end)
    case LinkType.pppDirection:
      // A byte before the frame says whether it was sent or received.
      decodePPP(packet, at: 1, end: end, depth: 0)
    case LinkType.pppDaemon:
      // The direction takes the place of the address.
      decodePPP(packet, at: end > 1 && packet.byte(unchecked: 1) == 3 ? 2 : 1, end: end, depth: 0)
    case LinkType.pppEthernet:
      decodePPPoE(packet, at: 0, end: end, depth: 0)
    case LinkType.ciscoHDLC:
      decodeHDLC(packet, at: 0, end: end)
    case LinkType.frameRelay:
      decodeFrameRelay(packet, at: 0, end: end)
    case LinkType.serialLine:
      // A header of direction, kind, and room for a compressed header.
      decodeIP(packet, at: 16, end: end, depth: 0)
    default:
      decodeSharedLink(packet, linkType, end: end)
    }
  }

  /// Reads PPP, or Cisco's HDLC, which has another address (unicast or broadcast) and is also found
  /// on lines said to be PPP.
  private mutating func decodeSerialFrame(_ packet: RawSpan, at start: Int, end: Int) {
    if end - start >= 4, packet.byte(unchecked: start) & 0x7f == 0x0f,
      packet.byte(unchecked: start + 1) == 0
    {
      decodeHDLC(packet, at: start, end: end)
    } else {
      decodePPP(packet, at: start, end: end, depth: 0)
    }
  }

  /// Reads link types of networks other than Ethernet.
  private mutating func decodeSharedLink(_ packet: RawSpan, _ linkType: UInt32, end: Int) {
    switch linkType {
    case LinkType.wireless:
      decodeWireless(packet, at: 0, end: end)
    case LinkType.radiotap:
      decodeRadiotap(packet, at: 0, end: end)
    case LinkType.perPacketInformation:
      decodePerPacketInformation(packet, end: end)
    case LinkType.prism:
      // A header of 144 bytes, whose fields are not needed here.
      decodeWireless(packet, at: 144, end: end)
    case LinkType.absoluteValues:
      // The header begins with a version and its own length (AVS).
      guard end >= 8, case let length = Int(packet.bigEndianUInt32(unchecked: 4)), length <= end
      else { return skips.add(.linkHeaderCut) }
      decodeWireless(packet, at: length, end: end)
    case LinkType.atm:
      // LLC as in IEEE 802.3, without a length before it (RFC 2684 §5).
      decode(packet, etherType: 0, at: 0, end: end, depth: 0)
    case LinkType.infiniBand:
      // A global header, then four bytes with a type as in Ethernet (RFC 4391 §6).
      guard end >= 44 else { return skips.add(.linkHeaderCut) }
      decode(packet, etherType: packet.bigEndianUInt16(unchecked: 40), at: 44, end: end, depth: 0)
    case LinkType.fddi:
      decode(packet, etherType: 0, at: 13, end: end, depth: 0)
    case LinkType.tokenRing:
      decodeTokenRing(packet, end: end)
    case LinkType.arcnet:
      decodeARCNET(packet, typeAt: 2, end: end)
    case LinkType.linuxARCNET:
      // Behind the addresses stands where in the card's memory the packet began.
      decodeARCNET(packet, typeAt: 4, end: end)
    case LinkType.fibreChannelIP:
      // Two addresses, then LLC (RFC 2625 §3).
      decode(packet, etherType: 0, at: 16, end: end, depth: 0)
    case LinkType.appleFireWire:
      // Two addresses of eight bytes and a type.
      guard end >= 18 else { return skips.add(.linkHeaderCut) }
      decode(packet, etherType: packet.bigEndianUInt16(unchecked: 16), at: 18, end: end, depth: 0)
    default:
      decodeTaggedLink(packet, linkType, end: end)
    }
  }

  /// Reads IEEE 802.5: control, two addresses, a route if the source's first bit says so, then LLC.
  private mutating func decodeTokenRing(_ packet: RawSpan, end: Int) {
    guard end >= 15 else { return skips.add(.linkHeaderCut) }
    guard packet.byte(unchecked: 1) & 0xc0 == 0x40 else { return skips.add(.notIP) }
    let hasWay = packet.byte(unchecked: 8) & 0x80 != 0
    let start = 14 + (hasWay ? Int(packet.byte(unchecked: 14) & 0x1f) : 0)
    decode(packet, etherType: 0, at: start, end: end, depth: 0)
  }

  /// A type, then the packet (RFC 1051 §2), or before it a flag that says which part of it is here, and a number
  /// (RFC 1201 §2).
  private mutating func decodeARCNET(_ packet: RawSpan, typeAt place: Int, end: Int) {
    var start = place + 1
    guard end > start else { return skips.add(.linkHeaderCut) }
    switch packet.byte(unchecked: place) {
    case 240: break
    // IPv4, and IPv6 (RFC 2497 §1).
    case 212, 196:
      guard end - start >= 3 else { return skips.add(.linkHeaderCut) }
      var flag = packet.byte(unchecked: start)
      start += 3
      if flag == 0xff {
        // What makes a packet longer whose length the medium does not have; type, flag and number follow.
        guard end - start >= 4 else { return skips.add(.linkHeaderCut) }
        flag = packet.byte(unchecked: start + 1)
        start += 4
      }
      // Of the parts of a packet the first has an odd flag, and is read as far as it goes.
      guard flag == 0 || flag & 1 != 0 else { return skips.add(.notIP) }
    default: return skips.add(.notIP)
    }
    decodeIP(packet, at: start, end: end, depth: 0)
  }

  /// What capturing machines, routers and switch chips put before a frame or into it.
  private mutating func decodeTaggedLink(_ packet: RawSpan, _ linkType: UInt32, end: Int) {
    switch linkType {
    case LinkType.netAnalyzer, LinkType.broadcomTagBefore:
      decodeEthernet(packet, at: 4, end: end, depth: 0)
    case LinkType.juniperEthernet, LinkType.juniperPPPoE, LinkType.juniperPPP,
      LinkType.juniperFrameRelay, LinkType.juniperHDLC:
      decodeJuniper(packet, linkType, end: end)
    case LinkType.packetTap:
      decodePacketTap(packet, end: end)
    case LinkType.user2 where Self.isPacketTap(packet):
      decodePacketTap(packet, end: end)
    case LinkType.extensibleRecord:
      decodeExtensibleRecord(packet, end: end)
    case LinkType.broadcomTag, LinkType.marvellTag:
      decodeTagged(packet, tagLength: 4, end: end)
    case LinkType.marvellTypedTag:
      // The tag has a type of its own, which the driver chooses.
      decodeTagged(packet, tagLength: 8, end: end)
    default:
      skips.add(linkType: linkType)
    }
  }

  /// Reads Ethernet with a switch chip's tag between addresses and type.
  private mutating func decodeTagged(_ packet: RawSpan, tagLength: Int, end: Int) {
    let start = 12 + tagLength + 2
    guard end >= start else { return skips.add(.linkHeaderCut) }
    decode(
      packet, etherType: packet.bigEndianUInt16(unchecked: start - 2), at: start, end: end, depth: 0
    )
  }

  /// Reads a capture card's record (ERF): a time, a type, flags and lengths, extensions of eight
  /// bytes, then a frame.
  ///
  /// The first bit of the type, and of each extension, says whether another extension follows.
  private mutating func decodeExtensibleRecord(_ packet: RawSpan, end: Int) {
    guard end >= 16 else { return skips.add(.linkHeaderCut) }
    let type = packet.byte(unchecked: 8)
    var (start, isFollowed) = (16, type & 0x80 != 0)
    while isFollowed {
      guard end - start >= 8 else { return skips.add(.linkHeaderCut) }
      isFollowed = packet.byte(unchecked: start) & 0x80 != 0
      start += 8
    }
    switch type & 0x7f {
    // Two bytes of padding precede the addresses.
    case 2, 11, 16, 20: decodeEthernet(packet, at: start + 2, end: end, depth: 0)
    case 1, 10, 15, 19: decodeSerialFrame(packet, at: start, end: end)
    case 22, 23: decodeIP(packet, at: start, end: end, depth: 0)
    default: skips.add(.notIP)
    }
  }
}
