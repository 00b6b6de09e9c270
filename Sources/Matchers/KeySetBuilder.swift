/// Builds a `KeySet` image.
///
/// Holds a copy of the keys, and while building twelve bytes more for each beside the image itself.
public struct KeySetBuilder {
  private let fixedWidth: Int?
  private let ignoresCase: Bool
  private let seed: UInt64
  private var keys: [UInt8] = []
  /// Where each key ends in `keys`; empty for fixed widths.
  private var ends: [Int] = []
  private var numbers: [UInt32] = []
  private var problem: ImageError?

  /// Seeds that are tried before the table is sorted instead; tests lower it.
  var attempts = 8
  /// The most records of a bucket; tests lower it.
  var longestBucket = KeySet.longestBucket

  /// A builder without keys.
  ///
  /// - Parameters:
  ///   - fixedWidth: bytes of each key, or nil for keys of 0–65 535 bytes.
  ///   - ignoresCase: whether lookups fold ASCII capitals; the keys must be lower case then.
  ///   - seed: where the search for a good hash begins; part of the image.
  public init(fixedWidth: Int?, ignoresCase: Bool, seed: UInt64) {
    self.fixedWidth = fixedWidth
    self.ignoresCase = ignoresCase
    self.seed = seed
    if let fixedWidth, !(0...KeySet.longestKey).contains(fixedWidth) {
      problem = .unusableInput("keys of \(fixedWidth) bytes")
    }
  }

  /// Number of keys inserted so far.
  public var count: Int { numbers.count }

  /// Makes room for `count` keys of `bytes` bytes in all.
  public mutating func reserve(count: Int, bytes: Int) {
    keys.reserveCapacity(bytes)
    numbers.reserveCapacity(count)
    if fixedWidth == nil { ends.reserveCapacity(count) }
  }

  /// Adds a key; what is wrong with it is thrown by `build()`.
  public mutating func insert(_ key: RawSpan, number: UInt32) {
    guard problem == nil else { return }
    guard number != KeySet.none else {
      problem = .unusableInput("the number \(number) means no key")
      return
    }
    if let fixedWidth {
      guard key.byteCount == fixedWidth else {
        problem = .unusableInput("a key of \(key.byteCount) bytes among those of \(fixedWidth)")
        return
      }
    } else if key.byteCount > KeySet.longestKey {
      problem = .unusableInput("a key of \(key.byteCount) bytes")
      return
    }
    guard numbers.count < Int(UInt32.max) - 1 else {
      problem = .unusableInput("more keys than 32 bits can count")
      return
    }
    unsafe key.withUnsafeBytes { bytes in
      // SAFETY: the buffer is valid within the closure, and only read.
      if ignoresCase, unsafe bytes.contains(where: { $0 &- 65 < 26 }) {
        problem = .unusableInput("a key with capitals in a set that ignores case")
      }
      unsafe keys.append(contentsOf: bytes)
    }
    if fixedWidth == nil { ends.append(keys.count) }
    numbers.append(number)
  }

  /// The image: a function of the (key, number) pairs and the seed, not of their order.
  ///
  /// - Throws: `ImageError.unusableInput` if two keys are equal, one has the wrong width, or the
  ///   records would take more than 16 GiB.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    let keySpan = keys.rawBytes
    let bucketCount = max(1, (numbers.count + KeySet.meanBucket - 1) / KeySet.meanBucket)
    var hashes = [UInt64](repeating: 0, count: numbers.count)
    var seeds = SplitMix64(state: seed)
    var seed = seed
    for _ in 0..<attempts {
      seed = seeds.next()
      let hash = KeyHash(seed: seed)
      var counts = [UInt32](repeating: 0, count: bucketCount + 1)
      var longest: UInt32 = 0
      for index in 0..<numbers.count {
        let range = place(index)
        // The keys are lower case already where case is ignored.
        hashes[index] = hash.hash(
          keySpan, at: range.lowerBound, length: range.count, foldingCase: false)
        let bucket = hashes[index].scaled(to: bucketCount)
        counts[bucket] += 1
        longest = max(longest, counts[bucket])
      }
      if longest <= longestBucket {
        let order = bucketOrder(&counts, hashes: hashes)
        try checkNoDoubles(order)
        return try write(order, buckets: counts, hashes: hashes, seed: seed, kind: .hashed)
      }
    }
    let hash = KeyHash(seed: seed)
    for index in 0..<numbers.count {
      let range = place(index)
      hashes[index] = hash.hash(
        keySpan, at: range.lowerBound, length: range.count, foldingCase: false)
    }
    let order = (0..<UInt32(numbers.count)).sorted { compare(Int($0), Int($1)) < 0 }
    try checkNoDoubles(order)
    let buckets = (0...max(1, UInt32(numbers.count))).map { min($0, UInt32(numbers.count)) }
    return try write(order, buckets: buckets, hashes: hashes, seed: seed, kind: .sorted)
  }

  /// Where a key lies in `keys`.
  @inline(__always)
  private func place(_ index: Int) -> Range<Int> {
    if let fixedWidth { return index * fixedWidth..<(index + 1) * fixedWidth }
    return (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private func compare(_ a: Int, _ b: Int) -> Int {
    let first = place(a)
    let second = place(b)
    let span = keys.rawBytes
    return KeyBytes.order(
      span, at: first.lowerBound, length: first.count, span, at: second.lowerBound,
      length: second.count, foldingCase: false)
  }

  /// The keys by bucket, within one by hash, then by bytes; turns counts into first positions.
  private func bucketOrder(_ counts: inout [UInt32], hashes: [UInt64]) -> [UInt32] {
    var sum: UInt32 = 0
    for bucket in counts.indices {
      let count = counts[bucket]
      counts[bucket] = sum
      sum += count
    }
    let bucketCount = counts.count - 1
    var next = counts
    var order = [UInt32](repeating: 0, count: hashes.count)
    for index in hashes.indices {
      let bucket = hashes[index].scaled(to: bucketCount)
      order[Int(next[bucket])] = UInt32(index)
      next[bucket] += 1
    }
    // Insertion sort: a bucket holds a handful.
    for bucket in 0..<bucketCount {
      let start = Int(counts[bucket])
      let end = Int(counts[bucket + 1])
      guard end - start > 1 else { continue }
      for at in start + 1..<end {
        let key = order[at]
        var to = at
        while to > start, sortsBefore(key, order[to - 1], hashes) {
          order[to] = order[to - 1]
          to -= 1
        }
        order[to] = key
      }
    }
    return order
  }

  private func sortsBefore(_ a: UInt32, _ b: UInt32, _ hashes: [UInt64]) -> Bool {
    let first = hashes[Int(a)]
    let second = hashes[Int(b)]
    return first != second ? first < second : compare(Int(a), Int(b)) < 0
  }

  private func checkNoDoubles(_ order: [UInt32]) throws(ImageError) {
    guard order.count > 1 else { return }
    for at in 1..<order.count where isDouble(order[at - 1], order[at]) {
      throw .unusableInput(
        "numbers \(numbers[Int(order[at - 1])]) and \(numbers[Int(order[at])]) have the same key")
    }
  }

  @inline(__always)
  private func isDouble(_ a: UInt32, _ b: UInt32) -> Bool {
    let first = place(Int(a))
    let second = place(Int(b))
    let span = keys.rawBytes
    return first.count == second.count
      && KeyBytes.equal(
        span, at: first.lowerBound, span, at: second.lowerBound, length: first.count,
        foldingCase: false)
  }

  /// Bytes of a key's record.
  private func recordBytes(_ index: Int) -> Int {
    if let fixedWidth { return fixedWidth + 4 }
    return KeySet.recordHeader + KeySet.padded(place(index).count)
  }

  private func write(
    _ order: [UInt32], buckets: [UInt32], hashes: [UInt64], seed: UInt64, kind: KeySet.Order
  ) throws(ImageError) -> [UInt8] {
    var total = 0
    for index in numbers.indices { total += recordBytes(index) }
    guard fixedWidth != nil || total / KeySet.recordUnit <= Int(UInt32.max) else {
      throw .unusableInput("records of \(total) bytes")
    }
    let words = BlockedFilter.wordCount(keys: numbers.count)
    var writer = ImageWriter(
      format: KeySet.format,
      parameters: [
        fixedWidth.map { UInt64($0) } ?? KeySet.variableWidth, ignoresCase ? 1 : 0, seed,
        UInt64(numbers.count), kind.rawValue, UInt64(total),
      ],
      counts: [words, buckets.count, total + 8])

    var filter = [UInt64](repeating: 0, count: words)
    for hash in hashes {
      filter[BlockedFilter.word(of: hash, count: words)] |= BlockedFilter.mask(of: hash)
    }
    writer.store(filter, section: 0)

    let span = keys.rawBytes
    var at = 0
    var bucket = 0
    for (position, index) in order.enumerated() {
      while bucket < buckets.count, Int(buckets[bucket]) <= position {
        writer.store(offset(position: position, byteOffset: at), section: 1, index: bucket)
        bucket += 1
      }
      let range = place(Int(index))
      let number = numbers[Int(index)]
      var keyAt = at
      if fixedWidth != nil {
        writer.store(number, section: 2, byteOffset: at + range.count)
      } else {
        let header = KeySet.lengthAndTag(length: range.count, hash: hashes[Int(index)])
        writer.store(header, section: 2, byteOffset: at)
        writer.store(number, section: 2, byteOffset: at + 4)
        keyAt += KeySet.recordHeader
      }
      writer.copy(span.extracting(range), section: 2, byteOffset: keyAt)
      at += recordBytes(Int(index))
    }
    while bucket < buckets.count {
      writer.store(offset(position: order.count, byteOffset: at), section: 1, index: bucket)
      bucket += 1
    }
    return writer.bytes
  }

  /// An element of the offsets: records before this one, or bytes in units of four.
  private func offset(position: Int, byteOffset: Int) -> UInt32 {
    UInt32(fixedWidth == nil ? byteOffset / KeySet.recordUnit : position)
  }
}
