import Indicators
import Parsing

/// LOKI's `hash;comment`.
struct LokiFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    let border = Self.border(in: line)
    var context = sink.emptyContext
    if border < line.byteCount {
      let comment = Text.trimmed(line.extracting(border + 1..<line.byteCount))
      context.description = sink.collection.intern(comment)
    }
    sink.setContext(context)
    sink.add(line.extracting(0..<border), as: .digest, line: number)
  }

  /// Where the value ends: at the semicolon, or behind a digest that only a blank sets off.
  private static func border(in line: RawSpan) -> Int {
    let semicolon = line.firstOffset(of: UInt8(ascii: ";")) ?? line.byteCount
    let value = Text.trimmed(line, 0..<semicolon)
    let end = value.first { Text.isSpace(line.byte(unchecked: $0)) }
    guard let end, Text.isDigest(line.extracting(0..<end)),
      !holdsDigest(line.extracting(end..<value.upperBound))
    else { return semicolon }
    return end
  }

  /// Whether one of the words is a digest, which no remark may hide.
  private static func holdsDigest(_ words: RawSpan) -> Bool {
    var start = 0
    for offset in 0...words.byteCount
    where offset == words.byteCount || Text.isSpace(words.byte(unchecked: offset)) {
      if Text.isDigest(words.extracting(start..<offset)) { return true }
      start = offset + 1
    }
    return false
  }

  /// Whether a line is a digest and a comment.
  static func fits(_ line: RawSpan) -> Bool {
    guard let border = line.firstOffset(of: UInt8(ascii: ";")) else { return false }
    return Text.isDigest(Text.trimmed(line.extracting(0..<border)))
  }
}
