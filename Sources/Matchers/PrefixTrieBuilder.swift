/// Builds a `PrefixTrie` image.
public struct PrefixTrieBuilder {
  /// An IPv6 address or prefix.
  private struct Entry6 {
    var high: UInt64
    var low: UInt64
    var number: UInt32
    var length: UInt8

    var address: UInt128 { UInt128(high) << 64 | UInt128(low) }
    /// The last address of the prefix.
    var last: UInt128 {
      address | (length == 0 ? .max : length == 128 ? 0 : .max >> UInt128(length))
    }
  }

  private typealias Entry4 = IPv4PrefixesBuilder.Entry

  // Of one family at most; the first use decides which.
  private var entries4: [Entry4] = []
  private var entries6: [Entry6] = []
  private var problem: ImageError?

  /// From how many prefixes below a block on blocks are small; tests lower it.
  var smallBlocksFrom = IPv4Prefixes.smallBlocksFrom

  /// A builder without prefixes.
  public init() {}

  /// Number of prefixes inserted so far.
  public var count: Int { entries4.count + entries6.count }

  /// Adds an IPv4 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv4 address: UInt32, length: Int, number: UInt32) {
    guard accepts(length, limit: 32, number, other: entries6.count) else { return }
    let entry = Entry4(address: address, number: number, length: UInt8(length))
    guard length == 32 || address & (.max >> UInt32(length)) == 0 else { return refuse(number) }
    entries4.append(entry)
  }

  /// Adds an IPv6 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv6 address: IPv6Bits, length: Int, number: UInt32) {
    guard accepts(length, limit: 128, number, other: entries4.count) else { return }
    let entry = Entry6(
      high: address.high, low: address.low, number: number, length: UInt8(length))
    guard length == 128 || entry.address & (.max >> UInt128(length)) == 0 else {
      return refuse(number)
    }
    entries6.append(entry)
  }

  private mutating func refuse(_ number: UInt32) {
    problem = .unusableInput("the prefix with number \(number) has bits below its length")
  }

  /// Whether a prefix may be added; `other` is the number of those of the other family.
  private mutating func accepts(_ length: Int, limit: Int, _ number: UInt32, other: Int) -> Bool {
    guard problem == nil else { return false }
    guard other == 0 else {
      problem = .unusableInput("prefixes of both families in one image")
      return false
    }
    guard (0...limit).contains(length), number != PrefixTrie.none,
      count < IPv4Prefixes.mostEntries / 2
    else {
      problem = .unusableInput("prefix length \(length) or number \(number) is out of range")
      return false
    }
    return true
  }

  /// One image, which holds one family (IPv4 if there are no prefixes).
  ///
  /// A function of the (prefix, number) pairs, not of their order. Prefixes that are inserted in
  /// order, by address and a shorter one before a longer one, need no sorting.
  ///
  /// - Throws: `ImageError.unusableInput` if both families were inserted, two prefixes or two
  ///   numbers are equal, a length is out of range, or bits below the length are set.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    return entries6.isEmpty ? try buildIPv4() : try buildIPv6()
  }

  private consuming func buildIPv4() throws(ImageError) -> [UInt8] {
    func key(_ entry: Entry4) -> UInt64 { UInt64(entry.address) << 8 | UInt64(entry.length) }
    Self.sort(&entries4) { key($0) < key($1) }
    for at in entries4.indices.dropFirst() where key(entries4[at]) == key(entries4[at - 1]) {
      throw Self.same(entries4[at - 1].number, entries4[at].number)
    }
    try Self.checkNumbers(entries4.map(\.number))
    var links = PrefixLinks()
    var open: [(last: UInt32, number: UInt32)] = []
    for entry in entries4 {
      while let top = open.last, top.last < entry.address { open.removeLast() }
      if let parent = open.last { links.add(entry.number, parent: parent.number) }
      if entry.length != 32 { open.append((entry.last, entry.number)) }
    }
    links.finish()
    return try IPv4PrefixesBuilder(entries4, smallBlocksFrom: smallBlocksFrom)
      .image(count: entries4.count, links: links)
  }

  private consuming func buildIPv6() throws(ImageError) -> [UInt8] {
    Self.sort(&entries6) { a, b in
      a.high != b.high ? a.high < b.high : a.low != b.low ? a.low < b.low : a.length < b.length
    }
    for at in entries6.indices.dropFirst() {
      let (a, b) = (entries6[at - 1], entries6[at])
      if a.high == b.high, a.low == b.low, a.length == b.length {
        throw Self.same(a.number, b.number)
      }
    }
    try Self.checkNumbers(entries6.map(\.number))
    var links = PrefixLinks()
    var flat = IntervalBuilder<UInt128>(last: .max, value: PrefixTrie.none)
    for entry in entries6 {
      flat.close(before: entry.address)
      if let parent = flat.innermost { links.add(entry.number, parent: parent) }
      if entry.length != 128 {
        flat.open(entry.address, through: entry.last, value: entry.number)
      }
    }
    flat.finish()
    links.finish()
    return try image(flat, links)
  }

  /// Sorts, unless the order is right already.
  private static func sort<Entry>(_ entries: inout [Entry], by isBefore: (Entry, Entry) -> Bool) {
    for at in entries.indices.dropFirst() where isBefore(entries[at], entries[at - 1]) {
      entries.sort(by: isBefore)
      return
    }
  }

  private static func same(_ first: UInt32, _ second: UInt32) -> ImageError {
    .unusableInput(
      "numbers \(min(first, second)) and \(max(first, second)) are the same prefix")
  }

  private static func checkNumbers(_ numbers: [UInt32]) throws(ImageError) {
    var sorted = numbers
    sort(&sorted, by: <)
    for at in sorted.indices.dropFirst() where sorted[at] == sorted[at - 1] {
      throw .unusableInput("two prefixes have the number \(sorted[at])")
    }
  }

  private func image(
    _ flat: IntervalBuilder<UInt128>, _ links: PrefixLinks
  ) throws(ImageError) -> [UInt8] {
    let tables = IPv6Intervals(starts: flat.starts, values: flat.values)
    let bits = IntervalTable<UInt64>.indexBits(intervals: tables.starts.count)
    let index = IntervalTable.makeIndex(starts: tables.starts, bits: bits)
    var keys = KeySetBuilder(fixedWidth: 16, ignoresCase: false, seed: 0)
    var count = 0
    for entry in entries6 where entry.length == 128 {
      let words = IPv6Prefixes.keyWords(
        IPv6Bits(high: entry.high, low: entry.low))
      keys.insert([words.0, words.1].rawBytes, number: entry.number)
      count += 1
    }
    let addresses = try keys.build()
    var writer = ImageWriter(
      format: IPv6Prefixes.format,
      parameters: [UInt64(entries6.count), UInt64(count)],
      counts: [
        links.children.count, links.parents.count, tables.starts.count,
        tables.values.count, index.count, tables.deep.count, tables.lowFirsts.count,
        tables.lowStarts.count, tables.lowValues.count, addresses.count,
      ])
    writer.store(links.children, section: 0)
    writer.store(links.parents, section: 1)
    writer.store(tables.starts, section: 2)
    writer.store(tables.values, section: 3)
    writer.store(index, section: 4)
    writer.store(tables.deep, section: 5)
    writer.store(tables.lowFirsts, section: 6)
    writer.store(tables.lowStarts, section: 7)
    writer.store(tables.lowValues, section: 8)
    writer.copy(addresses.rawBytes, section: 9, byteOffset: 0)
    return writer.bytes
  }
}
