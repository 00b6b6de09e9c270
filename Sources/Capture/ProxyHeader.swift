import Parsing

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
