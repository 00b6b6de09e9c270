import Database
import Indicators
import Parsing

/// An indicator in the form that tests write.
struct TestIndicator {
  var kind: IndicatorKind
  var value: [UInt8]
  var mode: MatchMode = .exact
  var prefixLength: UInt8 = 0
  var port: UInt16 = 0
  var schemeLength: UInt16 = 0
  var ignoresCase = false
  var feed = 0
  var line: UInt32 = 1
  var id = ""
  var labels: [String] = []
  var confidence: UInt8 = 255
  var flags: SourceFlags = []

  init(_ kind: IndicatorKind, _ value: [UInt8], _ mode: MatchMode = .exact) {
    self.kind = kind
    self.value = value
    self.mode = mode
  }

  init(_ kind: IndicatorKind, _ text: String, _ mode: MatchMode = .exact) {
    self.init(kind, Array(text.utf8), mode)
    if kind == .url, mode != .path, let range = text.firstRange(of: "://") {
      schemeLength = UInt16(text.utf8.distance(from: text.startIndex, to: range.upperBound))
    }
  }

  /// An address or prefix from text, with a port if given.
  static func address(_ text: String, port: UInt16 = 0) -> TestIndicator {
    let parts = text.split(separator: "/")
    let bytes = addressBytes(String(parts[0]))
    var indicator = TestIndicator(bytes.count == 4 ? .ipv4 : .ipv6, bytes)
    indicator.port = port
    indicator.prefixLength = UInt8(bytes.count * 8)
    if parts.count == 2, let length = UInt8(parts[1]) {
      indicator.prefixLength = length
      indicator.mode = .prefix
    }
    return indicator
  }

  func from(feed: Int, line: UInt32 = 1, id: String = "", flags: SourceFlags = []) -> TestIndicator
  {
    var copy = self
    copy.feed = feed
    copy.line = line
    copy.id = id
    copy.flags = flags
    return copy
  }
}

/// The bytes of an address in network order.
func addressBytes(_ text: String) -> [UInt8] {
  Array(text.utf8).withUnsafeBytes { bytes in
    if let address = IPAddressText.ipv4(bytes.bytes) {
      return withUnsafeBytes(of: address.bigEndian) { Array($0) }
    }
    guard let address = IPAddressText.ipv6(bytes.bytes) else { return [] }
    return withUnsafeBytes(of: address.high.bigEndian) { Array($0) }
      + withUnsafeBytes(of: address.low.bigEndian) { Array($0) }
  }
}

/// A collection of indicators from feeds named in the order given.
func collection(
  _ indicators: [TestIndicator], feeds: [String] = ["feeds/a.txt", "feeds/b.csv", "feeds/c.txt"]
) -> IndicatorCollection {
  var result = IndicatorCollection()
  for name in feeds { _ = result.addFeed(FeedDescription(name: name, format: "plain")) }
  for indicator in indicators { append(indicator, to: &result, feed: UInt32(indicator.feed)) }
  return result
}

func append(_ indicator: TestIndicator, to collection: inout IndicatorCollection, feed: UInt32) {
  var context = SourceContext()
  context.id = collection.intern(indicator.id)
  context.labels = collection.intern(list: indicator.labels.map { collection.intern($0) })
  context.confidence = indicator.confidence
  context.flags = indicator.flags
  let record = IndicatorRecord(
    kind: indicator.kind, mode: indicator.mode, prefixLength: indicator.prefixLength,
    ignoresCase: indicator.ignoresCase, port: indicator.port,
    schemeLength: indicator.schemeLength, feed: feed, line: indicator.line,
    context: collection.intern(context), valueLength: 0, valueOffset: 0)
  indicator.value.withUnsafeBytes { collection.append(record, value: $0.bytes) }
}

/// A batch and its chunk, as a source would make them.
struct TestBatch {
  var batch = ObservableBatch()
  var chunk: [UInt8] = []

  mutating func add(
    _ kind: IndicatorKind, _ bytes: [UInt8], inArena: Bool = true, port: UInt16 = 0,
    schemeLength: UInt16 = 0, flags: ObservableFlags = []
  ) {
    var flags = flags
    let offset: Int
    if inArena {
      offset = batch.arena.count
      batch.arena += bytes
      flags.insert(.inArena)
    } else {
      offset = chunk.count
      chunk += bytes
    }
    batch.observables.append(
      Observable(
        kind: kind, flags: flags, field: 0, offset: UInt32(offset), length: UInt32(bytes.count),
        record: 0, port: port, schemeLength: schemeLength))
  }

  mutating func add(_ kind: IndicatorKind, _ text: String, inArena: Bool = false) {
    add(kind, Array(text.utf8), inArena: inArena)
  }

  mutating func add(url text: String, isHTTP: Bool = false) {
    let indicator = TestIndicator(.url, text)
    add(
      .url, indicator.value, schemeLength: indicator.schemeLength,
      flags: isHTTP ? .httpURL : [])
  }

  mutating func add(address text: String, port: UInt16 = 0) {
    let bytes = addressBytes(text)
    add(bytes.count == 4 ? .ipv4 : .ipv6, bytes, port: port)
  }

  /// Matches, each as observable, entry and kind.
  func matches(
    in database: IndicatorDatabase, options: LookupOptions = LookupOptions()
  ) -> [EntryMatch] {
    var scratch = LookupScratch()
    return matches(in: database, options: options, scratch: &scratch)
  }

  /// Takes scratch memory that can be used for many databases: making it takes longer than a
  /// lookup.
  func matches(
    in database: IndicatorDatabase, options: LookupOptions, scratch: inout LookupScratch
  ) -> [EntryMatch] {
    var matches: [EntryMatch] = []
    chunk.withUnsafeBytes {
      database.lookup(
        batch, chunk: $0.bytes, options: options, scratch: &scratch, matches: &matches)
    }
    return matches
  }

  /// Matches as text: the observable's number, the entry's value and the kind of match.
  func hits(
    in database: IndicatorDatabase, options: LookupOptions = LookupOptions()
  ) -> [String] {
    matches(in: database, options: options).map { match in
      "\(match.observable) \(database.text(of: match.entry)) \(match.kind.name)"
    }
  }
}

extension IndicatorDatabase {
  /// An entry's value as a hit shows it.
  func text(of entry: UInt32) -> String {
    var bytes: [UInt8] = []
    appendText(of: self.entry(entry), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A string of the database.
  func text(ofString id: StringID) -> String {
    let bytes = string(id)
    return String(decoding: bytes.copied(bytes.byteOffsets), as: UTF8.self)
  }
}

/// Compiles and opens a database of the indicators.
func database(_ indicators: [TestIndicator]) throws -> IndicatorDatabase {
  try IndicatorDatabase(DatabaseCompiler.compile(collection(indicators)))
}
