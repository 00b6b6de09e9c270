import Indicators
package import Inputs

/// Reads a capture stretch by stretch and deals its packets to their flows.
///
/// Framing, filters, link layer, IP, fragments and tunnels are done here; what flows make of their packets
/// is read by `FlowWorker`.
///
/// Sendable because one thread at a time deals; counts are read when nobody does.
package final class CaptureDealer: @unchecked Sendable {
  private var core: Core
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
    core = try Core(source, options, seed: seed, groupCount: groupCount)
  }

  /// The flows of the capture, which workers read.
  package var flows: CaptureFlows { CaptureFlows(shards: shards) }

  /// Deals the next packets.
  package func deal(into stretch: CaptureStretch) { core.deal(into: stretch) }

  /// Packets read so far, filtered ones included.
  package var packetCount: UInt64 { core.framer.number }

  /// Captured bytes of those packets, without the file's own headers.
  package var byteCount: UInt64 { core.byteCount }

  /// What was skipped, cut or odd before packets came to their flows, and what flows made room.
  package var tally: Tally {
    var tally = core.framer.skips.tally
    tally.merge(core.dealer.skips.tally)
    tally.add("flow-limit-evictions", shards.flowCounts.evicted)
    tally.add("ip-datagram-incomplete", core.dealer.fragments.incomplete)
    return tally
  }
}

/// The flows of a capture, in groups that can be read side by side.
package struct CaptureFlows: Sendable {
  let shards: FlowShards

  /// The lowest number of a packet that later values of a group's flows may belong to.
  package func horizon(group: Int, of groupCount: Int) -> UInt64 {
    stride(from: group, to: shards.count, by: groupCount).reduce(.max) {
      min($0, shards.horizon($1))
    }
  }
}

/// The dealer's state in one value, so that a whole stretch is one access to it.
private struct Core: ~Copyable {
  var framer: PacketFramer
  var dealer: PacketDealer
  var byteCount: UInt64 = 0
  private var order: UInt64 = 0
  private let filterText: String?
  private let times: Range<Int64>?
  /// The filter for `filterLinkType`; interfaces of one file may differ in it.
  private var filter: PacketFilter?
  private var filterLinkType = UInt32.max

  init(
    _ source: InputSource, _ options: CaptureOptions, seed: UInt64, groupCount: Int
  ) throws(CaptureError) {
    framer = try PacketFramer(source)
    dealer = PacketDealer(options, seed: seed, groupCount: groupCount)
    filterText = options.filter
    times = options.times
  }

  mutating func deal(into stretch: CaptureStretch) {
    framer.input.beginStretch(in: stretch.memory)
    dealer.items = stretch.emptyItems(groupCount: dealer.items.groupCount)
    swap(&dealer.extras, &stretch.extras)
    dealer.extras.removeAll(keepingCapacity: true)
    dealer.extraBytes = 0
    dealer.count = 0
    stretch.failure = nil
    stretch.firstOrder = order
    do {
      stretch.isLast = try !dealPackets()
    } catch {
      stretch.failure = error
      stretch.isLast = true
    }
    if stretch.isLast { dealer.finish() }
    stretch.lastNumber = framer.number
    stretch.lastTime = dealer.time
    stretch.horizon = dealer.fragments.horizon
    order += UInt64(dealer.count)
    swap(&dealer.extras, &stretch.extras)
  }

  /// Deals until the stretch is over; false at the end of the capture.
  private mutating func dealPackets() throws(CaptureError) -> Bool {
    var frame = Frame()
    let usesLibrary = framer.usesLibrary
    while !framer.isStretchOver, !dealer.hasEnoughExtras {
      switch try framer.step(&frame) {
      case .record: break
      case .other: continue
      case .end: return false
      }
      byteCount &+= UInt64(frame.length)
      guard frame.isPacket else {
        dealer.skips.add(.notAPacket)
        continue
      }
      if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) {
        dealer.skips.add(.outsideTime)
        continue
      }
      let start = unsafe framer.pointer()
      // SAFETY: the framer keeps `length` bytes there until the next step.
      let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
      if filterText != nil, try !isAccepted(packet, frame) {
        dealer.skips.add(.filtered)
        continue
      }
      if usesLibrary {
        dealKept(packet, frame)
      } else {
        dealer.deal(packet, frame, at: framer.input.offset)
      }
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

  private mutating func isAccepted(
    _ packet: RawSpan, _ frame: Frame
  ) throws(CaptureError) -> Bool {
    if filter == nil || frame.linkType != filterLinkType {
      do {
        filter = try PacketFilter(filterText ?? "", linkType: frame.linkType)
        filterLinkType = frame.linkType
      } catch {
        throw CaptureError(
          code: .invalidFilter, path: framer.input.source.path, packets: framer.number,
          message: "filter '\(filterText ?? "")': \(error.message)")
      }
    }
    return filter?.accepts(packet, originalLength: frame.originalLength) ?? false
  }
}
