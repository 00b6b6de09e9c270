import Database
import Indicators
import Parsing
import TestSupport
import Testing

/// Digests in lists compile to the same image as digests in records.
@Suite struct DigestListTests {
  /// Where digests come from: few, so that many repeat; all there are; or such that begin alike.
  private enum Pool: CaseIterable {
    case few, all, alike
  }

  private func digest(_ kind: IndicatorKind, _ pool: Pool, _ generator: inout SeededGenerator)
    -> [UInt8]
  {
    let width = kind.fixedWidth ?? 0
    switch pool {
    case .few:
      let byte = UInt8.random(in: 0..<40, using: &generator)
      return (0..<width).map { UInt8(truncatingIfNeeded: ($0 + 7) * Int(byte) * 37) }
    case .all:
      var bytes: [UInt8] = []
      for _ in 0..<width / 4 {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: generator.next())) { bytes += $0 }
      }
      return bytes
    case .alike:
      return Array(repeating: 0xaa, count: width - 2)
        + (0..<2).map { _ in UInt8.random(in: 0..<12, using: &generator) }
    }
  }

  private func collection(_ pool: Pool, _ seed: UInt64) -> IndicatorCollection {
    var generator = SeededGenerator(seed: seed)
    var collection = IndicatorCollection()
    for feed in 0..<4 {
      let number = collection.addFeed(
        FeedDescription(
          name: "feed\(feed)", format: "plain", isAllowList: feed == 2))
      var context = SourceContext()
      context.description = collection.intern("said by \(feed % 2)")
      if feed == 2 { context.flags = .allow }
      let contextID = collection.intern(context)
      for kind in [IndicatorKind.md5, .sha224, .sha256, .sha512]
      where Bool.random(using: &generator) {
        let count = Int.random(in: 0..<(pool == .all ? 12_000 : 400), using: &generator)
        if feed % 2 == 0 || Bool.random(using: &generator) {
          var list = DigestList(kind: kind, feed: number, context: contextID)
          for line in 0..<count {
            list.values += digest(kind, pool, &generator)
            list.lines.append(UInt32(line * 2 + 1))
          }
          collection.append(list)
        } else {
          for line in 0..<count {
            let value = digest(kind, pool, &generator)
            collection.append(
              IndicatorRecord(
                kind: kind, mode: .exact, feed: number, line: UInt32(line + 1), context: contextID,
                valueLength: 0, valueOffset: 0), value: value.rawSpan)
          }
        }
      }
    }
    return collection
  }

  @Test func listsCompileToWhatRecordsWould() throws {
    #if DEBUG
      let seeds: Range<UInt64> = 0..<4
    #else
      let seeds: Range<UInt64> = 0..<12
    #endif
    for pool in Pool.allCases {
      for seed in seeds {
        let collection = collection(pool, seed)
        let unpacked = collection.unpacked()
        #expect(unpacked.digestLists.isEmpty)
        let packed = try DatabaseCompiler.compile(collection)
        #expect(
          try packed.image == DatabaseCompiler.compile(unpacked).image, "\(pool) \(seed)")
        try IndicatorDatabase(packed).verify()
      }
    }
  }

  @Test func aListThatRefersOutsideItsCollectionIsRefused() throws {
    var collection = IndicatorCollection()
    var list = DigestList(kind: .md5, feed: 3, context: 0)
    list.values = Array(repeating: 1, count: 16)
    list.lines = [1]
    collection.append(list)
    #expect(throws: DatabaseError.self) { try DatabaseCompiler.compile(collection) }
  }
}
