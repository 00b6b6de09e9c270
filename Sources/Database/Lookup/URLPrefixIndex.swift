import Indicators
import Matchers
import Parsing

/// URL indicators that ended in `*`: the sorted table of their keys, each with the longest other
/// key that it begins with.
///
///     record, 8 bytes:  first entry, parent (index in the table, or `none`)
///
/// The longest prefix of a URL is the last key that is not sorted after it, or an ancestor of that
/// key: whatever is sorted between a prefix and the URL begins with the prefix. A set of the keys'
/// authorities is asked before the search; nearly all URLs miss it.
struct URLPrefixIndex: Sendable {
  static let recordSize = 8
  static let none = UInt32.max

  let authorities: KeySet
  let records: RecordTable

  /// Nil if the image has no such section.
  init?(_ image: ImageBytes, _ table: SectionTable) throws {
    guard let section = table[.urlPrefixAuthorities] else { return nil }
    authorities = try KeySet(image: image, range: section.range)
    records = try table.table(.urlPrefixes, sizes: Self.recordSize)
  }
}

extension IndicatorDatabase {
  /// The first entry of a URL prefix, and its comparison key in the image.
  func urlPrefix(_ index: URLPrefixIndex, at position: Int) -> (entry: UInt32, key: Range<Int>) {
    let entry = image.uint32(index.records, position)
    return (entry, comparisonKey(of: Int(entry)))
  }

  /// The longest URL prefix that a key begins with, as a position in the table.
  func longestURLPrefix(_ index: URLPrefixIndex, of key: RawSpan) -> Int? {
    var lower = 0
    var upper = index.records.count
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if span(urlPrefix(index, at: middle).key).compare(key) <= 0 {
        lower = middle + 1
      } else {
        upper = middle
      }
    }
    guard lower > 0 else { return nil }
    let nearest = lower - 1
    let common = span(urlPrefix(index, at: nearest).key).commonPrefixLength(key)
    var position: Int? = nearest
    while let candidate = position {
      if urlPrefix(index, at: candidate).key.count <= common { return candidate }
      position = parent(index, of: candidate)
    }
    return nil
  }

  /// The next shorter prefix; its position is below the one given, so that a walk ends.
  func parent(_ index: URLPrefixIndex, of position: Int) -> Int? {
    let parent = Int(image.uint32(index.records, position, 4))
    return parent < position ? parent : nil
  }
}
