import CByteKernels

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
            bytes,
            Buffers(
              haystack: start.assumingMemoryBound(to: UInt8.self), anchors: first,
              passed: first + Self.batch, records: first + 2 * Self.batch, hashes: hashes),
            Progress(origin: origin, reported: reported), &sink)
        }
      }
    }
  }

  /// How far a search has come, and what it has cost.
  struct Progress {
    /// The offset of the first byte in the stream.
    let origin: UInt64
    /// Bytes of the front whose ends are known already.
    var reported: Int
    /// What the anchors have cost since the costs were looked at: about a processor's cycles.
    var cost = 0
    /// The slots that may still be looked at for the present candidate.
    var visits = 0
  }

  /// Anchors that go through the stages together: their positions, behind `base`, are in `Buffers`.
  struct Anchors {
    let base: Int
    var count: Int
  }

  /// Memory of a search: `batch` elements each, `records` twice as many.
  @unsafe
  struct Buffers {
    /// The bytes that are searched.
    let haystack: UnsafePointer<UInt8>
    var anchors: UnsafeMutablePointer<UInt32>
    var passed: UnsafeMutablePointer<UInt32>
    var records: UnsafeMutablePointer<UInt32>
    var hashes: UnsafeMutablePointer<UInt64>
  }

  /// `buffers.haystack` points to the first of `bytes`.
  private func search<Sink: LiteralSink>(
    _ bytes: RawSpan, _ buffers: Buffers, _ begun: Progress, _ sink: inout Sink
  ) {
    let count = bytes.byteCount
    var progress = begun
    let origin = progress.origin
    // SAFETY: the tables' memory is the index's.
    let tables = unsafe index.pairs.pointer.assumingMemoryBound(to: UInt8.self)
    var at = max(0, progress.reported &- (longest &- 1))
    var automatonRun = Self.shortestAutomatonRun
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
          index.variant, buffers.haystack + base, count &- base, 0, limit,
          tables, index.hasMoreGroups ? tables + PairGroups.tableBytes : nil,
          buffers.anchors, Self.batch, &found)
      progress.cost &+= 3 &* found
      if found > 0, let grams = index.grams {
        // SAFETY: the anchors are positions of the bytes.
        found = unsafe grams.keep(
          index.variant, buffers.haystack, count, base: base, buffers.anchors, found)
      } else if found > 0, let exact = index.exact {
        // SAFETY: the anchors are positions of the bytes; the table has 1024 words.
        found = unsafe sekisho_keep_pairs(
          buffers.haystack, count, base, buffers.anchors, found, exact.pointer)
      }
      if found > 0 {
        sink.begin(through: origin &+ UInt64(end))
        progress.cost &+= found &* (4 &* index.windows.count)
        let anchors = Anchors(base: base, count: found)
        for window in index.windows {
          // SAFETY: as above; the filter's words are inside, checked when the image was opened.
          unsafe confirm(bytes, anchors, window, buffers, &progress, &sink)
        }
      }
      at = end
      if at > progress.reported {
        sink.settle(through: origin &+ UInt64(at), in: index)
        progress.reported = at
      }
      let searched = at &- costStart
      guard let automata, progress.cost > automatonCost &* (searched &+ 1024) else {
        if searched > 8 &* Self.stretch {
          progress.cost = 0
          costStart = at
          automatonRun = Self.shortestAutomatonRun
        }
        continue
      }
      let until = min(count, at &+ max(automatonRun, 4 &* longest))
      sink.forget(after: origin &+ UInt64(progress.reported))
      run(automata, bytes, to: until, progress, &sink)
      progress.reported = until
      at = until == count ? count : max(0, until &- (longest &- 1))
      automatonRun = min(2 &* automatonRun, Self.longestAutomatonRun)
      progress.cost = 0
      costStart = at
    }
    if count > progress.reported { sink.settle(through: origin &+ UInt64(count), in: index) }
  }

  /// Reports what ends behind what is reported and before `end`, by an automaton.
  ///
  /// It begins as many bytes earlier as a pattern can be long.
  private func run<Sink: LiteralSink>(
    _ automata: AutomatonPair, _ bytes: RawSpan, to end: Int, _ progress: Progress,
    _ sink: inout Sink
  ) {
    let (origin, reported) = (progress.origin, progress.reported)
    let start = max(0, reported &- (longest &- 1))
    var state = LiteralMatcher.State()
    sink.prepare(shift: origin &+ UInt64(start), after: origin &+ UInt64(reported))
    automata.scan(bytes.extracting(start..<end), state: &state, sink: &sink)
    sink.prepare(shift: 0, after: 0)
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
