import Indicators
import Parsing

/// The destinations that SOCKS proxies are asked to connect to.
extension Preamble {
  /// The destination that the last SOCKS request at the beginning of a payload asks for.
  ///
  /// Nil if there is no such request, or if it asks for something else than a connection.
  static func target(_ payload: RawSpan) -> HTTPTarget? {
    var target: HTTPTarget?
    var offset = 0
    for _ in 0..<mostInRow {
      guard offset < payload.byteCount,
        let step = length(payload.extracting(offset..<payload.byteCount))
      else { break }
      target = socksTarget(payload.extracting(offset..<offset + step)) ?? target
      offset += step
    }
    return target
  }

  /// The target of a whole request.
  private static func socksTarget(_ request: RawSpan) -> HTTPTarget? {
    switch request.byte(unchecked: 0) {
    case 4 where tabularData(request) == nil && socks4(request) == request.byteCount:
      return socks4Target(request)
    case 5:
      guard case .whole(let start, let end) = socks5Extent(request) else { return nil }
      return socks5Target(request.extracting(start..<end))
    default: return nil
    }
  }

  /// The target of a SOCKS 4 request; a name, if there is one, is between the last two zero bytes.
  private static func socks4Target(_ request: RawSpan) -> HTTPTarget? {
    guard request.byte(unchecked: 1) == 1 else { return nil }
    let port = request.bigEndianUInt16(unchecked: 2)
    let address = request.bigEndianUInt32(unchecked: 4)
    guard address != 0, address <= 0xff else {
      return HTTPTarget(address: VersionedAddress(ipv4: address), port: port)
    }
    guard let user = request.firstOffset(of: 0, in: 8..<request.byteCount) else { return nil }
    return named(request.extracting(user + 1..<request.byteCount - 1), port)
  }

  private static func socks5Target(_ request: RawSpan) -> HTTPTarget? {
    guard request.byte(unchecked: 1) == 1 else { return nil }
    let end = request.byteCount - 2
    let port = request.bigEndianUInt16(unchecked: end)
    switch request.byte(unchecked: 3) {
    case 1: return HTTPTarget(address: VersionedAddress(ipv4: request, at: 4), port: port)
    case 4: return HTTPTarget(address: VersionedAddress(ipv6: request, at: 4), port: port)
    default: return named(request.extracting(5..<end), port)
    }
  }

  /// The target for a name, which may be the text of an address.
  static func named(_ host: RawSpan, _ port: UInt16) -> HTTPTarget {
    HTTPTarget(address: VersionedAddress(text: host), port: port)
  }
}
