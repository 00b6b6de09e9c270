import Database
import Feeds
import Indicators
import Inputs
import Parsing

/// One feed as it was read, as bytes: its summary, and its records with all they refer to.
///
///     0   8    magic `SekiFeed`
///     8   4    version of this layout
///     12  16   XXH3 of what follows, 128 bits
///     28  …    summary, contexts with their strings and lists, records, values: little-endian
///              numbers, and strings with their length before them
///
/// Contexts are numbered anew, in the order in which the feed's records first use them.
struct CachedFeed {
  /// Changes whenever the layout, or the result of reading a feed, changes.
  static let version: UInt32 = 4
  private static let magic = Array("SekiFeed".utf8)
  private static let headerLength = 28

  let bytes: [UInt8]

  /// Takes the bytes of a file, which are checked when they are read.
  init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Writing

  /// Writes a collection's last feed, whose records begin at index `first`.
  init(_ collection: IndicatorCollection, from first: Int, _ summary: FeedSummary) {
    var body = ByteWriter()
    Self.append(summary, to: &body)
    var tables = NumberTables(collection)
    let records = collection.records[first...]
    for record in records { tables.use(context: record.context) }
    tables.append(to: &body)
    body.append(UInt64(records.count))
    for record in records {
      body.append(record.kind.rawValue)
      body.append(record.mode.rawValue)
      body.append(record.prefixLength)
      body.append(UInt8(record.ignoresCase ? 1 : 0))
      body.append(record.port)
      body.append(record.schemeLength)
      body.append(record.line)
      body.append(tables.number(ofContext: record.context))
      body.append(record.valueLength)
    }
    for record in records {
      let start = Int(record.valueOffset)
      body.bytes.append(contentsOf: collection.values[start..<start + Int(record.valueLength)])
    }
    let sum = FeedInput(bytes: body.bytes.rawSpan)
    var file = ByteWriter()
    file.bytes = Self.magic
    file.append(Self.version)
    file.append(sum.hashLow)
    file.append(sum.hashHigh)
    bytes = file.bytes + body.bytes
  }

  private static func append(_ summary: FeedSummary, to body: inout ByteWriter) {
    body.append(summary.format.name)
    body.append(summary.candidates)
    for tally in [summary.refusals, summary.lints] {
      body.append(UInt32(tally.counts.count))
      for (reason, count) in tally.sorted {
        body.append(reason)
        body.append(count)
      }
    }
    body.append(UInt32(summary.warnings.count))
    for warning in summary.warnings {
      body.append(warning.code.rawValue)
      body.append(warning.subject)
      body.append(warning.count)
      body.append(warning.total)
    }
    body.append(UInt32(summary.diagnostics.count))
    for diagnostic in summary.diagnostics {
      body.append(diagnostic.severity.rawValue)
      body.append(diagnostic.line ?? 0)
      body.append(diagnostic.id)
      body.append(diagnostic.reason)
      body.append(diagnostic.excerpt)
    }
  }

  // MARK: Reading

  /// Adds the feed to a collection as if it had been read from its source.
  ///
  /// - Returns: the feed's summary; nil, with nothing added, if the bytes are damaged.
  func append(
    to collection: inout IndicatorCollection, of request: FeedRequest
  ) -> FeedSummary? {
    guard bytes.count >= Self.headerLength, bytes.starts(with: Self.magic) else { return nil }
    var reader = ByteReader(bytes, from: 8)
    guard reader.number(UInt32.self) == Self.version else { return nil }
    let low = reader.number(UInt64.self)
    let high = reader.number(UInt64.self)
    let sum = FeedInput(bytes: bytes.rawSpan.extracting(droppingFirst: Self.headerLength))
    guard sum.hashLow == low, sum.hashHigh == high else { return nil }

    let name = request.options.name ?? request.path
    guard let format = FeedFormat(name: reader.string()) else { return nil }
    let feed = collection.addFeed(
      FeedDescription(
        name: name, format: format.name, isAllowList: request.options.isAllowList))
    let first = collection.records.count
    var summary = FeedSummary(feed: feed, name: name, path: request.path, format: format)
    Self.read(&summary, &reader)
    if let contexts = NumberTables.read(&reader, into: &collection) {
      readRecords(&reader, contexts, feed: feed, into: &collection)
    } else {
      reader.fail()
    }
    guard reader.isAtEnd else {
      collection.truncate(toRecords: first)
      collection.feeds.removeLast()
      return nil
    }
    return summary
  }

  private static func read(_ summary: inout FeedSummary, _ reader: inout ByteReader) {
    summary.candidates = reader.number(UInt64.self)
    for part in 0..<2 {
      for _ in 0..<reader.count() {
        let reason = reader.string()
        let count = reader.number(UInt64.self)
        if part == 0 {
          summary.refusals.add(reason, count)
        } else {
          summary.lints.add(reason, count)
        }
      }
    }
    for _ in 0..<reader.count() {
      guard let code = FeedWarning.Code(rawValue: reader.string()) else { return reader.fail() }
      let subject = reader.string()
      let count = reader.number(UInt64.self)
      summary.warnings.append(
        FeedWarning(code, subject, count: count, of: reader.number(UInt64.self)))
    }
    for _ in 0..<reader.count() {
      guard let severity = FeedDiagnostic.Severity(rawValue: reader.string()) else {
        return reader.fail()
      }
      let line = reader.number(UInt64.self)
      let id = reader.string()
      let reason = reader.string()
      summary.diagnostics.append(
        FeedDiagnostic(
          severity: severity, feed: summary.name, line: line == 0 ? nil : line, id: id,
          reason: reason,
          excerpt: reader.string()))
    }
  }

  /// The number of bytes of a record without its value.
  private static let recordLength = 20

  private func readRecords(
    _ reader: inout ByteReader, _ contexts: [UInt32], feed: UInt32,
    into collection: inout IndicatorCollection
  ) {
    guard let count = Int(exactly: reader.number(UInt64.self)),
      count <= reader.bytesLeft / Self.recordLength
    else { return reader.fail() }
    var value = reader.offset + count * Self.recordLength
    collection.records.reserveCapacity(collection.records.count + count)
    let span = bytes.rawSpan
    for _ in 0..<count {
      guard let kind = IndicatorKind(rawValue: reader.number(UInt8.self)),
        let mode = MatchMode(rawValue: reader.number(UInt8.self))
      else { return reader.fail() }
      let prefixLength = reader.number(UInt8.self)
      let ignoresCase = reader.number(UInt8.self) != 0
      let port = reader.number(UInt16.self)
      let schemeLength = reader.number(UInt16.self)
      let line = reader.number(UInt32.self)
      let context = Int(reader.number(UInt32.self))
      let length = Int(reader.number(UInt32.self))
      guard context < contexts.count, length <= bytes.count - value else { return reader.fail() }
      collection.append(
        IndicatorRecord(
          kind: kind, mode: mode, prefixLength: prefixLength, ignoresCase: ignoresCase, port: port,
          schemeLength: schemeLength, feed: feed, line: line, context: contexts[context],
          valueLength: 0, valueOffset: 0),
        value: span.extracting(value..<value + length))
      value += length
    }
    reader.skip(to: value)
  }
}

/// The contexts that records refer to, numbered in the order of first use.
private struct NumberTables {
  private let collection: IndicatorCollection
  private var contexts: [UInt32] = []
  private var contextNumbers: [UInt32: UInt32] = [:]
  private var last: (context: UInt32, number: UInt32)?

  init(_ collection: IndicatorCollection) { self.collection = collection }

  mutating func use(context: UInt32) {
    if last?.context == context { return }
    if contextNumbers[context] == nil {
      contextNumbers[context] = UInt32(contexts.count)
      contexts.append(context)
    }
    last = (context, contextNumbers[context] ?? 0)
  }

  mutating func number(ofContext context: UInt32) -> UInt32 {
    use(context: context)
    return last?.number ?? 0
  }

  func append(to body: inout ByteWriter) {
    body.append(UInt32(contexts.count))
    for id in contexts {
      let context = collection.contexts[Int(id)]
      for string in [context.id, context.description, context.reference, context.condition] {
        append(string, to: &body)
      }
      for list in [context.labels, context.attack, context.malware, context.actors] {
        let strings = collection.lists[Int(list)]
        body.append(UInt32(strings.count))
        for string in strings { append(string, to: &body) }
      }
      body.append(UInt64(bitPattern: context.validFrom))
      body.append(UInt64(bitPattern: context.validUntil))
      body.append(context.confidence)
      body.append(context.tlp.rawValue)
      body.append(context.flags.rawValue)
      body.append(context.conditionMember)
      body.append(context.conditionCount)
      body.append(context.conditionPort)
    }
  }

  private func append(_ string: StringID, to body: inout ByteWriter) {
    let bytes = collection.strings.bytes(string)
    body.append(UInt32(bytes.count))
    body.bytes.append(contentsOf: bytes)
  }

  /// Reads the contexts into a collection and returns their identifiers there; nil if they are
  /// invalid.
  static func read(
    _ reader: inout ByteReader, into collection: inout IndicatorCollection
  ) -> [UInt32]? {
    var contexts: [UInt32] = []
    for _ in 0..<reader.count() {
      var context = SourceContext()
      context.id = readString(&reader, into: &collection)
      context.description = readString(&reader, into: &collection)
      context.reference = readString(&reader, into: &collection)
      context.condition = readString(&reader, into: &collection)
      context.labels = readList(&reader, into: &collection)
      context.attack = readList(&reader, into: &collection)
      context.malware = readList(&reader, into: &collection)
      context.actors = readList(&reader, into: &collection)
      context.validFrom = Int64(bitPattern: reader.number(UInt64.self))
      context.validUntil = Int64(bitPattern: reader.number(UInt64.self))
      context.confidence = reader.number(UInt8.self)
      guard let tlp = TLP(rawValue: reader.number(UInt8.self)) else { return nil }
      context.tlp = tlp
      context.flags = SourceFlags(rawValue: reader.number(UInt8.self))
      context.conditionMember = reader.number(UInt8.self)
      context.conditionCount = reader.number(UInt8.self)
      context.conditionPort = reader.number(UInt16.self)
      contexts.append(collection.intern(context))
    }
    return contexts
  }

  private static func readString(
    _ reader: inout ByteReader, into collection: inout IndicatorCollection
  ) -> StringID {
    let range = reader.stringRange()
    return collection.intern(reader.bytes.rawSpan.extracting(range))
  }

  private static func readList(
    _ reader: inout ByteReader, into collection: inout IndicatorCollection
  ) -> StringListID {
    var strings: [StringID] = []
    for _ in 0..<reader.count() { strings.append(readString(&reader, into: &collection)) }
    return collection.intern(list: strings)
  }
}

/// Writes numbers and strings one after another.
private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
    var rest = number
    for _ in 0..<(number.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func append(_ string: String) {
    append(UInt32(string.utf8.count))
    bytes.append(contentsOf: string.utf8)
  }
}

/// Reads what `ByteWriter` wrote.
///
/// Beyond the end it reads zeros, and remembers that it failed.
private struct ByteReader {
  let bytes: [UInt8]
  private(set) var offset: Int
  private var hasFailed = false

  init(_ bytes: [UInt8], from offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  var bytesLeft: Int { bytes.count - offset }
  var isAtEnd: Bool { offset == bytes.count && !hasFailed }

  mutating func fail() {
    hasFailed = true
    offset = bytes.count
  }

  mutating func skip(to end: Int) {
    if end < offset || end > bytes.count { fail() } else { offset = end }
  }

  mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type) -> Number {
    let size = Number.bitWidth / 8
    guard bytesLeft >= size else {
      fail()
      return 0
    }
    var number: Number = 0
    for index in 0..<size { number |= Number(bytes[offset + index]) << (8 * index) }
    offset += size
    return number
  }

  /// Reads a number of elements, each of which takes at least one byte.
  mutating func count() -> Int {
    let count = Int(number(UInt32.self))
    if count > bytesLeft {
      fail()
      return 0
    }
    return count
  }

  mutating func stringRange() -> Range<Int> {
    let count = count()
    offset += count
    return offset - count..<offset
  }

  mutating func string() -> String {
    String(decoding: bytes[stringRange()], as: UTF8.self)
  }
}
