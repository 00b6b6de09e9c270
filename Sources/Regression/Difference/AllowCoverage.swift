import Database
import Indicators
import Parsing

/// Tells which entries of a database, or of another one, a database's allow entries cover.
///
/// The allow entries are compiled into a database of their own, and every single value is looked up in
/// it. Networks and literals are left out: what covers a part of them suppresses a part of their hits.
struct AllowCoverage {
  private let database: IndicatorDatabase
  private let allowing: IndicatorDatabase?
  /// The number in `database` of each allow entry, by its number in `allowing`.
  private var numbers: [UInt32] = []

  /// - Throws: `DatabaseError` if no database can be made of the allow entries.
  init(_ database: IndicatorDatabase) throws(DatabaseError) {
    self.database = database
    var collection = IndicatorCollection()
    let feed = collection.addFeed(FeedDescription(name: "allow", format: "plain"))
    for index in 0..<database.entryCount {
      let entry = database.entry(UInt32(index))
      guard entry.sourceFlags.contains(.allow) else { continue }
      collection.append(
        IndicatorRecord(
          kind: entry.kind, mode: entry.mode, prefixLength: entry.prefixLength,
          ignoresCase: entry.ignoresCase, port: entry.port,
          schemeLength: UInt16(entry.schemeLength),
          feed: feed, line: UInt32(index) &+ 1, context: 0, valueLength: 0, valueOffset: 0),
        value: database.value(of: entry))
    }
    guard !collection.records.isEmpty else {
      allowing = nil
      return
    }
    let allowing = try IndicatorDatabase(DatabaseCompiler.compile(collection))
    numbers = (0..<allowing.entryCount).map { number in
      (allowing.sources(of: UInt32(number)).first?.line ?? 1) - 1
    }
    self.allowing = allowing
  }

  /// Whether an entry of any database is covered.
  func covers(_ other: IndicatorDatabase, _ number: UInt32) -> Bool {
    guard allowing != nil else { return false }
    var isCovered = false
    look(other, [number]) { _, _ in isCovered = true }
    return isCovered
  }

  /// Calls `body` with each blocking entry that an allow entry covers, and with that allow entry.
  func forEachCovered(
    _ body: (UInt32, (text: String, feed: UInt32, line: UInt32)) -> Void
  ) {
    guard allowing != nil else { return }
    var batch: [UInt32] = []
    var told: Set<UInt32> = []
    func flush() {
      look(database, batch) { number, allow in
        guard told.insert(number).inserted else { return }
        let entry = database.entry(allow)
        var text: [UInt8] = []
        database.appendText(of: entry, to: &text)
        let source = database.sources(of: allow).first { $0.context.flags.contains(.allow) }
        body(
          number,
          (Marks.value(text, entry.kind), source?.feed ?? .max, source?.line ?? 0))
      }
      batch.removeAll(keepingCapacity: true)
    }
    for index in 0..<database.entryCount
    where database.entry(UInt32(index)).hasBlockingSource {
      batch.append(UInt32(index))
      if batch.count == 512 { flush() }
    }
    flush()
  }

  /// Looks up entries of `other` among the allow entries.
  private func look(
    _ other: IndicatorDatabase, _ entries: [UInt32], _ body: (UInt32, UInt32) -> Void
  ) {
    guard let allowing else { return }
    var observables = ObservableBatch()
    observables.records.append(ObservableRecord(number: 1))
    let field = observables.fields.intern("allow")
    var owners: [UInt32] = []
    for number in entries {
      let entry = other.entry(number)
      guard entry.mode == .exact || entry.mode == .withSubdomains, entry.kind != .text else {
        continue
      }
      let value = other.value(of: entry)
      observables.observables.append(
        Observable(
          kind: entry.kind, flags: [.inArena, .ownField, .httpURL], field: field,
          offset: UInt32(observables.arena.count), length: UInt32(value.byteCount), record: 0,
          port: entry.port, schemeLength: UInt16(entry.schemeLength)))
      observables.arena.append(value)
      owners.append(number)
    }
    var options = LookupOptions()
    options.includesWeak = true
    var scratch = LookupScratch()
    var matches: [EntryMatch] = []
    allowing.lookup(
      observables, chunk: RawSpan(), options: options, scratch: &scratch, matches: &matches)
    for match in matches where match.kind != .address {
      let allow = Int(match.entry) < numbers.count ? numbers[Int(match.entry)] : 0
      body(owners[Int(match.observable)], allow)
    }
  }
}
