import Indicators
import TestSupport
import Testing

@testable import Capture

@Suite("Memory of tables")
struct TableMemoryTests {
  @Test("pieces do not overlap, and what all have left is used again")
  func pieces() {
    let memory = TableMemory()
    let lengths = [100, 8 << 10, 128 << 10, 512 << 10, 2 << 20, (2 << 20) + 1, 700_001]
    var random = SeededGenerator(seed: 7)
    var held: [(start: UnsafeMutableRawPointer, length: Int, mark: UInt8)] = []
    for step in 0..<400 {
      if held.count > 12 || step > 380, !held.isEmpty {
        let piece = held.remove(at: Int(random.next() % UInt64(held.count)))
        // Its first and last bytes are still its own.
        #expect(piece.start.load(as: UInt8.self) == piece.mark)
        #expect(piece.start.load(fromByteOffset: piece.length - 1, as: UInt8.self) == piece.mark)
        memory.free(piece.start, piece.length)
      }
      let length = lengths[Int(random.next() % UInt64(lengths.count))]
      let start = memory.allocate(length)
      #expect(UInt(bitPattern: start) % 64 == 0)
      let mark = UInt8(truncatingIfNeeded: step)
      start.storeBytes(of: mark, as: UInt8.self)
      start.storeBytes(of: mark, toByteOffset: length - 1, as: UInt8.self)
      held.append((start, length, mark))
    }
    for piece in held {
      #expect(piece.start.load(as: UInt8.self) == piece.mark)
      memory.free(piece.start, piece.length)
    }
  }

  @Test("tables that grow in turn keep their flows")
  func tables() {
    let (count, limit) = (5, 9000)
    let memory = TableMemory()
    func key(_ number: Int, _ table: Int) -> FlowKey {
      FlowKey(
        first: IPAddress(high: UInt64(number), low: UInt64(table)),
        second: IPAddress(high: 2, low: 3), ports: UInt32(number), kind: FlowKind(rawValue: 6))
    }
    for order in [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]] {
      let tables = FlowTables(count, limit, memory)
      for number in 0..<limit + 100 {
        for table in order { tables.insert(key(number, table), number, table) }
      }
      for number in 0..<limit + 100 {
        for table in order {
          let found = tables.find(key(number, table), table)
          #expect(found == (number < 100 ? nil : UInt32(number)))
        }
      }
    }
  }

  /// Some tables side by side, with a mark on each flow.
  private struct FlowTables: ~Copyable {
    private let tables: UnsafeMutablePointer<FlowTable>
    private let count: Int

    init(_ count: Int, _ limit: Int, _ memory: TableMemory) {
      self.count = count
      tables = .allocate(capacity: count)
      for index in 0..<count {
        (tables + index).initialize(to: FlowTable(limit: limit, seed: 1, memory: memory))
      }
    }

    deinit {
      tables.deinitialize(count: count)
      tables.deallocate()
    }

    func insert(_ key: FlowKey, _ mark: Int, _ table: Int) {
      let hash = tables[table].hash(key)
      let flow = tables[table].insert(key, hash)
      tables[table][notes: flow].batch = UInt32(mark)
    }

    func find(_ key: FlowKey, _ table: Int) -> UInt32? {
      let flow = tables[table].find(key, tables[table].hash(key))
      return flow == 0 ? nil : tables[table][notes: flow].batch
    }
  }
}
