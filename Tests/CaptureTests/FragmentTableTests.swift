import Parsing
import Testing

@testable import Capture

@Suite struct PreambleTests {
  /// However many an attacker puts before one another: none of them costs a call within a call.
  @Test func manyBehindOneAnother() {
    let payload = (0..<50_000).flatMap { _ in utf8("PROXY \n") } + utf8("GET / HTTP/1.1")
    let rest = Preamble.stripped(from: payload.rawSpan)
    #expect(rest.byteCount == 14)
    let alone = Array(payload.dropLast(14))
    #expect(Preamble.stripped(from: alone.rawSpan).byteCount == 0)
  }
}

@Suite("the table of fragments")
struct FragmentTableTests {
  /// Brings a part of a datagram with a number.
  private func insert(
    _ part: [UInt8], at offset: Int, isLast: Bool, id: UInt32, into table: inout FragmentTable
  ) -> FragmentTable.Outcome {
    var header = IPHeader()
    header.fragmentID = id
    header.fragmentOffset = offset
    header.hasMoreFragments = !isLast
    return table.insert(header, depth: 0, part: part.rawSpan, packet: (1, 0), of: [])
  }

  @Test("numbers that are used again and again behind one that waits are let go")
  func replaced() {
    var table = FragmentTable(limit: 16 << 20, datagramLimit: 1 << 16, patience: 30_000_000_000)
    // It stays at the front of the line.
    _ = insert([1, 2, 3, 4, 5, 6, 7, 8], at: 0, isLast: false, id: 1, into: &table)
    var complete = 0
    for round in 0..<2000 {
      let byte = UInt8(truncatingIfNeeded: round)
      _ = insert(Array(repeating: byte, count: 8), at: 8, isLast: true, id: 2, into: &table)
      let outcome = insert(
        Array(repeating: byte, count: 8), at: 0, isLast: false, id: 2, into: &table)
      if case .complete = outcome { complete += 1 }
    }
    #expect(complete > 1000)
    #expect(table.heldCount <= 128, "\(table.heldCount) for two numbers")
  }

  @Test("last parts alone take little memory, so that many of them wait")
  func lastParts() {
    var table = FragmentTable(limit: 1 << 20, datagramLimit: 1 << 16, patience: 30_000_000_000)
    for id in 0..<1000 {
      _ = insert(zeros(8), at: 65_520, isLast: true, id: UInt32(id), into: &table)
    }
    #expect(table.heldCount == 1000)
    #expect(table.takeDropped().isEmpty)
  }
}
