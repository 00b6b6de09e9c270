/// What a scan does with the outputs that it meets.
///
/// A scan is compiled once for each kind; there is no call through a table in its loop.
protocol MatchSink {
  /// Takes what ends at `end`: an output of each automaton, `Automaton.none` if it has none there.
  mutating func accept(sensitive: UInt32, folded: UInt32, end: UInt64)
}

/// Counts matches without listing them.
struct CountingSink: LiteralSink {
  let automata: AutomatonPair?
  var count: UInt64 = 0
  /// Literals that end after the stretch they were found in, and the number of patterns of each.
  private var ahead: [(end: UInt64, patterns: UInt64)] = []
  private var stretchEnd: UInt64 = .max
  private var shift: UInt64 = 0
  private var after: UInt64 = 0

  init(automata: AutomatonPair?) { self.automata = automata }

  @inline(__always)
  mutating func accept(sensitive: UInt32, folded: UInt32, end: UInt64) {
    guard end &+ shift > after || after == 0 else { return }
    if sensitive != Automaton.none, let automaton = automata?.sensitive {
      count &+= UInt64(automaton.total(of: sensitive))
    }
    if folded != Automaton.none, let automaton = automata?.folded {
      count &+= UInt64(automaton.total(of: folded))
    }
  }

  mutating func begin(through end: UInt64) { stretchEnd = end }

  @inline(__always)
  mutating func accept(_ literal: AnchorIndex.Found, in index: AnchorIndex, end: UInt64) {
    let patterns =
      literal.head.hasMore
      ? 1 &+ UInt64(index.more(at: literal.record, literal.head).count) : 1
    count &+= patterns
    if end > stretchEnd { ahead.append((end, patterns)) }
  }

  mutating func settle(through end: UInt64, in index: AnchorIndex) {
    if !ahead.isEmpty { ahead.removeAll { $0.end <= end } }
  }

  mutating func forget(after end: UInt64) {
    for literal in ahead where literal.end > end { count &-= literal.patterns }
    ahead.removeAll()
  }

  mutating func prepare(shift: UInt64, after: UInt64) {
    self.shift = shift
    self.after = after
  }
}

/// Lists matches up to a limit.
struct CollectingSink: LiteralSink {
  let automata: AutomatonPair?
  var matches: [LiteralMatch] = []
  /// Number of matches that were in `matches` before.
  var start = 0
  private let limit: Int
  /// Whether there were more matches than the limit allows.
  private(set) var wasCut = false
  /// Literals whose place in the order is not known yet.
  private var pending: [(end: UInt64, literal: AnchorIndex.Found)] = []
  private var shift: UInt64 = 0
  private var after: UInt64 = 0

  init(automata: AutomatonPair?, limit: Int) {
    self.automata = automata
    self.limit = max(limit, 0)
  }

  mutating func accept(sensitive: UInt32, folded: UInt32, end: UInt64) {
    let end = end &+ shift
    guard end > after || after == 0 else { return }
    guard matches.count - start < limit else {
      wasCut = true
      return
    }
    let before = matches.count
    if sensitive != Automaton.none {
      automata?.sensitive?.append(sensitive, end: end, to: &matches)
    }
    if folded != Automaton.none { automata?.folded?.append(folded, end: end, to: &matches) }
    arrange(from: before)
  }

  /// Sorts the matches of one end, and cuts what the limit forbids.
  private mutating func arrange(from before: Int) {
    guard matches.count > before + 1 || matches.count - start > limit else { return }
    matches[before...].sort { $0.pattern < $1.pattern }
    if matches.count - start > limit {
      matches.removeLast(matches.count - start - limit)
      wasCut = true
    }
  }

  mutating func begin(through end: UInt64) {}

  mutating func accept(_ literal: AnchorIndex.Found, in index: AnchorIndex, end: UInt64) {
    // Each literal ends after all matches listed so far, so it is cut too if one of those was.
    if !wasCut { pending.append((end, literal)) }
  }

  mutating func settle(through end: UInt64, in index: AnchorIndex) {
    guard !pending.isEmpty else { return }
    pending.sort { $0.end < $1.end }
    var at = 0
    while at < pending.count, pending[at].end <= end, !wasCut {
      let place = pending[at].end
      let before = matches.count
      if before - start >= limit {
        wasCut = true
        break
      }
      while at < pending.count, pending[at].end == place {
        let literal = pending[at].literal
        matches.append(
          LiteralMatch(pattern: index.number(at: literal.record + 4), end: place))
        let more = index.more(at: literal.record, literal.head)
        for number in 0..<more.count {
          matches.append(
            LiteralMatch(pattern: index.number(at: more.first + 4 * number), end: place))
        }
        at += 1
      }
      arrange(from: before)
    }
    if wasCut { pending.removeAll() } else { pending.removeSubrange(..<at) }
  }

  mutating func forget(after end: UInt64) { pending.removeAll { $0.end > end } }

  mutating func prepare(shift: UInt64, after: UInt64) {
    self.shift = shift
    self.after = after
  }
}

/// The automata of the patterns that heed case and of those that do not.
struct AutomatonPair: Sendable {
  let sensitive: Automaton?
  let folded: Automaton?

  var isEmpty: Bool { sensitive == nil && folded == nil }

  func scan<Sink: MatchSink>(
    _ chunk: RawSpan, state: inout LiteralMatcher.State, sink: inout Sink
  ) {
    switch (sensitive, folded) {
    case (nil, nil): break
    case (let sensitive?, nil):
      scan(chunk, with: sensitive, isFolded: false, &state.sensitive, state.offset, &sink)
    case (nil, let folded?):
      scan(chunk, with: folded, isFolded: true, &state.folded, state.offset, &sink)
    case (let sensitive?, let folded?):
      scan(chunk, sensitive, folded, state: &state, &sink)
    }
    state.offset &+= UInt64(chunk.byteCount)
  }

  /// Scans with one automaton.
  private func scan<Sink: MatchSink>(
    _ chunk: RawSpan, with automaton: Automaton, isFolded: Bool,
    _ cursor: inout Automaton.Cursor, _ offset: UInt64, _ sink: inout Sink
  ) {
    var state = cursor.state & ~Automaton.outputFlag
    var fails = cursor.fails
    var at = 0
    let end = chunk.byteCount
    while true {
      // Dense states without output have no flags.
      while at < end, state < Automaton.sparseFlag {
        let byteClass = automaton.byteClass(chunk.little(unchecked: at, as: UInt8.self))
        state = automaton.words[orZero: Int(state) &+ Int(byteClass)]
        at = at &+ 1
      }
      if state & Automaton.outputFlag != 0 {
        let output = automaton.output(of: state)
        sink.accept(
          sensitive: isFolded ? Automaton.none : output,
          folded: isFolded ? output : Automaton.none, end: offset &+ UInt64(at))
        state &= ~Automaton.outputFlag
        continue
      }
      guard at < end else { break }
      let byteClass = automaton.byteClass(chunk.little(unchecked: at, as: UInt8.self))
      state = automaton.nextFromSparse(
        state, class: byteClass, fails: &fails, limit: offset &+ UInt64(at))
      at = at &+ 1
    }
    cursor.state = state
    cursor.fails = fails
  }

  /// Scans with both at once: their chains of loads do not depend on one another.
  private func scan<Sink: MatchSink>(
    _ chunk: RawSpan, _ sensitive: Automaton, _ folded: Automaton,
    state: inout LiteralMatcher.State, _ sink: inout Sink
  ) {
    var first = state.sensitive
    var second = state.folded
    for at in 0..<chunk.byteCount {
      let byte = chunk.little(unchecked: at, as: UInt8.self)
      let position = state.offset &+ UInt64(at)
      first.state = sensitive.next(
        first.state, class: sensitive.byteClass(byte), fails: &first.fails, limit: position)
      second.state = folded.next(
        second.state, class: folded.byteClass(byte), fails: &second.fails, limit: position)
      guard (first.state | second.state) & Automaton.outputFlag != 0 else { continue }
      sink.accept(
        sensitive: first.state & Automaton.outputFlag != 0
          ? sensitive.output(of: first.state) : Automaton.none,
        folded: second.state & Automaton.outputFlag != 0
          ? folded.output(of: second.state) : Automaton.none, end: position &+ 1)
    }
    first.state &= ~Automaton.outputFlag
    second.state &= ~Automaton.outputFlag
    state.sensitive = first
    state.folded = second
  }
}
