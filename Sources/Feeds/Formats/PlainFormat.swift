import Indicators
import Parsing

/// One value a line; also the output of `md5sum` and its kind, and addresses with a note behind them.
struct PlainFormat: LineFormat {
  /// What the values are if their shape does not say.
  var declared = DeclaredKind.none

  func readMany(_ stream: inout FeedStream, into sink: inout FeedSink) {
    if declared == .none { sink.addDigestLines(&stream) }
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    // Nearly all lines are a value and nothing else.
    guard Text.hasSpace(line) else {
      if declared == .none, sink.addDigest(line, line: number) { return }
      sink.add(line, as: declared, line: number)
      return
    }
    let value = Self.value(of: line)
    if declared == .none, sink.addDigest(value, line: number) { return }
    guard let noted = NotedAddress(value) else {
      sink.add(value, as: declared, line: number)
      return
    }
    var context = sink.emptyContext
    context.description = sink.collection.intern(value.extracting(noted.note))
    sink.setContext(context)
    sink.add(value.extracting(noted.address), as: declared, line: number)
    sink.setContext(sink.emptyContext)
  }

  /// The value in a line: without comment, and of a digest with a file's name behind it the digest.
  @_lifetime(copy line)
  static func value(of line: RawSpan) -> RawSpan {
    let text = Comment.removed(from: line)
    guard let blank = Text.firstIndex(of: Byte.space, in: text) else { return text }
    let first = text.extracting(0..<blank)
    return Text.isDigest(first)
      && (Text.contains(text, "  ", at: blank) || Text.contains(text, " *", at: blank))
      ? first : text
  }
}

/// An address or prefix with words behind it that say something of it: `192.0.2.1 seen in May`.
///
/// Where tabs, commas and the like separate them it is a row of cells.
struct NotedAddress {
  let address: Range<Int>
  let note: Range<Int>

  init?(_ line: RawSpan) {
    guard line.byteCount > 2,
      Hex.value(of: line.byte(unchecked: 0)) < 16
        || line.byte(unchecked: 0) == Byte.colon,
      let blank = Text.firstIndex(of: Byte.space, in: line),
      Self.isAddress(line.extracting(0..<blank))
    else { return nil }
    var start = blank
    while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) {
      if line.byte(unchecked: start) == Byte.tab { return nil }
      start += 1
    }
    // The last address of a range is no note.
    for dash in ["-", "\u{2013}", "\u{2014}"] as [StaticString]
    where Text.contains(line, dash, at: start) {
      start += dash.utf8CodeUnitCount
      while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) { start += 1 }
      let end = Text.firstIndex(of: Byte.space, in: line, from: start) ?? line.byteCount
      guard start < line.byteCount, !Self.isAddress(line.extracting(start..<end)) else {
        return nil
      }
      break
    }
    guard start < line.byteCount, !Self.isSeparator(line.byte(unchecked: start)) else {
      return nil
    }
    address = 0..<blank
    note = start..<line.byteCount
  }

  /// A single address, a prefix, a range without blanks, or an address and a port.
  private static func isAddress(_ text: RawSpan) -> Bool {
    if IPAddressText.ipv4(text) != nil || IPAddressText.ipv6(text) != nil { return true }
    var border = 0
    while border < text.byteCount {
      let byte = text.byte(unchecked: border)
      if byte == Byte.slash || byte == Byte.minus { break }
      if byte == Byte.colon, Text.firstIndex(of: Byte.dot, in: text.extracting(0..<border)) != nil {
        break
      }
      border += 1
    }
    guard border > 0, border < text.byteCount else { return false }
    let head = text.extracting(0..<border)
    guard IPAddressText.ipv4(head) != nil || IPAddressText.ipv6(head) != nil else { return false }
    let rest = text.extracting(border + 1..<text.byteCount)
    return Text.number(rest) != nil || IPAddressText.ipv4(rest) != nil
      || IPAddressText.ipv6(rest) != nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.comma, UInt8(ascii: ";"), UInt8(ascii: "|"), Byte.slash, Byte.colon: true
    default: false
    }
  }
}
