import Indicators
import Parsing

/// LEEF behind its version: parts of a header, then attributes between separators.
enum LEEFRecord {
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, version: UInt8, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    guard
      var start = PipedRecord.readParts(
        bytes, range, ["vendor", "product", "version", "eventId"], &extraction)
    else { return false }
    var separator = Byte.tab
    if version >= UInt8(ascii: "2"), let named = separatorPart(bytes, start..<end) {
      extraction.line.skip(start..<named.end)
      (separator, start) = (named.byte, named.end)
    }
    if separator == Byte.tab, pipesSeparate(bytes, start..<end) { separator = UInt8(ascii: "|") }
    var offset = start
    let most = extraction.line.fields.count + LineRecord.mostPairs
    // rsyslog writes control characters as octal numbers.
    let isEscaped =
      separator == Byte.tab && bytes.firstOffset(of: Byte.tab, from: start, to: end) == nil
      && bytes.firstRange(of: "#011", from: start, to: end) != nil
    while offset < end {
      let next =
        isEscaped
        ? bytes.firstRange(of: "#011", from: offset, to: end)
        : separatorRange(bytes, separator, from: offset, to: end)
      let stop = next ?? end..<end
      guard extraction.line.fields.count <= most else { return false }
      addAttribute(bytes, offset..<stop.lowerBound, &extraction)
      offset = max(stop.upperBound, offset + 1)
    }
    if !extraction.line.timePattern.isEmpty, !extraction.line.timeText.isEmpty,
      let time = LogTime.patterned(
        bytes, extraction.line.timeText, pattern: extraction.line.timePattern,
        year: extraction.options.year)
    {
      extraction.line.time = time
    }
    return true
  }

  /// Whether bars stand between attributes where tabs should, as PAN-OS' examples have them.
  private static func pipesSeparate(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard bytes.firstOffset(of: Byte.tab, from: range.lowerBound, to: range.upperBound) == nil,
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound),
      let bar = bytes.firstOffset(of: UInt8(ascii: "|"), from: equals, to: range.upperBound)
    else { return false }
    var next = bar + 1
    while next < range.upperBound, ByteClasses.shared.isKeyByte(bytes.byte(unchecked: next)) {
      next += 1
    }
    return next > bar + 1 && bytes.starts(with: "=", at: next)
  }

  /// The separator that LEEF 2 names, as itself or in hexadecimal digits; an empty one is a tab.
  ///
  /// Nil if the separator is a byte of names: it would cut them without anybody noticing. Above
  /// ASCII it is one of the signs that Latin-1 has before its letters, as `¦`.
  private static func separatorPart(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (byte: UInt8, end: Int)? {
    let start = range.lowerBound
    let limit = min(range.upperBound, start + 6)
    guard let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: start, to: limit) else {
      return nil
    }
    var digits = start..<pipe
    switch pipe - start {
    case 0: return (Byte.tab, pipe + 1)
    case 1: return separator(bytes.byte(unchecked: start))
    case 2 where bytes.byte(unchecked: start) == Self.leadOfSigns:
      return separator(bytes.byte(unchecked: start + 1))
    default: break
    }
    if bytes.starts(ignoringCase: "0x", at: start) {
      digits = start + 2..<pipe
    } else if bytes.starts(ignoringCase: "x", at: start) {
      digits = start + 1..<pipe
    }
    guard 1...2 ~= digits.count,
      digits.allSatisfy({ Hex.value(of: bytes.byte(unchecked: $0)) < 16 })
    else { return nil }
    return separator(digits.reduce(0) { $0 << 4 | Hex.value(of: bytes.byte(unchecked: $1)) })

    func separator(_ byte: UInt8) -> (byte: UInt8, end: Int)? {
      byte >= 0xC0 || byte < 0x80 && ByteClasses.shared.is(byte, .name) ? nil : (byte, pipe + 1)
    }
  }

  /// What UTF-8 has before the byte that a sign of Latin-1 is.
  private static let leadOfSigns: UInt8 = 0xC2

  /// The next separator; one above ASCII is written as UTF-8 or as a byte of its own.
  private static func separatorRange(
    _ bytes: RawSpan, _ separator: UInt8, from start: Int, to end: Int
  ) -> Range<Int>? {
    var offset = start
    while let found = bytes.firstOffset(of: separator, from: offset, to: end) {
      guard separator >= 0x80, found > start else { return found..<found + 1 }
      let before = bytes.byte(unchecked: found - 1)
      if before == Self.leadOfSigns { return found - 1..<found + 1 }
      // Behind another byte above ASCII it is a part of a character.
      if before < 0x80 { return found..<found + 1 }
      offset = found + 1
    }
    return nil
  }

  private static func addAttribute(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    guard
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound)
    else { return }
    let key = bytes.trimmed(range.lowerBound..<equals)
    guard !key.isEmpty, key.allSatisfy({ ByteClasses.shared.isKeyByte(bytes.byte(unchecked: $0)) })
    else {
      return
    }
    let path = extraction.scanner.paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    let value = equals + 1..<range.upperBound
    extraction.line.add(path, key: range.lowerBound, value: value)
    if bytes.isWord(key, "devTime") {
      extraction.line.time =
        PipedRecord.deviceTime(bytes, value, year: extraction.options.year) ?? extraction.line.time
      extraction.line.timeText = bytes.trimmed(value)
    }
    if bytes.isWord(key, "devTimeFormat") { extraction.line.timePattern = bytes.trimmed(value) }
  }
}
