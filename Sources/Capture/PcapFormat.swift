import Parsing

/// What a pcap file's header says about all its records (draft-ietf-opsawg-pcap).
struct PcapLayout {
  static let headerLength = 24

  /// The file's byte order is not the machine's.
  var isSwapped: Bool
  /// The second half of a time stamp counts nanoseconds, not microseconds.
  var isNanosecond: Bool
  var linkType: UInt32
  /// A captured length above this is damage; Wireshark's limits.
  var longestRecord: UInt32

  /// The layout of a file with this header; nil where its version is older than 2.4.
  init?(_ header: [UInt8]) {
    func little(_ offset: Int, _ count: Int) -> UInt32 {
      (0..<count).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(header[offset + $1]) }
    }
    let isLittle = header[0] == 0xd4 || header[0] == 0x4d
    isSwapped = isLittle != (UInt32(littleEndian: 1) == 1)
    isNanosecond = header[isLittle ? 0 : 3] == 0x4d
    func number(_ offset: Int, _ count: Int) -> UInt32 {
      let value = little(offset, count)
      return isLittle ? value : value.byteSwapped >> UInt32(32 - 8 * count)
    }
    guard number(4, 2) == 2, number(6, 2) >= 4 else { return nil }
    // The upper bits say how long the frame check sequence is, which the IP length excludes anyway.
    linkType = number(20, 4) & 0x03ff_ffff
    longestRecord = LinkType.longestRecord(linkType)
  }
}

extension PacketFramer {
  /// Moves to the next record of a pcap file.
  ///
  /// A record is seconds, fraction, captured length and original length, four bytes each, and the
  /// captured bytes.
  @inline(__always)
  mutating func nextPcap(
    _ layout: PcapLayout, _ frame: inout Frame
  ) throws(CaptureError) -> Bool {
    guard input.require(16) else {
      if try isAtEnd() { return false }
      throw cut("a packet's header")
    }
    let header = input.bytes
    let seconds = header.uint32(unchecked: 0, swapped: layout.isSwapped)
    let fraction = header.uint32(unchecked: 4, swapped: layout.isSwapped)
    let captured = header.uint32(unchecked: 8, swapped: layout.isSwapped)
    frame.originalLength = header.uint32(unchecked: 12, swapped: layout.isSwapped)
    if captured > layout.longestRecord {
      throw corrupt("a packet claims \(captured) bytes")
    }
    // Both factors are below 2³², so the sum stays below 2⁶³.
    frame.time =
      Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* (layout.isNanosecond ? 1 : 1000)
    frame.linkType = layout.linkType
    frame.isPacket = true
    frame.length = min(Int(captured), Self.longestPacket)
    guard input.require(16 + frame.length) else { throw cut("a packet") }
    if frame.length < captured { skips.add(.packetTooLong) }
    _ = input.skip(16)
    pending = Int(captured)
    return true
  }
}

// MARK: Plain records

/// A record whose bytes are in the buffer, and that nothing was done about yet.
@safe
struct PlainRecord {
  let start: UnsafeRawPointer
  let length: Int
  let time: Int64
}

extension PacketFramer {
  /// Whether the file is a pcap file of Ethernet in the machine's byte order.
  var isPlain: Bool {
    guard let layout = pcapLayout else { return false }
    return !layout.isSwapped && layout.linkType == LinkType.ethernet
  }

  /// The next record of a plain file, where all of it is in the buffer; nothing is changed.
  @inline(__always)
  func plainRecord() -> PlainRecord? { plainRecord(after: pending) }

  /// The record behind the next one, where all of it is in the buffer.
  @inline(__always)
  func plainRecord(behind next: PlainRecord) -> PlainRecord? {
    plainRecord(after: pending &+ 16 &+ next.length)
  }

  @inline(__always)
  private func plainRecord(after passed: Int) -> PlainRecord? {
    let available = input.available &- passed
    guard available >= 16 else { return nil }
    // SAFETY: 16 bytes are there behind what is passed.
    let header = unsafe input.pointer + passed
    let captured = Int(unsafe header.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    guard captured <= Self.longestPlainPacket, captured &+ 16 <= available else { return nil }
    let seconds = unsafe header.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
    let fraction = unsafe header.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    // Both factors are below 2³², so the sum stays below 2⁶³.
    let time = Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* fractionUnit
    return unsafe PlainRecord(start: header + 16, length: captured, time: time)
  }

  /// Moves to a record that `plainRecord` gave, and takes it as read.
  @inline(__always)
  mutating func pass(_ record: PlainRecord) {
    input.pass(pending &+ 16)
    pending = record.length
    countRecord()
  }
}
