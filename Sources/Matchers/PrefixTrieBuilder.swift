/// Builds a `PrefixTrie` image.
public struct PrefixTrieBuilder {
  /// A prefix of either family as its bits at the top of 128.
  private struct Entry {
    var address: UInt128
    var number: UInt32
    var length: UInt8

    /// The last address of the prefix; IPv4 fills the 96 bits below as well.
    var last: UInt128 {
      address | (length == 0 ? .max : length == 128 ? 0 : .max >> UInt128(length))
    }
  }

  /// A family's first use decides what the image holds.
  private enum Family { case ipv4, ipv6 }

  private var entries: [Entry] = []
  private var family: Family?
  private var problem: ImageError?

  /// A builder without prefixes.
  public init() {}

  /// Number of prefixes inserted so far.
  public var count: Int { entries.count }

  /// Adds an IPv4 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv4 address: UInt32, length: Int, number: UInt32) {
    insert(UInt128(address) << 96, length: length, limit: 32, number: number, family: .ipv4)
  }

  /// Adds an IPv6 prefix; what is wrong with it is thrown by `build()`.
  public mutating func insert(ipv6 address: IPv6Bits, length: Int, number: UInt32) {
    let bits = UInt128(address.high) << 64 | UInt128(address.low)
    insert(bits, length: length, limit: 128, number: number, family: .ipv6)
  }

  private mutating func insert(
    _ address: UInt128, length: Int, limit: Int, number: UInt32, family: Family
  ) {
    guard problem == nil else { return }
    guard self.family == nil || self.family == family else {
      problem = .unusableInput("prefixes of both families in one image")
      return
    }
    self.family = family
    guard (0...limit).contains(length), number != PrefixTrie.none,
      entries.count < Int(UInt32.max) / 2 - 1
    else {
      problem = .unusableInput("prefix length \(length) or number \(number) is out of range")
      return
    }
    let entry = Entry(address: address, number: number, length: UInt8(length))
    guard length == 128 || address & (length == 0 ? .max : .max >> UInt128(length)) == 0 else {
      problem = .unusableInput("the prefix with number \(number) has bits below its length")
      return
    }
    entries.append(entry)
  }

  /// One image, which holds one family (IPv4 if there are no prefixes).
  ///
  /// A function of the (prefix, number) pairs, not of their order.
  ///
  /// - Throws: `ImageError.unusableInput` if both families were inserted, two prefixes or two
  ///   numbers are equal, a length is out of range, or bits below the length are set.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    entries.sort { $0.address != $1.address ? $0.address < $1.address : $0.length < $1.length }
    for at in entries.indices.dropFirst()
    where entries[at].address == entries[at - 1].address
      && entries[at].length == entries[at - 1].length
    {
      throw .unusableInput(
        "numbers \(entries[at - 1].number) and \(entries[at].number) are the same prefix")
    }
    let sorted = entries.map(\.number).sorted()
    for at in sorted.indices.dropFirst() where sorted[at] == sorted[at - 1] {
      throw .unusableInput("two prefixes have the number \(sorted[at])")
    }
    let singleLength = family == .ipv6 ? 128 : 32
    let flattened = flatten(singleLength: UInt8(singleLength))
    return family == .ipv6 ? try buildIPv6(flattened) : buildIPv4(flattened)
  }

  /// The shorter prefixes as intervals, and the links between all prefixes.
  private struct Flattened {
    /// Where each interval begins and its value; the first begins at 0, neighbours differ.
    var starts: [UInt128] = [0]
    var values: [UInt32] = [PrefixTrie.none]
    var children: [UInt32] = []
    var parents: [UInt32] = []

    mutating func begin(_ start: UInt128, _ value: UInt32) {
      if starts[starts.count - 1] == start {
        values[values.count - 1] = value
        // The interval before may now be the same.
        if values.count > 1, values[values.count - 2] == value {
          starts.removeLast()
          values.removeLast()
        }
      } else if values[values.count - 1] != value {
        starts.append(start)
        values.append(value)
      }
    }
  }

  /// Walks the sorted prefixes with a stack of those that are open; each is opened and closed once.
  private func flatten(singleLength: UInt8) -> Flattened {
    var result = Flattened()
    var links: [(child: UInt32, parent: UInt32)] = []
    var open: [(last: UInt128, number: UInt32)] = []
    // One past the last address of a family: IPv4 has bits in the top 32 only.
    func close(upTo address: UInt128?) {
      while let top = open.last, address.map({ top.last < $0 }) ?? true {
        open.removeLast()
        if top.last != .max {
          result.begin(top.last + 1, open.last?.number ?? PrefixTrie.none)
        }
      }
    }
    for entry in entries {
      close(upTo: entry.address)
      if let parent = open.last { links.append((entry.number, parent.number)) }
      guard entry.length != singleLength else { continue }
      result.begin(entry.address, entry.number)
      open.append((entry.last, entry.number))
    }
    close(upTo: nil)
    links.sort { $0.child < $1.child }
    result.children = links.map(\.child) + [PrefixTrie.none]
    result.parents = links.map(\.parent) + [PrefixTrie.none]
    return result
  }

  private func buildIPv4(_ flattened: Flattened) -> [UInt8] {
    let starts = flattened.starts.map { UInt32(truncatingIfNeeded: $0 >> 96) }
    let bits = IntervalTable<UInt32>.indexBits(intervals: starts.count)
    let index = IntervalTable.makeIndex(starts: starts, bits: bits)
    let singles = entries.lazy.filter { $0.length == 32 }
      .map { (address: UInt32(truncatingIfNeeded: $0.address >> 96), number: $0.number) }
    let count = entries.reduce(0) { $0 + ($1.length == 32 ? 1 : 0) }
    let ranks = AddressRank.Sections(singles, count: count)
    var writer = ImageWriter(
      format: IPv4Prefixes.format,
      parameters: [UInt64(entries.count), UInt64(count), UInt64(ranks.lowBits)],
      counts: [
        flattened.children.count, flattened.parents.count, starts.count, starts.count,
        index.count, ranks.present.count, ranks.ranks.count, ranks.bases.count,
        ranks.lows.count, ranks.numbers.count,
      ])
    writer.store(flattened.children, section: 0)
    writer.store(flattened.parents, section: 1)
    writer.store(starts, section: 2)
    writer.store(flattened.values, section: 3)
    writer.store(index, section: 4)
    writer.store(ranks.present, section: 5)
    writer.store(ranks.ranks, section: 6)
    writer.store(ranks.bases, section: 7)
    writer.store(ranks.lows, section: 8)
    writer.store(ranks.numbers, section: 9)
    return writer.bytes
  }

  private func buildIPv6(_ flattened: Flattened) throws(ImageError) -> [UInt8] {
    let tables = IPv6Intervals(starts: flattened.starts, values: flattened.values)
    let bits = IntervalTable<UInt64>.indexBits(intervals: tables.starts.count)
    let index = IntervalTable.makeIndex(starts: tables.starts, bits: bits)
    var keys = KeySetBuilder(fixedWidth: 16, ignoresCase: false, seed: 0)
    var count = 0
    for entry in entries where entry.length == 128 {
      let words = IPv6Prefixes.keyWords(
        IPv6Bits(
          high: UInt64(truncatingIfNeeded: entry.address >> 64),
          low: UInt64(truncatingIfNeeded: entry.address)))
      keys.insert([words.0, words.1].rawBytes, number: entry.number)
      count += 1
    }
    let addresses = try keys.build()
    var writer = ImageWriter(
      format: IPv6Prefixes.format,
      parameters: [UInt64(entries.count), UInt64(count)],
      counts: [
        flattened.children.count, flattened.parents.count, tables.starts.count,
        tables.values.count, index.count, tables.deep.count, tables.lowFirsts.count,
        tables.lowStarts.count, tables.lowValues.count, addresses.count,
      ])
    writer.store(flattened.children, section: 0)
    writer.store(flattened.parents, section: 1)
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

/// Intervals of 128-bit addresses, split into those of the high half and of some low halves.
private struct IPv6Intervals {
  var starts: [UInt64] = []
  var values: [UInt32] = []
  var deep: [UInt64] = []
  var lowFirsts: [UInt32] = [0]
  var lowStarts: [UInt64] = []
  var lowValues: [UInt32] = []

  init(starts all: [UInt128], values allValues: [UInt32]) {
    var deepIntervals: [Int] = []
    // The value that holds at the beginning of the next high half.
    var current = PrefixTrie.none
    var at = 0
    while at < all.count {
      let high = UInt64(truncatingIfNeeded: all[at] >> 64)
      if let last = deepIntervals.last, last == starts.count - 1, starts[last] + 1 != high {
        starts.append(starts[last] + 1)
        values.append(current)
      }
      var end = at
      while end < all.count, UInt64(truncatingIfNeeded: all[end] >> 64) == high { end += 1 }
      starts.append(high)
      if end - at == 1, UInt64(truncatingIfNeeded: all[at]) == 0 {
        values.append(allValues[at])
      } else {
        deepIntervals.append(starts.count - 1)
        values.append(UInt32(lowFirsts.count - 1))
        if UInt64(truncatingIfNeeded: all[at]) != 0 {
          lowStarts.append(0)
          lowValues.append(current)
        }
        for index in at..<end {
          lowStarts.append(UInt64(truncatingIfNeeded: all[index]))
          lowValues.append(allValues[index])
        }
        lowFirsts.append(UInt32(lowStarts.count))
      }
      current = allValues[end - 1]
      at = end
    }
    if let last = deepIntervals.last, last == starts.count - 1, starts[last] != .max {
      starts.append(starts[last] + 1)
      values.append(current)
    }
    deep = [UInt64](repeating: 0, count: starts.count / 64 + 1)
    for interval in deepIntervals { deep[interval / 64] |= 1 << UInt64(interval % 64) }
    if lowStarts.isEmpty {
      lowStarts.append(0)
      lowValues.append(PrefixTrie.none)
    }
  }
}
