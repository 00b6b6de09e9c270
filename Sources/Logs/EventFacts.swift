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
  /// State of the connection, or code of the answer.
  case state
  /// What was done with the traffic, in a word of the device's own.
  case verdict
  /// What sort of event it is, which may be that something was dropped (Suricata).
  case eventType
  /// A verdict as a number (OCSF).
  case verdictNumber
  /// The name of a fault, which tells whether access was denied (CloudTrail).
  case errorCode
}

extension KeyName {
  /// What the field says of the event, and which of several fields is preferred: lower first.
  func fact(parent: KeyName) -> (EventFact, UInt8) {
    Self.writtenFacts[lower] ?? Self.facts[plain] ?? Self.factsBelow[parent.plain]?[plain]
      ?? (.none, 0)
  }

  /// The names of the logs of proxies in W3C's format, in lower case: one's own side is `s`.
  static let writtenFacts: [String: (EventFact, UInt8)] = [
    "c-ip": (.source, 1), "s-ip": (.destination, 1), "c-port": (.sourcePort, 1),
    "s-port": (.destinationPort, 1),
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
    "network": ["transport": (.ipProtocol, 1), "iananumber": (.ipProtocol, 2)],
    "connectioninfo": ["protocolname": (.ipProtocol, 1), "protocolnum": (.ipProtocol, 2)],
    "flow": ["state": (.state, 2)],
    "dns": ["rcode": (.state, 1), "responsecode": (.state, 1)],
    "alert": ["action": (.verdict, 1)], "verdict": ["action": (.verdict, 1)],
    "event": ["type": (.verdict, 1), "action": (.verdict, 2)],
  ]

  static let facts: [String: (EventFact, UInt8)] = [
    "idorigh": (.source, 1), "srcip": (.source, 1), "sourceip": (.source, 1),
    "sourceaddress": (.source, 1), "src": (.source, 1), "saddr": (.source, 1),
    "srcaddr": (.source, 1), "sourceipaddress": (.source, 1), "clientip": (.source, 2),
    "remoteaddr": (.source, 2), "remoteip": (.source, 3), "clientaddr": (.source, 2),
    "idorigp": (.sourcePort, 1), "srcport": (.sourcePort, 1), "sourceport": (.sourcePort, 1),
    "spt": (.sourcePort, 1), "sport": (.sourcePort, 2), "clientport": (.sourcePort, 2),
    "remoteport": (.sourcePort, 3),
    "idresph": (.destination, 1), "destip": (.destination, 1), "dstip": (.destination, 1),
    "destinationip": (.destination, 1), "destinationaddress": (.destination, 1),
    "dst": (.destination, 1), "daddr": (.destination, 1), "dstaddr": (.destination, 1),
    "idrespp": (.destinationPort, 1), "destport": (.destinationPort, 1),
    "dstport": (.destinationPort, 1), "destinationport": (.destinationPort, 1),
    "dpt": (.destinationPort, 1), "dport": (.destinationPort, 1),
    "networktransport": (.ipProtocol, 1), "networkiananumber": (.ipProtocol, 2),
    "dnsresponsecode": (.state, 1), "dnsrcode": (.state, 1), "flowstate": (.state, 2),
    "alertaction": (.verdict, 1), "verdictaction": (.verdict, 1), "eventaction": (.verdict, 2),
    "proto": (.ipProtocol, 1), "protocol": (.ipProtocol, 2),
    "connstate": (.state, 1), "rcodename": (.state, 1), "rcode": (.state, 3),
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
  private var sourcePort: UInt16 = 0
  private var destinationPort: UInt16 = 0
  /// The rank of the field that each fact was taken from.
  private var ranks = InlineArray<12, UInt8>(repeating: .max)
  private var isEmpty = true

  /// Forgets everything.
  @inline(__always)
  mutating func reset() {
    if !isEmpty { self = EventFacts() }
  }

  /// What was gathered; nil where it is nothing.
  var found: EventContext? {
    guard !isEmpty else { return nil }
    var context = context
    context.source?.port = sourcePort
    context.destination?.port = destinationPort
    return context.isEmpty ? nil : context
  }

  private mutating func takes(_ fact: EventFact, _ rank: UInt8) -> Bool {
    let index = Int(fact.rawValue)
    guard rank < ranks[index] else { return false }
    ranks[index] = rank
    isEmpty = false
    return true
  }

  /// Notes the text of a field; what it should hold and does not is passed over.
  mutating func note(_ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>) {
    guard !range.isEmpty, rank < ranks[Int(fact.rawValue)] else { return }
    switch fact {
    case .none: break
    case .source:
      if let end = Self.end(bytes, range), takes(fact, rank) { context.source = end }
    case .destination:
      if let end = Self.end(bytes, range), takes(fact, rank) { context.destination = end }
    case .sourcePort:
      if let port = NumberText.port(bytes, range), takes(fact, rank) { sourcePort = port }
    case .destinationPort:
      if let port = NumberText.port(bytes, range), takes(fact, rank) { destinationPort = port }
    case .ipProtocol:
      if let number = Self.ipProtocol(bytes, range), takes(fact, rank) {
        context.ipProtocol = number
      }
    case .state:
      // A number alone tells a reader nothing.
      if NumberText.unsigned(bytes, range) == nil, let text = ShortText(bytes.extracting(range)),
        takes(fact, rank)
      {
        context.state = text
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
    guard let end = Self.end(bytes, range) else { return }
    if isSource {
      guard takes(.source, 0) else { return }
      context.source = end
      if takes(.sourcePort, 0) { sourcePort = port }
    } else {
      guard takes(.destination, 0) else { return }
      context.destination = end
      if takes(.destinationPort, 0) { destinationPort = port }
    }
  }

  // MARK: Words

  private static func end(_ bytes: RawSpan, _ range: Range<Int>) -> EventEnd? {
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
