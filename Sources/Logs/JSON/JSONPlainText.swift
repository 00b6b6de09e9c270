import Parsing

/// Short strings whose escapes are undone, to read from them what they say about the event and about
/// other members.
///
/// Some programs escape each slash (`2024\/05\/01`), others all but letters and digits.
extension JSONToken {
  /// Bytes of the longest string that is read so: an escape has six, and addresses, times, ports and
  /// words are short.
  private static let longestPlain = 512

  /// Appends the token's text with its escapes undone; returns its range, or nil if the text is too
  /// long.
  func appendPlain(_ bytes: RawSpan, to text: inout [UInt8]) -> Range<Int>? {
    guard range.count <= Self.longestPlain else { return nil }
    let start = text.count
    if hasEscapes {
      JSONTokenizer.unescape(bytes.extracting(range), to: &text)
    } else {
      text.append(bytes, range)
    }
    return start..<text.count
  }

  /// What `read` makes of the token's text with its escapes undone; nil if the text is too long.
  @inline(__always)
  func plain<Value>(_ bytes: RawSpan, _ read: (RawSpan, Range<Int>) -> Value?) -> Value? {
    if !hasEscapes { return read(bytes, range) }
    var text: [UInt8] = []
    guard let range = appendPlain(bytes, to: &text) else { return nil }
    return read(text.rawSpan, range)
  }

  /// The port that the token is.
  func port(_ bytes: RawSpan) -> UInt16? { plain(bytes) { NumberText.port($0, $1) } }

  /// Whether the token is an address.
  func isAddress(_ bytes: RawSpan) -> Bool { plain(bytes) { EventFacts.endpoint($0, $1) } != nil }
}
