import Indicators
import Parsing

/// Maltrail's trails, one a line: names, addresses, `address:port`, URLs, and paths alone.
///
/// A `# Reference:` line names the source of the trails below it.
struct MaltrailFormat: LineFormat {
  private var endsGroup = true

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") {
      if line.starts(ignoringCase: "# Reference:"), endsGroup {
        var context = sink.emptyContext
        context.reference = sink.collection.intern(
          Text.trimmed(line.extracting(12..<line.byteCount)))
        sink.setContext(context)
        endsGroup = false
      }
      return
    }
    endsGroup = true
    sink.add(Comment.removed(from: line), line: number)
  }
}
