import Indicators
import Parsing

/// An event of the filtering platform of Windows by its fields, where its message is left out:
/// `"EventID":5157,"Direction":"%%14592","SourceAddress":…` (Microsoft, "Audit Filtering Platform Connection").
///
/// The number alone may be another program's: the platform's own code for a direction, or the name of the
/// provider, shows that it is such an event.
struct FilteringEvent {
  /// Names of values as Windows stores them, which a viewer replaces by words.
  private static let inbound: StaticString = "%%14592"
  private static let outbound: StaticString = "%%14593"
  static let provider: StaticString = "Microsoft-Windows-Security-Auditing"

  private var number: UInt64 = 0
  private var isInbound = false
  /// The order of the direction's name, and the object that it is in.
  private var place = (order: UInt8.max, owner: UInt32(0))
  /// It is such an event if its number is one of theirs.
  var isProven = false

  /// Which way the packet or connection went if that is told in the platform's own code; nil otherwise.
  static func isInbound(_ bytes: RawSpan, _ range: Range<Int>) -> Bool? {
    guard range.count == inbound.utf8CodeUnitCount else { return nil }
    if bytes.starts(with: inbound, at: range.lowerBound) { return true }
    return bytes.starts(with: outbound, at: range.lowerBound) ? false : nil
  }

  /// Whether a number is that of an event about a packet or a connection.
  static func fits(_ number: UInt64) -> Bool { verdict(of: number) != nil }

  private static func verdict(of number: UInt64) -> Verdict? {
    switch number {
    case 5152, 5153, 5157: .blocked
    case 5156: .allowed
    default: nil
    }
  }

  mutating func note(number: UInt64) { self.number = number }

  mutating func note(isInbound: Bool, order: UInt8, owner: UInt32) {
    (self.isInbound, place, isProven) = (isInbound, (order, owner), true)
  }

  /// What was done, if it is such an event.
  var verdict: Verdict? { isProven ? Self.verdict(of: number) : nil }

  /// Whether the source may be the machine itself, which was asked: of connections (5156, 5157) some
  /// systems name the own endpoint first, others the one that connected, and only the ports tell
  /// (`isServer`); of packets (5152, 5153) the endpoints are those that the packet names.
  ///
  /// Endpoints that stand elsewhere than the direction are those that a shipper made of them.
  func isAsked(_ source: SideFacts, _ destination: SideFacts) -> Bool {
    guard isProven, isInbound, number == 5156 || number == 5157, source.order == place.order,
      destination.order == place.order
    else { return false }
    return source.preferred?.owner == place.owner && destination.preferred?.owner == place.owner
  }

  /// Whether a port is a service's and the other one a client's: of the range that Windows takes them
  /// from (RFC 6335 §6).
  static func isServer(_ port: UInt16, asOf other: UInt16) -> Bool {
    1..<firstDynamicPort ~= port && other >= firstDynamicPort
  }

  private static let firstDynamicPort: UInt16 = 49_152
}
