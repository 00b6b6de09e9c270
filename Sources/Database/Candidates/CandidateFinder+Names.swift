import CByteKernels
import Indicators
import Parsing

extension CandidateFinder {
  /// Looks at the names of a window.
  mutating func considerNames(_ bytes: RawSpan, _ shapes: TextShapes) {
    let (starts, dots, ends) = (shapes.nameStarts, shapes.nameDots, shapes.nameEnds)
    counts[Int(IndicatorKind.domain.rawValue)] &+= UInt64(starts.count)
    for place in 0..<keepPassing(bytes, starts, dots, ends) {
      let index = Int(passing[place])
      let start = Int(starts[index])
      let isRunStart = start == 0 || bytes.byte(unchecked: start &- 1) != UInt8(ascii: ".")
      considerName(
        bytes, dot: Int(dots[index]), start: start, isRunStart: isRunStart, end: Int(ends[index]))
    }
    let others = shapes.ends
    for index in others.indices {
      var dot = Int(others[index]) - 1
      while dot > 0, classes.is(bytes.byte(unchecked: dot), .label) { dot -= 1 }
      considerName(bytes, dot: dot)
    }
  }

  /// Gathers in `passing` the indices of the names that are worth a look.
  ///
  /// Those are the names whose last two labels may be known, that a hyphen or an escape may change,
  /// that are addresses written backwards, or that are too long or too near the start to tell.
  ///
  /// - Returns: How many there are.
  private mutating func keepPassing(
    _ bytes: RawSpan, _ starts: Span<UInt32>, _ dots: Span<UInt32>, _ ends: Span<UInt32>
  ) -> Int {
    let count = starts.count
    keepRoom(count)
    let tails = wantsNames && otherFilters.isEmpty ? filter?.tails : nil
    guard let tails else {
      var places = passing.mutableSpan
      for index in 0..<count { places[index] = UInt32(truncatingIfNeeded: index) }
      return count
    }
    return tails.keepNames(bytes, starts, dots, ends, in: &passing, way: way)
  }

  /// Makes room in `passing` for `count` names and the kernel's slack.
  mutating func keepRoom(_ count: Int) {
    if passing.count < count + Int(SEKISHO_NAMES_SLACK) {
      passing = [UInt32](repeating: 0, count: count + 1024)
    }
  }

  /// Looks at the name whose last label begins behind a dot, if one does.
  mutating func considerName(_ bytes: RawSpan, dot: Int) {
    let count = bytes.byteCount
    var end = dot &+ 2
    while end < count, classes.is(bytes.byte(unchecked: end), .label) { end &+= 1 }
    if end < count, bytes.byte(unchecked: end) == UInt8(ascii: ".") {
      // The name goes on, unless what follows is stripped from its end.
      var next = end + 1
      while next < count, classes.is(bytes.byte(unchecked: next), .stripped) { next += 1 }
      if next < count, classes.is(bytes.byte(unchecked: next), .label) { return }
    }
    counts[Int(IndicatorKind.domain.rawValue)] &+= 1
    let (start, isRunStart) = labelStart(bytes, before: dot)
    considerName(bytes, dot: dot, start: start, isRunStart: isRunStart, end: end)
  }

  /// Looks at the name whose last label lies between `dot` and `end`, and whose label before that
  /// begins at `start`; hyphens at the ends are stripped.
  @inline(__always)
  private mutating func considerName(
    _ bytes: RawSpan, dot: Int, start: Int, isRunStart: Bool, end: Int
  ) {
    var start = start
    var end = end
    while bytes.byte(unchecked: end - 1) == UInt8(ascii: "-") { end -= 1 }
    if isRunStart {
      while start < dot, bytes.byte(unchecked: start) == UInt8(ascii: "-") { start += 1 }
    }
    guard start < dot else { return }
    if end &- dot == 5, isReverse(bytes, dot..<end), !ipv4.isEmpty || !ipv6.isEmpty {
      considerReverse(bytes, start..<dot)
    }
    guard wantsNames else { return }
    var hash = SuffixHash()
    let tail = hash.hash(bytes, before: end, length: end - start)
    let isKnown = mayEnd(tail)
    guard isKnown || isRunStart && isBehindEscape(bytes, start) else {
      if bytes.byte(unchecked: start) == UInt8(ascii: "-") {
        // A hyphen behind a dot stays, unless the run begins with that dot: then both are stripped.
        if let rest = rest(bytes, start..<dot, behind: 1, end: end), mayEnd(rest.hash) {
          add(rest.start)
        }
      }
      return
    }
    guard isKnown else { return considerEncoded(bytes, start..<dot, end: end) }
    considerWhole(bytes, dot: dot, start: start, isRunStart: isRunStart, end: end, tail, hash)
  }

  /// Looks at all of a name whose last two labels are known by their hash.
  @inline(never)
  private mutating func considerWhole(
    _ bytes: RawSpan, dot: Int, start: Int, isRunStart: Bool, end: Int, _ tail: UInt64,
    _ hash: SuffixHash
  ) {
    var (start, isRunStart) = (start, isRunStart)
    var (hash, value) = (hash, tail)
    // Each suffix of the name that begins behind a dot, then the whole name.
    while true {
      if mayHold(value) { return add(start) }
      if isRunStart,
        mayHold(SuffixHash.whole(value)) || mayBeginOtherwise(bytes, start..<dot, end: end)
      {
        return add(start)
      }
      // If only dots and hyphens precede this hyphen in the run, it is stripped with them: an exact
      // look decides.
      if bytes.byte(unchecked: start) == UInt8(ascii: "-") { return add(start) }
      // Beyond that it is longer than any name, even with what an escape before it may add.
      guard !isRunStart, end - start <= 264 else { return }
      let next = labelStart(bytes, before: start - 1)
      guard next.start < start - 1 else {
        // The label before is empty: its dot is stripped, so that the name begins here.
        if mayHold(SuffixHash.whole(value)) { add(start) }
        return
      }
      (start, isRunStart) = (next.start, next.isRunStart)
      value = hash.hash(bytes, before: end, length: end - start)
    }
  }

  /// Where the label that ends before `end` begins, and whether its run begins there too; hyphens
  /// at the run's start are stripped.
  @inline(__always)
  func labelStart(_ bytes: RawSpan, before end: Int) -> (start: Int, isRunStart: Bool) {
    var start = end
    // An escape before a label may make it a little longer than 63 bytes.
    let floor = max(0, end - 72)
    while start > floor, classes.is(bytes.byte(unchecked: start - 1), .label) { start -= 1 }
    let isRunStart = start == 0 || bytes.byte(unchecked: start - 1) != UInt8(ascii: ".")
    if isRunStart {
      while start < end, bytes.byte(unchecked: start) == UInt8(ascii: "-") { start += 1 }
    }
    return (start, isRunStart)
  }

  /// Whether the first bytes of a run may belong to an escape or a percent unit before it.
  @inline(__always)
  func isBehindEscape(_ bytes: RawSpan, _ start: Int) -> Bool {
    guard start > 0 else { return false }
    let byte = bytes.byte(unchecked: start - 1)
    return byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%")
  }

  /// Whether an escape or a percent unit before the first label, which takes bytes from the label
  /// or adds to it, may hide a known name.
  private func mayBeginOtherwise(_ bytes: RawSpan, _ label: Range<Int>, end: Int) -> Bool {
    let start = label.lowerBound
    guard isBehindEscape(bytes, start) else { return false }
    let first = bytes.byte(unchecked: start) | 0x20
    guard bytes.byte(unchecked: start - 1) == UInt8(ascii: "\\"), first != UInt8(ascii: "x"),
      first != UInt8(ascii: "u"), first >= UInt8(ascii: "a")
    else { return true }
    // An escape of one letter is a border: the name begins behind the letter.
    guard let rest = rest(bytes, label, behind: 1, end: end) else { return false }
    return mayBeName(rest.hash)
  }

  /// Whether a whole name may be known by itself, or as the one that others are subdomains of.
  private func mayBeName(_ hash: UInt64) -> Bool {
    mayHold(SuffixHash.whole(hash)) || mayHold(hash)
  }

  /// Looks at the name that is left when an escape or a percent unit takes the first bytes of a
  /// run.
  ///
  /// `\n` takes one, `%20` two, `\x0a` three, `%2520` four, `\u000a` five.
  mutating func considerEncoded(_ bytes: RawSpan, _ label: Range<Int>, end: Int) {
    let first = bytes.byte(unchecked: label.lowerBound)
    if bytes.byte(unchecked: label.lowerBound - 1) == UInt8(ascii: "%") {
      considerRest(bytes, label, behind: 2, end: end)
      if first == UInt8(ascii: "2") { considerRest(bytes, label, behind: 4, end: end) }
      return
    }
    switch first {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
      UInt8(ascii: "f"):
      considerRest(bytes, label, behind: 1, end: end)
    case UInt8(ascii: "x"): considerRest(bytes, label, behind: 3, end: end)
    case UInt8(ascii: "u"): considerRest(bytes, label, behind: 5, end: end)
    default: break
    }
  }

  private mutating func considerRest(
    _ bytes: RawSpan, _ label: Range<Int>, behind length: Int, end: Int
  ) {
    guard let rest = rest(bytes, label, behind: length, end: end) else { return }
    if mayEnd(rest.hash), mayBeName(rest.hash) { add(rest.start) }
  }

  /// What is left of a name without the first `length` bytes of a label and the hyphens behind
  /// those: where it begins, and its hash; nil if nothing of the label is left.
  private func rest(
    _ bytes: RawSpan, _ label: Range<Int>, behind length: Int, end: Int
  ) -> (start: Int, hash: UInt64)? {
    var start = label.lowerBound + length
    while start < label.upperBound, bytes.byte(unchecked: start) == UInt8(ascii: "-") { start += 1 }
    guard start < label.upperBound else { return nil }
    var hash = SuffixHash()
    return (start, hash.hash(bytes, before: end, length: end - start))
  }

  /// Whether a last label, with its dot, is `.arpa`, that of the names of addresses.
  @inline(__always)
  func isReverse(_ bytes: RawSpan, _ label: Range<Int>) -> Bool {
    label.count == 5
      && bytes.littleEndianUInt32(unchecked: label.lowerBound + 1) | 0x2020_2020 == 0x6170_7261
  }

  /// Looks at the address that the labels before `in-addr` or `ip6` spell backwards.
  mutating func considerReverse(_ bytes: RawSpan, _ label: Range<Int>) {
    guard label.lowerBound > 0, bytes.byte(unchecked: label.lowerBound - 1) == UInt8(ascii: ".")
    else { return }
    if label.count == 3 { return add(label.lowerBound) }
    guard label.count == 7 else { return }
    let end = label.lowerBound - 1
    var start = end
    while start > 0, end - start <= 15,
      classes.is(bytes.byte(unchecked: start - 1), .digit)
        || bytes.byte(unchecked: start - 1) == UInt8(ascii: ".")
    {
      start -= 1
    }
    if isBehindEscape(bytes, start)
      || start > 0 && classes.is(bytes.byte(unchecked: start - 1), .label)
    {
      return add(start)
    }
    guard let address = IPAddressText.ipv4(bytes, start..<end) else { return add(start) }
    add(address.byteSwapped, at: start)
  }
}
