/// The response code in the header of a DNS response (IANA's registry of DNS response codes).
@frozen
public struct DNSResponseCode: Sendable, Equatable {
  /// The code's four bits.
  public let rawValue: UInt8

  /// A code from the low four bits of the header's flags; higher bits are dropped.
  public init(_ bits: UInt8) { rawValue = bits & 0xf }

  /// The registry's name as in logs (`NOERROR`, `NXDOMAIN`); `RCODE12` for a number without one.
  public var name: String {
    Self.names.indices.contains(Int(rawValue))
      ? Self.names[Int(rawValue)] : "RCODE\(rawValue)"
  }

  /// The registry's names, by number.
  package static let names = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI",
  ]
}
