import Indicators
import Parsing

/// Formats whose fields are words in a fixed order: Amazon's load balancers, VPC flow logs and questions of Route 53,
/// squid.
enum TokenRecord {
  /// Reads a line of one of them.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    // Cisco's appliance writes the level of its messages before them.
    let start = range.lowerBound
    if bytes.starts(with: "Info: ", at: start), range.count > 14,
      Byte.isDigit(bytes.byte(unchecked: start + 6))
    {
      extraction.line.skip(start..<start + 6)
      return read(bytes, start + 6..<range.upperBound, &extraction)
    }
    let first = range.lowerBound..<bytes.tokenEnd(from: range.lowerBound, to: range.upperBound)
    let byte = bytes.byte(unchecked: range.lowerBound)
    if first.count == 1, 2...9 ~= byte &- Byte.zero {
      return readFlowLog(bytes, range, &extraction)
    }
    if Byte.isDigit(byte) {
      if bytes.isWord(first, "1.0") { return readZoneQuery(bytes, range, &extraction) }
      if bytes.isISOTime(first) { return readBehindTime(bytes, range, time: first, &extraction) }
      return isProxyTime(bytes, first) && readProxy(bytes, range, &extraction)
    }
    // Load balancers of the second generation name the protocol first.
    guard 2...5 ~= first.count, first.upperBound < range.upperBound else { return false }
    let next = first.upperBound + 1
    if bytes.isWord(first, "tls") {
      guard bytes.starts(with: "2.0 ", at: next) || bytes.starts(with: "1.0 ", at: next) else {
        return false
      }
      let time = next + 4..<bytes.tokenEnd(from: next + 4, to: range.upperBound)
      return bytes.isISOTime(time) && readLoadBalancer(bytes, range, time: time, &extraction)
    }
    let isKnown =
      bytes.isWord(first, "http") || bytes.isWord(first, "https") || bytes.isWord(first, "h2")
      || bytes.isWord(first, "ws") || bytes.isWord(first, "wss")
      || bytes.isWord(first, "grpcs")
    guard isKnown else { return false }
    let time = next..<bytes.tokenEnd(from: next, to: range.upperBound)
    return bytes.isISOTime(time) && readLoadBalancer(bytes, range, time: time, &extraction)
  }

  /// Whether a word may be a time as squid writes it, in seconds with three digits of fraction.
  private static func isProxyTime(_ bytes: RawSpan, _ word: Range<Int>) -> Bool {
    word.count >= 13 && bytes.byte(unchecked: word.upperBound - 4) == Byte.dot
  }

  /// Reads a line that begins with a time: of a classic load balancer, of an application load
  /// balancer's connections, or of a VPC flow log or squid with a collector's time before it.
  private static func readBehindTime(
    _ bytes: RawSpan, _ range: Range<Int>, time: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let next = time.upperBound + 1
    guard next + 2 < range.upperBound else { return false }
    if 2...9 ~= bytes.byte(unchecked: next) &- Byte.zero,
      bytes.byte(unchecked: next + 1) == Byte.space
    {
      guard readFlowLog(bytes, next..<range.upperBound, &extraction) else { return false }
      extraction.line.skip(time)
      return true
    }
    let word = next..<bytes.tokenEnd(from: next, to: range.upperBound)
    if isProxyTime(bytes, word), readProxy(bytes, next..<range.upperBound, &extraction) {
      extraction.line.skip(time)
      return true
    }
    return readLoadBalancer(bytes, range, time: time, &extraction)
      || readConnection(bytes, range, time: time, &extraction)
  }

  // MARK: Load balancers

  private static let classicNames: [StaticString?] = [
    nil, "elb", "client:port", "backend:port", nil, nil, nil, nil, nil, nil, nil, "request",
    "user_agent", "ssl_cipher", "ssl_protocol",
  ]
  private static let applicationNames: [StaticString?] = [
    nil, nil, "elb", "client:port", "target:port", nil, nil, nil, nil, nil, nil, nil, "request",
    "user_agent", "ssl_cipher", "ssl_protocol", "target_group_arn", "trace_id", "domain_name",
    "chosen_cert_arn", nil, nil, "actions_executed", "redirect_url", "error_reason",
    "target:port_list", nil, "classification", "classification_reason", "conn_trace_id",
    "transformed_host", "transformed_uri", "request_transform_status",
  ]
  private static let networkNames: [StaticString?] = [
    nil, nil, nil, "elb", "listener", "client:port", "destination:port", nil, nil, nil, nil, nil,
    "chosen_cert_arn", "chosen_cert_serial", "tls_cipher", "tls_protocol_version",
    "tls_named_group", "domain_name", "alpn_fe_protocol", "alpn_be_protocol",
    "alpn_client_preference_list", nil,
  ]

  /// Reads a line of an access log of a load balancer.
  ///
  /// Classic, application (which names the protocol) or network (`tls`). Field names are those of
  /// Amazon's documentation.
  private static func readLoadBalancer(
    _ bytes: RawSpan, _ range: Range<Int>, time: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 64), extraction.lineWords.count >= 12 else {
      return false
    }
    let tokens = extraction.lineWords
    let isNetwork = bytes.isWord(tokens[0].start..<tokens[0].end, "tls")
    let isClassic = tokens[0].start == time.lowerBound
    let names =
      isNetwork
      ? Self.networkNames : isClassic ? Self.classicNames : Self.applicationNames
    let client = isNetwork ? 5 : isClassic ? 2 : 3
    guard isEndpoint(bytes, tokens[client]), isEndpoint(bytes, tokens[client + 1]) else {
      return false
    }
    if !isNetwork {
      let request = isClassic ? 11 : 12
      guard request < tokens.count, tokens[request].isQuoted,
        (client + 2..<client + 5).allSatisfy({
          bytes.isNumber(tokens[$0].start..<tokens[$0].end, withFraction: true)
        })
      else { return false }
    }
    for (index, token) in tokens.enumerated() where index < names.count {
      let value = token.start..<token.end
      guard let known = names[index] else {
        extraction.line.skip(token.isQuoted ? token.start - 1..<token.end + 1 : value)
        continue
      }
      switch index {
      case client: extraction.addEndpoint(known, bytes, token, isSource: true)
      case client + 1: extraction.addEndpoint(known, bytes, token, isSource: false)
      default: extraction.addField(known, bytes, token)
      }
    }
    if !isNetwork, !isClassic, tokens.count > 22 {
      extraction.event.facts.note(actions(bytes, tokens[22].start..<tokens[22].end))
    }
    extraction.event.facts.note(ipProtocol: IPProtocol.tcp)
    extraction.line.time = Timestamp.iso8601(bytes, time)
    return true
  }

  private static let connectionNames: [StaticString?] = [
    nil, "client_ip", "client_port", "listener_port", "tls_protocol", "tls_cipher", nil,
    "leaf_client_cert_subject", nil, "leaf_client_cert_serial_number", "tls_verify_status",
    "conn_trace_id",
  ]

  /// Reads a line of the connection log of an application load balancer (Amazon, "Connection log entries").
  private static func readConnection(
    _ bytes: RawSpan, _ range: Range<Int>, time: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 64), extraction.lineWords.count >= 11 else {
      return false
    }
    let tokens = extraction.lineWords
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    guard bytes.isAddress(tokens[1]), let client = NumberText.port(bytes, word(2)),
      NumberText.port(bytes, word(3)) != nil, !tokens[4].isQuoted,
      bytes.isWord(word(4), "-") || bytes.starts(with: "TLSv", at: tokens[4].start)
    else { return false }
    for (index, token) in tokens.enumerated() where index < Self.connectionNames.count {
      guard let known = Self.connectionNames[index] else {
        extraction.line.skip(word(index))
        continue
      }
      extraction.addField(known, bytes, token)
      if index == 1 { extraction.line.setPort(client, address: word(1)) }
    }
    extraction.event.facts.note(isSource: true, bytes, word(1), port: client)
    extraction.event.facts.note(.destinationPort, rank: 0, bytes, word(3))
    extraction.event.facts.note(ipProtocol: IPProtocol.tcp)
    extraction.line.time = Timestamp.iso8601(bytes, time)
    return true
  }

  /// Whether a token is an address with a port, or `-`.
  private static func isEndpoint(_ bytes: RawSpan, _ token: ColumnRange) -> Bool {
    if token.isQuoted { return false }
    if token.end - token.start == 1 { return bytes.byte(unchecked: token.start) == Byte.minus }
    guard let colon = bytes.lastOffset(of: Byte.colon, from: token.start, to: token.end) else {
      return false
    }
    return bytes.isNumber(colon + 1..<token.end)
  }

  /// The verdict of `actions_executed`: the request was blocked if the firewall (`waf`) was the
  /// only action.
  private static func actions(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    let words = String(decoding: bytes.copied(range), as: UTF8.self).split(separator: ",")
    if words.contains("forward") { return .allowed }
    return words == ["waf"] ? .blocked : nil
  }

  // MARK: squid

  /// Reads a line of squid's native access log:
  /// `time elapsed remotehost code/status bytes method URL rfc931 peerstatus/peerhost type`.
  private static func readProxy(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 32), extraction.lineWords.count >= 10 else {
      return false
    }
    let tokens = extraction.lineWords
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    let result = word(3)
    guard !tokens.prefix(10).indices.contains(where: { $0 != 7 && tokens[$0].isQuoted }),
      bytes.isNumber(word(0), withFraction: true), bytes.isNumber(word(1)),
      bytes.isNumber(word(4)),
      let slash = bytes.firstOffset(of: Byte.slash, from: result.lowerBound, to: result.upperBound),
      bytes.isNumber(slash + 1..<result.upperBound),
      let peer = bytes.firstOffset(
        of: Byte.slash, from: word(8).lowerBound, to: word(8).upperBound),
      (result.lowerBound..<slash).allSatisfy({
        let byte = bytes.byte(unchecked: $0)
        return Byte.isCapital(byte) || byte == UInt8(ascii: "_")
      })
    else { return false }
    extraction.line.skip(word(0))
    extraction.line.skip(word(1))
    extraction.addField("remotehost", bytes, tokens[2], fact: .source)
    extraction.line.skip(result)
    extraction.line.skip(word(4))
    extraction.addField("url", bytes, tokens[6])
    extraction.addField("rfc931", bytes, tokens[7])
    extraction.line.skip(word(8).lowerBound..<peer + 1)
    extraction.addField(
      "peerhost", bytes, ColumnRange(start: peer + 1, end: tokens[8].end),
      fact: .destination)
    if let port = connectedPort(bytes, method: word(5), target: word(6), peer: word(8)) {
      extraction.line.setPort(port)
    }
    extraction.noteProxyResult(bytes, at: result.lowerBound)
    extraction.line.time = LogTime.field(bytes, word(0))
    return true
  }

  /// The port of a tunnel that squid made itself, without another proxy between.
  private static func connectedPort(
    _ bytes: RawSpan, method: Range<Int>, target: Range<Int>, peer: Range<Int>
  ) -> UInt16? {
    guard bytes.isWord(method, "CONNECT"),
      bytes.starts(with: "HIER_DIRECT/", at: peer.lowerBound)
        || bytes.starts(with: "DIRECT/", at: peer.lowerBound),
      let colon = bytes.lastOffset(of: Byte.colon, from: target.lowerBound, to: target.upperBound)
    else { return nil }
    return NumberText.port(bytes, colon + 1..<target.upperBound)
  }

  // MARK: Route 53

  /// Reads a line of the log of a public hosted zone (Amazon, "Public DNS query logging"):
  /// `version time zone name type code protocol edge resolver subnet`.
  private static func readZoneQuery(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 12), extraction.lineWords.count == 10 else {
      return false
    }
    let tokens = extraction.lineWords
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    guard bytes.isISOTime(word(1)), bytes.byte(unchecked: tokens[2].start) == UInt8(ascii: "Z"),
      let code = EventFacts.answerCode(bytes, word(5)), bytes.isAddress(tokens[8])
    else { return false }
    extraction.line.skip(range.lowerBound..<tokens[3].start)
    extraction.addField("query", bytes, tokens[3])
    extraction.line.skip(tokens[4].start..<tokens[8].start)
    extraction.addField("resolver_ip", bytes, tokens[8], fact: .source)
    extraction.addField("edns_client_subnet", bytes, tokens[9])
    extraction.event.facts.note(state: code)
    extraction.event.facts.note(.ipProtocol, rank: 0, bytes, word(6))
    extraction.line.time = Timestamp.iso8601(bytes, word(1))
    return true
  }

  // MARK: VPC flow logs

  private static let flowNames: [StaticString] = [
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
    "protocol", "packets", "bytes", "start", "end", "action", "log-status",
  ]

  /// Reads a line of a VPC flow log that begins with the fields of the default format, version 2, which needs no
  /// header; what later versions have behind them is text.
  private static func readFlowLog(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard range.count >= 40, extraction.cutTokens(bytes, range, most: 64),
      extraction.lineWords.count >= 14
    else {
      return false
    }
    let tokens = extraction.lineWords.prefix(14)
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    guard bytes.starts(with: "eni-", at: tokens[2].start),
      bytes.isNumber(word(10)), bytes.isNumber(word(11)),
      bytes.isWord(word(13), "OK") || bytes.isWord(word(13), "NODATA")
        || bytes.isWord(word(13), "SKIPDATA")
    else { return false }
    for (index, token) in tokens.enumerated() {
      extraction.addField(Self.flowNames[index], bytes, token)
    }
    extraction.line.time = LogTime.field(bytes, word(10))
    return true
  }
}
