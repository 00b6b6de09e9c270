import Indicators
import Parsing

/// Logs of Amazon's load balancers: of requests, and of an application load balancer's connections.
enum LoadBalancerLog {
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
  static func read(
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
  static func readConnection(
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
}
