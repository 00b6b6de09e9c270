import Database
import Indicators
import TestSupport
import Testing

@testable import Scanning

/// Compares the conditions that values meet together with a search through a list of all
/// conditions.
@Suite struct JointConditionsTests {
  /// Conditions, each a set of the last bytes of addresses, and a database of them.
  private struct Feed {
    var conditions: [Set<UInt8>]
    let joint: JointConditions
    private let places: [UInt8: UInt32]
    private let names: [[UInt8]]

    init(_ conditions: [Set<UInt8>]) throws {
      self.conditions = conditions
      let database = try jointDatabase(conditions)
      let joint = JointConditions([database])
      var places: [UInt8: UInt32] = [:]
      for (entry, value) in Set(conditions.joined()).sorted().enumerated() {
        places[value] = joint.place(database: 0, entry: UInt32(entry))
      }
      self.places = places
      self.joint = joint
      names = (0..<UInt32(conditions.count)).map { condition in
        let name = database.string(joint.name(of: condition))
        return name.byteOffsets.map { name.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      }
    }

    func place(of value: UInt8) throws -> UInt32 { try #require(places[value]) }

    /// The numbers of conditions, by their names.
    func numbers(_ conditions: [UInt32]) -> Set<Int> {
      Set(
        conditions.compactMap {
          Int(String(decoding: names[Int($0)].dropFirst("condition ".count), as: UTF8.self))
        })
    }
  }

  @Test(arguments: 0..<40)
  func valuesMeetWhatTheListSays(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let values = UInt8.random(in: 3...30, using: &random)
    let feed = try Feed(
      (0..<Int.random(in: 1...60, using: &random)).map { _ in
        var condition: Set<UInt8> = []
        // The lowest values are in many conditions.
        while condition.count < Int.random(in: 2...4, using: &random) || condition.count < 2 {
          let most = UInt8.random(in: 1..<values, using: &random)
          condition.insert(UInt8.random(in: 0...most, using: &random))
          if condition.count == Int(values) { break }
        }
        return condition
      })
    var together = JointValues()
    for _ in 0..<8 {
      together.removeAll()
      var seen: Set<UInt8> = []
      for _ in 0..<20 {
        let value = UInt8.random(in: 0..<values, using: &random)
        guard feed.conditions.contains(where: { $0.contains(value) }) else { continue }
        seen.insert(value)
        together.add(try feed.place(of: value), feed.joint)
        for value in seen {
          let expected = feed.conditions.indices.filter {
            feed.conditions[$0].contains(value) && feed.conditions[$0].isSubset(of: seen)
          }
          let met = together.metConditions(of: try feed.place(of: value))
          #expect(feed.numbers(met) == Set(expected), "seed \(seed)")
        }
      }
      #expect(together.count == seen.count)
    }
  }

  /// The cost of a value that all conditions share does not depend on the number of conditions.
  @Test func aSharedValueCostsLittle() throws {
    let feed = try Feed((1...250).map { [0, $0] })
    var record = JointValues()
    for _ in 0..<100 {
      record.removeAll()
      record.add(try feed.place(of: 0), feed.joint)
      record.add(try feed.place(of: 5), feed.joint)
      #expect(record.metConditions(of: try feed.place(of: 0)).count == 1)
    }
    #expect(record.work <= 200)
    // The same if the shared value comes last.
    record = JointValues()
    record.add(try feed.place(of: 5), feed.joint)
    record.add(try feed.place(of: 0), feed.joint)
    #expect(record.metConditions(of: try feed.place(of: 5)).count == 1)
    #expect(record.work <= 4)
    // Two shared values whose conditions have no value in common cost nothing together: no partner
    // is here.
    let two = try Feed((2...125).flatMap { [[0, $0], [1, $0 + 125]] as [Set<UInt8>] })
    record = JointValues()
    record.add(try two.place(of: 0), two.joint)
    record.add(try two.place(of: 1), two.joint)
    #expect(record.metConditions(of: try two.place(of: 0)).isEmpty)
    #expect(record.work == 0)
  }
}

/// The values that flows remember are bounded, and the flow seen least recently is forgotten first.
@Suite struct FlowValuesTests {
  private let joint: JointConditions

  init() throws {
    joint = JointConditions([try jointDatabase((1...40).map { [0, $0] })])
  }

  private func key(_ port: UInt16) -> FlowValues.Key {
    FlowValues.Key(
      FlowRecord(
        source: IPAddress(high: 0, low: 1), destination: IPAddress(high: 0, low: 2),
        sourcePort: port, destinationPort: 443,
        ipProtocol: 6, ipVersion: 4, tunnelDepth: 0, hasPorts: true))
  }

  @Test func theFlowSeenLeastRecentlyMakesRoom() {
    var flows = FlowValues(limit: 4)
    var forgotten: UInt64 = 0
    func meets(_ value: UInt32, _ port: UInt16) -> Bool {
      !flows.meet(value, in: key(port), joint, forgotten: &forgotten).isEmpty
    }
    for port in 1...4 as ClosedRange<UInt16> { #expect(!meets(0, port)) }
    // A flow that shows a known value again becomes the newest, and needs no room.
    #expect(!meets(0, 1))
    #expect(forgotten == 0)
    #expect(!meets(0, 5))
    #expect(forgotten == 1)
    // Two values and a met condition, counted at each, fill the limit; the other flows made room.
    #expect(meets(7, 1))
    #expect(forgotten == 4)
    #expect(meets(0, 1))
    #expect(!meets(7, 2))
    #expect(!meets(7, 5))
  }

  /// A value counts once for a flow that showed it, however many conditions it has.
  @Test func manyConditionsOfOneValueTakeNoRoom() {
    var flows = FlowValues(limit: 8)
    var forgotten: UInt64 = 0
    for port in 1...5 as ClosedRange<UInt16> {
      #expect(flows.meet(0, in: key(port), joint, forgotten: &forgotten).isEmpty)
    }
    #expect(flows.meet(40, in: key(1), joint, forgotten: &forgotten).count == 1)
    #expect(forgotten == 0)
  }

  @Test func aFlowOfTooManyValuesKeepsTheFirst() {
    var flows = FlowValues(limit: 8)
    var forgotten: UInt64 = 0
    for value in 1...12 as ClosedRange<UInt32> {
      _ = flows.meet(value, in: key(1), joint, forgotten: &forgotten)
    }
    #expect(forgotten == 4)
    #expect(flows.meet(3, in: key(1), joint, forgotten: &forgotten).isEmpty)
    #expect(forgotten == 4)
  }
}

/// A database of conditions, each of which asks for a set of addresses, named by their last bytes.
private func jointDatabase(_ conditions: [Set<UInt8>]) throws -> IndicatorDatabase {
  var indicators = IndicatorCollection()
  let feed = indicators.addFeed(FeedDescription(name: "test", format: "stix"))
  for (index, condition) in conditions.enumerated() {
    var context = SourceContext()
    context.condition = indicators.intern("condition \(index)")
    context.conditionCount = UInt8(condition.count)
    context.flags = .joint
    for (member, value) in condition.sorted().enumerated() {
      context.conditionMember = UInt8(member)
      let record = IndicatorRecord(
        kind: .ipv4, mode: .exact, prefixLength: 32, schemeLength: 0, feed: feed, line: 1,
        context: indicators.intern(context), valueLength: 0, valueOffset: 0)
      let bytes: [UInt8] = [192, 0, 2, value]
      indicators.append(record, value: bytes.span.bytes)
    }
  }
  return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
}
