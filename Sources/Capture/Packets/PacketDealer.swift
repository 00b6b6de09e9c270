import Indicators
import Parsing

/// Turns packets into items for their flows: link layer, IP, fragments, tunnels, ports.
///
/// The files with the suffixes `+Link`, `+Wireless`, `+Juniper`, `+Network`, `+Fragments`, `+Transport` and `+Tunnels`
/// hold a layer each, `+Plain` what most packets are in one piece. Nothing here allocates for a packet that is no
/// fragment; every read is preceded by a comparison with the span's length.
struct PacketDealer: ~Copyable {
  /// What was dealt of the present stretch, by groups of shards.
  var items: FlowItemLists
  let groupMask: Int
  /// Items dealt of the stretch.
  var count: UInt32 = 0
  /// The last of them that came from fragments which disagree, or from a frame of several.
  private var lastVersion: FlowItem?
  /// The present packet is a frame with several packets in it.
  var isAggregate = false
  /// Datagrams put together in it, and packets that stand nowhere else.
  var extras: [[UInt8]] = []
  var extraBytes = 0
  var skips = SkipCounters()
  var fragments: FragmentTable
  /// The present packet.
  var number: UInt64 = 0
  var time = ObservableRecord.noTime
  /// Where its bytes begin, and among which (`FlowItem.place`).
  var base = 0
  var place: UInt32 = 0
  /// Link-layer headers inside one another in the present packet, which may be made of nothing else.
  var linkHeaders = 0
  /// Flows whose packets are chosen, and whether the present packet is one of them.
  var selection: FlowSelection?
  var isSelected = false
  /// Packets that carried parts of chosen flows, of those before the present one, too.
  var carriers = CarrierPackets()
  /// The packets that carried the datagram in which the present packet is.
  var around: [UInt64] = []
  let options: CaptureOptions
  let seed: UInt64
  let shardMask: UInt8
  /// The ends of the plain packet before.
  var ends: PlainEnds

  /// Deals with the hashes of tables with this seed, to a number of groups that is a power of two.
  init(_ options: CaptureOptions, seed: UInt64, groupCount: Int = 1) {
    self.options = options
    items = FlowItemLists(groupCount: groupCount)
    groupMask = groupCount - 1
    self.seed = seed
    shardMask = UInt8(options.shardCount - 1)
    ends = PlainEnds(PlainSeed(seed, shardMask: shardMask))
    fragments = FragmentTable(
      limit: options.fragmentLimit, datagramLimit: options.datagramLimit,
      patience: options.fragmentPatience)
  }

  /// Adds a packet's items; its bytes begin at `base` of those that `place` names.
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

  /// Notes packets that were read without becoming items here, the last one of some time.
  @inline(__always)
  mutating func notePassed(_ count: Int, _ time: Int64) {
    self.time = time
    self.count &+= UInt32(truncatingIfNeeded: count)
  }

  /// Adds bytes that items point into; gives what they call them by.
  mutating func addExtra(_ bytes: [UInt8]) -> UInt32 {
    extras.append(bytes)
    extraBytes += bytes.count
    return UInt32(truncatingIfNeeded: extras.count)
  }

  /// Whether the stretch should end for want of room for more extras.
  var hasEnoughExtras: Bool { extraBytes > 4 << 20 || extras.count > 1 << 12 }

  /// Adds an item.
  @inline(__always)
  mutating func append(_ item: FlowItem) {
    items.append(item, to: Int(item.shard) & groupMask)
    count &+= 1
  }

  /// Notes that an item was put together; its other version may be the item before.
  mutating func noteReassembly(_ header: IPHeader, _ item: inout FlowItem) {
    item.facts.insert(.isReassembled)
    guard header.hasOverlap else { return }
    item.facts.insert(.hasOverlap)
    noteVersion(&item)
  }

  /// Notes that the item before may be one of the same packet and flow, with which this one shares values.
  @inline(never)
  mutating func noteVersion(_ item: inout FlowItem) {
    if let last = lastVersion, last.number == item.number, last.key == item.key,
      last.order &+ 1 == item.order
    {
      item.facts.insert(.isContinued)
    }
    lastVersion = item
  }

  /// Deals what waited for packets that did not come: the capture has ended.
  mutating func finish() {
    // A datagram may hold a tunnel with a part of another one.
    for _ in 0...max(0, options.tunnelDepthLimit) {
      fragments.dropAll()
      if fragments.dropped.isEmpty { return }
      readDroppedFragments()
    }
  }
}
