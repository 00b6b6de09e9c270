import Inputs
import Parsing

/// One numbered record of a capture, before its contents are read.
struct Frame {
  /// Its place among the records that Wireshark numbers, from 1.
  var number: UInt64 = 0
  /// Nanoseconds since 1970, or `Int64.min` where the record has no time.
  var time = Int64.min
  /// The link type's number in capture files (`LINKTYPE_…`).
  var linkType: UInt32 = 0
  /// Number of captured bytes in the buffer.
  var length = 0
  /// Number of bytes that the packet had on the wire.
  var originalLength: UInt32 = 0
  /// False for a record that is numbered but holds no packet.
  var isPacket = true
}

/// Finds the packets of a capture file, whatever its format.
///
/// A packet's bytes stay in the input buffer until the next stretch begins. The rest of its record
/// (`pending` bytes) is stepped over when the next record is asked for.
@safe
struct PacketFramer: ~Copyable {
  private enum Format {
    case pcap(PcapLayout)
    case pcapng
    case library(LibpcapReader)
  }

  /// The most bytes of a packet that are read; the rest of a longer packet is not.
  static let longestPacket = 256 << 10
  /// The longest packet of a plain record; records of longer packets are read by `step`.
  static let longestPlainPacket = 64 << 10

  var input: InputBuffer
  var skips = SkipCounters()
  /// Records numbered so far.
  private(set) var number: UInt64 = 0
  /// Number of bytes at the front of the buffer that belong to the previous record.
  var pending = 0
  var sections = PcapngSections()
  private let format: Format
  /// For pcap files only: what the header says, and how many nanoseconds a unit of a time's
  /// fraction is.
  let pcapLayout: PcapLayout?
  let fractionUnit: Int64
  private var libraryBytes: UnsafeRawPointer?

  init(_ source: InputSource) throws(CaptureError) {
    input = InputBuffer(source)
    let first: [UInt8]
    do { first = try source.peek(PcapLayout.headerLength) } catch {
      throw CaptureError(error, packets: 0)
    }
    switch CaptureFormat(first) {
    case .pcap(let layout):
      format = .pcap(layout)
    case .pcapng:
      format = .pcapng
    case .otherPcap:
      format = .library(try LibpcapReader(source, firstBytes: first))
    case .cutPcap:
      throw CaptureError(
        code: .truncated, path: source.path, packets: 0,
        message: "the capture ends inside its file header")
    case nil:
      throw CaptureError(
        code: .notACapture, path: source.path, packets: 0,
        message: first.isEmpty
          ? "the file is empty" : "not a packet capture (pcap or pcapng); scan it as text")
    }
    if case .pcap(let layout) = format {
      pending = PcapLayout.headerLength
      pcapLayout = layout
      fractionUnit = layout.isNanosecond ? 1 : 1000
    } else {
      pcapLayout = nil
      fractionUnit = 1
    }
  }

  /// The result of a step.
  enum Step {
    /// The next numbered record.
    case record
    /// Something without a number, such as a block that holds no packet, was passed.
    case other
    /// The capture has ended.
    case end
  }

  /// Bytes of the input that were passed, uncompressed.
  var position: UInt64 {
    if case .library(let reader) = format { reader.position } else { input.position }
  }

  /// Whether the stretch is full, so that the next step belongs to another one.
  var isStretchOver: Bool {
    @inline(__always) get { input.isOver(behind: pending) }
  }

  /// Moves to the next record or block; the stretch must not be over.
  @inline(__always)
  mutating func step(_ frame: inout Frame) throws(CaptureError) -> Step {
    if pending > 0 {
      let count = pending
      pending = 0
      guard input.skip(count) else { throw cut("a packet") }
    }
    let step: Step
    switch format {
    case .pcap(let layout):
      step = try nextPcap(layout, &frame) ? .record : .end
    case .pcapng:
      step = try nextPcapng(&frame)
    case .library(let reader):
      unsafe libraryBytes = try reader.next(&frame, after: number)
      step = unsafe libraryBytes == nil ? .end : .record
    }
    if case .record = step {
      number &+= 1
      frame.number = number
    }
    return step
  }

  /// Whether the next step can be taken without waiting for the process that writes the input.
  ///
  /// In formats that libpcap reads, the whole input is there already.
  mutating func hasNextAtHand() -> Bool {
    let header: Int
    switch format {
    case .pcap: header = PcapLayout.recordHeaderLength
    case .pcapng: header = 8
    case .library: return true
    }
    guard input.hasAtHand(pending + header) else { return false }
    // If the input ends here, the step reports it.
    guard input.available >= pending + header else { return true }
    let length: Int
    if case .pcap(let layout) = format {
      let captured = input.bytes.uint32(unchecked: pending + 8, swapped: layout.isSwapped)
      length = header + min(Int(captured), Self.longestPacket)
    } else {
      let block = input.bytes.uint32(unchecked: pending + 4, swapped: sections.isSwapped)
      length = min(Int(block), InputBuffer.longestRun)
    }
    return input.hasAtHand(pending + length)
  }

  /// Counts records that were passed without a step.
  @inline(__always)
  mutating func countRecords(_ count: Int) { number &+= UInt64(truncatingIfNeeded: count) }

  /// Moves to the next numbered record, beginning stretches as needed; false at the end of the
  /// capture.
  mutating func next(_ frame: inout Frame) throws(CaptureError) -> Bool {
    while true {
      if isStretchOver { input.beginStretch() }
      switch try step(&frame) {
      case .record: return true
      case .other: continue
      case .end: return false
      }
    }
  }

  /// Whether packets come from libpcap, which keeps each only until the next.
  var usesLibrary: Bool { if case .library = format { true } else { false } }

  /// The bytes of the record that the last step moved to; valid until the next step.
  func pointer() -> UnsafeRawPointer {
    // SAFETY: both point to the record as long as it is documented; nothing is read here.
    if let libraryBytes = unsafe libraryBytes { return unsafe libraryBytes }
    return unsafe input.pointer
  }

  /// The error for an input that ended inside `place`.
  func cut(_ place: StaticString) -> CaptureError {
    if let failure = input.failure {
      return CaptureError(failure, packets: number)
    }
    return CaptureError(
      code: .truncated, path: input.source.path, packets: number,
      message: "the capture ends in the middle of \(place), after packet \(number)")
  }

  /// The error for an impossible length, and what may be done about it.
  func corrupt(_ message: String, remedy: String = "") -> CaptureError {
    CaptureError(
      code: .corrupt, path: input.source.path, packets: number,
      message: "\(message), after packet \(number)\(remedy)")
  }

  /// Whether three numbers, where a record or a block should begin, are the first of a capture file,
  /// in either byte order: of pcap its first bytes and its version, 2.4.
  static func beginsCapture(_ first: UInt32, _ second: UInt32, _ third: UInt32) -> Bool {
    switch first {
    case 0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1:
      second == 0x0004_0002 || second == 0x0200_0400 || second == 0x0002_0004
        || second == 0x0400_0200
    case 0x0a0d_0d0a: third == 0x1a2b_3c4d || third == 0x4d3c_2b1a
    default: false
    }
  }

  /// The error for files that were joined byte by byte, as by `cat`.
  func anotherCapture() -> CaptureError {
    corrupt(
      "another capture begins",
      remedy: "; scan the captures one by one, or join them with mergecap")
  }

  /// Whether the input ends exactly here; throws if reading it failed here.
  mutating func isAtEnd() throws(CaptureError) -> Bool {
    if input.require(1) { return false }
    if let failure = input.failure { throw CaptureError(failure, packets: number) }
    return true
  }
}

/// The formats of capture files, told apart by their first bytes.
enum CaptureFormat {
  case pcap(PcapLayout)
  case pcapng
  /// A variant of pcap that libpcap reads.
  case otherPcap
  /// A pcap file that ends inside its header.
  case cutPcap

  /// The format of a file by its first `PcapLayout.headerLength` bytes; nil if it is no capture.
  init?(_ first: [UInt8]) {
    guard first.count >= 4 else { return nil }
    let magic = first[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    switch magic {
    case 0x0a0d_0d0a:
      guard first.count >= 12 else { return nil }
      let order = Array(first[8..<12])
      guard order == [0x1a, 0x2b, 0x3c, 0x4d] || order == [0x4d, 0x3c, 0x2b, 0x1a] else {
        return nil
      }
      self = .pcapng
    case 0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1:
      guard first.count >= PcapLayout.headerLength else {
        self = .cutPcap
        return
      }
      if let layout = PcapLayout(first) { self = .pcap(layout) } else { self = .otherPcap }
    case 0xa1b2_cd34, 0x34cd_b2a1, 0xa1e2_cb12, 0x12cb_e2a1:
      self = .otherPcap
    default:
      return nil
    }
  }
}
