package import Indicators
package import Inputs
import Parsing

/// Reads a capture stretch by stretch and deals its packets to their flows.
///
/// The dealer does framing, filters, link layer, IP, fragments and tunnels; `FlowWorker` reads what
/// the packets mean to their flows.
///
/// Sendable because only one thread at a time deals, and the counts are read only while no thread
/// deals.
package final class CaptureDealer: @unchecked Sendable {
  private var core: DealerCore
  let shards: FlowShards

  /// Begins to read a capture.
  ///
  /// - Parameters:
  ///   - source: the capture.
  ///   - options: filters and limits.
  ///   - groupCount: the number of groups that flows are dealt to, a power of two, at most 64.
  /// - Throws: An error if the input is no capture or its header is damaged.
  package init(
    source: InputSource, options: CaptureOptions, groupCount: Int = 1
  ) throws(CaptureError) {
    let seed = UInt64.random(in: .min ... .max)
    shards = FlowShards(count: options.shardCount, options, seed: seed)
    core = try DealerCore(source, options, seed: seed, groupCount: groupCount)
  }

  /// The flows of the capture, which workers read.
  package var flows: CaptureFlows { CaptureFlows(shards: shards) }

  /// Deals the next packets of the capture into a stretch.
  ///
  /// Where an input may have to be waited for, only the packets that have come are dealt, and the
  /// stretch pauses.
  ///
  /// A paused stretch is passed in again once all of its items have been read.
  package func deal(into stretch: CaptureStretch) { core.deal(into: stretch) }

  /// Begins a stretch whose packets `walk` reads as it finds them.
  package func begin(_ stretch: CaptureStretch) {
    core.hasManyFlows = shards.holdsMany
    core.beginOrResume(stretch)
  }

  /// Appends the observables of a stretch's next packets, until the batch is full or the stretch is
  /// over.
  ///
  /// It appends what `deal` and then `FlowWorker.read` would append, in one pass.
  ///
  /// Only for one thread and one group of flows. Most packets yield nothing, and this is found out
  /// while their headers are still in registers.
  ///
  /// - Returns: whether the stretch goes on.
  package func walk(
    _ stretch: CaptureStretch, _ worker: FlowWorker, into batch: inout ObservableBatch
  ) -> Bool {
    worker.withReader(shards, &batch) { core.walk(stretch, &$0, shards) }
  }

  /// Packets read so far, filtered ones included.
  ///
  /// Records that are no packets are not among them, although they have numbers.
  package var packetCount: UInt64 {
    core.framer.number &- core.dealer.skips.count(.notAPacket)
  }

  /// Bytes of the input read so far, uncompressed, the headers of the file and its records included.
  package var byteCount: UInt64 { core.framer.position }

  /// Counts of what was skipped, cut or odd before packets reached their flows, and of flows
  /// evicted to make room.
  package var tally: Tally {
    var tally = core.framer.skips.tally
    tally.merge(core.dealer.skips.tally)
    tally.add("flow-limit-evictions", shards.evictions)
    tally.add("ip-datagram-incomplete", core.dealer.fragments.incomplete)
    return tally
  }
}

/// The flows of a capture, in groups that can be read side by side.
package struct CaptureFlows: Sendable {
  let shards: FlowShards

  /// The lowest packet number that later values of any flow may belong to; exact only if it is
  /// above `bound`.
  ///
  /// - Parameters:
  ///   - bound: the caller needs the exact number only if it is above this.
  ///   - hint: the shard that decided the last time, which is asked first; updated to the one that
  ///     decides now.
  /// - Returns: the exact number if it is above `bound`, else any number that is at most `bound`.
  package func horizon(above bound: UInt64, hint: inout Int) -> UInt64 {
    if hint < shards.count {
      let known = shards.horizon(hint)
      if known <= bound { return known }
    }
    var lowest = UInt64.max
    for index in 0..<shards.count {
      let known = shards.horizon(index)
      if known < lowest { (lowest, hint) = (known, index) }
    }
    return lowest
  }

  /// The lowest packet number that later values of a group's flows may belong to.
  package func horizon(group: Int, of groupCount: Int) -> UInt64 {
    stride(from: group, to: shards.count, by: groupCount).reduce(.max) {
      min($0, shards.horizon($1))
    }
  }
}

/// The dealer's state in one value, so that a whole stretch is one access to it.
struct DealerCore: ~Copyable {
  var framer: PacketFramer
  var dealer: PacketDealer
  private var order: UInt64 = 0
  /// `framer.number` when the stretch began or was resumed.
  private var handedOn: UInt64 = 0
  /// The system time at which a paused stretch becomes overdue; nil if it has not paused yet, or
  /// has been overdue already.
  private var overdueTime: Double?
  /// Seconds from the first pause until the stretch is overdue.
  ///
  /// Inputs other than live captures seldom stay without a packet for so long.
  private static let patience = 1.0
  /// Room for the next packets, if they are plain.
  let plain = PlainSegments()
  /// Whether there are too many known flows for the processor's caches.
  var hasManyFlows = false
  let filterText: String?
  let times: Range<Int64>?
  private var filters: LinkFilters
  /// Why the filter does not compile for a link type of the capture; packets of that link type are
  /// refused.
  private var filterFailure: CaptureError?

  init(
    _ source: InputSource, _ options: CaptureOptions, seed: UInt64, groupCount: Int
  ) throws(CaptureError) {
    framer = try PacketFramer(source)
    dealer = PacketDealer(options, seed: seed, groupCount: groupCount)
    filterText = options.filter
    filters = LinkFilters(options.filter ?? "")
    times = options.times
  }

  mutating func deal(into stretch: CaptureStretch) {
    beginOrResume(stretch)
    do {
      try dealPackets(of: stretch)
    } catch {
      stretch.failure = error
      stretch.isLast = true
    }
    end(stretch)
  }

  mutating func beginOrResume(_ stretch: CaptureStretch) {
    handedOn = framer.number
    if stretch.isPaused { resume(stretch) } else { begin(stretch) }
  }

  private mutating func resume(_ stretch: CaptureStretch) {
    dealer.items = stretch.emptyItems(groupCount: dealer.items.groupCount)
    handOverExtras(to: stretch)
    stretch.isPaused = false
    stretch.isOverdue = false
    stretch.isWalked = false
  }

  /// Pauses the stretch if the next record must be waited for; always false for files.
  @inline(__always)
  mutating func mustPause(_ stretch: CaptureStretch) -> Bool {
    framer.input.mayWait && pause(stretch)
  }

  /// Pauses a stretch if the next record is not at hand; true if it is paused now.
  ///
  /// A stretch pauses at most once after each packet, and once more when it becomes overdue.
  @inline(never)
  private mutating func pause(_ stretch: CaptureStretch) -> Bool {
    if framer.hasNextAtHand() { return false }
    if framer.number == handedOn {
      guard let overdueTime else { return false }
      let source = framer.input.source
      while source.waitUntilReady(for: overdueTime - SystemClock.seconds) {
        // Either reading is to end, or the next record is complete.
        if !source.isReady || framer.hasNextAtHand() { return false }
      }
    }
    let now = SystemClock.seconds
    let time = overdueTime ?? now + Self.patience
    stretch.isOverdue = time <= now
    overdueTime = stretch.isOverdue ? nil : time
    stretch.isPaused = true
    return true
  }

  private mutating func begin(_ stretch: CaptureStretch) {
    framer.input.beginStretch(in: stretch.memory)
    dealer.items = stretch.emptyItems(groupCount: dealer.items.groupCount)
    stretch.extras.removeAll(keepingCapacity: true)
    dealer.extraBytes = 0
    dealer.count = 0
    stretch.failure = nil
    stretch.isLast = false
    stretch.isWalked = false
    stretch.firstOrder = order
    overdueTime = nil
  }

  /// Swaps the extras (bytes that items point into outside the stretch's memory) between dealer and
  /// stretch.
  mutating func handOverExtras(to stretch: CaptureStretch) { swap(&dealer.extras, &stretch.extras) }

  mutating func end(_ stretch: CaptureStretch) {
    if stretch.isLast { dealer.finish() }
    stretch.lastNumber = framer.number
    stretch.lastTime = dealer.time
    stretch.horizon = dealer.fragments.horizon
    if !stretch.isPaused { order += UInt64(dealer.count) }
    handOverExtras(to: stretch)
  }

  /// Deals until the stretch is over or pauses.
  private mutating func dealPackets(of stretch: CaptureStretch) throws(CaptureError) {
    var frame = Frame()
    let hasShortCut = hasShortCut
    while !framer.isStretchOver, !dealer.hasEnoughExtras {
      if hasShortCut, dealer.fragments.dropped.isEmpty {
        dealPlain()
        if framer.isStretchOver { break }
      }
      if mustPause(stretch) { return }
      if try !dealNext(&frame) {
        stretch.isLast = true
        return
      }
    }
  }

  /// Deals the packet of the next record; false at the end of the capture.
  @inline(__always)
  mutating func dealNext(_ frame: inout Frame) throws(CaptureError) -> Bool {
    switch try framer.step(&frame) {
    case .record: break
    case .other: return true
    case .end:
      // If the filter compiled for no link type, nothing of the capture was read.
      if let filterFailure, !filters.isAny { throw filterFailure }
      return false
    }
    guard frame.isPacket else {
      dealer.skips.add(.notAPacket)
      return true
    }
    if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) {
      dealer.skips.add(.outsideTime)
      return true
    }
    let start = unsafe framer.pointer()
    // SAFETY: the framer keeps `frame.length` bytes there until the next step.
    let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
    if filterText != nil, !isAccepted(packet, frame) {
      dealer.skips.add(.filtered)
      return true
    }
    if framer.usesLibrary {
      dealKept(packet, frame)
    } else {
      dealer.deal(packet, frame, at: framer.input.offset)
    }
    return true
  }

  /// Deals a packet from libpcap, which keeps its bytes only until the next packet: they are
  /// copied.
  private mutating func dealKept(_ packet: RawSpan, _ frame: Frame) {
    var bytes: [UInt8] = []
    bytes.append(packet)
    let place = dealer.addExtra(bytes)
    dealer.deal(packet, frame, at: 0, place: place)
  }

  private mutating func isAccepted(_ packet: RawSpan, _ frame: Frame) -> Bool {
    do throws(PacketFilterError) {
      return try filters.accepts(packet, frame)
    } catch {
      filterFailure = CaptureError(
        code: .invalidFilter, path: framer.input.source.path, packets: framer.number,
        message: "filter '\(filterText ?? "")': \(error.message)")
      return false
    }
  }
}
