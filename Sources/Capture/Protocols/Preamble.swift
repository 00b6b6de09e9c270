import Indicators
import Parsing

/// What a client sends before its protocol proper begins, perhaps in the same segment: a proxy's
/// header, a request to a SOCKS proxy, or a request for TLS.
enum Preamble {
  /// Whether a payload may begin with a preamble, judging by its first byte; often true without
  /// reason.
  @inline(__always)
  static func mayBegin(_ payload: RawSpan) -> Bool {
    switch payload.byte(unchecked: 0) {
    case 0, 4, 5, 0x12, 32, Byte.carriageReturn, UInt8(ascii: "P"): true
    default: mayUpgrade(payload)
    }
  }

  /// The most preambles that are read in a row: proxies may be chained, but not many.
  static let mostInRow = 4

  /// Where the preambles at the beginning of a payload end; nil if there are none.
  static func end(_ payload: RawSpan) -> Int? {
    var end = 0
    for _ in 0..<mostInRow {
      guard end < payload.byteCount,
        let step = length(payload.extracting(end..<payload.byteCount))
      else { break }
      end += step
    }
    return end > 0 ? end : nil
  }

  /// The payload without the preambles that it begins with, however many.
  @_lifetime(copy payload)
  static func stripped(from payload: RawSpan) -> RawSpan {
    var rest = payload
    while rest.byteCount > 0, let end = end(rest) {
      rest = rest.extracting(end..<rest.byteCount)
    }
    return rest
  }

  /// Whether a payload is the beginning of a preamble whose form shows that more of it follows.
  static func isCut(_ payload: RawSpan) -> Bool {
    switch payload.byte(unchecked: 0) {
    case 4: isCutSOCKS4(payload)
    case 5: isCutSOCKS5(payload)
    case 32: isCutMySQL(payload)
    case Byte.carriageReturn, UInt8(ascii: "P"): ProxyHeader.isCut(payload)
    default: false
    }
  }

  static func length(_ payload: RawSpan) -> Int? {
    switch payload.byte(unchecked: 0) {
    case 0: postgres(payload)
    case 4: tabularData(payload) ?? socks4(payload)
    case 5: socks5(payload)
    case 0x12: tabularData(payload)
    case 32: mySQL(payload)
    case Byte.carriageReturn, UInt8(ascii: "P"): ProxyHeader.end(payload)
    default: upgradeEnd(payload)
    }
  }

  /// Whether a payload may begin with a line that asks for TLS (`upgradeEnd`).
  @inline(__always)
  static func mayUpgrade(_ payload: RawSpan) -> Bool {
    let letter = payload.byte(unchecked: 0) | 0x20
    return letter == UInt8(ascii: "s") || letter == UInt8(ascii: "a")
  }

  /// Where a line that asks for TLS ends, if TLS follows it; else nil.
  ///
  /// The lines are SMTP's `STARTTLS` (RFC 3207), the same with a tag in IMAP, POP3's `STLS`
  /// (RFC 2595), and FTP's `AUTH TLS` (RFC 4217).
  static func upgradeEnd(_ payload: RawSpan) -> Int? {
    let limit = min(payload.byteCount, 32)
    guard let newline = payload.firstOffset(of: Byte.lineFeed, in: 0..<limit),
      isTLS(payload, newline + 1)
    else { return nil }
    let end =
      newline > 0 && payload.byte(unchecked: newline - 1) == Byte.carriageReturn
      ? newline - 1 : newline
    let asks =
      end >= 8 && payload.starts(ignoringCase: "starttls", at: end - 8)
      || end == 4 && payload.starts(ignoringCase: "stls", at: 0)
      || end == 8 && payload.starts(ignoringCase: "auth tls", at: 0)
    return asks ? newline + 1 : nil
  }

  /// Whether a TLS record begins at an offset, as far as its bytes have come.
  private static func isTLS(_ payload: RawSpan, _ offset: Int) -> Bool {
    let count = payload.byteCount - offset
    return count > 0 && payload.byte(unchecked: offset) == 22
      && (count < 2 || payload.byte(unchecked: offset + 1) == 3)
  }

  /// The length of PostgreSQL's SSLRequest: its own length, and a number in place of the version.
  private static func postgres(_ payload: RawSpan) -> Int? {
    guard isTLS(payload, 8), payload.bigEndianUInt32(unchecked: 0) == 8,
      payload.bigEndianUInt32(unchecked: 4) == 80_877_103
    else { return nil }
    return 8
  }

  /// The length of what Microsoft SQL Server and its clients exchange before TLS, or of the header
  /// before each part of the TLS handshake; nil if it is neither ([MS-TDS] 2.2.3.1, 2.2.6.5).
  ///
  /// The header is type, status, length, process, number and window.
  ///
  /// A handshake longer than a packet of 4 KiB continues behind another header, and is read only up
  /// to that.
  static func tabularData(_ payload: RawSpan) -> Int? {
    guard payload.byteCount > 8, payload.byte(unchecked: 1) <= 1, payload.byte(unchecked: 7) == 0
    else { return nil }
    if isTLS(payload, 8) { return 8 }
    // The first option is the version, whose six bytes follow the list of options.
    let length = Int(payload.bigEndianUInt16(unchecked: 2))
    guard payload.byte(unchecked: 1) == 1, 20...4096 ~= length, length <= payload.byteCount,
      payload.byte(unchecked: 8) == 0, payload.bigEndianUInt16(unchecked: 11) == 6,
      6...length ~= Int(payload.bigEndianUInt16(unchecked: 9))
    else { return nil }
    return length
  }

  /// The length of MySQL's SSLRequest: the beginning of a login, with the flag that says that TLS
  /// follows.
  private static func mySQL(_ payload: RawSpan) -> Int? {
    guard isTLS(payload, 36), payload.bigEndianUInt32(unchecked: 0) & 0xffff_ff00 == 0x2000_0000,
      payload.byte(unchecked: 5) & 0x08 != 0
    else { return nil }
    return 36
  }

  private static func isCutMySQL(_ payload: RawSpan) -> Bool {
    guard 6..<38 ~= payload.byteCount,
      payload.bigEndianUInt32(unchecked: 0) & 0xffff_ff00 == 0x2000_0000,
      payload.byte(unchecked: 5) & 0x08 != 0
    else { return false }
    return payload.byteCount <= 36
      || payload.byteCount == 37 && payload.byte(unchecked: 36) == 22
  }

  /// Whether a name in a SOCKS 4 request continues in the next segment.
  private static func isCutSOCKS4(_ payload: RawSpan) -> Bool {
    let count = payload.byteCount
    guard count > 8, payload.byte(unchecked: 1) &- 1 <= 1 else { return false }
    guard let user = payload.firstOffset(of: 0, in: 8..<min(count, 8 + 256)) else {
      return count < 8 + 256
    }
    let address = payload.bigEndianUInt32(unchecked: 4)
    guard address != 0, address <= 0xff else { return false }
    let limit = user + 1 + 256
    return count < limit && payload.firstOffset(of: 0, in: user + 1..<count) == nil
  }

  /// The length of a SOCKS 4 request: command, port, address, a user's name, and a host's name if
  /// the address is 0.0.0.x.
  static func socks4(_ payload: RawSpan) -> Int? {
    guard payload.byteCount > 8, payload.byte(unchecked: 1) &- 1 <= 1,
      let user = payload.firstOffset(of: 0, in: 8..<min(payload.byteCount, 8 + 256))
    else { return nil }
    let address = payload.bigEndianUInt32(unchecked: 4)
    guard address != 0, address <= 0xff else { return user + 1 }
    let host = user + 1
    guard host < payload.byteCount,
      let end = payload.firstOffset(of: 0, in: host..<min(payload.byteCount, host + 256))
    else { return nil }
    return end + 1
  }

  /// How far a payload that may begin with SOCKS 5 goes.
  enum Extent {
    case whole(request: Int, end: Int), cut, other
  }

  private static func socks5(_ payload: RawSpan) -> Int? {
    if case .whole(_, let end) = socks5Extent(payload) { end } else { nil }
  }

  private static func isCutSOCKS5(_ payload: RawSpan) -> Bool {
    if case .cut = socks5Extent(payload) { true } else { false }
  }

  /// The extent of a SOCKS 5 greeting and the request behind it (RFC 1928 §3, §4), sent without
  /// waiting for answers; a name and password may be between them (RFC 1929 §2).
  static func socks5Extent(_ payload: RawSpan) -> Extent {
    let count = payload.byteCount
    guard count > 2 else { return .other }
    let methods = Int(payload.byte(unchecked: 1))
    guard 1...mostMethods ~= methods else { return .other }
    var request = 2 + methods
    guard count > request else { return .cut }
    if payload.byte(unchecked: request) == 1 {
      guard count > request + 1 else { return .cut }
      let password = request + 2 + Int(payload.byte(unchecked: request + 1))
      guard count > password else { return .cut }
      request = password + 1 + Int(payload.byte(unchecked: password))
      guard count > request else { return .cut }
    }
    guard payload.byte(unchecked: request) == 5 else { return .other }
    guard count > request + 4 else { return .cut }
    guard payload.byte(unchecked: request + 1) &- 1 <= 2, payload.byte(unchecked: request + 2) == 0
    else { return .other }
    let length: Int
    switch payload.byte(unchecked: request + 3) {
    case 1: length = 4
    case 3: length = 1 + Int(payload.byte(unchecked: request + 4))
    case 4: length = 16
    default: return .other
    }
    let end = request + 4 + length + 2
    return end <= count ? .whole(request: request, end: end) : .cut
  }

  /// The most methods accepted in a greeting; clients offer fewer.
  private static let mostMethods = 32
}

/// The header in which a proxy says where a connection came from: HAProxy's PROXY protocol,
/// versions 1 and 2.
enum ProxyHeader {
  private static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
  /// Version 1 is one line of at most this many bytes.
  private static let longestLine = 107

  /// The longest header of version 2 that is waited for in further segments.
  private static let longestHeader = 1024

  /// Whether a payload is the beginning of a header of which more follows.
  static func isCut(_ payload: RawSpan) -> Bool {
    if payload.starts(ignoringCase: "proxy ", at: 0) {
      return payload.byteCount < longestLine
        && payload.firstOffset(of: Byte.lineFeed, in: 0..<payload.byteCount) == nil
    }
    guard signatureLength(payload) == min(payload.byteCount, signature.count) else { return false }
    guard payload.byteCount >= signature.count + 4 else { return true }
    let length = Int(payload.bigEndianUInt16(unchecked: signature.count + 2))
    let end = signature.count + 4 + length
    return end <= longestHeader && payload.byteCount < end
  }

  /// The number of leading bytes that equal version 2's signature.
  private static func signatureLength(_ payload: RawSpan) -> Int {
    var length = 0
    while length < min(payload.byteCount, signature.count),
      payload.byte(unchecked: length) == signature[length]
    {
      length += 1
    }
    return length
  }

  /// Where the header at the beginning of a payload ends; nil if there is none, or if it is not
  /// whole.
  static func end(_ payload: RawSpan) -> Int? {
    if payload.starts(ignoringCase: "proxy ", at: 0) {
      let limit = min(payload.byteCount, longestLine)
      guard let newline = payload.firstOffset(of: Byte.lineFeed, in: 6..<max(6, limit)) else {
        return nil
      }
      return newline + 1
    }
    guard payload.byteCount >= signature.count + 4, signatureLength(payload) == signature.count,
      payload.byte(unchecked: signature.count) >> 4 == 2
    else { return nil }
    let end = signature.count + 4 + Int(payload.bigEndianUInt16(unchecked: signature.count + 2))
    return end <= payload.byteCount ? end : nil
  }
}
