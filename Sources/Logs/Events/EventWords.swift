import Indicators
import Parsing

/// The meaning of the words in fields that tell of an event.
extension EventFacts {
  /// An address, which its port and then an interface may follow: `192.0.2.1:443:X0`,
  /// `[2001:db8::1]:443`, `[2001:db8::1]`; or all of whose bits are its prefix: `192.0.2.1/32`.
  ///
  /// Without brackets, an IPv6 address must have all eight groups before the port.
  static func endpointWithPort(_ bytes: RawSpan, _ range: Range<Int>) -> EventEndpoint? {
    if let endpoint = endpoint(bytes, range) ?? endpointOfPrefix(bytes, range) { return endpoint }
    let (start, stop) = (range.lowerBound, range.upperBound)
    var address = range
    var mark = start
    if bytes.byte(unchecked: start) == UInt8(ascii: "[") {
      guard let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: start, to: stop) else {
        return nil
      }
      (address, mark) = (start + 1..<close, close + 1)
    } else {
      guard let colon = bytes.firstOffset(of: Byte.colon, from: start, to: min(stop, start + 16))
      else { return nil }
      (address, mark) = (start..<colon, colon)
      if IPAddressText.ipv4(bytes, address) == nil {
        guard let last = bytes.lastOffset(of: Byte.colon, from: start, to: stop), stop - last <= 6,
          (start..<last).count(where: { bytes.byte(unchecked: $0) == Byte.colon }) == 7
        else { return nil }
        (address, mark) = (start..<last, last)
      }
    }
    guard var endpoint = endpoint(bytes, address) else { return nil }
    // A server that listens on every address: `[::]:443`.
    if !endpoint.isIPv4, endpoint.address == IPAddress(high: 0, low: 0) { return nil }
    // `[2001:db8::1]`
    if mark == stop { return endpoint }
    guard bytes.byte(unchecked: mark) == Byte.colon else { return nil }
    let port = LogTime.digits(bytes, from: mark + 1, to: stop)
    guard port.upperBound == stop || bytes.byte(unchecked: port.upperBound) == Byte.colon else {
      return nil
    }
    endpoint.port = NumberText.port(bytes, port) ?? 0
    return endpoint
  }

  static func endpoint(_ bytes: RawSpan, _ whole: Range<Int>) -> EventEndpoint? {
    guard whole.count <= 64 else { return nil }
    // The zone of an address is dropped.
    let zone = bytes.firstOffset(
      of: UInt8(ascii: "%"), from: whole.lowerBound, to: whole.upperBound)
    let range = whole.lowerBound..<(zone ?? whole.upperBound)
    guard range.count <= 45 else { return nil }
    if let address = IPAddressText.ipv4(bytes, range) {
      return EventEndpoint(address: IPAddress(ipv4: address), isIPv4: true)
    }
    guard let address = IPAddressText.ipv6(bytes, range) else { return nil }
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      return EventEndpoint(address: IPAddress(ipv4: mapped), isIPv4: true)
    }
    return EventEndpoint(
      address: IPAddress(high: address.high, low: address.low), isIPv4: false)
  }

  /// The address of a prefix that holds no other: `192.0.2.1/32`, `2001:db8::1/128`, as databases
  /// and clouds write a single address.
  private static func endpointOfPrefix(_ bytes: RawSpan, _ range: Range<Int>) -> EventEndpoint? {
    let end = range.upperBound
    if range.count > 9, bytes.starts(with: "/32", at: end - 3),
      let address = IPAddressText.ipv4(bytes, range.lowerBound..<end - 3)
    {
      return EventEndpoint(address: IPAddress(ipv4: address), isIPv4: true)
    }
    guard range.count > 5, bytes.starts(with: "/128", at: end - 4),
      case let address = range.lowerBound..<end - 4, IPAddressText.ipv6(bytes, address) != nil
    else { return nil }
    return endpoint(bytes, address)
  }

  static func ipProtocol(_ bytes: RawSpan, _ range: Range<Int>) -> UInt8? {
    if let number = NumberText.unsigned(bytes, range) { return UInt8(exactly: number) }
    // SonicWall names the service behind it: `tcp/https`.
    let slash = bytes.firstOffset(of: Byte.slash, from: range.lowerBound, to: range.upperBound)
    switch word(bytes, range.lowerBound..<(slash ?? range.upperBound)) {
    case "tcp": return IPProtocol.tcp
    case "udp": return IPProtocol.udp
    case "icmp":
      return bytes.byte(unchecked: (slash ?? range.upperBound) - 1) == UInt8(ascii: "6")
        ? IPProtocol.icmp6 : IPProtocol.icmp
    case "igmp": return IPProtocol.igmp
    case "ipvicmp", "icmpv": return IPProtocol.icmp6
    case "sctp": return IPProtocol.sctp
    case "gre": return IPProtocol.gre
    case "esp": return IPProtocol.encryption
    case "ah": return IPProtocol.authentication
    case "ospf": return IPProtocol.ospf
    case "pim": return IPProtocol.multicastRouting
    case "vrrp": return IPProtocol.vrrp
    default: return nil
    }
  }

  /// The code of an answer in capitals; for a number, its name (IANA, "DNS RCODEs").
  static func responseCode(_ bytes: RawSpan, _ range: Range<Int>) -> ShortText? {
    if let number = NumberText.unsigned(bytes, range) {
      guard number < DNSResponseCode.names.count else { return nil }
      let name = Array(DNSResponseCode.names[Int(number)].utf8)
      return ShortText(name.rawSpan)
    }
    guard range.count <= ShortText.capacity else { return nil }
    let name = bytes.copied(range).map { Byte.isSmallLetter($0) ? $0 & 0xdf : $0 }
    return ShortText(name.rawSpan)
  }

  /// The code of an answer, from a field that not only name servers have.
  ///
  /// Only the names of DNS codes count; numbers give nil.
  static func answerCode(_ bytes: RawSpan, _ range: Range<Int>) -> ShortText? {
    guard range.count <= 16 else { return nil }
    var name = word(bytes, range).uppercased()
    if name == "NAMEERROR" { name = "NXDOMAIN" }
    if name == "NOERR" { name = "NOERROR" }
    guard DNSResponseCode.names.contains(name) else { return nil }
    return ShortText(Array(name.utf8).rawSpan)
  }

  /// A short word's letters in lower case.
  static func word(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    guard range.count <= 48 else { return "" }
    var word = ""
    for offset in range {
      let folded = bytes.byte(unchecked: offset) | 0x20
      if Byte.isSmallLetter(folded) { word.unicodeScalars.append(Unicode.Scalar(folded)) }
    }
    return word
  }

  /// The verdict that a device's word for its action means; nil for a word that means something
  /// else.
  static func verdict(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    let word = word(bytes, range)
    if blockedWords.contains(word) || blockedBeginnings.contains(where: { word.hasPrefix($0) }) {
      return .blocked
    }
    return allowedWords.contains(word) || allowedBeginnings.contains(where: { word.hasPrefix($0) })
      ? .allowed : nil
  }

  /// The verdict that the name of an event means.
  static func verdict(ofEvent word: String) -> Verdict? {
    switch word {
    // Suricata; Juniper's sessions and what it filters.
    case "drop", "rtflowsessiondeny", "rtflowsessiondenyls", "webfilterurlblocked",
      "webfilterurlblockedls", "contentfilteringblockedmt", "contentfilteringblockedmtls",
      "avvirusdetectedmt", "avvirusdetectedmtls":
      .blocked
    case "rtflowsessioncreate", "rtflowsessionclose", "rtflowsessioncreatels",
      "rtflowsessionclosels", "webfilterurlpermitted", "webfilterurlpermittedls":
      .allowed
    default: nil
    }
  }

  /// Beginnings of squid's, Imperva's, Cloudflare's, Zscaler's and Firepower's words, which go on with a reason.
  private static let blockedBeginnings = [
    "tcpdenied", "reqblocked", "blockedby", "blockedon", "archiveblock",
  ]
  private static let allowedBeginnings = ["reqpassed", "allowedby", "allowedon", "allowdueto"]
  private static let blockedWords: Set<String> = [
    "block", "blocked", "deny", "denied", "drop", "dropped", "reject", "rejected", "reset",
    "resetclient", "resetserver", "resetboth", "blockurl", "prevent", "prevented", "quarantine",
    "quarantined", "sinkhole", "refused", "dropconnection", "disallow", "disallowed",
    "blockwithreset", "bypassdenied", "sinkholed", "droppacket", "dropicmp",
    "blockdrop", "blockreset", "blockicmp", "ipsdrop", "ipsreset", "blockcontinue", "tarpit",
    "discard", "discarded", "refuse", "dropall", "dropallpackets", "blockip", "randomdrop",
    "idsreset", "idsdrop", "ipsblock", "interactiveblock", "interactiveblockwithreset",
    "malwareblock", "customdetectionblock", "tidblock",
  ]
  private static let allowedWords: Set<String> = [
    "allow", "allowed", "accept", "accepted", "permit", "permitted", "pass", "passed",
    "passthrough", "alert", "alerted", "observed", "proxied", "trust", "trusted", "forward",
    // FortiGate: a session that either endpoint closed.
    "clientrst", "serverrst", "notblocked",
  ]

  static func isDenial(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count <= 128 else { return false }
    let text = String(decoding: bytes.copied(range), as: UTF8.self).lowercased()
    return text.contains("denied") || text.contains("unauthorized") || text.contains("forbidden")
  }
}
