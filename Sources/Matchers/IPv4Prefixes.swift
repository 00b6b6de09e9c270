/// IPv4 prefixes: intervals for the real prefixes, ranks for single addresses.
struct IPv4Prefixes: Sendable {
  /// Parameters: prefixes, single addresses, bits below a block of addresses.
  ///
  /// Sections: links (2), intervals (3), addresses (5).
  static let format = ImageFormat(
    magic: "SekiPfx4", version: 1, parameterCount: 3,
    elementSizes: [4, 4, 4, 4, 4, 8, 4, 4, 1, 4])

  private static let group = 64

  let intervals: IntervalTable<UInt32>
  let addresses: AddressRank

  init(_ reader: ImageReader) throws(ImageError) {
    intervals = try IntervalTable(reader, firstSection: 2)
    addresses = try AddressRank(
      reader, firstSection: 5, count: try reader.count(1, atMost: Int(UInt32.max)),
      lowBits: try reader.count(2, atMost: 16))
  }

  func lookup(_ addresses: Span<UInt32>, numbers: inout MutableSpan<UInt32>) {
    var first = 0
    while first < addresses.count {
      let end = min(addresses.count, first + Self.group)
      lookupGroup(addresses, first..<end, numbers: &numbers)
      first = end
    }
  }

  private func lookupGroup(
    _ queries: Span<UInt32>, _ range: Range<Int>, numbers: inout MutableSpan<UInt32>
  ) {
    // Indices into the arrays are masked, which keeps them inside and spares the check. Fields are
    // read once: the compiler cannot know that writing an answer does not change them.
    let table = addresses
    let intervals = intervals
    for index in range {
      table.prefetchPresence(of: queries[index])
      intervals.prefetchIndex(of: queries[index])
    }
    var inBlock = InlineArray<64, Int32>(repeating: 0)
    var inIntervals = InlineArray<64, Int32>(repeating: 0)
    var blocks = 0
    var several = 0
    for index in range {
      let address = queries[index]
      let member = Int32(truncatingIfNeeded: index &- range.lowerBound)
      inBlock[blocks & 63] = member
      blocks &+= table.mayContain(address) ? 1 : 0
      let (first, last) = intervals.candidates(address)
      numbers[index] = intervals.values[clamping: Int(first)]
      inIntervals[several & 63] = member
      several &+= first == last ? 0 : 1
    }
    for at in 0..<blocks {
      table.prefetchRank(of: queries[range.lowerBound &+ Int(inBlock[at & 63])])
    }
    for at in 0..<several {
      let index = range.lowerBound &+ Int(inIntervals[at & 63])
      numbers[index] = intervals.value(of: queries[index])
    }
    guard blocks > 0 else { return }
    var ranks = InlineArray<64, Int>(repeating: 0)
    for at in 0..<blocks {
      ranks[at & 63] = table.rank(of: queries[range.lowerBound &+ Int(inBlock[at & 63])])
    }
    var firsts = InlineArray<64, UInt32>(repeating: 0)
    var ends = InlineArray<64, UInt32>(repeating: 0)
    for at in 0..<blocks {
      (firsts[at & 63], ends[at & 63]) = table.block(rank: ranks[at & 63])
      table.prefetchAddresses(from: firsts[at & 63])
    }
    for at in 0..<blocks {
      let index = range.lowerBound &+ Int(inBlock[at & 63])
      let number = table.number(of: queries[index], from: firsts[at & 63], to: ends[at & 63])
      if number != PrefixTrie.none { numbers[index] = number }
    }
  }

  func verify() throws(ImageError) {
    try intervals.verify()
    try addresses.verify()
  }
}
