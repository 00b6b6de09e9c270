/// Builds the tables of `IPv4Prefixes` out of sorted prefixes.
struct IPv4PrefixesBuilder {
  /// An address or prefix.
  struct Entry {
    var address: UInt32
    var number: UInt32
    var length: UInt8

    /// The last address of the prefix.
    var last: UInt32 { length == 0 ? .max : address | ~(UInt32.max << UInt32(32 - length)) }
  }

  private let lowBits: Int
  /// The address bits below a block's.
  private let mask: UInt32
  private var present: [UInt64]
  private var blocks: [UInt64] = []
  private var lows: [UInt8] = []
  private var numbers: [UInt32] = []
  private var nearness: IPv4Nearness

  /// Takes prefixes sorted by address, a shorter one before a longer one.
  init(_ entries: [Entry], smallBlocksFrom: Int) throws(ImageError) {
    let fine = entries.reduce(0) { $0 + ($1.length > 24 ? 1 : 0) }
    lowBits = fine >= smallBlocksFrom ? 8 : 16
    mask = 1 << UInt32(lowBits) - 1
    present = [UInt64](repeating: 0, count: 1 << (26 - lowBits))
    nearness = IPv4Nearness(lowBits: lowBits)
    let blockLength = 32 - lowBits

    // Runs of whole blocks, each with the number of the longest prefix over it.
    let lastBlock = UInt32.max >> UInt32(lowBits)
    var runs = IntervalBuilder<UInt32>(last: lastBlock, value: PrefixTrie.none)
    for entry in entries where entry.length <= blockLength {
      runs.open(
        entry.address >> UInt32(lowBits), through: entry.last >> UInt32(lowBits),
        value: entry.number)
    }
    runs.finish()
    for run in runs.starts.indices {
      let last = run + 1 < runs.starts.count ? runs.starts[run + 1] - 1 : lastBlock
      nearness.add(
        runs.values[run], from: runs.starts[run] << UInt32(lowBits),
        through: last << UInt32(lowBits) | mask)
    }

    numbers.reserveCapacity(fine + IPv4Prefixes.numbersSlack)
    lows.reserveCapacity(fine * lowBits / 8 + IPv4Prefixes.lowsSlack)
    var run = 0
    var at = 0
    while true {
      while at < entries.count, entries[at].length <= blockLength { at += 1 }
      let nextRun = run < runs.starts.count ? runs.starts[run] : nil
      let nextEntry = at < entries.count ? entries[at].address >> UInt32(lowBits) : nil
      guard let block = [nextRun, nextEntry].compactMap({ $0 }).min() else { break }
      if nextRun == block { run += 1 }
      var end = at
      while end < entries.count, entries[end].address >> UInt32(lowBits) == block { end += 1 }
      if nextEntry == block {
        try add(entries[at..<end], block: block, value: runs.values[run - 1])
        at = end
      } else {
        begin(block, value: runs.values[run - 1], isCut: false)
      }
    }
    blocks.append(UInt64(numbers.count))
    numbers.append(
      contentsOf: repeatElement(PrefixTrie.none, count: IPv4Prefixes.numbersSlack))
    lows.append(contentsOf: repeatElement(0, count: IPv4Prefixes.lowsSlack))
  }

  private mutating func begin(_ block: UInt32, value: UInt32, isCut: Bool) {
    present[Int(block >> 6)] |= 1 << UInt64(block & 63)
    blocks.append(
      UInt64(value) << 32 | UInt64(numbers.count) | (isCut ? IPv4Prefixes.cutBit : 0))
  }

  /// A block with something in it; shorter prefixes that begin where it does are passed over.
  private mutating func add(
    _ entries: ArraySlice<Entry>, block: UInt32, value: UInt32
  ) throws(ImageError) {
    let isCut = entries.contains { $0.length != 32 && $0.length > 32 - lowBits }
    begin(block, value: value, isCut: isCut)
    let start = block << UInt32(lowBits)
    if isCut {
      var pieces = IntervalBuilder<UInt32>(last: mask, value: value)
      for entry in entries where entry.length > 32 - lowBits {
        pieces.open(entry.address & mask, through: entry.last & mask, value: entry.number)
      }
      pieces.finish()
      for at in pieces.starts.indices {
        append(pieces.starts[at], pieces.values[at])
        let last = at + 1 < pieces.starts.count ? pieces.starts[at + 1] - 1 : mask
        nearness.add(pieces.values[at], from: start + pieces.starts[at], through: start + last)
      }
    } else {
      for entry in entries where entry.length == 32 {
        append(entry.address & mask, entry.number)
        nearness.add(entry.number, from: entry.address, through: entry.address)
      }
    }
    guard numbers.count <= IPv4Prefixes.mostEntries else {
      throw .unusableInput("more prefixes than 31 bits can count")
    }
  }

  private mutating func append(_ low: UInt32, _ number: UInt32) {
    lows.append(UInt8(truncatingIfNeeded: low))
    if lowBits == 16 { lows.append(UInt8(truncatingIfNeeded: low >> 8)) }
    numbers.append(number)
  }

  /// The image, given the links between the prefixes.
  func image(count: Int, links: PrefixLinks) -> [UInt8] {
    var ranks: [UInt32] = []
    ranks.reserveCapacity(present.count)
    var rank: UInt32 = 0
    for word in present {
      ranks.append(rank)
      rank += UInt32(word.nonzeroBitCount)
    }
    var writer = ImageWriter(
      format: IPv4Prefixes.format, parameters: [UInt64(count), UInt64(lowBits)],
      counts: [
        links.children.count, links.parents.count, nearness.words.count, present.count,
        ranks.count, blocks.count, lows.count, numbers.count,
      ])
    writer.store(links.children, section: 0)
    writer.store(links.parents, section: 1)
    writer.store(nearness.words, section: 2)
    writer.store(present, section: 3)
    writer.store(ranks, section: 4)
    writer.store(blocks, section: 5)
    writer.store(lows, section: 6)
    writer.store(numbers, section: 7)
    return writer.bytes
  }
}
