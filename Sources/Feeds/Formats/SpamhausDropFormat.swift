import Indicators
import Parsing

/// Spamhaus DROP as text: `prefix ; SBL number`.
struct SpamhausDropFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    let border = line.firstOffset(of: UInt8(ascii: ";")) ?? line.byteCount
    var context = sink.emptyContext
    if border < line.byteCount {
      let id = Text.trimmed(line.extracting(border + 1..<line.byteCount))
      context.id = sink.collection.intern(id)
    }
    sink.setContext(context)
    sink.add(Text.trimmed(line.extracting(0..<border)), as: .network, line: number)
  }

  /// Whether a line is something and a number of the Spamhaus block list.
  static func fits(_ line: RawSpan) -> Bool {
    guard let border = line.firstOffset(of: UInt8(ascii: ";")), border > 0 else {
      return false
    }
    return Text.trimmed(line.extracting(border + 1..<line.byteCount)).starts(with: "SBL")
  }
}
