import Indicators
import Parsing

/// The syntax of HTTP/1 requests (RFC 9112), and of SSDP's messages, which have the same form.
enum HTTPRequest {
  /// The longest method that is recognised; the longest registered one has 17 letters.
  private static let longestMethod = 32
  /// The longest text that is taken for a version, with the blank before it.
  private static let longestVersion = 12

  /// A request line, as offsets into the payload.
  struct RequestLine {
    var method: Range<Int>
    /// The target; it may hold blanks, as attacks and careless programs write them, and is empty if
    /// it is missing.
    var target: Range<Int>
    /// The line has no version.
    var isVersionless = false
  }

  /// Whether a payload begins with a request: method, blank, target, ` HTTP/` on one line.
  static func begins(_ payload: RawSpan) -> Bool {
    let start = leadingLines(payload)
    guard let method = firstWord(payload, at: start) else { return false }
    // A tab after the method is possible only in a loose request line.
    if payload.byte(unchecked: method.upperBound) == Byte.tab {
      return beginsLoosely(payload, start)
    }
    let newline = payload.firstOffset(of: Byte.lineFeed, in: method.upperBound..<payload.byteCount)
    var end = newline ?? payload.byteCount
    if payload.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
    let version = versionOffset(
      payload, method.upperBound..<max(end, method.upperBound), isWhole: newline != nil)
    return version != nil || newline != nil && looseLine(payload, start..<end) != nil
      || newline == nil && isLongLine(payload, start, method)
  }

  /// Whether a payload begins with a whole request line of a known method, which is unlikely to be
  /// the end of another message.
  static func isLineOfKnownMethod(_ payload: RawSpan) -> Bool {
    let rest = leadingLines(payload)..<payload.byteCount
    guard looseMethod(payload, rest) != nil,
      let end = payload.firstOffset(of: Byte.lineFeed, in: rest)
    else { return false }
    return looseLine(payload, rest.lowerBound..<end) != nil
  }

  /// The fewest bytes of a segment that counts as full, so that its line may go on in the next one.
  private static let fullSegment = 512

  /// Whether a payload is a full segment with the beginning of a request line: a known method, and
  /// a target that does not end.
  private static func isLongLine(
    _ payload: RawSpan, _ start: Int, _ method: Range<Int>
  ) -> Bool {
    guard payload.byteCount - start >= fullSegment,
      looseMethod(payload, start..<payload.byteCount) != nil
    else { return false }
    let target = method.upperBound + 1
    let isTarget =
      payload.byte(unchecked: target) == Byte.slash
      || payload.starts(ignoringCase: "http", at: target)
    return isTarget && payload.firstOffset(of: Byte.space, in: target..<payload.byteCount) == nil
  }

  private static func beginsLoosely(_ payload: RawSpan, _ start: Int) -> Bool {
    guard looseMethod(payload, start..<payload.byteCount) != nil,
      let newline = payload.firstOffset(of: Byte.lineFeed, in: start..<payload.byteCount)
    else { return false }
    return looseLine(payload, start..<newline) != nil
  }

  /// The offset after leading empty lines, left by clients that end a body with an empty line
  /// (RFC 9112 §2.2).
  private static func leadingLines(_ payload: RawSpan) -> Int {
    var start = 0
    while start < payload.byteCount, isLineBreak(payload.byte(unchecked: start)) { start += 1 }
    return start
  }

  /// Whether a stream's first bytes may begin a request whose line continues in the next packet.
  static func mayBegin(_ payload: RawSpan) -> Bool {
    let start = leadingLines(payload)
    var offset = start
    while offset < payload.byteCount, offset < start + longestMethod,
      Byte.isCapital(payload.byte(unchecked: offset))
        || offset > start && isJoiner(payload.byte(unchecked: offset))
    {
      offset += 1
    }
    let isMethod =
      offset > start
      && (offset == payload.byteCount
        || payload.byte(unchecked: offset) == Byte.space && offset > start + 2)
    guard isMethod || looseMethod(payload, start..<payload.byteCount) != nil else { return false }
    return payload.firstOffset(of: Byte.lineFeed, in: offset..<payload.byteCount) == nil
  }

  /// Whether a stream's first bytes may begin a request of a known method whose line continues in the
  /// next packet.
  static func mayBeginKnown(_ payload: RawSpan) -> Bool {
    looseMethod(payload, leadingLines(payload)..<payload.byteCount) != nil && mayBegin(payload)
  }

  /// The offset of the first request that follows an empty line, or nil; used after chunks with
  /// invalid lengths.
  static func offsetBehindEmptyLine(_ payload: RawSpan, from start: Int) -> Int? {
    var offset = start
    while let lineEnd = payload.firstOffset(of: Byte.lineFeed, in: offset..<payload.byteCount) {
      offset = lineEnd + 1
      var next = offset
      if next < payload.byteCount, payload.byte(unchecked: next) == Byte.carriageReturn {
        next += 1
      }
      guard next < payload.byteCount, payload.byte(unchecked: next) == Byte.lineFeed else {
        continue
      }
      // Skips all empty lines at once, so that a request is looked for only once behind many.
      offset = next + 1
      offset += leadingLines(payload.extracting(offset..<payload.byteCount))
      let rest = payload.extracting(offset..<payload.byteCount)
      if begins(rest) || mayBegin(rest) { return offset }
    }
    return nil
  }

  /// What joins words in a method (`VERSION-CONTROL`, `RPC_IN_DATA`).
  @inline(__always)
  private static func isJoiner(_ byte: UInt8) -> Bool {
    byte == Byte.minus || byte == UInt8(ascii: "_")
  }

  /// Whether a payload begins with a response.
  static func isResponse(_ payload: RawSpan) -> Bool {
    payload.starts(ignoringCase: "http/1.", at: 0)
  }

  /// The status of the response that a payload begins with (RFC 9112 §4), or nil.
  static func status(_ payload: RawSpan) -> Int? {
    guard isResponse(payload), payload.byteCount >= 12, Byte.isBlank(payload.byte(unchecked: 8))
    else {
      return nil
    }
    let status = decimal(payload, 9..<12)
    return status >= 100 ? status : nil
  }

  /// Whether a payload that begins like a response may instead be the version at the end of a
  /// request line that began before.
  static func isVersionAlone(_ payload: RawSpan) -> Bool {
    payload.byteCount <= 8 || isLineBreak(payload.byte(unchecked: 8))
  }

  /// The method at an offset, followed by a space; nil if there is none.
  private static func method(_ payload: RawSpan, at start: Int) -> Range<Int>? {
    guard let word = firstWord(payload, at: start),
      payload.byte(unchecked: word.upperBound) == Byte.space
    else { return nil }
    return word
  }

  /// The word at an offset that may be a method, followed by a space or a tab; nil if there is
  /// none.
  private static func firstWord(_ payload: RawSpan, at start: Int) -> Range<Int>? {
    // The first byte already rules out nearly every payload that is no request.
    guard start < payload.byteCount, isTokenByte(payload.byte(unchecked: start)) else {
      return nil
    }
    var offset = start + 1
    let limit = min(payload.byteCount, start + longestMethod + 1)
    while offset < limit, isTokenByte(payload.byte(unchecked: offset)) { offset += 1 }
    guard offset < limit, Byte.isBlank(payload.byte(unchecked: offset)) else { return nil }
    return start..<offset
  }

  /// The request line that ends at an offset; nil if the text is none.
  static func line(_ text: RawSpan, end: Int) -> RequestLine? {
    guard let method = method(text, at: 0), method.upperBound <= end,
      let version = versionOffset(text, method.upperBound..<end, isWhole: true)
    else { return looseLine(text, 0..<end) }
    // Several blanks before or after the target count as one (RFC 9112 §3).
    let words = trimmed(text, method.upperBound..<version)
    return RequestLine(method: method, target: words)
  }

  /// Methods by which a request is recognised even without a regular version.
  private static let looseMethods: [StaticString] = [
    "get", "post", "head", "put", "connect", "options", "delete", "patch",
    "trace", "propfind",
  ]

  /// The first letters of `looseMethods`, which most payloads do not begin with: a bit each for c,
  /// d, g, h, o, p and t.
  @inline(__always)
  private static var looseInitials: UInt32 { 0x11_8198 }

  /// The method of `looseMethods` that a line begins with, followed by a blank or a tab; nil if
  /// there is none.
  private static func looseMethod(_ text: RawSpan, _ line: Range<Int>) -> Range<Int>? {
    guard let first = line.first.map({ text.byte(unchecked: $0) }),
      first & 0xc0 == 0x40,
      looseInitials >> UInt32(first & 31) & 1 == 1
    else { return nil }
    for name in looseMethods {
      let end = line.lowerBound + name.utf8CodeUnitCount
      if end < line.upperBound, Byte.isBlank(text.byte(unchecked: end)),
        text.starts(ignoringCase: name, at: line.lowerBound)
      {
        return line.lowerBound..<end
      }
    }
    return nil
  }

  /// A request line in a form that some programs write and many servers accept: without a version,
  /// with tabs between its parts (RFC 9112 §3), or with a version whose name only begins with
  /// `HTTP`.
  private static func looseLine(_ text: RawSpan, _ line: Range<Int>) -> RequestLine? {
    guard let method = looseMethod(text, line) else { return nil }
    let rest = trimmed(text, method.upperBound..<line.upperBound)
    var end = rest.lowerBound
    while end < rest.upperBound, text.byte(unchecked: end) > Byte.space { end += 1 }
    let target = rest.lowerBound..<end
    guard !target.isEmpty else { return nil }
    let isPath = text.byte(unchecked: target.lowerBound) == Byte.slash
    let isAuthority = method.count == 7 && text.firstOffset(of: Byte.colon, in: target) != nil
    guard isPath || isAuthority || authority(text, target) != nil else { return nil }
    let version = trimmed(text, end..<line.upperBound)
    if version.isEmpty { return RequestLine(method: method, target: target, isVersionless: true) }
    let isVersion =
      version.count <= longestVersion && text.starts(ignoringCase: "http", at: version.lowerBound)
      && text.firstOffset(of: Byte.slash, in: version) != nil
    return isVersion ? RequestLine(method: method, target: target) : nil
  }

  /// The offset of the blank before the version at the end of a line; nil if there is no version.
  ///
  /// Servers accept versions of no standard, such as `HTTP/1.`, so only the name is compared.
  private static func versionOffset(_ payload: RawSpan, _ line: Range<Int>, isWhole: Bool) -> Int? {
    // Blanks after the version are ignored, as servers do (RFC 9112 §3).
    var end = line.upperBound
    while end > line.lowerBound, Byte.isBlank(payload.byte(unchecked: end - 1)) { end -= 1 }
    var offset = end - 1
    let limit = max(line.lowerBound, end - longestVersion)
    while offset >= limit {
      guard payload.byte(unchecked: offset) == Byte.space else {
        offset -= 1
        continue
      }
      return payload.starts(ignoringCase: isWhole ? " http/" : " http/1.", at: offset)
        ? offset : nil
    }
    return nil
  }

  /// Whether a byte may occur in a token (RFC 9110 §5.6.2).
  @inline(__always)
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    // Letters first: most bytes are.
    if Byte.isAlphanumeric(byte) { return true }
    return switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), Byte.plus,
      Byte.minus, Byte.dot, UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  // MARK: Bytes

  static func isLineBreak(_ byte: UInt8) -> Bool {
    byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  /// A range without blanks and line breaks at its ends.
  static func trimmed(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    func isSpace(_ byte: UInt8) -> Bool { Byte.isBlank(byte) || isLineBreak(byte) }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(bytes.byte(unchecked: start)) { start += 1 }
    while end > start, isSpace(bytes.byte(unchecked: end - 1)) { end -= 1 }
    return start..<end
  }

  /// The length in a header's value; nil if the value is empty, 0 if it is no valid length.
  ///
  /// Two headers with the same length may have been joined to a list (RFC 9112 §6.3).
  static func length(_ bytes: RawSpan, _ value: Range<Int>) -> Int? {
    var length: Int?
    var start = value.lowerBound
    while start < value.upperBound {
      let end = bytes.firstOffset(of: Byte.comma, in: start..<value.upperBound) ?? value.upperBound
      let element = trimmed(bytes, start..<end)
      start = end + 1
      // Empty elements of a list are ignored (RFC 9110 §5.6.1).
      if element.isEmpty { continue }
      let number = decimal(bytes, element)
      if let length, length != number { return 0 }
      length = number
    }
    return length
  }

  /// A decimal number; 0 if there is none, or if it does not fit into an `Int`.
  ///
  /// An impossible length must not swallow the rest of the connection, so it is treated like a
  /// length that is no number.
  static func decimal(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    var value = 0
    for offset in range {
      let byte = bytes.byte(unchecked: offset)
      guard Byte.isDigit(byte) else { return 0 }
      let (product, isTooLong) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLarge) = product.addingReportingOverflow(Int(byte - Byte.zero))
      if isTooLong || isTooLarge { return 0 }
      value = sum
    }
    return value
  }

  /// The chunk size at the beginning of a line (RFC 9112 §7.1); nil if there is none, or if it
  /// exceeds 32 bits.
  static func hexadecimal(_ bytes: RawSpan, end: Int) -> Int? {
    var value = 0
    var offset = 0
    while offset < end {
      let byte = bytes.byte(unchecked: offset)
      let digit = Hex.value(of: byte)
      guard digit < 16 else { return offset > 0 ? value : nil }
      value = value << 4 | Int(digit)
      offset += 1
      if value > Int(UInt32.max) { return nil }
    }
    return offset > 0 ? value : nil
  }
}
