import TestSupport
import Testing

@testable import Matchers

/// One shape of key set; the tests below run over all shapes.
struct KeySetShape: Sendable, CustomTestStringConvertible {
  var fixedWidth: Int?
  var ignoresCase = false
  /// Lowered to force the fallback to a sorted table.
  var attempts = 8

  var testDescription: String {
    "\(fixedWidth.map { "width \($0)" } ?? "variable width")\(ignoresCase ? ", no case" : "")"
      + (attempts == 0 ? ", sorted" : "")
  }

  func builder(seed: UInt64 = 1) -> KeySetBuilder {
    var builder = KeySetBuilder(fixedWidth: fixedWidth, ignoresCase: ignoresCase, seed: seed)
    builder.attempts = attempts
    return builder
  }

  func image(_ keys: [[UInt8]: UInt32], seed: UInt64 = 1) throws -> [UInt8] {
    var builder = builder(seed: seed)
    for (key, number) in keys { builder.insert(key.span.bytes, number: number) }
    return try builder.build()
  }

  static let all: [KeySetShape] =
    [0, 1, 3, 4, 7, 8, 16, 20, 28, 32, 48, 64].map { KeySetShape(fixedWidth: $0) }
    + [
      KeySetShape(fixedWidth: nil), KeySetShape(fixedWidth: nil, ignoresCase: true),
      KeySetShape(fixedWidth: 20, ignoresCase: true), KeySetShape(fixedWidth: 16, attempts: 0),
      KeySetShape(fixedWidth: nil, attempts: 0),
      KeySetShape(fixedWidth: nil, ignoresCase: true, attempts: 0),
    ]
}

extension KeySet {
  init(_ image: [UInt8]) throws {
    try self.init(image: ImageBytes(image), range: 0..<image.count)
  }

  /// The answers of a batch lookup for keys that are stored one after another.
  func numbers(of keys: [[UInt8]]) -> [UInt32] {
    var references: [KeyReference] = []
    var bytes: [UInt8] = []
    for key in keys {
      references.append(KeyReference(offset: UInt32(bytes.count), length: UInt32(key.count)))
      bytes += key
    }
    var numbers = [UInt32](repeating: 7, count: keys.count)
    var answers = numbers.mutableSpan
    lookup(references.span, in: bytes.span.bytes, numbers: &answers)
    return numbers
  }
}

@Suite struct KeySetTests {
  /// The number of sets of each shape; each has about 250 lookups in each kernel variant.
  ///
  /// All shapes together have more than a million lookups in a release build. A debug build is many
  /// times slower.
  static var randomSets: UInt64 {
    #if DEBUG
      8
    #else
      300
    #endif
  }

  static let alphabet = Array("abz.-019".utf8) + [0, 0xC3, 0xFF]

  /// Keys of a shape, as a builder takes them.
  static func randomKeys(
    _ shape: KeySetShape, count: Int, generator: inout SeededGenerator
  ) -> [[UInt8]: UInt32] {
    var keys: [[UInt8]: UInt32] = [:]
    for number in 0..<count {
      let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64, 65]
      let length = shape.fixedWidth ?? lengths[generator.below(lengths.count)]
      keys[generator.bytes(length, alphabet: alphabet)] = UInt32(number * 3)
    }
    return keys
  }

  /// The key with some letters in capitals, which a set that ignores case finds as the same key.
  static func capitals(_ key: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    key.map { byte in
      (97...122).contains(byte) && generator.below(2) == 0 ? byte - 32 : byte
    }
  }

  @Test(arguments: KeySetShape.all)
  func agreesWithDictionary(_ shape: KeySetShape) throws {
    for seed in 0..<Self.randomSets {
      var generator = SeededGenerator(seed: seed)
      let size = [0, 1, 2, 3, 10, 60, 200, 700][generator.below(8)]
      let keys = Self.randomKeys(shape, count: size, generator: &generator)
      let set = try KeySet(shape.image(keys, seed: seed))
      try set.verify()
      #expect(set.count == keys.count)
      var queries = keys.keys.map { $0 }
      queries += Self.randomKeys(shape, count: 100, generator: &generator).keys
      queries +=
        Self.randomKeys(KeySetShape(fixedWidth: nil), count: 20, generator: &generator)
        .keys
      for key in keys.keys.prefix(100) where !key.isEmpty {
        var near = key
        near[generator.below(near.count)] ^= 1 << UInt8(generator.below(8))
        queries += [near, key + [0], Array(key.dropLast()), Self.capitals(key, &generator)]
      }
      let expected = queries.map { query in
        keys[shape.ignoresCase ? query.map(\.foldedByHand) : query] ?? KeySet.none
      }
      for variant in kernelVariants {
        #expect(
          set.using(variant: variant).numbers(of: queries) == expected,
          "seed \(seed), variant \(variant)")
      }
      for (query, number) in zip(queries, expected) {
        #expect(set.lookup(query.span.bytes) == number, "seed \(seed)")
      }
    }
  }

  @Test(arguments: KeySetShape.all)
  func orderOfInsertionDoesNotShow(_ shape: KeySetShape) throws {
    var generator = SeededGenerator(seed: 5)
    let keys = Array(Self.randomKeys(shape, count: 300, generator: &generator))
    let first = try shape.image(Dictionary(uniqueKeysWithValues: keys))
    for _ in 0..<3 {
      var builder = shape.builder()
      for (key, number) in keys.shuffled(using: &generator) {
        builder.insert(key.span.bytes, number: number)
      }
      #expect(try builder.build() == first)
    }
  }

  @Test(arguments: KeySetShape.all)
  func readsNothingBehindItsEnd(_ shape: KeySetShape) throws {
    var generator = SeededGenerator(seed: 6)
    for count in [0, 1, 2, 40] {
      let keys = Self.randomKeys(shape, count: count, generator: &generator)
      let bytes = try shape.image(keys)
      let set = try KeySet(image: guardedImage(bytes), range: 0..<bytes.count)
      try set.verify()
      for (key, number) in keys {
        let found = withGuardedCopy(of: key) { set.lookup($0) }
        #expect(found == number)
        let batch = withGuardedCopy(of: key) { bytes in
          var numbers: [UInt32] = [0, 0, 0]
          let references = [
            KeyReference(offset: 0, length: UInt32(key.count)),
            KeyReference(offset: 1, length: UInt32(key.count)),
            KeyReference(offset: .max, length: .max),
          ]
          var answers = numbers.mutableSpan
          set.lookup(references.span, in: bytes, numbers: &answers)
          return numbers
        }
        #expect(batch == [number, KeySet.none, KeySet.none])
      }
    }
  }

  @Test(arguments: KeySetShape.all)
  func survivesDamage(_ shape: KeySetShape) throws {
    var generator = SeededGenerator(seed: 7)
    let keys = Self.randomKeys(shape, count: 30, generator: &generator)
    let queries =
      Array(keys.keys) + Self.randomKeys(shape, count: 50, generator: &generator).keys
    for copy in damagedCopies(of: try shape.image(keys), generator: &generator, rounds: 200) {
      guard let set = try? KeySet(image: guardedImage(copy), range: 0..<copy.count) else {
        continue
      }
      let numbers = set.numbers(of: queries)
      #expect(numbers.count == queries.count)
      if (try? set.verify()) != nil {
        // An image that passes the checks still finds its keys; only their numbers may have
        // changed.
        #expect(keys.keys.filter { set.lookup($0.span.bytes) != KeySet.none }.count <= set.count)
      }
    }
  }

  /// Tests every key length around the hash's block sizes, with keys that end where memory ends.
  @Test(arguments: [false, true])
  func hashesAgreeAtEveryLength(ignoresCase: Bool) throws {
    var generator = SeededGenerator(seed: 9)
    var builder = KeySetBuilder(fixedWidth: nil, ignoresCase: ignoresCase, seed: 9)
    var keys: [[UInt8]] = []
    for length in 0...300 {
      let key = (0..<length).map { _ in UInt8(generator.below(256)) }
      keys.append(key)
      let stored = ignoresCase ? key.map(\.foldedByHand) : key
      builder.insert(stored.span.bytes, number: UInt32(length))
    }
    let set = try KeySet(builder.build())
    try set.verify()
    for (length, key) in keys.enumerated() {
      for variant in kernelVariants {
        let set = set.using(variant: variant)
        // The key alone at a page's end; below, the key with other bytes before and after it.
        let found = withGuardedCopy(of: key) { bytes in
          var numbers: [UInt32] = [7]
          var answers = numbers.mutableSpan
          let reference = [KeyReference(offset: 0, length: UInt32(length))]
          set.lookup(reference.span, in: bytes, numbers: &answers)
          return numbers[0]
        }
        #expect(found == UInt32(length), "variant \(variant)")
        let surrounded = [UInt8](repeating: 0xAA, count: 3) + key + Array("more of it".utf8) + key
        var numbers: [UInt32] = [7]
        var answers = numbers.mutableSpan
        let reference = [KeyReference(offset: 3, length: UInt32(length))]
        set.lookup(reference.span, in: surrounded.span.bytes, numbers: &answers)
        #expect(numbers == [UInt32(length)], "variant \(variant)")
      }
    }
  }

  @Test func emptyKeysInEmptySpans() throws {
    var builder = KeySetBuilder(fixedWidth: nil, ignoresCase: false, seed: 1)
    builder.insert(RawSpan(), number: 3)
    let set = try KeySet(builder.build())
    try set.verify()
    #expect(set.lookup(RawSpan()) == 3)
    for variant in kernelVariants {
      var numbers: [UInt32] = [7, 7]
      var answers = numbers.mutableSpan
      let references = [
        KeyReference(offset: 0, length: 0), KeyReference(offset: 1, length: 0),
      ]
      set.using(variant: variant).lookup(references.span, in: RawSpan(), numbers: &answers)
      #expect(numbers == [3, KeySet.none])
    }
  }

  @Test func equalKeysAreMerged() throws {
    // Few different keys, some of them very often, so that some cells are crowded.
    var generator = SeededGenerator(seed: 10)
    for attempts in [0, 8] {
      var builder = KeySetBuilder(fixedWidth: nil, ignoresCase: false, seed: 1)
      builder.attempts = attempts
      var lowest: [[UInt8]: UInt32] = [:]
      for number in (0..<20_000 as Range<UInt32>).shuffled(using: &generator) {
        let key = Array("\(generator.below(3) == 0 ? 1 : generator.below(9_000))".utf8)
        lowest[key] = min(lowest[key] ?? .max, number)
        builder.insert(key.span.bytes, number: number)
      }
      let image = try builder.build(mergesEqualKeys: true)
      let set = try KeySet(image)
      try set.verify()
      #expect(set.count == lowest.count)
      #expect(set.order == (attempts == 0 ? .sorted : .hashed))
      let queries = Array(lowest.keys)
      #expect(set.numbers(of: queries) == queries.map { lowest[$0] ?? 0 })
      var plain = KeySetBuilder(fixedWidth: nil, ignoresCase: false, seed: 1)
      plain.attempts = attempts
      for (key, number) in lowest { plain.insert(key.span.bytes, number: number) }
      #expect(try plain.build() == image)
    }
  }

  @Test func flippedBitsAreFound() throws {
    // A change of any byte is noticed, except in numbers, which nothing in the image can check.
    let shape = KeySetShape(fixedWidth: nil)
    let keys: [[UInt8]: UInt32] = [Array("a.example".utf8): 1, Array("b.example".utf8): 2]
    let image = try shape.image(keys)
    var missed = 0
    for at in image.indices {
      var copy = image
      copy[at] ^= 0x40
      if let set = try? KeySet(copy), (try? set.verify()) != nil { missed += 1 }
    }
    // Allowed are the eight bytes of numbers, and filter bits that were clear before.
    #expect(missed <= 8 + 16)
  }

  @Test func crowdedBucketsFallBackToSearch() throws {
    var generator = SeededGenerator(seed: 8)
    let shape = KeySetShape(fixedWidth: nil)
    let keys = Self.randomKeys(shape, count: 500, generator: &generator)
    var builder = shape.builder()
    builder.longestBucket = 1
    for (key, number) in keys { builder.insert(key.span.bytes, number: number) }
    let set = try KeySet(builder.build())
    #expect(set.order == .sorted)
    try set.verify()
    let queries = Array(keys.keys)
    #expect(set.numbers(of: queries) == queries.map { keys[$0] ?? 0 })
  }

  @Test func foldsOnlyCapitals() throws {
    let all = (0...255).map { UInt8($0) }
    for byte in all {
      // The byte alone, in a word of eight bytes, and in a tail.
      for length in [1, 3, 4, 7, 8, 11, 16, 23, 40] {
        var stored = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        stored[length / 2] = byte.foldedByHand
        var builder = KeySetBuilder(fixedWidth: nil, ignoresCase: true, seed: 3)
        builder.insert(stored.span.bytes, number: 9)
        let set = try KeySet(builder.build())
        for other in all where byte % 16 == 0 || abs(Int(other) - Int(byte)) % 32 < 2 {
          var query = stored
          query[length / 2] = other
          #expect(
            (set.lookup(query.span.bytes) == 9) == (other.foldedByHand == byte.foldedByHand))
        }
      }
    }
  }

  @Test func refusesWhatMakesNoSet() {
    func build(_ keys: [String], width: Int?, nocase: Bool = false) -> ImageError? {
      var builder = KeySetBuilder(fixedWidth: width, ignoresCase: nocase, seed: 0)
      for (index, key) in keys.enumerated() {
        builder.insert(Array(key.utf8).span.bytes, number: UInt32(index))
      }
      do { _ = try builder.build() } catch { return error }
      return nil
    }
    #expect(build(["a", "b", "a"], width: nil) != nil)
    #expect(build(Array(repeating: "a", count: 40), width: nil) != nil)
    #expect(build(["a", "bb"], width: 1) != nil)
    #expect(build(["A"], width: nil, nocase: true) != nil)
    #expect(build(["a", "A"], width: nil) == nil)
    #expect(build([], width: -1) != nil)
    #expect(build([String(repeating: "x", count: 65_535)], width: nil) == nil)
    #expect(build([String(repeating: "x", count: 65_536)], width: nil) != nil)
    var builder = KeySetBuilder(fixedWidth: 1, ignoresCase: false, seed: 0)
    builder.insert(([1] as [UInt8]).span.bytes, number: KeySet.none)
    #expect(throws: ImageError.self) { try builder.build() }
  }

  @Test func regionsOfALargerFile() throws {
    let keys: [[UInt8]: UInt32] = [[1, 2, 3, 4]: 5]
    let image = try KeySetShape(fixedWidth: 4).image(keys)
    // An image at an unaligned offset gives the same answers.
    let file = ImageBytes([1, 2, 3] + image + [9])
    let set = try KeySet(image: file, range: 3..<3 + image.count)
    #expect(set.lookup(([1, 2, 3, 4] as [UInt8]).span.bytes) == 5)
    for range in [0..<image.count, 3..<2 + image.count, 3..<4 + image.count, 0..<1 << 40] {
      #expect(throws: ImageError.self) { try KeySet(image: file, range: range) }
    }
  }
}

extension UInt8 {
  /// The byte as a small letter if it is a capital; an independent definition.
  var foldedByHand: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self + 32 : self
  }
}
