/// Addresses cut into intervals, each with a value: what nested prefixes come to when flattened.
///
///     starts   Address …   first address of each interval, rising, the first one 0
///     values   UInt32 …    one for each interval
///     index    UInt32 …    for each block of addresses the interval in which its lowest one lies;
///                          one more at the end, the last interval
///
/// The interval of an address is the last one that begins at or before it. Blocks are a power of two of
/// equal parts of what lies between the second start and the last, which for real addresses is a small
/// part of all; what is below belongs to the first block, what is above to the last. The index narrows
/// the search to a few intervals, among which a binary search decides. An index entry
/// equal to the next one answers at once: most of the address space is one interval to its block.
struct IntervalTable<Address>: Sendable
where Address: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable {
  let starts: ImageTable<Address>
  let values: ImageTable<UInt32>
  private let index: ImageTable<UInt32>
  private let scale: Scale

  /// How addresses become blocks.
  private struct Scale: Sendable {
    /// Where the first block begins.
    let base: Address
    let shift: Address
    let lastBlock: Address

    init(base: Address, last: Address, blocks: Int) {
      self.base = base
      let bits = blocks.trailingZeroBitCount
      let used = last > base ? Address.bitWidth - (last - base).leadingZeroBitCount : 0
      shift = Address(truncatingIfNeeded: max(0, used - bits))
      lastBlock = Address(truncatingIfNeeded: blocks - 1)
    }

    @inline(__always)
    func block(_ address: Address) -> Int {
      let above = address >= base ? address &- base : 0
      return Int(truncatingIfNeeded: min(above &>> shift, lastBlock))
    }
  }

  /// The most bits that the index takes.
  static var largestIndexBits: Int { 18 }

  /// Bits of the index for a number of intervals: about four entries to an interval.
  static func indexBits(intervals count: Int) -> Int {
    let bits = Int.bitWidth - count.leadingZeroBitCount
    return min(largestIndexBits, max(4, bits + 1))
  }

  /// The index entries for given starts.
  static func makeIndex(starts: [Address], bits: Int) -> [UInt32] {
    let blocks = 1 << bits
    let scale = Scale(
      base: starts.count > 1 ? starts[1] : 0, last: starts[starts.count - 1], blocks: blocks)
    // The first interval that begins in a block or above it, less one, unless it begins with it.
    var index = [UInt32](repeating: UInt32(starts.count - 1), count: blocks + 1)
    var next = 1
    index[0] = 0
    for interval in starts.indices.dropFirst() {
      let block = scale.block(starts[interval])
      while next <= block {
        let lowest = scale.base + Address(next) << scale.shift
        index[next] = UInt32(starts[interval] == lowest ? interval : interval - 1)
        next += 1
      }
    }
    return index
  }

  /// Takes three sections of an image: starts, values, index.
  init(_ reader: ImageReader, firstSection section: Int) throws(ImageError) {
    starts = try reader.table(section)
    values = try reader.table(section + 1)
    index = try reader.table(section + 2)
    let blocks = index.count - 1
    guard blocks >= 2, blocks & (blocks - 1) == 0,
      blocks.trailingZeroBitCount <= Self.largestIndexBits, starts.count == values.count,
      starts.count <= Int(UInt32.max)
    else { throw .damaged("the tables of intervals do not fit one another") }
    scale = Scale(
      base: starts.count > 1 ? starts[clamping: 1] : 0, last: starts[clamping: starts.count - 1],
      blocks: blocks)
  }

  /// Asks for what `find` reads first.
  @inline(__always)
  func prefetchIndex(of address: Address) {
    index.prefetch(scale.block(address))
  }

  /// The interval of each of `count` addresses, at most 64.
  ///
  /// The searches go side by side, a step of all before the next of any, so that their loads overlap.
  @inline(__always)
  func find(
    _ addresses: InlineArray<64, Address>, _ count: Int, _ bases: inout InlineArray<64, UInt32>
  ) {
    // Indices into the arrays are masked, which keeps them inside and spares the check.
    var lefts = InlineArray<64, UInt32>(repeating: 0)
    var open = InlineArray<64, UInt8>(repeating: 0)
    var opened = 0
    let end = UInt32(truncatingIfNeeded: starts.count)
    for at in 0..<count {
      let block = scale.block(addresses[at & 63])
      let first = min(index[clamping: block], end &- 1)
      let last = min(index[clamping: block &+ 1], end &- 1)
      bases[at & 63] = first
      let left = last >= first ? last &- first &+ 1 : 1
      lefts[at & 63] = left
      open[opened & 63] = UInt8(truncatingIfNeeded: at)
      opened &+= left > 1 ? 1 : 0
      starts.prefetch(Int(first &+ left &>> 1))
    }
    // What is left halves each time, so it ends whatever the index says.
    while opened > 0 {
      var kept = 0
      for at in 0..<opened {
        let member = Int(open[at & 63]) & 63
        let half = lefts[member] &>> 1
        let middle = bases[member] &+ half
        let base = starts[clamping: Int(middle)] <= addresses[member] ? middle : bases[member]
        let left = lefts[member] &- half
        bases[member] = base
        lefts[member] = left
        open[kept & 63] = UInt8(truncatingIfNeeded: member)
        kept &+= left > 1 ? 1 : 0
        starts.prefetch(Int(base &+ left &>> 1))
      }
      opened = kept
    }
  }

  /// Checks the order of the starts and every entry of the index.
  func verify() throws(ImageError) {
    guard starts[clamping: 0] == 0 else { throw .damaged("the first interval begins above 0") }
    for at in 0..<starts.count - 1 where starts[clamping: at] >= starts[clamping: at + 1] {
      throw .damaged("interval \(at + 1) does not begin after the one before")
    }
    var all: [Address] = []
    all.reserveCapacity(starts.count)
    for at in 0..<starts.count { all.append(starts[clamping: at]) }
    let expected = Self.makeIndex(starts: all, bits: (index.count - 1).trailingZeroBitCount)
    for block in 0..<index.count where index[clamping: block] != expected[block] {
      throw .damaged("index entry \(block) is not its block's first interval")
    }
    guard Int(index[clamping: index.count - 1]) == starts.count - 1 else {
      throw .damaged("the index does not end with the last interval")
    }
  }
}
