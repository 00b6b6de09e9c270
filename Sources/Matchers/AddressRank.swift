/// Single IPv4 addresses: a bitmap of the blocks that have any, ranks, and low bits.
///
///     present   UInt64 …   one bit a block: does it hold an address
///     ranks     UInt32 …   for each word of `present`, the set bits before it
///     bases     UInt32 …   for each block present, its first place in `lows`; then the end
///     lows      UInt8 or little-endian UInt16 …   low bits of each address, rising in a block;
///               eight zero bytes more
///     numbers   UInt32 …   for each address, or a single 0 where its number is its place
///
/// A block is 256 addresses (/24), or 65 536 where there are so few addresses that a bitmap of all
/// /24 would outweigh them. With /24 an address costs one byte, or five where its number is not its
/// place among the addresses, a block present four, and the bitmap and ranks 3 MiB. An address in no block present, the usual case, costs one load.
struct AddressRank: Sendable {
  /// From this many addresses on, blocks are /24.
  static let smallBlocksFrom = 1 << 16

  private let present: ImageTable<UInt64>
  private let ranks: ImageTable<UInt32>
  private let bases: ImageTable<UInt32>
  private let lows: ImageTable<UInt8>
  private let numbers: ImageTable<UInt32>
  /// An address's number is its place.
  private let hasNoNumbers: Bool
  /// 8 or 16: address bits below the block's.
  private let lowBits: UInt32
  /// Number of addresses.
  let count: Int

  /// What the sections hold for addresses in rising order.
  struct Sections {
    var present: [UInt64]
    var ranks: [UInt32]
    var bases: [UInt32] = []
    var lows: [UInt8] = []
    var numbers: [UInt32] = []
    let lowBits: Int

    init(_ entries: some Sequence<(address: UInt32, number: UInt32)>, count: Int) {
      lowBits = count >= AddressRank.smallBlocksFrom ? 8 : 16
      let words = 1 << (32 - lowBits - 6)
      present = [UInt64](repeating: 0, count: words)
      ranks = []
      var last: UInt32?
      for entry in entries {
        let block = entry.address >> UInt32(lowBits)
        if block != last {
          bases.append(UInt32(numbers.count))
          present[Int(block >> 6)] |= 1 << UInt64(block & 63)
          last = block
        }
        lows.append(UInt8(truncatingIfNeeded: entry.address))
        if lowBits == 16 { lows.append(UInt8(truncatingIfNeeded: entry.address >> 8)) }
        numbers.append(entry.number)
      }
      bases.append(UInt32(numbers.count))
      lows.append(contentsOf: repeatElement(0, count: 8))
      if numbers.isEmpty { numbers.append(PrefixTrie.none) }
      if numbers.indices.allSatisfy({ numbers[$0] == UInt32($0) }) { numbers = [0] }
      var rank: UInt32 = 0
      for word in present {
        ranks.append(rank)
        rank += UInt32(word.nonzeroBitCount)
      }
    }
  }

  /// Takes five sections of an image, in the order above.
  init(
    _ reader: ImageReader, firstSection section: Int, count: Int, lowBits: Int
  ) throws(ImageError) {
    guard lowBits == 8 || lowBits == 16 else { throw .damaged("blocks of \(lowBits) bits") }
    present = try reader.table(section)
    ranks = try reader.table(section + 1)
    bases = try reader.table(section + 2)
    lows = try reader.table(section + 3)
    numbers = try reader.table(section + 4)
    self.lowBits = UInt32(lowBits)
    self.count = count
    hasNoNumbers = numbers.count == 1 && numbers[clamping: 0] == 0
    guard present.count == 1 << (26 - lowBits), ranks.count == present.count,
      lows.count == count * lowBits / 8 + 8, numbers.count == max(1, count) || hasNoNumbers
    else { throw .damaged("the tables of addresses do not fit one another") }
  }

  /// Asks for what `mayContain` reads.
  @inline(__always)
  func prefetchPresence(of address: UInt32) {
    present.prefetch(Int(address &>> (lowBits &+ 6)))
  }

  /// Asks for what `rank(of:)` reads beside that.
  @inline(__always)
  func prefetchRank(of address: UInt32) { ranks.prefetch(Int(address &>> (lowBits &+ 6))) }

  /// Asks for what `number(of:from:to:)` reads.
  @inline(__always)
  func prefetchAddresses(from first: UInt32) {
    lows.prefetch(Int(first) &* Int(lowBits &>> 3))
    numbers.prefetch(Int(first))
  }

  /// Whether the address' block holds any address.
  @inline(__always)
  func mayContain(_ address: UInt32) -> Bool {
    let block = address &>> lowBits
    return present[clamping: Int(block &>> 6)] &>> UInt64(block & 63) & 1 != 0
  }

  /// The number of present blocks before a present one, whose bounds it asks for.
  @inline(__always)
  func rank(of address: UInt32) -> Int {
    let block = address &>> lowBits
    let word = Int(block &>> 6)
    let below = present[clamping: word] & ((1 as UInt64) &<< UInt64(block & 63) &- 1)
    let rank = Int(ranks[clamping: word]) &+ below.nonzeroBitCount
    bases.prefetch(rank)
    return rank
  }

  /// Where the addresses of a block are; not yet trusted.
  @inline(__always)
  func block(rank: Int) -> (first: UInt32, end: UInt32) {
    (bases[clamping: rank], bases[clamping: rank &+ 1])
  }

  /// The number of an address in what `block(rank:)` gave, or `PrefixTrie.none`.
  @inline(__always)
  func number(of address: UInt32, from first: UInt32, to end: UInt32) -> UInt32 {
    guard end > first else { return PrefixTrie.none }
    return lowBits == 8
      ? number8(of: address, from: Int(first), count: Int(min(end &- first, 256)))
      : number16(of: address, from: Int(first), count: Int(min(end &- first, 65_536)))
  }

  /// Compares eight low bytes at a time.
  @inline(__always)
  private func number8(of address: UInt32, from first: Int, count: Int) -> UInt32 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let wanted = ones &* UInt64(address & 0xFF)
    var at = 0
    while at < count {
      let difference = lows.load(clamping: first &+ at, as: UInt64.self) ^ wanted
      // The lowest bit set belongs to the first zero byte; higher ones may be borrowed.
      let zeros = (difference &- ones) & ~difference & (ones &* 0x80)
      if zeros != 0 {
        let place = at &+ zeros.trailingZeroBitCount &>> 3
        return place < count ? number(at: first &+ place) : PrefixTrie.none
      }
      at = at &+ 8
    }
    return PrefixTrie.none
  }

  /// Binary search among the two-byte low parts of a large block.
  private func number16(of address: UInt32, from first: Int, count: Int) -> UInt32 {
    let wanted = UInt16(truncatingIfNeeded: address)
    var base = first
    var left = count
    while left > 1 {
      let half = left &>> 1
      let middle = base &+ half
      base = lows.load(clamping: middle &* 2, as: UInt16.self) <= wanted ? middle : base
      left = left &- half
    }
    return lows.load(clamping: base &* 2, as: UInt16.self) == wanted
      ? number(at: base) : PrefixTrie.none
  }

  /// Checks ranks, bases and the order of the addresses.
  func verify() throws(ImageError) {
    var rank = 0
    for word in 0..<present.count {
      guard Int(ranks[clamping: word]) == rank else { throw .damaged("rank \(word) is wrong") }
      rank += present[clamping: word].nonzeroBitCount
    }
    guard bases.count == rank + 1, bases[clamping: 0] == 0,
      Int(bases[clamping: rank]) == count
    else { throw .damaged("the blocks do not span the addresses") }
    for block in 0..<rank {
      let first = Int(bases[clamping: block])
      let end = Int(bases[clamping: block + 1])
      guard first < end, end <= count else { throw .damaged("block \(block) is empty") }
      for at in first..<end - 1 where low(at) >= low(at + 1) {
        throw .damaged("the addresses of block \(block) do not rise")
      }
    }
    for at in 0..<count where number(at: at) == PrefixTrie.none {
      throw .damaged("address \(at) has no number")
    }
    for at in lows.count - 8..<lows.count where lows[clamping: at] != 0 {
      throw .damaged("the addresses' end is not zero")
    }
  }

  private func low(_ at: Int) -> Int {
    lowBits == 8
      ? Int(lows[clamping: at]) : Int(lows.load(clamping: at * 2, as: UInt16.self))
  }

  /// The number of the address at a place, in rising order of addresses.
  @inline(__always)
  func number(at place: Int) -> UInt32 {
    hasNoNumbers ? UInt32(truncatingIfNeeded: place) : numbers[clamping: place]
  }
}
