import Parsing

extension Normalizer {
  /// Appends path and query; `text` is everything behind the authority.
  ///
  /// One pass: dot segments are taken off the end of the output as each segment ends, so every byte
  /// is written once and removed at most once.
  func appendPath(
    _ text: RawSpan, options: URLOptions, parts: inout URLParts, base: Int,
    to output: inout [UInt8]
  ) -> Refusal? {
    parts.pathStart = output.count - base
    if !options.contains(.indicator), PathBytes.isNormal(text) {
      output.append(text)
      parts.settledLength = text.byteCount - 1
      parts.keepsPath = true
      return nil
    }
    let pathStart = output.count
    var end = text.byteCount
    if !options.contains(.encodesNumberSign), let fragment = text.firstOffset(of: 0x23) {
      end = fragment
      parts.hadFragment = true
      parts.fragmentLength = text.byteCount - fragment
    }
    if options.contains(.indicator), let star = text.extracting(0..<end).firstOffset(of: 0x2a) {
      guard star == end - 1 else { return .wildcardInside }
      end = star
      parts.isPrefix = true
    }

    var offset = 0
    output.append(0x2f)
    if offset < end, text.byte(unchecked: offset) == 0x2f { offset += 1 }
    var segmentStart = output.count
    var settled = offset
    var inPath = true
    while offset < end {
      let byte = text.byte(unchecked: offset)
      if PathBytes.isPlain(byte) {
        var runEnd = offset + 1
        while runEnd < end, PathBytes.isPlain(text.byte(unchecked: runEnd)) { runEnd += 1 }
        output.append(text.extracting(offset..<runEnd))
        offset = runEnd
        continue
      } else if inPath, byte == 0x2f {
        if Self.removeDotSegment(from: segmentStart, pathStart: pathStart, &output) {
          settled = offset + 1
        } else {
          output.append(byte)
        }
        segmentStart = output.count
      } else if inPath, byte == 0x3f {
        if Self.removeDotSegment(from: segmentStart, pathStart: pathStart, &output) {
          settled = offset
        }
        inPath = false
        output.append(byte)
      } else if byte == 0x25 {
        offset += PercentEncoding.appendUnit(text, at: offset, end: end, to: &output)
        continue
      } else if byte >= 0x80 {
        if options.contains(.indicator),
          let scalar = UTF8Scalar.decode(text, at: offset), scalar.isWhiteSpace
        {
          return .whiteSpaceInside
        }
        PercentEncoding.appendEncoded(byte, to: &output)
      } else if ASCII.isBlankOrControl(byte) {
        guard options.contains(.encodesWhiteSpace) else {
          return byte == 0x20 || byte &- 9 <= 4 ? .whiteSpaceInside : .controlCharacter
        }
        PercentEncoding.appendEncoded(byte, to: &output)
      } else if byte == 0x23 {
        PercentEncoding.appendEncoded(byte, to: &output)
      } else {
        output.append(byte)
      }
      offset += 1
    }
    // An observed URL may continue the last segment of a prefix, so `.` or `..` is kept there.
    if inPath, !parts.isPrefix,
      Self.removeDotSegment(from: segmentStart, pathStart: pathStart, &output)
    {
      settled = end
    }
    parts.settledLength = end - settled
    if parts.isPrefix, output.count - pathStart < 2 { return .urlPrefixTooShort }
    return nil
  }

  /// Removes a last segment `.` or `..` (RFC 3986 §5.2.4) and leaves the output ending in `/`.
  ///
  /// Returns false if the last segment is neither.
  @inline(__always)
  private static func removeDotSegment(
    from start: Int, pathStart: Int, _ output: inout [UInt8]
  ) -> Bool {
    let count = output.count - start
    guard count == 1 || count == 2, output[start] == 0x2e, output[output.count - 1] == 0x2e else {
      return false
    }
    output.removeLast(count)
    guard count == 2, start - 1 > pathStart else { return true }
    // The output now ends in the `/` behind the segment that `..` removes as well.
    var segment = start - 1
    while output[segment - 1] != 0x2f { segment -= 1 }
    output.removeLast(output.count - segment)
    return true
  }
}

/// Bytes of path and query that are in normal form wherever they occur.
private enum PathBytes {
  /// `@` for a byte in normal form, `A` for controls, blank and `/ ? % #`.
  // swift-format-ignore
  private static let classes: StaticString = """
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@@A@A@@@@@@@@@A@@@@@@@@@@@@@@@A\
    @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@A
    """

  @inline(__always)
  static func isPlain(_ byte: UInt8) -> Bool {
    if byte >= 0x80 { return false }
    // SAFETY: the table has an entry for each byte below 0x80.
    return unsafe classes.utf8Start[Int(byte)] == 0x40
  }
}

extension PathBytes {
  /// Whether path and query are certainly in normal form, checked eight bytes at a time.
  ///
  /// If so, they begin with `/` and hold no `%`, no `#`, nothing outside printable ASCII, and no
  /// segment `.` or `..`.
  ///
  /// False decides nothing: the bytes are then read one by one.
  static func isNormal(_ text: RawSpan) -> Bool {
    guard !text.isEmpty, text.byte(unchecked: 0) == 0x2f else { return false }
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs = ones &* 0x80
    // Sets the high bit of each byte of `word` that equals `byte`. Exact if all are below 0x80:
    // then no byte borrows from the next.
    func flags(of byte: UInt64, in word: UInt64) -> UInt64 {
      (highs &- (word ^ (ones &* byte))) & highs
    }
    var slashBefore: UInt64 = 0
    var offset = 0
    while offset < text.byteCount {
      var word: UInt64
      if text.byteCount &- offset >= 8 {
        word = text.littleEndianUInt64(unchecked: offset)
      } else {
        // The word is filled up with letters, which are in normal form.
        word = ones &* 0x61
        for position in offset..<text.byteCount {
          let shift = UInt64(8 &* (position &- offset))
          word = word & ~(0xff << shift) | UInt64(text.byte(unchecked: position)) << shift
        }
      }
      if word & highs != 0 { return false }
      let odd = flags(of: 0x25, in: word) | flags(of: 0x23, in: word) | flags(of: 0x7f, in: word)
      // A byte below 0x21 plus 0x5f stays below 0x80.
      let blank = ~(word &+ ones &* 0x5f) & highs
      if odd | blank != 0 { return false }
      let slashes = flags(of: 0x2f, in: word)
      var dots = flags(of: 0x2e, in: word) & (slashes << 8 | slashBefore)
      while dots != 0 {
        if isDotSegment(text, from: offset &+ dots.trailingZeroBitCount >> 3) { return false }
        dots &= dots &- 1
      }
      slashBefore = slashes >> 56
      offset &+= 8
    }
    return true
  }

  /// Whether the segment that begins with the dot at an offset is `.` or `..`.
  private static func isDotSegment(_ text: RawSpan, from start: Int) -> Bool {
    var end = start &+ 1
    if end < text.byteCount, text.byte(unchecked: end) == 0x2e { end &+= 1 }
    guard end < text.byteCount else { return true }
    let byte = text.byte(unchecked: end)
    return byte == 0x2f || byte == 0x3f
  }
}

/// Percent units (RFC 3986 §2.1).
package enum PercentEncoding {
  /// Length in normal form of the percent unit for a byte.
  @inline(__always)
  package static func formLength(unit byte: UInt8) -> Int { ASCII.isUnreserved(byte) ? 1 : 3 }

  /// The byte that the unit at `offset` encodes; nil unless two hexadecimal digits follow the `%`.
  @inline(__always)
  package static func unit(_ text: RawSpan, at offset: Int, end: Int) -> UInt8? {
    guard offset + 2 < end else { return nil }
    let high = Hex.value(of: text.byte(unchecked: offset + 1))
    let low = Hex.value(of: text.byte(unchecked: offset + 2))
    guard high | low < 16 else { return nil }
    return high << 4 | low
  }

  /// Appends the unit at a `%` in normal form and gives the number of bytes read.
  ///
  /// An unreserved character is written as itself, another byte with capital digits; a `%` that
  /// begins no unit stays as it is.
  static func appendUnit(
    _ text: RawSpan, at offset: Int, end: Int, to output: inout [UInt8]
  ) -> Int {
    guard let byte = unit(text, at: offset, end: end) else {
      output.append(0x25)
      return 1
    }
    if ASCII.isUnreserved(byte) {
      output.append(byte)
    } else {
      appendEncoded(byte, to: &output)
    }
    return 3
  }

  /// Appends a byte as `%XX`.
  @inline(__always)
  static func appendEncoded(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(0x25)
    output.append(Hex.upperCaseDigit(byte >> 4))
    output.append(Hex.upperCaseDigit(byte))
  }

  /// Appends the text with every unit decoded; false if a `%` begins no unit.
  static func decodeAll(_ text: RawSpan, to output: inout [UInt8]) -> Bool {
    var offset = 0
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      if byte == 0x25 {
        guard let decoded = unit(text, at: offset, end: text.byteCount) else { return false }
        output.append(decoded)
        offset += 3
      } else {
        output.append(byte)
        offset += 1
      }
    }
    return true
  }
}
