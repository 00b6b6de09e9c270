package import Database
import Indicators
import Parsing

/// Entries read from the databases and kept for a while, since what hits once often hits again.
///
/// Each has a place that its number chooses, where the one before it gives way: no hash table is asked, and
/// none has to be emptied where hits are all different.
package struct EntryCatalog {
  private static let size = 1 << 13

  private let databases: [IndicatorDatabase]
  private var places: [ResolvedEntry?] = []

  package init(databases: [IndicatorDatabase]) { self.databases = databases }

  /// The entry with all its sources.
  package mutating func entry(database: Int, entry: UInt32) -> ResolvedEntry {
    if places.isEmpty { places = Array(repeating: nil, count: Self.size) }
    let reference = EntryReference(database: database, entry: entry)
    let place = (Int(entry) &+ database &* 257) & (Self.size - 1)
    if let resolved = places[place], resolved.reference == reference { return resolved }
    let resolved = Self.read(reference, from: databases[database])
    places[place] = resolved
    return resolved
  }

  /// Reads an entry without keeping it.
  package static func read(
    _ reference: EntryReference, from database: IndicatorDatabase
  ) -> ResolvedEntry {
    let entry = database.entry(reference.entry)
    var value: [UInt8] = []
    database.appendText(of: entry, to: &value)
    let isAddress = entry.kind == .ipv4 || entry.kind == .ipv6
    return ResolvedEntry(
      reference: reference, kind: entry.kind, mode: entry.mode, value: value,
      specificity: isAddress ? Int(entry.prefixLength) : value.count,
      sources: sources(of: reference.entry, in: database))
  }

  /// The sources of an entry in the order of `matching.md` §10; equal ones stay as they are stored.
  private static func sources(
    of entry: UInt32, in database: IndicatorDatabase
  ) -> [ResolvedSource] {
    let sources = database.sources(of: entry).map { resolve($0, in: database) }
    guard sources.count > 1 else { return sources }
    return sources.indices.sorted {
      ResolvedSource.precedes(sources[$0], sources[$1])
        || !ResolvedSource.precedes(sources[$1], sources[$0]) && $0 < $1
    }
    .map { sources[$0] }
  }

  private static func resolve(
    _ source: DatabaseSource, in database: IndicatorDatabase
  ) -> ResolvedSource {
    let context = source.context
    let feed = database.feedName(source.feed)
    var resolved = ResolvedSource(
      feed: feed.copied(feed.byteOffsets),
      lines: source.line == 0 ? [] : [source.line] + source.moreLines,
      id: bytes(context.id, database), description: bytes(context.description, database),
      reference: bytes(context.reference, database),
      labels: list(context.labels, database), attack: list(context.attack, database),
      malware: list(context.malware, database), actors: list(context.actors, database),
      validFrom: context.validFrom, validUntil: context.validUntil,
      confidence: context.confidence, tlp: context.tlp, flags: context.flags)
    if context.condition != 0 {
      resolved.condition = bytes(context.condition, database)
      resolved.conditionPlace = ConditionPlace(
        condition: context.condition, bit: 1 << UInt16(context.conditionMember & 15),
        all: (1 << UInt16(min(context.conditionCount, 15))) - 1, port: context.conditionPort)
    }
    return resolved
  }

  private static func bytes(_ id: StringID, _ database: IndicatorDatabase) -> [UInt8] {
    let string = database.string(id)
    return string.copied(string.byteOffsets)
  }

  private static func list(_ id: StringListID, _ database: IndicatorDatabase) -> [[UInt8]] {
    database.list(id).map { bytes($0, database) }
  }
}
