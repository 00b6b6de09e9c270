import Indicators
import Parsing

/// Lines of Envoy's access log in its default format, or Istio's.
///
/// Host and path of the request are apart from each other (`Matching.md` §4).
enum ProxyRequest {
  private static let names: [StaticString] = [
    "http_x_forwarded_for", "http_user_agent", "request_id", "authority", "upstream_host",
  ]
  /// What Istio writes behind them.
  private static let meshNames: [StaticString] = [
    "upstream_cluster", "upstream_local_address", "downstream_local_address",
    "downstream_remote_address", "requested_server_name", "route_name",
  ]

  /// Reads a line of Envoy's access log in its default format, or Istio's:
  /// `[time] "GET /path HTTP/1.1" 200 … "forwarded for" "user agent" "request" "authority" "upstream" …`.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let (start, end) = (range.lowerBound, range.upperBound)
    guard bytes.byte(unchecked: start) == UInt8(ascii: "["), range.count > 48,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: start, to: start + 40),
      bytes.starts(with: " \"", at: close + 1), bytes.isISOTime(start + 1..<close),
      let requestEnd = bytes.closingQuote(from: close + 3, to: end),
      extraction.cutTokens(bytes, requestEnd + 1..<end, most: 64)
    else { return false }
    let tokens = extraction.lineWords
    guard let code = tokens.first, !code.isQuoted, bytes.isNumber(code.start..<code.end),
      let first = quotedRun(tokens)
    else { return false }
    extraction.line.skip(start..<close + 1)
    let request = close + 3..<requestEnd
    extraction.addField("request", quoted: request)
    for (index, field) in Self.names.enumerated() {
      extraction.addField(field, bytes, tokens[first + index])
      if index == 1 { extraction.line.setUnnamed() }
    }
    let behind = tokens[(first + Self.names.count)...]
    if behind.count == Self.meshNames.count {
      for (token, field) in zip(behind, Self.meshNames) {
        switch field.utf8CodeUnitCount {
        // The ends of the client's connection.
        case 24: extraction.addEndpoint(field, bytes, token, isSource: false)
        case 25: extraction.addEndpoint(field, bytes, token, isSource: true)
        default: extraction.addField(field, bytes, token)
        }
      }
    }
    extraction.line.time = Timestamp.iso8601(bytes, start + 1..<close)
    if let path = JoinedURL.path(inRequestLine: bytes, request) {
      let authority = tokens[first + 3]
      extraction.line.urlHost = LineField(
        extraction.scanner.paths.name("authority"), authority.start..<authority.end)
      extraction.line.urlPath = LineField(extraction.scanner.paths.name("request"), path)
    }
    return true
  }

  /// The index of the first of exactly five quoted tokens in a row.
  private static func quotedRun(_ tokens: [ColumnRange]) -> Int? {
    var first = 0
    for index in 0...tokens.count where index == tokens.count || !tokens[index].isQuoted {
      if index - first == Self.names.count { return first }
      first = index + 1
    }
    return nil
  }
}
