import Indicators
import Parsing

/// Counts the strings of JSON members that are not read, by the members' names, and those of them that
/// look like values.
///
/// So nothing is left out without a word: inner objects whose names do not say that they belong to
/// their record, and lists beside the one list of records that is read.
struct UnreadMembers {
  /// Where a member that is not read stands.
  enum Place {
    /// In an envelope, beside or behind the list of records.
    case envelope
    /// In a record, as an object of its own.
    case record
    /// In a record, as an element of a list.
    case element
  }

  private struct Count {
    let name: [UInt8]
    let column: Column
    let isListed: Bool
    var strings = 0
    var values = 0

    /// Whether the member holds values: half of what a name promises, nearly all without one.
    var holdsValues: Bool {
      values > 0 && (column == .unknown ? values * 10 >= strings * 9 : values * 2 >= strings)
    }
  }

  /// An open object or array.
  private struct Container {
    var name: [UInt8]
    var isArray: Bool
    var isListed: Bool
  }

  private var counts: [Count] = []
  private var places: [[UInt8]: Int] = [:]
  private var test = ShapeTest()

  /// Greatest numbers of members that are counted, and that are named.
  private static let (mostMembers, mostNamed) = (256, 8)
  /// Bytes after which a name is not extended by those of inner members.
  private static let longestName = 256

  /// Reads a value to its end and counts its strings.
  mutating func read(
    _ first: JSONToken, under name: [UInt8], in place: Place, of json: inout JSONFeed
  ) throws(FeedError) {
    if Self.isForeign(name.rawSpan) { return try json.skip(first) }
    if first.kind == .string, place != .envelope { count(first, name, isListed: false, json) }
    guard first.kind == .beginObject || first.kind == .beginArray else { return }
    var open = [
      Container(
        name: name, isArray: first.kind == .beginArray,
        isListed: place == .element || place == .envelope && first.kind == .beginArray)
    ]
    var current = name
    while let outer = open.last {
      let token = try json.next()
      switch token.kind {
      case .key:
        current = outer.name
        guard current.count < Self.longestName else { break }
        current.append(Byte.dot)
        let range = json.append(token, to: &current)
        if Self.isForeign(current.rawSpan.extracting(range)) { try json.skip(try json.next()) }
      case .beginObject, .beginArray:
        let isArray = token.kind == .beginArray
        open.append(
          Container(
            name: current, isArray: isArray,
            isListed: outer.isListed
              || (place == .envelope ? isArray : outer.isArray && !isArray)))
      case .endObject, .endArray:
        open.removeLast()
        current = open.last?.name ?? name
      case .string where outer.isListed || place != .envelope:
        count(token, current, isListed: outer.isListed, json)
      default: break
      }
    }
  }

  private mutating func count(
    _ token: JSONToken, _ name: [UInt8], isListed: Bool, _ json: JSONFeed
  ) {
    let index: Int
    if let known = places[name] {
      index = known
    } else {
      guard counts.count < Self.mostMembers else { return }
      let column = Column(key: CSVPlan.key(of: name.rawSpan, .json), format: .json)
      index = counts.count
      places[name] = index
      counts.append(Count(name: name, column: column, isListed: isListed))
    }
    guard Self.mayHoldValues(counts[index].column) else { return }
    var text: [UInt8] = []
    json.append(token, to: &text)
    if NoValue.fits(text.rawSpan) { return }
    counts[index].strings += 1
    if test.kind(of: text.rawSpan, isStrict: true) != nil { counts[index].values += 1 }
  }

  private static func mayHoldValues(_ column: Column) -> Bool {
    if case .value(let kind, _) = column { return kind == .none || CSVPlan.hasShape(kind) }
    return column == .typedValue || column == .rangeStart || column == .unknown
  }

  /// Whether a list that is not read holds values.
  var holdsLists: Bool { counts.contains { $0.isListed && $0.holdsValues } }

  /// What a person should know of the members that hold values, in the order of the file.
  ///
  /// Where the user says what members hold, only lists are told of; beside members of
  /// `threat.indicator`, only those of it.
  func warnings(for plan: JSONTablePlan) -> [String] {
    let isOfIndicators = plan.columns.keys.contains(where: JSONTablePlan.isIndicator)
    let found = counts.filter {
      $0.holdsValues && ($0.isListed || plan.named.isEmpty)
        && (!isOfIndicators || JSONTablePlan.isIndicator($0.name))
    }
    var warnings = found.prefix(Self.mostNamed).map { count in
      let name = Excerpt.text(count.name.rawSpan)
      return count.isListed
        ? "list-not-read: \(count.values) of \(count.strings) strings of '\(name)' look like values; "
          + "lists of objects in records, and any beside the list of records, need a file of their own"
        : "column-not-read: \(count.values) of \(count.strings) cells of '\(name)' look like values; "
          + "'columns' in a feeds.yaml says what it holds"
    }
    if found.count > Self.mostNamed {
      warnings.append(
        "list-not-read: \(found.count - Self.mostNamed) further members hold what looks like values"
      )
    }
    return warnings
  }

  // MARK: Names

  /// Parts of the names of members that say that what they hold is no indicator of the record.
  private static let foreignParts = [
    "whitelist", "allowlist", "allowed", "benign", "falsepositive", "legit", "goodware", "related",
    "victim", "target", "reference", "whois", "registra", "contact", "reporter", "author",
  ]

  /// Names of members that tell of the record, its publisher or its pages.
  private static let foreign: Set<String> = [
    "links", "link", "refs", "ref", "meta", "metadata", "source", "sources", "publisher", "creator",
    "createdby", "owner", "org", "organization", "organisation", "company", "geo", "geoip", "asn",
    "as", "isp", "screenshot", "screenshots", "pagination", "request", "query", "license",
  ]

  /// Whether a member's name says that what it holds is no indicator of the record.
  ///
  /// Of a name with dots the last part counts.
  static func isForeign(_ name: RawSpan) -> Bool {
    let dot = name.byteOffsets.last { name.byte(unchecked: $0) == Byte.dot }
    let key = Text.key(name.extracting((dot.map { $0 + 1 } ?? 0)..<name.byteCount))
    return foreign.contains(key) || foreignParts.contains { key.contains($0) }
  }
}
