import Indicators
import Parsing

/// Where URLs in prose begin and end (`Matching.md` §4).
enum ReportURL {
  // MARK: Schemes

  /// The separator between a scheme and its host.
  struct SchemeEnd {
    var length: Int
    var isMark: Bool
  }

  /// `://` at an offset in whatever notation (`[:]//`, `[://]`, `:[//]`), or nil.
  static func schemeEnd(_ text: RawSpan, at start: Int) -> SchemeEnd? {
    var offset = start
    var isMark = false
    if let separator = ReportSeparator(text, at: offset) {
      if separator.kind == .schemeEnd { return SchemeEnd(length: separator.length, isMark: true) }
      guard separator.kind == .colon else { return nil }
      offset += separator.length
      isMark = true
    } else {
      guard offset < text.byteCount, text.byte(unchecked: offset) == Byte.colon else { return nil }
      offset += 1
    }
    var slashes = 0
    while slashes < 2, offset < text.byteCount {
      if text.byte(unchecked: offset) == Byte.slash {
        slashes += 1
        offset += 1
      } else if let separator = ReportSeparator(text, at: offset),
        separator.kind == .slash || separator.kind == .slashes && slashes == 0
      {
        slashes += separator.kind == .slash ? 1 : 2
        offset += separator.length
        isMark = true
      } else {
        return nil
      }
    }
    return slashes == 2 ? SchemeEnd(length: offset - start, isMark: isMark) : nil
  }

  /// A scheme and whether it is defanged.
  struct Scheme {
    var start: Int
    var isDefanged: Bool
  }

  /// The scheme that ends at `end` and begins at `floor` or later, or nil.
  static func scheme(_ text: RawSpan, endingAt end: Int, notBefore floor: Int) -> Scheme? {
    for defanged in defangedSchemes {
      let start = end - defanged.utf8CodeUnitCount
      if start >= floor, text.starts(ignoringCase: defanged, at: start),
        start == 0 || !Byte.isAlphanumeric(text.byte(unchecked: start - 1))
      {
        return Scheme(start: start, isDefanged: true)
      }
    }
    var start = end
    while start > max(floor, end - longestScheme) {
      let byte = text.byte(unchecked: start - 1)
      guard Byte.isAlphanumeric(byte) || "+-.".utf8.contains(byte) else { break }
      start -= 1
    }
    // Begins with a letter (RFC 3986 §3.1).
    while start < end, (text.byte(unchecked: start) | 0x20) &- 0x61 > 25 { start += 1 }
    return start < end ? Scheme(start: start, isDefanged: false) : nil
  }

  private static let longestScheme = 32

  private static let defangedSchemes: [StaticString] = [
    "hxxp", "hxxps", "h**p", "h**ps", "fxp", "hxtp", "hxtps", "htxp", "htxps",
  ]

  // MARK: Hosts

  /// The part between scheme and path: user information, host and port.
  struct Authority {
    var end: Int
    var hasMark = false
    /// Whether a path can follow.
    var isWhole = true

    init(_ text: RawSpan, from start: Int) {
      end = start
      if start < text.byteCount, text.byte(unchecked: start) == UInt8(ascii: "["),
        let bracket = ReportURL.addressEnd(text, from: start + 1, hasMark: &hasMark),
        bracket < text.byteCount, text.byte(unchecked: bracket) == UInt8(ascii: "]")
      {
        end = bracket + 1
      } else if text.starts(with: "*.", at: start) {
        end = start + 1
      }
      while end < text.byteCount {
        let run = ReportRun(text, from: end)
        if run.hasMark { hasMark = true }
        if let cut = run.nameEndBeforeWord {
          end = cut
          isWhole = false
          return
        }
        end = run.range.upperBound
        guard end < text.byteCount else { return }
        if let separator = ReportSeparator(text, at: end) {
          hasMark = true
          guard separator.kind == .colon || separator.kind == .at else { return }
          end += separator.length
        } else {
          guard ":@%+~$".utf8.contains(text.byte(unchecked: end)) else { return }
          end += 1
        }
      }
    }
  }

  /// Bytes of the longest IPv6 address, with every colon in brackets.
  private static let longestAddress = 96

  /// End of the hexadecimal digits, colons and dots from an offset on, also those in brackets.
  ///
  /// Nil if they are longer than any address.
  static func addressEnd(_ text: RawSpan, from start: Int, hasMark: inout Bool) -> Int? {
    var offset = start
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      if Hex.value(of: byte) < 16 || byte == Byte.colon || byte == Byte.dot {
        offset += 1
      } else if let separator = ReportSeparator(text, at: offset),
        separator.kind == .colon || separator.kind == .dot
      {
        hasMark = true
        offset += separator.length
      } else {
        return offset
      }
      if offset - start > longestAddress { return nil }
    }
    return offset
  }

  /// End of the port that begins at an offset with its colon, or nil.
  static func portEnd(_ text: RawSpan, at start: Int) -> Int? {
    var offset = start
    if let separator = ReportSeparator(text, at: offset), separator.kind == .colon {
      offset += separator.length
    } else if offset < text.byteCount, text.byte(unchecked: offset) == Byte.colon {
      offset += 1
    } else {
      return nil
    }
    let digits = offset
    while offset < text.byteCount, Byte.isDigit(text.byte(unchecked: offset)) { offset += 1 }
    guard 1...5 ~= offset - digits else { return nil }
    guard offset < text.byteCount else { return offset }
    // `evil[.]example:192[.]0[.]2[.]1` has no port.
    let run = ReportRun(text, from: offset)
    return run.value.isEmpty || text.byte(unchecked: offset) >= 0x80 ? offset : nil
  }

  // MARK: Paths

  /// Whether a path, query or fragment begins at an offset.
  static func beginsPath(_ text: RawSpan, at offset: Int, hasScheme: Bool) -> Bool {
    guard offset < text.byteCount else { return false }
    switch text.byte(unchecked: offset) {
    case Byte.slash: return true
    case UInt8(ascii: "?"), UInt8(ascii: "#"): return hasScheme
    default: return ReportSeparator(text, at: offset)?.kind == .slash
    }
  }

  /// Whether a path has a dot in brackets, and all such dots are of file names: `/a[.]php`.
  ///
  /// No domain name ends like that. A path that holds a URL of its own, or a query with a defanged
  /// name, is that of a service which shows others' values.
  static func hasMarkedFile(_ text: RawSpan, _ path: Range<Int>) -> Bool {
    var offset = path.lowerBound
    var isFile = false
    while offset < path.upperBound {
      if ReportURL.schemeEnd(text, at: offset) != nil { return false }
      guard let separator = ReportSeparator(text, at: offset) else {
        offset += 1
        continue
      }
      offset += separator.length
      guard separator.kind == .dot else { continue }
      var end = offset
      while end < path.upperBound, Byte.isAlphanumeric(text.byte(unchecked: end)) { end += 1 }
      let label = offset..<end
      guard 2...5 ~= label.count, Byte.isLetter(text.byte(unchecked: offset)),
        end == path.upperBound || text.byte(unchecked: end) != Byte.minus,
        !TopLevelDomains.contains(text.extracting(label))
      else { return false }
      isFile = true
    }
    return isFile
  }

  /// End of a URL's text whose path begins at an offset, including punctuation of the sentence.
  ///
  /// It ends as in any text, at a bracket that it did not open, and before a comma or semicolon
  /// that is visibly followed by a value of its own.
  static func pathEnd(_ text: RawSpan, from start: Int, isQuoted: Bool) -> Int {
    var offset = start
    var round = 0
    var square = 0
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      switch byte {
      case 0...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "|"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "}"):
        return offset
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), Byte.backslash:
        if let separator = ReportSeparator(text, at: offset) {
          offset += separator.length
          continue
        }
        if byte == UInt8(ascii: "(") {
          round += 1
        } else if byte == UInt8(ascii: "[") {
          square += 1
        } else if !text.starts(with: "\\.", at: offset) {
          return offset
        }
      case UInt8(ascii: ")"):
        round -= 1
        if round < 0 { return offset }
      case UInt8(ascii: "]"):
        square -= 1
        if square < 0 { return offset }
      case Byte.apostrophe:
        if isQuoted { return offset }
      case Byte.comma, UInt8(ascii: ";"):
        if beginsValue(text, at: offset + 1)
          || byte == Byte.comma && isBehindFile(text, start..<offset)
        {
          return offset
        }
      case UInt8(ascii: "&"):
        if beginsEntity(text, at: offset) { return offset }
      case 0x80...:
        var end = offset
        guard let scalar = UTF8Decoder.nextLong(text, at: &end),
          IDNACharacters.isLetterDigitOrMark(scalar)
        else { return offset }
        offset = end
        continue
      default: break
      }
      offset += 1
    }
    return offset
  }

  /// Whether a comma is followed by a value of its own.
  ///
  /// That is a URL, a defanged name, a digest, a date, or the next part of a distinguished name.
  private static func beginsValue(_ text: RawSpan, at start: Int) -> Bool {
    if text.starts(ignoringCase: "h**p", at: start) { return true }
    let run = ReportRun(text, from: start)
    let range = run.range
    if run.hasMark && run.hasDot { return true }
    guard !range.isEmpty else { return false }
    if schemeEnd(text, at: range.upperBound) != nil { return true }
    let word = text.extracting(range)
    if Text.isDigest(word) || isDate(word) { return true }
    return range.upperBound < text.byteCount
      && text.byte(unchecked: range.upperBound) == UInt8(ascii: "=") && range.count > 1
      && word.byteOffsets.allSatisfy { Byte.isCapital(word.byte(unchecked: $0)) }
  }

  /// Whether a path ends in a file name, and a comma and a word follow: `/x.exe,Stealer`.
  ///
  /// The word says something about the file.
  private static func isBehindFile(_ text: RawSpan, _ path: Range<Int>) -> Bool {
    var dot = path.upperBound
    while dot > path.lowerBound, Byte.isAlphanumeric(text.byte(unchecked: dot - 1)) { dot -= 1 }
    guard 2...5 ~= path.upperBound - dot, dot > path.lowerBound,
      text.byte(unchecked: dot - 1) == Byte.dot
        || text.byte(unchecked: dot - 1) == UInt8(ascii: "]"),
      Byte.isLetter(text.byte(unchecked: dot))
    else { return false }
    let start = path.upperBound + 1
    var end = start
    while end < text.byteCount, Byte.isLetter(text.byte(unchecked: end)) { end += 1 }
    guard end > start + 1 else { return false }
    guard end == text.byteCount || Text.isSpace(text.byte(unchecked: end)) else { return false }
    return !path.contains { text.byte(unchecked: $0) == UInt8(ascii: "?") }
  }

  /// Whether a word is a date as `2024-05-31`.
  private static func isDate(_ word: RawSpan) -> Bool {
    word.byteCount == 10
      && word.byteOffsets.allSatisfy {
        $0 == 4 || $0 == 7
          ? word.byte(unchecked: $0) == Byte.minus : Byte.isDigit(word.byte(unchecked: $0))
      }
  }

  /// Whether an HTML entity for a quote, an angle bracket or a space is at an offset.
  private static func beginsEntity(_ text: RawSpan, at offset: Int) -> Bool {
    for entity in ["&quot;", "&lt;", "&gt;", "&apos;", "&nbsp;", "&#34;", "&#39;"]
      as [StaticString]
    where text.starts(with: entity, at: offset) { return true }
    return false
  }

  /// A URL's range without what belongs to the sentence or its markup.
  ///
  /// The path begins at `path`, the host at `host`; at least one byte of the host is kept.
  static func trimmed(
    _ text: RawSpan, _ range: Range<Int>, host: Int, path: Int
  ) -> Range<Int> {
    let minimum = host + 1
    var end = range.upperBound
    let before = range.lowerBound > 0 ? text.byte(unchecked: range.lowerBound - 1) : 0
    while end > minimum {
      let last = text.byte(unchecked: end - 1)
      switch last {
      case Byte.dot, Byte.comma, UInt8(ascii: ";"), Byte.colon, UInt8(ascii: "!"),
        UInt8(ascii: "?"), Byte.apostrophe, UInt8(ascii: "("), UInt8(ascii: "["):
        end -= 1
      case UInt8(ascii: "*"):
        // After a slash it means everything below, unless it is emphasis.
        if before != last, end - path > 2, text.byte(unchecked: end - 2) == Byte.slash {
          return range.lowerBound..<end
        }
        end -= 1
      case UInt8(ascii: "_"), UInt8(ascii: "~"), Byte.plus:
        guard before == last else { return range.lowerBound..<end }
        end -= 1
      case UInt8(ascii: "s"):
        guard end - 2 >= minimum, text.byte(unchecked: end - 2) == Byte.apostrophe else {
          return range.lowerBound..<end
        }
        end -= 2
      default: return range.lowerBound..<end
      }
    }
    return range.lowerBound..<end
  }
}
