import Parsing
import TestSupport

/// Lines of long runs of what does not mean itself, or means nothing: percent units, escapes, letters above
/// ASCII, colons and digits; with values before, between and behind them.
enum UnitRuns {
  private static let units = [
    "%41", "%61", "%5A", "%2e", "%2E", "%5f", "%ff", "%C3%A9", "%20", "%2f", "%25", "%40", "%",
    "%4",
    "%zz", "é", "ß", "я", "ж", "߿", "ࠀ", "中", "ｅ", "。", "．", "\u{301}", "\u{34f}", "\u{200d}",
    "😀", "𝐚", "—", "×", "٣", "א", ":", ":", "::", ":::", "a:", "ab:", "01:", ":1.", "://", "[::",
    ".", "a", "0", "f", "e", "-", "_", "A1b2c3d4", "\\u0041", "\\u002e", "\\u00e9", "\\u001b[1m",
    "\\x41", "\\x2E", "\\u00", "\\", "\u{1b}[1m", "@", "+", " ", "%A0", "%c2%a9", "\\u00a0",
    "\\uff08",
    "\\u25A1", "\\u0a12", "\\u0031",
  ]

  private static let values = [
    "evil.example", "www.evil.example", "%65vil.example", "192.0.2.1", "2001:db8::1",
    "[2001:db8::1]:443",
    "bücher.example", "a@evil.example", "http://evil.example/a", "0123456789abcdef0123456789abcdef",
    "%300123456789abcdef123456789abcdef", "md5=0123456789abcdef0123456789abcdef", "evil%2Eexample",
    "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33", "198.51.100.7",
    "64:ff9b:0:0:0:0:192.0.2.8", "2001:db8:1:2:3:4:5:\\u0036", "2001:db8::\\u0031",
    "203.0.113.9:53", "evil.ex%61mple", "%65vil%2eexample", "198.51%2e100.7", "198.51.100.%37",
    "1.2.0.192.in-addr.%61rpa", "xn%2d%2dbcher-kva.example", "%78n--bcher-kva.example",
    "b%2Düc.example",
    "访问evil%2eexample查看", "x\u{327}\u{301}\u{301}.example", "a\u{301}\u{327}.example",
    "e\u{301}\u{323}.example",
    "\u{1E69}\u{301}.example", "ｅｖｉｌ．example", "\\u001b[1mevil.example",
    "\\u001b\\u005b1mevil.example",
    "\\u001b[1\\u006devil.example", "\\u001b[m192.0.2.1", "\\u001b[m2001:db8::1",
    "\\u001bevil.example",
    "\\u001b[0m0123456789abcdef0123456789abcdef", "\\x1b[1mevil.example", "evil.example%41/a",
    "@%65vil.example",
  ]

  static func line(_ random: inout SeededGenerator) -> [UInt8] {
    var line: [UInt8] = []
    for _ in 0...random.below(4) {
      if random.below(2) == 0 {
        line += Array(random.pick(values).utf8)
      } else {
        let unit = Array(random.pick(units).utf8)
        let count = random.pick([1, 1, 2, 3, 7, 8, 9, 12, 15, 16, 17, 31, 32, 64, 65, 90, 260])
        for _ in 0..<count { line += unit }
        if random.below(30) == 0 { line.append(random.pick([0xFF, 0xC3, 0xD0, 0xE4, 0x80, 0xED])) }
      }
    }
    if random.below(3) == 0 {
      let field = random.pick(["message", "host", "uri", "fingerprint"])
      line = Array("{\"\(field)\":\"".utf8) + line + Array("\",\"b\":\"c.example\"}".utf8)
    }
    return line + [0x0A]
  }
}
