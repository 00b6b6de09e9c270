import Indicators
import Parsing

/// Values as the strings of JSON arrays, and nothing else.
struct JSONListFeed: DocumentFeed {
  private var json: JSONFeed

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream) { json = JSONFeed(stream) }

  /// Whether a stream begins with an array whose first element is a string.
  static func fits(_ stream: FeedStream) -> Bool {
    let start = stream.window[stream.start...].lazy.filter { !Text.isSpace($0) }.prefix(2)
    return start.elementsEqual([UInt8(ascii: "["), Byte.quote])
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer { json.finish(&sink) }
    var value: [UInt8] = []
    while true {
      let token = try json.next()
      switch token.kind {
      case .endOfInput: return
      case .string:
        value.removeAll(keepingCapacity: true)
        json.append(token, to: &value)
        let cell = Text.trimmed(value.rawSpan)
        if !NoValue.fits(cell) { sink.add(cell, line: json.line(of: token)) }
      case .beginObject: try json.skip(token)
      default: break
      }
    }
  }
}
