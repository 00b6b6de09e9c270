internal import Parsing

// Which feeds vouch for an entry, and in which lines: a stream of variable-length numbers (LEB128, at
// most ten bytes, the low seven bits first), in the order of the entries.
//
// For each source of an entry, in the order in which they are shown:
//
//     header = zigzag(origin - previous origin) << 2 | has several lines << 1 | is the entry's last
//     zigzag(line - previous line)
//     with several lines: their number - 2, then the distance of each to the one before, minus 1
//
// "Previous" is what was read last within the block of sixteen entries; a block starts from zero. So
// a plain feed costs one byte and a line difference for each entry, and an entry's sources are found
// by skipping over fifteen others at most.

/// Where in a source stream the sources of the next entry are written.
struct SourceStreamWriter {
  private(set) var bytes: [UInt8] = []
  /// Start of each block.
  private(set) var blocks: [UInt64] = []
  private var entries = 0
  private var previousOrigin: UInt32 = 0
  private var previousLine: UInt32 = 0

  /// Starts the sources of the next entry; each entry has at least one.
  mutating func beginEntry() {
    if entries % DatabaseFormat.entriesPerSourceBlock == 0 {
      blocks.append(UInt64(bytes.count))
      previousOrigin = 0
      previousLine = 0
    }
    entries += 1
  }

  /// Appends a source with lines that ascend and differ; at least one line, 0 where it is unknown.
  mutating func append(origin: UInt32, lines: ArraySlice<UInt32>, isLast: Bool) {
    guard let first = lines.first, let last = lines.last else { return }
    append(origin: origin, line: first, hasMore: lines.count > 1, isLast: isLast)
    guard lines.count > 1 else { return }
    append(UInt64(lines.count - 2))
    var line = first
    for next in lines.dropFirst() {
      append(UInt64(next - line - 1))
      line = next
    }
    previousLine = last
  }

  /// Appends a source with one line.
  mutating func append(origin: UInt32, line: UInt32, isLast: Bool) {
    append(origin: origin, line: line, hasMore: false, isLast: isLast)
  }

  private mutating func append(origin: UInt32, line: UInt32, hasMore: Bool, isLast: Bool) {
    append(
      zigzag(origin, previousOrigin) << 2 | (hasMore ? 2 : 0) | (isLast ? 1 : 0))
    append(zigzag(line, previousLine))
    previousOrigin = origin
    previousLine = line
  }

  private func zigzag(_ value: UInt32, _ previous: UInt32) -> UInt64 {
    let difference = Int64(value) - Int64(previous)
    return UInt64(bitPattern: difference << 1 ^ difference >> 63)
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Reads a source stream, which may hold anything: nil where it is not well-formed.
struct SourceStreamReader {
  /// Next byte, and the end, in the bytes that are lent to each call.
  private(set) var offset: Int
  private let end: Int
  private var origin: UInt32 = 0
  private var line: UInt32 = 0
  /// Lines of the current source that were not read so far.
  private var linesLeft: UInt64 = 0

  /// A reader at the start of a block; the range is clamped to the bytes.
  init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Steps to the next source; lines of the one before that were not read must be read first.
  mutating func nextSource(
    _ bytes: RawSpan
  ) -> (origin: UInt32, firstLine: UInt32, isLast: Bool)? {
    guard let header = number(bytes), let difference = number(bytes),
      let nextOrigin = Self.apply(header >> 2, to: origin),
      let nextLine = Self.apply(difference, to: line)
    else { return nil }
    origin = nextOrigin
    line = nextLine
    linesLeft = 0
    if header & 2 != 0 {
      guard let more = number(bytes), more < UInt64(UInt32.max) else { return nil }
      linesLeft = more + 1
    }
    return (origin, line, header & 1 != 0)
  }

  /// Whether the current source has lines that were not read.
  var hasMoreLines: Bool { linesLeft > 0 }

  /// The next line of the current source.
  mutating func nextLine(_ bytes: RawSpan) -> UInt32? {
    guard linesLeft > 0, let distance = number(bytes), distance < UInt64(UInt32.max) else {
      return nil
    }
    let next = UInt64(line) + distance + 1
    guard next <= UInt64(UInt32.max) else { return nil }
    linesLeft -= 1
    line = UInt32(next)
    return line
  }

  private static func apply(_ zigzag: UInt64, to value: UInt32) -> UInt32? {
    let difference = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    let (sum, overflow) = Int64(value).addingReportingOverflow(difference)
    guard !overflow else { return nil }
    return UInt32(exactly: sum)
  }

  private mutating func number(_ bytes: RawSpan) -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, offset < bytes.byteCount, shift < 64 {
      let byte = bytes.byte(at: offset)
      offset += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    return nil
  }
}
