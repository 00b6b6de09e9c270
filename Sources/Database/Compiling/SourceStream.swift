import Parsing

// Which feeds vouch for an entry, and in which lines. Numbers are of variable length (LEB128, at
// most ten bytes, the low seven bits first) unless something else is said.
//
// Each block of 32 entries (`DatabaseFormat.entriesPerSourceBlock`) begins with a byte that says
// how it is written:
//
//     1   every entry has one source with one line:
//           least origin, bits of an origin (a byte), least line, bits of a line (a byte),
//           then each entry's origin less the least one, and each entry's line less the least one,
//           in that many bits, the first in the lowest; both filled up to whole bytes
//     0   for each source of each entry, in the order in which they are shown:
//           zigzag(origin - previous origin) << 2 | has several lines << 1 | is the entry's last
//           zigzag(line - previous line)
//           with several lines: their number - 2, then the distance of each to the one before, - 1
//
// "Previous" is what was read last within the block, which starts from zero. So a list in the order
// of its values costs some bits an entry, and one in any other order as many bits as its length
// has; an entry's sources are found by skipping those of at most thirty-one others.

/// Writes the sources of entries to a source stream, entry by entry.
struct SourceStreamWriter {
  private(set) var bytes: [UInt8] = []
  /// Start of each block.
  private(set) var blocks: [UInt64] = []

  private struct Source {
    var origin: UInt32
    var line: UInt32
    /// Where its further lines are in `moreLines`.
    var more: Range<Int>
    var isLast: Bool
  }

  /// What the current block holds so far.
  private var pending: [Source] = []
  private var moreLines: [UInt32] = []
  private var entries = 0
  private var isUniform = true

  /// Starts the sources of the next entry; each entry has at least one.
  mutating func beginEntry() {
    if entries == DatabaseFormat.entriesPerSourceBlock { finish() }
    entries += 1
  }

  /// Appends a source with lines that ascend and differ; at least one line, 0 where it is unknown.
  mutating func append(origin: UInt32, lines: ArraySlice<UInt32>, isLast: Bool) {
    guard let first = lines.first else { return }
    let start = moreLines.count
    moreLines.append(contentsOf: lines.dropFirst())
    append(
      Source(origin: origin, line: first, more: start..<moreLines.count, isLast: isLast))
  }

  /// Appends a source with one line.
  mutating func append(origin: UInt32, line: UInt32, isLast: Bool) {
    append(Source(origin: origin, line: line, more: 0..<0, isLast: isLast))
  }

  private mutating func append(_ source: Source) {
    pending.append(source)
    if !source.isLast || !source.more.isEmpty { isUniform = false }
  }

  /// Writes the current block, pending so far; what is appended later begins another one.
  mutating func finish() {
    if entries == 0 { return }
    blocks.append(UInt64(bytes.count))
    if isUniform, pending.count == entries { writeUniform() } else { writeMixed() }
    pending.removeAll(keepingCapacity: true)
    moreLines.removeAll(keepingCapacity: true)
    entries = 0
    isUniform = true
  }

  private mutating func writeUniform() {
    bytes.append(1 as UInt8)
    var (origins, lines) = (UInt32.max, UInt32.max)
    var (lastOrigin, lastLine) = (UInt32.min, UInt32.min)
    for source in pending {
      origins = min(origins, source.origin)
      lines = min(lines, source.line)
      lastOrigin = max(lastOrigin, source.origin)
      lastLine = max(lastLine, source.line)
    }
    let originBits = 32 - (lastOrigin - origins).leadingZeroBitCount
    let lineBits = 32 - (lastLine - lines).leadingZeroBitCount
    append(UInt64(origins))
    bytes.append(UInt8(originBits))
    append(UInt64(lines))
    bytes.append(UInt8(lineBits))
    appendBits(originBits) { $0.origin - origins }
    appendBits(lineBits) { $0.line - lines }
  }

  @inline(__always)
  private mutating func appendBits(_ width: Int, _ number: (Source) -> UInt32) {
    if width == 0 { return }
    var held: UInt64 = 0
    var count = 0
    for source in pending {
      held |= UInt64(number(source)) << UInt64(count)
      count += width
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: held))
        held >>= 8
        count -= 8
      }
    }
    if count > 0 { bytes.append(UInt8(truncatingIfNeeded: held)) }
  }

  private mutating func writeMixed() {
    bytes.append(0 as UInt8)
    var (previousOrigin, previousLine) = (UInt32(0), UInt32(0))
    for source in pending {
      append(
        zigzag(source.origin, previousOrigin) << 2 | (source.more.isEmpty ? 0 : 2)
          | (source.isLast ? 1 : 0))
      append(zigzag(source.line, previousLine))
      previousOrigin = source.origin
      previousLine = source.line
      if source.more.isEmpty { continue }
      append(UInt64(source.more.count - 1))
      for index in source.more {
        append(UInt64(moreLines[index] - previousLine - 1))
        previousLine = moreLines[index]
      }
    }
  }

  private func zigzag(_ value: UInt32, _ previous: UInt32) -> UInt64 {
    let difference = Int64(value) - Int64(previous)
    return UInt64(bitPattern: difference << 1 ^ difference >> 63)
  }

  private mutating func append(_ number: UInt64) { bytes.append(variableLength: number) }
}

/// Reads a block of a source stream, which may hold anything; nil if it is not well-formed.
struct SourceStreamReader {
  /// Next byte, and the end, in the bytes that are lent to each call.
  private var offset: Int
  private let end: Int
  private var origin: UInt32 = 0
  private var line: UInt32 = 0
  /// How many lines of the current source were not read yet.
  private var linesLeft: UInt64 = 0
  private var uniform: Uniform?

  /// A block whose entries have one source with one line each.
  private struct Uniform {
    var origins: UInt32
    var originBits: Int
    var lines: UInt32
    var lineBits: Int
    /// Where the packed numbers begin.
    var start: Int
    /// Where the packed lines begin.
    var lineStart: Int
    var entries: Int
    var next = 0
  }

  /// A reader at the start of a block of `entries` entries; the range is clamped to the bytes.
  init(_ range: Range<Int>, entries: Int, _ bytes: RawSpan) {
    offset = range.lowerBound
    end = min(range.upperBound, bytes.byteCount)
    guard offset < end else { return }
    let form = bytes.byte(at: offset)
    offset += 1
    guard form == 1 else {
      // A block of an unknown form has no sources.
      if form != 0 { offset = end }
      return
    }
    guard let origins = readNumber(bytes), let originBits = readByte(bytes),
      let lines = readNumber(bytes), let lineBits = readByte(bytes),
      origins <= UInt64(UInt32.max), lines <= UInt64(UInt32.max), originBits <= 32, lineBits <= 32
    else {
      offset = end
      return
    }
    let lineStart = offset + (entries * originBits + 7) / 8
    let last = lineStart + (entries * lineBits + 7) / 8
    guard last <= end else {
      offset = end
      return
    }
    uniform = Uniform(
      origins: UInt32(origins), originBits: originBits, lines: UInt32(lines), lineBits: lineBits,
      start: offset, lineStart: lineStart, entries: entries)
    offset = last
  }

  /// Where the next block should begin, once all sources were read.
  var endOffset: Int { offset }

  /// Steps to the next source; all lines of the one before must have been read.
  mutating func nextSource(
    _ bytes: RawSpan
  ) -> (origin: UInt32, firstLine: UInt32, isLast: Bool)? {
    if uniform != nil { return nextUniform(bytes) }
    guard let header = readNumber(bytes), let difference = readNumber(bytes),
      let nextOrigin = Self.apply(header >> 2, to: origin),
      let nextLine = Self.apply(difference, to: line)
    else { return nil }
    origin = nextOrigin
    line = nextLine
    linesLeft = 0
    if header & 2 != 0 {
      guard let more = readNumber(bytes), more < UInt64(UInt32.max) else { return nil }
      linesLeft = more + 1
    }
    return (origin, line, header & 1 != 0)
  }

  private mutating func nextUniform(
    _ bytes: RawSpan
  ) -> (origin: UInt32, firstLine: UInt32, isLast: Bool)? {
    guard var block = uniform, block.next < block.entries else { return nil }
    let (origin, isOriginTooLarge) = block.origins.addingReportingOverflow(
      Self.bits(bytes, block.next * block.originBits, block.originBits, from: block.start))
    let (line, isLineTooLarge) = block.lines.addingReportingOverflow(
      Self.bits(bytes, block.next * block.lineBits, block.lineBits, from: block.lineStart))
    block.next += 1
    uniform = block
    return isOriginTooLarge || isLineTooLarge ? nil : (origin, line, true)
  }

  /// Steps over entries; false if they cannot be read.
  mutating func skip(entries: Int, _ bytes: RawSpan) -> Bool {
    if let block = uniform {
      uniform?.next = min(block.next + entries, block.entries)
      return true
    }
    var left = entries
    while left > 0 {
      guard let source = nextSource(bytes) else { return false }
      while hasMoreLines {
        if nextLine(bytes) == nil { return false }
      }
      if source.isLast { left -= 1 }
    }
    return true
  }

  /// Whether the current source has lines that were not read.
  var hasMoreLines: Bool { linesLeft > 0 }

  /// The next line of the current source.
  mutating func nextLine(_ bytes: RawSpan) -> UInt32? {
    guard linesLeft > 0, let distance = readNumber(bytes), distance < UInt64(UInt32.max) else {
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

  /// Up to 32 bits at a bit offset; `init` checked that the block holds them.
  private static func bits(_ bytes: RawSpan, _ bit: Int, _ width: Int, from start: Int) -> UInt32 {
    var value: UInt64 = 0
    let first = start + bit / 8
    for index in 0..<(bit % 8 + width + 7) / 8 where first + index < bytes.byteCount {
      value |= UInt64(bytes.byte(at: first + index)) << UInt64(8 * index)
    }
    return UInt32(truncatingIfNeeded: value >> UInt64(bit % 8) & ((1 << UInt64(width)) - 1))
  }

  private mutating func readByte(_ bytes: RawSpan) -> Int? {
    guard offset < end else { return nil }
    offset += 1
    return Int(bytes.byte(at: offset - 1))
  }

  private mutating func readNumber(_ bytes: RawSpan) -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 64 {
      let byte = bytes.byte(at: offset)
      offset += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    return nil
  }
}
