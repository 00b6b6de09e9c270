import Parsing

/// IEEE 802.11 frames, with or without a header that the capturing machine puts before them.
extension PacketDealer {
  /// Reads a radiotap header (radiotap.org), which is little-endian and has its length at offset 2;
  /// then the frame.
  mutating func decodeRadiotap(_ packet: RawSpan, at start: Int, end: Int) {
    guard end - start >= 8 else { return skips.add(.linkHeaderCut) }
    let length = Int(packet.bigEndianUInt16(unchecked: start + 2).byteSwapped)
    guard length >= 8, length <= end - start else { return skips.add(.linkHeaderCut) }
    let frame = start + length
    let flags = Self.radiotapFlags(packet.extracting(start..<frame), length)
    // Flag 0x10: a frame check sequence follows the frame. Flag 0x20: the frame's header is padded
    // to a multiple of four bytes.
    let checked = flags & 0x10 != 0 ? max(frame, end - 4) : end
    decodeWireless(packet, at: frame, end: checked, isPadded: flags & 0x20 != 0)
  }

  /// The flags of a radiotap header: its second field, after an eight-byte clock that may be left
  /// out; 0 if there are no flags.
  private static func radiotapFlags(_ packet: RawSpan, _ length: Int) -> UInt8 {
    let present = packet.bigEndianUInt32(unchecked: 4).byteSwapped
    guard present & 2 != 0 else { return 0 }
    var (word, offset) = (present, 8)
    // Bit 31 says that another word of presence bits follows.
    while word & 0x8000_0000 != 0, length - offset >= 4 {
      word = packet.bigEndianUInt32(unchecked: offset).byteSwapped
      offset += 4
    }
    if present & 1 != 0 { offset = (offset + 7) & ~7 + 8 }
    return offset < length ? packet.byte(unchecked: offset) : 0
  }

  /// Reads a PPI header of the CACE pilot, which says its length and the frame's link type.
  mutating func decodePerPacketInformation(_ packet: RawSpan, end: Int) {
    guard end >= 8 else { return skips.add(.linkHeaderCut) }
    let length = Int(packet.bigEndianUInt16(unchecked: 2).byteSwapped)
    let linkType = packet.bigEndianUInt32(unchecked: 4).byteSwapped
    guard length >= 8, length <= end else { return skips.add(.linkHeaderCut) }
    decodeFrame(packet, linkType, at: length, end: end)
  }

  /// Reads Apple's little-endian header: its length, whether a frame follows, and the frame's link
  /// type.
  mutating func decodePacketTap(_ packet: RawSpan, end: Int) {
    guard end >= 12, case let length = packet.bigEndianUInt32(unchecked: 0).byteSwapped,
      length >= 12, length <= end
    else { return skips.add(.linkHeaderCut) }
    guard packet.bigEndianUInt32(unchecked: 4).byteSwapped == 1 else { return skips.add(.notIP) }
    let linkType = packet.bigEndianUInt32(unchecked: 8).byteSwapped
    decodeFrame(packet, linkType, at: Int(length), end: end)
  }

  /// Whether a packet of a private link type begins with Apple's header: a length, whether a frame
  /// follows, a link type, and an interface's name.
  static func isPacketTap(_ packet: RawSpan) -> Bool {
    guard packet.byteCount >= 108,
      108...512 ~= packet.bigEndianUInt32(unchecked: 0).byteSwapped,
      packet.bigEndianUInt32(unchecked: 4).byteSwapped <= 1
    else { return false }
    let first = packet.byte(unchecked: 12)
    return UInt8(ascii: "a")...UInt8(ascii: "z") ~= first && packet.byte(unchecked: 35) == 0
  }

  /// Reads a frame of the link type named by the header before it, which may be another such
  /// header.
  private mutating func decodeFrame(
    _ packet: RawSpan, _ linkType: UInt32, at start: Int, end: Int
  ) {
    linkHeaders += 1
    guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
    base += start
    decodeLink(packet.extracting(start..<end), linkType)
  }

  /// Reads an unencrypted data frame (IEEE 802.11-2020 §9.3.2); other frames hold no IP.
  ///
  /// Some access points swap the bytes of the first field (frame control) and of the sequence field
  /// in the frames that they send to their controller.
  mutating func decodeWireless(
    _ packet: RawSpan, at start: Int, end: Int, isPadded: Bool = false, mayBeSwapped: Bool = false,
    depth: Int = 0
  ) {
    guard end - start >= 2 else { return skips.add(.linkHeaderCut) }
    var control = packet.byte(unchecked: start)
    var flags = packet.byte(unchecked: start + 1)
    // The low two bits are the version, 0. In a swapped frame the flags are here, and a data
    // frame's low two flags say where it goes to or comes from.
    let isSwapped = mayBeSwapped && control & 0x03 != 0
    if isSwapped { swap(&control, &flags) }
    // Version 0, type "data", and no subtype without data.
    guard control & 0x0f == 0x08, control & 0x40 == 0 else { return skips.add(.notIP) }
    guard end - start >= 24 else { return skips.add(.linkHeaderCut) }
    guard flags & 0x40 == 0 else { return skips.add(.wirelessEncrypted) }
    var length = flags & 0x03 == 0x03 ? 30 : 24
    let hasQuality = control & 0x80 != 0
    if hasQuality {
      guard end - start >= length + 2 else { return skips.add(.linkHeaderCut) }
      length += 2
    }
    let holdsSeveral = hasQuality && packet.byte(unchecked: start + length - 2) & 0x80 != 0
    // With quality of service, the order bit says that a control field of four bytes follows.
    if hasQuality, flags & 0x80 != 0 { length += 4 }
    if isPadded { length = (length + 3) & ~3 }
    let body = start + length
    guard body <= end else { return skips.add(.linkHeaderCut) }
    // A later fragment does not begin with a header.
    let fragment = packet.byte(unchecked: start + (isSwapped ? 23 : 22)) & 0x0f
    guard fragment == 0 else { return skips.add(.wirelessFragment) }
    guard holdsSeveral else {
      return decode(packet, etherType: 0, at: body, end: end, depth: depth)
    }
    // Subframes: two addresses and a length, padded to four bytes (§9.3.2.2.2).
    isAggregate = true
    defer { isAggregate = false }
    var offset = body
    let outer = linkHeaders
    while end - offset >= 14 {
      let size = Int(packet.bigEndianUInt16(unchecked: offset + 12))
      let stop = min(offset + 14 + size, end)
      // Subframes are side by side, not nested, so each may have all the link headers that are
      // allowed. An empty one does not hide those behind it.
      linkHeaders = outer
      if size > 0 { decode(packet, etherType: 0, at: offset + 14, end: stop, depth: depth) }
      offset += (14 + size + 3) & ~3
    }
  }

  /// Reads a packet from the kernel's log (LINKTYPE_NFLOG): fields of length, type and value in the
  /// byte order of the capturing machine, which is usually little-endian.
  mutating func decodeNetfilterLog(_ packet: RawSpan, end: Int) {
    var offset = 4
    while end - offset >= 4 {
      let length = Int(packet.bigEndianUInt16(unchecked: offset).byteSwapped)
      let type = packet.bigEndianUInt16(unchecked: offset + 2).byteSwapped & 0x7fff
      guard length >= 4, length <= end - offset else { break }
      if type == 9 { return decodeIP(packet, at: offset + 4, end: offset + length, depth: 0) }
      offset += (length + 3) & ~3
    }
    skips.add(.linkHeaderCut)
  }
}
