import CByteKernels

extension KeySet {
  /// Keys that go through the stages together: enough to fill the memory system with loads.
  private static let group = 64

  /// For each key its number, or `KeySet.none`.
  ///
  /// Keys are looked up in stages (hash all, filter all, find all buckets, compare), so that the
  /// cache misses of different keys overlap: hand over as many at once as there are. A reference that
  /// leaves `bytes`, or has another length than the set's keys, is a key that is not in the set.
  ///
  /// - Parameters:
  ///   - keys: where each key is in `bytes`; ranges may overlap.
  ///   - bytes: what the references point into; nothing outside the keys is read.
  ///   - numbers: receives the answers; at least as long as `keys`.
  public func lookup(
    _ keys: Span<KeyReference>, in bytes: RawSpan, numbers: inout MutableSpan<UInt32>
  ) {
    lookup(keys, in: bytes, numbers: &numbers, at: 0)
  }

  /// The same with the first answer at `start` of `numbers`.
  func lookup(
    _ keys: Span<KeyReference>, in bytes: RawSpan, numbers: inout MutableSpan<UInt32>, at start: Int
  ) {
    precondition(numbers.count - start >= keys.count, "no room for the answers")
    // The shapes of indicator lists are compile-time constants: the loops become twice as short.
    switch (fixedWidth, ignoresCase) {
    case (16, false): lookup(keys, in: bytes, &numbers, at: start, MD5Shape())
    case (20, false): lookup(keys, in: bytes, &numbers, at: start, SHA1Shape())
    case (32, false): lookup(keys, in: bytes, &numbers, at: start, SHA256Shape())
    case (nil, false): lookup(keys, in: bytes, &numbers, at: start, TextShape())
    case (nil, true): lookup(keys, in: bytes, &numbers, at: start, NameShape())
    default: lookup(keys, in: bytes, &numbers, at: start, shape)
    }
  }

  /// The same with another of the kernels' variants: for tests.
  func using(variant: Int32) -> KeySet {
    var copy = self
    copy.variant = variant
    return copy
  }

  private var shape: AnyKeyShape {
    AnyKeyShape(fixedWidth: fixedWidth, ignoresCase: ignoresCase)
  }

  private func lookup(
    _ keys: Span<KeyReference>, in bytes: RawSpan, _ numbers: inout MutableSpan<UInt32>,
    at start: Int, _ shape: some KeyShape
  ) {
    var first = 0
    while first < keys.count {
      let end = min(keys.count, first + Self.group)
      lookupGroup(keys, first..<end, in: bytes, &numbers, at: start, shape)
      first = end
    }
  }

  /// The number of one key, or `KeySet.none`.
  public func lookup(_ key: RawSpan) -> UInt32 {
    let shape = shape
    guard shape.accepts(key.byteCount) else { return Self.none }
    let hash = hash.hash(key, at: 0, length: key.byteCount, foldingCase: ignoresCase)
    guard filter.mayContain(hash) else { return Self.none }
    guard order == .hashed else { return search(key, at: 0, length: key.byteCount) }
    let bucket = hash.scaled(to: bucketCount)
    let first = recordOffset(offsets[clamping: bucket])
    let end = recordOffset(offsets[clamping: bucket &+ 1])
    return find(
      key, at: 0, length: key.byteCount, hash: hash, from: first, to: end, shape)
  }

  @inline(__always)
  private func lookupGroup(
    _ keys: Span<KeyReference>, _ range: Range<Int>, in bytes: RawSpan,
    _ numbers: inout MutableSpan<UInt32>, at start: Int, _ shape: some KeyShape
  ) {
    // Indices into the arrays are masked, which keeps them inside and spares the check.
    for index in range { numbers[start &+ index] = Self.none }
    var hashes = InlineArray<64, UInt64>(repeating: 0)
    var members = InlineArray<64, UInt32>(repeating: 0)
    let candidates = filter.select(
      keys.extracting(range), in: bytes,
      ofLength: (fixedWidth ?? 0)...(fixedWidth ?? Self.longestKey),
      hash, foldingCase: ignoresCase, variant, &members, &hashes)
    guard candidates > 0 else { return }

    guard order == .hashed else {
      for index in 0..<candidates {
        let member = range.lowerBound &+ Int(members[index & 63])
        let key = keys[member]
        numbers[start &+ member] = search(bytes, at: Int(key.offset), length: Int(key.length))
      }
      return
    }
    for index in 0..<candidates {
      offsets.prefetch(hashes[index & 63].scaled(to: bucketCount))
    }
    var firsts = InlineArray<64, Int>(repeating: 0)
    var ends = InlineArray<64, Int>(repeating: 0)
    for index in 0..<candidates {
      let bucket = hashes[index & 63].scaled(to: bucketCount)
      let first = shape.recordOffset(offsets[clamping: bucket])
      firsts[index & 63] = first
      ends[index & 63] = shape.recordOffset(offsets[clamping: bucket &+ 1])
      records.prefetch(first)
      // Most buckets take two lines.
      records.prefetch(first &+ 64)
    }
    for index in 0..<candidates {
      let member = range.lowerBound &+ Int(members[index & 63])
      let key = keys[member]
      numbers[start &+ member] = find(
        bytes, at: Int(key.offset), length: Int(key.length), hash: hashes[index & 63],
        from: firsts[index & 63], to: ends[index & 63], shape)
    }
  }

  /// The byte offset in `records` that an element of `offsets` stands for; not yet trusted.
  func recordOffset(_ element: UInt32) -> Int { shape.recordOffset(element) }

  /// The number of a key among the records of its bucket.
  ///
  /// The key is in `bytes` and of an accepted length; the bucket's ends are not trusted.
  @inline(__always)
  private func find(
    _ bytes: RawSpan, at offset: Int, length: Int, hash: UInt64, from first: Int, to end: Int,
    _ shape: some KeyShape
  ) -> UInt32 {
    let ignoresCase = shape.ignoresCase
    let end = min(end, recordBytes)
    let stored = records.bytes
    var at = first
    var head = records.load(clamping: first, as: UInt64.self)
    if let fixedWidth = shape.fixedWidth {
      guard fixedWidth >= 8 else {
        return findShort(bytes, at: offset, from: first, to: end, width: fixedWidth)
      }
      var wanted = bytes.little(unchecked: offset, as: UInt64.self)
      if ignoresCase { wanted = wanted.foldingASCIICapitals }
      var left = Self.longestBucket
      while at &+ fixedWidth &+ 4 <= end, left > 0 {
        if head == wanted,
          KeyBytes.equal(
            bytes, at: offset &+ 8, stored, at: at &+ 8, length: fixedWidth &- 8,
            foldingCase: ignoresCase)
        {
          return stored.little(unchecked: at &+ fixedWidth, as: UInt32.self)
        }
        at = at &+ fixedWidth &+ 4
        head = records.load(clamping: at, as: UInt64.self)
        left &-= 1
      }
      return Self.none
    }
    let wanted = Self.lengthAndTag(length: length, hash: hash)
    for _ in 0..<Self.longestBucket {
      guard at &+ Self.recordHeader <= end else { return Self.none }
      let header = UInt32(truncatingIfNeeded: head)
      let keyAt = at &+ Self.recordHeader
      if header == wanted, keyAt &+ length <= end,
        KeyBytes.equal(
          bytes, at: offset, stored, at: keyAt, length: length, foldingCase: ignoresCase)
      {
        return UInt32(truncatingIfNeeded: head &>> 32)
      }
      at = keyAt &+ Self.padded(Int(header & 0xFFFF))
      head = records.load(clamping: at, as: UInt64.self)
    }
    return Self.none
  }

  /// As `find`, for fixed widths below eight.
  private func findShort(
    _ bytes: RawSpan, at offset: Int, from first: Int, to end: Int, width: Int
  ) -> UInt32 {
    let stored = records.bytes
    var at = first
    for _ in 0..<Self.longestBucket where at &+ width &+ 4 <= end {
      if KeyBytes.equal(
        bytes, at: offset, stored, at: at, length: width, foldingCase: ignoresCase)
      {
        return stored.little(unchecked: at &+ width, as: UInt32.self)
      }
      at = at &+ width &+ 4
    }
    return Self.none
  }

  /// What a variable-width record begins with: the key's length and sixteen bits of its hash.
  ///
  /// The bits are neither those of the filter's mask nor, in tables of sensible size, the bucket's.
  @inline(__always)
  static func lengthAndTag(length: Int, hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: length) | UInt32(truncatingIfNeeded: hash &>> 24) &<< 16
  }

  /// A key's length rounded up to where the next record begins.
  @inline(__always)
  static func padded(_ length: Int) -> Int { (length &+ 3) & ~3 }

  /// Finds a key by binary search; for sets whose buckets no seed could bound.
  private func search(_ bytes: RawSpan, at offset: Int, length: Int) -> UInt32 {
    var low = 0
    var high = count
    // The distance halves in each round; `count` was fixed when the image was opened.
    while low < high {
      let middle = low + (high - low) / 2
      guard let record = record(at: recordOffset(offsets[clamping: middle])) else {
        return Self.none
      }
      let order = KeyBytes.order(
        bytes, at: offset, length: length, records.bytes, at: record.keyOffset,
        length: record.length, foldingCase: ignoresCase)
      if order == 0 { return record.number }
      if order < 0 { high = middle } else { low = middle + 1 }
    }
    return Self.none
  }

  /// The record at a byte offset, or nil if it would not lie inside.
  func record(at offset: Int) -> (keyOffset: Int, length: Int, number: UInt32, header: UInt32)? {
    let stored = records.bytes
    if let fixedWidth {
      guard offset >= 0, offset <= recordBytes - fixedWidth - 4 else { return nil }
      let number = stored.little(unchecked: offset + fixedWidth, as: UInt32.self)
      return (offset, fixedWidth, number, 0)
    }
    guard offset >= 0, offset <= recordBytes - Self.recordHeader else { return nil }
    let header = stored.little(unchecked: offset, as: UInt32.self)
    let length = Int(header & 0xFFFF)
    guard length <= recordBytes - Self.recordHeader - offset else { return nil }
    let number = stored.little(unchecked: offset + 4, as: UInt32.self)
    return (offset + Self.recordHeader, length, number, header)
  }
}

/// What all keys of a set have in common, whether known at compile time or not.
private protocol KeyShape {
  var fixedWidth: Int? { get }
  var ignoresCase: Bool { get }
}

extension KeyShape {
  @inline(__always)
  func accepts(_ length: Int) -> Bool {
    if let fixedWidth { return length == fixedWidth }
    return length <= KeySet.longestKey
  }

  /// The byte offset in `records` that an element of `offsets` stands for; not yet trusted.
  @inline(__always)
  func recordOffset(_ element: UInt32) -> Int {
    Int(element) &* (fixedWidth.map { $0 &+ 4 } ?? KeySet.recordUnit)
  }
}

private struct AnyKeyShape: KeyShape {
  let fixedWidth: Int?
  let ignoresCase: Bool
}

private struct MD5Shape: KeyShape {
  var fixedWidth: Int? { 16 }
  var ignoresCase: Bool { false }
}

private struct SHA1Shape: KeyShape {
  var fixedWidth: Int? { 20 }
  var ignoresCase: Bool { false }
}

private struct SHA256Shape: KeyShape {
  var fixedWidth: Int? { 32 }
  var ignoresCase: Bool { false }
}

private struct TextShape: KeyShape {
  var fixedWidth: Int? { nil }
  var ignoresCase: Bool { false }
}

private struct NameShape: KeyShape {
  var fixedWidth: Int? { nil }
  var ignoresCase: Bool { true }
}

extension KeyBytes {
  /// Negative, zero or positive as the first key sorts before, with or after the second.
  ///
  /// By bytes as unsigned numbers, a shorter key before a longer one that begins with it.
  static func order(
    _ query: RawSpan, at queryOffset: Int, length: Int, _ stored: RawSpan, at storedOffset: Int,
    length storedLength: Int, foldingCase: Bool
  ) -> Int {
    for at in 0..<min(length, storedLength) {
      var byte = query.little(unchecked: queryOffset &+ at, as: UInt8.self)
      if foldingCase { byte = byte.foldingASCIICapital }
      let other = stored.little(unchecked: storedOffset &+ at, as: UInt8.self)
      if byte != other { return Int(byte) - Int(other) }
    }
    return length - storedLength
  }
}
