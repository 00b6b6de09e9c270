/// Addresses cut into intervals, each with a value: what nested prefixes come to when flattened.
///
///     starts   Address …   first address of each interval, rising, the first one 0
///     values   UInt32 …    one for each interval
///     index    UInt32 …    for each value of an address' top bits the interval in which the lowest
///                          such address lies; one more at the end, the last interval
///
/// The interval of an address is the last one that begins at or before it. The index narrows that
/// to a few, in which a binary search of fixed length decides. An index entry equal to the next one
/// answers at once: most of the address space is one interval to its block.
struct IntervalTable<Address>: Sendable
where Address: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable {
  let starts: ImageTable<Address>
  let values: ImageTable<UInt32>
  private let index: ImageTable<UInt32>
  private let shift: Int

  /// The most bits that the index takes.
  static var largestIndexBits: Int { 18 }

  /// Bits of the index for a number of intervals: about four entries to an interval.
  static func indexBits(intervals count: Int) -> Int {
    let bits = Int.bitWidth - count.leadingZeroBitCount
    return min(largestIndexBits, max(4, bits + 1))
  }

  /// The index entries for given starts.
  static func makeIndex(starts: [Address], bits: Int) -> [UInt32] {
    let shift = Address.bitWidth - bits
    var index: [UInt32] = []
    index.reserveCapacity(1 << bits + 1)
    var interval = 0
    for block in 0..<Address(1) << Address(bits) {
      let lowest = block << Address(shift)
      while interval + 1 < starts.count, starts[interval + 1] <= lowest { interval += 1 }
      index.append(UInt32(interval))
    }
    index.append(UInt32(starts.count - 1))
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
    shift = Address.bitWidth - blocks.trailingZeroBitCount
  }

  /// Asks for what `candidates` reads.
  @inline(__always)
  func prefetchIndex(of address: Address) {
    index.prefetch(Int(truncatingIfNeeded: address &>> Address(truncatingIfNeeded: shift)))
  }

  /// The first and last interval that may hold the address; equal for most addresses.
  @inline(__always)
  func candidates(_ address: Address) -> (first: UInt32, last: UInt32) {
    let block = Int(truncatingIfNeeded: address &>> Address(truncatingIfNeeded: shift))
    return (index[clamping: block], index[clamping: block &+ 1])
  }

  /// The interval of an address among those that `candidates` gave.
  @inline(__always)
  func interval(of address: Address, from first: UInt32, through last: UInt32) -> Int {
    var base = Int(min(first, UInt32(truncatingIfNeeded: starts.count &- 1)))
    // Halves each time, so it ends whatever the index says.
    var left = Int(last) &- base &+ 1
    while left > 1 {
      let half = left &>> 1
      let middle = base &+ half
      base = starts[clamping: middle] <= address ? middle : base
      left = left &- half
    }
    return base
  }

  /// The value of an address.
  @inline(__always)
  func value(of address: Address) -> UInt32 {
    let (first, last) = candidates(address)
    return values[clamping: interval(of: address, from: first, through: last)]
  }

  /// Checks the order of the starts and every entry of the index.
  func verify() throws(ImageError) {
    guard starts[clamping: 0] == 0 else { throw .damaged("the first interval begins above 0") }
    for at in 0..<starts.count - 1 where starts[clamping: at] >= starts[clamping: at + 1] {
      throw .damaged("interval \(at + 1) does not begin after the one before")
    }
    var interval = 0
    for block in 0..<index.count - 1 {
      let lowest = Address(truncatingIfNeeded: block) << Address(shift)
      while interval + 1 < starts.count, starts[clamping: interval + 1] <= lowest { interval += 1 }
      guard Int(index[clamping: block]) == interval else {
        throw .damaged("index entry \(block) is not its block's first interval")
      }
    }
    guard Int(index[clamping: index.count - 1]) == starts.count - 1 else {
      throw .damaged("the index does not end with the last interval")
    }
  }
}
