import Parsing

/// Lines that arrive in several packets.
extension HTTPReader {
  /// The offset after the next line feed, or nil if there is none.
  func lineEnd(_ data: RawSpan, _ offset: Int) -> Int? {
    data.firstOffset(of: Byte.lineFeed, in: offset..<data.byteCount).map { $0 + 1 }
  }

  /// Whether a header may continue after the line break at the end of `piece`.
  ///
  /// A line that begins with a blank continues the header before it (RFC 9112 §5.2), and the next
  /// line's first byte may be in the next packet.
  func mayGoOn(_ piece: RawSpan, _ data: RawSpan, _ offset: Int) -> Bool {
    guard case .headers = phase else { return false }
    // The empty line that ends the head cannot be continued.
    let count = line.count + piece.byteCount
    if count == 1
      || count == 2 && (line.bytes.first ?? piece.byte(unchecked: 0)) == Byte.carriageReturn
    {
      return false
    }
    return offset == data.byteCount || Byte.isBlank(data.byte(unchecked: offset))
  }

  /// Whether `line` holds a whole header that only the next line could continue.
  var hasWholeHeader: Bool {
    guard case .headers = phase else { return false }
    return line.bytes.last == Byte.lineFeed
  }

  /// Reads the header in `line` if it is whole, unless the next byte continues it.
  mutating func readWaiting(
    before next: UInt8?, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    guard hasWholeHeader else { return }
    if let next, Byte.isBlank(next) { return }
    readKeptHeader(context, into: &writer, &skips)
  }

  mutating func readKeptHeader(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    // In the headers, every line can be read.
    _ = readKeptLine(context, into: &writer, &skips)
  }

  /// Reads the line in `line`; false if it does not belong to a request.
  mutating func readKeptLine(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    var whole = StreamBuffer()
    swap(&whole, &line)
    writer.useMarks(whole.marks)
    // SAFETY: the closure only reads the array's bytes.
    let isRead = unsafe whole.bytes.withUnsafeBytes {
      unsafe readLine($0.bytes, context, into: &writer, &skips)
    }
    writer.endMarks()
    whole.removeAll()
    swap(&whole, &line)
    return isRead
  }
}
