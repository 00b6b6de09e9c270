import Matchers

/// The trie of one address family and, for each of its prefixes, the run of its entries.
///
/// The trie numbers prefixes in the order of the entries. The next prefix's first entry is nearly
/// always the next entry, so the table says only where it is not:
///
///     step, 8 bytes:  first prefix, first entry of that prefix; rising prefixes, the first is 0
///
/// Further entries of a prefix (for other ports) have the flag `continuesRun`.
struct PrefixLookup: Sendable {
  static let recordSize = 8

  let trie: PrefixTrie
  let steps: RecordTable

  /// The most entries of one prefix: one for each port, and one without.
  static let longestRun = 65_536

  /// Nil if the image has no such trie.
  init?(
    _ image: ImageBytes, _ table: SectionTable, _ trie: SectionKind, _ runs: SectionKind
  ) throws {
    guard let section = table[trie] else { return nil }
    self.trie = try PrefixTrie(image: image, range: section.range)
    steps = try table.table(runs, sizes: Self.recordSize)
  }

  /// Finds the longest prefix of each of the first addresses.
  func find(_ addresses: [UInt32], count: Int, _ numbers: inout [UInt32]) {
    var results = numbers.mutableSpan
    trie.lookup(ipv4: addresses.span.extracting(0..<count), numbers: &results)
  }

  /// Finds the longest prefix of each address.
  func find(_ addresses: [IPv6Bits], _ numbers: inout [UInt32]) {
    var results = numbers.mutableSpan
    trie.lookup(ipv6: addresses.span, numbers: &results)
  }

  /// The first entry of a prefix; any number if there is no such prefix.
  @inline(__always)
  func firstEntry(_ image: ImageBytes, of prefix: UInt32) -> Int {
    var lower = 0
    var upper = steps.count
    while upper - lower > 1 {
      let middle = lower + (upper - lower) / 2
      if image.uint32(steps, middle) <= prefix { lower = middle } else { upper = middle }
    }
    return Int(image.uint32(steps, lower, 4)) + Int(prefix) - Int(image.uint32(steps, lower))
  }
}

/// Makes the table of steps.
struct PrefixSteps {
  private(set) var bytes: [UInt8] = []
  private var next = -1
  private var prefixes = 0

  /// Number of steps.
  var count: Int { bytes.count / PrefixLookup.recordSize }

  /// Adds the first entry of the next prefix.
  mutating func append(entry: Int) {
    if entry != next {
      bytes.append(UInt32(prefixes))
      bytes.append(UInt32(entry))
    }
    next = entry + 1
    prefixes += 1
  }
}
