import Parsing

/// Values made safe to show to people: in tables, reports and messages, not in machine formats.
public enum DisplayText {
  /// Escapes everything in a text that a terminal, a spreadsheet or a reader would misread.
  ///
  /// Controls (C0, DEL, C1) and bytes that are not UTF-8 become `\xnn`; characters that change the
  /// direction of text, have no width or break lines become `\u{n}`; a first `= + - @` gets a `'`
  /// before it, so that a spreadsheet does not read a formula. A lone `-` is left as it is, since
  /// it means standard input.
  ///
  /// - Parameters:
  ///   - text: UTF-8, or any bytes.
  ///   - isCell: whether the text may end up in a spreadsheet cell; false for messages.
  /// - Returns: the text for people.
  public static func escaped(_ text: some Collection<UInt8>, isCell: Bool = true) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    appendEscaped(Array(text).rawSpan, isCell: isCell, to: &output)
    return output
  }

  /// A value of a kind, escaped and defanged so that nobody clicks on it: `hxxp`, `[.]`, `[@]`.
  ///
  /// Refanging gives the value back. Digests, file names and other kinds that nobody clicks on are
  /// only escaped.
  public static func defanged(_ value: some Collection<UInt8>, kind: IndicatorKind) -> [UInt8] {
    let value = Array(value)
    var output: [UInt8] = []
    output.reserveCapacity(value.count + 8)
    appendDefanged(value.rawSpan, kind: kind, to: &output)
    return escaped(output)
  }

  private static func appendEscaped(_ text: RawSpan, isCell: Bool, to output: inout [UInt8]) {
    if isCell, !text.isEmpty, text.byteCount > 1 || text.byte(unchecked: 0) != 0x2d {
      switch text.byte(unchecked: 0) {
      case 0x3d, 0x2b, 0x2d, 0x40: output.append(0x27)
      default: break
      }
    }
    var offset = 0
    while offset < text.byteCount {
      guard let scalar = UTF8Scalar.decode(text, at: offset) else {
        appendEscape(text.byte(at: offset), to: &output)
        offset += 1
        continue
      }
      let value = scalar.value.value
      if value < 0x20 || value == 0x7f {
        appendEscape(UInt8(value), to: &output)
      } else if isMisleading(scalar) {
        output.append("\\u{")
        var shift: UInt32 = 20
        while shift > 0, value >> shift == 0 { shift -= 4 }
        while true {
          output.append(Hex.digit(UInt8(truncatingIfNeeded: value >> shift)))
          if shift == 0 { break }
          shift -= 4
        }
        output.append(0x7d)
      } else {
        output.append(text.extracting(offset..<offset + scalar.length))
      }
      offset += scalar.length
    }
  }

  private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append("\\x")
    output.append(Hex.digit(byte >> 4))
    output.append(Hex.digit(byte))
  }

  /// Whether a character would mislead a reader.
  ///
  /// These are C1 controls, characters without width, directional controls, line and paragraph
  /// separators, white space above ASCII, Hangul fillers and tags.
  private static func isMisleading(_ scalar: UTF8Scalar) -> Bool {
    let value = scalar.value.value
    if value < 0x80 { return false }
    return scalar.isInvisible || scalar.isWhiteSpace || 0x80..<0xa0 ~= value || value == 0x61c
      || 0xe0000..<0xe1000 ~= value || 0x115f...0x1160 ~= value || value == 0x3164
  }

  private static func appendDefanged(
    _ value: RawSpan, kind: IndicatorKind, to output: inout [UInt8]
  ) {
    switch kind {
    case .ipv4, .domain:
      appendBracketing(value, at: 0x2e, to: &output)
    case .ipv6:
      appendBracketing(value, at: 0x3a, to: &output)
    case .email:
      for offset in value.byteOffsets {
        let byte = value.byte(unchecked: offset)
        if byte == 0x2e || byte == 0x40 {
          output.append(0x5b)
          output.append(byte)
          output.append(0x5d)
        } else {
          output.append(byte)
        }
      }
    case .url:
      appendDefangedURL(value, to: &output)
    default:
      output.append(value)
    }
  }

  private static func appendDefangedURL(_ url: RawSpan, to output: inout [UInt8]) {
    let schemeLength = Normalizer.schemeLength(url)
    let hostEnd = url.firstOffset(of: 0x2f, from: schemeLength) ?? url.byteCount
    if url.starts(with: "http://") || url.starts(with: "https://") {
      output.append("hxxp")
      output.append(url.extracting(4..<schemeLength))
    } else if url.starts(with: "ftp://") {
      output.append("fxp://")
    } else if schemeLength > 0 {
      output.append(url.extracting(0..<schemeLength - 3))
      output.append("[://]")
    }
    appendBracketing(url.extracting(schemeLength..<hostEnd), at: 0x2e, to: &output)
    output.append(url.extracting(hostEnd...))
  }

  private static func appendBracketing(
    _ text: RawSpan, at mark: UInt8, to output: inout [UInt8]
  ) {
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      if byte == mark { output.append(0x5b) }
      output.append(byte)
      if byte == mark { output.append(0x5d) }
    }
  }
}
