import Parsing

extension DisplayText {
  /// Escapes a line of text, such as a log line, and defangs the names, addresses and URLs in it.
  ///
  /// It is not known here which of them are indicators. So a run of name characters is broken if
  /// its last label has two letters or if it ends in an IPv4 address; numbers and versions stay
  /// readable.
  public static func defangedLine(_ line: some Collection<UInt8>) -> [UInt8] {
    let line = Array(line)
    var output: [UInt8] = []
    output.reserveCapacity(line.count + 16)
    appendDefangedLine(line.rawSpan, to: &output)
    return escaped(output)
  }

  private static func appendDefangedLine(_ line: RawSpan, to output: inout [UInt8]) {
    var offset = 0
    while offset < line.byteCount {
      let byte = line.byte(unchecked: offset)
      if byte == 0x3a, line.extracting(offset...).starts(with: "://") {
        appendSchemeEnd(of: line.extracting(0..<offset), to: &output)
        offset += 3
        continue
      }
      guard isRunByte(byte) else {
        output.append(byte)
        offset += 1
        continue
      }
      var end = offset + 1
      var colons = byte == 0x3a ? 1 : 0
      while end < line.byteCount, isRunByte(line.byte(unchecked: end)) {
        if line.byte(unchecked: end) == 0x3a {
          // The scheme before `://` is a run of its own.
          if line.extracting(end...).starts(with: "://") { break }
          colons += 1
        }
        end += 1
      }
      appendRun(line.extracting(offset..<end), colons: colons, to: &output)
      offset = end
    }
  }

  /// Appends a defanged `://`, and rewrites a web scheme that the output ends in.
  ///
  /// `http`, `https` and `ftp` become `hxxp`, `hxxps` and `fxp`, as in a URL value; behind any
  /// other scheme `[://]` is written.
  private static func appendSchemeEnd(of text: RawSpan, to output: inout [UInt8]) {
    for (scheme, broken) in schemes {
      let start = text.byteCount - scheme.utf8CodeUnitCount
      guard start >= 0, text.starts(ignoringCase: scheme, at: start),
        start == 0 || !isRunByte(text.byte(unchecked: start - 1))
          || text.byte(unchecked: start - 1) == 0x3a
      else { continue }
      output.removeLast(scheme.utf8CodeUnitCount)
      output.append(broken)
      output.append("://")
      return
    }
    output.append("[://]")
  }

  private static let schemes: [(StaticString, StaticString)] = [
    ("http", "hxxp"), ("https", "hxxps"), ("ftp", "fxp"),
  ]

  /// Appends a run of name characters and colons, with the addresses and names in it defanged.
  private static func appendRun(_ run: RawSpan, colons: Int, to output: inout [UInt8]) {
    if colons >= 2 {
      var end = run.byteCount
      while end > 0, run.byte(unchecked: end - 1) == 0x2e { end -= 1 }
      if run.byteCount <= 64, IPAddressText.ipv6(run.extracting(0..<end)) != nil {
        appendBroken(run, at: 0x3a, to: &output)
        return
      }
    }
    var start = 0
    while start <= run.byteCount {
      var end = start
      while end < run.byteCount, run.byte(unchecked: end) != 0x3a { end += 1 }
      let piece = run.extracting(start..<end)
      if isName(piece) {
        appendBroken(piece, at: 0x2e, to: &output)
      } else {
        output.append(piece)
      }
      if end < run.byteCount { output.append(0x3a) }
      start = end + 1
    }
  }

  private static func appendBroken(_ text: RawSpan, at mark: UInt8, to output: inout [UInt8]) {
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      // A dot at either end is not part of the name: it may end a sentence.
      guard byte == mark, mark == 0x3a || 1..<max(text.byteCount - 1, 1) ~= offset else {
        output.append(byte)
        continue
      }
      output.append(0x5b)
      output.append(byte)
      output.append(0x5d)
    }
  }

  /// Whether a run has two labels or more, the last with two letters, or ends in an IPv4 address.
  private static func isName(_ run: RawSpan) -> Bool {
    var end = run.byteCount
    while end > 0, run.byte(unchecked: end - 1) == 0x2e || run.byte(unchecked: end - 1) == 0x2d {
      end -= 1
    }
    var label = end
    var letters = 0
    while label > 0, run.byte(unchecked: label - 1) != 0x2e {
      label -= 1
      if Byte.isLetter(run.byte(unchecked: label)) || run.byte(unchecked: label) >= 0x80 {
        letters += 1
      }
    }
    guard label > 1 else { return false }
    if letters >= 2 { return true }
    // An address may be the end of a longer run, such as two addresses that are joined.
    var parts = 0
    var digits = 0
    var offset = end
    while offset > 0 {
      let byte = run.byte(unchecked: offset - 1)
      if Byte.isDigit(byte) {
        digits += 1
      } else if byte == 0x2e, 1...3 ~= digits {
        parts += 1
        digits = 0
      } else {
        break
      }
      offset -= 1
    }
    return parts >= 3
  }

  private static func isRunByte(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == 0x2e || byte == 0x2d || byte == 0x5f || byte == 0x3a
      || byte >= 0x80
  }
}
