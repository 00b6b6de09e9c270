import Parsing

/// Lines that come in several packets.
extension HTTPReader {
  /// The offset behind the next line break.
  func lineEnd(_ data: RawSpan, _ offset: Int) -> Int? {
    data.firstOffset(of: Byte.lineFeed, in: offset..<data.byteCount).map { $0 + 1 }
  }

  /// Whether a header may go on behind the line break that a piece ends with: a line that begins with a blank
  /// belongs to the one before (RFC 9112 §5.2), and what begins the next line may be in the next packet.
  func mayGoOn(_ piece: RawSpan, _ data: RawSpan, _ offset: Int) -> Bool {
    guard case .headers = phase else { return false }
    // Nothing goes on with the empty line that ends the head.
    let count = line.count + piece.byteCount
    if count == 1
      || count == 2 && (line.bytes.first ?? piece.byte(unchecked: 0)) == Byte.carriageReturn
    {
      return false
    }
    return offset == data.byteCount || Byte.isBlank(data.byte(unchecked: offset))
  }

  /// Whether a header waits with its line break for what follows.
  var hasWholeHeader: Bool {
    guard case .headers = phase else { return false }
    return line.bytes.last == Byte.lineFeed
  }

  /// Reads a header that waits with its line break, unless the next byte goes on with it.
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
    // Any line is a header.
    _ = readKeptLine(context, into: &writer, &skips)
  }

  /// Reads the line that is kept; false where it is none of a request.
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
