import Parsing

/// What servers send before TLS, if TLS begins in the same segment.
extension Preamble {
  /// Whether a payload may begin with such an answer, judging by its first byte; often true without
  /// reason.
  @inline(__always)
  static func mayAnswer(_ payload: RawSpan) -> Bool {
    switch payload.byte(unchecked: 0) {
    case 0, 5: true
    case let first: mayBeginLine(first)
    }
  }

  /// Whether a line that grants TLS may begin with a byte.
  @inline(__always)
  private static func mayBeginLine(_ byte: UInt8) -> Bool {
    Byte.isLetter(byte) || byte == Byte.plus || byte == UInt8(ascii: "2")
  }

  /// Where the server's answer ends before its first TLS message, or nil if there is none.
  ///
  /// Known answers are those to a CONNECT or an upgrade of HTTP, those of SOCKS and PostgreSQL, and
  /// a line that grants `STARTTLS`.
  static func answerEnd(_ payload: RawSpan) -> Int? {
    guard payload.byteCount > 1 else { return nil }
    let reach: Int
    switch payload.byte(unchecked: 0) {
    // A proxy's answer has 8 bytes (SOCKS 4), or a method and a reply of at most 262 bytes
    // (RFC 1928 §6).
    case 0: reach = 8
    case 5: reach = 2 + 2 + 262
    case UInt8(ascii: "S"): reach = 1
    case UInt8(ascii: "H") where HTTPRequest.isResponse(payload): reach = longestHead
    // `+OK`, `220 `, `234 `, and IMAP's `OK` after a tag.
    case let first where mayBeginLine(first): reach = longestLine
    default: return nil
    }
    var offset = 1
    let limit = min(payload.byteCount, reach + 1)
    while offset < limit, let place = payload.firstOffset(of: 22, in: offset..<limit) {
      let rest = payload.extracting(place...)
      let mayBeHello =
        TLSClientHello.firstMessage(rest) == 2
        || rest.byteCount < 6 && TLSClientHello.mayBegin(rest)
      if mayBeHello, isAnswer(payload.extracting(..<place)) { return place }
      offset = place + 1
    }
    return nil
  }

  /// The most bytes of an HTTP answer's head, and of a line, in which the end is looked for.
  private static let (longestHead, longestLine) = (8192, 128)

  /// Whether bytes from a server are one whole answer before TLS.
  private static func isAnswer(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    switch bytes.byte(unchecked: 0) {
    case 0: return count == 8 && bytes.byte(unchecked: 1) == 0x5a
    case 5: return count >= 10
    case UInt8(ascii: "S") where count == 1: return true
    case UInt8(ascii: "H") where HTTPRequest.isResponse(bytes):
      return bytes.starts(ignoringCase: "\r\n\r\n", at: count - 4)
        || bytes.starts(ignoringCase: "\n\n", at: count - 2)
    default:
      return count > 4 && bytes.byte(unchecked: count - 1) == Byte.lineFeed
        && bytes.firstOffset(of: 0, in: 0..<count) == nil
    }
  }
}
