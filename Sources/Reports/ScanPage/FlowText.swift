import Indicators

extension FlowRecord {
  /// Both ends with their ports: `192.0.2.1:40200 → 192.0.2.53:53 udp`.
  var summary: String {
    func end(_ address: IPAddress, _ port: UInt16) -> String {
      let text = String(decoding: address.text(isIPv4: ipVersion == 4), as: UTF8.self)
      guard hasPorts else { return text }
      return ipVersion == 4 ? "\(text):\(port)" : "[\(text)]:\(port)"
    }
    let isNamed = IPProtocol.hasNamedPorts(ipProtocol) || IPProtocol.isICMP(ipProtocol)
    let word = isNamed ? IPProtocol.name(ipProtocol) : nil
    let name = word.map { "\($0)" } ?? "protocol \(ipProtocol)"
    return "\(end(source, sourcePort)) → \(end(destination, destinationPort)) \(name)"
  }
}
