extension KeyIndex {
  /// Appends for each key the numbers it may have, in the order of the keys.
  ///
  /// Keys are looked up in stages, so that their cache misses overlap: hand over as many at once as there
  /// are. A reference that leaves `bytes` has no candidates.
  ///
  /// - Parameters:
  ///   - keys: where each key is in `bytes`; ranges may overlap.
  ///   - bytes: what the references point into; nothing outside the keys is read.
  ///   - candidates: receives what was found.
  public func findCandidates(
    _ keys: Span<KeyReference>, in bytes: RawSpan, into candidates: inout [KeyCandidate]
  ) {
    var first = 0
    while first < keys.count {
      let end = min(keys.count, first + 64)
      findGroup(keys, first..<end, in: bytes, &candidates)
      first = end
    }
  }

  /// The same with another of the kernels' variants: for tests.
  func using(variant: Int32) -> KeyIndex {
    var copy = self
    copy.variant = variant
    return copy
  }

  private func findGroup(
    _ keys: Span<KeyReference>, _ range: Range<Int>, in bytes: RawSpan,
    _ candidates: inout [KeyCandidate]
  ) {
    // Indices into the arrays are masked, which keeps them inside and spares the check.
    var hashes = InlineArray<64, UInt64>(repeating: 0)
    var members = InlineArray<64, UInt32>(repeating: 0)
    let passed = filter.select(
      keys.extracting(range), in: bytes, ofLength: 0...Int(UInt32.max), hash,
      foldingCase: ignoresCase, variant, &members, &hashes)
    guard passed > 0 else { return }
    guard hasSlots else {
      for index in 0..<passed {
        let key = UInt32(truncatingIfNeeded: range.lowerBound) &+ members[index & 63]
        candidates.append(KeyCandidate(key: key, number: Self.unknown))
      }
      return
    }
    for index in 0..<passed { offsets.prefetch(hashes[index & 63].scaled(to: bucketCount)) }
    var firsts = InlineArray<64, UInt32>(repeating: 0)
    var ends = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<passed {
      let bucket = hashes[index & 63].scaled(to: bucketCount)
      firsts[index & 63] = offsets[clamping: bucket]
      ends[index & 63] = offsets[clamping: bucket &+ 1]
      slots.prefetch(Int(firsts[index & 63]))
    }
    for index in 0..<passed {
      compare(
        UInt32(truncatingIfNeeded: range.lowerBound) &+ members[index & 63],
        Self.tag(of: hashes[index & 63], numberBits: numberBits),
        from: Int(firsts[index & 63]), to: Int(ends[index & 63]), &candidates)
    }
  }

  /// Appends the numbers of a bucket's slots that have a key's tag; the bounds are not trusted.
  @inline(__always)
  private func compare(
    _ key: UInt32, _ tag: UInt32, from first: Int, to end: Int,
    _ candidates: inout [KeyCandidate]
  ) {
    var at = first
    let end = min(end, min(slots.count, first &+ Self.longestBucket))
    while at < end {
      let slot = slots[clamping: at]
      if UInt64(slot ^ tag) &>> UInt64(numberBits) == 0 {
        candidates.append(
          KeyCandidate(key: key, number: Self.number(in: slot, numberBits: numberBits)))
      }
      at = at &+ 1
    }
  }
}
