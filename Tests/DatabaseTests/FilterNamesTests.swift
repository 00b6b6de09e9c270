import CByteKernels
import Parsing
import TestSupport
import Testing

@testable import Database

/// Compares the names that each kernel variant keeps with the rules in the kernel's header.
@Suite struct FilterNamesTests {
  private static let ways: [Int32] = {
    (Int32(sekisho_text_portable)...sekisho_text_best()).map { $0 }
  }()

  private struct Name {
    var start: UInt32
    var dot: UInt32
    var end: UInt32
  }

  @Test func agreeWithTheDefinition() {
    var random = SeededGenerator(seed: 31)
    let labels = [
      "a", "b9", "evil", "EVIL", "-a", "a-", "_x", "in-addr", "arpa", "ip6", "ARPA", "example",
      "averylonglabel", "x-y_z", "news", "unit", "B9", "host", "tom",
    ]
    let borders = [" ", "\\", "%", ".", "/", "\\n", "%2", "", "é"]
    for round in 0..<2_000 {
      var text: [UInt8] = []
      var names: [Name] = []
      for _ in 0..<Int.random(in: 0..<40, using: &random) {
        text += Array((borders.randomElement(using: &random) ?? "").utf8)
        let start = text.count
        text += Array((labels.randomElement(using: &random) ?? "").utf8)
        let dot = text.count
        text.append(UInt8(ascii: "."))
        text += Array((labels.randomElement(using: &random) ?? "").utf8)
        names.append(Name(start: UInt32(start), dot: UInt32(dot), end: UInt32(text.count)))
      }
      check(text, names, words: 1 + round % 7, &random)
    }
  }

  private func check(
    _ text: [UInt8], _ names: [Name], words: Int, _ random: inout SeededGenerator
  ) {
    // The filter is sparse, so that hardly any other name passes.
    var filter = [UInt64](repeating: 0, count: words)
    for name in names where Int.random(in: 0..<4, using: &random) == 0 {
      let hash = hash(text, name)
      filter[FilterWords.index(hash, count: words)] |= FilterWords.mask(hash)
    }
    let expected = names.indices.filter { isKept(text, names[$0], filter) }.map(UInt32.init)
    for way in Self.ways {
      var kept = [UInt32](repeating: .max, count: names.count + Int(SEKISHO_NAMES_SLACK))
      let count = filter.withUnsafeBytes { words in
        guard let base = words.baseAddress else { return 0 }
        var table = sekisho_name_filter(words: base, word_count: UInt64(filter.count))
        return sekisho_filter_names(
          &table, text + [0], names.map(\.start) + [0], names.map(\.dot) + [0],
          names.map(\.end) + [0], names.count, &kept, way)
      }
      #expect(
        Array(kept[..<count]) == expected, "way \(way), \(String(decoding: text, as: UTF8.self))")
    }
  }

  private func hash(_ text: [UInt8], _ name: Name) -> UInt64 {
    var hash = SuffixHash()
    return hash.hash(text.span.bytes, before: Int(name.end), length: Int(name.end - name.start))
  }

  private func isKept(_ text: [UInt8], _ name: Name, _ filter: [UInt64]) -> Bool {
    let (start, end) = (Int(name.start), Int(name.end))
    if start == 0 || end < 16 || end - start > Int(SEKISHO_NAME_LENGTH) { return true }
    let before = text[start - 1]
    if before == UInt8(ascii: "%") { return true }
    if before == UInt8(ascii: "\\"), "bfnrtux".utf8.contains(text[start]) { return true }
    if text[start] == UInt8(ascii: "-") || text[end - 1] == UInt8(ascii: "-") { return true }
    let last = String(decoding: text[(Int(name.dot) + 1)..<end], as: UTF8.self)
    if last.lowercased() == "arpa" { return true }
    let hash = hash(text, name)
    let mask = FilterWords.mask(hash)
    return filter[FilterWords.index(hash, count: filter.count)] & mask == mask
  }
}
