import Indicators
import Parsing

/// Which values of joint conditions were seen in one record, or so far in one flow.
///
/// Within a record the order means nothing: all members are noted before any is reported. In a flow
/// they come one after another, so a hit is given at the value that completes the condition and at
/// those behind it.
struct ConditionTracker {
  /// Where the members of a condition must meet.
  enum Scope: Hashable {
    /// A record of the batch at hand.
    case record(UInt32)
    case flow(FlowKey, shard: UInt8)

    /// The scope of a record: its flow, where it has one.
    init(_ index: UInt32, _ record: ObservableRecord, _ batch: ObservableBatch) {
      if record.flow != ObservableRecord.noFlow, Int(record.flow) < batch.flows.count {
        let flow = batch.flows[Int(record.flow)]
        self = .flow(FlowKey(flow), shard: flow.shard)
      } else {
        self = .record(index)
      }
    }
  }

  /// What tells flows apart.
  struct FlowKey: Hashable {
    private let numbers: [UInt64]

    init(_ flow: FlowRecord) {
      numbers = [
        flow.source.0, flow.source.1, flow.destination.0, flow.destination.1,
        UInt64(flow.sourcePort) << 32 | UInt64(flow.destinationPort) << 16
          | UInt64(flow.ipProtocol) << 8 | UInt64(flow.tunnelDepth),
      ]
    }
  }

  private struct Key: Hashable {
    var database: Int
    var condition: UInt32
    var scope: Scope
  }

  /// Conditions that are open in flows; beyond it the oldest is forgotten.
  private let flowLimit: Int

  private var inRecords: [Key: UInt16] = [:]
  private var inFlows: [Key: UInt16] = [:]
  /// The keys of flows in the order in which they came, which is a ring once there are as many as may be.
  private var order: [Key] = []
  private var oldest = 0
  private var input: Int?

  init(flowLimit: Int = 1 << 16) { self.flowLimit = flowLimit }

  /// Forgets records of the batch before, and flows of another input.
  mutating func begin(input: Int) {
    if !inRecords.isEmpty { inRecords.removeAll(keepingCapacity: true) }
    if self.input != input {
      self.input = input
      inFlows.removeAll()
      order.removeAll()
      oldest = 0
    }
  }

  /// Notes a member before any is reported; flows are left to the order of their packets.
  mutating func note(_ place: ConditionPlace, database: Int, _ scope: Scope) {
    guard case .record = scope else { return }
    inRecords[
      Key(database: database, condition: place.condition, scope: scope), default: 0] |= place.bit
  }

  /// Whether all members were seen, the one at hand included; counts a condition that is forgotten to make room.
  mutating func isMet(
    _ place: ConditionPlace, database: Int, _ scope: Scope, forgotten: inout UInt64
  ) -> Bool {
    let key = Key(database: database, condition: place.condition, scope: scope)
    if case .record = scope { return inRecords[key] == place.all }
    if let known = inFlows[key] {
      inFlows[key] = known | place.bit
      return known | place.bit == place.all
    }
    // One value alone is met at once, and nothing of it is waited for.
    if place.bit == place.all { return true }
    if order.count < flowLimit {
      order.append(key)
    } else {
      inFlows[order[oldest]] = nil
      forgotten += 1
      order[oldest] = key
      oldest = (oldest + 1) % flowLimit
    }
    inFlows[key] = place.bit
    return false
  }
}

/// What the flows of a capture have met of joint conditions, by the part that a flow is in: threads read
/// parts side by side, and what one forgets must not depend on the others.
///
/// Sendable because one thread at a time reads a part.
final class FlowConditions: @unchecked Sendable {
  private final class Part {
    var tracker = ConditionTracker(flowLimit: 1 << 10)
  }

  private let parts = (0..<64).map { _ in Part() }

  func isMet(
    _ place: ConditionPlace, database: Int, _ scope: ConditionTracker.Scope, shard: UInt8,
    forgotten: inout UInt64
  ) -> Bool {
    parts[Int(shard) & 63].tracker.isMet(
      place, database: database, scope, forgotten: &forgotten)
  }
}

extension ObservableBatch {
  /// Whether a value was seen with a responder's port: that of its flow, of the event that its record
  /// tells of, or the one written behind it as `name:port`.
  func shows(
    port: UInt16, with observed: Observable, in record: ObservableRecord, chunk: RawSpan
  ) -> Bool {
    if record.flow != ObservableRecord.noFlow, Int(record.flow) < flows.count {
      return flows[Int(record.flow)].destinationPort == port
    }
    if let end = context(of: record)?.destination, end.port != 0 { return end.port == port }
    guard !observed.flags.contains(.inArena) else { return false }
    return Self.portBehind(Int(observed.offset) + Int(observed.length), in: chunk) == port
  }

  /// The number of `:number` at an offset, or nil.
  private static func portBehind(_ offset: Int, in text: RawSpan) -> UInt16? {
    guard offset < text.byteCount, text.byte(unchecked: offset) == Byte.colon else { return nil }
    var value = 0
    var place = offset + 1
    while place < text.byteCount, place <= offset + 6 {
      let digit = text.byte(unchecked: place) &- Byte.zero
      guard digit <= 9 else { break }
      value = value * 10 + Int(digit)
      place += 1
    }
    return place > offset + 1 && value > 0 ? UInt16(exactly: value) : nil
  }
}
