import CByteKernels

/// IPv4 addresses and prefixes in blocks of 256 addresses, or of 65 536 if there are few prefixes.
///
///     regions   UInt32 …   small blocks: for each /16 sixteen bits, whether its /20s have
///                          anything, and above them its place in `present`; large ones: one
///                          bit a /18
///     present   UInt64 …   one bit a block: whether it has a record; small blocks: only for /16s
///                          that have anything
///     ranks     UInt32 …   for each word of `present`, the set bits before it
///     firsts    UInt32 …   for each record where its entries begin, and in the top bit whether
///                          `others` holds an answer; then the end
///     others    UInt32 …   for each record the answer for addresses at which no entry begins
///     lows      UInt8 or UInt16 …   low bits of each entry, not falling in a block; 64 zero bytes
///                                   more
///     cuts      UInt32 …   for each block that is cut where its pieces begin; then the end
///     pieces    UInt8 or UInt16 …   low bits of where each piece begins, rising in a block; one
///                                   more and 64 zero bytes
///     numbers   UInt32 …   the number of each piece's prefix; then `PrefixTrie.none`
///
/// Prefixes are numbered in order, so an entry is the low bits of where a prefix begins, and its
/// number is its index. The last entry that begins at an address is the longest prefix over it: one
/// that begins before it and reaches it is shorter than all that begin at it. So whole addresses,
/// nearly all that feeds have, cost one byte, and are found by comparing bytes.
///
/// A block has a record if a prefix begins in it, or if the longest prefix over whole blocks is not
/// the same as in the block before. Addresses at which no prefix begins may have an answer as well:
/// then the top bit of the record's element of `firsts` is set, and `others` holds the answer. That
/// is the number of the prefix over the whole block and over all blocks up to the next record; or,
/// if longer prefixes cut the block, the index in `cuts` of its pieces, which flatten nested
/// prefixes (`IntervalBuilder`). The block after one that is cut always has a record.
///
/// A record costs eight bytes, the words of a /16 that has anything 48, and the regions 256 KiB, or
/// 32 KiB with large blocks. They are looked at first: an address far from all prefixes costs that
/// one load.
struct IPv4Prefixes: Sendable {
  /// Parameters: number of prefixes, address bits within a block (8 or 16).
  ///
  /// Sections: links (3), then those above.
  static let format = ImageFormat(
    magic: "SekiPfx4", version: 3, parameterCount: 2,
    elementSizes: [8, 4, 4, 4, 8, 4, 4, 4, 1, 4, 1, 4])

  /// From this many prefixes on, blocks have 256 addresses.
  static let smallBlocksFrom = 1 << 16
  /// The top bit: in `firsts`, there is an answer in `others`; in `others`, it is a place in
  /// `cuts`.
  static let topBit: UInt32 = 1 << 31
  /// The most prefixes.
  static let mostEntries = Int(topBit) - 1
  /// Zero bytes after the low bits.
  static let lowsSlack = Int(SEKISHO_LOWS_SLACK)

  private let regions: ImageTable<UInt32>
  private let present: ImageTable<UInt64>
  private let ranks: ImageTable<UInt32>
  private let firsts: ImageTable<UInt32>
  private let others: ImageTable<UInt32>
  private let lows: ImageTable<UInt8>
  private let cuts: ImageTable<UInt32>
  private let pieceLows: ImageTable<UInt8>
  private let pieceNumbers: ImageTable<UInt32>
  private let entryCount: Int
  /// Address bits within a block: 8 or 16.
  private let lowBits: Int
  /// The kernel's variant; tests force each.
  var variant = sekisho_best_variant()

  init(_ reader: ImageReader) throws(ImageError) {
    entryCount = try reader.count(0, atMost: Self.mostEntries)
    lowBits = try reader.count(1, atMost: 16)
    guard lowBits == 8 || lowBits == 16 else { throw .damaged("blocks of \(lowBits) bits") }
    regions = try reader.table(3)
    present = try reader.table(4)
    ranks = try reader.table(5)
    firsts = try reader.table(6)
    others = try reader.table(7)
    lows = try reader.table(8)
    cuts = try reader.table(9)
    pieceLows = try reader.table(10)
    pieceNumbers = try reader.table(11)
    let hasWords =
      lowBits == 8 ? present.count & 3 == 0 && present.count <= 1 << 18 : present.count == 1024
    guard regions.count == IPv4Regions.wordCount(lowBits: lowBits), hasWords,
      ranks.count == present.count, others.count <= 1 << (32 - lowBits),
      firsts.count == others.count + 1, lows.count == entryCount * lowBits / 8 + Self.lowsSlack,
      cuts.count <= others.count + 1, pieceNumbers.count <= 2 * Self.mostEntries + 2,
      pieceLows.count == pieceNumbers.count * lowBits / 8 + Self.lowsSlack
    else { throw .damaged("the tables of addresses do not fit one another") }
  }

  /// Looks up the number of each address; `answers` has room for all of them.
  func lookup(_ addresses: Span<UInt32>, numbers answers: inout MutableSpan<UInt32>) {
    // SAFETY: `init` found the tables to be as long as the kernel wants them, which bounds whatever
    // they hold; the caller made sure of room for the answers.
    unsafe addresses.withUnsafeBufferPointer { addresses in
      unsafe answers.withUnsafeMutableBufferPointer { answers in
        guard let from = addresses.baseAddress, let to = answers.baseAddress else { return }
        var table = unsafe sekisho_address_table(
          regions: regions.pointer, present: present.pointer, ranks: ranks.pointer,
          firsts: firsts.pointer, others: others.pointer,
          lows: lows.pointer.assumingMemoryBound(to: UInt8.self), cuts: cuts.pointer,
          piece_lows: pieceLows.pointer.assumingMemoryBound(to: UInt8.self),
          piece_numbers: pieceNumbers.pointer, word_count: UInt32(present.count),
          block_count: UInt32(others.count), entry_count: UInt32(entryCount),
          cut_count: UInt32(cuts.count - 1), piece_count: UInt32(pieceNumbers.count - 1),
          is_wide: lowBits == 16 ? 1 : 0)
        unsafe sekisho_lookup_addresses(variant, &table, from, addresses.count, to)
      }
    }
  }

  /// Checks the regions, the ranks, the records and the order of the entries.
  func verify() throws(ImageError) {
    var check = IPv4Check(lowBits: lowBits)
    guard firsts[clamping: others.count] == UInt32(entryCount),
      cuts[clamping: 0] == 0, Int(cuts[clamping: cuts.count - 1]) == pieceNumbers.count - 1,
      pieceNumbers[clamping: pieceNumbers.count - 1] == PrefixTrie.none
    else { throw .damaged("the tables of addresses do not end where they should") }
    guard present[clamping: 0] & 1 == 1 else { throw .damaged("the first block has no record") }
    var line = 0
    if lowBits == 16 {
      for word in 0..<1024 { try verify(word, firstBlock: UInt32(word) << 6, &check) }
    } else {
      for region in 0..<1 << 16 {
        let entry = regions[clamping: region]
        if entry == 0, region > 0 { continue }
        guard Int(entry >> 16) == line else { throw .damaged("region \(region) is wrong") }
        for word in 0..<4 {
          try verify(4 * line + word, firstBlock: UInt32(region << 8 | word << 6), &check)
        }
        line += 1
      }
    }
    guard lowBits == 16 || 4 * line == present.count, check.rank == others.count,
      check.cuts == cuts.count - 1
    else { throw .damaged("more records than blocks") }
    guard check.finish() else { throw .damaged("the last pieces are followed by nothing") }
    let words = check.regions.words(lines: lowBits == 8 ? { regions[clamping: $0] >> 16 } : nil)
    for word in 0..<regions.count where regions[clamping: word] != words[word] {
      throw .damaged("region \(word) is wrong")
    }
    for (table, used) in [
      (lows, entryCount * lowBits / 8), (pieceLows, (pieceNumbers.count - 1) * lowBits / 8),
    ] {
      for at in used..<table.count where table[clamping: at] != 0 {
        throw .damaged("the addresses' end is not zero")
      }
    }
  }

  /// Checks the records of a word of `present`.
  private func verify(
    _ word: Int, firstBlock: UInt32, _ check: inout IPv4Check
  ) throws(ImageError) {
    guard Int(ranks[clamping: word]) == check.rank else {
      throw .damaged("rank \(word) is wrong")
    }
    var bits = present[clamping: word]
    while bits != 0 {
      let block = firstBlock | UInt32(bits.trailingZeroBitCount)
      bits &= bits - 1
      guard check.rank < others.count else { throw .damaged("more blocks than records") }
      try verifyRecord(block, &check)
      check.rank += 1
    }
  }

  private func verifyRecord(_ block: UInt32, _ check: inout IPv4Check) throws(ImageError) {
    let record = firsts[clamping: check.rank]
    let other = others[clamping: check.rank]
    let first = Int(record & ~Self.topBit)
    let end = Int(firsts[clamping: check.rank + 1] & ~Self.topBit)
    guard first <= end, end <= entryCount, check.rank > 0 || first == 0 else {
      throw .damaged("the entries of block \(block) are not there")
    }
    guard check.begin(block, other: record & Self.topBit == 0 ? PrefixTrie.none : other),
      record & Self.topBit != 0 || other == PrefixTrie.none
    else { throw .damaged("what stands for block \(block) is wrong") }
    let start = block << UInt32(lowBits)
    for at in first..<end {
      guard at == first || low(lows, at) >= low(lows, at - 1) else {
        throw .damaged("the entries of block \(block) fall")
      }
      check.regions.add(from: start + low(lows, at), through: start + low(lows, at))
    }
    if record & Self.topBit == 0 || other & Self.topBit == 0 {
      guard record & Self.topBit == 0 || other < UInt32(entryCount) else {
        throw .damaged("what stands for block \(block) is wrong")
      }
      return
    }
    let cut = Int(other & ~Self.topBit)
    let firstPiece = Int(cuts[clamping: cut])
    let endOfPieces = Int(cuts[clamping: cut + 1])
    guard cut == check.cuts, cut < cuts.count - 1, firstPiece < endOfPieces,
      endOfPieces < pieceNumbers.count, low(pieceLows, firstPiece) == 0
    else { throw .damaged("the pieces of block \(block) are not there") }
    check.cuts += 1
    for at in firstPiece..<endOfPieces {
      let next = at + 1 < endOfPieces ? low(pieceLows, at + 1) : 1 << UInt32(lowBits)
      let number = pieceNumbers[clamping: at]
      guard next > low(pieceLows, at), number == PrefixTrie.none || number < UInt32(entryCount)
      else { throw .damaged("the pieces of block \(block) are wrong") }
      if number == PrefixTrie.none { continue }
      check.regions.add(from: start + low(pieceLows, at), through: start + (next - 1))
    }
  }

  private func low(_ table: ImageTable<UInt8>, _ at: Int) -> UInt32 {
    lowBits == 8
      ? UInt32(table[clamping: at]) : UInt32(table.load(clamping: at * 2, as: UInt16.self))
  }
}

/// The state of `IPv4Prefixes.verify()`.
private struct IPv4Check {
  var regions: IPv4Regions
  /// The next record.
  var rank = 0
  /// The next block that is cut.
  var cuts = 0
  private let lowBits: Int
  private var last: (block: UInt32, other: UInt32) = (0, PrefixTrie.none)

  init(lowBits: Int) {
    self.lowBits = lowBits
    regions = IPv4Regions(lowBits: lowBits)
  }

  /// Goes on to the next block with a record; false if the block before was cut and is no neighbor.
  mutating func begin(_ block: UInt32, other: UInt32) -> Bool {
    let isFirst = rank == 0
    let follows = block == last.block + 1
    if !isFirst {
      guard follows || !lastIsCut else { return false }
      addLast(through: block - 1)
    }
    last = (block, other)
    return true
  }

  /// Adds the addresses of the last record; false if its block is cut and is not the last block.
  mutating func finish() -> Bool {
    let lastBlock = UInt32.max >> UInt32(lowBits)
    addLast(through: lastBlock)
    return !lastIsCut || last.block == lastBlock
  }

  private var lastIsCut: Bool {
    last.other != PrefixTrie.none && last.other & IPv4Prefixes.topBit != 0
  }

  private mutating func addLast(through block: UInt32) {
    guard last.other != PrefixTrie.none, !lastIsCut else { return }
    regions.add(
      from: last.block << UInt32(lowBits),
      through: block << UInt32(lowBits) | (1 << UInt32(lowBits) - 1))
  }
}

/// Which regions of the address space have any address with a number.
struct IPv4Regions {
  private var bits: [UInt64]
  private let shift: UInt32

  /// No regions yet, for blocks of `lowBits` address bits.
  init(lowBits: Int) {
    shift = UInt32(lowBits == 8 ? SEKISHO_NEAR_BITS : SEKISHO_NEAR_BITS_WIDE)
    bits = [UInt64](repeating: 0, count: 1 << (26 - Int(shift)))
  }

  /// Number of words in the image.
  static func wordCount(lowBits: Int) -> Int {
    lowBits == 8 ? 1 << 16 : 1 << (27 - Int(SEKISHO_NEAR_BITS_WIDE))
  }

  /// Adds a range of addresses.
  mutating func add(from first: UInt32, through last: UInt32) {
    for region in first >> shift...last >> shift {
      bits[Int(region >> 6)] |= 1 << UInt64(region & 63)
    }
  }

  /// Whether a /16 has anything; only for small blocks.
  func hasAny(inRegion region: Int) -> Bool { part(region) != 0 }

  private func part(_ region: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: bits[region >> 2] >> UInt64((region & 3) << 4)) & 0xFFFF
  }

  /// The words of the image; with small blocks `lines` gives the place of each /16's words.
  func words(lines: ((Int) -> UInt32)?) -> [UInt32] {
    if let lines { return (0..<1 << 16).map { lines($0) << 16 | part($0) } }
    return bits.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
  }
}
