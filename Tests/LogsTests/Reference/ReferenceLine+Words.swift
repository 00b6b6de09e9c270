/// Messages of words in a fixed order: web servers, load balancers, proxies, flow logs, name servers.
extension ReferenceLine {
  /// A word, without the quotes around it.
  struct Word {
    var range: Range<Int>
    var isQuoted = false
  }

  private static let quotedWord = ReferencePattern(#"\A"("# + quoted + #")""#)
  static let number = ReferencePattern(#"\A-?[0-9]+\z"#)
  private static let fraction = ReferencePattern(#"\A-?[0-9]+(?:\.[0-9]*)?\z"#)

  /// The words of a range; nil where a quote is not closed or there are too many, unless the last may hold the rest.
  func words(_ range: Range<Int>, most: Int, keepsRest: Bool = false) -> [Word]? {
    var words: [Word] = []
    var place = range.lowerBound
    while place < range.upperBound {
      if bytes[place] == 0x20 {
        place += 1
        continue
      }
      if words.count == most {
        words[most - 1].range = words[most - 1].range.lowerBound..<range.upperBound
        return keepsRest ? words : nil
      }
      let end = bytes[place..<range.upperBound].firstIndex(of: 0x20) ?? range.upperBound
      if bytes[place] == 0x22 {
        guard let quoted = Self.quotedWord.first(in: bytes[place..<range.upperBound])?[0] else {
          return nil
        }
        let close = place + quoted.count
        if close == range.upperBound || bytes[close] == 0x20 {
          words.append(Word(range: place + 1..<close - 1, isQuoted: true))
          place = close
          continue
        }
      }
      words.append(Word(range: place..<end))
      place = end
    }
    return words
  }

  mutating func add(_ name: String?, _ word: Word) {
    let isAbsent = name == nil || self.word(word.range) == "-"
    let outer =
      word.isQuoted ? word.range.lowerBound - 1..<word.range.upperBound + 1 : word.range
    fields.append(
      ReferenceLineField(
        keys: isAbsent ? nil : [Array((name ?? "").utf8)], range: word.range, outer: outer,
        isQuoted: word.isQuoted))
  }

  // MARK: Access logs

  /// An address, a name of several labels with a letter in it, and what is not there.
  private static let clientAndHost = ReferencePattern(
    #"\A[0-9.]+(?::[0-9]+ (?=[^ ]*[A-Za-z])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+(?::[^ ]*)?| (?=[^ ]*[A-Za-z])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+:[^ ]*) - "#
  )
  private static let access = ReferencePattern(
    #" \[([^\[\]]{0,46})\](?: \([0-9]+ s\))? "("# + quoted + #")""#)
  private static let accessWithoutBrackets = ReferencePattern(
    #"\A([0-9A-Fa-f:.]{2,45}) - [^ ]+( ([^ ]+) "("# + quoted + #")")"#)
  /// An address with a zone, or in brackets with a port.
  private static let clientForm = ReferencePattern(
    #"\A(?:\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]:[0-9]*(?::.*)?|([0-9A-Fa-f:.]+)%.*)\z"#)

  static func isAddress(_ written: some Collection<UInt8>) -> Bool {
    ReferenceAddress.ipv4(Array(written)) != nil || ReferenceAddress.ipv6(Array(written)) != nil
  }

  /// The address that brackets around a word hold.
  private func withoutBrackets(_ word: Word) -> Word {
    let inner = word.range.dropFirst().dropLast()
    guard word.range.count > 2, bytes[word.range].first == 0x5B, bytes[word.range].last == 0x5D,
      Self.isAddress(bytes[inner.startIndex..<inner.endIndex])
    else { return word }
    return Word(range: inner.startIndex..<inner.endIndex)
  }

  private func isClient(_ word: Word) -> Bool {
    if Self.isHost(bytes[word.range]) { return true }
    guard word.range.count <= 64, let groups = Self.clientForm.first(in: bytes[word.range]),
      let address = groups[1] ?? groups[2]
    else { return false }
    return Self.isAddress(bytes[word.range].dropFirst(address.lowerBound).prefix(address.count))
  }

  /// The time and the request of a line whose time is in ISO 8601 without brackets, behind a client, `-` and a user.
  private func accessWithoutBrackets(_ start: Int) -> ArraySlice<Range<Int>?>? {
    guard let groups = Self.accessWithoutBrackets.first(in: bytes[start...]),
      let client = groups[1], let time = groups[3],
      Self.isAddress(bytes[start + client.lowerBound..<start + client.upperBound]),
      Self.isoWord.matches(bytes[start + time.lowerBound..<start + time.upperBound]),
      ReferenceTime.isISO(Array(bytes[start + time.lowerBound..<start + time.upperBound]))
    else { return nil }
    return groups[2...]
  }

  mutating func readAccess(_ start: Int) -> Bool {
    // The first time that stands before something in quotes is that before the request.
    let times = Self.access.all(in: bytes[start...])
    let bracketed = times.first { groups in
      groups[1].map {
        ReferenceTime.isAccess(Array(bytes[start + $0.lowerBound..<start + $0.upperBound]))
      } ?? false
    }
    guard let found = bracketed.map({ $0[...] }) ?? accessWithoutBrackets(start),
      let whole = found[found.startIndex], let request = found[found.startIndex + 2],
      start + whole.upperBound < text.count, whole.lowerBound >= 5,
      bracketed == nil || text.count - start - whole.lowerBound > 29
    else { return false }
    func moved(_ range: Range<Int>) -> Range<Int> {
      start + range.lowerBound..<start + range.upperBound
    }
    let rest = whole.upperBound..<text.count - start
    let front = start..<start + whole.lowerBound
    guard let written = words(front, most: 16, keepsRest: true), written.count >= 3
    else { return false }
    var before = written.map(withoutBrackets)
    func isListed(_ index: Int) -> Bool {
      before[index].range.count > 1 && word(before[index].range).hasSuffix(",")
    }
    func isAbsent(_ index: Int) -> Bool { word(before[index].range) == "-" }
    /// Whether a word is an address, but for a comma where that is asked for.
    func isAddress(_ index: Int, orListed: Bool = false) -> Bool {
      let end = before[index].range.upperBound - (orListed && isListed(index) ? 1 : 0)
      let written = Array(bytes[before[index].range.lowerBound..<end])
      return ReferenceAddress.ipv4(written) != nil || ReferenceAddress.ipv6(written) != nil
    }
    var first = 0
    if before.count >= 4, !isAbsent(1), !isListed(0) {
      first = 1
      if let client = (1..<before.count - 2).first(where: { isAddress($0) && isAbsent($0 + 1) }) {
        first = client
        while first > 0, isAddress(first - 1, orListed: true) { first -= 1 }
      }
    }
    let isNameBehind =
      before.count >= 4 && first == 1 && Self.clientAndHost.matches(bytes[start...])
      && ReferenceAddress.ipv4(
        Array(bytes[before[0].range].prefix { $0 != 0x3A })) != nil
    if isNameBehind { before.swapAt(0, 1) }
    let isOdd = !isNameBehind && first == 1 && isAddress(0) && !Self.isHost(bytes[before[1].range])
    if isOdd { first = 0 }
    let hasHost =
      first == 1
      && !(before[0].range.count >= 19 && ReferenceTime.isISO(Array(bytes[before[0].range])))
    let last =
      (first..<before.count - 2).first {
        !isListed($0) && !(isAddress($0) && isAddress($0 + 1))
      } ?? before.count - 3
    var clients = Array(before[first...last])
    for (place, index) in zip(clients.indices, first...last) where isListed(index) {
      let range = clients[place].range
      clients[place].range = range.lowerBound..<range.upperBound - 1
    }
    guard clients.allSatisfy(isClient) else { return false }
    if hasHost, !isNameBehind { add("server_name", before[0]) }
    for client in clients { add("remote_addr", client) }
    if isNameBehind { add("server_name", before[0]) }
    add("remote_logname", before[last + 1])
    var user = before[last + 2]
    if before.count == last + 5, user.range.lowerBound > written[last + 2].range.lowerBound {
      add("the_real_ip", user)
      user = before[last + 4]
    }
    let end = before[before.count - 1].range.upperBound
    if user.isQuoted, user.range.upperBound < end {
      user = Word(range: user.range.lowerBound - 1..<end)
    }
    user.range = user.range.lowerBound..<end
    add("remote_user", user)
    add("request", Word(range: moved(request), isQuoted: true))
    // The request is scanned even where it is `-`.
    fields[fields.count - 1].keys = [Array("request".utf8)]
    guard let behind = words(moved(rest), most: 64), behind.count >= 2 else { return true }
    let names = ["http_referer", "http_user_agent", "http_x_forwarded_for"]
    for (name, word) in zip(names, behind.dropFirst(2).prefix { $0.isQuoted }) {
      add(name, word)
      fields[fields.count - 1].isUnnamed = name == "http_user_agent"
    }
    if hasHost { joinRequest(moved(request), host: before[0].range) }
    return true
  }

  static let requestLine = ReferencePattern(#"\A([^ ]*) (/[^ ]*)"#)

  mutating func joinRequest(_ request: Range<Int>, host: Range<Int>) {
    guard let groups = Self.requestLine.first(in: bytes[request]), let method = groups[1],
      let target = groups[2]
    else { return }
    let verb = request.lowerBound + method.lowerBound..<request.lowerBound + method.upperBound
    guard word(verb).lowercased() != "connect" else { return }
    self.host = ReferenceLineField(keys: nil, range: host, outer: host)
    let place =
      request.lowerBound + target.lowerBound..<request.lowerBound + target.upperBound
    path = ReferenceLineField(keys: [Array("request".utf8)], range: place, outer: place)
  }

  // MARK: Load balancers

  private static let classic: [String?] = [
    nil, "elb", "client:port", "backend:port", nil, nil, nil, nil, nil, nil, nil, "request",
    "user_agent", "ssl_cipher", "ssl_protocol",
  ]
  private static let application: [String?] = [
    nil, nil, "elb", "client:port", "target:port", nil, nil, nil, nil, nil, nil, nil, "request",
    "user_agent", "ssl_cipher", "ssl_protocol", "target_group_arn", "trace_id", "domain_name",
    "chosen_cert_arn", nil, nil, "actions_executed", "redirect_url", "error_reason",
    "target:port_list", nil, "classification", "classification_reason", "conn_trace_id",
    "transformed_host", "transformed_uri", "request_transform_status",
  ]
  private static let network: [String?] = [
    nil, nil, nil, "elb", "listener", "client:port", "destination:port", nil, nil, nil, nil, nil,
    "chosen_cert_arn", "chosen_cert_serial", "tls_cipher", "tls_protocol_version",
    "tls_named_group", "domain_name", "alpn_fe_protocol", "alpn_be_protocol",
    "alpn_client_preference_list", nil,
  ]
  static let isoWord = ReferencePattern(#"\A.{4}-.{5}T.{8,29}\z"#)
  private static let endpoint = ReferencePattern(#"\A(?:-|(.*):(-?[0-9]+))\z"#)

  mutating func readLoadBalancer(_ start: Int) -> Bool {
    guard let words = words(start..<text.count, most: 64), words.count >= 12,
      // Nothing stands before the first word.
      words[0].range.lowerBound == start
    else { return false }
    let first = word(words[0].range)
    let isNetwork = first == "tls"
    let isClassic = !isNetwork && (0x30...0x39).contains(bytes[start])
    guard
      isClassic || isNetwork && ["1.0", "2.0"].contains(word(words[1].range))
        || ["http", "https", "h2", "ws", "wss", "grpcs"].contains(first),
      words.prefix(isNetwork ? 3 : isClassic ? 1 : 2).allSatisfy({ !$0.isQuoted })
    else { return false }
    let time = words[isNetwork ? 2 : isClassic ? 0 : 1].range
    for number in 1..<(isNetwork ? 3 : isClassic ? 1 : 2)
    where words[number].range.lowerBound != words[number - 1].range.upperBound + 1 {
      return false
    }
    guard Self.isoWord.matches(bytes[time]), ReferenceTime.isISO(Array(bytes[time])) else {
      return false
    }
    let names = isNetwork ? Self.network : isClassic ? Self.classic : Self.application
    let client = isNetwork ? 5 : isClassic ? 2 : 3
    for word in words[client...client + 1] {
      guard !word.isQuoted, Self.endpoint.matches(bytes[word.range]) else { return false }
    }
    if !isNetwork {
      let request = isClassic ? 11 : 12
      guard request < words.count, words[request].isQuoted,
        words[client + 2..<client + 5].allSatisfy({ Self.fraction.matches(bytes[$0.range]) })
      else { return false }
    }
    for (number, word) in words.enumerated() where number < names.count {
      add(names[number], word)
      // What is behind the last colon is the port.
      guard number == client || number == client + 1,
        let colon = bytes[word.range].lastIndex(of: 0x3A),
        ReferenceAddress.ipv6(Array(bytes[word.range.lowerBound..<colon])) != nil
      else { continue }
      fields[fields.count - 1].range = word.range.lowerBound..<colon
      fields[fields.count - 1].port =
        bytes[colon + 1] == 0x30 ? nil : UInt16(self.word(colon + 1..<word.range.upperBound))
    }
    return true
  }

  private static let connection: [String?] = [
    nil, "client_ip", "client_port", "listener_port", "tls_protocol", "tls_cipher", nil,
    "leaf_client_cert_subject", nil, "leaf_client_cert_serial_number", "tls_verify_status",
    "conn_trace_id",
  ]

  mutating func readConnection(_ start: Int) -> Bool {
    guard let words = words(start..<text.count, most: 64), words.count >= 11,
      words[0].range.lowerBound == start, (0x30...0x39).contains(bytes[start]),
      Self.isoWord.matches(bytes[words[0].range]),
      ReferenceTime.isISO(Array(bytes[words[0].range])), Self.isAddress(bytes[words[1].range]),
      let port = port(words[2].range), self.port(words[3].range) != nil, !words[4].isQuoted,
      word(words[4].range) == "-" || word(words[4].range).hasPrefix("TLSv")
    else { return false }
    for (name, word) in zip(Self.connection, words) {
      add(name, word)
      if name == "client_ip" { fields[fields.count - 1].port = port }
    }
    return true
  }

  private func port(_ range: Range<Int>) -> UInt16? {
    word(range).hasPrefix("0") ? nil : UInt16(word(range))
  }

  // MARK: squid

  private static let squid = ReferencePattern(
    #"\A([0-9]+\.[0-9]{3}) +(?:-?[0-9]+) +([^ ]+) +[A-Z_]*/-?[0-9]+ +-?[0-9]+ +[^ ]+ +([^ ]+) +("(?:[^"\\]|\\.)*"|[^ ]+) +([^ /]*/)([^ ]*) +[^ ]+(?: .*)?\z"#
  )

  mutating func readProxy(_ start: Int) -> Bool {
    let time = start..<(bytes[start...].firstIndex(of: 0x20) ?? text.count)
    if Self.isoWord.matches(bytes[time]), (0x30...0x39).contains(bytes[start]),
      ReferenceTime.isISO(Array(bytes[time])), time.upperBound + 2 < text.count
    {
      guard readProxy(time.upperBound + 1) else { return false }
      skip(time)
      return true
    }
    guard (0x30...0x39).contains(bytes[start]),
      let words = words(start..<text.count, most: 32), words.count >= 10,
      !words.prefix(10).indices.contains(where: { $0 != 7 && words[$0].isQuoted }),
      let groups = Self.squid.first(in: bytes[start...]), let time = groups[1], time.count >= 13
    else { return false }
    func place(_ group: Int) -> Range<Int> {
      let range = groups[group] ?? 0..<0
      return start + range.lowerBound..<start + range.upperBound
    }
    add("remotehost", Word(range: place(2)))
    add("url", Word(range: place(3)))
    add("rfc931", words[7])
    skip(place(5))
    add("peerhost", Word(range: place(6)))
    // What squid made a tunnel to itself.
    if word(words[5].range) == "CONNECT", ["HIER_DIRECT/", "DIRECT/"].contains(word(place(5))),
      let colon = bytes[words[6].range].lastIndex(of: 0x3A)
    {
      fields[fields.count - 1].port = port(colon + 1..<words[6].range.upperBound)
    }
    return true
  }

  // MARK: VPC flow logs

  private static let flow = [
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
    "protocol", "packets", "bytes", "start", "end", "action", "log-status",
  ]

  mutating func readFlow(_ start: Int) -> Bool {
    let time = start..<(bytes[start...].firstIndex(of: 0x20) ?? text.count)
    if Self.isoWord.matches(bytes[time]), (0x30...0x39).contains(bytes[start]),
      ReferenceTime.isISO(Array(bytes[time])), time.upperBound + 1 < text.count
    {
      guard readFlow(time.upperBound + 1) else { return false }
      skip(time)
      return true
    }
    guard (0x32...0x39).contains(bytes[start]), bytes[start...].dropFirst().first == 0x20,
      text.count - start >= 40,
      let words = words(start..<text.count, most: 64), words.count >= 14,
      word(words[2].range).hasPrefix("eni-"), Self.number.matches(bytes[words[10].range]),
      Self.number.matches(bytes[words[11].range]),
      ["OK", "NODATA", "SKIPDATA"].contains(word(words[13].range))
    else { return false }
    for (name, word) in zip(Self.flow, words) { add(name, word) }
    return true
  }
}
