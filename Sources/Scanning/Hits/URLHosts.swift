import Database
import Indicators
import Parsing

/// The hosts of URL indicators, which are all that encrypted traffic shows of them (`--url-hosts`).
///
/// They are the names of a database of their own, made when a scan begins; so they are looked up, and
/// lines of logs are chosen, as for any other name. The line of a name's source is the number of its
/// host. Hosts that are addresses are left out: neither TLS nor DNS names them.
struct URLHosts: Sendable {
  /// A URL indicator with a host.
  struct Entry: Sendable, Hashable {
    var reference: EntryReference
    /// Whether the URL is the whole host: its path is `/`.
    var isRoot: Bool
  }

  /// Names of hosts, each exact.
  let database: IndicatorDatabase
  /// URL indicators by the number of their host.
  private let entries: [[Entry]]

  /// The hosts of all URL indicators; nil where there are none.
  ///
  /// - Throws: where they make no database: there are more of them than one can hold.
  init?(_ databases: [IndicatorDatabase]) throws {
    var numbers: [[UInt8]: Int] = [:]
    var entries: [[Entry]] = []
    var collection = IndicatorCollection()
    let feed = collection.addFeed(FeedDescription(name: "hosts of URLs", format: "plain"))
    for (index, database) in databases.enumerated() {
      database.forEachBlockingURL { number, url, schemeLength, isPrefix in
        guard let range = Self.host(of: url, schemeLength) else { return }
        let name = url.copied(range)
        let place: Int
        if let known = numbers[name] {
          place = known
        } else {
          place = entries.count
          numbers[name] = place
          entries.append([])
          collection.append(
            IndicatorRecord(
              kind: .domain, mode: .exact, prefixLength: 0, ignoresCase: false, port: 0,
              schemeLength: 0, feed: feed, line: UInt32(clamping: place + 1), context: 0,
              valueLength: 0, valueOffset: 0),
            value: name.rawSpan)
        }
        let isRoot = !isPrefix && Self.isRoot(url, host: range)
        entries[place].append(
          Entry(reference: EntryReference(database: index, entry: number), isRoot: isRoot))
      }
    }
    guard !entries.isEmpty else { return nil }
    database = try IndicatorDatabase(DatabaseCompiler.compile(collection))
    self.entries = entries
  }

  /// The URL indicators on the host that an entry of the database names.
  func entries(of name: UInt32) -> [Entry] {
    guard let line = database.sources(of: name).first?.line, line > 0, Int(line) <= entries.count
    else { return [] }
    return entries[Int(line) - 1]
  }

  /// How many URL indicators are on the hosts that entries of the database name.
  func count(of names: Set<UInt32>) -> UInt64 {
    names.reduce(0) { $0 + UInt64(entries(of: $1).count) }
  }

  /// How many URL indicators of databases are on hosts with these names.
  static func count(on names: Set<[UInt8]>, in databases: [IndicatorDatabase]) -> UInt64 {
    if names.isEmpty { return 0 }
    // Most URLs are told apart by two bytes, before their hosts are copied.
    var mayBegin = [Bool](repeating: false, count: 1 << 16)
    for name in names where name.count > 1 { mayBegin[Int(name[0]) << 8 | Int(name[1])] = true }
    var count: UInt64 = 0
    for database in databases {
      database.forEachBlockingURL { _, url, schemeLength, _ in
        guard schemeLength < url.byteCount - 1,
          mayBegin[Int(url.bigEndianUInt16(unchecked: schemeLength))],
          let host = host(of: url, schemeLength), names.contains(url.copied(host))
        else { return }
        count += 1
      }
    }
    return count
  }

  /// Where the name is that a URL's normal form has as its host.
  private static func host(of url: RawSpan, _ start: Int) -> Range<Int>? {
    guard start < url.byteCount else { return nil }
    var end = start
    // A port, never an IPv6 address: those stand in brackets.
    while end < url.byteCount, url.byte(unchecked: end) != Byte.slash,
      url.byte(unchecked: end) != Byte.colon
    {
      end += 1
    }
    guard end > start, url.byte(unchecked: start) != UInt8(ascii: "["),
      IPAddressText.ipv4(url.extracting(start..<end)) == nil
    else { return nil }
    return start..<end
  }

  /// Whether a URL is its host alone, with or without a port.
  private static func isRoot(_ url: RawSpan, host: Range<Int>) -> Bool {
    url.end(before: Byte.slash, from: host.upperBound) + 1 >= url.byteCount
  }

  /// What a field says of a host.
  enum Role {
    /// A name that a client asks a resolver for, or that one answers.
    case resolution
    /// The name in the clear of an encrypted connection.
    case encrypted
  }

  /// What a field is; nil for one of neither.
  static func role(ofField field: [UInt8]) -> Role? {
    let path = String(decoding: field, as: UTF8.self).lowercased()
    let last = path.split(separator: ".").last.map(String.init) ?? path
    switch last.filter({ $0.isLetter }) {
    case "sni", "servername", "clientservername", "tlsservername", "sslservername":
      return .encrypted
    case "query", "rrname", "qname", "questionname", "answers": return .resolution
    default: return path.hasPrefix("dns.") ? .resolution : nil
    }
  }
}
