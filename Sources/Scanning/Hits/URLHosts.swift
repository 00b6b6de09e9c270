import Database
import Indicators
import Parsing

/// The hosts of URL indicators (`--url-hosts`): encrypted traffic shows nothing more of a URL.
///
/// The hosts are domain entries of a database of their own, made when a scan begins. So they are
/// looked up, and lines of logs are chosen, as for any other name. The line of an entry's source is
/// the number of its host, from 1. Hosts that are addresses are left out: neither TLS nor DNS names
/// them.
struct URLHosts: Sendable {
  /// A URL indicator with a host.
  struct Entry: Sendable, Hashable {
    var reference: EntryReference
    /// Whether the URL is the whole host: its path is `/`.
    var isRoot: Bool
  }

  /// The hosts as entries that match exactly.
  let database: IndicatorDatabase
  /// URL indicators by the number of their host.
  private let entries: [[Entry]]

  /// Collects the hosts of all URL indicators; nil if there are none.
  ///
  /// - Throws: if there are more hosts than a database can hold.
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

  /// The URL indicators on the host that is entry `name` of `database`.
  func entries(of name: UInt32) -> [Entry] {
    guard let line = database.sources(of: name).first?.line, line > 0, Int(line) <= entries.count
    else { return [] }
    return entries[Int(line) - 1]
  }

  /// The number of URL indicators on the hosts that are the entries `names` of `database`.
  func count(of names: Set<UInt32>) -> UInt64 {
    names.reduce(0) { $0 + UInt64(entries(of: $1).count) }
  }

  /// The number of URL indicators in `databases` that are on hosts with the given names.
  static func count(on names: Set<[UInt8]>, in databases: [IndicatorDatabase]) -> UInt64 {
    if names.isEmpty { return 0 }
    // The first two bytes of the host rule most URLs out before their hosts are copied.
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

  /// The range of the host's name in a URL's normal form; nil if the host is an address.
  private static func host(of url: RawSpan, _ start: Int) -> Range<Int>? {
    guard start < url.byteCount else { return nil }
    var end = start
    // A colon begins a port: IPv6 addresses are in brackets and are refused below.
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

  /// Whether a URL has no path beyond `/`.
  private static func isRoot(_ url: RawSpan, host: Range<Int>) -> Bool {
    url.end(before: Byte.slash, from: host.upperBound) + 1 >= url.byteCount
  }

  /// What a name in a field tells of a host.
  enum Role {
    /// A name in a DNS query or answer.
    case resolution
    /// The server name that an encrypted connection shows in the clear.
    case encrypted
  }

  /// The role of a field; nil if it has neither.
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
