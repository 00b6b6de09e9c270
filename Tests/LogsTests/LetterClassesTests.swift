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
        let pair = classes[first, second]
        let expected = Self.expected([first, second])
        #expect(pair.isNamePart == expected.isNamePart && pair.isUnspaced == expected.isUnspaced)
        for third in UInt8(0x7f)...0xc0 {
          let found = classes[first, second, third]
          let expected = Self.expected([first, second, third])
          guard found.isNamePart != expected.isNamePart || found.isUnspaced != expected.isUnspaced
          else { continue }
          Issue.record("\([first, second, third])")
        }
      }
    }
  }

  private static func expected(_ bytes: [UInt8]) -> (isNamePart: Bool, isUnspaced: Bool) {
    let scalar = TextScalar(bytes.rawSpan, at: 0, end: bytes.count)
    guard scalar.length == bytes.count, scalar.nameClass == .name, let value = scalar.scalar else {
      return (false, false)
    }
    return (true, IDNACharacters.isUnspacedScript(value))
  }
}
