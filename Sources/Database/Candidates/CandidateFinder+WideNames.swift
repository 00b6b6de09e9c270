import Indicators
import Parsing

/// What is known of the last run that was read: name characters, some of them above ASCII.
struct WideRun {
  /// The offset behind its last byte.
  var end = 0
  /// Whether the run may hold a value.
  var mayHoldName = false
  /// The offset behind the last unit that was made a candidate: a run that begins there may be the
  /// rest of one that began before the unit.
  var addedEnd = 0
}

extension CandidateFinder {
  /// Whether a character above ASCII that begins at an offset may be a part of a value.
  ///
  /// Words are ASCII only, so that it can only be part of a name. A run is worth a look if its last
  /// two labels, mapped as IDNA does, may be known; a run of one label only if it may be the host
  /// of a URL. The labels before the last two do not matter here: they are looked at once those are
  /// known.
  ///
  /// Each run is read once; `wideRun.end` is the offset behind it.
  mutating func mayBeNamePart(_ bytes: RawSpan, _ offset: Int) -> Bool {
    if refangs { return true }
    if offset >= wideRun.end {
      (wideRun.mayHoldName, wideRun.end) = readWideRun(bytes, around: offset)
    }
    return wideRun.mayHoldName
  }

  // The functions below change nothing of the finder. They are `mutating` since a call of one that
  // is not would copy the finder.

  /// Whether the run around an offset may hold a name, and where it ends; no byte of the run before
  /// the offset is above ASCII.
  private mutating func readWideRun(_ bytes: RawSpan, around offset: Int) -> (
    mayHoldName: Bool, end: Int
  ) {
    guard let start = wideRunStart(bytes, before: offset), start > wideRun.addedEnd || start == 0
    else { return (true, readWideRun(bytes, from: offset).end) }
    let result = readWideRun(bytes, from: start)
    // The end of an IPv6 address is no part of the name behind it.
    if start > 0, start < offset, !result.mayHoldName,
      classes.is(bytes.byte(unchecked: start - 1), .address),
      (start..<offset).allSatisfy({ classes.is(bytes.byte(unchecked: $0), .address) })
    {
      return readWideRun(bytes, from: offset)
    }
    guard start > 0, bytes.byte(unchecked: start - 1) == UInt8(ascii: "\\"), !result.mayHoldName,
      bytes.byte(unchecked: start) < 0x80
    else { return result }
    // The backslash is part of an escape that is read otherwise, or takes the run's first character
    // with it.
    if start == offset || isEscapeBehind(bytes, backslash: start - 1) { return (true, result.end) }
    return readWideRun(bytes, from: start + 1)
  }

  /// How many bytes before a character above ASCII are looked at: two labels and more.
  private static let longestLead = 136

  /// Where the label before the one around an offset begins, or the run if there is none; nil if
  /// that cannot be told.
  private mutating func wideRunStart(_ bytes: RawSpan, before offset: Int) -> Int? {
    var start = offset
    var dots = 0
    while start > 0 {
      let byte = bytes.byte(unchecked: start - 1)
      if byte == UInt8(ascii: ".") {
        dots += 1
        if dots == 2 { return start }
      } else if !classes.is(byte, .label) {
        // The digits of a percent unit are no part of the run.
        return byte == UInt8(ascii: "%") && isUnit(bytes, at: start - 1) ? nil : start
      }
      start -= 1
      if offset - start > Self.longestLead { return nil }
    }
    return start
  }

  /// The end of a run that is one label of letters that need no mapping, as a word of prose is, and
  /// whether one of them is above ASCII; nil for any other run.
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
      // A dot that ends a sentence belongs to the run, which ends behind it.
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

  /// Reads a run of any number of labels from an offset to its end.
  private mutating func readLabels(_ bytes: RawSpan, from start: Int) -> (
    mayHoldName: Bool, end: Int
  ) {
    let count = bytes.byteCount
    let letters = LetterClasses.shared
    var labels = WideLabels(start: start)
    var hasRaw = false
    var hasEscape = false
    var hasUnit = false
    var isUnspaced = false
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
        if value >= 0x80 {
          labels.isOdd = true
        } else {
          hasUnit = true
          labels.append(unit: UInt8(value), offset..<offset + 3)
        }
        offset += 3
      case UInt8(ascii: "\\"):
        guard let (scalar, length) = escapedScalar(bytes, at: offset) else {
          var last = offset
          while last + 1 < count, bytes.byte(unchecked: last + 1) == byte { last += 1 }
          // Any other escape is a border, also in a record that is a string of another record.
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
        if letter.isKnown {
          labels.append(letter.value, offset..<offset + letter.length)
          hasRaw = true
          if letter.isUnspaced { isUnspaced = true }
          offset += letter.length
          continue
        }
        if isOtherDot(bytes, at: offset) {
          labels.appendDot(isPlain: false)
          hasRaw = true
          offset += 3
          continue
        }
        var next = offset
        guard let scalar = UTF8Decoder.nextLong(bytes, at: &next),
          append(scalar, offset..<next, to: &labels)
        else { break reading }
        hasRaw = true
        if IDNACharacters.isUnspacedScript(scalar) { isUnspaced = true }
        offset = next
      default: break reading
      }
    }
    // Escapes mean something in a record only, so that there are two runs; letters of a script without spaces may
    // part a name with units from the rest; and units behind a letter may belong to a digest or a word, of which
    // these labels tell nothing.
    let isOdd =
      labels.isOdd || hasEscape && (hasRaw || hasUnit) || hasUnit && isUnspaced
      || hasUnit && hasRaw && (wantsDigests || !words.isEmpty)
    return (isOdd || mayBeName(labels, bytes), offset)
  }

  /// Whether `u` and four hexadecimal digits, or `x` and two, follow a backslash.
  private func isEscapeBehind(_ bytes: RawSpan, backslash offset: Int) -> Bool {
    guard offset + 1 < bytes.byteCount else { return false }
    switch bytes.byte(unchecked: offset + 1) {
    case UInt8(ascii: "u"): return hex(bytes, at: offset + 2, digits: 4) != nil
    case UInt8(ascii: "x"): return hex(bytes, at: offset + 2, digits: 2) != nil
    default: return false
    }
  }

  /// Appends a character above ASCII to a run; false if the character ends the run.
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

  /// The character of `\uXXXX`, or of a surrogate pair of two, and the length in bytes; nil if no
  /// such escape is there.
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
}
