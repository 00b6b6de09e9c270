import CByteKernels

/// Builds a `KeySet` image.
///
/// Holds a copy of the keys, and while building sixteen bytes more for each beside the image itself.
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
  /// - Parameter mergesEqualKeys: whether equal keys become one, with the lowest of their numbers.
  /// - Returns: the image's bytes.
  /// - Throws: `ImageError.unusableInput` if two keys are equal and are not merged, one has the wrong
  ///   width, or the records would take more than 16 GiB.
  public consuming func build(mergesEqualKeys: Bool = false) throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    var seeds = SplitMix64(state: seed)
    var order: HashOrder?
    var hash = KeyHash(seed: seed)
    var seed = seed
    for _ in 0..<attempts {
      seed = seeds.next()
      hash = KeyHash(seed: seed)
      var attempt = HashOrder(count: numbers.count) { hashOfKey(at: $0, hash) }
      attempt.sort { compare(Int($0), Int($1)) }
      try removeDoubles(&attempt, merges: mergesEqualKeys)
      if attempt.longestBucket(of: Self.bucketCount(attempt.count)) <= longestBucket {
        order = attempt
        break
      }
    }
    if let order { return try write(order, seed: seed, kind: .hashed) }
    var sorted = HashOrder(sorted: numbers.count, by: { compare(Int($0), Int($1)) }) {
      hashOfKey(at: $0, hash)
    }
    try removeDoubles(&sorted, merges: mergesEqualKeys)
    return try write(sorted, seed: seed, kind: .sorted)
  }

  private static func bucketCount(_ count: Int) -> Int {
    max(1, (count + KeySet.meanBucket - 1) / KeySet.meanBucket)
  }

  @inline(__always)
  private func hashOfKey(at index: Int, _ hash: KeyHash) -> UInt64 {
    let range = place(index)
    // The keys are lower case already where case is ignored.
    return hash.hash(
      keys.rawBytes, at: range.lowerBound, length: range.count, foldingCase: false)
  }

  /// Where a key lies in `keys`.
  @inline(__always)
  private func place(_ index: Int) -> Range<Int> {
    if let fixedWidth { return index * fixedWidth..<(index + 1) * fixedWidth }
    return (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// By bytes, then by number.
  private func compare(_ a: Int, _ b: Int) -> Int {
    let first = place(a)
    let second = place(b)
    let span = keys.rawBytes
    let order = KeyBytes.order(
      span, at: first.lowerBound, length: first.count, span, at: second.lowerBound,
      length: second.count, foldingCase: false)
    return order != 0 ? order : Int(numbers[a]) - Int(numbers[b])
  }

  /// Throws if there are equal keys, or keeps only the first of them if `merges` is set.
  private func removeDoubles(_ order: inout HashOrder, merges: Bool) throws(ImageError) {
    guard order.count > 1 else { return }
    var kept = 0
    for at in 1..<order.count {
      let (last, next) = (order[kept], order[at])
      if last.hash == next.hash, isDouble(last.index, next.index) {
        if merges { continue }
        throw .unusableInput(
          "numbers \(numbers[Int(last.index)]) and \(numbers[Int(next.index)]) have the same key")
      }
      kept += 1
      if kept != at { order[kept] = next }
    }
    order.truncate(to: kept + 1)
  }

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
  @inline(__always)
  private func recordBytes(_ index: Int) -> Int {
    if let fixedWidth { return fixedWidth + 4 }
    return KeySet.recordHeader + KeySet.padded(place(index).count)
  }

  /// Writes the image in the order of the keys.
  ///
  /// Every section is written from beginning to end, except the filter of keys that are not in the
  /// order of their hashes.
  private func write(
    _ order: HashOrder, seed: UInt64, kind: KeySet.Order
  ) throws(ImageError) -> [UInt8] {
    let count = order.count
    var total = count * (fixedWidth.map { $0 + 4 } ?? 0)
    if fixedWidth == nil {
      for at in 0..<count { total += recordBytes(Int(order[at].index)) }
      guard total / KeySet.recordUnit <= Int(UInt32.max) else {
        throw .unusableInput("records of \(total) bytes")
      }
    }
    let words = BlockedFilter.wordCount(keys: count)
    let bucketCount = kind == .hashed ? Self.bucketCount(count) : max(1, count)
    var writer = ImageWriter(
      format: KeySet.format,
      parameters: [
        fixedWidth.map { UInt64($0) } ?? KeySet.variableWidth, ignoresCase ? 1 : 0, seed,
        UInt64(count), kind.rawValue, UInt64(total),
      ],
      counts: [words, bucketCount + 1, total + 8])

    let span = keys.rawBytes
    var at = 0
    var bucket = 0
    for position in 0..<count {
      let (hash, index) = order[position]
      prefetchKey(order, position + 16)
      let own = kind == .hashed ? hash.scaled(to: bucketCount) : position
      while bucket <= own {
        writer.store(offset(position: position, byteOffset: at), section: 1, index: bucket)
        bucket += 1
      }
      writer.add(
        BlockedFilter.mask(of: hash), section: 0, index: BlockedFilter.word(of: hash, count: words))
      let range = place(Int(index))
      let number = numbers[Int(index)]
      var keyAt = at
      if fixedWidth != nil {
        writer.store(number, section: 2, byteOffset: at + range.count)
      } else {
        let header = KeySet.lengthAndTag(length: range.count, hash: hash)
        writer.store(header, section: 2, byteOffset: at)
        writer.store(number, section: 2, byteOffset: at + 4)
        keyAt += KeySet.recordHeader
      }
      writer.copy(span.extracting(range), section: 2, byteOffset: keyAt)
      at += recordBytes(Int(index))
    }
    while bucket <= bucketCount {
      writer.store(offset(position: count, byteOffset: at), section: 1, index: bucket)
      bucket += 1
    }
    return writer.finish()
  }

  /// Prefetches a key that will soon be copied: keys lie in the order of insertion.
  @inline(__always)
  private func prefetchKey(_ order: HashOrder, _ position: Int) {
    guard position < order.count else { return }
    let range = place(Int(order[position].index))
    unsafe keys.withUnsafeBufferPointer { bytes in
      // SAFETY: the address is only a hint.
      guard let start = bytes.baseAddress else { return }
      unsafe sekisho_prefetch(start + range.lowerBound)
      unsafe sekisho_prefetch(start + range.upperBound)
    }
  }

  /// An element of `offsets`: the number of records before this one, or of bytes in units of four.
  private func offset(position: Int, byteOffset: Int) -> UInt32 {
    UInt32(fixedWidth == nil ? byteOffset / KeySet.recordUnit : position)
  }
}
