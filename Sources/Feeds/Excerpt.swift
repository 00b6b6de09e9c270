import Parsing

/// The beginning of a value as a person may see it.
enum Excerpt {
  /// Up to 120 bytes, controls as `\u{N}`, invalid bytes as U+FFFD.
  static func text(_ bytes: RawSpan) -> String {
    let limit = 120
    let part = bytes.copied(0..<min(bytes.byteCount, limit))
    var text = ""
    for scalar in String(decoding: part, as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return bytes.byteCount > limit ? text + "…" : text
  }
}
