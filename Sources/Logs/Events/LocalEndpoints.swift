import Indicators

/// The endpoints of an event as the machine that wrote the record sees them: its own and the other
/// one.
///
/// These names do not tell who opened the connection. If another word of the record does, the
/// endpoints are known. If only the other endpoint is named, and no program of the machine, it is a
/// client, as in the logs of web servers. Otherwise the endpoints stay unknown.
struct LocalEndpoints {
  /// Which way the connection was opened, seen from the machine.
  enum Way: UInt8 { case unknown, inbound, outbound }

  /// The last rank of names that mean a client if the machine's own endpoint is not named.
  static let lastOfClients: UInt8 = 3

  private var local: EventEndpoint?
  private var remote: EventEndpoint?
  /// The same endpoints with the other IP version.
  private var otherLocal: EventEndpoint?
  private var otherRemote: EventEndpoint?
  var localPort: UInt16 = 0
  var remotePort: UInt16 = 0
  private var isClient = false
  /// A program of the machine is named, which may have opened the connection as well.
  var hasProgram = false
  private(set) var way = Way.unknown
  /// The client in the log of a service, which counts only if the record is known to be of one.
  private var visitor: EventEndpoint?
  var isServiceLog = false

  /// Whether the side that a field's name says must be set again.
  var decidesSides: Bool {
    local != nil || remote != nil && (way != .unknown || hasProgram) || isVisited
  }

  /// Whether only the client of a service is named.
  private var isVisited: Bool {
    isServiceLog && visitor != nil && local == nil && remote == nil
  }

  /// The source and the destination, as far as it is known who opened the connection.
  var endpoints: (source: EventEndpoint?, destination: EventEndpoint?) {
    if isVisited { return (visitor, nil) }
    var (own, other) = (local, remote)
    if let local, let remote, local.isIPv4 != remote.isIPv4 {
      if otherLocal != nil { own = otherLocal } else { other = otherRemote ?? remote }
    }
    if localPort > 0 { own?.port = localPort }
    if remotePort > 0 { other?.port = remotePort }
    switch way {
    case .outbound: return (own, other)
    case .inbound: return (other, own)
    case .unknown: return isClient && !hasProgram && local == nil ? (other, nil) : (nil, nil)
    }
  }

  /// Takes an address of the machine; a preferred one replaces the one noted so far.
  mutating func note(local endpoint: EventEndpoint, isPreferred: Bool) {
    Self.note(endpoint, isPreferred, &local, &otherLocal)
  }

  /// Takes an address of the other endpoint likewise; the rank of its name tells whether it may be
  /// a client.
  mutating func note(remote endpoint: EventEndpoint, rank: UInt8, isPreferred: Bool) {
    Self.note(endpoint, isPreferred, &remote, &otherRemote)
    if isPreferred { isClient = rank <= Self.lastOfClients }
  }

  /// Takes the first address of what may be the client of a service.
  mutating func note(visitor endpoint: EventEndpoint) {
    if visitor == nil { visitor = endpoint }
  }

  /// The port of the other endpoint if it has the address of `client`, whose own names give no
  /// port; else 0.
  func port(of client: EventEndpoint) -> UInt16 {
    guard let remote, remote.isIPv4 == client.isIPv4, remote.address == client.address else {
      return 0
    }
    return remotePort > 0 ? remotePort : remote.port
  }

  private static func note(
    _ endpoint: EventEndpoint, _ isPreferred: Bool, _ first: inout EventEndpoint?,
    _ other: inout EventEndpoint?
  ) {
    if !isPreferred {
      if other == nil, endpoint.isIPv4 != first?.isIPv4 { other = endpoint }
      return
    }
    if let first, first.isIPv4 != endpoint.isIPv4 { other = first }
    first = endpoint
  }

  /// Takes a word for the direction; the first word that means one counts.
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
    case "inboundconnectionaccepted", "inboundconnectionattempt", "networkreceiveacceptip",
      "logonsuccess", "logonfailed", "logonattempted":
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
