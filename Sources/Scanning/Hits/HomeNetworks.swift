import Indicators
import Parsing

/// The networks that count as ours; they decide the direction of a flow.
public struct HomeNetworks: Sendable {
  private struct Network {
    var isIPv4: Bool
    var prefix: IPAddress
    var length: Int
  }

  private var networks: [Network] = []

  /// RFC 1918 and unique local addresses (RFC 4193).
  public static let standard: HomeNetworks = {
    var home = HomeNetworks()
    for text in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"] {
      _ = home.add(text)
    }
    return home
  }()

  /// No network at all.
  public init() {}

  /// Adds an address or a prefix such as `203.0.113.0/24`.
  ///
  /// - Returns: false if the text is neither.
  public mutating func add(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
    let address = Array(bytes[..<(slash ?? bytes.count)])
    var length: Int?
    if let slash {
      guard let number = Int(String(text.utf8.dropFirst(slash + 1)) ?? ""), number >= 0 else {
        return false
      }
      length = number
    }
    if let value = IPAddressText.ipv4(address.rawSpan) {
      guard (length ?? 32) <= 32 else { return false }
      networks.append(
        Network(isIPv4: true, prefix: IPAddress(ipv4: value), length: length ?? 32))
      return true
    }
    if let value = IPAddressText.ipv6(address.rawSpan) {
      guard (length ?? 128) <= 128 else { return false }
      networks.append(
        Network(
          isIPv4: false, prefix: IPAddress(high: value.high, low: value.low), length: length ?? 128)
      )
      return true
    }
    return false
  }

  /// Whether an address is ours.
  func contains(_ address: IPAddress, isIPv4: Bool) -> Bool {
    if !isIPv4, let mapped = address.mappedIPv4 {
      return contains(IPAddress(ipv4: mapped), isIPv4: true)
    }
    return networks.contains { network in
      guard network.isIPv4 == isIPv4 else { return false }
      let highMask = network.length >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(network.length))
      let lowLength = max(network.length - 64, 0)
      let lowMask = lowLength >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(lowLength))
      return (network.prefix.high ^ address.high) & highMask == 0
        && (lowLength == 0 || (network.prefix.low ^ address.low) & lowMask == 0)
    }
  }

  /// The direction of a flow, seen from us.
  func direction(of flow: FlowRecord) -> EventDirection {
    let isIPv4 = flow.ipVersion == 4
    let source = contains(flow.source, isIPv4: isIPv4)
    let destination = contains(flow.destination, isIPv4: isIPv4)
    return switch (source, destination) {
    case (true, true): .internal
    case (true, false): .outbound
    case (false, true): .inbound
    case (false, false): .external
    }
  }
}
