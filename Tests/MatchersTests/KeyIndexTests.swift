import TestSupport
import Testing

@testable import Matchers

/// Compares `KeyIndex` and `SortedKeys` with a dictionary.
@Suite struct KeyIndexTests {
  private struct Keys {
    var bytes: [UInt8] = []
    var places: [KeyReference] = []

    mutating func append(_ key: some Sequence<UInt8>) {
      let start = bytes.count
      bytes.append(contentsOf: key)
      places.append(
        KeyReference(offset: UInt32(start), length: UInt32(bytes.count - start)))
    }
  }

  private func random(
    _ count: Int, _ length: ClosedRange<Int>, _ generator: inout SeededGenerator
  ) -> [[UInt8]] {
    let keys = (0..<count).map { _ in
      (0..<Int.random(in: length, using: &generator)).map { _ in
        UInt8.random(in: 0x61...0x66, using: &generator)
      }
    }
    return Array(Set(keys)).sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func open(_ image: [UInt8]) throws -> KeyIndex {
    let bytes = image.withUnsafeBytes { ImageBytes(copying: $0.bytes) }
    return try KeyIndex(image: bytes, range: 0..<image.count)
  }

  @Test(arguments: [0, 1, 2, 5, 300, 5_000])
  func everyKeyIsAmongItsCandidatesAndFewOthersAre(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count) + 7)
    let keys = random(count, 0...150, &generator)
    var builder = KeyIndexBuilder(ignoresCase: true, seed: 3)
    for (number, key) in keys.enumerated() {
      key.withUnsafeBytes { builder.insert($0.bytes, number: UInt32(number)) }
    }
    let index = try open(try #require(builder.build()))
    try index.verify()
    #expect(index.count == keys.count && index.hasSlots)
    var queries = Keys()
    for key in keys { queries.append(key.map { $0 & 1 == 0 ? $0 & 0xdf : $0 }) }
    for variant in kernelVariants {
      var candidates: [KeyCandidate] = []
      queries.bytes.withUnsafeBytes {
        index.using(variant: variant)
          .findCandidates(queries.places.span, in: $0.bytes, into: &candidates)
      }
      let found = Set(candidates.map { UInt64($0.key) << 32 | UInt64($0.number) })
      for number in keys.indices {
        #expect(found.contains(UInt64(number) << 32 | UInt64(number)))
      }
      #expect(candidates.count <= keys.count + keys.count / 100 + 1)
    }

    var others = Keys()
    for _ in 0..<20_000 {
      others.append((0..<9).map { _ in UInt8.random(in: 0x67...0x7a, using: &generator) })
    }
    others.places.append(KeyReference(offset: 4_000_000, length: 9))
    for variant in kernelVariants {
      var candidates: [KeyCandidate] = []
      others.bytes.withUnsafeBytes {
        index.using(variant: variant)
          .findCandidates(others.places.span, in: $0.bytes, into: &candidates)
      }
      #expect(candidates.count < 20)
    }
  }

  @Test func crowdedKeysAreLeftToTheirOwner() throws {
    var builder = KeyIndexBuilder(ignoresCase: false, seed: 1)
    builder.longestBucket = 1
    for number in 0..<100 as Range<UInt32> {
      withUnsafeBytes(of: number) { builder.insert($0.bytes, number: number) }
    }
    #expect(builder.build() == nil)
    let index = try open(builder.buildFilterOnly())
    try index.verify()
    #expect(!index.hasSlots)
    var queries = Keys()
    withUnsafeBytes(of: 7 as UInt32) { queries.append($0) }
    queries.append(Array("something else".utf8))
    var candidates: [KeyCandidate] = []
    queries.bytes.withUnsafeBytes {
      index.findCandidates(queries.places.span, in: $0.bytes, into: &candidates)
    }
    #expect(candidates.first == KeyCandidate(key: 0, number: KeyIndex.unknown))
    #expect(candidates.count <= 2)
  }

  @Test(arguments: [16, 20, 32], [1, 3, 1_000])
  func sortedKeysAreFoundWhereTheyStand(_ width: Int, _ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(width * count))
    // Crafted keys mostly begin alike, as in a list that is made to crowd one bucket.
    for isCrafted in [false, true] {
      var keys = Set<[UInt8]>()
      while keys.count < count {
        keys.insert(
          (0..<width).map { place in
            isCrafted && place < 14 ? 0x41 : UInt8.random(in: 0...255, using: &generator)
          })
      }
      let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
      let table = Array(sorted.joined())
      let index = try table.withUnsafeBytes {
        try SortedKeys.build($0.bytes, width: width, seed: 5)
      }
      let whole = index + table
      let bytes = whole.withUnsafeBytes { ImageBytes(copying: $0.bytes) }
      let view = try SortedKeys(
        image: bytes, range: 0..<index.count, keys: index.count..<whole.count)
      try view.verify()
      var queries = Keys()
      for key in sorted { queries.append(key) }
      for key in sorted {
        var other = key
        other[width - 1] ^= 1
        queries.append(other)
      }
      queries.places.append(KeyReference(offset: 0, length: UInt32(width - 1)))
      queries.places.append(
        KeyReference(offset: UInt32(queries.bytes.count - 1), length: UInt32(width)))
      var numbers = [UInt32](repeating: 0, count: queries.places.count)
      queries.bytes.withUnsafeBytes { span in
        var results = numbers.mutableSpan
        view.lookup(queries.places.span, in: span.bytes, firstNumber: 1, numbers: &results)
      }
      for place in 0..<count {
        #expect(numbers[place] == UInt32(place + 1))
        var other = sorted[place]
        other[width - 1] ^= 1
        let expected = sorted.firstIndex(of: other).map { UInt32($0 + 1) } ?? KeySet.none
        #expect(numbers[count + place] == expected)
      }
      #expect(numbers.suffix(2).allSatisfy { $0 == KeySet.none })
    }
  }

  @Test func damagedImagesAreRefusedOrHarmless() throws {
    var builder = KeyIndexBuilder(ignoresCase: false, seed: 1)
    for number in 0..<50 as Range<UInt32> {
      withUnsafeBytes(of: number) { builder.insert($0.bytes, number: number) }
    }
    let image = try #require(builder.build())
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      var damaged = image
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      guard let index = try? open(damaged) else { continue }
      var queries = Keys()
      for number in 0..<50 as Range<UInt32> { withUnsafeBytes(of: number) { queries.append($0) } }
      var candidates: [KeyCandidate] = []
      queries.bytes.withUnsafeBytes {
        index.findCandidates(queries.places.span, in: $0.bytes, into: &candidates)
      }
      #expect(candidates.count <= 50 * KeyIndex.longestBucket)
      try? index.verify()
    }
  }
}
