internal import Parsing

/// The comparison keys of all records, in one arena.
struct KeyArena {
  var bytes: [UInt8] = []
  /// Where each record's key begins.
  var offsets: [UInt64] = []
  var lengths: [UInt32] = []
  /// Everything else that tells two entries of one kind apart (`EntryAttributes`), in the order of
  /// comparison.
  var attributes: [UInt64] = []

  func range(_ record: UInt32) -> Range<Int> {
    let start = Int(offsets[Int(record)])
    return start..<start + Int(lengths[Int(record)])
  }
}

/// A record on its way through the sort: its number, and the part of its key now compared.
struct SortItem {
  var chunk: UInt64
  var record: UInt32
}

/// Sorts records by key, then by attributes, in time linear in the bytes of the keys.
///
/// Keys are compared seven bytes at a time, held as a number beside the record so that the sort
/// itself touches no key: the high 56 bits are the bytes, zero-padded, the low eight how many bytes
/// are left, at most 8. So a shorter key sorts before any longer one it begins, and two keys with
/// equal chunks of which seven bytes or fewer were left are equal. Runs of equal chunks are sorted
/// again by the next seven bytes; equal keys by their attributes. No comparison ever walks a common
/// prefix twice, so feeds made of a million long and almost equal values cost no more than others.
struct EntrySorter {
  private var items: [SortItem]
  private var spare: [SortItem] = []
  private var pending: [(lower: Int, upper: Int, depth: Int)] = []

  private static let chunkLength = 7
  /// Runs up to this length are sorted by insertion.
  private static let shortRun = 24
  /// In place of a depth: the run's keys are equal, compare attributes.
  private static let attributeDepth = -1

  /// The records in order; records with equal key and attributes keep theirs.
  static func sort(_ records: consuming [SortItem], by keys: KeyArena) -> [SortItem] {
    var sorter = EntrySorter(items: records)
    sorter.run(keys)
    return sorter.items
  }

  private init(items: [SortItem]) {
    self.items = items
    spare = items
  }

  private mutating func run(_ keys: KeyArena) {
    pending.append((0, items.count, 0))
    while let (lower, upper, depth) = pending.popLast() {
      if depth == Self.attributeDepth {
        for index in lower..<upper {
          items[index].chunk = keys.attributes[Int(items[index].record)]
        }
      } else {
        loadChunks(lower..<upper, depth: depth, keys)
      }
      sortByChunk(lower..<upper)
      if depth != Self.attributeDepth { pushEqualRuns(lower..<upper, depth: depth) }
    }
  }

  private mutating func loadChunks(_ range: Range<Int>, depth: Int, _ keys: KeyArena) {
    keys.bytes.withBytes { bytes in
      for index in range {
        let record = Int(items[index].record)
        let start = Int(keys.offsets[record]) + depth * Self.chunkLength
        let left = Int(keys.lengths[record]) - depth * Self.chunkLength
        items[index].chunk = Self.chunk(bytes, at: start, left: left)
      }
    }
  }

  /// Up to seven bytes and how many are left.
  @inline(__always)
  static func chunk(_ bytes: RawSpan, at start: Int, left: Int) -> UInt64 {
    if start + 8 <= bytes.byteCount {
      let word = bytes.littleEndianUInt64(unchecked: start).byteSwapped
      let kept = min(left, chunkLength)
      // The `kept` bytes at the top stay.
      return word & ~(UInt64.max >> UInt64(kept * 8)) & ~0xff | UInt64(min(left, 8))
    }
    var word: UInt64 = 0
    for index in 0..<min(left, chunkLength) {
      word |= UInt64(bytes.byte(at: start + index)) << UInt64(56 - 8 * index)
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

  private mutating func sortByChunk(_ range: Range<Int>) {
    if range.count <= Self.shortRun {
      for index in range.dropFirst() {
        let item = items[index]
        var hole = index
        while hole > range.lowerBound, items[hole - 1].chunk > item.chunk {
          items[hole] = items[hole - 1]
          hole -= 1
        }
        items[hole] = item
      }
      return
    }
    radixSort(range)
  }

  /// Least significant byte first; bytes that are equal in all items are skipped.
  private mutating func radixSort(_ range: Range<Int>) {
    var differing: UInt64 = 0
    let first = items[range.lowerBound].chunk
    for index in range { differing |= items[index].chunk ^ first }
    var shift: UInt64 = 0
    while shift < 64 {
      defer { shift += 8 }
      if differing >> shift & 0xff == 0 { continue }
      var starts = [Int](repeating: 0, count: 257)
      for index in range { starts[Int(items[index].chunk >> shift & 0xff) + 1] += 1 }
      for byte in 1...256 { starts[byte] += starts[byte - 1] }
      for index in range {
        let item = items[index]
        let byte = Int(item.chunk >> shift & 0xff)
        spare[range.lowerBound + starts[byte]] = item
        starts[byte] += 1
      }
      for index in range { items[index] = spare[index] }
    }
  }
}
