import Indicators
import Logs
import TestSupport
import Testing

/// What a URL's text can mean where it ends earlier: each candidate is the normal form of a beginning of the text,
/// whatever units, dot segments and fragments it holds.
@Suite struct URLCandidateTests {
  private static let pieces = [
    ",", ";", "/", "/", ".", "..", "%2e", "%2E%2e", "%2f", "%41", "%e9", "%25", "%", "%4", "#", "?",
    "a", "bc", "é", "中", "/../", "/./", "/%2e/", ",%2e,", "%2541", "%%41",
  ]

  @Test func candidatesAreNormalFormsOfBeginnings() {
    for seed in 1...2_000 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      var text = random.pick(["http://a.example/", "https://192.0.2.1", "ftp://a.example/b/"])
      for _ in 0..<1 + random.below(40) { text += random.pick(Self.pieces) }
      let bytes = Array(text.utf8)

      let found = extract(bytes + [0x0a], LogOptions(purpose: .scan)).found
        .filter { $0.kind == .url && $0.offset == 0 }.map(\.value)
      let forms = (0...bytes.count).map { Self.normalForm(Array(bytes[..<$0])) }
      #expect(found.allSatisfy { value in forms.contains(value) }, "\(text)")
      let pathStart =
        bytes.dropFirst(8).firstIndex { [0x2f, 0x3f, 0x23].contains($0) } ?? bytes.count
      for end in bytes.indices where end > pathStart && (bytes[end] == 0x2c || bytes[end] == 0x3b) {
        if let form = forms[end] { #expect(found.contains(form), "\(text) to \(end)") }
      }
    }
  }

  private static func normalForm(_ text: [UInt8]) -> String? {
    var normalizer = Normalizer()
    var parts = URLParts()
    var output: [UInt8] = []
    let refusal = normalizer.appendURL(text.span.bytes, options: [], parts: &parts, to: &output)
    return refusal == nil ? String(decoding: output, as: UTF8.self) : nil
  }
}
