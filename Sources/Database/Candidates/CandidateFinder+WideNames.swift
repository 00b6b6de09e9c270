internal import Indicators
internal import Parsing

/// What is known of the run of a name with characters above ASCII that was read last.
struct WideRun {
  /// Behind its last byte.
  var end = 0
  /// Whether a value may be in it.
  var mayHoldName = false
  /// Behind the last unit that was made a candidate: a run that begins there may go on from before it.
  var addedEnd = 0
}

extension CandidateFinder {
  /// Whether a character above ASCII that begins at an offset may be a part of a value.
  ///
  /// It is none of a word. A run of a name is worth a look where its last two labels, mapped as IDNA does, may be
  /// known; one label alone only as the host of a URL. What stands in the run before those does not matter: it is
  /// looked at where they are known.
  ///
  /// Each run is read once; `wideRun.end` is behind it.
  mutating func mayBeNamePart(_ bytes: RawSpan, _ offset: Int) -> Bool {
    if refangs { return true }
    if offset >= wideRun.end {
      (wideRun.mayHoldName, wideRun.end) = readWideRun(bytes, around: offset)
    }
    return wideRun.mayHoldName
  }

  // What follows changes nothing of the finder, but one that does not say so is given a copy of it.

  /// Whether the run around an offset, before which nothing of it is above ASCII, may hold a name, and its end.
  private mutating func readWideRun(_ bytes: RawSpan, around offset: Int) -> (
    mayHoldName: Bool, end: Int
  ) {
    guard let start = wideRunStart(bytes, before: offset), start > wideRun.addedEnd || start == 0
    else { return (true, readWideRun(bytes, from: offset).end) }
    let result = readWideRun(bytes, from: start)
    // The end of an IPv6 address is none of the name behind it.
    if start > 0, start < offset, !result.mayHoldName,
      classes.is(bytes.byte(unchecked: start - 1), .address),
      (start..<offset).allSatisfy({ classes.is(bytes.byte(unchecked: $0), .address) })
    {
      return readWideRun(bytes, from: offset)
    }
    guard start > 0, bytes.byte(unchecked: start - 1) == UInt8(ascii: "\\"), !result.mayHoldName,
      bytes.byte(unchecked: start) < 0x80
    else { return result }
    // Where that is an escape it takes the first character with it, or it is one of an escape.
    if start == offset || isEscapeBehind(bytes, backslash: start - 1) { return (true, result.end) }
    return readWideRun(bytes, from: start + 1)
  }

  /// Bytes before a character above ASCII that are looked at: two labels and more.
  private static let longestLead = 136

  /// Where the label before the one around an offset begins; nil where that cannot be told.
  private mutating func wideRunStart(_ bytes: RawSpan, before offset: Int) -> Int? {
    var start = offset
    var dots = 0
    while start > 0 {
      let byte = bytes.byte(unchecked: start - 1)
      if byte == UInt8(ascii: ".") {
        dots += 1
        if dots == 2 { return start }
      } else if !classes.is(byte, .label) {
        // The digits of a percent unit are none of the run.
        return byte == UInt8(ascii: "%") && isUnit(bytes, at: start - 1) ? nil : start
      }
      start -= 1
      if offset - start > Self.longestLead { return nil }
    }
    return start
  }

  /// The end of a run that is one label of letters that are themselves, as a word of a text is, and whether one
  /// of them is above ASCII; nil where it is anything else.
  private mutating func readWord(_ bytes: RawSpan, from start: Int) -> (end: Int, isWide: Bool)? {
    let count = bytes.byteCount
    let letters = LetterClasses.shared
    var offset = start
    var isWide = false
    while offset < count {
      let byte = bytes.byte(unchecked: offset)
      if classes.is(byte, .label) {
        offset += 1
        continue
      }
      guard byte >= 0x80 else { break }
      let letter = letters.letter(bytes, at: offset, end: count)
      guard letter.isItself else { return nil }
      isWide = true
      offset += letter.length
    }
    guard offset < count else { return (offset, isWide) }
    if bytes.byte(unchecked: offset) == UInt8(ascii: ".") {
      // One that ends a sentence is of the run, which ends behind it.
      offset += 1
      guard offset < count else { return nil }
      let next = bytes.byte(unchecked: offset)
      guard next < 0x80, next != UInt8(ascii: "."), !classes.is(next, .label) else { return nil }
    }
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "%"), UInt8(ascii: "\\"): return nil
    default: return (offset, isWide)
    }
  }

  /// Reads a run from an offset to its end.
  private mutating func readWideRun(_ bytes: RawSpan, from start: Int) -> (
    mayHoldName: Bool, end: Int
  ) {
    if !wantsOtherHosts || !WideTail.isEncoded(bytes, at: start),
      let word = readWord(bytes, from: start)
    {
      return (wantsOtherHosts && (!word.isWide || hasOtherWideHosts), word.end)
    }
    return readLabels(bytes, from: start)
  }

  /// Reads a run of any labels from an offset to its end.
  private mutating func readLabels(_ bytes: RawSpan, from start: Int) -> (
    mayHoldName: Bool, end: Int
  ) {
    let count = bytes.byteCount
    let letters = LetterClasses.shared
    var labels = WideLabels(start: start)
    var hasRaw = false
    var hasEscape = false
    var offset = start
    reading: while offset < count {
      let byte = bytes.byte(unchecked: offset)
      if classes.is(byte, .label) {
        labels.append(byte, at: offset, isEncoded: WideTail.isEncoded(bytes, at: offset))
        offset += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "."):
        labels.appendDot(isPlain: true)
        offset += 1
      case UInt8(ascii: "%"):
        guard let value = hex(bytes, at: offset + 1, digits: 2), value >= 0x80 || isPart(value)
        else { break reading }
        labels.isOdd = true
        offset += 3
      case UInt8(ascii: "\\"):
        guard let (scalar, length) = escapedScalar(bytes, at: offset) else {
          var last = offset
          while last + 1 < count, bytes.byte(unchecked: last + 1) == byte { last += 1 }
          // Any other escape is a border, also one of a record in a string of another.
          guard isEscapeBehind(bytes, backslash: last) else { break reading }
          labels.isOdd = true
          offset = last + 2
          continue
        }
        hasEscape = true
        if scalar.value < 0x80 {
          guard isPart(Int(scalar.value)) else { break reading }
          labels.isOdd = true
        } else if !append(scalar, offset..<offset + length, to: &labels) {
          break reading
        }
        offset += length
      case 0x80...:
        let letter = letters.letter(bytes, at: offset, end: count)
        if letter.isItself {
          labels.append(letter.value, offset..<offset + letter.length)
          hasRaw = true
          offset += letter.length
          continue
        }
        var next = offset
        guard let scalar = UTF8Decoder.nextLong(bytes, at: &next),
          append(scalar, offset..<next, to: &labels)
        else { break reading }
        hasRaw = true
        offset = next
      default: break reading
      }
    }
    // Escapes mean something in a record only, so that there are two runs.
    return (labels.isOdd || hasRaw && hasEscape || mayBeName(labels, bytes), offset)
  }

  /// Whether `u` and four hexadecimal digits stand behind a backslash, or `x` and two.
  private func isEscapeBehind(_ bytes: RawSpan, backslash offset: Int) -> Bool {
    guard offset + 1 < bytes.byteCount else { return false }
    switch bytes.byte(unchecked: offset + 1) {
    case UInt8(ascii: "u"): return hex(bytes, at: offset + 2, digits: 4) != nil
    case UInt8(ascii: "x"): return hex(bytes, at: offset + 2, digits: 2) != nil
    default: return false
    }
  }

  /// Appends a character above ASCII to a run; false where it ends it.
  @inline(__always)
  private func append(
    _ scalar: Unicode.Scalar, _ range: Range<Int>, to labels: inout WideLabels
  ) -> Bool {
    switch IDNACharacters.nameClass(scalar) {
    case .border: return false
    case .dot: labels.appendDot(isPlain: false)
    case .name: labels.append(scalar, range)
    }
    return true
  }

  /// The character of `\uXXXX`, or of two of them, and its bytes; nil where there is none.
  func escapedScalar(
    _ bytes: RawSpan, at offset: Int
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    guard offset + 1 < bytes.byteCount, bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u"),
      let value = hex(bytes, at: offset + 2, digits: 4)
    else { return nil }
    if let scalar = Unicode.Scalar(UInt32(value)) { return (scalar, 6) }
    guard value < 0xdc00, offset + 7 < bytes.byteCount,
      bytes.byte(unchecked: offset + 6) == UInt8(ascii: "\\"),
      bytes.byte(unchecked: offset + 7) == UInt8(ascii: "u"),
      let second = hex(bytes, at: offset + 8, digits: 4), 0xdc00..<0xe000 ~= second,
      let scalar = Unicode.Scalar(UInt32(0x10000 + (value - 0xd800) << 10 + second - 0xdc00))
    else { return nil }
    return (scalar, 12)
  }

  /// Whether the last two labels of a run may be those of a value.
  private func mayBeName(_ labels: WideLabels, _ bytes: RawSpan) -> Bool {
    guard labels.count > 0 else { return false }
    let last = labels.last
    if labels.count == 1 {
      return wantsOtherHosts && (last.isOdd || !last.isWide || hasOtherWideHosts)
    }
    let previous = labels.previous
    if last.isOdd || previous.isOdd || hasOtherWideHosts { return true }
    // Hyphens are stripped.
    if last.last == 0x2d || bytes.byte(unchecked: previous.start) == UInt8(ascii: "-") {
      return true
    }
    if last.isWide || previous.isWide {
      return mayEndWide(WideTail.hash(previous.characters, last.characters))
    }
    guard last.isPlain, previous.isPlain else {
      var tail = InlineArray<144, UInt8>(repeating: 0)
      guard let count = narrow(bytes, previous.start..<last.end, to: &tail),
        tail[0] != UInt8(ascii: "-")
      else { return true }
      // SAFETY: bytes are read as what they are, before the tail ends.
      return mayEnd(unsafe tail.span.bytes.extracting(..<count))
    }
    return mayEnd(bytes.extracting(previous.start..<last.end))
  }

  /// Whether two labels of ASCII, behind or among others that text writes otherwise, may be those of a value.
  private func mayEnd(_ labels: RawSpan) -> Bool {
    let count = labels.byteCount
    let first = labels.lastOffset(of: UInt8(ascii: "."), before: count) + 1
    // Names of another last label are looked for as words, which this one is not written as.
    if wantsOtherHosts, first < count, (labels.byte(unchecked: first) | 0x20) &- 0x61 > 25 {
      return true
    }
    var hash = SuffixHash()
    return mayEnd(hash.hash(labels, before: count, length: count))
  }

  /// Writes two labels whose characters all stand for ASCII as that, and gives its length; nil where that cannot be
  /// told, or they are too long.
  private func narrow(
    _ bytes: RawSpan, _ range: Range<Int>, to tail: inout InlineArray<144, UInt8>
  ) -> Int? {
    var count = 0
    var offset = range.lowerBound
    func append(_ value: UInt32) -> Bool {
      guard count < 144, value < 0x80 else { return false }
      tail[count] = UInt8(value)
      count += 1
      return true
    }
    while offset < range.upperBound {
      let byte = bytes.byte(unchecked: offset)
      if byte < 0x80 {
        // Escapes have bytes of their own.
        guard byte == UInt8(ascii: ".") || classes.is(byte, .label), append(UInt32(byte)) else {
          return nil
        }
        offset += 1
        continue
      }
      guard let scalar = UTF8Decoder.nextLong(bytes, at: &offset) else { return nil }
      if case .dot = IDNACharacters.nameClass(scalar) {
        guard append(0x2e) else { return nil }
        continue
      }
      switch IDNACharacters.step(scalar, behind: 0) {
      case .next(let value): guard append(value) else { return nil }
      case .several(let values): for value in values where !append(value) { return nil }
      case .composed, nil: return nil
      }
    }
    return count
  }

  private func mayEndWide(_ hash: UInt64) -> Bool {
    if let filter, filter.wideTails.holds(hash) { return true }
    return !otherFilters.isEmpty && otherFilters.contains { $0.wideTails.holds(hash) }
  }
}
