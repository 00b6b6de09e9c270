package import Database
import Indicators
import Parsing

/// Keeps entries that were read from the databases, since an entry that hit once often hits again.
///
/// It is a direct-mapped cache: an entry's number chooses its place, and a new entry replaces the
/// one that was there. So it needs no hash table, and none has to be emptied when all hits differ.
package struct EntryCatalog {
  private static let size = 1 << 12

  private let databases: [IndicatorDatabase]
  private var places: [ResolvedEntry?] = []
  private var statements = StatementCatalog()
  /// Scratch memory for the sources of the entry that is being read.
  private var stored: [DatabaseSource] = []

  package init(databases: [IndicatorDatabase]) { self.databases = databases }

  /// The entry with all its sources.
  package mutating func entry(database: Int, entry: UInt32) -> ResolvedEntry {
    if places.isEmpty { places = Array(repeating: nil, count: Self.size) }
    let reference = EntryReference(database: database, entry: entry)
    let place = (Int(entry) &+ database &* 257) & (Self.size - 1)
    if let resolved = places[place], resolved.reference == reference { return resolved }
    let resolved = read(reference, from: database)
    places[place] = resolved
    return resolved
  }

  /// Reads an entry without keeping it.
  package static func read(
    _ reference: EntryReference, from database: IndicatorDatabase
  ) -> ResolvedEntry {
    var catalog = EntryCatalog(databases: [database])
    return catalog.read(reference, from: 0)
  }

  private mutating func read(_ reference: EntryReference, from index: Int) -> ResolvedEntry {
    let database = databases[index]
    let entry = database.entry(reference.entry)
    var value: [UInt8] = []
    database.appendText(of: entry, to: &value)
    let isAddress = entry.kind == .ipv4 || entry.kind == .ipv6
    return ResolvedEntry(
      reference: reference, kind: entry.kind, mode: entry.mode, value: value,
      specificity: isAddress ? Int(entry.prefixLength) : value.count,
      sources: sources(of: reference.entry, in: index))
  }

  /// The sources of an entry in the order of `Matching.md` §10; equal ones keep their stored order.
  private mutating func sources(of entry: UInt32, in index: Int) -> [ResolvedSource] {
    stored.removeAll(keepingCapacity: true)
    databases[index].appendSources(of: entry, to: &stored)
    let sources = stored.map { source in
      ResolvedSource(
        lines: source.line == 0 ? [] : [source.line] + source.moreLines,
        statement: statements.statement(of: source, database: index, databases))
    }
    // Most entries' sources are stored in this order already.
    guard
      sources.indices.dropFirst().contains(where: {
        ResolvedSource.precedes(sources[$0], sources[$0 - 1])
      })
    else { return sources }
    return sources.indices.sorted {
      ResolvedSource.precedes(sources[$0], sources[$1])
        || !ResolvedSource.precedes(sources[$1], sources[$0]) && $0 < $1
    }
    .map { sources[$0] }
  }
}
