import TestSupport
import Testing

@testable import Matchers

/// The structures that store prefixes.
enum PrefixShape: Sendable, CaseIterable {
  case ipv4
  /// IPv4 in blocks of 256 addresses, which otherwise only large tables have.
  case ipv4InSmallBlocks
  case ipv6

  var bits: Int { self == .ipv6 ? 128 : 32 }
}

/// A plain list of prefixes; IPv4 addresses are in the highest 32 of 128 bits.
struct PrefixList {
  struct Entry {
    var address: UInt128
    var length: Int
    var number: UInt32
  }

  var entries: [Entry] = []
  let bits: Int

  static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : .max << UInt128(128 - length) }

  /// The numbers of all prefixes that cover an address, longest first.
  func covering(_ address: UInt128) -> [UInt32] {
    entries.filter { address & Self.mask($0.length) == $0.address }
      .sorted { $0.length > $1.length }.map(\.number)
  }

  func image(_ shape: PrefixShape? = nil) throws -> [UInt8] {
    var builder = PrefixTrieBuilder()
    if shape == .ipv4InSmallBlocks { builder.smallBlocksFrom = 0 }
    for entry in entries {
      if bits == 32 {
        builder.insert(
          ipv4: UInt32(truncatingIfNeeded: entry.address >> 96), length: entry.length)
      } else {
        builder.insert(ipv6: entry.address.halves, length: entry.length)
      }
    }
    return try builder.build()
  }

  /// Prefixes near one another: few bits differ, so that they nest, touch and lie at both ends.
  static func random(bits: Int, count: Int, generator: inout SeededGenerator) -> PrefixList {
    var list = PrefixList(bits: bits)
    for _ in 0..<count {
      let length =
        generator.below(3) == 0
        ? bits : generator.below(4) == 0 ? generator.below(bits + 1) : bits - generator.below(20)
      let address = Self.address(bits: bits, generator: &generator) & mask(length)
      guard !list.entries.contains(where: { $0.address == address && $0.length == length })
      else { continue }
      list.entries.append(Entry(address: address, length: length, number: 0))
    }
    list.entries.sort { ($0.address, $0.length) < ($1.address, $1.length) }
    for number in list.entries.indices { list.entries[number].number = UInt32(number) }
    list.entries.shuffle(using: &generator)
    return list
  }

  static func address(bits: Int, generator: inout SeededGenerator) -> UInt128 {
    let ends: [UInt128] = [0, .max, 0x2001_0db8 << 96, 0x2001_0db8 << 96 | 1 << 64, 1 << 127]
    var address = ends[generator.below(ends.count)]
    for _ in 0..<generator.below(3) {
      address ^= 1 << UInt128(128 - bits + generator.below(min(bits, 24)))
    }
    if generator.below(6) == 0 {
      address ^= UInt128(generator.next()) << 64 | UInt128(generator.next())
    }
    return address & mask(bits)
  }
}

extension UInt128 {
  var halves: IPv6Bits {
    IPv6Bits(
      high: UInt64(truncatingIfNeeded: self >> 64), low: UInt64(truncatingIfNeeded: self))
  }
}

extension PrefixTrie {
  init(_ image: [UInt8]) throws {
    try self.init(image: ImageBytes(image), range: 0..<image.count)
  }

  func numbers(of addresses: [UInt128], bits: Int) -> [UInt32] {
    var numbers = [UInt32](repeating: 7, count: addresses.count)
    var answers = numbers.mutableSpan
    if bits == 32 {
      let queries = addresses.map { UInt32(truncatingIfNeeded: $0 >> 96) }
      lookup(ipv4: queries.span, numbers: &answers)
    } else {
      let queries = addresses.map(\.halves)
      lookup(ipv6: queries.span, numbers: &answers)
    }
    return numbers
  }
}

@Suite struct PrefixTrieTests {
  /// The number of tables of each shape; each has about 150 lookups in each kernel variant.
  ///
  /// Together they have more than a million lookups in a release build. A debug build is many times
  /// slower, and small blocks have large bitmaps.
  static func randomTables(_ shape: PrefixShape) -> UInt64 {
    #if DEBUG
      shape == .ipv4InSmallBlocks ? 12 : 60
    #else
      shape == .ipv4InSmallBlocks ? 400 : 4_000
    #endif
  }

  @Test(arguments: PrefixShape.allCases)
  func agreesWithAList(_ shape: PrefixShape) throws {
    let bits = shape.bits
    for seed in 0..<Self.randomTables(shape) {
      var generator = SeededGenerator(seed: seed)
      let list = PrefixList.random(
        bits: bits, count: [0, 1, 2, 5, 30, 150][generator.below(6)], generator: &generator)
      let trie = try PrefixTrie(list.image(shape))
      try trie.verify()
      #expect(trie.count == list.entries.count)
      var queries = (0..<60).map { _ in PrefixList.address(bits: bits, generator: &generator) }
      let step: UInt128 = bits == 32 ? 1 << 96 : 1
      for entry in list.entries.prefix(60) {
        let last = (entry.address | ~PrefixList.mask(entry.length)) & PrefixList.mask(bits)
        queries += [entry.address, last]
        queries.append((entry.address &- step) & PrefixList.mask(bits))
        queries.append((last &+ step) & PrefixList.mask(bits))
      }
      let found = trie.numbers(of: queries, bits: bits)
      for variant in kernelVariants {
        let numbers = trie.using(variant: variant).numbers(of: queries, bits: bits)
        #expect(numbers == found, "seed \(seed), variant \(variant)")
      }
      var every: [UInt32] = []
      var ends: [Int] = []
      trie.appendCovering(found.span, to: &every, ends: &ends)
      #expect(ends.count == found.count && ends.last == every.count)
      for (at, (query, number)) in zip(queries, found).enumerated() {
        let expected = list.covering(query)
        #expect(Array(every[(at == 0 ? 0 : ends[at - 1])..<ends[at]]) == expected, "seed \(seed)")
        #expect(number == expected.first ?? PrefixTrie.none, "seed \(seed)")
        var all: [UInt32] = []
        trie.appendCovering(number, to: &all)
        #expect(all == expected, "seed \(seed)")
      }
    }
  }

  @Test func manyAddressesTakeSmallBlocks() throws {
    var generator = SeededGenerator(seed: 3)
    var members: Set<UInt32> = []
    while members.count < IPv4Prefixes.smallBlocksFrom + 100 {
      // Some blocks are full.
      let address =
        UInt32(generator.below(400)) << 22 | UInt32(generator.below(2)) << 9
        | UInt32(generator.below(512))
      members.insert(address)
    }
    var builder = PrefixTrieBuilder()
    for address in members { builder.insert(ipv4: address, length: 32) }
    builder.insert(ipv4: 0x0100_0000, length: 8)
    let trie = try PrefixTrie(builder.build())
    try trie.verify()
    let sorted = members.sorted()
    let whole = UInt32(sorted.firstIndex { $0 >= 0x0100_0000 } ?? sorted.count)
    var numbers: [UInt32: UInt32] = [:]
    for (place, address) in sorted.enumerated() {
      numbers[address] = UInt32(place) + (UInt32(place) >= whole ? 1 : 0)
    }
    let queries = sorted.flatMap { [$0, $0 ^ 1, $0 ^ 0x300] }
    let expected = queries.map { numbers[$0] ?? ($0 >> 24 == 1 ? whole : PrefixTrie.none) }
    for variant in kernelVariants {
      let found = trie.using(variant: variant).numbers(
        of: queries.map { UInt128($0) << 96 }, bits: 32)
      let wrong = queries.indices.first { found[$0] != expected[$0] }
      #expect(wrong == nil, "variant \(variant)")
    }
  }

  @Test(arguments: [32, 128])
  func orderOfInsertionDoesNotShow(bits: Int) throws {
    var generator = SeededGenerator(seed: 4)
    var list = PrefixList.random(bits: bits, count: 200, generator: &generator)
    let first = try list.image()
    for _ in 0..<3 {
      list.entries.shuffle(using: &generator)
      #expect(try list.image() == first)
    }
  }

  @Test(arguments: [32, 128], [3, 60])
  func survivesDamage(bits: Int, count: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let list = PrefixList.random(bits: bits, count: count, generator: &generator)
    let queries =
      list.entries.map(\.address)
      + (0..<100).map { _ in PrefixList.address(bits: bits, generator: &generator) }
    for copy in damagedCopies(of: try list.image(), generator: &generator, rounds: 200) {
      guard let trie = try? PrefixTrie(image: guardedImage(copy), range: 0..<copy.count) else {
        continue
      }
      var all: [UInt32] = []
      for number in trie.numbers(of: queries, bits: bits) {
        trie.appendCovering(number, to: &all)
      }
      #expect(all.count <= queries.count * 129)
      _ = try? trie.verify()
    }
  }

  @Test func survivesDamageInSmallBlocks() throws {
    var generator = SeededGenerator(seed: 6)
    let list = PrefixList.random(bits: 32, count: 200, generator: &generator)
    let image = try list.image(.ipv4InSmallBlocks)
    let queries =
      list.entries.map(\.address)
      + (0..<100).map { _ in PrefixList.address(bits: 32, generator: &generator) }
    for _ in 0..<200 {
      var copy = image
      // The records and entries are at the end, after the bitmaps.
      let start = copy.count - 1 - generator.below(generator.below(4) == 0 ? copy.count : 4_000)
      for at in start..<min(copy.count, start + 1 + generator.below(40)) {
        copy[at] = [0, 0xFF, UInt8(generator.below(256))][generator.below(3)]
      }
      guard let trie = try? PrefixTrie(image: guardedImage(copy), range: 0..<copy.count) else {
        continue
      }
      for variant in kernelVariants {
        let numbers = trie.using(variant: variant).numbers(of: queries, bits: 32)
        #expect(numbers.count == queries.count)
      }
    }
  }

  @Test(arguments: PrefixShape.allCases)
  func readsNothingBehindItsEnd(_ shape: PrefixShape) throws {
    var generator = SeededGenerator(seed: 7)
    for count in [0, 1, 40] {
      let list = PrefixList.random(bits: shape.bits, count: count, generator: &generator)
      let image = try list.image(shape)
      // Below also an image at an unaligned offset.
      let guarded = try PrefixTrie(image: guardedImage(image), range: 0..<image.count)
      let file = ImageBytes([1, 2, 3] + image + [4])
      let inside = try PrefixTrie(image: file, range: 3..<3 + image.count)
      try guarded.verify()
      let last: UInt128 = shape == .ipv6 ? .max : .max << 96
      for entry in list.entries.map(\.address) + [0, last] {
        for variant in kernelVariants {
          let expected = [list.covering(entry).first ?? PrefixTrie.none]
          for trie in [guarded, inside] {
            let numbers = trie.using(variant: variant).numbers(of: [entry], bits: shape.bits)
            #expect(numbers == expected)
          }
        }
      }
      #expect(guarded.numbers(of: [], bits: shape.bits) == [])
    }
  }

  @Test func otherFamilyIsNotCovered() throws {
    var builder = PrefixTrieBuilder()
    builder.insert(ipv4: 0, length: 0)
    let four = try PrefixTrie(builder.build())
    #expect(four.numbers(of: [0, .max], bits: 32) == [0, 0])
    #expect(four.numbers(of: [0, .max], bits: 128) == [PrefixTrie.none, PrefixTrie.none])
    builder = PrefixTrieBuilder()
    builder.insert(ipv6: IPv6Bits(high: 0, low: 0), length: 0)
    let six = try PrefixTrie(builder.build())
    #expect(six.numbers(of: [0, .max], bits: 128) == [0, 0])
    #expect(six.numbers(of: [0], bits: 32) == [PrefixTrie.none])
  }

  @Test func refusesWhatMakesNoTrie() {
    func build(_ prefixes: (UInt32, Int)...) -> ImageError? {
      var builder = PrefixTrieBuilder()
      for (address, length) in prefixes { builder.insert(ipv4: address, length: length) }
      do { _ = try builder.build() } catch { return error }
      return nil
    }
    #expect(build((0xC000_0200, 24), (0xC000_0200, 24)) != nil)
    #expect(build((0xC000_0201, 24)) != nil)
    #expect(build((0, 33)) != nil)
    #expect(build((0, -1)) != nil)
    #expect(build((0xC000_0200, 24), (0xC000_0200, 25)) == nil)
    var builder = PrefixTrieBuilder()
    builder.insert(ipv4: 0, length: 0)
    builder.insert(ipv6: IPv6Bits(high: 0, low: 0), length: 0)
    #expect(throws: ImageError.self) { try builder.build() }
  }
}
