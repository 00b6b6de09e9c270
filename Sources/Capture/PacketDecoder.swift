import Indicators
import Parsing

/// Turns packets into flows and observables: link layer, IP, transport, then protocols by content.
///
/// The files with the suffixes `+Link`, `+Wireless`, `+Network`, `+Transport`,
/// `+Stream` and `+Tunnels` hold a layer each. Nothing here
/// allocates for a packet; every read is preceded by a comparison with the span's length.
struct PacketDecoder: ~Copyable {
  var writer = ObservableWriter()
  var skips = SkipCounters()
  var flows: FlowTable
  var fragments: FragmentTable
  var streams: StreamTable
  /// Reads requests in datagrams, each by itself.
  var datagramReader = HTTPReader()
  var search: PayloadSearch
  /// Link-layer headers inside one another in the present packet, which may be made of nothing else.
  var linkHeaders = 0
  /// Flows whose packets are chosen, and whether the present packet is one of them.
  var selection: FlowSelection?
  var isSelected = false
  let options: CaptureOptions

  init(_ options: CaptureOptions) {
    self.options = options
    search = PayloadSearch(options.payloadMatchers)
    writer.kinds = options.kinds
    flows = FlowTable(limit: options.flowLimit)
    fragments = FragmentTable(limit: options.fragmentLimit)
    streams = StreamTable(limit: options.reassemblyLimit)
  }

  /// Writes a packet's observables.
  @inline(__always)
  mutating func decode(_ packet: RawSpan, _ frame: Frame) {
    fragments.expire(at: frame.time)
    if !fragments.dropped.isEmpty { readDroppedFragments() }
    writer.beginPacket(number: frame.number, time: frame.time)
    linkHeaders = 0
    decodeLink(packet, frame.linkType)
  }

  /// Writes what waited for packets that did not come; the capture has ended.
  mutating func finish() {
    // A datagram may hold a tunnel with a part of another one.
    for _ in 0...options.tunnelDepthLimit {
      fragments.dropAll()
      readDroppedFragments()
    }
    closeAllStreams()
  }
}
