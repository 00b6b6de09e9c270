import CByteKernels

/// What a search by anchors does with the literals that it finds, and with outputs of automata.
protocol LiteralSink: MatchSink {
  /// Begins a stretch: positions up to `end` are searched next.
  mutating func begin(through end: UInt64)
  /// Takes a literal; they come in no particular order, but each ends after what was settled last.
  mutating func accept(_ literal: AnchorIndex.Found, in index: AnchorIndex, end: UInt64)
  /// Everything that ends at or before `end` has been accepted.
  mutating func settle(through end: UInt64, in index: AnchorIndex)
  /// What ends after `end` will be accepted again, by an automaton.
  mutating func forget(after end: UInt64)
  /// From now on outputs of automata end `shift` later, and count only if they end after `after`.
  mutating func prepare(shift: UInt64, after: UInt64)
}

extension AnchorIndex {
  /// A literal's record and what its head says.
  struct Found {
    var record: Int
    var head: Head
  }
}

/// One search over bytes that are in memory as a whole.
///
/// Anchors first; where they are so dense that an automaton would be faster, and there is one of all
/// patterns, it takes over for a stretch, each time for twice as long, and hands back. What each of
/// them reports is divided by where matches end, so that nothing is reported twice: an automaton
/// begins as many bytes earlier as a pattern can be long, without reporting, and so do the anchors
/// when it is their turn again.
struct AnchorSearch {
  /// Anchors that go through the stages together.
  private static let batch = 2048
  /// Bytes that are searched before the costs are looked at; with their anchors they fit a first-level
  /// cache, since each stage goes over them again.
  private static let stretch = 32_768
  /// What an automaton costs for a byte, in the units of `cost`: about a processor's cycle.
  private static let automatonCost = 5
  /// The same where its rows do not fit a second-level cache: from `uncachedFrom` slots on.
  private static let uncachedAutomatonCost = 20
  private static let uncachedFrom = 1 << 13
  /// What a candidate costs that passed a filter: twice as much where the slots do not fit a cache.
  private static let candidateCost = 20
  private static let cachedSlots = 1 << 16
  /// The fewest bytes that an automaton takes over.
  ///
  /// Each time, a pattern's length is searched twice at both borders, and its rows push the anchors'
  /// filters out of the first-level cache; 16 KiB are worth that.
  private static let shortestAutomatonRun = 1 << 14
  /// The most bytes that an automaton takes over before the anchors are tried again: where they
  /// have become rare, no more than 1 MiB goes the slower way.
  private static let longestAutomatonRun = 1 << 20
  /// The longest chunk that is copied behind the last bytes of the one before it.
  ///
  /// Copying it costs less than a separate search of the joint.
  private static let joined = 4096

  let index: AnchorIndex
  let automata: AutomatonPair?
  /// Bytes of the longest pattern.
  let longest: Int

  /// Reports what ends in the next chunk of a stream.
  ///
  /// A match that began in the chunk before is looked for in a copy of its last bytes and the first
  /// ones of this chunk.
  func search<Sink: LiteralSink>(
    _ chunk: RawSpan, state: inout LiteralMatcher.State, sink: inout Sink
  ) {
    guard chunk.byteCount > 0 else { return }
    let kept = longest - 1
    var done = 0
    if !state.tail.isEmpty, chunk.byteCount <= Self.joined {
      searchJoined(chunk, state, sink: &sink)
      done = chunk.byteCount
      if done < kept { state.tail.append(chunk, 0..<done) }
    } else if !state.tail.isEmpty {
      let before = state.tail.count
      done = min(chunk.byteCount, kept)
      state.tail.append(chunk, 0..<done)
      search(
        state.tail.rawBytes, origin: state.offset &- UInt64(before), reported: before, sink: &sink)
    }
    if chunk.byteCount > done {
      search(chunk, origin: state.offset, reported: done, sink: &sink)
    }
    if chunk.byteCount >= kept {
      state.tail.removeAll(keepingCapacity: true)
      state.tail.append(chunk, chunk.byteCount - kept..<chunk.byteCount)
    } else {
      if done == 0 { state.tail.append(chunk, 0..<chunk.byteCount) }
      state.tail.removeFirst(max(0, state.tail.count - kept))
    }
  }

  /// Reports what ends in a short chunk: copied behind the bytes before it, it is one search instead
  /// of two.
  private func searchJoined<Sink: LiteralSink>(
    _ chunk: RawSpan, _ state: LiteralMatcher.State, sink: inout Sink
  ) {
    let before = state.tail.count
    let count = before + chunk.byteCount
    unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { memory in
      // SAFETY: the memory is as long as both together, and filled before it is read.
      unsafe state.tail.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
      unsafe chunk.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[before...]).copyMemory(from: $0)
      }
      let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory))
      search(bytes, origin: state.offset &- UInt64(before), reported: before, sink: &sink)
    }
  }

  /// Reports what ends after the first `reported` bytes.
  ///
  /// - Parameters:
  ///   - bytes: where to search; matches lie inside.
  ///   - origin: the offset of the first byte in the stream.
  ///   - reported: bytes of the front whose ends are known already.
  ///   - sink: takes the literals.
  func search<Sink: LiteralSink>(
    _ bytes: RawSpan, origin: UInt64, reported: Int, sink: inout Sink
  ) {
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * Self.batch) { places in
      unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.batch) { keys in
        unsafe bytes.withUnsafeBytes { memory in
          guard let start = memory.baseAddress,
            let first = places.baseAddress, let hashes = keys.baseAddress
          else { return }
          // SAFETY: the three regions are alive in this closure and as large as asked for.
          unsafe search(
            bytes, start.assumingMemoryBound(to: UInt8.self),
            Buffers(
              anchors: first, passed: first + Self.batch, records: first + 2 * Self.batch,
              hashes: hashes), origin, reported, &sink)
        }
      }
    }
  }

  /// Memory of a search: `batch` elements each, `records` twice as many.
  @unsafe
  private struct Buffers {
    var anchors: UnsafeMutablePointer<UInt32>
    var passed: UnsafeMutablePointer<UInt32>
    var records: UnsafeMutablePointer<UInt32>
    var hashes: UnsafeMutablePointer<UInt64>
  }

  /// `start` points to the first of `bytes`.
  private func search<Sink: LiteralSink>(
    _ bytes: RawSpan, _ start: UnsafePointer<UInt8>, _ buffers: Buffers, _ origin: UInt64,
    _ alreadyReported: Int, _ sink: inout Sink
  ) {
    let count = bytes.byteCount
    var reported = alreadyReported
    let tables = unsafe index.pairs.pointer.assumingMemoryBound(to: UInt8.self)
    var at = max(0, reported &- (longest &- 1))
    var automatonRun = Self.shortestAutomatonRun
    var cost = 0
    var costStart = at
    let automatonCost =
      index.slots.count < Self.uncachedFrom ? Self.automatonCost : Self.uncachedAutomatonCost
    while at < count {
      let base = at
      let limit = min(count &- base, Self.stretch)
      var found = 0
      // SAFETY: `count - base` bytes are readable behind `start + base`; the buffer has `batch`
      // places; the tables 64 bytes, or twice as many.
      let end =
        unsafe base
        &+ sekisho_find_pairs(
          index.variant, start + base, count &- base, 0, limit,
          tables, index.hasMoreGroups ? tables + PairGroups.tableBytes : nil,
          buffers.anchors, Self.batch, &found)
      cost &+= 3 &* found
      if found > 0, let grams = index.grams {
        // SAFETY: the anchors are positions of the bytes.
        found = unsafe grams.keep(index.variant, start, count, base: base, buffers.anchors, found)
      } else if found > 0, let exact = index.exact {
        // SAFETY: the anchors are positions of the bytes; the table has 1024 words.
        found = unsafe sekisho_keep_pairs(
          start, count, base, buffers.anchors, found, exact.pointer)
      }
      if found > 0 {
        sink.begin(through: origin &+ UInt64(end))
        cost &+= found &* (4 &* index.windows.count)
        for window in index.windows {
          // SAFETY: as above; the filter's words are inside, checked when the image was opened.
          unsafe confirm(
            bytes, start, base, window, found, buffers, origin, reported, &cost, &sink)
        }
      }
      at = end
      if at > reported {
        sink.settle(through: origin &+ UInt64(at), in: index)
        reported = at
      }
      let searched = at &- costStart
      guard let automata, cost > automatonCost &* (searched &+ 1024) else {
        if searched > 8 &* Self.stretch {
          cost = 0
          costStart = at
          automatonRun = Self.shortestAutomatonRun
        }
        continue
      }
      let until = min(count, at &+ max(automatonRun, 4 &* longest))
      sink.forget(after: origin &+ UInt64(reported))
      run(
        automata, bytes, from: max(0, reported &- (longest &- 1)), to: until, origin, reported,
        &sink)
      reported = until
      at = until == count ? count : max(0, until &- (longest &- 1))
      automatonRun = min(2 &* automatonRun, Self.longestAutomatonRun)
      cost = 0
      costStart = at
    }
    if count > reported { sink.settle(through: origin &+ UInt64(count), in: index) }
  }

  /// Reports what ends in `reported ..< end`, from an automaton's start state at `start`.
  private func run<Sink: LiteralSink>(
    _ automata: AutomatonPair, _ bytes: RawSpan, from start: Int, to end: Int, _ origin: UInt64,
    _ reported: Int, _ sink: inout Sink
  ) {
    var state = LiteralMatcher.State()
    sink.prepare(shift: origin &+ UInt64(start), after: origin &+ UInt64(reported))
    automata.scan(bytes.extracting(start..<end), state: &state, sink: &sink)
    sink.prepare(shift: 0, after: 0)
  }

  /// Looks up the anchors under one kind of window.
  private func confirm<Sink: LiteralSink>(
    _ bytes: RawSpan, _ start: UnsafePointer<UInt8>, _ base: Int, _ window: AnchorIndex.Window,
    _ found: Int, _ buffers: Buffers, _ origin: UInt64, _ reported: Int, _ cost: inout Int,
    _ sink: inout Sink
  ) {
    var kernel = unsafe sekisho_window(
      before: window.before, width: window.width, seed: window.seed,
      filter: index.filters.pointer + 8 * window.firstWord, word_bits: window.wordBits)
    // SAFETY: the anchors are positions of the bytes; the buffers have room for as many.
    let passed = unsafe sekisho_filter_windows(
      index.variant, start, bytes.byteCount, base, buffers.anchors, found, &kernel, buffers.passed,
      buffers.hashes)
    guard passed > 0 else { return }
    cost &+=
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
      let position = base &+ Int(unsafe buffers.passed[at])
      var visits = AnchorIndex.visitLimit
      compare(
        bytes, at: position, key: key, from: place, depth: 0, &visits, origin, reported, &cost,
        &sink)
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

  /// Compares the literals behind a key with the bytes around an anchor.
  ///
  /// `place` is the first slot with the key, `visits` the slots that may still be looked at.
  private func compare<Sink: LiteralSink>(
    _ bytes: RawSpan, at position: Int, key: UInt64, from place: Int, depth: Int,
    _ visits: inout Int, _ origin: UInt64, _ reported: Int, _ cost: inout Int, _ sink: inout Sink
  ) {
    let records = index.records
    let end = index.home(key) &+ AnchorIndex.probeLimit
    var place = place
    while place < end, visits > 0 {
      visits &-= 1
      let slot = index.slots[clamping: place]
      if slot == 0 { return }
      place &+= 1
      guard AnchorIndex.isSlot(slot, of: key) else { continue }
      if slot & AnchorIndex.moreSlots == 0 { place = end }
      let record = recordOffset(UInt32(truncatingIfNeeded: slot &>> 32))
      let head = AnchorIndex.Head(word: records.load(clamping: record, as: UInt32.self))
      guard !head.isBranch else {
        if depth < AnchorIndex.branchDepth {
          follow(
            bytes, at: position, key: key, record, head, depth: depth, &visits, origin, reported,
            &cost, &sink)
        }
        continue
      }
      let length = head.length
      let first = position &- head.anchor
      cost &+= 10
      guard length > 0, first >= 0, length <= bytes.byteCount &- first, first &+ length > reported,
        record &+ 8 &+ length <= records.count
      else { continue }
      cost &+= length &>> 2
      guard
        Self.equal(
          bytes, at: first, records.bytes, at: record &+ 8, length: length,
          foldingCase: head.ignoresCase)
      else { continue }
      sink.accept(
        AnchorIndex.Found(record: record, head: head), in: index,
        end: origin &+ UInt64(first &+ length))
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

  /// Looks up the windows of a branch.
  private func follow<Sink: LiteralSink>(
    _ bytes: RawSpan, at position: Int, key: UInt64, _ record: Int, _ head: AnchorIndex.Head,
    depth: Int, _ visits: inout Int, _ origin: UInt64, _ reported: Int, _ cost: inout Int,
    _ sink: inout Sink
  ) {
    for shapeNumber in 0..<head.shapes where visits > 0 {
      visits &-= 1
      cost &+= 10
      let shape = index.records.load(
        clamping: record &+ 8 &+ 4 &* shapeNumber, as: UInt32.self)
      let width = AnchorIndex.width(ofShape: shape)
      let first = position &+ AnchorIndex.offset(ofShape: shape)
      guard first >= 0, first &+ width <= bytes.byteCount else { continue }
      let key = sekisho_window_hash(
        Self.word(bytes, at: first, width: width), UInt32(width),
        AnchorIndex.branchSeed(key, shape: shape))
      guard let slot = firstSlot(key) else { continue }
      compare(
        bytes, at: position, key: key, from: slot.place, depth: depth + 1, &visits, origin,
        reported, &cost, &sink)
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

extension [UInt8] {
  /// Appends a part of a span.
  fileprivate mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBytes { bytes in
      // SAFETY: the buffer is valid within the closure, and only read.
      unsafe append(contentsOf: bytes)
    }
  }
}
