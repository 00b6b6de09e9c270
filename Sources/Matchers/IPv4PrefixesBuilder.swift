/// Builds the tables of `IPv4Prefixes` out of sorted prefixes.
struct IPv4PrefixesBuilder {
  /// An address or prefix.
  struct Entry {
    var address: UInt32
    var length: UInt8

    /// The last address of the prefix.
    var last: UInt32 { length == 0 ? .max : address | ~(UInt32.max << UInt32(32 - length)) }
  }

  private let lowBits: Int
  /// The address bits within a block.
  private let mask: UInt32
  /// One bit for each block: whether it has a record.
  private var blocks: [UInt64]
  private var firsts: [UInt32] = []
  private var others: [UInt32] = []
  private var lows: [UInt8] = []
  private var cuts: [UInt32] = []
  private var pieceLows: [UInt8] = []
  private var pieceNumbers: [UInt32] = []
  private var regions: IPv4Regions
  private let count: Int

  /// Takes prefixes sorted by address, a shorter one before a longer one, whose numbers are their
  /// indices.
  init(_ entries: [Entry], smallBlocksFrom: Int) {
    lowBits = entries.count >= smallBlocksFrom ? 8 : 16
    mask = 1 << UInt32(lowBits) - 1
    blocks = [UInt64](repeating: 0, count: 1 << (26 - lowBits))
    regions = IPv4Regions(lowBits: lowBits)
    count = entries.count
    lows.reserveCapacity(entries.count * lowBits / 8 + IPv4Prefixes.lowsSlack)

    // Runs of whole blocks, each with the longest prefix over it.
    let blockLength = 32 - lowBits
    let lastBlock = UInt32.max >> UInt32(lowBits)
    var runs = IntervalBuilder<UInt32>(last: lastBlock, value: PrefixTrie.none)
    for (number, entry) in entries.enumerated() where entry.length <= blockLength {
      runs.open(
        entry.address >> UInt32(lowBits), through: entry.last >> UInt32(lowBits),
        value: UInt32(number))
    }
    runs.finish()
    for run in runs.starts.indices where runs.values[run] != PrefixTrie.none {
      let last = run + 1 < runs.starts.count ? runs.starts[run + 1] - 1 : lastBlock
      regions.add(
        from: runs.starts[run] << UInt32(lowBits), through: last << UInt32(lowBits) | mask)
    }

    var run = 0
    var at = 0
    var behindCut: UInt32?
    while true {
      var next = UInt32.max
      if run < runs.starts.count { next = min(next, runs.starts[run]) }
      if at < entries.count { next = min(next, entries[at].address >> UInt32(lowBits)) }
      if let behindCut { next = min(next, behindCut) }
      guard next <= lastBlock else { break }
      behindCut = nil
      if run < runs.starts.count, runs.starts[run] == next { run += 1 }
      var end = at
      while end < entries.count, entries[end].address >> UInt32(lowBits) == next { end += 1 }
      if add(entries, at..<end, block: next, value: runs.values[run - 1]), next < lastBlock {
        behindCut = next + 1
      }
      at = end
    }
    firsts.append(UInt32(count))
    lows.append(contentsOf: repeatElement(0, count: IPv4Prefixes.lowsSlack))
    cuts.append(UInt32(pieceNumbers.count))
    pieceNumbers.append(PrefixTrie.none)
    pieceLows.append(contentsOf: repeatElement(0, count: lowBits / 8 + IPv4Prefixes.lowsSlack))
  }

  /// Adds a block with a record; returns whether prefixes cut the block.
  private mutating func add(
    _ entries: [Entry], _ range: Range<Int>, block: UInt32, value: UInt32
  ) -> Bool {
    blocks[Int(block >> 6)] |= 1 << UInt64(block & 63)
    let start = block << UInt32(lowBits)
    var isCut = false
    for at in range {
      append(entries[at].address & mask, to: \.lows)
      let length = Int(entries[at].length)
      isCut = isCut || (length != 32 && length > 32 - lowBits)
      regions.add(from: entries[at].address, through: entries[at].address)
    }
    let hasOther: UInt32 = isCut || value != PrefixTrie.none ? IPv4Prefixes.topBit : 0
    firsts.append(UInt32(range.lowerBound) | hasOther)
    guard isCut else {
      others.append(value)
      return false
    }
    others.append(IPv4Prefixes.topBit | UInt32(cuts.count))
    cuts.append(UInt32(pieceNumbers.count))
    // Whole addresses are found as entries, so they need no pieces.
    var pieces = IntervalBuilder<UInt32>(last: mask, value: value)
    for at in range where entries[at].length < 32 && Int(entries[at].length) > 32 - lowBits {
      pieces.open(entries[at].address & mask, through: entries[at].last & mask, value: UInt32(at))
    }
    pieces.finish()
    for at in pieces.starts.indices {
      append(pieces.starts[at], to: \.pieceLows)
      pieceNumbers.append(pieces.values[at])
      let last = at + 1 < pieces.starts.count ? pieces.starts[at + 1] - 1 : mask
      guard pieces.values[at] != PrefixTrie.none else { continue }
      regions.add(from: start + pieces.starts[at], through: start + last)
    }
    return true
  }

  private mutating func append(_ low: UInt32, to lows: WritableKeyPath<Self, [UInt8]>) {
    self[keyPath: lows].append(UInt8(truncatingIfNeeded: low))
    if lowBits == 16 { self[keyPath: lows].append(UInt8(truncatingIfNeeded: low >> 8)) }
  }

  /// The image, given the links between the prefixes.
  func image(links: PrefixLinks) -> [UInt8] {
    var present = blocks
    var regionWords: [UInt32]
    if lowBits == 8 {
      // Only the words of /16s that have anything.
      present = []
      var lines = [UInt32](repeating: 0, count: 1 << 16)
      for region in 0..<1 << 16 {
        let words = blocks[4 * region..<4 * region + 4]
        guard regions.hasAny(inRegion: region) || words.contains(where: { $0 != 0 }) else {
          continue
        }
        lines[region] = UInt32(present.count / 4)
        present.append(contentsOf: words)
      }
      regionWords = regions.words { lines[$0] }
    } else {
      regionWords = regions.words(lines: nil)
    }
    var ranks: [UInt32] = []
    ranks.reserveCapacity(present.count)
    var rank: UInt32 = 0
    for word in present {
      ranks.append(rank)
      rank += UInt32(word.nonzeroBitCount)
    }
    var writer = ImageWriter(
      format: IPv4Prefixes.format, parameters: [UInt64(count), UInt64(lowBits)],
      counts: links.counts + [
        regionWords.count, present.count, ranks.count, firsts.count, others.count, lows.count,
        cuts.count, pieceLows.count, pieceNumbers.count,
      ])
    links.store(in: &writer)
    writer.store(regionWords, section: 3)
    writer.store(present, section: 4)
    writer.store(ranks, section: 5)
    writer.store(firsts, section: 6)
    writer.store(others, section: 7)
    writer.store(lows, section: 8)
    writer.store(cuts, section: 9)
    writer.store(pieceLows, section: 10)
    writer.store(pieceNumbers, section: 11)
    return writer.finish()
  }
}
