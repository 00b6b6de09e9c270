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
    // Constants make the loops shorter.
    if ignoresCase {
      find(keys, in: bytes, &candidates, ignoresCase: true)
    } else {
      find(keys, in: bytes, &candidates, ignoresCase: false)
    }
  }

  @inline(__always)
  private func find(
    _ keys: Span<KeyReference>, in bytes: RawSpan, _ candidates: inout [KeyCandidate],
    ignoresCase: Bool
  ) {
    var first = 0
    while first < keys.count {
      let end = min(keys.count, first + 64)
      findGroup(keys, first..<end, in: bytes, &candidates, ignoresCase: ignoresCase)
      first = end
    }
  }

  @inline(__always)
  private func findGroup(
    _ keys: Span<KeyReference>, _ range: Range<Int>, in bytes: RawSpan,
    _ candidates: inout [KeyCandidate], ignoresCase: Bool
  ) {
    // Indices into the arrays are masked, which keeps them inside and spares the check.
    let hash = self.hash
    let filter = self.filter
    var hashes = InlineArray<64, UInt64>(repeating: 0)
    var members = InlineArray<64, UInt32>(repeating: 0)
    var usable = 0
    for index in range {
      let key = keys[index]
      let offset = Int(key.offset)
      let length = Int(key.length)
      guard offset &+ length <= bytes.byteCount else { continue }
      let hash = hash.hash(bytes, at: offset, length: length, foldingCase: ignoresCase)
      filter.prefetch(hash)
      hashes[usable & 63] = hash
      members[usable & 63] = UInt32(truncatingIfNeeded: index)
      usable &+= 1
    }
    // No branch on the filter's answer, so that the loads run ahead of one another.
    var passed = 0
    for index in 0..<usable {
      let hash = hashes[index & 63]
      let member = members[index & 63]
      hashes[passed & 63] = hash
      members[passed & 63] = member
      passed &+= filter.passes(hash)
    }
    guard passed > 0 else { return }
    guard hasSlots else {
      for index in 0..<passed {
        candidates.append(KeyCandidate(key: members[index & 63], number: Self.unknown))
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
        members[index & 63], Self.tag(of: hashes[index & 63], numberBits: numberBits),
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
