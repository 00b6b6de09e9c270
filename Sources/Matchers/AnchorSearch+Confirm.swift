import CByteKernels

/// Confirms anchors: looks up what is under them, and compares the literals.
extension AnchorSearch {
  /// What a candidate costs that passed a filter: twice as much where the slots do not fit a cache.
  private static let candidateCost = 20
  private static let cachedSlots = 1 << 16

  /// Looks up the anchors under one kind of window.
  func confirm<Sink: LiteralSink>(
    _ bytes: RawSpan, _ anchors: Anchors, _ window: AnchorIndex.Window, _ buffers: Buffers,
    _ progress: inout Progress, _ sink: inout Sink
  ) {
    var kernel = unsafe sekisho_window(
      before: window.before, width: window.width, seed: window.seed,
      filter: index.filters.pointer + 8 * window.firstWord, word_bits: window.wordBits)
    // SAFETY: the anchors are positions of the bytes; the buffers have room for as many, and so also
    // for those that are left below.
    let passed = unsafe sekisho_filter_windows(
      index.variant, buffers.haystack, bytes.byteCount, anchors.base, buffers.anchors,
      anchors.count, &kernel, buffers.passed, buffers.hashes)
    guard passed > 0 else { return }
    progress.cost &+=
      passed &* (index.slots.count > Self.cachedSlots ? 2 : 1) &* Self.candidateCost
    for at in 0..<passed { unsafe index.slots.prefetch(index.home(buffers.hashes[at])) }
    // The first record of each candidate is prefetched before any is compared.
    var kept = 0
    for at in 0..<passed {
      let key = unsafe buffers.hashes[at]
      guard let slot = firstSlot(key) else { continue }
      index.records.prefetch(recordOffset(slot.record))
      unsafe buffers.hashes[kept] = key
      unsafe buffers.passed[kept] = buffers.passed[at]
      unsafe buffers.records[kept] = UInt32(truncatingIfNeeded: slot.place)
      kept &+= 1
    }
    for at in 0..<kept {
      let (key, place) = unsafe (buffers.hashes[at], Int(buffers.records[at]))
      let position = anchors.base &+ Int(unsafe buffers.passed[at])
      progress.visits = AnchorIndex.visitLimit
      compare(
        bytes, Candidate(position: position, key: key, place: place, depth: 0), &progress, &sink)
    }
  }

  @inline(__always)
  private func recordOffset(_ record: UInt32) -> Int { Int(record &- 1) &* 4 }

  /// The first slot with a key, if there is one.
  @inline(__always)
  private func firstSlot(_ key: UInt64) -> (place: Int, record: UInt32)? {
    let home = index.home(key)
    var place = home
    while place < home &+ AnchorIndex.probeLimit {
      let slot = index.slots[clamping: place]
      if slot == 0 { return nil }
      if AnchorIndex.isSlot(slot, of: key) {
        return (place, UInt32(truncatingIfNeeded: slot &>> 32))
      }
      place &+= 1
    }
    return nil
  }

  /// An anchor under which there may be literals.
  private struct Candidate {
    let position: Int
    let key: UInt64
    /// The first slot with the key.
    let place: Int
    /// Branches that led to the key.
    let depth: Int
  }

  /// Compares the literals behind a candidate's key with the bytes around its anchor.
  @inline(__always)
  private func compare<Sink: LiteralSink>(
    _ bytes: RawSpan, _ candidate: Candidate, _ progress: inout Progress, _ sink: inout Sink
  ) {
    let (records, key) = (index.records, candidate.key)
    let end = index.home(key) &+ AnchorIndex.probeLimit
    var place = candidate.place
    while place < end, progress.visits > 0 {
      progress.visits &-= 1
      let slot = index.slots[clamping: place]
      if slot == 0 { return }
      place &+= 1
      guard AnchorIndex.isSlot(slot, of: key) else { continue }
      if slot & AnchorIndex.moreSlots == 0 { place = end }
      let record = recordOffset(UInt32(truncatingIfNeeded: slot &>> 32))
      let head = AnchorIndex.Head(word: records.load(clamping: record, as: UInt32.self))
      guard !head.isBranch else {
        if candidate.depth < AnchorIndex.branchDepth {
          follow(
            bytes, AnchorIndex.Found(record: record, head: head), candidate, &progress, &sink)
        }
        continue
      }
      let length = head.length
      let first = candidate.position &- head.anchor
      progress.cost &+= 10
      guard length > 0, first >= 0, length <= bytes.byteCount &- first,
        first &+ length > progress.reported, record &+ 8 &+ length <= records.count
      else { continue }
      progress.cost &+= length &>> 2
      guard
        Self.equal(
          bytes, at: first, records.bytes, at: record &+ 8, length: length,
          foldingCase: head.ignoresCase)
      else { continue }
      sink.accept(
        AnchorIndex.Found(record: record, head: head), in: index,
        end: progress.origin &+ UInt64(first &+ length))
    }
  }

  /// Whether `length` bytes are equal; both ranges are in their spans.
  ///
  /// Most literals have 8 to 32 bytes. Those are compared without a branch on their length, which
  /// would be mispredicted about once a match.
  @inline(__always)
  private static func equal(
    _ bytes: RawSpan, at first: Int, _ stored: RawSpan, at second: Int, length: Int,
    foldingCase: Bool
  ) -> Bool {
    guard length &- 8 <= 24, length >= 8 else {
      return KeyBytes.equal(
        bytes, at: first, stored, at: second, length: length, foldingCase: foldingCase)
    }
    @inline(__always)
    func difference(_ at: Int) -> UInt64 {
      let word = bytes.little(unchecked: first &+ at, as: UInt64.self)
      return (foldingCase ? word.foldingASCIICapitals : word)
        ^ stored.little(unchecked: second &+ at, as: UInt64.self)
    }
    let last = length &- 8
    return difference(0) | difference(min(8, last)) | difference(max(0, last &- 8))
      | difference(last) == 0
  }

  /// Looks up the windows of a branch, to which a candidate led.
  @inline(never)
  private func follow<Sink: LiteralSink>(
    _ bytes: RawSpan, _ branch: AnchorIndex.Found, _ candidate: Candidate,
    _ progress: inout Progress, _ sink: inout Sink
  ) {
    for shapeNumber in 0..<branch.head.shapes where progress.visits > 0 {
      progress.visits &-= 1
      progress.cost &+= 10
      let shape = index.records.load(
        clamping: branch.record &+ 8 &+ 4 &* shapeNumber, as: UInt32.self)
      let width = AnchorIndex.width(ofShape: shape)
      let first = candidate.position &+ AnchorIndex.offset(ofShape: shape)
      guard first >= 0, first &+ width <= bytes.byteCount else { continue }
      let key = sekisho_window_hash(
        Self.word(bytes, at: first, width: width), UInt32(width),
        AnchorIndex.branchSeed(candidate.key, shape: shape))
      guard let slot = firstSlot(key) else { continue }
      let inner = Candidate(
        position: candidate.position, key: key, place: slot.place, depth: candidate.depth + 1)
      compare(bytes, inner, &progress, &sink)
    }
  }

  /// The bytes of a window, which lies inside, as a word; above them are zeros or other bytes.
  @inline(__always)
  private static func word(_ bytes: RawSpan, at offset: Int, width: Int) -> UInt64 {
    if offset &+ 8 <= bytes.byteCount { return bytes.little(unchecked: offset, as: UInt64.self) }
    var word: UInt64 = 0
    for at in 0..<width {
      word |=
        UInt64(bytes.little(unchecked: offset &+ at, as: UInt8.self)) &<< UInt64(8 &* at)
    }
    return word
  }
}
