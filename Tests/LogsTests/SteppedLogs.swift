import Parsing
import TestSupport

/// Logs of what is stepped over where nothing is asked for: brackets over many lines, whole values that follow
/// one another, lines that begin with `#`, headers; with a value here and there.
enum SteppedLogs {
  private static let brackets = [
    "[", "[", "{", "{\"a\":", "{\"a\":[", "]", "}", "]}", "{}", "[]", "[{", "{}]", "[{}", ",", "1",
    "\"b\"",
    ":", "\"a\":1", "\"a\":\"\\u00e9\",", "true,", "{\"Records\":[", "{\"a\":{}}", "x", "-",
    "\u{1}",
    "[{},", "[{\"a\":1},", "[{}],", "[{},{}", "{}[{},", "[ {} ,", "{\"a\":[{},",
    "\"", "\\", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
  ]

  private static let blanks = ["\n", "\n", "\n", "\r\n", " ", "", "", "\t", " \n", "\n\n"]

  private static let values = [
    "\"evil.example\"", "evil.example", "{\"host\":\"evil.example\"}", "192.0.2.1",
    "{\"a\":[\"b.test\"]}",
    "{\"Records\":[{\"host\":\"b.test\"}]}", "[{\"host\":\"evil.example\"},{}]", "b.test",
  ]

  private static let signs = [
    "#\n", "#x\n", "# Fields: a\n", "#Fields: a b\n", "#fields: b a\n", "#Date: 2001-02-03\n",
    "#Date: x\n", "#Time Format: Local\n",
    "#Fields: host a\r\n", "#Version: 1.0\n", "#separator \\x09\n", "#set_separator\t,\n",
    "#empty_field\t(empty)\n", "#unset_field\t-\n", "#path\tdns\n", "#fields\ta\thost\n",
    "#fields\thost\ta\n",
    "#types\tstring\taddr\n", "#types\taddr\tset[string]\n", "#close\t2001\n", "#fields\n", "\n",
    "1 2\n",
    "1\t2\n", "{\n", "{}\n", "v\n", "{\"a\":\n", "1}\n", "\"evil.example\"}\n",
  ]

  private static let rows = [
    "evil.example 1\n", "1 evil.example\n", "evil.example\t1\n", "192.0.2.1\tb.test,evil.example\n",
    "evil.example\n", "{\"host\":\"evil.example\"}\n",
  ]

  static func log(_ random: inout SeededGenerator) -> [UInt8] {
    var log: [UInt8] = []
    let isOfSigns = random.below(2) == 0
    for _ in 0..<random.pick([3, 10, 40, 100]) {
      let piece: String
      if isOfSigns {
        piece = random.below(8) == 0 ? random.pick(rows) : random.pick(signs)
      } else {
        piece =
          (random.below(12) == 0 ? random.pick(values) : random.pick(brackets))
          + random.pick(blanks)
      }
      for _ in 0..<random.pick([1, 1, 1, 1, 1, 2, 3, isOfSigns ? 4 : 70]) {
        log += Array(piece.utf8)
      }
    }
    return log
  }
}
