import Parsing

/// A record on its way through the sort: its number, and the part of its key now compared.
struct SortItem {
  var chunk: UInt64
  var record: UInt32
  /// Whether the record has the same key as the one before it; set by the sort.
  var repeatsKey = false
}

/// Sorts records by key, then by attributes, in time linear in the bytes of the keys.
///
/// Keys are compared seven bytes at a time, held as a number beside the record so that the sort
/// itself touches no key: the high 56 bits are the bytes, zero-padded, the low eight how many bytes
/// are left, at most 8. So a shorter key sorts before any longer one it begins, and two keys with
/// equal chunks of which seven bytes or fewer were left are equal. Runs of equal chunks are sorted
/// again by the next seven bytes; equal keys by their attributes. No comparison ever walks a common
/// prefix twice, so feeds made of a million long and almost equal values cost no more than others.
///
/// Numbers are sorted in place by their bytes, the most significant first (American flag sort,
/// McIlroy, Bostic and McIlroy 1993): after two or three passes only runs of a few digests or names
/// are left.
struct EntrySorter {
  private var items: [SortItem]
  private var pending: [(lower: Int, upper: Int, depth: Int)] = []

  private static let chunkLength = 7
  /// Runs up to this length are sorted by insertion.
  private static let shortRun = 32
  /// In place of a depth: the run's keys are equal, compare attributes.
  private static let attributeDepth = -1

  /// The item of a record before it is sorted.
  @inline(__always)
  static func item(_ record: UInt32, key: RawSpan) -> SortItem {
    SortItem(chunk: chunk(key, at: 0, left: key.byteCount), record: record)
  }

  /// Sorts the items that `item` made.
  static func sort(_ records: consuming [SortItem], by keys: borrowing RecordKeys) -> [SortItem] {
    var sorter = EntrySorter(items: records)
    sorter.run(keys)
    return sorter.items
  }

  /// Sorts items by all eight bytes of their chunks; equal ones are in no particular order.
  static func sortByChunk(_ items: inout [SortItem]) {
    let range = items.indices
    var span = items.mutableSpan
    sort(&span, range, shift: 56)
  }

  private init(items: consuming [SortItem]) { self.items = items }

  private mutating func run(_ keys: borrowing RecordKeys) {
    pending.append((0, items.count, 0))
    while let (lower, upper, depth) = pending.popLast() {
      if depth == Self.attributeDepth {
        for index in lower..<upper {
          items[index].chunk = keys.attributes(items[index].record).rawValue
        }
      } else if depth > 0 {
        for index in lower..<upper {
          let key = keys.key(items[index].record)
          let start = depth * Self.chunkLength
          items[index].chunk = Self.chunk(key, at: start, left: key.byteCount - start)
        }
      }
      var span = items.mutableSpan
      Self.sort(&span, lower..<upper, shift: 56)
      if depth == Self.attributeDepth {
        for index in lower + 1..<upper { items[index].repeatsKey = true }
      } else {
        pushEqualRuns(lower..<upper, depth: depth)
      }
    }
  }

  /// Up to seven bytes of a key from an offset on, and how many are left, at most 8.
  @inline(__always)
  static func chunk(_ key: RawSpan, at start: Int, left: Int) -> UInt64 {
    if start + 8 <= key.byteCount {
      return key.littleEndianUInt64(unchecked: start).byteSwapped & ~0xff | 8
    }
    var word: UInt64 = 0
    for index in 0..<min(left, chunkLength) {
      word |= UInt64(key.byte(at: start + index)) << UInt64(56 - 8 * index)
    }
    return word | UInt64(min(left, 8))
  }

  private mutating func pushEqualRuns(_ range: Range<Int>, depth: Int) {
    var start = range.lowerBound
    while start < range.upperBound {
      let chunk = items[start].chunk
      var end = start + 1
      while end < range.upperBound, items[end].chunk == chunk { end += 1 }
      if end - start > 1 {
        let isWhole = chunk & 0xff <= UInt64(Self.chunkLength)
        pending.append((start, end, isWhole ? Self.attributeDepth : depth + 1))
      }
      start = end
    }
  }

  /// Sorts a range whose chunks are equal above the byte at `shift`.
  private static func sort(
    _ items: inout MutableSpan<SortItem>, _ range: Range<Int>, shift firstShift: UInt64
  ) {
    var shift = firstShift
    while true {
      if range.count <= shortRun {
        insertionSort(&items, range)
        return
      }
      var ends = InlineArray<256, Int32>(repeating: 0)
      for index in range { ends[Int(items[index].chunk >> shift & 0xff)] &+= 1 }
      let first = Int(items[range.lowerBound].chunk >> shift & 0xff)
      if Int(ends[first]) == range.count {
        // All chunks have the same byte here.
        if shift == 0 { return }
        shift -= 8
        continue
      }
      var starts = InlineArray<256, Int32>(repeating: 0)
      var sum: Int32 = 0
      for byte in 0..<256 {
        starts[byte] = sum
        sum &+= ends[byte]
        ends[byte] = sum
      }
      permute(&items, range.lowerBound, &starts, ends, shift)
      if shift == 0 { return }
      var start = 0
      for byte in 0..<256 {
        let end = Int(ends[byte])
        if end - start > 1 {
          sort(
            &items, range.lowerBound + start..<range.lowerBound + end, shift: shift - 8)
        }
        start = end
      }
      return
    }
  }

  /// Puts each item into the bucket of its byte by swapping along cycles.
  private static func permute(
    _ items: inout MutableSpan<SortItem>, _ base: Int, _ next: inout InlineArray<256, Int32>,
    _ ends: InlineArray<256, Int32>, _ shift: UInt64
  ) {
    for byte in 0..<256 {
      while next[byte] < ends[byte] {
        var item = items[base + Int(next[byte])]
        while true {
          let target = Int(item.chunk >> shift & 0xff)
          if target == byte { break }
          let place = base + Int(next[target])
          next[target] &+= 1
          let other = items[place]
          items[place] = item
          item = other
        }
        items[base + Int(next[byte])] = item
        next[byte] &+= 1
      }
    }
  }

  private static func insertionSort(_ items: inout MutableSpan<SortItem>, _ range: Range<Int>) {
    guard range.count > 1 else { return }
    for index in range.lowerBound + 1..<range.upperBound {
      let item = items[index]
      var hole = index
      while hole > range.lowerBound, items[hole - 1].chunk > item.chunk {
        items[hole] = items[hole - 1]
        hole -= 1
      }
      items[hole] = item
    }
  }
}
