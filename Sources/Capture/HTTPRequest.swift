import Indicators
import Parsing

/// Reads the heads of HTTP/1 requests (RFC 9112), and of SSDP's messages, which have the same form.
struct HTTPRequest {
  /// The longest method that is recognised; the longest registered one has 17 letters.
  private static let longestMethod = 32

  /// A request line; offsets into the payload.
  private struct RequestLine {
    var method: Range<Int>
    /// Nil where the line holds white space that no target holds.
    var target: Range<Int>?
    /// Where the first header begins; nil where the line is cut.
    var headers: Int?
  }

  /// Whether a payload begins with a request: method, blank, target, ` HTTP/1.` on one line.
  static func begins(_ payload: RawSpan) -> Bool { line(payload, at: 0) != nil }

  /// Whether a payload begins with a response.
  static func isResponse(_ payload: RawSpan) -> Bool { payload.hasText("http/1.", at: 0) }

  private static func line(_ payload: RawSpan, at start: Int) -> RequestLine? {
    // Empty lines before a request are left by clients that end a body with one (RFC 9112 §2.2).
    var start = start
    let blankLimit = min(payload.byteCount, start + 4)
    while start < blankLimit, isLineBreak(payload.byte(unchecked: start)) { start += 1 }
    // The first byte decides for nearly every payload that is no request.
    guard start < payload.byteCount, isTokenByte(payload.byte(unchecked: start)) else {
      return nil
    }
    var offset = start + 1
    let methodLimit = min(payload.byteCount, start + longestMethod + 1)
    while offset < methodLimit, isTokenByte(payload.byte(unchecked: offset)) { offset += 1 }
    guard offset < methodLimit, payload.byte(unchecked: offset) == 0x20 else { return nil }
    let method = start..<offset
    let lineEnd = payload.firstOffset(of: 0x0a, in: offset..<payload.byteCount)
    var end = lineEnd ?? payload.byteCount
    if end > offset, payload.byte(unchecked: end - 1) == 0x0d { end -= 1 }
    // ` HTTP/1.` and one digit, which a cut line may lack.
    guard let version = versionOffset(payload, offset..<end, isWhole: lineEnd != nil) else {
      return nil
    }
    // Several blanks at either side of the target are one (RFC 9112 §3).
    let words = trimmed(payload, offset..<version)
    var target: Range<Int>? = words
    for position in words where payload.byte(unchecked: position) <= 0x20 {
      target = nil
      break
    }
    return RequestLine(method: method, target: target, headers: lineEnd.map { $0 + 1 })
  }

  /// Where the blank before `HTTP/1.` is at the end of a line.
  private static func versionOffset(_ payload: RawSpan, _ line: Range<Int>, isWhole: Bool) -> Int? {
    if isWhole {
      let offset = line.upperBound - 9
      guard offset >= line.lowerBound, payload.hasText(" http/1.", at: offset) else { return nil }
      let digit = payload.byte(unchecked: line.upperBound - 1)
      return digit >= 0x30 && digit <= 0x39 ? offset : nil
    }
    var offset = max(line.lowerBound, line.upperBound - 9)
    while offset + 8 <= line.upperBound {
      if payload.hasText(" http/1.", at: offset) { return offset }
      offset += 1
    }
    return nil
  }

  /// RFC 9110 §5.6.2.
  @inline(__always)
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5a, 0x61...0x7a, 0x30...0x39: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true
    default: false
    }
  }

  // MARK: The head

  /// What a request's headers say.
  private struct Headers {
    var firstHost: Range<Int>?
    var end: Int?
    var contentLength = 0
    var hasUnknownLength = false
  }

  /// Writes the observables of every request in a payload.
  ///
  /// `connection` is where the request was sent, for those that name no host. Of a datagram (SSDP) only
  /// host and user agent are written.
  static func read(
    _ payload: RawSpan, connection: (address: IPAddress, version: UInt8, port: UInt16),
    isDatagram: Bool, headerLimit: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var start = 0
    while let line = line(payload, at: start) {
      let first = line.headers ?? payload.byteCount
      let limit = min(payload.byteCount, start + max(headerLimit, first - start))
      let isConnect =
        line.method.count == 7 && payload.hasText("connect ", at: line.method.lowerBound)
      if isConnect, let target = line.target {
        let (host, port) = splitHost(payload, target)
        let isHost = writer.keepHost(
          .httpHost, payload.extracting(host), port: port ?? 0, onlyIfValid: true)
        if !isHost { skips.add(.httpURL) }
      }
      let headers = readHeaders(
        payload, min(first, limit)..<limit, isDatagram: isDatagram, into: &writer, &skips)
      if headers.end == nil {
        skips.add(limit < payload.byteCount ? .httpHeaderLimit : .httpHeadCut)
      }
      if !isDatagram, !isConnect, let target = line.target {
        keepURL(
          payload, target, host: headers.firstHost, isWhole: headers.end != nil,
          connection: connection, into: &writer, &skips)
      }
      // A request may follow directly; behind CONNECT and behind a body of unknown length none does.
      guard let end = headers.end, !isConnect, !headers.hasUnknownLength,
        headers.contentLength <= payload.byteCount - end
      else { return }
      start = end + headers.contentLength
    }
  }

  private static func readHeaders(
    _ payload: RawSpan, _ range: Range<Int>, isDatagram: Bool,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Headers {
    var headers = Headers()
    var start = range.lowerBound
    while let newline = payload.firstOffset(of: 0x0a, in: start..<range.upperBound) {
      var end = newline
      if end > start, payload.byte(unchecked: end - 1) == 0x0d { end -= 1 }
      if end == start {
        headers.end = newline + 1
        break
      }
      var next = newline + 1
      // Lines that begin with a blank go on with the header before (RFC 9112 §5.2).
      while next < range.upperBound, isBlank(payload.byte(unchecked: next)),
        let newline = payload.firstOffset(of: 0x0a, in: next..<range.upperBound)
      {
        end = payload.byte(unchecked: newline - 1) == 0x0d ? newline - 1 : newline
        next = newline + 1
      }
      readHeader(payload, start..<end, isDatagram: isDatagram, &headers, into: &writer, &skips)
      start = next
    }
    return headers
  }

  private static func readHeader(
    _ payload: RawSpan, _ line: Range<Int>, isDatagram: Bool, _ headers: inout Headers,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard let colon = payload.firstOffset(of: 0x3a, in: line) else { return }
    let name = trimmed(payload, line.lowerBound..<colon)
    let value = trimmed(payload, colon + 1..<line.upperBound)
    switch name.count {
    case 4 where payload.hasText("host", at: name.lowerBound):
      if headers.firstHost == nil { headers.firstHost = value }
      keepHost(payload.extracting(value), &writer)
    case 7 where !isDatagram && payload.hasText("referer", at: name.lowerBound):
      keepReferrer(payload.extracting(value), &writer, &skips)
    case 10 where payload.hasText("user-agent", at: name.lowerBound):
      keepUserAgent(payload.extracting(value), &writer)
    case 14 where payload.hasText("content-length", at: name.lowerBound):
      headers.contentLength = decimal(payload, value)
    case 15 where !isDatagram && payload.hasText("x-forwarded-for", at: name.lowerBound):
      keepForwardedFor(payload, value, &writer, &skips)
    case 17 where payload.hasText("transfer-encoding", at: name.lowerBound):
      headers.hasUnknownLength = true
    default: break
    }
  }

  // MARK: Values

  /// A host and its port, as in a Host header (RFC 9110 §7.2).
  static func splitHost(_ bytes: RawSpan, _ value: Range<Int>) -> (
    host: Range<Int>, port: UInt16?
  ) {
    var colon = value.upperBound
    while colon > value.lowerBound, isDigit(bytes.byte(unchecked: colon - 1)) { colon -= 1 }
    guard colon > value.lowerBound, bytes.byte(unchecked: colon - 1) == 0x3a,
      value.upperBound - colon <= 5
    else { return (unbracketed(bytes, value), nil) }
    let host = value.lowerBound..<colon - 1
    let isBracketed = !host.isEmpty && bytes.byte(unchecked: host.lowerBound) == 0x5b
    // A bare IPv6 address has no port: all of it is the host.
    if !isBracketed, bytes.firstOffset(of: 0x3a, in: host) != nil { return (value, nil) }
    let port = decimal(bytes, colon..<value.upperBound)
    return (unbracketed(bytes, host), port > 0 ? UInt16(exactly: port) : nil)
  }

  private static func unbracketed(_ bytes: RawSpan, _ host: Range<Int>) -> Range<Int> {
    guard host.count > 2, bytes.byte(unchecked: host.lowerBound) == 0x5b,
      bytes.byte(unchecked: host.upperBound - 1) == 0x5d
    else { return host }
    return host.lowerBound + 1..<host.upperBound - 1
  }

  private static func keepHost(_ value: RawSpan, _ writer: inout ObservableWriter) {
    let (host, port) = splitHost(value, value.byteOffsets)
    writer.keepHost(.httpHost, value.extracting(host), port: port ?? 0)
  }

  /// Writes a user agent; where it goes on in further lines, those are joined by one blank.
  private static func keepUserAgent(_ value: RawSpan, _ writer: inout ObservableWriter) {
    guard value.firstOffset(of: 0x0a, in: value.byteOffsets) != nil else {
      writer.append(.httpUserAgent, .userAgent, value, flags: .ownField)
      return
    }
    let start = writer.batch.arena.count
    var isInBreak = false
    for offset in value.byteOffsets {
      let byte = value.byte(unchecked: offset)
      if isLineBreak(byte) || isInBreak && isBlank(byte) {
        isInBreak = true
        continue
      }
      if isInBreak { writer.batch.arena.append(0x20) }
      isInBreak = false
      writer.batch.arena.append(byte)
    }
    writer.keep(.httpUserAgent, .userAgent, from: start, flags: .ownField)
  }

  private static func keepReferrer(
    _ value: RawSpan, _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard value.byteCount > 0 else { return }
    let start = writer.batch.arena.count
    var schemeLength = 0
    guard
      writer.normalizer.appendURL(value, schemeLength: &schemeLength, to: &writer.batch.arena)
        == nil
    else {
      writer.batch.arena.removeLast(writer.batch.arena.count - start)
      skips.add(.httpReferrer)
      return
    }
    writer.keep(
      .httpReferrer, .url, from: start, schemeLength: UInt16(clamping: schemeLength))
  }

  /// The addresses of a list, each with its port if it has one.
  private static func keepForwardedFor(
    _ payload: RawSpan, _ value: Range<Int>, _ writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var start = value.lowerBound
    while start < value.upperBound {
      let end = payload.firstOffset(of: 0x2c, in: start..<value.upperBound) ?? value.upperBound
      let element = trimmed(payload, start..<end)
      let (host, port) = splitHost(payload, element)
      if let (address, version) = ObservableWriter.address(payload.extracting(host)) {
        writer.append(.httpForwardedFor, address, version: version, port: port ?? 0)
      } else if !element.isEmpty {
        skips.add(.httpForwardedFor)
      }
      start = end + 1
    }
  }

  /// Writes the URL that a request asks for (RFC 9112 §3.2, §3.3).
  private static func keepURL(
    _ payload: RawSpan, _ target: Range<Int>, host: Range<Int>?, isWhole: Bool,
    connection: (address: IPAddress, version: UInt8, port: UInt16),
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard let first = target.isEmpty ? nil : payload.byte(unchecked: target.lowerBound) else {
      return
    }
    writer.scratch.removeAll(keepingCapacity: true)
    if first != 0x2f {
      // `*` and what is neither a path nor an absolute form give none.
      guard hasScheme(payload, target) else {
        if !(first == 0x2a && target.count == 1) { skips.add(.httpURL) }
        return
      }
      writer.scratch.append(payload.extracting(target))
      keepURL(isSecondForm: false, &writer, &skips)
      return
    }
    writer.scratch.append("http://")
    guard let host, !host.isEmpty else {
      // The host may be in what is missing of the head.
      guard isWhole else { return }
      if connection.version == 6 { writer.scratch.append(0x5b) }
      connection.version == 4
        ? IPAddressText.append(ipv4: connection.address.ipv4, to: &writer.scratch)
        : IPAddressText.append(
          ipv6: (connection.address.high, connection.address.low), to: &writer.scratch)
      if connection.version == 6 { writer.scratch.append(0x5d) }
      writer.scratch.append(port: connection.port)
      writer.scratch.append(payload.extracting(target))
      keepURL(isSecondForm: false, &writer, &skips)
      return
    }
    writer.scratch.append(payload.extracting(host))
    let hostEnd = writer.scratch.count
    writer.scratch.append(payload.extracting(target))
    guard keepURL(isSecondForm: false, &writer, &skips), connection.port != 80,
      splitHost(payload, host).port == nil
    else { return }
    writer.scratch.removeLast(writer.scratch.count - hostEnd)
    writer.scratch.append(port: connection.port)
    writer.scratch.append(payload.extracting(target))
    keepURL(isSecondForm: true, &writer, &skips)
  }

  /// Writes the URL in `scratch`; false where it has no normal form or was written before.
  @discardableResult
  private static func keepURL(
    isSecondForm: Bool, _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    let start = writer.batch.arena.count
    guard let schemeLength = writer.appendScratchAsURL() else {
      if !isSecondForm { skips.add(.httpURL) }
      return false
    }
    return writer.keep(
      .httpURL, .url, from: start, flags: isSecondForm ? [.httpURL, .joint] : .httpURL,
      schemeLength: UInt16(clamping: schemeLength))
  }

  /// Whether a target begins with a scheme and `://`.
  private static func hasScheme(_ payload: RawSpan, _ target: Range<Int>) -> Bool {
    var offset = target.lowerBound
    while offset < target.upperBound, isSchemeByte(payload.byte(unchecked: offset)) { offset += 1 }
    return offset > target.lowerBound && offset + 3 <= target.upperBound
      && payload.hasText("://", at: offset)
  }

  // MARK: Bytes

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, 0x2b, 0x2d, 0x2e: true
    default: false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

  /// A range without the blanks and the line breaks at its ends.
  private static func trimmed(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || isLineBreak(byte) }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(bytes.byte(unchecked: start)) { start += 1 }
    while end > start, isSpace(bytes.byte(unchecked: end - 1)) { end -= 1 }
    return start..<end
  }

  /// A decimal number, `Int.max` where it does not fit in 32 bits, 0 where there is none.
  private static func decimal(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    var value = 0
    for offset in range {
      let byte = bytes.byte(unchecked: offset)
      guard isDigit(byte) else { return 0 }
      value = value * 10 + Int(byte - 0x30)
      if value > Int(UInt32.max) { return .max }
    }
    return value
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString) {
    // SAFETY: a static string's UTF-8 lives as long as the process.
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  fileprivate mutating func append(port: UInt16) {
    append(0x3a)
    var divisor: UInt16 = 10_000
    while divisor > 1, port < divisor { divisor /= 10 }
    while divisor > 0 {
      append(0x30 + UInt8(truncatingIfNeeded: port / divisor % 10))
      divisor /= 10
    }
  }
}
