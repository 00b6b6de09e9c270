/// Scalars as YAML writes them.
enum YAMLText {
  /// Plain where that means the same text, else in double quotes.
  static func scalar(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x2f, 0x5f, 0x2b, 0x40: true
        default: false
        }
      } && !["null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
      && text.utf8.first != 0x2d && text.utf8.first != 0x40
    return isPlain ? text : quoted(text)
  }

  /// In double quotes, with escapes for what is not allowed there.
  static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\t": output += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
        let digits = String(scalar.value, radix: 16)
        output += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
