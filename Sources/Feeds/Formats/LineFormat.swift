import Indicators
import Parsing

/// A format whose every line stands for itself.
protocol LineFormat {
  /// White space at a line's start means something.
  static var keepsIndent: Bool { get }

  /// Takes lines at the stream's place that need no closer look, as many as there are.
  mutating func readMany(_ stream: inout FeedStream, into sink: inout FeedSink)

  /// Takes what one line holds, white space at its ends cut off; never an empty line.
  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink)
}

/// Lines by which the length of what follows is guessed.
private let sampledLines = 4096

extension LineFormat {
  static var keepsIndent: Bool { false }

  mutating func readMany(_ stream: inout FeedStream, into sink: inout FeedSink) {}

  /// Reads a stream to its end.
  mutating func readAll(_ stream: inout FeedStream, into sink: inout FeedSink) {
    var lines = 0
    while true {
      stream.skipEmptyLines()
      readMany(&stream, into: &sink)
      guard let line = stream.nextLine(limit: sink.options.lineLimit) else { return }
      lines += 1
      if lines == sampledLines { sink.reserve(growth: stream.growth) }
      let bytes = stream.window.rawSpan
      var range = Text.trimmed(bytes, line.range)
      if line.isTooLong {
        // Whatever is left of it to show.
        sink.refuse(.lineTooLong, bytes.extracting(range), line: line.number)
        continue
      }
      if range.isEmpty { continue }
      if Self.keepsIndent { range = line.range.lowerBound..<range.upperBound }
      let text = bytes.extracting(range)
      if !line.isCut {
        // Half a value of a file that was cut would be another value.
        read(text, number: line.number, into: &sink)
      }
    }
  }
}
