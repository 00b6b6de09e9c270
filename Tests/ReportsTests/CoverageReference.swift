import Database
import Feeds
import Indicators
import Reports

/// Values as a test writes them, and the plainest way to compare lists of them.
enum ReferenceValue: Hashable, CustomStringConvertible {
  /// First address, prefix length, port or 0.
  case network(UInt32, Int, Int)
  case name(String)
  case url(String)
  case digest(String)

  var description: String {
    switch self {
    case .network(let address, let length, let port):
      let text = [24, 16, 8, 0].map { String(address >> $0 & 0xff) }.joined(separator: ".")
      if port != 0 { return "\(text):\(port)" }
      return length == 32 ? text : "\(text)/\(length)"
    case .name(let name): return name
    case .url(let url): return url
    case .digest(let text): return text
    }
  }
}

/// One line of a feed.
struct ReferenceListing: Hashable {
  var value: ReferenceValue
  /// A name with its subdomains; a URL prefix.
  var isWide: Bool

  /// Whether it covers another value, not counting the same one.
  func covers(_ other: ReferenceValue) -> Bool {
    switch (value, other) {
    case (.network(let a, let length, let port), .network(let b, let otherLength, let otherPort)):
      if value == other || port != 0 || length > otherLength { return false }
      if length == otherLength { return a == b && otherPort != 0 }
      let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
      return a & mask == b & mask
    case (.name(let a), .name(let b)): return isWide && b.hasSuffix("." + a)
    case (.url(let a), .url(let b)): return isWide && a != b && b.hasPrefix(a)
    default: return false
    }
  }
}

/// A feed of a test.
struct ReferenceFeed {
  var name: String
  var role = CoverageSource.Role.feed
  var feed: String?
  var date: Int64?
  var listings: [ReferenceListing] = []

  var values: Set<ReferenceValue> { Set(listings.map(\.value)) }

  func listsOrCovers(_ value: ReferenceValue) -> Bool {
    listings.contains { $0.value == value || $0.covers(value) }
  }

  var source: CoverageSource {
    CoverageSource(name: name, role: role, feed: feed, date: date)
  }
}

/// Compiles feeds of tests: names that stand alone in a hosts file, all else in a plain list.
func compile(_ feeds: [ReferenceFeed]) throws -> IndicatorDatabase {
  var collection = IndicatorCollection()
  var report = FeedReport()
  for feed in feeds {
    var text = "type,value\n"
    for listing in feed.listings {
      let value = listing.value.description
      switch listing.value {
      case .name: text += (listing.isWide ? "domain," : "hostname,") + value + "\n"
      case .url: text += "url," + value + (listing.isWide ? "*" : "") + "\n"
      case .network: text += (value.contains(":") ? "ip:port," : "ip,") + value + "\n"
      case .digest: text += "sha256," + value + "\n"
      }
    }
    var options = FeedOptions()
    options.name = feed.name
    options.isAllowList = feed.role == .allow
    options.isTrusted = true
    try FeedReader.read(
      bytes: Array(text.utf8), path: feed.name, format: FeedFormat.named("csv")?.format,
      options: options, into: &collection, report: &report)
  }
  return try IndicatorDatabase(DatabaseCompiler.compile(collection))
}
