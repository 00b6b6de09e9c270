/// The direction of an event, seen from our networks.
public enum EventDirection: String, Sendable, CaseIterable, CustomStringConvertible {
  /// From us to others.
  case outbound
  /// From others to us.
  case inbound
  /// Between ourselves.
  case `internal`
  /// Between others.
  case external

  /// The word for it in every format.
  public var description: String { rawValue }

  /// The same word, for writers.
  var name: StaticString {
    switch self {
    case .outbound: "outbound"
    case .inbound: "inbound"
    case .internal: "internal"
    case .external: "external"
    }
  }
}
