import Indicators
import Parsing

/// What a field says of the event around the values of its record.
enum EventFact: UInt8, Sendable {
  case none
  case source
  case sourcePort
  case destination
  case destinationPort
  case ipProtocol
  /// State of the connection.
  case state
  /// Code of an answer of DNS, as a word or a number.
  case responseCode
  /// What was done with the traffic, in a word of the device's own.
  case verdict
  /// What sort of event it is, which may be that something was dropped (Suricata).
  case eventType
  /// A verdict as a number (OCSF).
  case verdictNumber
  /// The name of a fault, which tells whether access was denied (CloudTrail).
  case errorCode
  /// Which way the packet went that the ends are those of (Suricata).
  case direction
}

extension KeyName {
  /// What the field says of the event, and which of several fields is preferred: lower first.
  ///
  /// An address and the port that belongs to it have the same rank.
  func fact(parent: KeyName) -> (EventFact, UInt8) {
    Self.writtenFacts[lower] ?? Self.factsBelow[parent.plain]?[plain] ?? Self.facts[plain]
      ?? (.none, 0)
  }

  /// The names of the logs of proxies in W3C's format, in lower case: one's own side is `s`, and where it
  /// asks for others, these are `r`.
  static let writtenFacts: [String: (EventFact, UInt8)] = [
    "c-ip": (.source, 1), "r-ip": (.destination, 1), "s-ip": (.destination, 2),
    "c-port": (.sourcePort, 1), "r-port": (.destinationPort, 1), "s-port": (.destinationPort, 2),
  ]

  /// What keys say together with the one above them.
  static let factsBelow: [String: [String: (EventFact, UInt8)]] = [
    // Zeek's, where a shipper made objects of them.
    "id": [
      "origh": (.source, 1), "origp": (.sourcePort, 1), "resph": (.destination, 1),
      "respp": (.destinationPort, 1),
    ],
    "source": ["ip": (.source, 1), "address": (.source, 1), "port": (.sourcePort, 1)],
    "srcendpoint": ["ip": (.source, 1), "port": (.sourcePort, 1)],
    "client": ["ip": (.source, 2), "address": (.source, 2), "port": (.sourcePort, 2)],
    "destination": [
      "ip": (.destination, 1), "address": (.destination, 1), "port": (.destinationPort, 1),
    ],
    "dstendpoint": ["ip": (.destination, 1), "port": (.destinationPort, 1)],
    "server": [
      "ip": (.destination, 2), "address": (.destination, 2), "port": (.destinationPort, 2),
    ],
    "src": [
      "ip": (.source, 1), "address": (.source, 1), "addr": (.source, 1), "port": (.sourcePort, 1),
    ],
    "dst": [
      "ip": (.destination, 1), "address": (.destination, 1), "addr": (.destination, 1),
      "port": (.destinationPort, 1),
    ],
    "dest": [
      "ip": (.destination, 1), "address": (.destination, 1), "addr": (.destination, 1),
      "port": (.destinationPort, 1),
    ],
    "network": ["transport": (.ipProtocol, 1), "iananumber": (.ipProtocol, 2)],
    "connectioninfo": ["protocolname": (.ipProtocol, 1), "protocolnum": (.ipProtocol, 2)],
    // The connection's, where the ends beside it are those of a single packet.
    "flow": [
      "state": (.state, 2), "srcip": (.source, 0), "srcport": (.sourcePort, 0),
      "destip": (.destination, 0), "destport": (.destinationPort, 0),
    ],
    "frame": ["direction": (.none, 0)],
    "dns": ["rcode": (.responseCode, 1), "responsecode": (.responseCode, 1)],
    // What became of the packet, which the rule that it met need not have decided.
    "verdict": ["action": (.verdict, 0)], "alert": ["action": (.verdict, 1)],
    "event": ["type": (.verdict, 1), "action": (.verdict, 2)],
  ]

  static let facts: [String: (EventFact, UInt8)] = [
    "idorigh": (.source, 1), "srcip": (.source, 1), "sourceip": (.source, 1),
    "sourceaddress": (.source, 1), "src": (.source, 1), "saddr": (.source, 1),
    "srcaddr": (.source, 1), "sourceipaddress": (.source, 1), "clientip": (.source, 2),
    "remoteaddr": (.source, 3), "remoteip": (.source, 3), "clientaddr": (.source, 2),
    "idorigp": (.sourcePort, 1), "srcport": (.sourcePort, 1), "sourceport": (.sourcePort, 1),
    "spt": (.sourcePort, 1), "sport": (.sourcePort, 1), "clientport": (.sourcePort, 2),
    "remoteport": (.sourcePort, 3),
    "idresph": (.destination, 1), "destip": (.destination, 1), "dstip": (.destination, 1),
    "destinationip": (.destination, 1), "destinationaddress": (.destination, 1),
    "dst": (.destination, 1), "daddr": (.destination, 1), "dstaddr": (.destination, 1),
    "idrespp": (.destinationPort, 1), "destport": (.destinationPort, 1),
    "dstport": (.destinationPort, 1), "destinationport": (.destinationPort, 1),
    "dpt": (.destinationPort, 1), "dport": (.destinationPort, 1),
    // Windows' filtering platform, Microsoft's common schema, IPFIX, the OCSF schema written flat.
    "destaddress": (.destination, 1), "srcipaddr": (.source, 1), "dstipaddr": (.destination, 1),
    "srcportnumber": (.sourcePort, 1), "dstportnumber": (.destinationPort, 1),
    "sourceipv4address": (.source, 1), "sourceipv6address": (.source, 1),
    "destinationipv4address": (.destination, 1), "destinationipv6address": (.destination, 1),
    "sourcetransportport": (.sourcePort, 1), "destinationtransportport": (.destinationPort, 1),
    "srcendpointip": (.source, 1), "srcendpointport": (.sourcePort, 1),
    "dstendpointip": (.destination, 1), "dstendpointport": (.destinationPort, 1),
    "serverip": (.destination, 2), "serverport": (.destinationPort, 2),
    "serveraddr": (.destination, 3), "clientsrcport": (.sourcePort, 2),
    "networktransport": (.ipProtocol, 1), "networkiananumber": (.ipProtocol, 2),
    "flowsrcip": (.source, 0), "flowsrcport": (.sourcePort, 0), "flowdestip": (.destination, 0),
    "flowdestport": (.destinationPort, 0), "direction": (.direction, 1),
    "dnsresponsecode": (.responseCode, 1), "dnsrcode": (.responseCode, 1), "flowstate": (.state, 2),
    "alertaction": (.verdict, 1), "verdictaction": (.verdict, 0), "eventaction": (.verdict, 2),
    "proto": (.ipProtocol, 1), "protocol": (.ipProtocol, 2),
    "connstate": (.state, 1), "rcodename": (.state, 1), "rcode": (.responseCode, 3),
    "rcodeid": (.responseCode, 4),
    "action": (.verdict, 2), "act": (.verdict, 2), "verdict": (.verdict, 2),
    "disposition": (.verdict, 2), "accesscontrolruleaction": (.verdict, 1),
    "scfilterresult": (.verdict, 1), "saction": (.verdict, 2), "eventtype": (.eventType, 3),
    "actionid": (.verdictNumber, 4), "dispositionid": (.verdictNumber, 4),
    "errorcode": (.errorCode, 5),
  ]
}

/// Gathers what a record says of its event, field by field.
struct EventFacts {
  private(set) var context = EventContext()
  /// The first port of each rank: that of an address is the one of its own rank.
  private var sourcePorts = InlineArray<4, UInt16>(repeating: 0)
  private var destinationPorts = InlineArray<4, UInt16>(repeating: 0)
  /// The rank of the field that each fact was taken from.
  private var ranks = InlineArray<14, UInt8>(repeating: .max)
  private var isEmpty = true
  /// The ends are those of a packet that answers.
  private var isReversed = false
  /// The ends are other ones than the fields say that tell of a packet.
  private(set) var outranksPacket = false

  /// Forgets everything.
  @inline(__always)
  mutating func reset() {
    if !isEmpty { self = EventFacts() }
  }

  /// What was gathered; nil where it is nothing.
  var found: EventContext? {
    guard !isEmpty else { return nil }
    var context = context
    let (source, destination) = (rank(of: .source), rank(of: .destination))
    if source < sourcePorts.count { context.source?.port = sourcePorts[source] }
    if destination < destinationPorts.count {
      context.destination?.port = destinationPorts[destination]
    }
    if isReversed, source > 0, destination > 0 {
      (context.source, context.destination) = (context.destination, context.source)
    }
    return context.isEmpty ? nil : context
  }

  private func rank(of fact: EventFact) -> Int { Int(ranks[Int(fact.rawValue)]) }

  private mutating func takes(_ fact: EventFact, _ rank: UInt8) -> Bool {
    let index = Int(fact.rawValue)
    guard rank < ranks[index] else { return false }
    ranks[index] = rank
    isEmpty = false
    return true
  }

  /// Notes the text of a field; what it should hold and does not is passed over.
  ///
  /// `port` is the one that belongs to an address, where that is known, or 0.
  mutating func note(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16 = 0
  ) {
    guard !range.isEmpty else { return }
    switch fact {
    case .none: break
    case .source, .destination: noteEnd(fact, rank: rank, bytes, range, port: port)
    case .sourcePort:
      if let port = NumberText.port(bytes, range) { Self.keep(port, rank, &sourcePorts, &isEmpty) }
    case .destinationPort:
      if let port = NumberText.port(bytes, range) {
        Self.keep(port, rank, &destinationPorts, &isEmpty)
      }
    case .ipProtocol:
      if rank < ranks[Int(fact.rawValue)], let number = Self.ipProtocol(bytes, range),
        takes(fact, rank)
      {
        context.ipProtocol = number
      }
    case .state:
      // A number alone tells a reader nothing.
      if NumberText.unsigned(bytes, range) == nil, let text = ShortText(bytes.extracting(range)),
        takes(.state, rank)
      {
        context.state = text
      }
    case .responseCode:
      if let text = Self.responseCode(bytes, range), takes(.state, rank) { context.state = text }
    case .direction:
      if Self.word(bytes, range) == "toclient" {
        (isReversed, outranksPacket, isEmpty) = (true, true, false)
      }
    case .verdict: note(Self.verdict(bytes, range), rank: rank)
    case .eventType: if Self.word(bytes, range) == "drop" { note(.blocked, rank: rank) }
    case .verdictNumber:
      switch NumberText.unsigned(bytes, range) {
      case 1: note(.allowed, rank: rank)
      case 2: note(.blocked, rank: rank)
      default: break
      }
    case .errorCode:
      if Self.isDenial(bytes, range) { note(.blocked, rank: rank) }
    }
  }

  /// Notes a verdict that the form of the record tells.
  mutating func note(_ verdict: Verdict?, rank: UInt8 = 0) {
    guard let verdict, takes(.verdict, rank) else { return }
    context.verdict = verdict
  }

  /// Notes a protocol, by its number.
  mutating func note(ipProtocol number: UInt8) {
    if takes(.ipProtocol, 0) { context.ipProtocol = number }
  }

  /// Notes one end with its port.
  mutating func note(
    isSource: Bool, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16
  ) {
    noteEnd(isSource ? .source : .destination, rank: 0, bytes, range, port: port)
  }

  private mutating func noteEnd(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16
  ) {
    let known = self.rank(of: fact)
    if known <= 1, rank <= 1, known != rank { outranksPacket = true }
    guard rank < known, let end = Self.end(bytes, range), takes(fact, rank) else { return }
    if fact == .source {
      context.source = end
      Self.keep(port, rank, &sourcePorts, &isEmpty)
    } else {
      context.destination = end
      Self.keep(port, rank, &destinationPorts, &isEmpty)
    }
  }

  /// Keeps a port unless there is one of its rank.
  private static func keep(
    _ port: UInt16, _ rank: UInt8, _ ports: inout InlineArray<4, UInt16>, _ isEmpty: inout Bool
  ) {
    guard port > 0, rank < ports.count, ports[Int(rank)] == 0 else { return }
    ports[Int(rank)] = port
    isEmpty = false
  }

  // MARK: Words

  private static func end(_ bytes: RawSpan, _ whole: Range<Int>) -> EventEnd? {
    guard whole.count <= 64 else { return nil }
    // The zone of an address is dropped.
    let zone = bytes.firstOffset(
      of: UInt8(ascii: "%"), from: whole.lowerBound, to: whole.upperBound)
    let range = whole.lowerBound..<(zone ?? whole.upperBound)
    guard range.count <= 45 else { return nil }
    if let address = IPAddressText.ipv4(bytes, range) {
      return EventEnd(address: (UInt64(address) << 32, 0), isIPv4: true)
    }
    guard let address = IPAddressText.ipv6(bytes, range) else { return nil }
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      return EventEnd(address: (UInt64(mapped) << 32, 0), isIPv4: true)
    }
    return EventEnd(address: (address.high, address.low), isIPv4: false)
  }

  static func ipProtocol(_ bytes: RawSpan, _ range: Range<Int>) -> UInt8? {
    if let number = NumberText.unsigned(bytes, range) { return UInt8(exactly: number) }
    switch word(bytes, range) {
    case "tcp": return 6
    case "udp": return 17
    case "icmp": return 1
    case "ipvicmp", "icmpv": return 58
    case "sctp": return 132
    case "gre": return 47
    case "esp": return 50
    default: return nil
    }
  }

  /// The code of an answer in capitals; of a number, its name (IANA, "DNS RCODEs").
  private static func responseCode(_ bytes: RawSpan, _ range: Range<Int>) -> ShortText? {
    if let number = NumberText.unsigned(bytes, range) {
      guard number < responseCodes.count else { return nil }
      let name = Array(responseCodes[Int(number)].utf8)
      return ShortText(name.rawSpan)
    }
    guard range.count <= ShortText.capacity else { return nil }
    let name = bytes.copied(range).map { $0 &- 0x61 <= 25 ? $0 & 0xdf : $0 }
    return ShortText(name.rawSpan)
  }

  private static let responseCodes = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",
  ]

  /// A short word's letters in lower case.
  private static func word(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    guard range.count <= 32 else { return "" }
    var word = ""
    for offset in range {
      let folded = bytes.byte(unchecked: offset) | 0x20
      if folded &- 0x61 <= 25 { word.unicodeScalars.append(Unicode.Scalar(folded)) }
    }
    return word
  }

  /// The verdict that a device's word for what it did is; nil for a word that says something else.
  static func verdict(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    let word = word(bytes, range)
    if blockedWords.contains(word) || word.hasPrefix("tcpdenied") { return .blocked }
    return allowedWords.contains(word) ? .allowed : nil
  }

  private static let blockedWords: Set<String> = [
    "block", "blocked", "deny", "denied", "drop", "dropped", "reject", "rejected", "reset",
    "resetclient", "resetserver", "resetboth", "blockurl", "prevent", "prevented", "quarantine",
    "quarantined", "sinkhole", "refused", "dropconnection", "disallow", "disallowed",
    "blockwithreset", "bypassdenied", "sinkholed", "droppacket",
  ]
  private static let allowedWords: Set<String> = [
    "allow", "allowed", "accept", "accepted", "permit", "permitted", "pass", "passed",
    "passthrough", "alert", "alerted", "observed", "proxied", "trust", "trusted", "forward",
  ]

  private static func isDenial(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count <= 128 else { return false }
    let text = String(decoding: bytes.copied(range), as: UTF8.self).lowercased()
    return text.contains("denied") || text.contains("unauthorized") || text.contains("forbidden")
  }
}
