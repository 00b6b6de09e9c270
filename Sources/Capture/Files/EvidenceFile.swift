import Indicators
package import Inputs
import Parsing

/// A pcapng file that takes the packets of chosen flows, whatever their captures' formats and link types.
///
/// One section with an interface for each link type, times in nanoseconds
/// (draft-ietf-opsawg-pcapng §4). It appears under its name when it is committed.
package struct EvidenceFile: ~Copyable {
  /// What a file's interface says of its packets.
  private struct Interface: Hashable {
    var linkType: UInt32
    /// Times count from this number of seconds on, not from 1970.
    var offset: Int64

    /// Seconds before which there are no times.
    static let earliest = Int64.min / 1_000_000_000
  }

  private var file: AtomicFile
  private var interfaces: [Interface: UInt32] = [:]
  private var buffer: [UInt8] = []
  /// Why the file could not be written; thrown by `commit`, and nothing is copied any more.
  private var failure: InputError?
  /// Packets written.
  package private(set) var packetCount: UInt64 = 0

  /// Creates the file with its section's header.
  package init(path: InputPath) throws(InputError) {
    file = try AtomicFile(path: path)
    block(
      0x0a0d_0d0a,
      Self.number(UInt32(0x1a2b_3c4d)) + Self.number(UInt16(1)) + Self.number(UInt16(0))
        + Self.number(UInt64.max))
  }

  /// The packets that `copy` cannot know when they pass: fragments of packets around those of chosen flows.
  ///
  /// Only flows inside tunnels have any. A capture that cannot be read on gives those before.
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

  /// Copies the packets of the chosen flows, of the fragments between their ends, and their carriers.
  ///
  /// - Throws: Where the capture cannot be read on; what came before is copied.
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
    // A block without a time is one of the first interface, and its packet is whole.
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

  /// The number of an interface, which is described where it is used first.
  private mutating func interface(_ interface: Interface) -> UInt32 {
    if let known = interfaces[interface] { return known }
    let number = UInt32(interfaces.count)
    interfaces[interface] = number
    var body = Self.number(UInt16(truncatingIfNeeded: interface.linkType))
    body += Self.number(UInt16(0)) + Self.number(UInt32(0))
    // Option 9 is the resolution of times, option 14 their offset.
    body += Self.number(UInt16(9)) + Self.number(UInt16(1)) + [9, 0, 0, 0]
    if interface.offset != 0 {
      body += Self.number(UInt16(14)) + Self.number(UInt16(8)) + Self.number(interface.offset)
    }
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

/// Walks a capture a second time and hands on the packets of chosen flows.
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

  /// Walks as far as the capture can be read; gives the packets that carried parts of chosen flows.
  mutating func findCarriers() -> CarrierPackets {
    var frame = Frame()
    do throws(CaptureError) {
      while try next(&frame) {}
    } catch {
      // What comes behind the fault cannot be copied either.
    }
    dealer.finish()
    return dealer.carriers
  }

  /// Copies the next packet that is chosen; false at the end.
  mutating func copyNext(to file: inout EvidenceFile) throws(CaptureError) -> Bool {
    var frame = Frame()
    guard try next(&frame) else { return false }
    let start = unsafe framer.pointer()
    // SAFETY: the framer keeps `length` bytes there until it is asked for the next packet.
    let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
    file.write(packet, frame)
    return true
  }

  /// Whether the scan's filter lets a packet through; of a link type without a filter the scan told.
  private mutating func isScanned(_ packet: RawSpan, _ frame: Frame) -> Bool {
    guard filters != nil else { return true }
    return (try? filters?.accepts(packet, frame)) ?? false
  }

  /// Goes to the next packet that is chosen; false at the end.
  private mutating func next(_ frame: inout Frame) throws(CaptureError) -> Bool {
    while try framer.next(&frame) {
      guard frame.isPacket else { continue }
      if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) { continue }
      let start = unsafe framer.pointer()
      // SAFETY: as above.
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
