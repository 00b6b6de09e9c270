import Parsing

/// What a payload is, by its content.
enum Application {
  case none
  /// Maybe the first bytes of a protocol, but too few to tell.
  case beginning
  /// A line that asks for TLS, and TLS behind it.
  case upgrade
  case dns
  /// DNS messages with a length before each.
  case dnsStream
  case http
  case tls
  case dtls
}

/// Whose message a packet carries, as far as its protocol tells.
enum Role {
  case unknown
  case client
  case server
}

/// What payloads are, as far as they tell by themselves.
extension Application {
  /// The most of a stream's first bytes that are kept until they can be told from others.
  static let decidedLength = 15

  /// What a segment of a stream begins with, and the role of its sender.
  @inline(__always)
  static func classify(
    _ payload: RawSpan, isDNSPort: Bool, isServer: Bool
  ) -> (Application, Role) {
    switch payload.byte(unchecked: 0) {
    case 20...22:
      if let type = TLSClientHello.firstMessage(payload) {
        return (.tls, type == 1 ? .client : type == 2 ? .server : .unknown)
      }
      if TLSClientHello.mayBegin(payload) { return (.beginning, .unknown) }
    case Byte.lineFeed, Byte.carriageReturn, UInt8(ascii: "!")...UInt8(ascii: "~"):
      if !isServer, HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
      if Preamble.mayUpgrade(payload), Preamble.upgradeEnd(payload) != nil {
        return (.upgrade, .client)
      }
    default: break
    }
    guard payload.byteCount > 14 else { return (.none, .unknown) }
    let length = Int(payload.bigEndianUInt16(unchecked: 0))
    // On other ports the first message has to be whole; more may follow it.
    if isDNSPort || length > 12 && length <= payload.byteCount &- 2 {
      let message = payload.extracting(2..<min(payload.byteCount, 2 &+ length))
      if DNSMessage.isMessage(message, needsQuestion: !isDNSPort) {
        return (.dnsStream, DNSMessage.isResponse(message) ? .server : .client)
      }
      // In the middle of a message's bytes anything looks like a header.
      if isDNSPort {
        let isBeginning = DNSMessage.begins(message, length: length)
        return (.dnsStream, isBeginning ? DNSMessage.role(message) : .unknown)
      }
    }
    return (.none, .unknown)
  }

  /// What the first bytes of a stream may be where they are nothing known: a message that goes on in the next
  /// segment.
  static func classifyBeginning(
    _ payload: RawSpan, isServer: Bool
  ) -> (Application, Role) {
    if !isServer, HTTPRequest.mayBegin(payload) { return (.http, .client) }
    if payload.byteCount >= decidedLength, DNSStreamReader.mayBegin(payload) {
      return (.dnsStream, .unknown)
    }
    return (.none, .unknown)
  }

  /// Whether a stream's first bytes on a port of DNS, where all bytes may be the middle of a message, are rather the
  /// beginning of something else, which may go on in the next segment.
  static func mayBeOther(_ payload: RawSpan) -> Bool {
    !DNSStreamReader.begins(payload)
      && (HTTPRequest.mayBeginKnown(payload) || Preamble.end(payload) != nil
        || Preamble.isCut(payload))
  }

  /// What begins behind a request or body that ended otherwise than it said.
  ///
  /// Moves `offset` to where it begins.
  static func findFollowing(
    _ payload: RawSpan, _ offset: inout Int, mayBeginHere: Bool, isDNSPort: Bool
  ) -> Application {
    if mayBeginHere {
      let application = classifyFollowing(payload, offset, isDNSPort)
      if application != .none { return application }
    }
    if let lineEnd = payload.firstOffset(of: Byte.lineFeed, in: offset..<payload.byteCount),
      lineEnd + 1 < payload.byteCount
    {
      // A wrong length leaves the rest of a body before the next request.
      let next = lineEnd + 1
      var application = classifyFollowing(payload, next, isDNSPort)
      if application == .none {
        (application, _) = classifyBeginning(
          payload.extracting(next..<payload.byteCount), isServer: false)
      }
      if application != .none {
        offset = next
        return application
      }
    }
    guard let next = HTTPRequest.offsetBehindEmptyLine(payload, from: offset) else { return .none }
    offset = next
    return .http
  }

  /// What begins at `offset`, behind a request.
  private static func classifyFollowing(
    _ payload: RawSpan, _ offset: Int, _ isDNSPort: Bool
  ) -> Application {
    classify(
      payload.extracting(offset..<payload.byteCount), isDNSPort: isDNSPort, isServer: false
    ).0
  }

  /// What a datagram holds, and the role of its sender.
  @inline(__always)
  static func classifyDatagram(
    _ payload: RawSpan, _ item: FlowItem
  ) -> (Application, Role) {
    let isDNSPort =
      DNSMessage.isRegistered(port: item.sourcePort)
      || DNSMessage.isRegistered(port: item.destinationPort)
    if payload.byte(unchecked: 0) == 22, let type = TLSClientHello.firstDatagramMessage(payload),
      !isDNSPort || !DNSMessage.isMessage(payload, needsQuestion: false)
    {
      return (.dtls, type == 1 ? .client : type <= 3 ? .server : .unknown)
    }
    if isDNSPort { return (.dns, DNSMessage.role(payload)) }
    switch payload.byte(unchecked: 0) {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      if HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
    default: break
    }
    if payload.byteCount >= 17, payload.bigEndianUInt16(unchecked: 4) &- 1 < 4,
      DNSMessage.isMessage(
        payload, needsQuestion: true,
        isNetBIOSPort: item.sourcePort == DNSMessage.Port.netBIOS
          || item.destinationPort == DNSMessage.Port.netBIOS)
    {
      return (.dns, DNSMessage.isResponse(payload) ? .server : .client)
    }
    return (.none, .unknown)
  }
}

extension Role {
  /// Whose bytes these are as far as they tell who began the flow: clients take an answer without a status for one, but
  /// it may be the end of a request's first line.
  @inline(__always)
  static func told(_ role: Role, _ application: Application, _ payload: RawSpan) -> Role {
    role == .server && application == .none && HTTPRequest.isVersionAlone(payload)
      ? .unknown : role
  }
}
