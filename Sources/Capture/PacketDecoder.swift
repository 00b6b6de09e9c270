import Indicators
import Parsing

/// Turns packets into flows and observables: link layer, IP, transport, then protocols by content.
///
/// The files with the suffixes `+Link`, `+Network` and `+Transport` hold a layer each. Nothing here
/// allocates for a packet; every read is preceded by a comparison with the span's length.
struct PacketDecoder: ~Copyable {
  var writer = ObservableWriter()
  var skips = SkipCounters()
  var flows: FlowTable
  var fragments = FragmentMemory()
  /// Link-layer headers inside one another in the present packet, which may be made of nothing else.
  var linkHeaders = 0
  let options: CaptureOptions

  init(_ options: CaptureOptions) {
    self.options = options
    flows = FlowTable(limit: options.flowLimit)
  }

  /// Writes a packet's observables.
  @inline(__always)
  mutating func decode(_ packet: RawSpan, _ frame: Frame) {
    writer.beginPacket(number: frame.number, time: frame.time)
    linkHeaders = 0
    decodeLink(packet, frame.linkType)
  }
}

/// The first fragments of datagrams seen lately, so that later ones are known to belong to a flow.
///
/// Direct-mapped by hash: a newer datagram replaces an older one in its place. Forgetting one costs
/// a line of addresses without ports.
struct FragmentMemory {
  private static let size = 4096
  private var marks: [UInt64] = []

  mutating func insert(_ header: IPHeader) {
    if marks.isEmpty { marks = Array(repeating: 0, count: Self.size) }
    let hash = Self.hash(header)
    marks[Int(truncatingIfNeeded: hash) & (Self.size - 1)] = hash
  }

  func contains(_ header: IPHeader) -> Bool {
    if marks.isEmpty { return false }
    let hash = Self.hash(header)
    return marks[Int(truncatingIfNeeded: hash) & (Self.size - 1)] == hash
  }

  private static func hash(_ header: IPHeader) -> UInt64 {
    let key = FlowKey(
      first: header.source, second: header.destination, ports: header.fragmentID,
      kind: UInt32(header.ipProtocol))
    return key.hash(0) | 1
  }
}
