/// Lines of words that hold a request of HTTP or a question of DNS at a known place.
extension ReferenceLine {
  // MARK: Requests

  private static let envoy = ReferencePattern(
    #"\A\[([^\]]{8,38})\] "("# + quoted + #")"(.*)\z"#)

  mutating func readEnvoy(_ start: Int) -> Bool {
    guard text.count - start > 48, let groups = Self.envoy.first(in: bytes[start...]),
      let time = groups[1], let request = groups[2], let rest = groups[3]
    else { return false }
    func moved(_ range: Range<Int>) -> Range<Int> {
      start + range.lowerBound..<start + range.upperBound
    }
    guard Self.isoWord.matches(bytes[moved(time)]),
      ReferenceTime.isISO(Array(bytes[moved(time)])), let words = words(moved(rest), most: 64),
      let code = words.first, !code.isQuoted, Self.number.matches(bytes[code.range])
    else { return false }
    let first = words.indices.first { index in
      index + 5 <= words.count && words[index..<index + 5].allSatisfy(\.isQuoted)
        && (index == 0 || !words[index - 1].isQuoted)
        && (index + 5 == words.count || !words[index + 5].isQuoted)
    }
    guard let first else { return false }
    skip(start..<moved(time).upperBound + 1)
    add("request", Word(range: moved(request), isQuoted: true))
    fields[fields.count - 1].keys = [Array("request".utf8)]
    let names = [
      "http_x_forwarded_for", "http_user_agent", "request_id", "authority", "upstream_host",
    ]
    for (name, word) in zip(names, words[first...]) {
      add(name, word)
      fields[fields.count - 1].isUnnamed = name == "http_user_agent"
    }
    let further = [
      "upstream_cluster", "upstream_local_address", "downstream_local_address",
      "downstream_remote_address", "requested_server_name", "route_name",
    ]
    if words.count == first + 11 {
      for (name, word) in zip(further, words[(first + 5)...]) { add(name, word) }
    }
    joinRequest(moved(request), host: words[first + 3].range)
    return true
  }

  /// What stands before a value in quotes, and what the field is called.
  private typealias Place = (mark: String, name: String)

  private static let nginx = ReferencePattern(
    #"\A[0-9]{4}/[0-9]{2}/[0-9]{2}.{9} \["#)

  mutating func readRequestMessage(_ start: Int) -> Bool {
    guard text.count - start > 40 else { return false }
    let places: [Place]
    let isInOrder = Self.nginx.matches(bytes[start...])
    if bytes[start] == 0x5B {
      places = [(#"\[hostname ""#, "hostname"), (#"\[uri ""#, "uri")]
    } else if isInOrder {
      places = [(#", request: ""#, "request"), (#", host: ""#, "host")]
    } else if word(start..<min(text.count, start + 96)).contains("msg_id=\"") {
      places = ["dstname", "host", "sni", "op", "arg", "path"].map { (" " + $0 + #"=""#, $0) }
    } else {
      return false
    }
    var found: [(name: String, range: Range<Int>)] = []
    var from = start
    for (mark, name) in places {
      let pattern = ReferencePattern(mark + "(" + Self.quoted + #")""#)
      guard let value = pattern.first(in: bytes[from...])?[1] else { continue }
      found.append((name, from + value.lowerBound..<from + value.upperBound))
      if isInOrder { from += value.upperBound }
    }
    found.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (name, range) in found {
      if let last = fields.last, last.range.upperBound > range.lowerBound { continue }
      add("x", Word(range: range, isQuoted: true))
      fields[fields.count - 1].keys = [Array(name.utf8)]
      note(name, range)
    }
    return !found.isEmpty
  }

  /// Notes what a field is of a URL.
  private mutating func note(_ name: String, _ range: Range<Int>) {
    let field = ReferenceLineField(keys: [Array(name.utf8)], range: range, outer: range)
    switch name {
    case "hostname", "host", "dstname":
      if host == nil, !range.isEmpty, word(range) != "-" { host = field }
    case "uri", "arg", "path": if path == nil, word(range).hasPrefix("/") { path = field }
    case "op": isTunnel = word(range) == "CONNECT"
    case "request":
      let known = host
      joinRequest(range, host: range)
      host = known
    default: break
    }
  }

  // MARK: Questions

  mutating func readZoneQuery(_ start: Int) -> Bool {
    guard let words = words(start..<text.count, most: 12), words.count == 10,
      words[0].range.lowerBound == start, word(words[0].range) == "1.0",
      Self.isoWord.matches(bytes[words[1].range]),
      ReferenceTime.isISO(Array(bytes[words[1].range])), word(words[2].range).hasPrefix("Z"),
      Self.codes.contains(word(words[5].range)), Self.isAddress(bytes[words[8].range])
    else { return false }
    skip(start..<words[3].range.lowerBound)
    add("query", words[3])
    skip(words[4].range.lowerBound..<words[8].range.lowerBound)
    add("resolver_ip", words[8])
    add("edns_client_subnet", words[9])
    return true
  }

  private static let codes: Set<String> = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
  ]
  private static let relayCodes: Set<String> = [
    "NXDOMAIN", "NODATA", "NODATA-IPv4", "NODATA-IPv6", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR",
    "SECURE", "INSECURE", "BOGUS", "ABANDONED",
  ]
  private static let relayed = ReferencePattern(
    #"\A(?:-?[0-9]+ [^ /]*/-?[0-9]+ )?(?:((?:query|auth|dnssec-query)\[[^ ]*\]|forwarded) ([^ ]+) (from|to) ([^ ]+)|(reply|cached|cached-stale|config|validation|(?:gravity|exactly|regex|external) (?:blocked|blacklisted|denied)|/[^ ]*) ([^ ]+) is ([^ ]+))"#
  )
  private static let classed = ReferencePattern(
    #"(?<![A-Za-z0-9._-])(?:[A-Z][A-Z0-9]{0,9} IN ([A-Za-z0-9_-][A-Za-z0-9._-]*\.[A-Za-z0-9._-]*\.)(?: |\z)|([A-Za-z0-9_-][A-Za-z0-9._-]*\.[A-Za-z0-9._-]*\.) [A-Z][A-Z0-9]{0,9} IN(?![A-Za-z0-9._-]))"#
  )
  private static let typed = ReferencePattern(#"'([A-Za-z0-9._-]+)\|[A-Z][A-Z0-9]{0,9}'"#)
  private static let umbrella = ReferencePattern(
    #"\A"[^"]{19}"(?:,"[^"]*"){4},"(?:Allowed|Blocked)","[^"]*","([A-Z]+)","([^"]*)"(?:,"[^"]*")*\z"#
  )

  mutating func readNameQuestion(_ start: Int) -> Bool {
    guard text.count - start >= 12 else { return false }
    func moved(_ range: Range<Int>) -> Range<Int> {
      start + range.lowerBound..<start + range.upperBound
    }
    let message = bytes[start...]
    if bytes[start] == 0x22 {
      guard text.count - start > 64, let groups = Self.umbrella.first(in: message),
        let code = groups[1], let name = groups[2], Self.codes.contains(word(moved(code)))
      else { return false }
      add("x", Word(range: moved(name), isQuoted: true))
      fields[fields.count - 1].keys = [Array("query".utf8)]
      return true
    }
    let classed = Self.classed.first(in: message)
    guard
      let name = relayedName(start)
        ?? (classed?[1] ?? classed?[2] ?? Self.typed.first(in: message)?[1]).map(moved),
      !isInNestedRecord(start, name.lowerBound)
    else { return false }
    add("query", name)
    return true
  }

  private func relayedName(_ start: Int) -> Range<Int>? {
    guard let groups = Self.relayed.first(in: bytes[start...]) else { return nil }
    func place(_ group: Int) -> Range<Int>? {
      groups[group].map { start + $0.lowerBound..<start + $0.upperBound }
    }
    func isAddress(_ range: Range<Int>) -> Bool {
      Self.isAddress(bytes[range].prefix { $0 != 0x23 })
        || Self.isAddress(bytes[range].prefix { $0 != 0x3A })
    }
    if let verb = place(1), let name = place(2), let link = place(3), let other = place(4) {
      if word(verb) == "forwarded", word(link) == "from" { return nil }
      return isAddress(other) ? name : nil
    }
    guard let verb = place(5), let name = place(6), let answer = place(7) else { return nil }
    let isFile = bytes[verb.lowerBound] == 0x2F
    if !isFile, Self.isAddress(bytes[name]) { return answer }
    let isCode =
      bytes[answer.lowerBound] == 0x3C
      || Self.relayCodes.contains(word(answer))
    return isAddress(answer) || !isFile && isCode ? name : nil
  }
}
