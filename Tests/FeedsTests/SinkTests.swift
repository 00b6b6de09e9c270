import Indicators
import Parsing
import Testing

@testable import Feeds

/// What a format's reader hands over becomes an entry with its own flags.
@Suite struct SinkTests {
  /// Each combination of flags is remembered apart from all others, in whatever order they come.
  @Test(arguments: [[true, false], [false, true]])
  func aPatternAndAValueOfAnAllowList(_ order: [Bool]) throws {
    var options = FeedOptions()
    options.isAllowList = true
    var collection = IndicatorCollection()
    var sink = FeedSink(
      taking: &collection, path: "list", format: .warninglist, options: options)
    for (index, isPattern) in order.enumerated() {
      let cell = Array((isPattern ? "^login\\.example$" : "www.example.org").utf8)
      if isPattern {
        sink.addPattern(cell.rawSpan, kinds: nil, line: UInt64(index) + 1)
      } else {
        sink.add(cell.rawSpan, line: UInt64(index) + 1)
      }
    }
    _ = sink.giveBack(&collection)
    let flags = collection.records.map { collection.contexts[Int($0.context)].flags }
    #expect(flags == order.map { $0 ? [.allow, .pattern] : [.allow] })
  }
}
