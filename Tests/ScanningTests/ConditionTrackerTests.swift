import Indicators
import Testing

@testable import Scanning

/// What flows met of joint conditions is bounded, and what is forgotten is the oldest.
@Suite struct ConditionTrackerTests {
  private func scope(_ port: UInt16) -> ConditionTracker.Scope {
    let flow = FlowRecord(
      source: (0, 1), destination: (0, 2), sourcePort: port, destinationPort: 443, ipProtocol: 6,
      ipVersion: 4, tunnelDepth: 0, hasPorts: true)
    return .flow(ConditionTracker.FlowKey(flow), shard: 0)
  }

  private let first = ConditionPlace(condition: 1, bit: 1, all: 3, port: 0)
  private let second = ConditionPlace(condition: 1, bit: 2, all: 3, port: 0)

  @Test func theOldestMakesRoom() {
    var tracker = ConditionTracker(flowLimit: 4)
    tracker.begin(input: 0)
    var forgotten: UInt64 = 0
    for port in 1...4 as ClosedRange<UInt16> {
      #expect(!tracker.isMet(first, database: 0, scope(port), forgotten: &forgotten))
    }
    // A flow that is known needs no room.
    #expect(tracker.isMet(second, database: 0, scope(4), forgotten: &forgotten))
    #expect(forgotten == 0)
    #expect(!tracker.isMet(first, database: 0, scope(5), forgotten: &forgotten))
    #expect(forgotten == 1)
    for port in 2...5 as ClosedRange<UInt16> {
      #expect(tracker.isMet(second, database: 0, scope(port), forgotten: &forgotten))
    }
    #expect(!tracker.isMet(second, database: 0, scope(1), forgotten: &forgotten))
    #expect(forgotten == 2)
  }

  @Test func oneMemberIsMetAlone() {
    var tracker = ConditionTracker(flowLimit: 1)
    var forgotten: UInt64 = 0
    let alone = ConditionPlace(condition: 2, bit: 1, all: 1, port: 8443)
    for port in 1...9 as ClosedRange<UInt16> {
      #expect(tracker.isMet(alone, database: 0, scope(port), forgotten: &forgotten))
    }
    #expect(forgotten == 0)
  }
}
