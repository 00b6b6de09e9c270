extension AnchorIndex {
  /// Checks that each literal of the records is found once, at its own place.
  ///
  /// A slot leads to each record, and each literal is searched for in its own bytes, in every mixture
  /// of cases at the anchor if it ignores case. What is found there is found anywhere, for the windows
  /// that lead to it lie inside it; only the pair's second byte may be the one behind it.
  ///
  /// `lengths` are those of all patterns of the matcher, by number; `seen` says which patterns have
  /// been met, and each may be met once.
  func verify(
    lengths: ImageTable<UInt16>, longest: Int, seen: inout [Bool]
  ) throws(ImageError) {
    var isRecord = [Bool](repeating: false, count: records.count / 4)
    var isLiteral = isRecord
    for place in 0..<slots.count where slots[clamping: place] != 0 {
      let unit = Int(slots[clamping: place] >> 32) - 1
      guard unit >= 0, unit + 4 <= isRecord.count, !isRecord[unit] else {
        throw .damaged("slot \(place) of the anchors leads to no record of its own")
      }
      isRecord[unit] = true
      isLiteral[unit] = !Head(word: records.load(clamping: 4 * unit, as: UInt32.self)).isBranch
    }
    let search = AnchorSearch(index: self, automata: nil, longest: longest)
    for unit in isLiteral.indices where isLiteral[unit] {
      let record = 4 * unit
      let head = Head(word: records.load(clamping: record, as: UInt32.self))
      guard head.length > 0, head.length <= longest, head.anchor < head.length,
        record + 8 + head.length <= records.count
      else { throw .damaged("the literal at \(record) leaves the records") }
      try verifyNumbers(record, head, lengths: lengths, seen: &seen)
      try verifyIsFound(record, head, by: search)
    }
  }

  private func verifyNumbers(
    _ record: Int, _ head: Head, lengths: ImageTable<UInt16>, seen: inout [Bool]
  ) throws(ImageError) {
    var numbers = [records.load(clamping: record + 4, as: UInt32.self)]
    if head.hasMore {
      let place = record + Self.literalBytes(head.length)
      let (first, count) = more(at: record, head)
      guard count > 0, UInt32(count) == records.load(clamping: place, as: UInt32.self) else {
        throw .damaged("the literal at \(record) has a wrong number of patterns")
      }
      for at in 0..<count {
        numbers.append(records.load(clamping: first + 4 * at, as: UInt32.self))
      }
    }
    for (at, number) in numbers.enumerated() {
      guard Int(number) < seen.count, !seen[Int(number)], at == 0 || numbers[at - 1] < number,
        Int(lengths[clamping: Int(number)]) == head.length
      else { throw .damaged("pattern \(number) is not where it belongs") }
      seen[Int(number)] = true
    }
  }

  private func verifyIsFound(
    _ record: Int, _ head: Head, by search: AnchorSearch
  ) throws(ImageError) {
    var bytes: [UInt8] = []
    for at in 0..<head.length { bytes.append(records[clamping: record + 8 + at]) }
    guard !head.ignoresCase || bytes.allSatisfy({ $0.foldingASCIICapital == $0 }) else {
      throw .damaged("the literal at \(record) has capitals, which would never match")
    }
    // Capitals at no, even, odd and all places: all the cases that a pair can have.
    for mixture in 0..<(head.ignoresCase ? 4 : 1) {
      var text = bytes
      for at in text.indices where mixture >> (at & 1) & 1 != 0 && text[at] &- 97 < 26 {
        text[at] ^= 0x20
      }
      // Other loops search the ends of an input than its middle, where grams decide as well.
      let inside = [0, 0] + text + [0, 0, 0, 0]
      for (input, end) in [(text, text.count), (inside, 2 + text.count)] {
        var sink = LocatingSink(record: record, end: UInt64(end))
        search.search(input.rawBytes, origin: 0, reported: 0, sink: &sink)
        guard sink.found == 1 else {
          throw .damaged("the literal at \(record) is found \(sink.found) times in its own bytes")
        }
      }
      // The second byte of this anchor's pair is whatever comes next.
      guard head.anchor == head.length - 1 else { continue }
      let end = UInt64(text.count)
      text.append(0)
      for next in 0...255 as ClosedRange<UInt8> {
        text[text.count - 1] = next
        var sink = LocatingSink(record: record, end: end)
        search.search(text.rawBytes, origin: 0, reported: 0, sink: &sink)
        guard sink.found == 1 else {
          throw .damaged("the literal at \(record) is found \(sink.found) times before \(next)")
        }
      }
    }
  }
}

/// Counts how often one literal is found at one place.
private struct LocatingSink: LiteralSink {
  let record: Int
  let end: UInt64
  var found = 0

  mutating func accept(sensitive: UInt32, folded: UInt32, end: UInt64) {}
  mutating func begin(through end: UInt64) {}
  mutating func accept(_ literal: AnchorIndex.Found, in index: AnchorIndex, end: UInt64) {
    if literal.record == record, end == self.end { found += 1 }
  }
  mutating func settle(through end: UInt64, in index: AnchorIndex) {}
  mutating func forget(after end: UInt64) {}
  mutating func prepare(shift: UInt64, after: UInt64) {}
}
