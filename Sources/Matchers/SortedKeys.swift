import CByteKernels

/// A view of a sorted table of keys of one width, such as digests, that finds a key's place in it.
///
/// The keys themselves are the structure: since digests are spread evenly, the leading bits of a
/// key say almost exactly where it is. Beside the table there are only
///
///     filter    UInt64 …   15 bits a key
///     offsets   UInt32 …   for each bucket the number of keys before it, then that of all keys;
///                          four keys to a bucket
///
/// so that a key costs 2.5 bytes more than its own. Lists can be crafted so that all keys begin
/// alike: within a bucket the search is binary, so that a lookup never takes more than 32 steps.
///
/// Opening checks the frame and lengths only; whatever image and table hold, nothing outside them
/// is read.
public struct SortedKeys: Sendable {
  /// Keys to a bucket on average.
  static let meanBucket = 4
  /// Bytes of the shortest keys: a bucket is chosen by the first eight, the hash is of sixteen.
  static let shortestKey = 16
  static let format = ImageFormat(
    magic: "SekiSort", version: 1, parameterCount: 3, elementSizes: [8, 4])

  let owner: ImageBytes
  let range: Range<Int>
  let filter: BlockedFilter
  let offsets: ImageTable<UInt32>
  let keys: ImageTable<UInt8>
  let hash: KeyHash
  let bucketCount: Int

  /// Number of keys.
  public let count: Int
  /// Bytes of each key.
  public let width: Int

  /// Opens an image over a table of keys in the same bytes; both may be hostile.
  public init(image: ImageBytes, range: Range<Int>, keys table: Range<Int>) throws(ImageError) {
    let reader = try ImageReader(image: image, range: range, format: Self.format)
    owner = image
    self.range = range
    width = try reader.count(0, atMost: 255)
    hash = KeyHash(seed: reader.parameters[1])
    count = try reader.count(2, atMost: Int(UInt32.max) - 1)
    filter = BlockedFilter(words: try reader.table(0))
    offsets = try reader.table(1)
    bucketCount = offsets.count - 1
    guard width >= Self.shortestKey, count > 0, bucketCount >= 1, table.count == count * width
    else { throw .damaged("the sorted keys' tables do not fit one another") }
    keys = try ImageTable(image: image, offset: table.lowerBound, count: table.count)
  }

  /// For each key its place in the table plus `firstNumber`, or `KeySet.none`; as `KeySet.lookup`.
  public func lookup(
    _ queries: Span<KeyReference>, in bytes: RawSpan, firstNumber: UInt32 = 0,
    numbers: inout MutableSpan<UInt32>
  ) {
    precondition(numbers.count >= queries.count, "no room for the answers")
    var first = 0
    while first < queries.count {
      let end = min(queries.count, first + 64)
      lookupGroup(queries, first..<end, in: bytes, firstNumber, &numbers)
      first = end
    }
  }

  private func lookupGroup(
    _ queries: Span<KeyReference>, _ range: Range<Int>, in bytes: RawSpan, _ firstNumber: UInt32,
    _ numbers: inout MutableSpan<UInt32>
  ) {
    let hash = self.hash
    let filter = self.filter
    let width = self.width
    var hashes = InlineArray<64, UInt64>(repeating: 0)
    var members = InlineArray<64, Int32>(repeating: 0)
    var usable = 0
    for index in range {
      let query = queries[index]
      numbers[index] = KeySet.none
      let offset = Int(query.offset)
      guard Int(query.length) == width, offset &+ width <= bytes.byteCount else { continue }
      let hash = hash.hash(bytes, at: offset, length: Self.shortestKey, foldingCase: false)
      filter.prefetch(hash)
      hashes[usable & 63] = hash
      members[usable & 63] = Int32(truncatingIfNeeded: index &- range.lowerBound)
      usable &+= 1
    }
    var passed = 0
    for index in 0..<usable {
      let hash = hashes[index & 63]
      members[passed & 63] = members[index & 63]
      passed &+= filter.passes(hash)
    }
    for index in 0..<passed {
      offsets.prefetch(bucket(of: queries, range.lowerBound &+ Int(members[index & 63]), bytes))
    }
    var firsts = InlineArray<64, UInt32>(repeating: 0)
    var ends = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<passed {
      let bucket = bucket(of: queries, range.lowerBound &+ Int(members[index & 63]), bytes)
      firsts[index & 63] = offsets[clamping: bucket]
      ends[index & 63] = offsets[clamping: bucket &+ 1]
      keys.prefetch(Int(firsts[index & 63]) &* width)
      keys.prefetch(Int(firsts[index & 63]) &* width &+ 64)
    }
    for index in 0..<passed {
      let member = range.lowerBound &+ Int(members[index & 63])
      let place = search(
        bytes, at: Int(queries[member].offset), from: Int(firsts[index & 63]),
        to: Int(ends[index & 63]))
      if place != KeySet.none { numbers[member] = place &+ firstNumber }
    }
  }

  @inline(__always)
  private func bucket(of queries: Span<KeyReference>, _ index: Int, _ bytes: RawSpan) -> Int {
    Self.bucket(bytes, at: Int(queries[index].offset), count: bucketCount)
  }

  /// The bucket of a key: rises with the key.
  @inline(__always)
  static func bucket(_ bytes: RawSpan, at offset: Int, count: Int) -> Int {
    bytes.little(unchecked: offset, as: UInt64.self).byteSwapped.scaled(to: count)
  }

  /// The place of a key between two places, or `KeySet.none`; the two places are not trusted.
  @inline(__always)
  private func search(_ query: RawSpan, at offset: Int, from first: Int, to end: Int) -> UInt32 {
    var low = min(max(first, 0), count)
    var high = min(max(end, low), count)
    let stored = keys.bytes
    let wanted = query.little(unchecked: offset, as: UInt64.self)
    // The distance halves in each round.
    while high &- low > 8 {
      let middle = low &+ (high &- low) / 2
      if order(query, at: offset, stored, at: middle &* width) < 0 {
        high = middle
      } else {
        low = middle
      }
    }
    while low < high {
      let at = low &* width
      if stored.little(unchecked: at, as: UInt64.self) == wanted,
        KeyBytes.equal(
          query, at: offset &+ 8, stored, at: at &+ 8, length: width &- 8, foldingCase: false)
      {
        return UInt32(truncatingIfNeeded: low)
      }
      low &+= 1
    }
    return KeySet.none
  }

  @inline(__always)
  private func order(_ query: RawSpan, at offset: Int, _ stored: RawSpan, at place: Int) -> Int {
    let left = query.little(unchecked: offset, as: UInt64.self).byteSwapped
    let right = stored.little(unchecked: place, as: UInt64.self).byteSwapped
    if left != right { return left < right ? -1 : 1 }
    return KeyBytes.order(
      query, at: offset &+ 8, length: width &- 8, stored, at: place &+ 8, length: width &- 8,
      foldingCase: false)
  }

  /// Checks that the keys rise and that each lies in its bucket, so that each is found.
  public func verify() throws(ImageError) {
    try ImageReader(image: owner, range: range, format: Self.format).verifyPadding()
    let stored = keys.bytes
    guard offsets[clamping: 0] == 0, Int(offsets[clamping: bucketCount]) == count else {
      throw .damaged("the buckets of sorted keys do not span them")
    }
    var last = 0
    for index in 0..<count {
      let at = index * width
      if index > 0, order(stored, at: at - width, stored, at: at) >= 0 {
        throw .damaged("key \(index) is not behind the one before it")
      }
      let bucket = Self.bucket(stored, at: at, count: bucketCount)
      while last < bucket {
        last += 1
        guard Int(offsets[clamping: last]) == index else {
          throw .damaged("bucket \(last) of sorted keys begins elsewhere")
        }
      }
      let hash = hash.hash(stored, at: at, length: Self.shortestKey, foldingCase: false)
      guard filter.mayContain(hash) else { throw .damaged("the filter lacks key \(index)") }
    }
    while last + 1 < bucketCount {
      last += 1
      guard Int(offsets[clamping: last]) == count else {
        throw .damaged("bucket \(last) of sorted keys begins elsewhere")
      }
    }
  }

  /// The image for a table of keys that rise.
  ///
  /// - Throws: `ImageError.unusableInput` if the table is empty, `width` is out of range or does
  ///   not divide it, or a key belongs to a bucket before that of the previous key.
  public static func build(
    _ keys: RawSpan, width: Int, seed: UInt64
  ) throws(ImageError) -> [UInt8] {
    guard (shortestKey...255).contains(width), keys.byteCount > 0, keys.byteCount % width == 0,
      keys.byteCount / width < Int(UInt32.max)
    else { throw .unusableInput("keys of \(width) bytes in a table of \(keys.byteCount)") }
    let count = keys.byteCount / width
    let bucketCount = max(1, (count + meanBucket - 1) / meanBucket)
    let hash = KeyHash(seed: seed)
    var offsets = [UInt32](repeating: UInt32(count), count: bucketCount + 1)
    var words = [UInt64](repeating: 0, count: BlockedFilter.wordCount(keys: count))
    var last = 0
    offsets[0] = 0
    // The filter is larger than the caches: its words are asked for some keys ahead.
    var ahead = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<count &+ 16 {
      if index >= 16 {
        let hash = ahead[index & 15]
        words[BlockedFilter.word(of: hash, count: words.count)] |= BlockedFilter.mask(of: hash)
      }
      if index >= count { continue }
      let bucket = bucket(keys, at: index &* width, count: bucketCount)
      guard bucket >= last else { throw .unusableInput("key \(index) is out of order") }
      while last < bucket {
        last &+= 1
        offsets[last] = UInt32(truncatingIfNeeded: index)
      }
      let hash = hash.hash(keys, at: index &* width, length: shortestKey, foldingCase: false)
      ahead[index & 15] = hash
      Self.prefetch(words, BlockedFilter.word(of: hash, count: words.count))
    }
    var writer = ImageWriter(
      format: format, parameters: [UInt64(width), seed, UInt64(count)],
      counts: [words.count, offsets.count])
    writer.copy(words.rawBytes, section: 0, byteOffset: 0)
    writer.copy(offsets.rawBytes, section: 1, byteOffset: 0)
    return writer.finish()
  }

  /// Prefetches a word.
  @inline(__always)
  private static func prefetch(_ words: [UInt64], _ index: Int) {
    // SAFETY: the address is only a hint, which is never read from.
    unsafe words.withUnsafeBufferPointer { words in
      if let base = words.baseAddress { unsafe sekisho_prefetch(base + index) }
    }
  }
}
