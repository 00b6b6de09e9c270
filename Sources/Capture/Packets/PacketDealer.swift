import Indicators
import Parsing

/// Turns packets into items for their flows: link layer, IP, fragments, tunnels, ports.
///
/// The files with the suffixes `+Link`, `+Wireless`, `+Juniper`, `+Network`, `+Fragments`, `+Transport`, `+Tunnels`
/// and `+DatagramTunnels` hold a layer each, `+Plain` what most packets are in one piece. Nothing here allocates for a packet that is no
/// fragment; every read is preceded by a comparison with the span's length.
struct PacketDealer: ~Copyable {
  /// The items dealt in the present stretch, in one list for each group of shards.
  var items: FlowItemLists
  let groupMask: Int
  /// Number of items dealt in the present stretch.
  var count: UInt32 = 0
  /// The last item that came from a datagram whose fragments disagree, or from a frame that holds
  /// several packets.
  private var lastVersion: FlowItem?
  /// The present packet is a frame that holds several packets.
  var isAggregate = false
  /// Bytes that items point into outside the stretch's memory: reassembled datagrams, and packets
  /// that are not kept in that memory.
  var extras: [[UInt8]] = []
  var extraBytes = 0
  var skips = SkipCounters()
  var fragments: FragmentTable
  /// The present packet.
  var number: UInt64 = 0
  var time = ObservableRecord.noTime
  /// Where the present packet's bytes begin, and in which memory (`FlowItem.place`).
  var base = 0
  var place: UInt32 = 0
  /// Link-layer headers read so far in the present packet; counted because a packet may consist of
  /// nothing else.
  var linkHeaders = 0
  /// Flows whose packets are chosen, and whether the present packet is one of them.
  var selection: FlowSelection?
  var isSelected = false
  /// Numbers of packets that carried parts of chosen flows, earlier packets included.
  var carriers = CarrierPackets()
  /// Numbers of the packets that carried the fragments of the datagram that the present packet is
  /// in.
  var around: [UInt64] = []
  let options: CaptureOptions
  let seed: UInt64
  let shardMask: UInt8
  /// The ends of the previous plain packet.
  var ends: PlainEndpoints

  /// Creates a dealer that hashes flow keys with the tables' `seed` and deals to `groupCount`
  /// groups, a power of two.
  init(_ options: CaptureOptions, seed: UInt64, groupCount: Int = 1) {
    self.options = options
    items = FlowItemLists(groupCount: groupCount)
    groupMask = groupCount - 1
    self.seed = seed
    shardMask = UInt8(options.shardCount - 1)
    ends = PlainEndpoints(PlainSeed(seed, shardMask: shardMask))
    fragments = FragmentTable(
      limit: options.fragmentLimit, datagramLimit: options.datagramLimit,
      patience: options.fragmentPatience)
  }

  /// Adds a packet's items; the packet begins at offset `base` of the memory that `place` names.
  @inline(__always)
  mutating func deal(_ packet: RawSpan, _ frame: Frame, at base: Int, place: UInt32 = 0) {
    fragments.expire(at: frame.time)
    if !fragments.dropped.isEmpty { readDroppedFragments() }
    number = frame.number
    time = frame.time
    self.base = base
    self.place = place
    if frame.linkType == LinkType.ethernet, dealPlain(packet) { return }
    linkHeaders = 0
    decodeLink(packet, frame.linkType)
  }

  /// Counts packets that were read without becoming items here; `time` is the last one's time.
  @inline(__always)
  mutating func notePassed(_ count: Int, _ time: Int64) {
    self.time = time
    self.count &+= UInt32(truncatingIfNeeded: count)
  }

  /// Adds bytes that items point into; returns the `FlowItem.place` that names them.
  mutating func addExtra(_ bytes: [UInt8]) -> UInt32 {
    extras.append(bytes)
    extraBytes += bytes.count
    return UInt32(truncatingIfNeeded: extras.count)
  }

  /// Whether the stretch should end because its extras take enough memory.
  var hasEnoughExtras: Bool { extraBytes > 4 << 20 || extras.count > 1 << 12 }

  /// Adds an item.
  @inline(__always)
  mutating func append(_ item: FlowItem) {
    items.append(item, to: Int(item.shard) & groupMask)
    count &+= 1
  }

  /// Marks an item as reassembled; if fragments overlapped, the item before may be another version
  /// of it.
  mutating func noteReassembly(_ header: IPHeader, _ item: inout FlowItem) {
    item.facts.insert(.isReassembled)
    guard header.hasOverlap else { return }
    item.facts.insert(.hasOverlap)
    noteVersion(&item)
  }

  /// Marks an item as continued if the item before is of the same packet and flow: the two then
  /// share values.
  @inline(never)
  mutating func noteVersion(_ item: inout FlowItem) {
    if let last = lastVersion, last.number == item.number, last.key == item.key,
      last.order &+ 1 == item.order
    {
      item.facts.insert(.isContinued)
    }
    lastVersion = item
  }

  /// Deals the datagrams whose missing fragments did not come: the capture has ended.
  mutating func finish() {
    // A datagram may hold a tunnel that carries a fragment of another datagram.
    for _ in 0...max(0, options.tunnelDepthLimit) {
      fragments.dropAll()
      if fragments.dropped.isEmpty { return }
      readDroppedFragments()
    }
  }
}
