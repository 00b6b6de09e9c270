import Parsing

/// The hosts in HTTP requests: those of Host headers, and those of targets that are URLs.
extension HTTPRequest {
  /// A host and its port, as in a Host header (RFC 9110 §7.2); user information before the host is
  /// left out.
  static func splitHost(_ bytes: RawSpan, _ value: Range<Int>) -> (
    host: Range<Int>, port: UInt16?
  ) {
    var value = value
    while let sign = bytes.firstOffset(of: UInt8(ascii: "@"), in: value),
      sign + 1 < value.upperBound,
      // Behind a path's beginning it is no sign of a user: `evil.example/@good.example`.
      URLAuthority(bytes, in: value.lowerBound..<sign).end == sign
    {
      value = sign + 1..<value.upperBound
    }
    var colon = value.upperBound
    while colon > value.lowerBound, Byte.isDigit(bytes.byte(unchecked: colon - 1)) { colon -= 1 }
    guard colon > value.lowerBound, bytes.byte(unchecked: colon - 1) == Byte.colon
    else { return (unbracketed(bytes, value), nil) }
    let host = value.lowerBound..<colon - 1
    let isBracketed = !host.isEmpty && bytes.byte(unchecked: host.lowerBound) == UInt8(ascii: "[")
    // An IPv6 address without brackets has no port: all of it is the host.
    if !isBracketed, bytes.firstOffset(of: Byte.colon, in: host) != nil { return (value, nil) }
    let port = decimal(bytes, colon..<value.upperBound)
    return (unbracketed(bytes, host), port > 0 ? UInt16(exactly: port) : nil)
  }

  /// The host in a value that is not a valid host as a whole, its port, and its authority in a URL.
  ///
  /// Blanks or NULs around the host are left out, a URL is reduced to its host, and an invalid port
  /// is dropped.
  static func oddHost(_ bytes: RawSpan, _ range: Range<Int>) -> (
    host: Range<Int>, port: UInt16?, authority: Range<Int>
  ) {
    var value = range
    while let first = value.first, bytes.byte(unchecked: first) <= Byte.space {
      value.removeFirst()
    }
    while let last = value.last, bytes.byte(unchecked: last) <= Byte.space { value.removeLast() }
    if let authority = authority(bytes, value) {
      value = authority
    } else {
      // What a path begins with ends a host in a URL.
      value = value.lowerBound..<URLAuthority(bytes, in: value).end
    }
    let (host, port) = splitHost(bytes, value)
    if port != nil || host.isEmpty { return (host, port, value) }
    var end = host.lowerBound
    if bytes.byte(unchecked: end) == UInt8(ascii: "[") {
      guard let bracket = bytes.firstOffset(of: UInt8(ascii: "]"), in: host) else {
        return (host, nil, value)
      }
      end = bracket + 1
    } else if let colon = bytes.firstOffset(of: Byte.colon, in: host),
      bytes.firstOffset(of: Byte.colon, in: colon + 1..<host.upperBound) == nil
    {
      end = colon
    } else {
      return (host, nil, value)
    }
    let whole = host.lowerBound..<end
    return (unbracketed(bytes, whole), nil, whole)
  }

  private static func unbracketed(_ bytes: RawSpan, _ host: Range<Int>) -> Range<Int> {
    guard host.count > 2, bytes.byte(unchecked: host.lowerBound) == UInt8(ascii: "["),
      bytes.byte(unchecked: host.upperBound - 1) == UInt8(ascii: "]")
    else { return host }
    return host.lowerBound + 1..<host.upperBound - 1
  }

  /// Host and port of a target that begins with a scheme and `://`; nil for any other target.
  static func authority(_ payload: RawSpan, _ target: Range<Int>) -> Range<Int>? {
    var offset = target.lowerBound
    while offset < target.upperBound, isSchemeByte(payload.byte(unchecked: offset)) { offset += 1 }
    guard offset > target.lowerBound, offset + 3 <= target.upperBound,
      payload.starts(ignoringCase: "://", at: offset)
    else { return nil }
    let authority = URLAuthority(payload, in: offset + 3..<target.upperBound)
    return authority.hostStart..<authority.end
  }

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == Byte.plus || byte == Byte.minus || byte == Byte.dot
  }
}
