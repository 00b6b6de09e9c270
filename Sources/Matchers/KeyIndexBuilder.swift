/// Builds a `KeyIndex` image.
///
/// Keys are hashed as they come and not kept. The builder holds twelve bytes a key; the image takes
/// 6.9 more.
public struct KeyIndexBuilder {
  private let ignoresCase: Bool
  private let seed: UInt64
  private let hash: KeyHash
  private var hashes: [UInt64] = []
  private var numbers: [UInt32] = []
  private var largest: UInt32 = 0

  /// The most slots of a bucket; tests lower it.
  public var longestBucket = KeyIndex.longestBucket

  /// A builder without keys.
  ///
  /// - Parameters:
  ///   - ignoresCase: whether lookups fold ASCII capitals; the keys must be lower case then.
  ///   - seed: the seed of the hash; try another one if `build()` returns nil.
  ///   - count: number of keys that are expected.
  public init(ignoresCase: Bool, seed: UInt64, expecting count: Int = 0) {
    self.ignoresCase = ignoresCase
    self.seed = seed
    hash = KeyHash(seed: seed)
    hashes.reserveCapacity(count)
    numbers.reserveCapacity(count)
  }

  /// Number of keys inserted so far.
  public var count: Int { hashes.count }

  /// Adds a key, which must differ from those before, with a number below 2³¹.
  public mutating func insert(_ key: RawSpan, number: UInt32) {
    precondition(number < 1 << 31, "numbers have 31 bits")
    hashes.append(hash.hash(key, at: 0, length: key.byteCount, foldingCase: false))
    numbers.append(number)
    largest = max(largest, number)
  }

  /// The image, or nil if a bucket would be too long; a function of the keys in order and the seed.
  public func build() -> [UInt8]? {
    let bucketCount = max(1, (hashes.count + KeyIndex.meanBucket - 1) / KeyIndex.meanBucket)
    var ends = [UInt32](repeating: 0, count: bucketCount + 1)
    var longest: UInt32 = 0
    for hash in hashes {
      let bucket = hash.scaled(to: bucketCount)
      ends[bucket] += 1
      longest = max(longest, ends[bucket])
    }
    guard longest <= longestBucket else { return nil }
    var sum: UInt32 = 0
    for bucket in ends.indices {
      sum += ends[bucket]
      ends[bucket] = sum
    }
    let numberBits = UInt32(max(1, 32 - largest.leadingZeroBitCount))
    var slots = [UInt32](repeating: 0, count: max(1, hashes.count))
    // From the last key to the first, so that each bucket's end becomes its start.
    for index in hashes.indices.reversed() {
      let bucket = hashes[index].scaled(to: bucketCount)
      ends[bucket] -= 1
      slots[Int(ends[bucket])] =
        KeyIndex.tag(of: hashes[index], numberBits: numberBits) | numbers[index]
    }
    return image(offsets: ends, slots: slots, numberBits: numberBits, hasSlots: true)
  }

  /// The image of an index whose owner searches its table for every key that passes the filter.
  public func buildFilterOnly() -> [UInt8] {
    image(offsets: [0, 0], slots: [0], numberBits: 1, hasSlots: false)
  }

  private func image(
    offsets: [UInt32], slots: [UInt32], numberBits: UInt32, hasSlots: Bool
  ) -> [UInt8] {
    let filter = BlockedFilter.words(of: hashes)
    var writer = ImageWriter(
      format: KeyIndex.format,
      parameters: [
        ignoresCase ? 1 : 0, seed, UInt64(hashes.count), hasSlots ? 1 : 0, UInt64(numberBits),
      ],
      counts: [filter.count, offsets.count, slots.count])
    writer.copy(filter.rawBytes, section: 0, byteOffset: 0)
    writer.copy(offsets.rawBytes, section: 1, byteOffset: 0)
    writer.copy(slots.rawBytes, section: 2, byteOffset: 0)
    return writer.finish()
  }
}

extension BlockedFilter {
  /// The words of a filter of keys with these hashes.
  static func words(of hashes: [UInt64]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: wordCount(keys: hashes.count))
    for hash in hashes { words[word(of: hash, count: words.count)] |= mask(of: hash) }
    return words
  }
}
