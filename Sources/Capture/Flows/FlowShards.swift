import Indicators
import Synchronization

/// A part of a capture's flows, with its share of the limits.
///
/// A flow's key decides which shard it is in, so shards can be read in parallel; what one shard
/// yields does not depend on the others.
struct FlowShard: ~Copyable {
  /// The shard's number among those of the capture.
  let number: Int
  var flows: FlowTable
  var streams: StreamTable
  var handshakes: DatagramHandshakes
  var tails: SearchTails
  var repeats = SearchRepeats()
  var firsts = FirstSegments()
  var unsettled: [UnsettledFlow] = []
  var gaps: [AcknowledgedGap] = []
  /// A handshake may have some certificates.
  var heads = DoneHeads(longest: 8 << 10)
  var answers = DoneHeads(longest: 2 << 10)
}

/// All shards of a capture's flows.
///
/// Sendable because only one thread at a time uses a shard; whoever hands out work on them sees to
/// that.
@safe
final class FlowShards: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutablePointer<FlowShard>

  private let serial = Atomic<UInt32>(0)

  init(count: Int, _ options: CaptureOptions, seed: UInt64) {
    self.count = count
    unsafe base = .allocate(capacity: max(count, 1))
    let tailLength = PayloadSearch.tailLength(options.payloadMatchers)
    let share = options.reassemblyLimit / max(count, 1)
    // If byte strings are searched for, the last bytes of streams take a quarter of a shard's
    // memory.
    let tailShare = tailLength > 0 ? share / 4 : 0
    let memory = TableMemory()
    for index in 0..<count {
      // SAFETY: `count` shards were allocated.
      unsafe (base + index).initialize(
        to: FlowShard(
          number: index,
          flows: FlowTable(limit: options.flowLimit / count, seed: seed, memory: memory),
          streams: StreamTable(
            limit: share - tailShare, idleLimit: max(64, 4096 / count)),
          handshakes: DatagramHandshakes(limit: share / 16),
          tails: SearchTails(length: tailLength, limit: tailShare)))
    }
  }

  deinit {
    // SAFETY: `count` shards were initialised, and no thread has any of them now.
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// Prefetches what a packet will touch in the flow table of a shard (`FlowTable.prefetch`).
  @inline(__always)
  func prefetch(_ hash: UInt64, in shard: UInt8, _ step: Int) {
    // SAFETY: the number of a shard comes from a key's hash, masked to those that there are.
    unsafe base[Int(shard)].flows.prefetch(hash, step)
  }

  /// A number that no batch has had; never 0.
  func nextSerial() -> UInt32 {
    let next = serial.wrappingAdd(1, ordering: .relaxed).newValue
    return next == 0 ? nextSerial() : next
  }

  /// Flows forgotten for want of room; only valid while no thread reads flows.
  var evictions: UInt64 {
    var evictions: UInt64 = 0
    // SAFETY: as above.
    for index in 0..<count { evictions += unsafe base[index].flows.evictions }
    return evictions
  }

  /// Whether more flows are known than fit the processor's caches, estimated from the first shard.
  var holdsMany: Bool {
    guard count > 0 else { return false }
    // SAFETY: as above.
    let known = unsafe base[0].flows.count
    return known * count > 1 << 15
  }

  /// The lowest number of a packet that values still to come from a shard may belong to.
  func horizon(_ index: Int) -> UInt64 {
    // SAFETY: indices are those of shards.
    let horizon = unsafe base[index].streams.horizon()
    // While a stretch is paused, the addresses of its unsettled flows are still to be written.
    guard let flow = unsafe base[index].unsettled.first else { return horizon }
    return min(horizon, flow.item.number)
  }
}
