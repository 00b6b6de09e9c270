import Indicators
import Parsing
import Testing

@testable import Logs

@Suite("Letters of two and three bytes")
struct LetterClassesTests {
  @Test("Every pair of bytes, and every three with a first byte above ASCII")
  func every() {
    let classes = LetterClasses.shared
    for first in UInt8(0x80)...0xff {
      for second in UInt8.min...UInt8.max {
        let two = [first, second]
        let pair = Self.found(classes.letter(two.span.bytes, at: 0, end: 2))
        let expected = Self.expected(two)
        #expect(pair.length == expected.length && pair.isUnspaced == expected.isUnspaced)
        for third in UInt8(0x7f)...0xc0 {
          let bytes = [first, second, third]
          let found = Self.found(classes.letter(bytes.span.bytes, at: 0, end: 3))
          // A letter of two bytes is one whatever follows it.
          let expected = pair.length > 0 ? pair : Self.expected(bytes)
          guard found.length != expected.length || found.isUnspaced != expected.isUnspaced
          else { continue }
          Issue.record("\(bytes)")
        }
      }
    }
  }

  private static func found(_ letter: LetterClasses.Letter) -> (length: Int, isUnspaced: Bool) {
    (letter.length, letter.isUnspaced)
  }

  private static func expected(_ bytes: [UInt8]) -> (length: Int, isUnspaced: Bool) {
    let scalar = TextScalar(bytes.rawSpan, at: 0, end: bytes.count)
    guard scalar.length == bytes.count, scalar.nameClass == .name, let value = scalar.scalar else {
      return (0, false)
    }
    return (bytes.count, IDNACharacters.isUnspacedScript(value))
  }
}
