import Parsing

/// What a client sends before a protocol of its own begins, maybe in the same segment: a proxy's header, a
/// request to a SOCKS proxy, or one for TLS.
enum Preamble {
  /// Whether a payload may begin with one; says yes too often.
  @inline(__always)
  static func mayBegin(_ payload: RawSpan) -> Bool {
    switch payload.byte(unchecked: 0) {
    case 0, 4, 5, 0x0d, 0x20, 0x50: true
    default: mayUpgrade(payload)
    }
  }

  /// Where those that a payload begins with end; nil where there is none.
  static func end(_ payload: RawSpan) -> Int? {
    var end = 0
    // Proxies stand behind one another, but not many.
    for _ in 0..<4 {
      guard end < payload.byteCount,
        let step = length(payload.extracting(end..<payload.byteCount))
      else { break }
      end += step
    }
    return end > 0 ? end : nil
  }

  private static func length(_ payload: RawSpan) -> Int? {
    switch payload.byte(unchecked: 0) {
    case 0: postgres(payload)
    case 4: socks4(payload)
    case 5: socks5(payload)
    case 0x20: mySQL(payload)
    case 0x0d, 0x50: ProxyHeader.end(payload)
    default: upgradeEnd(payload)
    }
  }

  /// Whether a payload may begin with a line that asks for TLS, as `upgradeEnd` knows them.
  @inline(__always)
  static func mayUpgrade(_ payload: RawSpan) -> Bool {
    let letter = payload.byte(unchecked: 0) | 0x20
    return letter == 0x73 || letter == 0x61
  }

  /// Where a line ends that asks for TLS, with TLS behind it: `STARTTLS` of SMTP (RFC 3207), with a tag before
  /// it of IMAP, `STLS` of POP3 (RFC 2595), `AUTH TLS` of FTP (RFC 4217).
  static func upgradeEnd(_ payload: RawSpan) -> Int? {
    let limit = min(payload.byteCount, 32)
    guard let newline = payload.firstOffset(of: 0x0a, in: 0..<limit), isTLS(payload, newline + 1)
    else { return nil }
    let end = newline > 0 && payload.byte(unchecked: newline - 1) == 0x0d ? newline - 1 : newline
    let asks =
      end >= 8 && payload.hasText("starttls", at: end - 8)
      || end == 4 && payload.hasText("stls", at: 0)
      || end == 8 && payload.hasText("auth tls", at: 0)
    return asks ? newline + 1 : nil
  }

  /// Whether TLS follows from an offset on, or as much of a record's beginning as there is.
  private static func isTLS(_ payload: RawSpan, _ offset: Int) -> Bool {
    let count = payload.byteCount - offset
    return count > 0 && payload.byte(unchecked: offset) == 22
      && (count < 2 || payload.byte(unchecked: offset + 1) == 3)
  }

  /// PostgreSQL's SSLRequest: its length, and a number where a version stands otherwise.
  private static func postgres(_ payload: RawSpan) -> Int? {
    guard isTLS(payload, 8), payload.bigEndianUInt32(unchecked: 0) == 8,
      payload.bigEndianUInt32(unchecked: 4) == 80_877_103
    else { return nil }
    return 8
  }

  /// MySQL's SSLRequest: the beginning of a login, with the flag that says that TLS follows.
  private static func mySQL(_ payload: RawSpan) -> Int? {
    guard isTLS(payload, 36), payload.bigEndianUInt32(unchecked: 0) & 0xffff_ff00 == 0x2000_0000,
      payload.byte(unchecked: 5) & 0x08 != 0
    else { return nil }
    return 36
  }

  /// A request of SOCKS 4: command, port, address, a user's name, and a host's where the address is 0.0.0.x.
  private static func socks4(_ payload: RawSpan) -> Int? {
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

  /// A greeting of SOCKS 5 and the request behind it (RFC 1928 §3, §4), which do not wait for answers, maybe with a
  /// name and password between them (RFC 1929 §2).
  private static func socks5(_ payload: RawSpan) -> Int? {
    guard payload.byteCount > 2 else { return nil }
    var request = 2 + Int(payload.byte(unchecked: 1))
    guard request > 2 else { return nil }
    if payload.byteCount - request > 1, payload.byte(unchecked: request) == 1 {
      let password = request + 2 + Int(payload.byte(unchecked: request + 1))
      guard password < payload.byteCount else { return nil }
      request = password + 1 + Int(payload.byte(unchecked: password))
    }
    guard payload.byteCount - request > 5, payload.byte(unchecked: request) == 5,
      payload.byte(unchecked: request + 1) &- 1 <= 2, payload.byte(unchecked: request + 2) == 0
    else { return nil }
    let length: Int
    switch payload.byte(unchecked: request + 3) {
    case 1: length = 4
    case 3: length = 1 + Int(payload.byte(unchecked: request + 4))
    case 4: length = 16
    default: return nil
    }
    let end = request + 4 + length + 2
    return end <= payload.byteCount ? end : nil
  }
}

/// The header that a proxy puts before a connection's own bytes to tell where it came from: the PROXY
/// protocol of HAProxy, versions 1 and 2.
enum ProxyHeader {
  private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
  /// Version 1 is one line of at most so many bytes.
  private static let longestLine = 107

  /// Where the header that a payload begins with ends; nil where there is none, or not all of it.
  static func end(_ payload: RawSpan) -> Int? {
    if payload.hasText("proxy ", at: 0) {
      let limit = min(payload.byteCount, longestLine)
      guard let newline = payload.firstOffset(of: 0x0a, in: 6..<max(6, limit)) else { return nil }
      return newline + 1
    }
    guard payload.byteCount >= signature.count + 4, payload.byte(unchecked: 0) == 13 else {
      return nil
    }
    for (offset, byte) in signature.enumerated()
    where payload.byte(unchecked: offset) != byte { return nil }
    guard payload.byte(unchecked: signature.count) >> 4 == 2 else { return nil }
    let end = signature.count + 4 + Int(payload.bigEndianUInt16(unchecked: signature.count + 2))
    return end <= payload.byteCount ? end : nil
  }
}
