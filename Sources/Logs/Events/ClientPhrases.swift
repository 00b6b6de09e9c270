import Indicators
import Parsing

/// Lines that tell in words who logged in, or tried to: `Failed password for root from 192.0.2.1`,
/// `Access denied for user 'a'@'192.0.2.1'`, `Auth-Failure ip 192.0.2.1`,
/// `badlogin: a.example [192.0.2.1]`.
///
/// A preposition proves nothing by itself. The line must speak of a login or a connection, and not
/// of something fetched from a server, where `from` names the other side. If a line names two
/// clients, a user may have called himself `x from 192.0.2.9`, so none is reported.
struct ClientPhrases {
  /// What the next address would be.
  enum Role: UInt8 {
    case none
    /// The client.
    case client
    /// The client if the line speaks of a login, perhaps only further on.
    case clientOfLogin
  }

  /// What a word says about the line, or about the address behind it.
  private struct Meaning: OptionSet {
    let rawValue: UInt8
    /// It speaks of a login, or of a connection.
    static let login = Meaning(rawValue: 1)
    static let connection = Meaning(rawValue: 2)
    /// Something is fetched from another host, or is done to an address by the writer of the line.
    static let foreign = Meaning(rawValue: 4)
    /// It may be done `by` the client, if the line speaks of a login.
    static let ender = Meaning(rawValue: 8)
    /// An address behind it is not the client's.
    static let target = Meaning(rawValue: 16)
  }

  /// A word that decides what the next address is.
  private enum Keyword: UInt8 {
    case none, from, by, `for`, client, remote, remoteIP, ip, place, user, failed
  }

  /// What is known about a word.
  private struct Known {
    var meaning: Meaning = []
    var keyword = Keyword.none
  }

  var role = Role.none
  private(set) var isLogin = false
  private(set) var isConnection = false
  private var isForeign = false
  /// What the previous word says.
  private var meaning: Meaning = []
  /// The keywords of the previous two words.
  private var last = Keyword.none
  private var beforeLast = Keyword.none

  /// Whether an address in brackets may be the client: not if something was done to it.
  var mayBeBracketed: Bool { !meaning.contains(.target) && !isForeign }

  /// Whether what is called `user@192.0.2.1` may be who logged in: not behind `to` or `on`.
  var mayBeLogin: Bool { !meaning.contains(.target) && !isForeign }

  /// Whether the previous words are `for user`, so that the user's name follows.
  var isUser: Bool { last == .user && beforeLast == .for }

  /// Takes the next word, which is not an address.
  mutating func take(_ word: ShortWord) {
    if word.isEmpty { return }
    let known = Self.words[word] ?? Known()
    if known.meaning.contains(.login) || Self.isOfLogin(word) {
      isLogin = true
    } else if known.meaning.contains(.connection) {
      isConnection = true
    } else if known.meaning.contains(.foreign) {
      isForeign = true
    }
    switch known.keyword {
    case .from:
      let tells = isLogin || isConnection || beforeLast == .user || last == .user
      role = tells && !isForeign ? .client : .none
    case .by:
      role = meaning.contains(.ender) && !isForeign ? .clientOfLogin : .none
    case .for:
      role = last == .failed && (isLogin || isConnection) && !isForeign ? .client : .none
    // NetScaler's `Remote_ip 192.0.2.1`; as a key it may be either end's.
    case .client, .remoteIP: role = .client
    case .remote: role = role != .none ? .client : .none
    case .ip:
      if role == .none, !isForeign, !meaning.contains(.target) { role = .clientOfLogin }
    case .place: break
    case .none, .user, .failed: role = .none
    }
    (beforeLast, last) = (last, known.keyword)
    meaning = known.meaning
  }

  /// Takes the key before `=` or `:` if an address behind it would be the client's.
  mutating func take(key: ShortWord) -> Bool {
    let keyword = Self.words[key]?.keyword
    guard keyword == .ip || keyword == .client else { return false }
    take(key)
    return true
  }

  private static func isOfLogin(_ word: ShortWord) -> Bool {
    word.begins(with: login) || word.endsInLogin
      || word.begins(with: auth) && !word.begins(with: author) || word.begins(with: password)
      || word.begins(with: credential)
  }

  private static let login: ShortWord = "login"
  private static let auth: ShortWord = "auth"
  private static let author: ShortWord = "author"
  private static let password: ShortWord = "password"
  private static let credential: ShortWord = "credential"

  private static let words: [ShortWord: Known] = {
    var words: [ShortWord: Known] = [:]
    for (meaning, list) in [
      (.login, "preauth logon logged signin username"),
      (
        .connection,
        "attempt attempts commands connect connection connections disconnect disconnected identification registration session"
      ),
      (
        .foreign,
        """
        answer backend contact delete deleted deleting download downloaded downloading fetch fetched fetching import \
        imported importing kdc ldap list load loaded loading outbound outgoing radius read reading remove removed \
        removing replies reply resolve response responses retrieve retrieved retrieving sync synced syncing transfer \
        unban unbanned upstream
        """
      ),
      (.ender, "aborted attempt closed initiated reset terminated"),
      (
        .target,
        """
        assign assigned assigning at dest destination gateway got internal into lease leased listen listening local \
        new on server target to tunnel via virtual with
        """
      ),
    ] as [(Meaning, String)] {
      for word in list.split(separator: " ") {
        words[ShortWord(word.utf8), default: Known()].meaning.insert(meaning)
      }
    }
    for (keyword, list) in [
      (.from, "from"), (.by, "by"), (.for, "for"), (.client, "client"), (.remoteIP, "remoteip"),
      (.remote, "remote"),
      (.ip, "ip ipaddress"), (.place, "address addr host private public"), (.user, "user"),
      (.failed, "failed"),
    ] as [(Keyword, String)] {
      for word in list.split(separator: " ") {
        words[ShortWord(word.utf8), default: Known()].keyword = keyword
      }
    }
    return words
  }()
}

extension EventNotes {
  /// Words of a line that are looked at.
  private static let mostWords = 64

  /// Notes the client of a line that tells of a login or a connection in words.
  mutating func noteClientPhrase(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var phrases = ClientPhrases()
    // The client, and those that are one if the line speaks of a login.
    var client: (endpoint: WrittenEndpoint, port: UInt16)?
    var ofLogin: (endpoint: WrittenEndpoint, port: UInt16)?
    var inBrackets: (endpoint: WrittenEndpoint, port: UInt16)?
    // `root@192.0.2.1`, who logged in or has a session.
    var ofUser: (endpoint: WrittenEndpoint, port: UInt16)?
    // An address about which nothing is said.
    var other: WrittenEndpoint?
    var count = 0
    var offset = text.lowerBound
    while offset < text.upperBound, count < Self.mostWords {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      let token = offset..<bytes.tokenEnd(from: offset, to: text.upperBound)
      offset = token.upperBound
      count += 1
      // Skips what a mail server's client calls itself.
      if bytes.starts(with: "([", at: token.lowerBound) { continue }
      let value = valueOfKey(bytes, token, &phrases)
      let bare = bareAddress(bytes, value)
      let isBracketed = bytes.byte(unchecked: value.lowerBound) == UInt8(ascii: "[")
      if let endpoint = WrittenEndpoint(bytes, bare) {
        let port =
          endpoint.hasPort ? endpoint.port(bytes) : namedPort(bytes, behind: token, in: text)
        switch phrases.role {
        case .client:
          if let client, !isSame(bytes, client.endpoint, endpoint) { return false }
          client = (endpoint, port)
        case .clientOfLogin:
          if let ofLogin, !isSame(bytes, ofLogin.endpoint, endpoint) { return false }
          ofLogin = (endpoint, port)
        case .none:
          if isBracketed, inBrackets == nil, phrases.mayBeBracketed {
            inBrackets = (endpoint, port)
          }
          if !isBracketed { other = endpoint }
        }
        phrases.role = .none
        continue
      }
      if let endpoint = userEndpoint(bytes, token, isFirst: count == 1, isUser: phrases.isUser) {
        if ofLogin == nil { ofLogin = (endpoint, 0) }
        if phrases.isUser { client = (endpoint, 0) }
        phrases.role = .none
        continue
      }
      if let endpoint = loginEndpoint(bytes, value), phrases.mayBeLogin {
        if let ofUser, !isSame(bytes, ofUser.endpoint, endpoint) { return false }
        ofUser = (endpoint, 0)
        phrases.role = .none
        continue
      }
      // OpenVPN's `name/192.0.2.1:1194` is no word of a sentence.
      if let slash = token.first(where: { bytes.byte(unchecked: $0) == Byte.slash }),
        let endpoint = WrittenEndpoint(bytes, bareAddress(bytes, slash + 1..<token.upperBound))
      {
        other = endpoint
        phrases.role = .none
        continue
      }
      if let endpoint = namedEndpoint(bytes, token), inBrackets == nil, phrases.mayBeBracketed {
        inBrackets = (endpoint, endpoint.port(bytes))
      }
      let role = phrases.role
      phrases.take(ShortWord(bytes, token))
      // A name whose address follows in brackets keeps the role for that address.
      if phrases.role == .none, offset + 1 < text.upperBound,
        bytes.starts(with: "(", at: offset + 1) || bytes.starts(with: "[", at: offset + 1)
      {
        phrases.role = role
      }
    }
    guard
      let found = client ?? (phrases.isLogin ? ofLogin ?? inBrackets : nil)
        ?? (phrases.isLogin || phrases.isConnection ? ofUser : nil)
    else { return false }
    // `192.0.2.1 … FAILED LOGIN … locked out IP 192.0.2.9`: the words do not tell which of them
    // logged in.
    if client == nil, let other, !isSame(bytes, found.endpoint, other) { return false }
    facts.note(isSource: true, bytes, found.endpoint.address, port: found.port)
    return facts.hasEndpoints
  }

  /// The value behind `ip=` or `IP:`, whose key is taken as a word; the whole token if it has no
  /// such key.
  private func valueOfKey(
    _ bytes: RawSpan, _ token: Range<Int>, _ phrases: inout ClientPhrases
  ) -> Range<Int> {
    let last = min(token.upperBound, token.lowerBound + 12)
    var offset = token.lowerBound
    while offset < last {
      let byte = bytes.byte(unchecked: offset)
      if byte == UInt8(ascii: "=") || byte == Byte.colon {
        guard offset + 1 < token.upperBound,
          phrases.take(key: ShortWord(bytes, token.lowerBound..<offset))
        else { return token }
        return offset + 1..<token.upperBound
      }
      offset += 1
    }
    return token
  }

  /// A token without the quotes, brackets and punctuation around an address; the square brackets of
  /// IPv6 stay.
  private func bareAddress(_ bytes: RawSpan, _ token: Range<Int>) -> Range<Int> {
    func isQuote(_ byte: UInt8) -> Bool {
      switch byte {
      case Byte.quote, Byte.apostrophe, UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "("):
        true
      default: false
      }
    }
    var token = token
    while let first = token.first, isQuote(bytes.byte(unchecked: first)) { token.removeFirst() }
    while token.count > 1, let last = token.last {
      let byte = bytes.byte(unchecked: last)
      guard
        isQuote(byte) || byte == Byte.comma || byte == Byte.dot || byte == Byte.colon
          || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ";")
      else { break }
      token.removeLast()
    }
    return token
  }

  /// `port 4242` behind an address.
  private func namedPort(_ bytes: RawSpan, behind token: Range<Int>, in text: Range<Int>) -> UInt16
  {
    let start = token.upperBound + 1
    guard start + 5 < text.upperBound, bytes.starts(with: "port ", at: start) else { return 0 }
    let digits = LogTime.digits(bytes, from: start + 5, to: text.upperBound)
    return 1...5 ~= digits.count ? NumberText.port(bytes, digits) ?? 0 : 0
  }

  /// The endpoint in `'name'@'192.0.2.1'` of MySQL, in `(name@192.0.2.1)` with which lines of
  /// Pure-FTPd begin, and in `sql(name,192.0.2.1)` of Dovecot.
  private func userEndpoint(
    _ bytes: RawSpan, _ token: Range<Int>, isFirst: Bool, isUser: Bool
  ) -> WrittenEndpoint? {
    if let comma = bytes.firstOffset(of: Byte.comma, from: token.lowerBound, to: token.upperBound),
      let open = bytes.firstOffset(of: UInt8(ascii: "("), from: token.lowerBound, to: comma),
      open > token.lowerBound
    {
      let start = comma + 1
      let end =
        bytes.firstOffset(of: Byte.comma, from: start, to: token.upperBound)
        ?? bytes.firstOffset(of: UInt8(ascii: ")"), from: start, to: token.upperBound)
      return end.flatMap { WrittenEndpoint(bytes, start..<$0) }
    }
    guard isUser || isFirst && bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "("),
      let mark = token.last(where: { bytes.byte(unchecked: $0) == UInt8(ascii: "@") })
    else { return nil }
    return WrittenEndpoint(bytes, bareAddress(bytes, mark + 1..<token.upperBound))
  }

  /// The endpoint in `name@192.0.2.1`, also between quotes, as ESXi calls who logs in.
  private func loginEndpoint(_ bytes: RawSpan, _ token: Range<Int>) -> WrittenEndpoint? {
    let word = bareAddress(bytes, token)
    guard
      let mark = bytes.firstOffset(
        of: UInt8(ascii: "@"), from: word.lowerBound, to: word.upperBound),
      mark > word.lowerBound,
      (word.lowerBound..<mark).allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return Byte.isAlphanumeric(byte) || byte == Byte.dot || byte == Byte.minus
          || byte == UInt8(ascii: "_")
      })
    else { return nil }
    return WrittenEndpoint(bytes, mark + 1..<word.upperBound)
  }

  /// The endpoint in `name[192.0.2.1]`, also in `(name[192.0.2.1])`.
  private func namedEndpoint(_ bytes: RawSpan, _ token: Range<Int>) -> WrittenEndpoint? {
    guard token.count > 3,
      let open = bytes.firstOffset(
        of: UInt8(ascii: "["), from: token.lowerBound + 1, to: token.upperBound),
      bytes.byte(unchecked: open - 1) != UInt8(ascii: "(")
    else { return nil }
    return WrittenEndpoint(bytes, open..<token.upperBound)
  }

  private func isSame(_ bytes: RawSpan, _ left: WrittenEndpoint, _ right: WrittenEndpoint) -> Bool {
    EventFacts.endpoint(bytes, left.address) == EventFacts.endpoint(bytes, right.address)
  }
}
