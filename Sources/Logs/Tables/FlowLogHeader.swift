import Indicators
import Parsing

/// The first line of an Amazon VPC flow log, which names its columns: words in lower case with single
/// blanks between them, among them both ends of the flow.
enum FlowLogHeader {
  /// The longest line that is a header, in bytes; today's with all fields has some 600.
  private static let longest = 2048

  /// The header that a log begins with.
  ///
  /// `limit` is the longest line that is not read in pieces.
  static func recognise(
    _ bytes: RawSpan, from start: Int, limit: Int, isFinal: Bool
  ) -> LogHeader? {
    let windowEnd = min(bytes.byteCount, start + min(longest, limit))
    let end = bytes.firstOffset(of: Byte.lineFeed, from: start, to: windowEnd)
    guard end != nil || isFinal && windowEnd == bytes.byteCount else { return nil }
    return header(bytes, start..<(end ?? windowEnd))
  }

  /// The header that a line holds; nil if it is none.
  static func header(_ bytes: RawSpan, _ line: Range<Int>) -> LogHeader? {
    guard line.count <= longest else { return nil }
    var end = line.upperBound
    if end > line.lowerBound, bytes.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
    var names: [[UInt8]] = []
    var start = line.lowerBound
    for offset in line.lowerBound..<end {
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.space {
        guard offset > start else { return nil }
        names.append(bytes.copied(start..<offset))
        start = offset + 1
      } else if byte &- 0x61 > 25, byte &- Byte.zero > 9 || offset == start, byte != Byte.minus {
        return nil
      }
    }
    guard start < end else { return nil }
    names.append(bytes.copied(start..<end))
    func holds(_ name: String) -> Bool { names.contains { $0.elementsEqual(name.utf8) } }
    guard names.count >= 5, Set(names).count == names.count,
      holds("srcaddr") && holds("dstaddr") || holds("pkt-srcaddr") && holds("pkt-dstaddr")
    else { return nil }
    return LogHeader(.init(layout: .flowLog, separator: Byte.space, names: names))
  }
}

extension Extraction {
  /// Whether a line is a header that may stand in the middle of a log: it begins with `version`.
  func isFlowLogHeader(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    chunk.starts(with: "version ", at: line.lowerBound)
      && FlowLogHeader.header(chunk, line) != nil
  }

  /// Reads a header in the middle of a log; nil: the line is none, false: more bytes are needed.
  func readFlowLogHeader(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool
  ) -> Bool? {
    let start = position.offset
    guard chunk.byteCount - start >= 8 || !isFinal else { return nil }
    switch lineEnd(chunk, from: start, isFinal: isFinal) {
    case .unknown: return false
    case .beyondLimit: return nil
    case .at(let end, let hasLineFeed):
      guard chunk.starts(with: "version ", at: start),
        let header = FlowLogHeader.header(chunk, start..<end)
      else { return nil }
      state.layout = .rows(header)
      // Lines that are no rows of it are read as usual.
      state.isClosed = true
      position.finishLine(end, hasLineFeed)
      return true
    }
  }
}
