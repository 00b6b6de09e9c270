import Database
import Indicators
import Parsing
import Scanning

/// Asks databases which entries cover a value, whatever the options of a scan say.
struct EntryFinder {
  /// An entry and how it covers the value.
  struct Covering {
    var database: Int
    var entry: ResolvedEntry
    var match: MatchKind
    /// The kind under which the value was looked up.
    var kind: IndicatorKind

    /// Whether only a part of the entry's value was seen: no port of an address, or a URL's host.
    var isPart: Bool { match == .address || match == .urlHost }
  }

  let databases: [IndicatorDatabase]
  private var scratch = LookupScratch()
  private var batch = ObservableBatch()
  private var matches: [EntryMatch] = []

  init(_ databases: [IndicatorDatabase]) { self.databases = databases }

  /// The most URL entries on a host that are listed.
  private static let hostedLimit = 5

  /// Up to `hostedLimit` URL entries that cover their host, as the mode for hosts of URLs allows.
  func hosted(on host: [UInt8], _ mode: ScanOptions.URLHostMode) -> [Covering] {
    guard mode != .off else { return [] }
    var result: [Covering] = []
    for (index, database) in databases.enumerated() {
      for number in database.entries(of: .url) {
        let bytes = database.value(of: database.entry(UInt32(number)))
        guard let pieces = URLPieces(bytes.copied(bytes.byteOffsets)), pieces.host == host,
          mode == .all || pieces.rest == [Byte.slash]
        else { continue }
        result.append(
          Covering(
            database: index, entry: entry(index, number), match: .urlHost, kind: .url))
        if result.count == Self.hostedLimit { return result }
      }
    }
    return result
  }

  /// The entries that cover a value, exact ones first.
  mutating func covering(_ value: AskedValue) -> [Covering] {
    batch.removeAll()
    batch.records.append(ObservableRecord(number: 1))
    batch.arena.append(contentsOf: value.bytes)
    let field = batch.fields.intern("explain")
    let kinds = value.kinds
    for kind in kinds {
      batch.observables.append(
        Observable(
          kind: kind, flags: [.inArena, .ownField, .httpURL], field: field, offset: 0,
          length: UInt32(value.bytes.count), record: 0, port: value.port,
          schemeLength: value.schemeLength))
    }
    var options = LookupOptions()
    options.includesWeak = true
    var result: [Covering] = []
    for (index, database) in databases.enumerated() {
      database.lookup(
        batch, chunk: RawSpan(), options: options, scratch: &scratch, matches: &matches)
      for match in matches {
        result.append(
          Covering(
            database: index,
            entry: EntryCatalog.read(
              EntryReference(database: index, entry: match.entry), from: database),
            match: match.kind, kind: kinds[Int(match.observable)]))
      }
      if value.kind == .text { result += literals(value, index) }
    }
    if !result.isEmpty, value.kind != .text { addAllowingText(value, to: &result) }
    return result
  }

  /// Adds text entries of allow lists that a covered value contains.
  private func addAllowingText(_ value: AskedValue, to result: inout [Covering]) {
    var allowed = AllowedText(databases)
    guard !allowed.isEmpty else { return }
    var catalog = EntryCatalog(databases: databases)
    for kind in value.kinds {
      // Entries without effect are listed as well.
      guard
        let (database, entry) = allowed.entry(
          in: value.text, kind, databases, &catalog, where: { _ in true })
      else { continue }
      result.append(Covering(database: database, entry: entry, match: .contains, kind: kind))
    }
  }

  /// Text is not looked up but searched for: its entries are compared one by one.
  private func literals(_ value: AskedValue, _ index: Int) -> [Covering] {
    var result: [Covering] = []
    let database = databases[index]
    for number in database.entries(of: .text) {
      let entry = database.entry(UInt32(number))
      let bytes = database.value(of: entry)
      guard bytes.byteCount <= value.bytes.count, bytes.copied(bytes.byteOffsets) == value.bytes
      else { continue }
      result.append(
        Covering(
          database: index,
          entry: EntryCatalog.read(
            EntryReference(database: index, entry: UInt32(number)), from: database),
          match: .contains, kind: .text))
    }
    return result
  }

  /// The entry with a number.
  func entry(_ database: Int, _ number: Int) -> ResolvedEntry {
    EntryCatalog.read(
      EntryReference(database: database, entry: UInt32(number)), from: databases[database])
  }
}
