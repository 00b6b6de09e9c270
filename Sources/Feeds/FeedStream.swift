import Glibc
import Inputs
import Parsing

/// The bytes of a feed as a window that slides over them.
///
/// Invariants: `0 ≤ counted ≤ start ≤ window.count`; bytes before `start` are consumed and may be
/// dropped by the next `fill`; `lineNumber` is the number of the line that contains `start`, from
/// 1.
///
/// A fault of the input ends the stream as its end does and is kept in `fault`: readers have one
/// way out, and the caller decides whether to keep the entries.
struct FeedStream {
  /// Bytes read and not yet dropped.
  private(set) var window: [UInt8] = []
  /// Offset in the window of the first byte not consumed.
  private(set) var start = 0
  /// No further byte will come.
  private(set) var isAtEnd = false
  /// Why the input ended before its end.
  private(set) var fault: InputError?
  /// Number of the line at `start`, from 1.
  var lineNumber: UInt64 { lineAtCounted + UInt64(countLines(in: counted..<start)) }
  /// Offset up to which line ends were counted, and the line number there.
  private var counted = 0
  private var lineAtCounted: UInt64 = 1
  /// The path as shown in errors.
  let path: String
  /// Deepest nesting of objects, arrays and elements that readers of the stream follow.
  var depthLimit = 64
  /// The input was UTF-16; the window holds it as UTF-8.
  private(set) var wasTranscoded = false

  private let source: InputSource?
  /// Bytes that were consumed and dropped from the window.
  private var dropped = 0
  /// Lines end in a carriage return alone, which the window holds as a line feed.
  private var endsLinesWithReturn = false
  private var transcoder: UTF16Transcoder?
  private static let (leastChunk, greatestChunk) = (4 << 10, 256 << 10)

  /// A stream over an opened input.
  init(_ source: InputSource) {
    self.source = source
    path = source.path
  }

  /// A stream over part of a text that another stream has read already.
  init(bytes: [UInt8], path: String) {
    source = nil
    window = bytes
    isAtEnd = true
    self.path = path
  }

  /// Fills the window with `count` bytes, or to the end of the input.
  ///
  /// Called once, before anything is consumed: it also settles encoding and line ends.
  mutating func prefill(_ count: Int) {
    while window.count < count, fill() {}
    skipByteOrderMark()
    let sample = window[start...].prefix(count)
    if endsLinesWithReturns(sample) {
      endsLinesWithReturn = true
      replaceReturns(from: start)
    }
    skipDelimiterHint()
  }

  /// Adds bytes to the window; false at the end.
  ///
  /// Drops consumed bytes, so offsets change. Reads at least as many bytes as are unread, so that a
  /// line or token longer than the window costs linear time.
  mutating func fill() -> Bool {
    guard !isAtEnd, let source else { return false }
    if start > 0 {
      countLines()
      dropped += start
      window.removeSubrange(0..<start)
      start = 0
      counted = 0
    }
    let isFirst = window.isEmpty && transcoder == nil && dropped == 0
    let unread = window.count
    do throws(InputError) {
      if transcoder != nil {
        return try fillTranscoded(source)
      }
      let count = try Self.read(source, into: &window, atLeast: max(chunkLength, unread))
      if count == 0 { isAtEnd = true }
      if isFirst { adoptTranscoder() }
      if endsLinesWithReturn { replaceReturns(from: unread) }
      return count > 0
    } catch {
      fault = error
      isAtEnd = true
      return false
    }
  }

  /// Bytes to make room for in the next read: the rest of a file whose length is known.
  ///
  /// Thousands of short feeds thus do not each take the memory of a long one.
  private var chunkLength: Int {
    guard let source, let size = source.rawSize.map({ Int(clamping: $0) }) else {
      return Self.greatestChunk
    }
    // Text grows a few times when decompressed; a longer file gets the greatest chunk at once.
    let left =
      source.compression == nil
      ? size - min(dropped + window.count, size) : 4 * min(size, Self.greatestChunk)
    return min(max(left, Self.leastChunk), Self.greatestChunk)
  }

  /// Reads ahead until `count` bytes are in the window.
  ///
  /// True at the end, too, where any byte is left.
  mutating func hasRoom(for count: Int) -> Bool {
    while window.count - start < count {
      if !fill() { return start < window.count }
    }
    return true
  }

  private mutating func fillTranscoded(_ source: InputSource) throws(InputError) -> Bool {
    let before = window.count
    var raw: [UInt8] = []
    let count = try Self.read(source, into: &raw, atLeast: max(chunkLength, before))
    if count == 0 { isAtEnd = true }
    transcoder?.transcode(raw.rawSpan, isFinal: count == 0, to: &window)
    if endsLinesWithReturn { replaceReturns(from: before) }
    return count > 0
  }

  /// Appends what one read of the source gives into room for `count` bytes; returns 0 at its end.
  private static func read(
    _ source: InputSource, into bytes: inout [UInt8], atLeast count: Int
  ) throws(InputError) -> Int {
    var read = 0
    try bytes.append(addingCapacity: count) {
      (output: inout OutputSpan<UInt8>) throws(InputError) in
      // SAFETY: the source writes inside the buffer and says how much of it.
      try unsafe output.withUnsafeMutableBufferPointer {
        (buffer: UnsafeMutableBufferPointer<UInt8>, written: inout Int) throws(InputError) in
        read = min(
          max(try unsafe source.read(into: UnsafeMutableRawBufferPointer(buffer)), 0), buffer.count)
        written += read
      }
    }
    return read
  }

  /// Turns a window that begins with UTF-16's byte order mark into UTF-8.
  private mutating func adoptTranscoder() {
    let isBigEndian = window.starts(with: [0xfe, 0xff])
    guard isBigEndian || window.starts(with: [0xff, 0xfe]) else { return }
    var transcoder = UTF16Transcoder(isBigEndian: isBigEndian)
    var text: [UInt8] = []
    transcoder.transcode(window.rawSpan.extracting(2...), isFinal: false, to: &text)
    window = text
    self.transcoder = transcoder
    wasTranscoded = true
  }

  /// Whether lines end in a carriage return alone: the only line feed, if any, is at the end.
  private func endsLinesWithReturns(_ sample: ArraySlice<UInt8>) -> Bool {
    guard sample.contains(Byte.carriageReturn) else { return false }
    guard let feed = sample.firstIndex(of: Byte.lineFeed) else { return true }
    guard isAtEnd, feed == window.count - 1 else { return false }
    // A carriage return before the last line feed belongs to it.
    let others = sample.dropLast(sample.dropLast().last == Byte.carriageReturn ? 2 : 1)
    return others.contains(Byte.carriageReturn)
  }

  private mutating func replaceReturns(from start: Int) {
    for offset in start..<window.count where window[offset] == Byte.carriageReturn {
      window[offset] = Byte.lineFeed
    }
  }

  /// Skips `sep=;` in the first line, a hint for spreadsheets; the rows show the delimiter, too.
  private mutating func skipDelimiterHint() {
    guard window[start...].starts(with: "sep=".utf8), window.count > start + 5 else { return }
    var end = start + 5
    if window[end] == Byte.carriageReturn, end + 1 < window.count { end += 1 }
    if window[end] == Byte.lineFeed { moveStart(to: end + 1) }
  }

  private mutating func skipByteOrderMark() {
    if start == 0, window.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
  }

  /// Consumes the window up to an offset.
  mutating func moveStart(to offset: Int) {
    moveStart(to: offset, lineFeeds: countLines(in: start..<offset))
  }

  /// Consumes the window up to an offset without counting its lines yet.
  ///
  /// For tokens, of which there are many in a line.
  mutating func moveStartUncounted(to offset: Int) {
    assert(offset >= start && offset <= window.count)
    start = offset
  }

  /// Counts the lines that `moveStartUncounted` consumed.
  mutating func countLines() {
    lineAtCounted = lineNumber
    counted = start
  }

  /// Consumes the window up to an offset; `lineFeeds` lines end before it.
  mutating func moveStart(to offset: Int, lineFeeds: Int) {
    assert(offset >= start && offset <= window.count)
    countLines()
    lineAtCounted += UInt64(lineFeeds)
    start = offset
    counted = offset
  }

  /// Number of line ends in a part of the window.
  func countLines(in range: Range<Int>) -> Int {
    var count = 0
    var offset = range.lowerBound
    while let end = firstLineFeed(from: offset, to: range.upperBound) {
      count += 1
      offset = end + 1
    }
    return count
  }

  /// Ratio of the whole feed's length to what was consumed, if the length is known.
  var growth: Double? {
    guard let source, let size = source.rawSize, dropped + start > 0 else { return nil }
    if source.compression != nil {
      // What decompression read ahead is small beside what is left, or nothing is left.
      let read = source.rawBytesRead
      return read == 0 ? nil : Double(size) / Double(read)
    }
    return Double(size) / Double(dropped + start)
  }

  // MARK: Lines

  /// One line: where it is in the window, without its end.
  struct Line {
    var range: Range<Int>
    var number: UInt64
    /// Longer than the limit; the range is its beginning.
    var isTooLong = false
    /// The input ended before the line's end did, in a file that was cut.
    var isCut = false
  }

  /// The next line, which is then consumed; nil at the end.
  ///
  /// The range holds until the next call.
  mutating func nextLine(limit: Int) -> Line? {
    countLines()
    var searched = start
    while true {
      if let end = firstLineFeed(from: searched) {
        return take(until: end, limit: limit)
      }
      searched = window.count
      if searched - start > limit { return skipLongLine(limit: limit) }
      let unread = searched - start
      if !fill() {
        guard start < window.count else { return nil }
        var line = take(until: window.count, limit: limit)
        line.isCut = fault != nil
        return line
      }
      searched = start + unread
    }
  }

  /// Consumes the empty lines at the stream's position that the window holds.
  mutating func skipEmptyLines() {
    var offset = start
    var lines = 0
    while offset < window.count {
      if window[offset] == Byte.lineFeed {
        offset += 1
      } else if window[offset] == Byte.carriageReturn, offset + 1 < window.count,
        window[offset + 1] == Byte.lineFeed
      {
        offset += 2
      } else {
        break
      }
      lines += 1
    }
    if lines > 0 { moveStart(to: offset, lineFeeds: lines) }
  }

  private mutating func take(until end: Int, limit: Int) -> Line {
    var last = end
    if last > start, window[last - 1] == Byte.carriageReturn { last -= 1 }
    var line = Line(range: start..<last, number: lineNumber)
    if last - start > limit {
      line.range = start..<start + limit
      line.isTooLong = true
    }
    step(to: end)
    return line
  }

  /// Consumes a line that ends at offset `end`, and its line feed.
  private mutating func step(to end: Int) {
    if end < window.count {
      start = end + 1
      lineAtCounted += 1
    } else {
      start = end
    }
    counted = start
  }

  /// Consumes a line over the limit in pieces and keeps its beginning for the diagnostic.
  private mutating func skipLongLine(limit: Int) -> Line {
    let number = lineNumber
    let beginning = Array(window[start..<start + min(limit, 256)])
    var end: Int?
    repeat {
      step(to: window.count)
      if !fill() { break }
      end = firstLineFeed(from: start)
    } while end == nil
    if let end { step(to: end) }
    // The beginning is copied over consumed bytes of the window, so that the range is valid.
    if start >= beginning.count {
      window.replaceSubrange(start - beginning.count..<start, with: beginning)
      return Line(range: start - beginning.count..<start, number: number, isTooLong: true)
    }
    return Line(range: start..<start, number: number, isTooLong: true)
  }

  private func firstLineFeed(from offset: Int) -> Int? {
    firstLineFeed(from: offset, to: window.count)
  }

  private func firstLineFeed(from offset: Int, to end: Int) -> Int? {
    guard offset < end, end <= window.count else { return nil }
    return unsafe window.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        // SAFETY: `offset < end <= window.count` was checked, so the bytes are inside the buffer.
        let found = unsafe memchr(base + offset, Int32(Byte.lineFeed), end - offset)
      else { return nil }
      return unsafe base.distance(to: UnsafeRawPointer(found))
    }
  }
}
