/// Numbers of protocols in IP's headers (IANA's registry of protocol numbers).
///
/// They are computed and inlinable, since a stored constant of another module is read through a
/// call.
@usableFromInline package enum IPProtocol {
  @inlinable package static var hopByHop: UInt8 { 0 }
  @inlinable package static var icmp: UInt8 { 1 }
  @inlinable package static var igmp: UInt8 { 2 }
  @inlinable package static var ipv4: UInt8 { 4 }
  @inlinable package static var tcp: UInt8 { 6 }
  @inlinable package static var udp: UInt8 { 17 }
  @inlinable package static var dccp: UInt8 { 33 }
  @inlinable package static var ipv6: UInt8 { 41 }
  @inlinable package static var routing: UInt8 { 43 }
  @inlinable package static var fragment: UInt8 { 44 }
  @inlinable package static var gre: UInt8 { 47 }
  /// ESP (RFC 4303).
  @inlinable package static var encryption: UInt8 { 50 }
  /// AH (RFC 4302).
  @inlinable package static var authentication: UInt8 { 51 }
  @inlinable package static var icmp6: UInt8 { 58 }
  @inlinable package static var destinationOptions: UInt8 { 60 }
  @inlinable package static var ospf: UInt8 { 89 }
  @inlinable package static var etherIP: UInt8 { 97 }
  /// PIM (RFC 7761).
  @inlinable package static var multicastRouting: UInt8 { 103 }
  @inlinable package static var vrrp: UInt8 { 112 }
  @inlinable package static var l2tp: UInt8 { 115 }
  @inlinable package static var sctp: UInt8 { 132 }
  @inlinable package static var mobility: UInt8 { 135 }
  @inlinable package static var udpLite: UInt8 { 136 }
  @inlinable package static var mpls: UInt8 { 137 }
  @inlinable package static var hostIdentity: UInt8 { 139 }
  @inlinable package static var shim6: UInt8 { 140 }
  @inlinable package static var ethernet: UInt8 { 143 }

  /// The number of ICMP beside a version of IP.
  @inlinable
  package static func icmp(version: UInt8) -> UInt8 { version == 4 ? icmp : icmp6 }

  /// Whether a protocol is ICMP of either version.
  package static func isICMP(_ number: UInt8) -> Bool { number == icmp || number == icmp6 }

  /// Whether a protocol is one whose ports logs and the Community ID name: TCP, UDP or SCTP.
  package static func hasNamedPorts(_ number: UInt8) -> Bool {
    number == tcp || number == udp || number == sctp
  }

  /// The word for a protocol in our own formats; nil for one that has none there.
  package static func name(_ number: UInt8) -> StaticString? {
    switch number {
    case icmp: "icmp"
    case igmp: "igmp"
    case ipv4: "ipip"
    case tcp: "tcp"
    case udp: "udp"
    case dccp: "dccp"
    case ipv6: "ipv6"
    case gre: "gre"
    case encryption: "esp"
    case authentication: "ah"
    case icmp6: "icmp6"
    case ospf: "ospf"
    case multicastRouting: "pim"
    case vrrp: "vrrp"
    case l2tp: "l2tp"
    case sctp: "sctp"
    case udpLite: "udplite"
    default: nil
    }
  }
}
