import Indicators
import Parsing

extension FlowRecord {
  /// An end's address as text.
  func text(of address: (UInt64, UInt64)) -> [UInt8] {
    var text: [UInt8] = []
    if ipVersion == 4 {
      IPAddressText.append(ipv4: UInt32(truncatingIfNeeded: address.0 >> 32), to: &text)
    } else {
      IPAddressText.append(ipv6: (high: address.0, low: address.1), to: &text)
    }
    return text
  }

  /// Both ends with their ports: `192.0.2.1:40200 → 192.0.2.53:53 udp`.
  var summary: String {
    func end(_ address: (UInt64, UInt64), _ port: UInt16) -> String {
      let text = String(decoding: text(of: address), as: UTF8.self)
      guard hasPorts else { return text }
      return ipVersion == 4 ? "\(text):\(port)" : "[\(text)]:\(port)"
    }
    let name =
      switch ipProtocol {
      case 1: "icmp"
      case 6: "tcp"
      case 17: "udp"
      case 58: "icmp6"
      case 132: "sctp"
      default: "protocol \(ipProtocol)"
      }
    return "\(end(source, sourcePort)) → \(end(destination, destinationPort)) \(name)"
  }
}
