import Indicators

/// Members of one object that belong together.
extension ReferenceRecord {
  func folded(_ key: [UInt8]) -> String { referenceFolded(key, digits: true) }

  func first(_ wanted: String, in members: Members) -> ReferenceNode? {
    members.first { folded($0.key) == wanted }?.value
  }

  /// The port in the member beside an address: `src_port` for `src_ip`, `id.resp_p` for `id.resp_h`, `dport`
  /// for `dest`.
  func siblingPort(of key: [UInt8], in members: Members) -> UInt16? {
    guard portEndpoint(key) == nil else { return nil }
    let wanted = addressEndpoint(key)
    for (name, value) in members where portEndpoint(name) == wanted {
      // The first that is one.
      if let text = value.scalarText, let port = Self.port(text) { return port }
    }
    return nil
  }

  /// A port as a table may write it, `80` or `80.0`.
  static func port(_ text: [UInt8]) -> UInt16? {
    let word = String(decoding: text, as: UTF8.self)
    let digits = word.count > 2 && word.hasSuffix(".0") ? String(word.dropLast(2)) : word
    return digits.hasPrefix("0") ? nil : UInt16(digits)
  }

  /// The port of the request whose host a member is.
  func requestPort(of key: [UInt8], in members: Members, keys: [[UInt8]]) -> UInt16? {
    let isURL = keys.last.map { folded($0) } == "url"
    guard
      Self.hosts.contains(where: { $0.contains(folded(key)) })
        && !["servername", "domainname"].contains(folded(key))
        || isURL && folded(key) == "domain"
    else { return nil }
    let ports = members.filter { name, _ in
      folded(name) == "httpport" || folded(name) == "csuriport" || isURL && folded(name) == "port"
    }
    let connection = members.filter { name, _ in
      ["id.resp_p", "id_resp_p"].contains(
        String(decoding: referenceLowercased(name), as: UTF8.self))
    }
    for (_, value) in ports + connection {
      guard let text = value.scalarText, let port = Self.port(text) else { continue }
      return port
    }
    return nil
  }

  func portEndpoint(_ key: [UInt8]) -> String? {
    let name = folded(key)
    if name == "spt" || name == "dpt" { return name == "spt" ? "src" : "dst" }
    if name.hasSuffix("portnum") { return endpoint(name.dropLast(7)) }
    if name.hasSuffix("port") { return endpoint(name.dropLast(4)) }
    let isLetter =
      key.suffix(2).elementsEqual("_p".utf8) || key.suffix(2).elementsEqual(".p".utf8)
      || key.suffix(2).elementsEqual("-p".utf8)
    return isLetter ? String(name.dropLast()) : nil
  }

  func addressEndpoint(_ key: [UInt8]) -> String {
    let name = folded(key)
    if ["_h", ".h", "-h"].contains(where: { key.suffix(2).elementsEqual($0.utf8) }) {
      return String(name.dropLast())
    }
    for suffix in ["ipaddress", "ipaddr", "ip", "address", "addr"] where name.hasSuffix(suffix) {
      return endpoint(name.dropLast(suffix.count))
    }
    return endpoint(name.hasSuffix("host") ? name.dropLast(4) : name[...])
  }

  func endpoint(_ stem: Substring) -> String {
    var stem = stem
    // The layer before it is not the same for an address and its port.
    for end in ["src", "dst"] where stem.hasSuffix(end) {
      let layers = ["ipv4", "ipv6", "l4", "ip", "tcp", "udp", "sctp"]
      guard let layer = layers.first(where: { stem.hasSuffix($0 + end) }) else { continue }
      stem = Substring(stem.dropLast(layer.count + 3) + end)
    }
    return switch stem {
    case "s", "src", "source": "src"
    case "d", "dst", "dest", "destination": "dst"
    case "ip": ""
    default: String(stem)
    }
  }

  /// The URL that host, port and path of one object make (§4).
  mutating func join(_ members: Members, keys: [[UInt8]]) {
    if isHostClient(members) { return }
    let hasMethod = members.contains { key, value in
      Self.methods.contains(folded(key)) && Self.isMethod(value.scalarText ?? [])
    }
    // What a request asked for is its own path where it says how it was made.
    func holds(_ names: Set<String>) -> Bool {
      members.contains { key, value in
        guard case .string(let text, _) = value else { return false }
        return names.contains(folded(key)) && [0x2F, 0x5C].contains(text.bytes.first ?? 0)
      }
    }
    let isNamed = holds(Self.paths)
    // One that stands beside the whole target is a part of it.
    let whole = Self.paths.subtracting(["clientrequestpath"])
    let named = holds(whole) ? whole : Self.paths
    let shapes: [(hosts: [Set<String>], paths: Set<String>)] = [
      (Self.hosts, isNamed || !hasMethod ? named : Self.furtherPaths),
      ([["authority"]], ["path", "xenvoyoriginpath", "xenvoyoriginalpath"]),
    ]
    for shape in shapes {
      guard var hosts = hosts(shape.hosts, in: members) else { continue }
      // Of columns with one name the first counts.
      if form == .row || form == .csv { hosts = Array(hosts.prefix(1)) }
      if Self.methods.contains(where: {
        first($0, in: members)?.scalarText.map(referenceLowercased) == Array("connect".utf8)
      }) {
        continue
      }
      let isOriginal =
        shape.hosts == Self.hosts
        && !members.contains { key, value in
          guard case .string(let text, _) = value else { return false }
          return shape.paths.contains(folded(key)) && [0x2F, 0x5C].contains(text.bytes.first ?? 0)
        }
      if isOriginal, !members.contains(where: { folded($0.key) == "urloriginal" }),
        let named = members.first(where: { Self.requestLines.contains(folded($0.key)) })
      {
        for line in members where folded(line.key) == folded(named.key) {
          for host in hosts { joinRequest(line, host: host.bytes, members, keys: keys) }
        }
        continue
      }
      let paths = isOriginal ? ["urloriginal"] : shape.paths
      for (key, value) in members where paths.contains(folded(key)) {
        guard case .string(let path, _) = value, path.bytes.first == 0x2F else { continue }
        for host in hosts {
          join(
            host: host.bytes,
            port: (first("httpport", in: members) ?? first("csuriport", in: members))?.scalarText
              ?? [],
            path: path,
            query: path.bytes.contains(0x3F) ? nil : query(in: members),
            scheme: scheme(in: members),
            isDecoded: folded(key) == "uri", keys: keys + [key])
        }
      }
    }
    joinGroup(members, keys: keys)
  }

  /// The strings of the key whose name is preferred, else the value of a header that is called so.
  func hosts(_ names: [Set<String>], in members: Members) -> [ReferenceText]? {
    for tier in names {
      let found = members.compactMap { key, value -> (key: [UInt8], text: ReferenceText)? in
        guard tier.contains(folded(key)), case .string(let text, _) = value, text.count > 0,
          text.bytes != [0x2D]
        else { return nil }
        return (key, text)
      }
      if !found.isEmpty { return found.filter { $0.key == found[0].key }.map(\.text) }
    }
    guard names.count > 1 else { return nil }
    for case (let key, .object(let headers)) in members where Self.headers.contains(folded(key)) {
      if let text = hosts(Self.hosts + [["authority"]], in: headers)?.first { return [text] }
    }
    for case (_, .array(let elements)) in members {
      for case .object(let header) in elements {
        guard case .string(let name, _)? = header.first(where: { folded($0.key) == "name" })?.value,
          folded(name.bytes) == "host",
          case .string(let text, _)? = header.first(where: { folded($0.key) == "value" })?.value,
          text.count > 0
        else { continue }
        return [text]
      }
    }
    return nil
  }

  /// Whether `host` is the client, as parsers of access logs call it.
  func isHostClient(_ members: Members) -> Bool {
    func has(_ key: String) -> Bool { members.contains { folded($0.key) == key } }
    let others = Self.hosts[0].union(Self.hosts[1])
    let isAddress = members.contains { key, value in
      let text = value.scalarText ?? []
      return folded(key) == "host"
        && (ReferenceAddress.ipv4(text) != nil || ReferenceAddress.ipv6(text) != nil)
    }
    return has("code") && has("size") && isAddress && has("path") && !has("remote")
      && !members.contains { others.contains(folded($0.key)) }
      && members.contains { key, value in
        Self.methods.contains(folded(key)) && Self.isMethod(value.scalarText ?? [])
      }
  }

  static let headers: Set<String> = [
    "headers", "requestheaders", "reqheaders", "httpheaders", "multivalueheaders",
  ]

  /// Names of hosts, the preferred ones first, and of paths that are joined.
  static let hosts: [Set<String>] = [
    ["xhostheader"],
    ["cshost", "requesthost", "httphost", "clientrequesthost", "urldomain", "requestedhost"],
    ["host"],
    ["servername"], ["hostname"], ["dstname"], ["domainname"],
  ]
  static let methods = ["httpmethod", "method", "csmethod", "requestmethod", "op"]
  static func isMethod(_ text: [UInt8]) -> Bool {
    [
      "get", "post", "head", "put", "delete", "options", "patch", "connect", "trace", "propfind",
    ].contains(String(decoding: text, as: UTF8.self).lowercased())
  }
  static let furtherPaths: Set<String> = [
    "path", "arg", "uripath", "csuri", "xenvoyoriginpath", "xenvoyoriginalpath",
  ]
  static let paths: Set<String> = [
    "uri", "url", "csuristem", "csuripath", "requestpath", "requesturi", "clientrequesturi",
    "urlpath", "clientrequestpath", "requestedpath", "httptarget", "rawpath",
  ]

  /// What holds a request's first line.
  static let requestLines: Set<String> = ["request", "requestline", "httprequest"]

  /// The URL of a host and the path in a request's first line.
  mutating func joinRequest(
    _ line: Members.Element, host: [UInt8], _ members: Members, keys: [[UInt8]]
  ) {
    guard case .string(let text, _) = line.value else { return }
    let words = text.bytes.split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count > 1, words[1].first == 0x2F,
      !referenceLowercased(Array(words[0])).elementsEqual("connect".utf8)
    else { return }
    join(
      host: host,
      port: (first("httpport", in: members) ?? first("csuriport", in: members))?.scalarText ?? [],
      path: text.part(words[1].indices),
      query: words[1].contains(0x3F) ? nil : query(in: members), scheme: scheme(in: members),
      keys: keys + [line.key])
  }

  func scheme(in members: Members) -> [UInt8]? {
    let names = ["scheme", "urlscheme", "requestscheme", "csprotocol", "csurischeme"]
    for (key, value) in members where names.contains(folded(key)) {
      if case .string(let text, _) = value { return text.bytes }
    }
    return nil
  }

  static let queries: Set<String> = [
    "csuriquery", "args", "urlquery", "querystring", "requestquery", "requestquerystring",
    "requestparams", "uriquery", "rawquerystring",
  ]
  static let name = ReferencePattern(
    #"\A(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9_-]{1,63}\z"#)

  /// Whether what is called a query may be what DNS was asked for.
  static func isName(_ query: [UInt8]) -> Bool {
    if ReferenceAddress.ipv4(query) != nil || ReferenceAddress.ipv6(query) != nil { return true }
    let isNumber = query.split(separator: 0x2E).last?.allSatisfy { 0x30...0x39 ~= $0 } ?? true
    return query.count <= 253 && name.matches(query) && !isNumber
  }

  func query(in members: Members) -> [UInt8]? {
    func text(_ isNamed: (String) -> Bool) -> [UInt8]? {
      for (key, value) in members where isNamed(folded(key)) {
        if case .string(let text, _) = value, text.count > 0, text.bytes != [0x2D] {
          return text.bytes
        }
      }
      return nil
    }
    let found =
      text(Self.queries.contains)
      // It may be what DNS was asked for.
      ?? text { $0 == "query" }.flatMap {
        Self.isName($0) ? nil : $0
      }
    guard let found else { return nil }
    // Some proxies write the sign that sets it off.
    return found.first == 0x3F ? Array(found.dropFirst()) : found
  }

  /// The URL of an object that is called `url`, as common schemas have it: host, port, path and query.
  mutating func joinGroup(_ members: Members, keys: [[UInt8]]) {
    guard keys.last.map({ folded($0) }) == "url" else { return }
    func text(_ names: [String]) -> ReferenceText? {
      for (key, value) in members where names.contains(folded(key)) {
        if case .string(let text, _) = value { return text }
      }
      return nil
    }
    guard let host = text(["domain", "hostname", "host"]), host.count > 0,
      let path = members.first(where: { folded($0.key) == "path" })
        ?? members.first(where: { folded($0.key) == "original" }),
      case .string(let target, _) = path.value
    else { return }
    join(
      host: host.bytes, port: first("port", in: members)?.scalarText ?? [], path: target,
      query: target.bytes.contains(0x3F) ? nil : text(["query", "querystring"])?.bytes,
      scheme: text(["scheme"])?.bytes,
      keys: keys + [path.key])
  }

  /// Adds the URL that a host, perhaps a port, and a path make.
  mutating func join(
    host: [UInt8], port: [UInt8], path: ReferenceText, query: [UInt8]?, scheme: [UInt8]? = nil,
    isDecoded: Bool = false, keys: [[UInt8]]
  ) {
    guard path.bytes.first == 0x2F, !host.isEmpty else { return }
    var authority = host
    let user = host.lastIndex(of: 0x40).map { host[..<$0] } ?? []
    if user.allSatisfy({ ![0x2F, 0x5C, 0x3F, 0x23].contains($0) }) {
      authority.removeFirst(host.contains(0x40) ? user.count + 1 : 0)
    }
    if ReferenceAddress.ipv6(authority) != nil { authority = [0x5B] + authority + [0x5D] }
    if port.allSatisfy({ (0x30...0x39).contains($0) }), !port.isEmpty, !authority.contains(0x3A) {
      authority += [0x3A] + port
    }
    // Port 443 tells the scheme where the record does not.
    var name = scheme.map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
    let isWord = name.first?.isLetter ?? false && name.allSatisfy { $0.isLetter || $0.isNumber }
    if !["http", "https", "ftp", "ftps", "ws", "wss", "rtsp"].contains(name) {
      if isWord { return }
      name = authority.suffix(4).elementsEqual(":443".utf8) ? "https" : "http"
    }
    guard authority.allSatisfy({ ![0x2F, 0x3F, 0x23, 0x40].contains($0) }) else { return }
    var target = encoded(path.bytes, isDecoded: isDecoded)
    if let query, !query.isEmpty { target += [0x3F] + encoded(query, isDecoded: false) }
    guard
      let form = ReferenceURL.normalForm(
        scheme: Array(name.utf8), rest: authority + target)
    else { return }
    add(
      ReferenceValue(kind: .url, value: form, start: 0, extent: 0..<path.count), of: path,
      keys: keys)
  }

  /// White space and controls as `%XX`; in Zeek's decoded paths `#` as well.
  func encoded(_ path: [UInt8], isDecoded: Bool) -> [UInt8] {
    path.flatMap { byte in
      byte <= 0x20 || byte == 0x7F || isDecoded && byte == 0x23
        ? ReferenceURL.percentEncoded(byte) : [byte]
    }
  }
}
