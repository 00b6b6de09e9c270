import CByteKernels
import Parsing

/// What a pcap file's header says about all its records (draft-ietf-opsawg-pcap).
struct PcapLayout {
  static let headerLength = 24
  static let recordHeaderLength = 16

  /// The file's byte order is not the machine's.
  var isSwapped: Bool
  /// The second half of a time stamp counts nanoseconds, not microseconds.
  var isNanosecond: Bool
  var linkType: UInt32
  /// A record with a longer captured length is damage (Wireshark's limits).
  var longestRecord: UInt32

  /// The layout that a file header describes; nil unless the version is 2.4 or a later 2.x.
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
    // The upper bits give the length of the frame check sequence, which the IP length excludes
    // anyway.
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
    if captured == 0 || captured > layout.longestRecord,
      Self.beginsCapture(seconds, fraction, captured)
    {
      throw anotherCapture()
    }
    if captured > layout.longestRecord {
      throw corrupt(
        "a packet claims \(captured) bytes", remedy: CaptureError.variantRemedy(after: number))
    }
    // `seconds` and `fraction` are below 2³², so the sum stays below 2⁶³.
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

/// A record whose bytes are in the buffer, and which has not been passed yet.
@safe
struct PlainRecord {
  let start: UnsafeRawPointer
  /// Where its bytes begin in the stretch's memory.
  let place: Int
  let length: Int
  let time: Int64

  /// The packet's captured bytes; valid until the next stretch begins.
  var bytes: RawSpan {
    @_lifetime(immortal)
    @inline(__always)
    get {
      // SAFETY: `PlainRecords.next` checked that the record's bytes are in the buffer, where
      // nothing moves them before the next stretch.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: start, byteCount: length), copying: ())
    }
  }
}

/// The next records of a plain file: those that are whole in the buffer and belong to the stretch.
@safe
struct PlainRecords {
  fileprivate let memory: UnsafeRawPointer
  /// Where the next record's header begins in the memory.
  fileprivate var place: Int
  /// Where the bytes in the buffer end, and where the next stretch begins.
  fileprivate let end: Int
  fileprivate let stop: Int
  fileprivate let fractionUnit: Int64

  @inline(__always)
  mutating func next() -> PlainRecord? {
    guard place < stop, end &- place >= 16 else { return nil }
    // SAFETY: the guard above checked that 16 bytes are in the buffer at `place`.
    let header = unsafe memory + place
    let captured = Int(unsafe header.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    // A record without bytes may be another capture's header, and is left to `nextPcap`.
    guard UInt(bitPattern: captured &- 1) < UInt(PacketFramer.longestPlainPacket),
      captured &+ 16 <= end &- place
    else { return nil }
    let seconds = unsafe header.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
    let fraction = unsafe header.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    // `seconds` and `fraction` are below 2³², so the sum stays below 2⁶³.
    let time = Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* fractionUnit
    let record = unsafe PlainRecord(
      start: header + 16, place: place &+ 16, length: captured, time: time)
    place &+= captured &+ 16
    // Prefetches the next packet's headers.
    // SAFETY: the addresses are only hints, and may be beyond the buffer's end.
    unsafe sekisho_prefetch(memory + place)
    unsafe sekisho_prefetch(memory + place + 64)
    return record
  }
}

extension PacketFramer {
  /// Whether the file is a pcap file of Ethernet in the machine's byte order.
  var isPlain: Bool {
    guard let layout = pcapLayout else { return false }
    return !layout.isSwapped && layout.linkType == LinkType.ethernet
  }

  /// The next records of a plain file; nothing changes until they are passed.
  @inline(__always)
  func plainRecords() -> PlainRecords {
    let place = input.offset &+ pending
    return unsafe PlainRecords(
      memory: input.pointer - input.offset, place: place, end: input.offset &+ input.available,
      stop: place &+ input.rest(behind: pending), fractionUnit: fractionUnit)
  }

  /// Marks `count` records of `plainRecords` as read; the last one's bytes begin at `place` and are
  /// `length` long.
  @inline(__always)
  mutating func pass(_ count: Int, upTo place: Int, length: Int) {
    input.pass(place &- input.offset)
    pending = length
    countRecords(count)
  }
}
