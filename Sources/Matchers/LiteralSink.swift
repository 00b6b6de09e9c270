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
  /// A record, of a literal or a branch, and what its head says.
  struct Found {
    var record: Int
    var head: Head
  }
}
