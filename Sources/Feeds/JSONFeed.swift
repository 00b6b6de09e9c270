import Inputs
import Parsing

/// A feed as a stream of JSON tokens, one top-level value after another.
///
/// Tokens point into the stream's window and hold until the next call. A string is the largest thing
/// that is in memory as a whole.
struct JSONFeed {
  /// Longest string or number in bytes.
  static let tokenLimit = 64 << 20

  private(set) var stream: FeedStream
  private var tokenizer: JSONTokenizer
  /// Where the next token is looked for.
  private var offset: Int
  /// First line of the outermost value that the reader is in, or was in last.
  private var firstLine: UInt64 = 0
  /// An outermost value began and ended in one line, as those of JSON lines do.
  private var hasValueOfALine = false

  /// A feed from the stream's position on.
  init(_ stream: FeedStream) {
    self.stream = stream
    tokenizer = JSONTokenizer(maximumDepth: stream.depthLimit, allowsTrailingCommas: true)
    offset = stream.start
  }

  /// Counts the commas before a closing bracket that were accepted.
  func finish(_ sink: inout FeedSink) {
    sink.summary.lints.add("trailing-comma", UInt64(tokenizer.trailingCommas))
  }

  /// Number of open objects and arrays.
  var depth: Int { tokenizer.depth }

  /// The next token; `endOfInput` is the last.
  mutating func next() throws(FeedError) -> JSONToken {
    while true {
      stream.moveStartUncounted(to: offset)
      let token: JSONToken
      do throws(JSONError) {
        token = try Self.next(&tokenizer, stream.window, &offset, isFinal: stream.isAtEnd)
      } catch {
        throw feedError(error)
      }
      if depth == 1, token.kind == .beginObject || token.kind == .beginArray {
        firstLine = line(of: token)
      } else if depth == 0, token.kind == .endObject, !hasValueOfALine {
        hasValueOfALine = line(of: token) == firstLine
      }
      guard token.kind == .needMore else { return token }
      stream.moveStartUncounted(to: offset)
      if stream.window.count - stream.start > Self.tokenLimit {
        throw FeedError(
          .tooLarge, path: stream.path, line: stream.lineNumber,
          problem: "a JSON string of more than \(Self.tokenLimit >> 20) MiB")
      }
      // At the end of the input the tokenizer is asked once more, with `isFinal` set.
      _ = stream.fill()
      offset = stream.start
    }
  }

  private static func next(
    _ tokenizer: inout JSONTokenizer, _ window: [UInt8], _ offset: inout Int, isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    try tokenizer.next(window.rawSpan, at: &offset, isFinal: isFinal)
  }

  /// The line that a token begins in.
  mutating func line(of token: JSONToken) -> UInt64 {
    stream.countLines()
    let start = stream.start
    guard token.start > start else { return stream.lineNumber }
    return stream.lineNumber + UInt64(stream.countLines(in: start..<token.start))
  }

  /// Appends a key's or string's text, or a number's or literal's letters; gives its range.
  @discardableResult
  func append(_ token: JSONToken, to arena: inout [UInt8]) -> Range<Int> {
    let before = arena.count
    let bytes = stream.window.rawSpan.extracting(token.range)
    if token.hasEscapes {
      JSONTokenizer.unescape(bytes, to: &arena)
    } else {
      // SAFETY: the closure only reads the span's bytes.
      unsafe bytes.withUnsafeBytes { unsafe arena.append(contentsOf: $0) }
    }
    return before..<arena.count
  }

  /// Whether a key or string is a word of ASCII letters; one written with escapes is not.
  func text(_ token: JSONToken, is word: StaticString) -> Bool {
    let bytes = stream.window.rawSpan.extracting(token.range)
    return bytes.byteCount == word.utf8CodeUnitCount && bytes.starts(with: word)
  }

  /// Reads on to the end of the value that a token begins.
  mutating func skip(_ token: JSONToken) throws(FeedError) {
    guard token.kind == .beginObject || token.kind == .beginArray else { return }
    let outside = depth - 1
    while depth > outside { _ = try next() }
  }

  /// Reads the rest of an object that stands for a label and gives what it is called.
  ///
  /// What looks like values in its other members is counted under `name`.
  mutating func readLabel(
    _ name: [UInt8], isListed: Bool, isCounted: Bool = true, _ unread: inout UnreadMembers
  ) throws(FeedError) -> [UInt8] {
    var label = LabelObject()
    while true {
      let key = try next()
      if key.kind == .endObject { return label.text }
      var member = name + [Byte.dot]
      let part = append(key, to: &member)
      let value = try next()
      if label.take(member.rawSpan.extracting(part), value, self) { continue }
      if isCounted {
        try unread.read(
          value, under: member, in: isListed ? .memberOfElement : .record, of: &self)
      } else {
        try skip(value)
      }
    }
  }

  /// What to do about objects or elements too many levels deep.
  static let depthAdvice: Advice = "look at what it is; \(.depthLimit) lets up to 128 levels in"

  private func feedError(_ error: JSONError) -> FeedError {
    let place = min(max(error.offset, stream.start), stream.window.count)
    let line = stream.lineNumber + UInt64(stream.countLines(in: stream.start..<place))
    if error.code == .truncated {
      return FeedError(
        .truncated, path: stream.path, line: line, problem: "the JSON ends in the middle",
        advice: .fetchAgain)
    }
    if error.code == .tooDeep {
      return FeedError(
        .malformed, path: stream.path, line: line,
        problem: "JSON nested deeper than \(stream.depthLimit)", advice: Self.depthAdvice)
    }
    return FeedError(
      .malformed, path: stream.path, line: line, problem: "not JSON: \(error.reason)",
      advice: "correct the file, or fetch it again")
  }

  /// Gives up the current top-level value and continues after the next line end.
  ///
  /// False at the end, or if more than a line is broken.
  ///
  /// Continuing inside a document of many lines would read its tail as if it were the whole.
  mutating func resynchronize(after error: FeedError) -> Bool {
    let fault = error.line ?? 0
    let lines = depth > 0 && fault > firstLine ? fault - firstLine : 0
    tokenizer.reset()
    // A value that is broken at its first byte still has the previous line's end before it.
    var place = stream.start
    while place < stream.window.count, Text.isSpace(stream.window[place]) { place += 1 }
    stream.moveStart(to: place)
    guard let line = stream.nextLine(limit: Self.tokenLimit) else { return false }
    offset = stream.start
    return lines == 0 || hasValueOfALine || lines <= 2 && isRecord(line)
  }

  /// Whether a line is a single object, as is the line after a record that was cut.
  ///
  /// The first line after it may have been read as the value of the record's last member.
  private func isRecord(_ line: FeedStream.Line) -> Bool {
    let text = Text.trimmed(stream.window.rawSpan.extracting(line.range))
    return text.starts(with: "{") && text.byte(unchecked: text.byteCount - 1) == UInt8(ascii: "}")
  }
}
