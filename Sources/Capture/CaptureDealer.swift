package import Indicators
package import Inputs
import Parsing

/// Reads a capture stretch by stretch and deals its packets to their flows.
///
/// Framing, filters, link layer, IP, fragments and tunnels are done here; what flows make of their packets
/// is read by `FlowWorker`.
///
/// Sendable because one thread at a time deals; counts are read when nobody does.
package final class CaptureDealer: @unchecked Sendable {
  private var core: DealerCore
  let shards: FlowShards

  /// Begins to read a capture.
  ///
  /// - Parameters:
  ///   - source: the capture.
  ///   - options: filters and limits.
  ///   - groupCount: into how many groups flows are dealt, a power of two, at most 64.
  /// - Throws: Where the input is no capture or its header is damaged.
  package init(
    source: InputSource, options: CaptureOptions, groupCount: Int = 1
  ) throws(CaptureError) {
    let seed = UInt64.random(in: .min ... .max)
    shards = FlowShards(count: options.shardCount, options, seed: seed)
    core = try DealerCore(source, options, seed: seed, groupCount: groupCount)
  }

  /// The flows of the capture, which workers read.
  package var flows: CaptureFlows { CaptureFlows(shards: shards) }

  /// Deals the next packets; of an input that must be waited for, those that are there.
  ///
  /// A stretch that is paused is given again once all of it was read.
  package func deal(into stretch: CaptureStretch) { core.deal(into: stretch) }

  /// Begins a stretch whose packets are read as they are found, by `walk`.
  package func begin(_ stretch: CaptureStretch) {
    core.hasManyFlows = shards.holdsMany
    core.beginOrResume(stretch)
  }

  /// Appends the observables of the next packets of a stretch, until the batch is full or the stretch is
  /// over: what `deal` and then `FlowWorker.read` would append, in one go.
  ///
  /// For one thread and one group of flows. Most packets say nothing, and are seen to say nothing with
  /// their headers still in registers.
  ///
  /// - Returns: whether the stretch goes on.
  package func walk(
    _ stretch: CaptureStretch, _ worker: FlowWorker, into batch: inout ObservableBatch
  ) -> Bool {
    worker.withReader(shards, &batch) { core.walk(stretch, &$0, shards) }
  }

  /// Packets read so far, filtered ones included.
  package var packetCount: UInt64 { core.framer.number }

  /// Captured bytes of those packets, without the file's own headers.
  package var byteCount: UInt64 { core.byteCount }

  /// What was skipped, cut or odd before packets came to their flows, and what flows made room.
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

  /// The lowest number of a packet that later values of any flow may belong to, or one that is not above a
  /// bound where that is low enough to know.
  ///
  /// - Parameters:
  ///   - bound: what must be exceeded for the exact number to matter.
  ///   - hint: the part of the flows that decided the last time, which is asked first.
  /// - Returns: the number, or one that is not above the bound.
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

  /// The lowest number of a packet that later values of a group's flows may belong to.
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
  var byteCount: UInt64 = 0
  private var order: UInt64 = 0
  /// Packets read before the stretch began or went on.
  private var handedOn: UInt64 = 0
  /// When a stretch that has paused is overdue, by the system's clock.
  private var overdueTime: Double?
  /// Seconds that may pass then: others than live captures are seldom dry for so long.
  private static let patience = 1.0
  /// The next packets, where they are plain.
  let plain = PlainSegments()
  /// Whether the flows known are too many for the processor's caches.
  var hasManyFlows = false
  let filterText: String?
  let times: Range<Int64>?
  private var filters: LinkFilters
  /// Why there is none for a link type of the capture: what it is of passes no filter.
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

  /// Whether to hand on what was read of a stretch, since the next record must be waited for; never of files.
  @inline(__always)
  mutating func mustPause(_ stretch: CaptureStretch) -> Bool {
    framer.input.mayWait && pause(stretch)
  }

  /// Pauses a stretch where the next record is not at hand: once for each packet at most, and once more when the stretch
  /// is overdue.
  @inline(never)
  private mutating func pause(_ stretch: CaptureStretch) -> Bool {
    if framer.hasNextAtHand() { return false }
    if framer.number == handedOn {
      guard let overdueTime else { return false }
      let source = framer.input.source
      while source.waitUntilReady(for: overdueTime - SystemClock.seconds) {
        // Reading is to end, or there is more than a part of a record.
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

  /// Gives a stretch what items point into besides its own bytes, or takes it back.
  mutating func handOverExtras(to stretch: CaptureStretch) { swap(&dealer.extras, &stretch.extras) }

  mutating func end(_ stretch: CaptureStretch) {
    if stretch.isLast { dealer.finish() }
    stretch.lastNumber = framer.number
    stretch.lastTime = dealer.time
    stretch.horizon = dealer.fragments.horizon
    if !stretch.isPaused { order += UInt64(dealer.count) }
    handOverExtras(to: stretch)
  }

  /// Deals until the stretch is over or the next packet must be waited for.
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

  /// Deals what the next record holds; false at the end of the capture.
  @inline(__always)
  mutating func dealNext(_ frame: inout Frame) throws(CaptureError) -> Bool {
    switch try framer.step(&frame) {
    case .record: break
    case .other: return true
    case .end:
      // Where no packet could be asked, nothing of the capture was read.
      if let filterFailure, !filters.isAny { throw filterFailure }
      return false
    }
    byteCount &+= UInt64(frame.length)
    guard frame.isPacket else {
      dealer.skips.add(.notAPacket)
      return true
    }
    if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) {
      dealer.skips.add(.outsideTime)
      return true
    }
    let start = unsafe framer.pointer()
    // SAFETY: the framer keeps `length` bytes there until the next step.
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

  /// Deals a packet whose bytes would be gone with the next one.
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
