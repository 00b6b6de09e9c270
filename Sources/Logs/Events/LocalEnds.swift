import Indicators

/// The ends of an event as the machine that wrote the record sees them: its own and the other one.
///
/// Who began is not in these names. Where the record says it in a word, the ends are known; where only the
/// other end is named, it is a client, as web servers call theirs; else there is no telling.
struct LocalEnds {
  /// Which way the connection was opened, seen from the machine.
  enum Way: UInt8 { case unknown, inbound, outbound }

  /// The last rank of names that mean a client where the machine's own end is not named.
  static let lastOfClients: UInt8 = 3

  var local: EventEnd?
  var remote: EventEnd?
  var localPort: UInt16 = 0
  var remotePort: UInt16 = 0
  var isClient = false
  private(set) var way = Way.unknown

  /// Whether what a field's name says of its side must be looked at again.
  var decidesSides: Bool { local != nil || remote != nil && way != .unknown }

  /// Which end began, if either is known to have.
  var ends: (source: EventEnd?, destination: EventEnd?) {
    var (own, other) = (local, remote)
    if localPort > 0 { own?.port = localPort }
    if remotePort > 0 { other?.port = remotePort }
    switch way {
    case .outbound: return (own, other)
    case .inbound: return (other, own)
    case .unknown: return isClient && local == nil ? (other, nil) : (nil, nil)
    }
  }

  /// Takes a word for a direction, the first one that is one.
  mutating func note(direction word: String) {
    guard way == .unknown else { return }
    switch word {
    case "outbound", "outgoing", "out", "egress": way = .outbound
    case "inbound", "incoming", "in", "ingress": way = .inbound
    default: break
    }
  }

  /// Takes the name of an event of an endpoint's sensor.
  mutating func note(action word: String) {
    guard way == .unknown else { return }
    switch word {
    case "connectionsuccess", "connectionfailed", "connectionrequest", "networkconnectip":
      way = .outbound
    case "inboundconnectionaccepted", "inboundconnectionattempt", "networkreceiveacceptip":
      way = .inbound
    default: break
    }
  }

  /// Takes a direction that is told as a number.
  mutating func note(direction number: UInt64) {
    guard way == .unknown, number <= 1 else { return }
    way = number == 0 ? .outbound : .inbound
  }
}
