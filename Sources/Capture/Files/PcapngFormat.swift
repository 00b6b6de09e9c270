import Indicators
import Inputs
import Parsing

/// The state of a pcapng file: the byte order of its section, and the section's interfaces.
struct PcapngSections {
  var isSwapped = false
  var hasSection = false
  var interfaces: [PcapngInterface] = []
  /// The most interfaces that are kept; far more than files have, and all of them take 24 MiB.
  static let mostInterfaces = 1 << 20
}

/// What an Interface Description Block says about the packets that name it.
struct PcapngInterface {
  var linkType: UInt32 = 0
  var snapLength: UInt32 = 0
  /// The unit of time stamps is 2⁻ⁿ s instead of 10⁻ⁿ s.
  var isBinary = false
  /// The n in the unit of time stamps.
  var exponent: UInt8 = 6
  /// Seconds to add to every time stamp.
  var offset: Int64 = 0

  /// A time stamp as nanoseconds since 1970, or nil if it does not fit.
  func nanoseconds(_ ticks: UInt64) -> Int64? {
    var time: Int64
    if isBinary {
      let shift = UInt64(exponent)
      let (seconds, fraction) =
        shift < 64 ? (ticks >> shift, ticks & ((1 << shift) &- 1)) : (0, ticks)
      let product = fraction.multipliedFullWidth(by: 1_000_000_000)
      let rest: UInt64
      switch shift {
      case 0: rest = 0
      case 1..<64: rest = product.high << (64 - shift) | product.low >> shift
      case 64..<128: rest = product.high >> (shift - 64)
      default: rest = 0
      }
      guard let whole = Int64(exactly: seconds) else { return nil }
      let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
      let (sum, carry) = scaled.addingReportingOverflow(Int64(truncatingIfNeeded: rest))
      if overflow || carry { return nil }
      time = sum
    } else if exponent <= 9 {
      guard let ticks = Int64(exactly: ticks) else { return nil }
      let (scaled, overflow) = ticks.multipliedReportingOverflow(by: Self.power(9 - exponent))
      if overflow { return nil }
      time = scaled
    } else if exponent <= 27 {
      time = Int64(exactly: ticks / UInt64(Self.power(exponent - 9))) ?? .max
    } else {
      time = 0
    }
    let (shifted, overflow) = offset.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return nil }
    let (sum, carry) = time.addingReportingOverflow(shifted)
    time = sum
    return carry || time == .min ? nil : time
  }

  /// 10 to the power of n, n at most 18.
  private static func power(_ exponent: UInt8) -> Int64 {
    (0..<exponent).reduce(Int64(1)) { value, _ in value &* 10 }
  }
}

/// Block types of pcapng (draft-ietf-opsawg-pcapng §4, and the registry in its §11).
private enum BlockType {
  static let sectionHeader: UInt32 = 0x0a0d_0d0a
  static let interfaceDescription: UInt32 = 1
  static let packet: UInt32 = 2
  static let simplePacket: UInt32 = 3
  static let enhancedPacket: UInt32 = 6
  static let journalEntry: UInt32 = 9
  static let sysdigEvent: UInt32 = 0x204
  static let sysdigEvent2: UInt32 = 0x216
  static let sysdigEvent2Large: UInt32 = 0x221
  static let custom: UInt32 = 0xbad
  static let customNotCopied: UInt32 = 0x4000_0bad
}

extension PacketFramer {
  /// Moves to the next block of a pcapng file; a block that Wireshark does not number is read or
  /// skipped, and the result is `.other`.
  mutating func nextPcapng(_ frame: inout Frame) throws(CaptureError) -> Step {
    guard input.require(12) else {
      if try isAtEnd() { return .end }
      throw cut("a block")
    }
    let header = input.bytes
    let rawType = header.bigEndianUInt32(unchecked: 0)
    if rawType == BlockType.sectionHeader {
      try beginSection()
      return .other
    }
    guard sections.hasSection else { throw corrupt("a block stands before the first section") }
    let type = header.uint32(unchecked: 0, swapped: sections.isSwapped)
    let stated = header.uint32(unchecked: 4, swapped: sections.isSwapped)
    let length = try blockLength(stated)
    switch type {
    case BlockType.enhancedPacket, BlockType.packet:
      try beginPacket(&frame, length: length, isObsolete: type == BlockType.packet)
      return .record
    case BlockType.simplePacket:
      try beginSimplePacket(&frame, length: length)
      return .record
    case BlockType.interfaceDescription:
      try addInterface(length: length)
      return .other
    case BlockType.journalEntry, BlockType.sysdigEvent, BlockType.sysdigEvent2,
      BlockType.sysdigEvent2Large, BlockType.custom, BlockType.customNotCopied:
      // Wireshark numbers these records although they are no packets.
      try requireBlock(length)
      frame.isPacket = false
      frame.length = 0
      pending = length
      return .record
    default:
      if Self.beginsCapture(type, stated, 0) { throw anotherCapture() }
      guard input.skip(length) else { throw cut("a block") }
      return .other
    }
  }

  /// A block's length including its padding; throws if it is impossible.
  private func blockLength(_ length: UInt32) throws(CaptureError) -> Int {
    guard length >= 12 else { throw corrupt("a block claims \(length) bytes") }
    return (Int(length) + 3) & ~3
  }

  /// Makes sure that a block is in the buffer; of a block longer than `longestRun`, only that much.
  private mutating func requireBlock(_ length: Int) throws(CaptureError) {
    guard input.require(min(length, InputBuffer.longestRun)) else { throw cut("a block") }
  }

  /// Counts a block whose two lengths differ; the first length is used.
  private mutating func checkTrailer(_ length: Int) {
    guard length <= input.available else { return }
    let bytes = input.bytes
    let trailer = bytes.uint32(unchecked: length - 4, swapped: sections.isSwapped)
    if (Int(trailer) + 3) & ~3 != length { skips.add(.pcapngLength) }
  }

  private mutating func beginSection() throws(CaptureError) {
    let header = input.bytes
    switch header.bigEndianUInt32(unchecked: 8) {
    case 0x1a2b_3c4d: sections.isSwapped = UInt32(bigEndian: 1) != 1
    case 0x4d3c_2b1a: sections.isSwapped = UInt32(littleEndian: 1) != 1
    default: throw corrupt("a section header has no byte-order mark")
    }
    let length = try blockLength(header.uint32(unchecked: 4, swapped: sections.isSwapped))
    guard length >= 28 else { throw corrupt("a section header claims \(length) bytes") }
    guard input.require(16) else { throw cut("a section header") }
    let bytes = input.bytes
    let major = bytes.uint16(unchecked: 12, swapped: sections.isSwapped)
    let minor = bytes.uint16(unchecked: 14, swapped: sections.isSwapped)
    // Version 1.2 was written by mistake and means 1.0.
    guard major == 1, minor == 0 || minor == 2 else {
      throw CaptureError(
        code: .unsupported, path: input.source.path, packets: number,
        message: "pcapng version \(major).\(minor) is not known")
    }
    sections.hasSection = true
    sections.interfaces.removeAll(keepingCapacity: true)
    guard input.skip(length) else { throw cut("a section header") }
  }

  private mutating func addInterface(length: Int) throws(CaptureError) {
    try requireBlock(length)
    var interface = PcapngInterface()
    let bytes = input.bytes
    let isSwapped = sections.isSwapped
    let end = min(length, bytes.byteCount) - 4
    if end >= 16 {
      interface.linkType = UInt32(bytes.uint16(unchecked: 8, swapped: isSwapped))
      interface.snapLength = bytes.uint32(unchecked: 12, swapped: isSwapped)
      var offset = 16
      while end - offset >= 4 {
        let code = bytes.uint16(unchecked: offset, swapped: isSwapped)
        let size = Int(bytes.uint16(unchecked: offset + 2, swapped: isSwapped))
        offset += 4
        if code == 0 || size > end - offset { break }
        if code == 9, size >= 1 {
          let resolution = bytes.byte(unchecked: offset)
          interface.isBinary = resolution & 0x80 != 0
          interface.exponent = resolution & 0x7f
        } else if code == 14, size >= 8 {
          let first = UInt64(bytes.uint32(unchecked: offset, swapped: isSwapped))
          let second = UInt64(bytes.uint32(unchecked: offset + 4, swapped: isSwapped))
          let isLittle = isSwapped != (UInt32(littleEndian: 1) == 1)
          interface.offset = Int64(
            bitPattern: isLittle ? second << 32 | first : first << 32 | second)
        }
        offset += (size + 3) & ~3
      }
    }
    // Packets of interfaces beyond the limit are counted as packets of an unknown interface.
    if sections.interfaces.count < PcapngSections.mostInterfaces {
      sections.interfaces.append(interface)
    }
    guard input.skip(length) else { throw cut("a block") }
  }

  /// Reads an Enhanced Packet Block, or the obsolete Packet Block; they differ in the width of the
  /// interface number.
  private mutating func beginPacket(
    _ frame: inout Frame, length: Int, isObsolete: Bool
  ) throws(CaptureError) {
    guard length >= 32 else { throw corrupt("a packet block claims \(length) bytes") }
    if !input.require(min(length, InputBuffer.longestRun)) {
      // If the input ends after the packet's bytes, the packet is used, and the next step throws.
      guard input.available >= 28,
        Int(input.bytes.uint32(unchecked: 20, swapped: sections.isSwapped))
          <= min(input.available - 28, length - 32)
      else { throw cut("a block") }
    }
    checkTrailer(length)
    let bytes = input.bytes
    let isSwapped = sections.isSwapped
    let interface =
      isObsolete
      ? Int(bytes.uint16(unchecked: 8, swapped: isSwapped))
      : Int(bytes.uint32(unchecked: 8, swapped: isSwapped))
    let high = UInt64(bytes.uint32(unchecked: 12, swapped: isSwapped))
    let low = UInt64(bytes.uint32(unchecked: 16, swapped: isSwapped))
    let captured = Int(bytes.uint32(unchecked: 20, swapped: isSwapped))
    frame.originalLength = bytes.uint32(unchecked: 24, swapped: isSwapped)
    take(&frame, captured: captured, header: 28, length: length)
    guard interface < sections.interfaces.count else {
      skips.add(.pcapngInterface)
      frame.isPacket = false
      frame.time = ObservableRecord.noTime
      return
    }
    frame.linkType = sections.interfaces[interface].linkType
    if let time = sections.interfaces[interface].nanoseconds(high << 32 | low) {
      frame.time = time
    } else {
      skips.add(.pcapngTimestamp)
      frame.time = ObservableRecord.noTime
    }
  }

  private mutating func beginSimplePacket(_ frame: inout Frame, length: Int) throws(CaptureError) {
    guard length >= 16 else { throw corrupt("a packet block claims \(length) bytes") }
    if !input.require(min(length, InputBuffer.longestRun)) {
      guard input.available >= 12,
        Int(input.bytes.uint32(unchecked: 8, swapped: sections.isSwapped))
          <= min(input.available - 12, length - 16)
      else { throw cut("a block") }
    }
    checkTrailer(length)
    let original = input.bytes.uint32(unchecked: 8, swapped: sections.isSwapped)
    frame.originalLength = original
    frame.time = ObservableRecord.noTime
    guard let interface = sections.interfaces.first else {
      skips.add(.pcapngInterface)
      take(&frame, captured: 0, header: 12, length: length)
      frame.isPacket = false
      return
    }
    let snapped = interface.snapLength == 0 ? original : min(original, interface.snapLength)
    take(&frame, captured: min(Int(snapped), length - 16), header: 12, length: length)
    frame.linkType = interface.linkType
  }

  /// Steps to the packet's bytes, which may be fewer than `captured` says.
  private mutating func take(_ frame: inout Frame, captured: Int, header: Int, length: Int) {
    let room = length - header - 4
    if captured > room { skips.add(.pcapngLength) }
    frame.length = min(captured, room, Self.longestPacket)
    if frame.length < min(captured, room) { skips.add(.packetTooLong) }
    frame.isPacket = true
    _ = input.skip(header)
    pending = length - header
  }
}
