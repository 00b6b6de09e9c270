import Parsing

/// The lines around a hit, as they are in the input.
///
/// At most 4 KiB of a line are shown, and lines further away than 64 KiB are left out.
public struct LineContext: Sendable, Equatable {
  /// The lines before the value's line, in the input's order, without their ends.
  public var before: [[UInt8]] = []
  /// The line on which the value begins, or the part of it around the value.
  public var line: [UInt8] = []
  /// The lines after the value's line.
  public var after: [[UInt8]] = []
  /// Number of the value's line, from 1.
  public var number: UInt64 = 0
  /// Where the value begins in `line`.
  public var offset = 0

  /// The approximate memory that the lines need.
  var byteCount: Int {
    (before + after).reduce(line.count) { $0 + $1.count + 48 }
  }

  /// The number of bytes of a line that are shown at most.
  static let lineLimit = 4096
  /// The number of bytes before and after a line that are searched for lines.
  static let reach = 64 << 10

  /// Takes `count` lines before and after the line of a place in a chunk.
  ///
  /// `number` is the line number, from 1, of the offset `start`, which is at or before the place.
  init(
    around place: Int, in chunk: RawSpan, count: Int, surroundings: ChunkSurroundings,
    number: UInt64, at start: Int
  ) {
    let place = min(place, chunk.byteCount)
    let floor = max(0, place - Self.reach)
    let lineFeed = chunk.lastOffset(of: Byte.lineFeed, from: floor, to: place)
    let first = lineFeed.map { $0 + 1 } ?? floor
    let ceiling = min(chunk.byteCount, place + Self.reach)
    let end = chunk.firstOffset(of: Byte.lineFeed, from: place, to: ceiling) ?? ceiling
    self.number = number
    if start < place {
      self.number += UInt64(chunk.extracting(start..<place).count(of: Byte.lineFeed))
    }
    let shown = Self.shown(first..<end, around: place)
    line = Self.text(chunk, shown)
    offset = min(place - shown.lowerBound, line.count)
    // If the line begins or ends out of reach, the lines beyond it are out of reach too.
    if lineFeed != nil || floor == 0 {
      before = Self.lastLines(count, of: chunk, 0..<first)
      if before.count < count, first <= Self.reach {
        let earlier = surroundings.before.rawSpan
        before =
          Self.lastLines(count - before.count, of: earlier, 0..<earlier.byteCount) + before
      }
    }
    if end < ceiling {
      after = Self.firstLines(count, of: chunk, end + 1..<chunk.byteCount)
      if after.count < count, chunk.byteCount - end <= Self.reach {
        let later = surroundings.after.rawSpan
        after += Self.firstLines(count - after.count, of: later, 0..<later.byteCount)
      }
    }
  }

  /// The part of a line that is shown.
  private static func shown(_ line: Range<Int>, around place: Int) -> Range<Int> {
    guard line.count > lineLimit else { return line }
    let start = max(line.lowerBound, min(place - lineLimit / 4, line.upperBound - lineLimit))
    return start..<min(line.upperBound, start + lineLimit)
  }

  /// The bytes of a line, without the carriage return before its end.
  private static func text(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
    var end = min(range.upperBound, range.lowerBound + lineLimit)
    if end == range.upperBound, end > range.lowerBound,
      bytes.byte(at: end - 1) == Byte.carriageReturn
    {
      end -= 1
    }
    return bytes.copied(range.lowerBound..<end)
  }

  /// The last lines of a range that ends after a line feed.
  private static func lastLines(_ count: Int, of bytes: RawSpan, _ range: Range<Int>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var end = range.upperBound
    let floor = max(range.lowerBound, end - reach)
    while lines.count < count, end > floor {
      let last = bytes.byte(at: end - 1) == Byte.lineFeed ? end - 1 : end
      let start =
        bytes.lastOffset(of: Byte.lineFeed, from: floor, to: last).map { $0 + 1 } ?? floor
      // A line whose beginning is out of reach is left out.
      if start == floor, floor > range.lowerBound { break }
      lines.append(text(bytes, start..<last))
      end = start
    }
    return lines.reversed()
  }

  /// The first lines of a range.
  private static func firstLines(_ count: Int, of bytes: RawSpan, _ range: Range<Int>) -> [[UInt8]]
  {
    var lines: [[UInt8]] = []
    var start = range.lowerBound
    let ceiling = min(range.upperBound, start + reach)
    while lines.count < count, start < ceiling {
      let end = bytes.firstOffset(of: Byte.lineFeed, from: start, to: ceiling) ?? ceiling
      if end == ceiling, ceiling < range.upperBound { break }
      lines.append(text(bytes, start..<end))
      start = end + 1
    }
    return lines
  }
}

/// The text before and after a chunk of a log, as far as lines around hits may need it.
struct ChunkSurroundings: Sendable {
  var before: [UInt8] = []
  var after: [UInt8] = []

  /// The text before the next chunk: the last lines of `earlier` and `bytes` together.
  static func last(_ count: Int, of earlier: [UInt8], _ bytes: RawSpan) -> [UInt8] {
    var lines = 0
    var start = bytes.byteCount
    let floor = max(0, bytes.byteCount - LineContext.reach)
    while start > floor {
      if bytes.byte(at: start - 1) == Byte.lineFeed {
        if lines == count { break }
        lines += 1
      }
      start -= 1
    }
    let own = bytes.copied(start..<bytes.byteCount)
    guard start == 0, lines <= count, own.count < LineContext.reach else { return own }
    return earlier.suffix(LineContext.reach - own.count) + own
  }
}
