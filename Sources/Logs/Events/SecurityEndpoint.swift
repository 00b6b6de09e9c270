import Indicators
import Parsing

/// An endpoint as Asterisk's security log writes it: `IPV4/UDP/192.0.2.1/5060`, `IPV6/TLS/2001:db8::1/5061`.
struct SecurityEndpoint {
  let address: Range<Int>
  let port: UInt16
  let ipProtocol: UInt8?

  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    let end = range.upperBound
    guard range.count >= 15,
      bytes.starts(with: "IPV4/", at: range.lowerBound)
        || bytes.starts(with: "IPV6/", at: range.lowerBound),
      case let start = range.lowerBound + 5,
      let slash = bytes.firstOffset(of: Byte.slash, from: start, to: end),
      let last = bytes.lastOffset(of: Byte.slash, from: slash + 1, to: end)
    else { return nil }
    (address, port) = (slash + 1..<last, NumberText.port(bytes, last + 1..<end) ?? 0)
    guard EventFacts.endpoint(bytes, address) != nil else { return nil }
    ipProtocol =
      switch EventFacts.word(bytes, start..<slash) {
      case "udp": IPProtocol.udp
      case "tcp", "tls", "ws", "wss": IPProtocol.tcp
      default: nil
      }
  }
}
