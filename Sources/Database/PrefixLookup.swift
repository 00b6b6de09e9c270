internal import Matchers

/// The trie of one address family and, for each of its prefixes, the run of its entries.
struct PrefixLookup: Sendable {
  let trie: PrefixTrie
  let runs: RecordTable

  /// Entries of one prefix: one for each port, and the one without.
  private static let longestRun = 65_536

  /// Nil where the image has none.
  init?(
    _ image: ImageBytes, _ table: SectionTable, _ trie: SectionKind, _ runs: SectionKind
  ) throws {
    guard let section = table[trie] else { return nil }
    self.trie = try PrefixTrie(image: image, range: section.range)
    self.runs = try table.table(runs, sizes: 4)
  }

  /// The entries of a prefix; empty for a number that is none.
  @inline(__always)
  func entries(_ image: ImageBytes, of prefix: UInt32, limit: Int) -> Range<Int> {
    let index = Int(prefix)
    guard index + 1 < runs.count else { return 0..<0 }
    let upper = min(Int(image.uint32(runs, index + 1)), limit)
    let lower = min(Int(image.uint32(runs, index)), upper)
    return lower..<min(upper, lower + Self.longestRun)
  }
}
