import Indicators
import Parsing

/// A format in which each line is read by itself.
protocol LineFormat {
  /// White space at a line's start means something.
  static var keepsIndent: Bool { get }

  /// Takes the lines at the stream's position that need no closer look, as many as there are.
  mutating func readMany(_ stream: inout FeedStream, into sink: inout FeedSink)

  /// Takes what one line holds, white space at its ends cut off; never an empty line.
  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink)
}

/// Number of lines from which the length of the rest is guessed.
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
        // The range is the line's beginning, if any of it is left to show.
        sink.refuse(.lineTooLong, bytes.extracting(range), line: line.number)
        continue
      }
      if range.isEmpty { continue }
      if Self.keepsIndent { range = line.range.lowerBound..<range.upperBound }
      let text = bytes.extracting(range)
      if !line.isCut {
        // Half a value at the end of a file that was cut would be another value.
        read(text, number: line.number, into: &sink)
      }
    }
  }
}
