import Indicators
import Parsing

/// Lines about an HTTP request whose host and path are apart from each other, at known places
/// (`Matching.md` §4).
extension LineRecordReader {
  // MARK: Envoy

  private static let proxyNames: [StaticString] = [
    "http_x_forwarded_for", "http_user_agent", "request_id", "authority", "upstream_host",
  ]
  /// What Istio writes behind them.
  private static let meshNames: [StaticString] = [
    "upstream_cluster", "upstream_local_address", "downstream_local_address",
    "downstream_remote_address", "requested_server_name", "route_name",
  ]

  /// Reads a line of Envoy's access log in its default format, or Istio's:
  /// `[time] "GET /path HTTP/1.1" 200 … "forwarded for" "user agent" "request" "authority" "upstream" …`.
  mutating func readProxyRequest(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    let (start, end) = (range.lowerBound, range.upperBound)
    guard bytes.byte(unchecked: start) == UInt8(ascii: "["), range.count > 48,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: start, to: start + 40),
      bytes.starts(with: " \"", at: close + 1), bytes.isISOTime(start + 1..<close),
      let requestEnd = bytes.closingQuote(from: close + 3, to: end),
      cutTokens(bytes, requestEnd + 1..<end, most: 64)
    else { return false }
    let tokens = words
    guard let code = tokens.first, !code.isQuoted, bytes.isNumber(code.start..<code.end),
      let first = quotedRun(tokens)
    else { return false }
    line.skip(start..<close + 1)
    let request = close + 3..<requestEnd
    line.add(paths.name("request"), quoted: request)
    for (index, field) in Self.proxyNames.enumerated() {
      add(paths.name(field), bytes, tokens[first + index])
      if index == 1 { line.setUnnamed() }
    }
    let behind = tokens[(first + Self.proxyNames.count)...]
    if behind.count == Self.meshNames.count {
      for (token, field) in zip(behind, Self.meshNames) {
        switch field.utf8CodeUnitCount {
        // The ends of the client's connection.
        case 24: addEndpoint(paths.name(field), bytes, token, isSource: false, &facts)
        case 25: addEndpoint(paths.name(field), bytes, token, isSource: true, &facts)
        default: add(paths.name(field), bytes, token)
        }
      }
    }
    line.time = Timestamp.iso8601(bytes, start + 1..<close)
    if let path = JoinedURL.path(inRequestLine: bytes, request) {
      let authority = tokens[first + 3]
      line.urlHost = LineField(paths.name("authority"), authority.start..<authority.end)
      line.urlPath = LineField(paths.name("request"), path)
    }
    return true
  }

  /// The index of the first of exactly five quoted tokens in a row.
  private func quotedRun(_ tokens: [ColumnRange]) -> Int? {
    var first = 0
    for index in 0...tokens.count where index == tokens.count || !tokens[index].isQuoted {
      if index - first == Self.proxyNames.count { return first }
      first = index + 1
    }
    return nil
  }

  // MARK: Messages

  /// The text before a quoted value, the name of the value's field, and the part of a URL that it
  /// is.
  private typealias Place = (mark: StaticString, field: StaticString, role: FieldRole)

  /// nginx' error log.
  private static let serverPlaces: [Place] = [
    (", request: \"", "request", .requestLine), (", host: \"", "host", .urlHost),
  ]
  /// ModSecurity in Apache's error log.
  private static let firewallPlaces: [Place] = [
    ("[hostname \"", "hostname", .urlHost), ("[uri \"", "uri", .urlPath),
  ]
  /// WatchGuard's proxies.
  private static let appliancePlaces: [Place] = [
    (" dstname=\"", "dstname", .urlHost), (" host=\"", "host", .urlHost), (" sni=\"", "sni", .none),
    (" op=\"", "op", .method), (" arg=\"", "arg", .urlPath), (" path=\"", "path", .urlPath),
  ]

  /// Reads a message of words in which the host and path of a request are in quotes.
  ///
  /// The rest of it is text, in which its ends and its time are looked for as well.
  mutating func readRequestMessage(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths
  ) -> Bool {
    let start = range.lowerBound
    guard range.count > 40 else { return false }
    let places: [Place]
    var isInOrder = false
    if bytes.byte(unchecked: start) == UInt8(ascii: "[") {
      places = Self.firewallPlaces
    } else if LogTime.isDate(bytes, at: start, Byte.slash),
      bytes.starts(with: " [", at: start + 19)
    {
      places = Self.serverPlaces
      isInOrder = true
    } else if bytes.firstRange(of: "msg_id=\"", from: start, to: min(range.upperBound, start + 96))
      != nil
    {
      places = Self.appliancePlaces
    } else {
      return false
    }
    return addPlaces(bytes, range, places, isInOrder: isInOrder, &paths)
  }

  private mutating func addPlaces(
    _ bytes: RawSpan, _ range: Range<Int>, _ places: [Place], isInOrder: Bool,
    _ paths: inout FieldPaths
  ) -> Bool {
    var start = range.lowerBound
    var found: [(place: Place, value: Range<Int>)] = []
    for place in places {
      guard
        let mark = bytes.firstRange(of: place.mark, from: start, to: range.upperBound),
        let close = bytes.closingQuote(from: mark.upperBound, to: range.upperBound)
      else { continue }
      found.append((place, mark.upperBound..<close))
      // A file's name before a place may look like a later place, so that is searched for only
      // behind.
      if isInOrder { start = close }
    }
    guard !found.isEmpty else { return false }
    found.sort { $0.value.lowerBound < $1.value.lowerBound }
    for (place, value) in found {
      // What looks like a place inside another quoted value is none.
      if let last = line.fields.last, last.end > value.lowerBound { continue }
      let field = paths.name(place.field)
      line.add(field, quoted: value)
      switch place.role {
      case .urlHost where !bytes.isAbsent(value) && line.urlHost == nil:
        line.urlHost = LineField(field, value)
      case .urlPath where bytes.mayBePath(value) && line.urlPath == nil:
        line.urlPath = LineField(field, value)
      case .requestLine:
        if let path = JoinedURL.path(inRequestLine: bytes, value) {
          line.urlPath = LineField(field, path)
        }
      case .method: line.isTunnel = bytes.isWord(value, "CONNECT")
      default: break
      }
    }
    line.text = range
    return true
  }
}
