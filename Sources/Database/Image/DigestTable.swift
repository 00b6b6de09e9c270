import Indicators
import Parsing

/// The digests of one kind, from lists and from records, sorted by value.
///
/// Digests are spread evenly, so their leading bits divide them into parts of some thousands, which
/// lie behind one another; each part is then sorted within the cache. So ten million digests are
/// only ever read and written in the order of memory.
///
///     values   width bytes …   the digests, part by part, later in order
///     numbers  UInt32 …        where each digest comes from (`DigestOrigins`)
///
/// Lists can be crafted so that all digests begin alike and are one part. That part is sorted by
/// the first eight bytes in linear time, and runs that are equal in them by comparing.
struct DigestTable {
  private let width: Int
  private let origins: DigestOrigins
  private var values: [UInt8]
  private var numbers: [UInt32]
  /// Where the parts begin, and the end.
  private var parts: [Int]

  /// How many digests a part has on average.
  private static let meanPart = 4096

  /// Takes the digests of one kind.
  init(_ kind: IndicatorKind, _ origins: DigestOrigins) {
    self.origins = origins
    width = kind.fixedWidth ?? 0
    let count = origins.count
    var bits = 0
    while bits < 12, count >> bits > Self.meanPart { bits += 1 }
    parts = Self.parts(origins, width, bits)
    values = []
    numbers = []
    scatter(count, bits)
  }

  /// The part of a digest: its leading bits.
  @inline(__always)
  private static func part(_ values: RawSpan, _ offset: Int, _ bits: Int) -> Int {
    Int(values.bigEndianUInt32(unchecked: offset) >> 16) >> (16 - bits)
  }

  private static func parts(_ origins: DigestOrigins, _ width: Int, _ bits: Int) -> [Int] {
    var parts = [Int](repeating: 0, count: (1 << bits) + 1)
    for list in origins.lists {
      let values = list.values.rawSpan
      for index in 0..<list.count { parts[part(values, index * width, bits) + 1] += 1 }
    }
    let values = origins.collection.values.rawSpan
    for record in origins.loose {
      parts[part(values, origins.place(ofRecord: record), bits) + 1] += 1
    }
    var sum = 0
    for part in parts.indices {
      sum += parts[part]
      parts[part] = sum
    }
    return parts
  }

  /// Puts each digest into its part.
  private mutating func scatter(_ count: Int, _ bits: Int) {
    let (width, origins, parts) = (width, origins, parts)
    var numbers: [UInt32] = []
    values.append(addingCapacity: count * width) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, written in
        numbers.append(addingCapacity: count) { numberOutput in
          unsafe numberOutput.withUnsafeMutableBufferPointer { numberBuffer, numbersWritten in
            // SAFETY: both buffers have room for `count` digests and as many numbers, and all are
            // written.
            unsafe Self.scatter(
              origins, width, bits, parts, UnsafeMutableRawBufferPointer(buffer), numberBuffer)
            numbersWritten = count
          }
        }
        written = count * width
      }
    }
    self.numbers = numbers
  }

  private static func scatter(
    _ origins: DigestOrigins, _ width: Int, _ bits: Int, _ parts: [Int],
    _ values: UnsafeMutableRawBufferPointer, _ numbers: UnsafeMutableBufferPointer<UInt32>
  ) {
    guard let base = values.baseAddress else { return }
    var next = parts
    var number: UInt32 = 0
    for list in origins.lists {
      let source = list.values.rawSpan
      for index in 0..<list.count {
        let part = part(source, index &* width, bits)
        let place = next[part]
        next[part] = place &+ 1
        // SAFETY: the parts' ends add up to the number of digests, so that each digest has a place
        // of its own below that.
        unsafe copy(source, index &* width, to: base + place &* width, width)
        unsafe numbers[place] = origins.isOneList ? list.lines[index] : number
        number &+= 1
      }
    }
    let source = origins.collection.values.rawSpan
    for record in origins.loose {
      let offset = origins.place(ofRecord: record)
      let part = part(source, offset, bits)
      let place = next[part]
      next[part] = place &+ 1
      // SAFETY: as above.
      unsafe copy(source, offset, to: base + place &* width, width)
      unsafe numbers[place] = number
      number &+= 1
    }
  }

  @inline(__always)
  private static func copy(
    _ source: RawSpan, _ offset: Int, to target: UnsafeMutableRawPointer, _ width: Int
  ) {
    var done = 0
    // SAFETY: the target has `width` bytes; a word is stored only where eight of them are left.
    // All widths are multiples of four, nearly all of eight.
    while done + 8 <= width {
      unsafe target.storeBytes(
        of: source.littleEndianUInt64(unchecked: offset + done).littleEndian, toByteOffset: done,
        as: UInt64.self)
      done += 8
    }
    while done < width {
      unsafe target.storeBytes(
        of: source.byte(unchecked: offset + done), toByteOffset: done, as: UInt8.self)
      done += 1
    }
  }

  /// Sorts the digests, keeps each once, and calls a closure with the numbers of each, ascending;
  /// returns the values.
  ///
  /// To be called once.
  mutating func sort(_ body: (ArraySlice<UInt32>) -> Void) -> [UInt8] {
    var part: [UInt8] = []
    var partNumbers: [UInt32] = []
    var items: [SortItem] = []
    var kept = 0
    for index in 1..<parts.count {
      let range = parts[index - 1]..<parts[index]
      if range.isEmpty { continue }
      part.removeAll(keepingCapacity: true)
      part.append(values.rawSpan.extracting(range.lowerBound * width..<range.upperBound * width))
      items.removeAll(keepingCapacity: true)
      for place in 0..<range.count {
        items.append(
          SortItem(
            chunk: part.rawSpan.littleEndianUInt64(unchecked: place * width).byteSwapped,
            record: UInt32(truncatingIfNeeded: place)))
      }
      EntrySorter.sortByChunk(&items)
      sortEqualRuns(&items, part, range.lowerBound)
      partNumbers.removeAll(keepingCapacity: true)
      for item in items { partNumbers.append(numbers[range.lowerBound + Int(item.record)]) }
      var start = 0
      while start < items.count {
        let place = Int(items[start].record) * width
        var end = start + 1
        while end < items.count, items[end].chunk == items[start].chunk,
          Self.isEqual(part, place, Int(items[end].record) * width, width)
        {
          end += 1
        }
        copy(part, place, to: kept)
        kept += 1
        body(partNumbers[start..<end])
        start = end
      }
    }
    values.removeLast(values.count - kept * width)
    return values
  }

  /// Copies a digest of the current part to place `index` of the sorted ones.
  ///
  /// The place is in or before the part, whose digests are safe in `part`.
  private mutating func copy(_ part: [UInt8], _ place: Int, to index: Int) {
    let width = width
    unsafe values.withUnsafeMutableBytes { target in
      unsafe part.withUnsafeBytes { source in
        // SAFETY: both ranges are `width` bytes inside their arrays: no more digests are kept than
        // there were.
        unsafe (target.baseAddress.unsafelyUnwrapped + index * width).copyMemory(
          from: source.baseAddress.unsafelyUnwrapped + place, byteCount: width)
      }
    }
  }

  private func sortEqualRuns(_ items: inout [SortItem], _ part: [UInt8], _ base: Int) {
    let (width, numbers) = (width, numbers)
    var start = 0
    while start < items.count {
      var end = start + 1
      while end < items.count, items[end].chunk == items[start].chunk { end += 1 }
      if end - start > 1 {
        items[start..<end].sort { left, right in
          let (a, b) = (Int(left.record) * width, Int(right.record) * width)
          let order = Self.order(part, a, b, width)
          return order == 0
            ? numbers[base + Int(left.record)] < numbers[base + Int(right.record)] : order < 0
        }
      }
      start = end
    }
  }

  private static func isEqual(_ bytes: [UInt8], _ left: Int, _ right: Int, _ width: Int) -> Bool {
    order(bytes, left, right, width) == 0
  }

  private static func order(_ bytes: [UInt8], _ left: Int, _ right: Int, _ width: Int) -> Int {
    let span = bytes.rawSpan
    var offset = 0
    // All widths are multiples of four.
    while offset < width {
      let a = span.bigEndianUInt32(unchecked: left + offset)
      let b = span.bigEndianUInt32(unchecked: right + offset)
      if a != b { return a < b ? -1 : 1 }
      offset += 4
    }
    return 0
  }
}

/// Where the digests of a `DigestTable` come from, by their numbers.
///
/// The values of the lists are numbered one after the other, then the records. If there is only one
/// list, the numbers are its lines instead, which are then at hand where they are needed.
struct DigestOrigins {
  let lists: [DigestList]
  /// Records of the kind outside the lists.
  let loose: [UInt32]
  let collection: IndicatorCollection
  /// Whether there is nothing but one list, so that the numbers are its lines.
  let isOneList: Bool
  /// The numbers of each list's first value and of the first record.
  private let starts: [Int]

  /// Lists of one kind, and records of the kind in a collection.
  init(_ lists: [DigestList], loose: [UInt32], _ collection: IndicatorCollection) {
    self.lists = lists
    self.loose = loose
    self.collection = collection
    var starts = [0]
    for list in lists { starts.append((starts.last ?? 0) + list.count) }
    self.starts = starts
    isOneList = lists.count == 1 && loose.isEmpty
  }

  /// Number of digests.
  var count: Int { (starts.last ?? 0) + loose.count }

  func place(ofRecord record: UInt32) -> Int {
    Int(collection.records[Int(record)].valueOffset)
  }

  /// The record with a number.
  @inline(__always)
  func record(_ number: UInt32) -> IndicatorRecord {
    if isOneList {
      let list = lists[0]
      return IndicatorRecord(
        kind: list.kind, mode: .exact, feed: list.feed, line: number, context: list.context,
        valueLength: 0, valueOffset: 0)
    }
    let index = Int(number)
    guard let list = starts.lastIndex(where: { $0 <= index }), list < lists.count else {
      return collection.records[Int(loose[index - (starts.last ?? 0)])]
    }
    return lists[list].record(index - starts[list])
  }
}
