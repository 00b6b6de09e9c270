import CByteKernels
import Indicators
import Parsing

/// What tells who began a flow: better evidence replaces worse, of equal evidence the first counts.
enum OriginEvidence: UInt8, Comparable {
  /// Whose packet came first.
  case order
  /// What a packet says: a protocol's roles, or flags that only a server sends.
  ///
  /// Anyone may write either.
  case role
  /// A SYN.
  case opening

  static func < (left: OriginEvidence, right: OriginEvidence) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A packet's flow and its direction in it.
struct FlowPlace {
  var flow: UInt32
  /// The packet's source is the end that comes first in the flow's key.
  var isSourceFirst: Bool
  var isNew: Bool
  var isSourceOriginator = true

  /// The packet's direction.
  var side: FlowSide {
    @inline(__always) get { FlowSide(flow: flow, isFromFirst: isSourceFirst) }
  }
}

/// Turns dealt items into observables: flows, streams, then protocols by content.
///
/// | File | Question | Entry |
/// | --- | --- | --- |
/// | `+Passing` | Can a TCP segment be passed over without being read? | `passes` |
/// | `+Streams` | Which bytes of a segment are next, and which wait? | `decodeTCP`, `accept` |
/// | `+Connections` | Where does a connection begin? | `beginConnection`, `chooseConnection` |
/// | `+Beginnings` | What comes before a direction's first bytes, or instead? | `readBefore` |
/// | `+Content` | Which protocol does a stream carry, and what reads it? | `feed` |
/// | `+Deciding` | What is a stream whose first segments are too short to tell? | `decide` |
/// | `+Discovering` | Which protocol begins in a stream of which nothing is known? | `discover` |
/// | `+Answers` | What follows a request whose answer decides that, and where to? | `noteAnswer` |
/// | `+Repeats` | Are bytes that come again the same or other ones? | `reread` |
/// | `+Heads` | What comes in the place of bytes of which no stream is kept? | `rereadDone` |
/// | `+Rereading` | How do other versions of read bytes go on? | `continueRereadings` |
/// | `+Receivers` | What do receivers have whose rules differ from the stream's? | `compare` |
/// | `+Acknowledged` | When is a gap given up that was acknowledged? | `acknowledge` |
/// | `+Holes` | What becomes of given-up bytes that come after all? | `fillHole` |
/// | `+Keeping` | Which streams are kept, and which make room? | `openStream`, `keepLimits` |
/// | `+Datagrams` | What does a datagram hold? | `decodeDatagram` |
/// | `+Search` | Which bytes are searched for byte strings? | `searchNext`, `searchAlone` |
/// | `+Unsettled` | Who began a flow whose first packet does not tell? | `settleFlows` |
///
/// The reader holds what belongs to a thread (buffers, counters). What belongs to flows is in their
/// shard, which the reader is pointed at for each item.
///
/// A reader has 1.5 KiB, and lending it to a method that changes nothing copies it for the call. So
/// methods that change nothing are `static` where they can be, and else `mutating`. The same holds
/// for `ObservableWriter`, which is half as large.
@safe
struct FlowReader: ~Copyable {
  var writer = ObservableWriter()
  var skips = SkipCounters()
  /// Reads requests in datagrams, each by itself.
  var datagramReader = HTTPReader()
  /// Reads heads of answers that are whole in a segment.
  var answerReader = HTTPReader()
  var search: PayloadSearch
  let options: CaptureOptions
  /// Whether answers of HTTP hold something that is wanted.
  let readsAnswers: Bool
  /// The number of the stretch that is being read; 0 if there is none.
  var stretch: UInt64 = 0
  /// Whether the bytes being read are outside of the stretch's memory.
  var isApart = false
  /// The shard of the present item.
  private var shard: UnsafeMutablePointer<FlowShard>
  /// What the reader points at between stretches.
  private let nowhere: FlowShards

  init(_ options: CaptureOptions) {
    self.options = options
    readsAnswers = options.kinds.contains(.filename)
    search = PayloadSearch(options.payloadMatchers)
    writer.kinds = options.kinds
    writer.textMatchers = options.payloadMatchers
    nowhere = FlowShards(count: 0, options, seed: 0)
    unsafe shard = nowhere.base
  }

  // SAFETY of these: `shard` points at one of the shards that `read` was given for the time of the call, and
  // no other thread has it then.

  var flows: FlowTable {
    @inline(__always) _read { yield unsafe shard.pointee.flows }
    @inline(__always) _modify { yield unsafe &shard.pointee.flows }
  }

  var streams: StreamTable {
    @inline(__always) _read { yield unsafe shard.pointee.streams }
    @inline(__always) _modify { yield unsafe &shard.pointee.streams }
  }

  var tails: SearchTails {
    @inline(__always) _read { yield unsafe shard.pointee.tails }
    @inline(__always) _modify { yield unsafe &shard.pointee.tails }
  }

  /// Adds the next bytes of a stream to the search; `slot` is that of its flow in `tails`.
  mutating func searchNext(
    _ payload: RawSpan, slot: UInt32, _ place: SearchPlace, _ origin: SearchOrigin
  ) {
    let parts = unsafe shard
    unsafe search.add(payload, slot: slot, parts.pointee.tails, place, origin)
  }

  /// The number of the present shard.
  var shardNumber: UInt8 { unsafe UInt8(truncatingIfNeeded: shard.pointee.number) }

  /// Strings found lately, and bytes that came again lately, in the present shard.
  var repeats: SearchRepeats {
    @inline(__always) _read { yield unsafe shard.pointee.repeats }
    @inline(__always) _modify { yield unsafe &shard.pointee.repeats }
  }

  /// First segments that others may precede, in the present shard.
  var firsts: FirstSegments {
    @inline(__always) _read { yield unsafe shard.pointee.firsts }
    @inline(__always) _modify { yield unsafe &shard.pointee.firsts }
  }

  /// Flows of the present shard that began in the stretch without telling who began them.
  var unsettled: [UnsettledFlow] {
    @inline(__always) _read { yield unsafe shard.pointee.unsettled }
    @inline(__always) _modify { yield unsafe &shard.pointee.unsettled }
  }

  /// First bytes of directions of which nothing more is wanted, in the present shard.
  var heads: DoneHeads {
    @inline(__always) _read { yield unsafe shard.pointee.heads }
    @inline(__always) _modify { yield unsafe &shard.pointee.heads }
  }

  /// Heads of answers that were read lately, in the present shard.
  var answers: DoneHeads {
    @inline(__always) _read { yield unsafe shard.pointee.answers }
    @inline(__always) _modify { yield unsafe &shard.pointee.answers }
  }

  /// Acknowledged gaps of the present shard that are not given up yet, in the order of the capture.
  var gaps: [AcknowledgedGap] {
    @inline(__always) _read { yield unsafe shard.pointee.gaps }
    @inline(__always) _modify { yield unsafe &shard.pointee.gaps }
  }

  /// Searches the pieces added so far, and writes what is found into the batch.
  ///
  /// Only between packets, and before the reader leaves the shards that the pieces belong to.
  mutating func finishSearch() {
    // SAFETY: the pieces are of shards that lie side by side with the present one, which no other thread has.
    let present = unsafe shard
    unsafe search.finish(&writer, &skips) {
      unsafe present + (Int($0) - present.pointee.number)
    }
  }

  /// Reads a datagram of DTLS.
  @inline(never)
  mutating func readHandshakes(_ payload: RawSpan, _ item: FlowItem) {
    let parts = unsafe shard
    unsafe TLSClientHello.readDatagram(
      payload, flow: item.key, isFromFirst: item.isSourceFirst, &parts.pointee.handshakes,
      into: &writer, &skips)
  }

  // MARK: Items

  /// Reads one item of a stretch.
  @inline(__always)
  mutating func read(_ item: FlowItem, _ stretch: CaptureStretch, _ shards: FlowShards) {
    // SAFETY: an item's shard is one of these.
    unsafe shard = shards.base + Int(item.shard)
    let flow = flows.find(item.key, item.hash)
    if flow != 0, item.place == 0, case .tcp = item.work, passes(item, flow, stretch) { return }
    read(item, flow, stretch)
  }

  /// Reads an item of which something may be wanted; `flow` is its flow, or 0 where that is new.
  @inline(__always)
  mutating func read(_ item: FlowItem, _ flow: UInt32, _ stretch: CaptureStretch) {
    let order = stretch.firstOrder &+ UInt64(item.order)
    // If nothing was wanted of the item before, its packet was not begun.
    if item.facts.contains(.isContinued), writer.number == item.number {
      writer.continuePacket(order: order)
    } else {
      if search.isDue { finishSearch() }
      writer.beginPacket(number: item.number, time: item.time, order: order)
    }
    switch item.work {
    case .addresses: enterFlow(item, flow, stretch)
    case .tcp:
      if item.place == 0 {
        decodeTCP(stretch.bytes(item), item, flow)
      } else {
        readApart(item, flow, stretch)
      }
    case .datagram, .tunnel:
      if item.place == 0 {
        decodeDatagram(stretch.bytes(item), item, flow)
      } else {
        readApart(item, flow, stretch)
      }
    }
  }

  /// Reads an item whose bytes were put together, and are in the stretch's `extras`.
  @inline(never)
  private mutating func readApart(_ item: FlowItem, _ flow: UInt32, _ stretch: CaptureStretch) {
    let bytes = stretch.extras[Int(item.place) - 1]
    isApart = true
    defer { isApart = false }
    // SAFETY: the span ends with the closure.
    unsafe bytes.withUnsafeBytes {
      let payload = unsafe $0.bytes.extracting(Int(item.start)..<Int(item.end))
      if case .tcp = item.work {
        decodeTCP(payload, item, flow)
      } else {
        decodeDatagram(payload, item, flow)
      }
    }
  }

  /// Reads what waits in the streams of a shard: the capture has ended.
  mutating func finish(_ shards: FlowShards, _ index: Int, _ last: CaptureStretch) {
    // SAFETY: the index is that of a shard, which no other thread has.
    unsafe shard = shards.base + index
    stretch = 0
    writer.beginPacket(
      number: last.lastNumber, time: last.lastTime,
      order: UInt64(1) << 63 | UInt64(index))
    closeAllStreams()
    unsafe shard.pointee.handshakes.finish(&skips)
  }

  /// Points at a shard.
  @inline(__always)
  mutating func point(at index: UInt8, of shards: FlowShards) {
    // SAFETY: as above.
    unsafe shard = shards.base + Int(index)
  }

  /// Points at no shard any more.
  mutating func leave() { unsafe shard = nowhere.base }

  // MARK: Flows

  /// The item's flow, which is added if it was not found.
  @inline(__always)
  mutating func enter(_ found: UInt32, _ item: FlowItem) -> FlowPlace {
    var flow = found
    let isNew = flow == 0
    if isNew {
      if flows.isFull { closeOldestFlow() }
      flow = flows.insert(item.key, item.hash)
    }
    if item.facts.contains(.hasOverlap), !flows[notes: flow].hasOverlap { markOverlap(flow) }
    return FlowPlace(flow: flow, isSourceFirst: item.isSourceFirst, isNew: isNew)
  }

  /// Decides who began the flow, by the packet's role or, if `isOpening`, by its SYN.
  @inline(__always)
  mutating func settle(_ place: inout FlowPlace, _ role: Role, isOpening: Bool = false) {
    let evidence: OriginEvidence = isOpening ? .opening : role != .unknown ? .role : .order
    if place.isNew || evidence > flows[notes: place.flow].evidence {
      let isFirstOriginator = place.isSourceFirst == (role != .server)
      if !place.isNew, isFirstOriginator != flows[notes: place.flow].isFirstOriginator {
        turnStreamsRound(place.flow)
      }
      flows[notes: place.flow].isFirstOriginator = isFirstOriginator
      flows[notes: place.flow].evidence = evidence
      // A record that shows the ends the other way round is not used again.
      flows[notes: place.flow].batch = 0
    }
    place.isSourceOriginator = place.isSourceFirst == flows[notes: place.flow].isFirstOriginator
  }

  /// Notes that a flow's packets disagree about some bytes.
  mutating func markOverlap(_ flow: UInt32) {
    flows[notes: flow].hasOverlap = true
    flows[notes: flow].batch = 0
  }

  /// Begins to write for a packet's flow, with its addresses if they are due.
  @inline(__always)
  mutating func beginRecord(_ item: FlowItem, _ place: FlowPlace, isNeeded: Bool) {
    let everyPacket = options.everyPacket && !item.facts.contains(.isReassembled)
    guard place.isNew || everyPacket || isNeeded else { return writer.leaveFlow() }
    // Messages of ICMP between two hosts are shown as one flow, but each has an identifier of its own.
    let isShownAlone = everyPacket && item.key.isICMP
    writer.beginFlow(
      FlowSource(
        key: item.key, message: item.message, shard: item.shard,
        isFirstOriginator: item.isSourceFirst == place.isSourceOriginator,
        isForward: place.isSourceOriginator, hasOverlap: flows[notes: place.flow].hasOverlap),
      index: flows[notes: place.flow].batch == writer.serial && !isShownAlone
        ? flows[notes: place.flow].batchIndex : ObservableRecord.noFlow)
    guard place.isNew || everyPacket else { return }
    if !everyPacket, isUnsettled(item, place) {
      unsettled.append(
        UnsettledFlow(
          item: item, order: writer.order, isSourceOriginator: place.isSourceOriginator))
    } else {
      writeAddresses(item, place)
    }
  }

  /// Notes the index of the flow's record in the batch.
  @inline(__always)
  mutating func endRecord(_ place: FlowPlace) {
    endFlow(place.flow)
  }

  /// Notes a packet of which only the addresses are of interest.
  private mutating func enterFlow(
    _ item: FlowItem, _ flow: UInt32, _ stretch: CaptureStretch
  ) {
    var place = enter(flow, item)
    settle(&place, Self.role(item, stretch), isOpening: item.isOpening)
    // A fragment of a datagram is searched with the others.
    let isSearched =
      !search.isEmpty && item.end > item.start && item.key.ipProtocol != IPProtocol.udp
      && item.key.ipProtocol != IPProtocol.tcp
    beginRecord(item, place, isNeeded: isSearched)
    if isSearched { searchCarried(item, stretch) }
    endRecord(place)
  }

  /// Searches the payload of a packet that is not read otherwise.
  @inline(never)
  private mutating func searchCarried(_ item: FlowItem, _ stretch: CaptureStretch) {
    guard item.place != 0 else { return searchAlone(stretch.bytes(item)) }
    let bytes = stretch.extras[Int(item.place) - 1]
    // SAFETY: the span ends with the closure.
    unsafe bytes.withUnsafeBytes {
      searchAlone(unsafe $0.bytes.extracting(Int(item.start)..<Int(item.end)))
    }
  }

  /// The role of the sender of a packet of which only the addresses are of interest.
  private static func role(_ item: FlowItem, _ stretch: CaptureStretch) -> Role {
    if item.flags & TCPFlag.syn != 0 { return item.isOpening ? .client : .server }
    if item.facts.contains(.isToMany) { return .client }
    // The first fragment of a datagram, whose other fragments may never come.
    guard item.key.ipProtocol == IPProtocol.udp, item.end > item.start, item.place == 0 else {
      return .unknown
    }
    return Application.classifyDatagram(stretch.bytes(item), item).1
  }

  /// Writes the flow's addresses: the originator's as `ip.src`, the responder's as `ip.dst`.
  ///
  /// With `everyPacket` the packet's header decides which is which.
  @inline(never)
  mutating func writeAddresses(_ item: FlowItem, _ place: FlowPlace) {
    let isHeaderOrder = options.everyPacket || place.isSourceOriginator
    let (source, destination) =
      isHeaderOrder ? (item.source, item.destination) : (item.destination, item.source)
    let (sourcePort, destinationPort) =
      isHeaderOrder
      ? (item.sourcePort, item.destinationPort) : (item.destinationPort, item.sourcePort)
    let isFirstOriginator = !options.everyPacket || place.isSourceOriginator
    if item.key.version == 4 {
      return writer.append(
        (.ipSource, source, sourcePort, isFirstOriginator ? .originator : .responder),
        (
          .ipDestination, destination, destinationPort,
          isFirstOriginator ? .responder : .originator
        ))
    }
    writer.append(
      .ipSource, VersionedAddress(source, version: item.key.version), port: sourcePort,
      flags: isFirstOriginator ? .originator : .responder, isRepeatable: true)
    writer.append(
      .ipDestination, VersionedAddress(destination, version: item.key.version),
      port: destinationPort,
      flags: isFirstOriginator ? .responder : .originator, isRepeatable: true)
  }
}
