/// IPv6 prefixes: intervals of the high half, below some of them intervals of the low half, and a
/// key set for single addresses.
///
/// Nearly all prefixes are `/64` or shorter: their intervals begin where the low half is zero, and
/// eight bytes say where. A high half under which a longer prefix begins or ends is an interval of
/// its own, marked *deep*; its value is not a number but the index of its part of the low tables,
/// which repeat the covering prefix's number where nothing longer covers.
struct IPv6Prefixes: Sendable {
  /// Parameters: prefixes, single addresses.
  ///
  /// Sections: links (3), intervals of the high half (3), which of them are deep (bits), first low
  /// interval of each deep one and the end, starts and values of the low intervals, addresses.
  static let format = ImageFormat(
    magic: "SekiPfx6", version: 4, parameterCount: 2,
    elementSizes: [8, 4, 4, 8, 4, 8, 8, 4, 8, 4, 1])

  private static let group = 64

  var intervals: IntervalTable
  private let deep: ImageTable<UInt64>
  private let lowFirsts: ImageTable<UInt32>
  private let lowStarts: ImageTable<UInt64>
  private let lowValues: ImageTable<UInt32>
  var addresses: KeySet

  init(_ reader: ImageReader) throws(ImageError) {
    intervals = try IntervalTable(reader, firstSection: 3)
    deep = try reader.table(6)
    lowFirsts = try reader.table(7)
    lowStarts = try reader.table(8)
    lowValues = try reader.table(9)
    let keys = reader.sections[10]
    addresses = try KeySet(image: reader.image, range: keys.offset..<keys.offset + keys.count)
    guard deep.count == intervals.starts.count / 64 + 1, lowStarts.count == lowValues.count,
      addresses.fixedWidth == 16, addresses.count == (try reader.count(1, atMost: Int(UInt32.max)))
    else { throw .damaged("the tables of prefixes do not fit one another") }
  }

  /// The sixteen bytes under which an address is in the key set, as two words.
  @inline(__always)
  static func keyWords(_ address: IPv6Bits) -> (UInt64, UInt64) {
    (address.high.littleEndian, address.low.littleEndian)
  }

  func lookup(_ queries: Span<IPv6Bits>, numbers: inout MutableSpan<UInt32>) {
    var first = 0
    while first < queries.count {
      let end = min(queries.count, first + Self.group)
      lookupGroup(queries, first..<end, numbers: &numbers)
      first = end
    }
  }

  private func lookupGroup(
    _ queries: Span<IPv6Bits>, _ range: Range<Int>, numbers: inout MutableSpan<UInt32>
  ) {
    if addresses.count > 0 {
      lookupAddresses(queries, range, numbers: &numbers)
    } else {
      for index in range { numbers[index] = PrefixTrie.none }
    }
    guard intervals.starts.count > 1 || intervals.values[clamping: 0] != PrefixTrie.none else {
      return
    }
    // No branch on what is found, so that the loads run ahead of one another; indices into the arrays
    // are masked, which keeps them inside and spares the check.
    var members = InlineArray<64, UInt32>(repeating: 0)
    var highs = InlineArray<64, UInt64>(repeating: 0)
    var count = 0
    for index in range {
      members[count & 63] = UInt32(truncatingIfNeeded: index)
      highs[count & 63] = queries[index].high
      count &+= numbers[index] == PrefixTrie.none ? 1 : 0
    }
    var found = InlineArray<64, UInt32>(repeating: 0)
    intervals.find(highs, count, &found)
    for at in 0..<count { intervals.values.prefetch(Int(found[at & 63])) }
    for at in 0..<count {
      let interval = Int(found[at & 63])
      let index = Int(members[at & 63])
      let value = intervals.values[clamping: interval]
      numbers[index] = isDeep(interval) ? lowValue(of: queries[index].low, deep: Int(value)) : value
    }
  }

  private func lookupAddresses(
    _ queries: Span<IPv6Bits>, _ range: Range<Int>, numbers: inout MutableSpan<UInt32>
  ) {
    var words = InlineArray<128, UInt64>(repeating: 0)
    var keys = InlineArray<64, KeyReference>(repeating: KeyReference(offset: 0, length: 0))
    for index in range {
      let at = (index &- range.lowerBound) & 63
      (words[2 &* at], words[2 &* at &+ 1]) = Self.keyWords(queries[index])
      keys[at] = KeyReference(offset: UInt32(truncatingIfNeeded: at &* 16), length: 16)
    }
    // SAFETY: integers without padding.
    let bytes = unsafe words.span.bytes
    addresses.lookup(
      keys.span.extracting(0..<range.count), in: bytes, numbers: &numbers, at: range.lowerBound)
  }

  @inline(__always)
  private func isDeep(_ interval: Int) -> Bool {
    deep[clamping: interval &>> 6] &>> UInt64(interval & 63) & 1 != 0
  }

  /// The number for a low half among the low intervals of a deep one.
  private func lowValue(of low: UInt64, deep: Int) -> UInt32 {
    var base = min(Int(lowFirsts[clamping: deep]), lowStarts.count)
    let end = min(Int(lowFirsts[clamping: deep &+ 1]), lowStarts.count)
    var left = end - base
    guard left > 0 else { return PrefixTrie.none }
    while left > 1 {
      let half = left &>> 1
      let middle = base &+ half
      base = lowStarts[clamping: middle] <= low ? middle : base
      left = left &- half
    }
    return lowValues[clamping: base]
  }

  func verify() throws(ImageError) {
    try addresses.verify()
    try intervals.verify()
    let deepCount = lowFirsts.count - 1
    var seen = 0
    for interval in 0..<deep.count * 64 where isDeep(interval) {
      let starts = intervals.starts
      guard interval < starts.count, Int(intervals.values[clamping: interval]) == seen,
        interval + 1 == starts.count
          ? starts[clamping: interval] == .max
          : starts[clamping: interval + 1] == starts[clamping: interval] &+ 1
      else { throw .damaged("deep interval \(interval) is wrong") }
      seen += 1
    }
    // An image without deep intervals has one unused low interval, so that no table is empty.
    guard seen == deepCount, lowFirsts[clamping: 0] == 0,
      Int(lowFirsts[clamping: deepCount]) == (deepCount == 0 ? 0 : lowStarts.count)
    else { throw .damaged("\(seen) deep intervals, \(deepCount) expected") }
    for index in 0..<deepCount {
      let first = Int(lowFirsts[clamping: index])
      let end = Int(lowFirsts[clamping: index + 1])
      guard first < end, end <= lowStarts.count, lowStarts[clamping: first] == 0 else {
        throw .damaged("the low intervals \(index) are wrong")
      }
      for at in first..<end - 1 where lowStarts[clamping: at] >= lowStarts[clamping: at + 1] {
        throw .damaged("the low intervals \(index) do not rise")
      }
    }
  }
}
