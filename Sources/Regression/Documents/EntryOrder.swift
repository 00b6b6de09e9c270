import Database
import Indicators
import Parsing

/// The order in which a database holds its entries: by kind, comparison key and attributes.
///
/// Keys are compared as the compiler's sort does, seven bytes at a time and then by how many are
/// left (`EntrySorter`). In effect that is the order of the bytes, in which a key comes before a
/// longer one that only adds zeros.
enum EntryOrder {
  /// The identity of an entry within its kind, in the order of comparison.
  struct Key: Equatable, Comparable {
    /// The bytes that are compared; for an http or https URL those after its scheme.
    var bytes: [UInt8]
    var attributes: UInt64

    static func < (left: Key, right: Key) -> Bool {
      switch compare(left.bytes, right.bytes) {
      case 0: left.attributes < right.attributes
      case let order: order < 0
      }
    }
  }

  /// The key of an entry.
  static func key(_ entry: DatabaseEntry, in database: IndicatorDatabase) -> Key {
    let value = database.value(of: entry)
    var offset = 0
    if entry.kind == .url {
      offset = EntryKey.urlKeyOffset(value, schemeLength: Int(entry.schemeLength))
    }
    let bytes = value.copied(offset..<value.byteCount)
    let attributes =
      UInt64(entry.prefixLength) << 48 | UInt64(entry.port) << 32
      | UInt64(entry.mode.rawValue) << 24 | UInt64(entry.schemeLength) << 8
      | (offset > 0 ? 2 : 0) | (entry.ignoresCase ? 1 : 0)
    return Key(bytes: bytes, attributes: attributes)
  }

  /// Less than, equal to or greater than zero.
  static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var offset = 0
    while true {
      for index in offset..<offset + 7 {
        let a = index < left.count ? left[index] : 0
        let b = index < right.count ? right[index] : 0
        if a != b { return a < b ? -1 : 1 }
      }
      let (a, b) = (min(max(left.count - offset, 0), 8), min(max(right.count - offset, 0), 8))
      if a != b { return a - b }
      if a <= 7 { return 0 }
      offset += 7
    }
  }

  /// The numbers of a kind's entries whose comparison key is as given: a binary search.
  static func run(
    of bytes: [UInt8], _ kind: IndicatorKind, in database: IndicatorDatabase
  ) -> Range<Int> {
    let all = database.entries(of: kind)
    func first(_ isBefore: (Int) -> Bool) -> Int {
      var (low, high) = (all.lowerBound, all.upperBound)
      while low < high {
        let middle = low + (high - low) / 2
        if isBefore(compare(key(database.entry(UInt32(middle)), in: database).bytes, bytes)) {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return low
    }
    let start = first { $0 < 0 }
    return start..<max(start, first { $0 <= 0 })
  }
}
