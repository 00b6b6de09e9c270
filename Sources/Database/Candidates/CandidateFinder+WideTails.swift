import Indicators
import Parsing

/// Tells whether the last two labels of a run, some of whose characters are above ASCII or written
/// otherwise, may be those of a value.
extension CandidateFinder {
  /// Whether the last two labels of a run may be those of a value.
  mutating func mayBeName(_ labels: WideLabels, _ bytes: RawSpan) -> Bool {
    guard labels.count > 0 else { return false }
    let last = labels.last
    if labels.count == 1 {
      return wantsOtherHosts && (last.isOdd || !last.isWide || hasOtherWideHosts)
    }
    let previous = labels.previous
    if last.isOdd || previous.isOdd || hasOtherWideHosts { return true }
    // Hyphens at the ends may be stripped.
    if last.last == 0x2d || bytes.byte(unchecked: previous.start) == UInt8(ascii: "-") {
      return true
    }
    if last.isUnformed || previous.isUnformed {
      return mayEndFormed(bytes, previous.start..<last.end)
    }
    if last.isWide || previous.isWide {
      return mayEndWide(WideTail.hash(previous.characters, last.characters))
    }
    guard last.isPlain, previous.isPlain else {
      var tail = InlineArray<144, UInt8>(repeating: 0)
      guard let count = narrow(bytes, previous.start..<last.end, to: &tail),
        tail[0] != UInt8(ascii: "-")
      else { return true }
      // SAFETY: the tail is bytes, which are all initialised; `narrow` returns at most as many as
      // it has.
      return mayEnd(unsafe tail.span.bytes.extracting(..<count))
    }
    return mayEnd(bytes.extracting(previous.start..<last.end))
  }

  /// Characters of two labels that are normalised.
  private static let longestForm = 160

  /// Whether two labels whose characters depend on one another may be those of a value; those that may not are
  /// remembered, with the border behind them where they are short.
  private mutating func mayEndFormed(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let known = range.lowerBound..<min(bytes.byteCount, max(range.upperBound, range.lowerBound + 8))
    if missedForms.knows(bytes, known) { return false }
    let result = mayEndNormalized(bytes, range)
    if !result { missedForms.note(bytes, known) }
    return result
  }

  private func mayEndNormalized(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    var labels: [WideTail.Label] = []
    var characters: [UInt32] = []
    var offset = range.lowerBound
    func take() -> Bool {
      guard let form = IDNACharacters.form(ofLabel: characters) else { return false }
      var label = WideTail.Label()
      for character in form { label.append(character) }
      labels.append(label)
      characters.removeAll(keepingCapacity: true)
      return true
    }
    while offset < range.upperBound {
      guard offset - range.lowerBound < Self.longestForm else { return true }
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.dot || isOtherDot(bytes, at: offset) {
        guard take() else { return true }
        offset += byte == Byte.dot ? 1 : 3
      } else if byte < 0x80 {
        // Escapes and units have bytes of their own.
        guard classes.is(byte, .label) else { return true }
        characters.append(UInt32(byte))
        offset += 1
      } else {
        guard let scalar = UTF8Decoder.nextLong(bytes, at: &offset) else { return true }
        characters.append(scalar.value)
      }
    }
    guard take(), labels.count == 2 else { return true }
    return mayEndWide(WideTail.hash(labels[0], labels[1]))
  }

  /// Whether two labels of ASCII, behind or among others that text writes otherwise, may be those of a value.
  private func mayEnd(_ labels: RawSpan) -> Bool {
    let count = labels.byteCount
    let first = labels.lastOffset(of: Byte.dot, from: 0, to: count).map { $0 + 1 } ?? 0
    // Names whose last label does not begin with a letter are looked for as words, but this run may
    // not be written as the word is.
    if wantsOtherHosts, first < count, (labels.byte(unchecked: first) | 0x20) &- 0x61 > 25 {
      return true
    }
    // An address, also one written backwards, or a label whose characters are written in ASCII.
    if count > 0, Byte.isDigit(labels.byte(unchecked: count - 1)),
      !ipv4.isEmpty || wantsAddressHosts
    {
      return true
    }
    if first > 0, isReverse(labels, first - 1..<count), count == 12 || count == 8,
      !ipv4.isEmpty || !ipv6.isEmpty
    {
      return true
    }
    if WideTail.isEncoded(labels, at: 0) || WideTail.isEncoded(labels, at: first) { return true }
    var hash = SuffixHash()
    return mayEnd(hash.hash(labels, before: count, length: count))
  }

  /// Writes to `tail` the ASCII that the characters of two labels stand for, and returns its
  /// length; nil if that cannot be told, or the labels are too long.
  private func narrow(
    _ bytes: RawSpan, _ range: Range<Int>, to tail: inout InlineArray<144, UInt8>
  ) -> Int? {
    let letters = LetterClasses.shared
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
        if byte == UInt8(ascii: "%"), let value = hex(bytes, at: offset + 1, digits: 2) {
          guard append(UInt32(value)) else { return nil }
          offset += 3
          continue
        }
        // Escapes have bytes of their own.
        guard byte == UInt8(ascii: ".") || classes.is(byte, .label), append(UInt32(byte)) else {
          return nil
        }
        offset += 1
        continue
      }
      let letter = letters.letter(bytes, at: offset, end: range.upperBound)
      if letter.isKnown {
        guard append(letter.value) else { return nil }
        offset += letter.length
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
