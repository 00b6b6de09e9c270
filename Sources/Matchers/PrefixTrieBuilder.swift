/// Builds a `PrefixTrie` image.
public struct PrefixTrieBuilder {
  /// An IPv6 address or prefix.
  private struct Entry6 {
    var high: UInt64
    var low: UInt64
    var length: UInt8

    var address: UInt128 { UInt128(high) << 64 | UInt128(low) }
    /// The last address of the prefix.
    var last: UInt128 {
      address | (length == 0 ? .max : length == 128 ? 0 : .max >> UInt128(length))
    }
  }

  private typealias Entry4 = IPv4PrefixesBuilder.Entry

  // At most one of the two is filled; the first insertion decides which.
  private var entries4: [Entry4] = []
  private var entries6: [Entry6] = []
  private var problem: ImageError?

  /// From this many prefixes on, blocks are small; tests lower it.
  var smallBlocksFrom = IPv4Prefixes.smallBlocksFrom

  /// A builder without prefixes.
  public init() {}

  /// Number of prefixes inserted so far.
  public var count: Int { entries4.count + entries6.count }

  /// Makes room for `count` IPv4 prefixes.
  public mutating func reserve(ipv4 count: Int) { entries4.reserveCapacity(count) }

  /// Adds an IPv4 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv4 address: UInt32, length: Int) {
    guard accepts(length, limit: 32, other: entries6.count) else { return }
    guard length == 32 || address & (.max >> UInt32(length)) == 0 else { return refuse() }
    entries4.append(Entry4(address: address, length: UInt8(length)))
  }

  /// Adds an IPv6 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv6 address: IPv6Bits, length: Int) {
    guard accepts(length, limit: 128, other: entries4.count) else { return }
    let entry = Entry6(high: address.high, low: address.low, length: UInt8(length))
    guard length == 128 || entry.address & (.max >> UInt128(length)) == 0 else { return refuse() }
    entries6.append(entry)
  }

  private mutating func refuse() {
    problem = .unusableInput("prefix \(count) has bits below its length")
  }

  /// Whether a prefix may be added; `other` is the number of those of the other family.
  private mutating func accepts(_ length: Int, limit: Int, other: Int) -> Bool {
    guard problem == nil else { return false }
    guard other == 0 else {
      problem = .unusableInput("prefixes of both families in one image")
      return false
    }
    guard (0...limit).contains(length), count < IPv4Prefixes.mostEntries / 2 else {
      problem = .unusableInput("the length \(length) of prefix \(count) is out of range")
      return false
    }
    return true
  }

  /// One image, which holds one family (IPv4 if there are no prefixes).
  ///
  /// A function of the set of prefixes: they are numbered from 0 by address, a shorter one before a
  /// longer one, whatever the order in which they were inserted. Those that come in that order need
  /// no sorting.
  ///
  /// - Throws: `ImageError.unusableInput` if both families were inserted, two prefixes are equal, a
  ///   length is out of range, or bits below the length are set.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    return entries6.isEmpty ? try buildIPv4() : try buildIPv6()
  }

  private consuming func buildIPv4() throws(ImageError) -> [UInt8] {
    func key(_ entry: Entry4) -> UInt64 { UInt64(entry.address) << 8 | UInt64(entry.length) }
    Self.sort(&entries4) { key($0) < key($1) }
    for at in entries4.indices.dropFirst() where key(entries4[at]) == key(entries4[at - 1]) {
      throw .unusableInput("a prefix was inserted twice")
    }
    var links = PrefixLinks(count: entries4.count)
    var open: [(last: UInt32, number: UInt32)] = []
    for (number, entry) in entries4.enumerated() {
      while let top = open.last, top.last < entry.address { open.removeLast() }
      if let parent = open.last { links.add(number, parent: parent.number) }
      if entry.length != 32 { open.append((entry.last, UInt32(number))) }
    }
    return IPv4PrefixesBuilder(entries4, smallBlocksFrom: smallBlocksFrom).image(links: links)
  }

  private consuming func buildIPv6() throws(ImageError) -> [UInt8] {
    Self.sort(&entries6) { a, b in
      a.high != b.high ? a.high < b.high : a.low != b.low ? a.low < b.low : a.length < b.length
    }
    for at in entries6.indices.dropFirst() {
      let (a, b) = (entries6[at - 1], entries6[at])
      if a.high == b.high, a.low == b.low, a.length == b.length {
        throw .unusableInput("a prefix was inserted twice")
      }
    }
    var links = PrefixLinks(count: entries6.count)
    var flat = IntervalBuilder<UInt128>(last: .max, value: PrefixTrie.none)
    for (number, entry) in entries6.enumerated() {
      flat.close(before: entry.address)
      if let parent = flat.innermost { links.add(number, parent: parent) }
      if entry.length != 128 {
        flat.open(entry.address, through: entry.last, value: UInt32(number))
      }
    }
    flat.finish()
    return try image(flat, links)
  }

  /// Sorts, unless the order is right already.
  private static func sort<Entry>(_ entries: inout [Entry], by isBefore: (Entry, Entry) -> Bool) {
    for at in entries.indices.dropFirst() where isBefore(entries[at], entries[at - 1]) {
      entries.sort(by: isBefore)
      return
    }
  }

  private func image(
    _ flat: IntervalBuilder<UInt128>, _ links: PrefixLinks
  ) throws(ImageError) -> [UInt8] {
    let tables = IPv6Intervals(starts: flat.starts, values: flat.values)
    let levels = IntervalTable.makeLevels(starts: tables.starts)
    var keys = KeySetBuilder(fixedWidth: 16, ignoresCase: false, seed: 0)
    var count = 0
    for (number, entry) in entries6.enumerated() where entry.length == 128 {
      let words = IPv6Prefixes.keyWords(
        IPv6Bits(high: entry.high, low: entry.low))
      keys.insert([words.0, words.1].rawBytes, number: UInt32(number))
      count += 1
    }
    let addresses = try keys.build()
    var writer = ImageWriter(
      format: IPv6Prefixes.format,
      parameters: [UInt64(entries6.count), UInt64(count)],
      counts: links.counts + [
        tables.starts.count, tables.values.count, levels.count, tables.deep.count,
        tables.lowFirsts.count,
        tables.lowStarts.count, tables.lowValues.count, addresses.count,
      ])
    links.store(in: &writer)
    writer.store(tables.starts, section: 3)
    writer.store(tables.values, section: 4)
    writer.store(levels, section: 5)
    writer.store(tables.deep, section: 6)
    writer.store(tables.lowFirsts, section: 7)
    writer.store(tables.lowStarts, section: 8)
    writer.store(tables.lowValues, section: 9)
    writer.copy(addresses.rawBytes, section: 10, byteOffset: 0)
    return writer.finish()
  }
}
