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

/// A label of a run, as it is read.
private struct WideLabel {
  var start: Int
  var end: Int
  var characters = WideTail.Label()
  /// The last character, or 0.
  var last: UInt32 = 0
  /// The characters before that.
  var earlier = WideTail.Label()
  /// Its bytes are what they mean, and end in a plain dot or the run's end.
  var isPlain = true
  /// It holds characters above ASCII also once they are mapped.
  var isWide = false
  /// Its characters are not known from each by itself, or hyphens of it may be stripped.
  var isOdd = false

  init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }

  @inline(__always)
  mutating func append(_ character: UInt32) {
    earlier = characters
    last = character
    characters.append(character)
  }
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

  /// Whether the run around an offset, before which nothing of it is above ASCII, may hold a name, and its end.
  private func readWideRun(_ bytes: RawSpan, around offset: Int) -> (mayHoldName: Bool, end: Int) {
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
  private func wideRunStart(_ bytes: RawSpan, before offset: Int) -> Int? {
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

  /// Reads a run from an offset to its end.
  private func readWideRun(_ bytes: RawSpan, from start: Int) -> (mayHoldName: Bool, end: Int) {
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

/// The labels of a run: how many there are, and the last two.
private struct WideLabels {
  private(set) var count = 0
  private(set) var previous: WideLabel
  private(set) var last: WideLabel
  /// Dots behind the last label.
  private var dots = 0
  /// The last of those is one of other scripts, with ASCII before it.
  private var isOtherDotBehindASCII = false
  private var isBehindASCII = false
  /// It holds something whose meaning depends on who reads it, an empty label, or ASCII around a dot of other
  /// scripts, which may be a name by itself.
  var isOdd = false

  init(start: Int) {
    last = WideLabel(start: start, end: start)
    previous = last
  }

  mutating func appendDot(isPlain: Bool) {
    dots += 1
    if !isPlain { last.isPlain = false }
    isOtherDotBehindASCII = !isPlain && isBehindASCII
    isBehindASCII = isPlain && isBehindASCII
  }

  /// Makes the next character the first of another label where a dot stands before it.
  @inline(__always)
  private mutating func prepare(_ offset: Int) {
    guard dots > 0 || count == 0 else { return }
    if count > 0 {
      if dots > 1 { isOdd = true }
      previous = last
    }
    count += 1
    dots = 0
    last = WideLabel(start: offset, end: offset)
  }

  /// Appends a byte of ASCII; `isEncoded` where `xn--` begins with it.
  @inline(__always)
  mutating func append(_ byte: UInt8, at offset: Int, isEncoded: Bool) {
    prepare(offset)
    if isEncoded, last.start == offset { last.isOdd = true }
    if isOtherDotBehindASCII { isOdd = true }
    isBehindASCII = true
    let isCapital = byte &- 0x41 < 26
    last.append(UInt32(isCapital ? byte | 0x20 : byte))
    last.end = offset + 1
  }

  /// Appends a character above ASCII.
  mutating func append(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
    switch IDNACharacters.step(scalar, behind: dots == 0 ? last.last : 0) {
    case nil:
      append(scalar.value, range)
      last.isOdd = true
    case .next(let value): append(value, range)
    case .several(let values): for value in values { append(value, range) }
    case .composed(let value):
      last.characters = last.earlier
      append(value, range)
    }
  }

  /// Appends what a character above ASCII is mapped to.
  @inline(__always)
  mutating func append(_ mapped: UInt32, _ range: Range<Int>) {
    prepare(range.lowerBound)
    last.isPlain = false
    last.end = range.upperBound
    isBehindASCII = false
    isOtherDotBehindASCII = false
    if mapped >= 0x80 { last.isWide = true }
    last.append(mapped)
  }
}
