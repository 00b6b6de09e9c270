import Indicators

/// Writes a page: markup of our own as it is, everything else escaped.
///
/// Only a `StaticString` is taken as markup, so nothing from traffic or feeds can become markup.
/// Text is first made safe to look at (`DisplayText`: controls, directional and invisible
/// characters), then escaped for content and for attributes in quotes alike. Values are never
/// written into a URL, a style or a script: there are no scripts.
struct HTML {
  private(set) var bytes: [UInt8] = []

  /// Markup.
  mutating func raw(_ markup: StaticString) {
    // SAFETY: a static string's UTF-8 is immutable and lives as long as the process.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
  }

  /// Text from anywhere.
  mutating func text(_ text: String) { self.text(Array(text.utf8)) }

  /// Bytes from anywhere; web addresses in them are broken, so that no reader makes links of them.
  mutating func text(_ value: [UInt8]) { escape(Self.broken(DisplayText.escaped(value))) }

  /// The text with `http` before `://` or `s://` written as `hxxp`.
  private static func broken(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(UInt8(ascii: ":")) else { return text }
    var text = text
    for colon in text.indices.dropLast(2)
    where text[colon] == UInt8(ascii: ":") && text[colon + 1] == UInt8(ascii: "/")
      && text[colon + 2] == UInt8(ascii: "/")
    {
      let end = colon > 0 && text[colon - 1] | 0x20 == UInt8(ascii: "s") ? colon - 1 : colon
      guard end >= 4, String(decoding: text[end - 4..<end], as: UTF8.self).lowercased() == "http"
      else { continue }
      text[end - 3] = UInt8(ascii: "x")
      text[end - 2] = UInt8(ascii: "x")
    }
    return text
  }

  /// A value of a kind, broken so that nobody clicks on it.
  mutating func value(_ value: [UInt8], kind: IndicatorKind) {
    escape(Self.broken(DisplayText.defanged(value, kind: kind)))
  }

  /// A number of ours, for attributes.
  mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

  /// A number of ours with one decimal, for attributes.
  mutating func number(_ value: Double) {
    let tenths = Int((value * 10).rounded())
    number(tenths / 10)
    guard tenths % 10 != 0 else { return }
    raw(".")
    number(abs(tenths % 10))
  }

  /// Longest value that is shown; the machine formats have all of it.
  static let longestValue = 200

  /// Text cut to `limit` bytes, with `…` where it was cut.
  mutating func short(_ value: [UInt8], limit: Int = HTML.longestValue) {
    text(HTML.cut(value, limit))
  }

  /// A value of a kind, cut likewise.
  mutating func shortValue(
    _ value: [UInt8], kind: IndicatorKind, limit: Int = HTML.longestValue
  ) {
    self.value(HTML.cut(value, limit), kind: kind)
  }

  /// The first bytes of a text, cut between characters, and `…`.
  static func cut(_ value: [UInt8], _ limit: Int) -> [UInt8] {
    guard value.count > limit else { return value }
    var end = limit
    while end > 0, value[end] & 0xc0 == 0x80 { end -= 1 }
    return Array(value[..<end]) + Array("…".utf8)
  }

  private mutating func escape(_ text: [UInt8]) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "&"): raw("&amp;")
      case UInt8(ascii: "<"): raw("&lt;")
      case UInt8(ascii: ">"): raw("&gt;")
      case UInt8(ascii: "\""): raw("&quot;")
      case UInt8(ascii: "'"): raw("&#39;")
      case UInt8(ascii: "`"): raw("&#96;")
      default: bytes.append(byte)
      }
    }
  }
}
