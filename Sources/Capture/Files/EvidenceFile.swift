import Indicators
package import Inputs
import Parsing

/// A pcapng file that receives the packets of chosen flows, whatever their captures' formats and
/// link types.
///
/// It has one section, an interface for each link type, and times in nanoseconds
/// (draft-ietf-opsawg-pcapng §4). The file gets its name when it is committed.
package struct EvidenceFile: ~Copyable {
  /// What an interface of the file says about its packets.
  private struct Interface: Hashable {
    var linkType: UInt32
    /// The second (since 1970) from which the interface's times count.
    var offset: Int64

    /// The earliest second that a time can have.
    static let earliest = Int64.min / 1_000_000_000
  }

  private var file: AtomicFile
  private var interfaces: [Interface: UInt32] = [:]
  private var buffer: [UInt8] = []
  /// The error that stopped writing: thrown by `commit`, and nothing more is copied.
  private var failure: InputError?
  /// Packets written.
  package private(set) var packetCount: UInt64 = 0

  /// Creates the file and writes its section header.
  ///
  /// The header names the program, so that a later run can tell the file from a capture of someone
  /// else's.
  package init(path: InputPath) throws(InputError) {
    file = try AtomicFile(path: path)
    block(
      0x0a0d_0d0a,
      Self.number(UInt32(0x1a2b_3c4d)) + Self.number(UInt16(1)) + Self.number(UInt16(0))
        + Self.number(UInt64.max) + Self.option(4, Array("sekisho".utf8))
        + Self.number(UInt32(0)))
  }

  /// Finds the packets that `copy` cannot recognise when it reaches them: fragments of outer
  /// packets that carry chosen flows.
  ///
  /// Only flows inside tunnels have such packets. If the capture cannot be read to its end, those
  /// before the fault are returned.
  package static func carriers(
    of flows: FlowSelection, in source: InputSource, options: CaptureOptions
  ) -> CarrierPackets {
    do throws(CaptureError) {
      var copier = try PacketCopier(source, flows: flows, CarrierPackets(), options: options)
      return copier.findCarriers()
    } catch {
      return CarrierPackets()
    }
  }

  /// Copies the packets of the chosen flows, the fragments sent between the flows' ends, and the
  /// packets in `carriers`.
  ///
  /// - Throws: An error if the capture cannot be read to its end; the packets before are copied.
  package mutating func copy(
    _ source: InputSource, flows: FlowSelection, carriers: CarrierPackets = CarrierPackets(),
    options: CaptureOptions
  ) throws(CaptureError) {
    var copier = try PacketCopier(source, flows: flows, carriers, options: options)
    while failure == nil, try copier.copyNext(to: &self) {}
  }

  fileprivate mutating func write(_ packet: RawSpan, _ frame: Frame) {
    let hasTime = frame.time != ObservableRecord.noTime
    let early = Interface(linkType: frame.linkType, offset: Interface.earliest)
    let isEarly = hasTime ? frame.time < 0 : interfaces[early] == 0
    let offset = isEarly ? early.offset : 0
    let interface = interface(Interface(linkType: frame.linkType, offset: offset))
    let captured = UInt32(truncatingIfNeeded: packet.byteCount)
    let length = max(frame.originalLength, captured)
    var body: [UInt8] = []
    // A Simple Packet Block has no time, belongs to the first interface, and holds a whole packet.
    let isSimple = !hasTime && interface == 0 && length == captured
    if !isSimple {
      let ticks = max(0, (hasTime ? frame.time : 0) - offset * 1_000_000_000)
      body += Self.number(interface)
      body += Self.number(UInt32(truncatingIfNeeded: ticks >> 32))
      body += Self.number(UInt32(truncatingIfNeeded: ticks))
      body += Self.number(captured)
    }
    body += Self.number(length)
    body.append(packet)
    while body.count % 4 != 0 { body.append(0) }
    block(isSimple ? 3 : 6, body)
    packetCount += 1
    guard buffer.count >= 1 << 18 else { return }
    do throws(InputError) { try flush() } catch { failure = error }
  }

  /// The number of an interface; its description is written when it is first used.
  private mutating func interface(_ interface: Interface) -> UInt32 {
    if let known = interfaces[interface] { return known }
    let number = UInt32(interfaces.count)
    interfaces[interface] = number
    var body = Self.number(UInt16(truncatingIfNeeded: interface.linkType))
    body += Self.number(UInt16(0)) + Self.number(UInt32(0))
    // Option 9 is the resolution of times, option 14 their offset.
    body += Self.option(9, [9])
    if interface.offset != 0 { body += Self.option(14, Self.number(interface.offset)) }
    block(1, body + Self.number(UInt32(0)))
    return number
  }

  private mutating func block(_ type: UInt32, _ body: [UInt8]) {
    let length = Self.number(UInt32(body.count + 12))
    buffer += Self.number(type)
    buffer += length
    buffer += body
    buffer += length
  }

  /// An option of a block, padded to whole words.
  private static func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    number(code) + number(UInt16(truncatingIfNeeded: value.count)) + value
      + Array(repeating: 0, count: -value.count & 3)
  }

  private static func number<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }

  private mutating func flush() throws(InputError) {
    try file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is left and gives the file its name.
  package consuming func commit() throws(InputError) {
    if let failure { throw failure }
    try flush()
    try file.commit()
  }
}

/// Reads a capture a second time and hands on the packets of chosen flows.
private struct PacketCopier: ~Copyable {
  private var framer: PacketFramer
  private var dealer: PacketDealer
  private let carriers: CarrierPackets
  private let times: Range<Int64>?
  private var filters: LinkFilters?

  init(
    _ source: InputSource, flows: FlowSelection, _ carriers: CarrierPackets,
    options: CaptureOptions
  ) throws(CaptureError) {
    self.carriers = carriers
    times = options.times
    filters = options.filter.map { LinkFilters($0) }
    framer = try PacketFramer(source)
    dealer = PacketDealer(options, seed: 0)
    dealer.selection = flows
  }

  /// Reads as far as possible; returns the packets that carried parts of chosen flows.
  mutating func findCarriers() -> CarrierPackets {
    var frame = Frame()
    do throws(CaptureError) {
      while try next(&frame) {}
    } catch {
      // Packets behind the fault cannot be copied either.
    }
    dealer.finish()
    return dealer.carriers
  }

  /// Copies the next chosen packet; false at the end of the capture.
  mutating func copyNext(to file: inout EvidenceFile) throws(CaptureError) -> Bool {
    var frame = Frame()
    guard try next(&frame) else { return false }
    let start = unsafe framer.pointer()
    // SAFETY: the framer keeps `length` bytes there until it is asked for the next packet.
    let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
    file.write(packet, frame)
    return true
  }

  /// Whether the scan's filter accepts a packet; the scan has reported link types for which the
  /// filter does not compile.
  private mutating func isScanned(_ packet: RawSpan, _ frame: Frame) -> Bool {
    guard filters != nil else { return true }
    return (try? filters?.accepts(packet, frame)) ?? false
  }

  /// Moves to the next chosen packet; false at the end of the capture.
  private mutating func next(_ frame: inout Frame) throws(CaptureError) -> Bool {
    while try framer.next(&frame) {
      guard frame.isPacket else { continue }
      if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) { continue }
      let start = unsafe framer.pointer()
      // SAFETY: the framer keeps `length` bytes there until it is asked for the next packet.
      let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
      guard isScanned(packet, frame) else { continue }
      dealer.isSelected = false
      dealer.deal(packet, frame, at: 0)
      dealer.items.removeAll()
      dealer.extras.removeAll()
      if dealer.isSelected || carriers.contains(frame.number) { return true }
    }
    return false
  }
}
