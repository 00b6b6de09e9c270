import Database
import Indicators
import Logs

/// Compares reading a whole log with reading only the lines that have a candidate.
///
/// One of the log's values is the indicator.
package struct CandidateComparison {
  private let log: [UInt8]
  private let refangs: Bool
  /// The observables that are found by reading everything.
  package let everything: [SeenValue]
  /// The distinct values among them that can be indicators.
  package let values: [LogValue]

  package init(_ log: [UInt8], refangs: Bool = false) {
    self.log = log
    self.refangs = refangs
    everything = Self.read(log, candidates: nil, refangs: refangs)
    // A URL with a longer scheme is never an indicator: no entry of a database can say where its host begins.
    values = Array(Set(everything.map(\.value).filter { $0.schemeLength <= 255 })).sorted()
  }

  /// The observables with a value that are found by reading everything, but not by stepping over
  /// lines.
  ///
  /// The database has `covering` (the value, or a name that it is a subdomain of) as its indicator,
  /// and `other` beside it, so that not every structure has one element only.
  ///
  /// Nil if everything has to be read with such a database, as for hosts of one label.
  package func lost(
    _ value: LogValue, covering: LogValue, beside other: LogValue
  ) throws -> [SeenValue]? {
    let database = try Self.database(
      of: [covering, other], covered: covering == value ? nil : covering)
    var options = LookupOptions()
    options.includesWeak = true
    guard
      var finder = CandidateFinder(databases: [database], options: options, refangs: refangs)
    else { return nil }
    var candidates: [UInt32] = []
    let isFound = finder.find(in: log.span.bytes, candidates: &candidates)
    let found = Self.read(
      log, candidates: isFound ? candidates : nil, hosts: finder.hostPlaces, refangs: refangs)
    return everything.filter { $0.value == value && !found.contains($0) }
  }

  private static func read(
    _ log: [UInt8], candidates: [UInt32]?, hosts: [UInt32] = [], refangs: Bool
  ) -> [SeenValue] {
    var options = LogOptions(purpose: .scan, kinds: .all)
    options.refangs = refangs
    let extractor = LogExtractor(options: options)
    extractor.setCandidates(candidates, hosts: hosts)
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var seen: [SeenValue] = []
    var offset = 0
    var line: UInt64 = 0
    while true {
      batch.removeAll()
      let progress = extractor.extract(
        log.span.bytes, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      for observable in batch.observables { seen.append(SeenValue(observable, batch, log)) }
      if progress == .needsMore { return seen }
    }
  }

  private static func database(
    of values: [LogValue], covered: LogValue?
  ) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "test", format: "plain"))
    for value in values {
      let record = IndicatorRecord(
        kind: value.kind, mode: value == covered ? .withSubdomains : .exact,
        prefixLength: value.kind == .ipv4 ? 32 : value.kind == .ipv6 ? 128 : 0,
        schemeLength: value.schemeLength, feed: feed, line: 1, context: 0, valueLength: 0,
        valueOffset: 0)
      indicators.append(record, value: value.bytes.span.bytes)
    }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}
