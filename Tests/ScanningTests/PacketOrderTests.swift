import Indicators
import Inputs
import TestSupport
import Testing

@testable import Scanning

@Suite("Hits in the order of packets")
struct PacketOrderTests {
  /// A segment with a line for each place; the line names the place.
  private func segment(_ places: [(packet: UInt64, order: UInt64)], bytes: Int = 0) -> SegmentOutput
  {
    var segment = SegmentOutput()
    for place in places {
      segment.bytes += Array("\(place.packet)/\(place.order)".utf8)
      segment.bytes += [UInt8](repeating: UInt8(ascii: "."), count: bytes)
      segment.endLine()
      segment.places.append(PacketPlace(packet: place.packet, order: place.order))
    }
    segment.statistics.packets = 1
    return segment
  }

  private func lines(_ segment: SegmentOutput) -> [String] {
    #expect(segment.places.count == segment.lineEnds.count)
    #expect(segment.lineEnds.last ?? 0 == segment.bytes.count)
    return String(decoding: segment.bytes, as: UTF8.self).split(separator: "\n").map {
      String($0.prefix { $0 != "." })
    }
  }

  @Test("What is due and in order goes on as it is")
  func due() {
    var order = PacketOrder(pathLength: 0)
    order.append(segment([(1, 1), (2, 1)]))
    let output = order.release(before: 3)
    #expect(lines(output) == ["1/1", "2/1"])
    #expect(output.statistics.packets == 1)
    #expect(order.isEmpty && order.lowest == .max)
  }

  @Test("Lines wait until no earlier ones can come, and equal places keep their order")
  func waiting() {
    var order = PacketOrder(pathLength: 0)
    order.append(segment([(5, 1), (2, 1)]))
    order.append(segment([(3, 1), (3, 1), (2, 0)]))
    #expect(lines(order.release(before: 3)) == ["2/0", "2/1"])
    #expect(order.lowest == 3)
    order.append(segment([(4, 9)]))
    #expect(lines(order.release(before: 1)) == [])
    #expect(lines(order.release(before: .max)) == ["3/1", "3/1", "4/9", "5/1"])
    #expect(order.isEmpty && order.late == 0)
  }

  @Test("Counts go on at once, even where lines wait")
  func counts() {
    var order = PacketOrder(pathLength: 0)
    order.append(segment([(9, 1)]))
    #expect(order.release(before: 2).statistics.packets == 1)
    #expect(order.release(before: .max).statistics.packets == 0)
  }

  @Test("Beyond the limit of memory the lower half goes, and what comes behind it is late")
  func limit() {
    var order = PacketOrder(pathLength: 0)
    order.append(segment((10...17).map { ($0, 1) }, bytes: 5 << 20))
    #expect(lines(order.release(before: 2)) == (10...13).map { "\($0)/1" })
    order.append(segment([(11, 1)]))
    #expect(order.late == 1)
    #expect(lines(order.release(before: .max)) == ["11/1"] + (14...17).map { "\($0)/1" })
  }

  @Test("What is held does not depend on how long the capture's name is")
  func path() {
    for (count, released) in [((4 << 20) - 200, 0), ((4 << 20) + 200, 4)] {
      for length in [0, 200] {
        var order = PacketOrder(pathLength: length)
        order.append(segment((10...17).map { ($0, 1) }, bytes: count + length))
        #expect(lines(order.release(before: 2)).count == released)
      }
    }
  }

  @Test("Where a stretch pauses changes nothing, not even where the limit of memory bites")
  func pauses() {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<12 {
      var (whole, paused) = (PacketOrder(pathLength: 0), PacketOrder(pathLength: 0))
      var (first, second): ([PacketPlace], [PacketPlace]) = ([], [])
      var horizon: UInt64 = 1
      for stretch in 0..<12 {
        for _ in 0..<5 {
          let part = segment(
            (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
              (horizon + UInt64.random(in: 0..<30, using: &generator), UInt64(stretch))
            }, bytes: round == 0 ? 1 << 20 : 0)
          whole.append(part)
          paused.append(part)
          horizon += UInt64.random(in: 0..<3, using: &generator)
          second += paused.releaseAhead(before: horizon).places
        }
        first += whole.release(before: horizon).places
        second += paused.release(before: horizon).places
        #expect(first == second)
      }
      first += whole.release(before: .max).places
      second += paused.release(before: .max).places
      #expect(first == second)
      #expect(whole.late == paused.late && paused.isEmpty)
    }
  }

  /// The number of rounds: as lines their hits would reach the limit, except in debug builds, which
  /// are slow.
  private static var rounds: UInt64 {
    #if DEBUG
      30
    #else
      700
    #endif
  }

  @Test("Hits that were handed on take no room")
  func handedOn() {
    let hit = Hit(
      kind: .domain, field: [], value: [], match: .exact, indicators: [], suppression: nil,
      input: 0, path: InputPath("x"), number: 1, countsPackets: true, offset: nil, time: 0,
      flow: nil, endpoint: nil)
    var order = PacketOrder(pathLength: 0)
    for round in 0..<Self.rounds {
      var output = SegmentOutput()
      // The last hit waits for the next round.
      for packet in 0..<UInt64(1000) {
        output.append(hit)
        output.places.append(PacketPlace(packet: round * 1000 + packet, order: 1))
      }
      order.append(output)
      let due = order.release(before: round * 1000 + 999)
      #expect(due.hits.count == (round == 0 ? 999 : 1000))
    }
  }

  @Test("Packed lines go on in their places, by what their lines will be long")
  func packed() {
    func hit(_ packet: UInt64) -> Hit {
      Hit(
        kind: .domain, field: [], value: Array("\(packet)".utf8), match: .exact, indicators: [],
        suppression: nil, input: 0, path: InputPath("x"), number: packet, countsPackets: true,
        offset: nil, time: 0, flow: nil, endpoint: nil)
    }
    func packed(_ packets: [UInt64]) -> SegmentOutput {
      var output = segment([])
      for packet in packets {
        if packet % 2 == 0 { output.pack(hit(packet)) }
        if packet % 2 == 1 {
          output.bytes += Array("\(packet)/1".utf8)
          output.endLine()
        }
        output.places.append(PacketPlace(packet: packet, order: 1))
      }
      return output
    }
    func lines(_ segment: SegmentOutput) -> [String] {
      var start = 0
      return segment.lineEnds.enumerated().map { index, end in
        defer { start = end }
        if let line = segment.packedLines.first(where: { $0.line == index }) {
          return String(decoding: segment.packs[line.pack].value(at: line.place), as: UTF8.self)
        }
        return String(
          String(decoding: segment.bytes[start..<end], as: UTF8.self).prefix { $0 != "/" })
      }
    }
    var order = PacketOrder(pathLength: 0)
    order.append(packed([1, 2, 4]))
    #expect(lines(order.release(before: 5)) == ["1", "2", "4"])
    order.append(packed([9, 8, 6, 7]))
    order.append(packed([10, 5]))
    #expect(lines(order.release(before: 8)) == ["5", "6", "7"])
    order.append(packed([8, 12, 11]))
    #expect(lines(order.release(before: 11)) == ["8", "8", "9", "10"])
    #expect(lines(order.release(before: .max)) == ["11", "12"])
    #expect(order.isEmpty && order.late == 0)
  }

  @Test("Random stretches come out as sorting all of them says")
  func random() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<50 {
      var order = PacketOrder(pathLength: 0)
      var all: [PacketPlace] = []
      var output: [String] = []
      var horizon: UInt64 = 0
      for _ in 0..<40 {
        let places = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
          (
            packet: horizon + UInt64.random(in: 0..<60, using: &generator),
            order: UInt64.random(in: 0..<4, using: &generator)
          )
        }
        all += places.map { PacketPlace(packet: $0.packet, order: $0.order) }
        order.append(segment(places))
        horizon += UInt64.random(in: 0..<30, using: &generator)
        output += lines(order.release(before: horizon))
      }
      output += lines(order.release(before: .max))
      #expect(output == all.sorted().map { "\($0.packet)/\($0.order)" })
      #expect(order.late == 0)
    }
  }
}
