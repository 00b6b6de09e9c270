internal import CByteKernels

/// IPv4 addresses and prefixes in blocks of 256 addresses, or of 65 536 where there are few.
///
///     near      UInt64 …   one bit for 2,048 addresses (16,384 where blocks are large): is there any
///     present   UInt64 …   one bit a block: has it a record
///     ranks     UInt32 …   for each word of `present`, the set bits before it
///     blocks    UInt64 …   a record for each block present; then the end
///     lows      UInt8 or UInt16 …   low bits of each entry, rising in a block; 18 zero bytes more
///     numbers   UInt32 …   of each entry; then seventeen times `PrefixTrie.none`
///
/// A block has a record where an address or a prefix longer than a block lies in it, or where the
/// longest prefix over whole blocks is another than before. Its record says where its entries begin
/// (31 bits), whether they cut it (one bit), and that prefix's number (the high half), which holds for
/// what no entry stands for, and for all blocks up to the next record. In a block with nothing but
/// single addresses, which nearly all are, an entry stands for its address; in one that prefixes cut
/// into pieces, for all addresses up to the next entry.
///
/// So an address costs five bytes, a block eight, and the bitmaps with the ranks 3.25 MiB (44 KiB
/// where blocks are large). What is far from all prefixes costs one load, from 256 KiB or 32 KiB.
struct IPv4Prefixes: Sendable {
  /// Parameters: prefixes, address bits below a block's.
  ///
  /// Sections: links (2), then those above.
  static let format = ImageFormat(
    magic: "SekiPfx4", version: 2, parameterCount: 2, elementSizes: [4, 4, 8, 8, 4, 8, 1, 4])

  /// From this many entries below a block on, blocks are of 256 addresses.
  static let smallBlocksFrom = 1 << 16
  /// The bit of a record that says that entries cut the block.
  static let cutBit: UInt64 = 1 << 31
  /// The bits of a record that say where its entries begin.
  static let firstMask: UInt64 = 1 << 31 - 1
  /// The most entries of all blocks together.
  static let mostEntries = Int(firstMask)
  /// Bytes behind the low bits: one entry more, and what a vector reads beyond its end.
  static let lowsSlack = 2 + Int(SEKISHO_LOWS_SLACK)
  /// Numbers behind the last.
  static let numbersSlack = Int(SEKISHO_NUMBERS_SLACK)

  private let near: ImageTable<UInt64>
  private let present: ImageTable<UInt64>
  private let ranks: ImageTable<UInt32>
  private let blocks: ImageTable<UInt64>
  private let lows: ImageTable<UInt8>
  private let numbers: ImageTable<UInt32>
  /// 8 or 16: address bits below a block's.
  private let lowBits: Int
  /// The kernel's variant; tests force each.
  var variant = sekisho_best_variant()

  init(_ reader: ImageReader) throws(ImageError) {
    lowBits = try reader.count(1, atMost: 16)
    guard lowBits == 8 || lowBits == 16 else { throw .damaged("blocks of \(lowBits) bits") }
    near = try reader.table(2)
    present = try reader.table(3)
    ranks = try reader.table(4)
    blocks = try reader.table(5)
    lows = try reader.table(6)
    numbers = try reader.table(7)
    guard near.count == IPv4Nearness.wordCount(lowBits: lowBits),
      present.count == 1 << (26 - lowBits),
      ranks.count == present.count, blocks.count >= 2, blocks.count <= 1 << (32 - lowBits) + 1,
      numbers.count >= Self.numbersSlack, numbers.count <= Self.mostEntries + Self.numbersSlack,
      lows.count == (numbers.count - Self.numbersSlack) * lowBits / 8 + Self.lowsSlack
    else { throw .damaged("the tables of addresses do not fit one another") }
  }

  private var entryCount: Int { numbers.count &- Self.numbersSlack }

  /// The number for each address; there is room for all answers.
  func lookup(_ addresses: Span<UInt32>, numbers answers: inout MutableSpan<UInt32>) {
    // SAFETY: `init` found the tables to be as long as the kernel wants them, which bounds whatever
    // they hold; the caller made sure of room for the answers.
    unsafe addresses.withUnsafeBufferPointer { addresses in
      unsafe answers.withUnsafeMutableBufferPointer { answers in
        guard let from = addresses.baseAddress, let to = answers.baseAddress else { return }
        var table = unsafe sekisho_address_table(
          present: present.pointer, near: near.pointer, ranks: ranks.pointer,
          blocks: blocks.pointer, lows: lows.pointer.assumingMemoryBound(to: UInt8.self),
          numbers: numbers.pointer, block_count: UInt32(truncatingIfNeeded: blocks.count &- 1),
          entry_count: UInt32(truncatingIfNeeded: entryCount),
          is_wide: lowBits == 16 ? 1 : 0)
        unsafe sekisho_lookup_addresses(variant, &table, from, addresses.count, to)
      }
    }
  }

  /// Checks the ranks, the records and the order of the entries.
  func verify() throws(ImageError) {
    guard present[clamping: 0] & 1 == 1 else { throw .damaged("the first block has no record") }
    guard blocks[clamping: blocks.count - 1] == UInt64(entryCount),
      (entryCount..<numbers.count).allSatisfy({ numbers[clamping: $0] == PrefixTrie.none })
    else { throw .damaged("the tables of addresses do not end where they should") }
    var nearness = IPv4Nearness(lowBits: lowBits)
    var rank = 0
    var last: (block: UInt32, number: UInt32) = (0, PrefixTrie.none)
    for word in 0..<present.count {
      guard Int(ranks[clamping: word]) == rank else { throw .damaged("rank \(word) is wrong") }
      var bits = present[clamping: word]
      while bits != 0 {
        let block = UInt32(word << 6 | bits.trailingZeroBitCount)
        bits &= bits - 1
        guard rank < blocks.count - 1 else { throw .damaged("more blocks than records") }
        if block > 0 {
          nearness.add(
            last.number, from: last.block << UInt32(lowBits),
            through: block << UInt32(lowBits) - 1)
        }
        last = (block, UInt32(truncatingIfNeeded: blocks[clamping: rank] >> 32))
        try verifyEntries(rank, block: block, &nearness)
        rank += 1
      }
    }
    nearness.add(last.number, from: last.block << UInt32(lowBits), through: .max)
    guard rank == blocks.count - 1 else { throw .damaged("more records than blocks") }
    for word in 0..<near.count where near[clamping: word] != nearness.words[word] {
      throw .damaged("word \(word) of what is near is wrong")
    }
    for at in lows.count - Self.lowsSlack..<lows.count where lows[clamping: at] != 0 {
      throw .damaged("the addresses' end is not zero")
    }
  }

  private func verifyEntries(
    _ rank: Int, block: UInt32, _ nearness: inout IPv4Nearness
  ) throws(ImageError) {
    let record = blocks[clamping: rank]
    let first = Int(record & Self.firstMask)
    let end = Int(blocks[clamping: rank + 1] & Self.firstMask)
    let isCut = record & Self.cutBit != 0
    guard first <= end, end <= entryCount, end - first <= 1 << lowBits,
      rank > 0 || first == 0, !isCut || first < end
    else { throw .damaged("the entries of block \(rank) are not there") }
    let start = block << UInt32(lowBits)
    for at in first..<end {
      guard at == first ? !isCut || low(at) == 0 : low(at) > low(at - 1) else {
        throw .damaged("the entries of block \(rank) do not rise")
      }
      let number = numbers[clamping: at]
      guard isCut || number != PrefixTrie.none else {
        throw .damaged("address \(at) has no number")
      }
      let next = !isCut ? low(at) + 1 : at + 1 < end ? low(at + 1) : 1 << lowBits
      nearness.add(number, from: start + low(at), through: start + (next - 1))
    }
  }

  private func low(_ at: Int) -> UInt32 {
    lowBits == 8
      ? UInt32(lows[clamping: at]) : UInt32(lows.load(clamping: at * 2, as: UInt16.self))
  }
}

/// Which small regions of the address space have any address with a number.
struct IPv4Nearness {
  private(set) var words: [UInt64]
  private let shift: UInt32

  /// For blocks of `lowBits` address bits.
  init(lowBits: Int) {
    words = [UInt64](repeating: 0, count: Self.wordCount(lowBits: lowBits))
    shift = Self.shift(lowBits: lowBits)
  }

  private static func shift(lowBits: Int) -> UInt32 {
    UInt32(lowBits == 8 ? SEKISHO_NEAR_BITS : SEKISHO_NEAR_BITS_WIDE)
  }

  /// Words of 64 bits.
  static func wordCount(lowBits: Int) -> Int { 1 << (26 - Int(shift(lowBits: lowBits))) }

  /// Adds a range of addresses; nothing if their number is none.
  mutating func add(_ number: UInt32, from first: UInt32, through last: UInt32) {
    guard number != PrefixTrie.none, first <= last else { return }
    for region in first >> shift...last >> shift {
      words[Int(region >> 6)] |= 1 << UInt64(region & 63)
    }
  }
}
