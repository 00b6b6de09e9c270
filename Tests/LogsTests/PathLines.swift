import Parsing
import TestSupport

/// Lines with paths, registry keys and user agents of a few words, with each byte written in one of the ways that
/// a format knows.
enum PathLines {
  private static let parts = [
    "data", "local", "tmp", "wd", "Local Settings", "keys.txt", "evil", "evil.exe", "Temp", "x",
    "currentversion", "run", "program files", "svc-host_1", "caf\u{e9}", "a%b", "settings.ini",
  ]

  /// Of which the last byte may be taken for the first of a word.
  private static let sequences = [
    "\u{1b}[1m", "\u{1b}[0m", "\u{1b}[?25h", "\u{1b}[38;5;196m", "\u{1b}[ 12q",
    "\u{1b}[\(String(repeating: "1;", count: 40))m", "\u{1b}[", "[?25h",
  ]

  static func line(_ random: inout SeededGenerator) -> [UInt8] {
    switch random.below(4) {
    case 0:
      let value = value("\\", &random).utf8.map { escaped($0, &random, isJSON: true) }.joined()
      let field = random.pick([
        "Image", "file_name", "TargetObject", "user_agent", "message", "mutex", "pipe_name",
      ])
      return Array("{\"ts\":1,\"\(field)\":\"\(value)\"}\n".utf8)
    case 1:
      // Of a URL, whose units are undone.
      let path = value("/", &random).utf8.map { escaped($0, &random, isJSON: false) }.joined()
      return Array("GET http://host.example/\(path) done\n".utf8)
    case 2:
      let text = value(random.pick(["\\", "/"]), &random)
      let colours = random.pick(sequences)
      let other = value("\\", &random)
      return Array("opened \"\(text)\" by \(colours)\(other)\(random.pick(sequences))\n".utf8)
    default:
      let text = value("\\", &random)
      return Array("Image=\(text) TargetObject=\(value("\\", &random))\n".utf8)
    }
  }

  private static func value(_ separator: String, _ random: inout SeededGenerator) -> String {
    var result = random.pick(["", "C:" + separator, "%TEMP%" + separator, "HKLM" + separator, "~/"])
    for index in 0...random.below(4) {
      if index > 0 { result += separator }
      if random.below(20) == 0 { result += random.pick(sequences) }
      result += random.pick(parts)
    }
    return result
  }

  /// A byte as it is or, seldom, as an escape or a percent unit; what JSON has to escape always is.
  private static func escaped(
    _ byte: UInt8, _ random: inout SeededGenerator, isJSON: Bool
  ) -> String {
    let hex = String(byte, radix: 16)
    let two = hex.count < 2 ? "0" + hex : hex
    if isJSON {
      if byte >= 0x80 || byte < 0x20 { return "\\u00" + two }
      if random.below(12) == 0 { return "\\u00" + two }
      if byte == UInt8(ascii: "\\") { return "\\\\" }
      if byte == UInt8(ascii: "/"), random.below(2) == 0 { return "\\/" }
    } else if byte >= 0x80 || byte == UInt8(ascii: "%") || byte <= 0x20 || random.below(12) == 0 {
      return "%" + two.uppercased()
    }
    return String(UnicodeScalar(byte))
  }
}
