public import Indicators
import Matchers
import Parsing
import Synchronization

/// What a database keeps about one of the feeds it was compiled from.
public struct DatabaseFeed: Sendable, Equatable {
  /// The path or configured name, as shown on every hit.
  public var name: String
  /// The format's name.
  public var format: String
  /// Whether its entries allow instead of block.
  public var isAllowList: Bool
  /// How many entries it is a source of.
  public var entries: UInt64
  /// Indicators read from it, repeated ones and those refused by the compiler included.
  public var indicators: UInt64
  /// Entries by kind; kinds without any are left out.
  public var entriesByKind: [IndicatorKind: UInt64]
  /// The file that it was read from, if known.
  public var input: FeedInput?
  /// Values refused, by reason, in the order of the reasons.
  public var refusals: [(reason: String, count: UInt64)]

  /// Whether two feeds are described alike.
  public static func == (left: DatabaseFeed, right: DatabaseFeed) -> Bool {
    left.name == right.name && left.format == right.format
      && left.isAllowList == right.isAllowList && left.entries == right.entries
      && left.indicators == right.indicators && left.input == right.input
      && left.entriesByKind == right.entriesByKind
      && left.refusals.elementsEqual(right.refusals, by: ==)
  }
}

/// A part of the database file, to show where its bytes go.
public struct DatabaseSection: Sendable {
  /// What it holds.
  public var name: String
  /// Length in bytes.
  public var length: Int
  /// Number of elements.
  public var count: Int
}

extension IndicatorDatabase {
  /// The feeds that the database was compiled from, by index; made when first asked for.
  public var feeds: [DatabaseFeed] {
    cachedFeeds.withLock { cache in
      if let feeds = cache { return feeds }
      let feeds = readFeeds()
      cache = feeds
      return feeds
    }
  }

  /// Number of feeds.
  public var feedCount: Int { feedTable.count }

  /// The name of a feed, as bytes; empty if no feed has this index.
  @_lifetime(borrow self)
  public func feedName(_ feed: UInt32) -> RawSpan {
    string(image.uint32(feedTable, Int(feed), 0))
  }

  /// Number of entries of each kind that has any, in the order of kinds.
  public var entryCounts: [(kind: IndicatorKind, count: Int)] {
    IndicatorKind.allCases.compactMap { kind in
      let count = kinds[Int(kind.rawValue)].entryCount
      return count == 0 ? nil : (kind, count)
    }
  }

  /// The sections, in the order of the file.
  public var sections: [DatabaseSection] {
    table.sections.map {
      DatabaseSection(
        name: $0.kind.name ?? "unknown-\($0.kind.rawValue)", length: $0.length, count: $0.count)
    }
  }

  /// Length of the whole image in bytes.
  public var byteCount: Int { image.count }

  /// Version of the file's format, `major.minor`.
  public var formatVersion: String { "\(DatabaseFormat.major).\(table.minor)" }

  /// The date of the public suffix list by which names were let in, `2024-05-01`; nil if the file
  /// does not tell.
  public var publicSuffixDate: String? {
    guard let section = table[.publicSuffixDate], section.length == 10 else { return nil }
    let bytes = span(section.range)
    guard bytes.byteOffsets.allSatisfy({ 0x2d...0x39 ~= bytes.byte(at: $0) }) else { return nil }
    return String(decoding: bytes.copied(bytes.byteOffsets), as: UTF8.self)
  }

  /// Identity of the content, 32 hex digits: equal for equal feeds, whatever their order.
  public var buildIdentifier: String {
    hex(table.buildIdentifier.high) + hex(table.buildIdentifier.low)
  }

  private func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The most bytes of names and reasons that are read.
  private static var manifestTextLimit: Int { 64 << 20 }

  private func readFeeds() -> [DatabaseFeed] {
    var feeds: [DatabaseFeed] = []
    // The records of a hostile image may all point at one huge string.
    var budget = Self.manifestTextLimit
    func text(_ id: StringID) -> String {
      budget -= stringRange(id).count
      return budget >= 0 ? self.text(id) : "…"
    }
    for index in 0..<feedTable.count {
      feeds.append(
        DatabaseFeed(
          name: text(image.uint32(feedTable, index, 0)),
          format: text(image.uint32(feedTable, index, 4)),
          isAllowList: image.uint32(feedTable, index, 8) & 1 != 0,
          entries: image.uint64(feedTable, index, 16),
          indicators: image.uint64(feedTable, index, 24), entriesByKind: [:], refusals: []))
    }
    if let inputTable {
      for index in 0..<min(inputTable.count, feeds.count) {
        let input = FeedInput(
          hashLow: image.uint64(inputTable, index, 0), hashHigh: image.uint64(inputTable, index, 8),
          byteCount: image.uint64(inputTable, index, 16))
        if input != FeedInput(hashLow: 0, hashHigh: 0, byteCount: 0) { feeds[index].input = input }
      }
    }
    for index in 0..<refusalTable.count {
      let feed = Int(image.uint32(refusalTable, index))
      guard feed < feeds.count else { continue }
      feeds[feed].refusals.append(
        (text(image.uint32(refusalTable, index, 4)), image.uint64(refusalTable, index, 8)))
    }
    for index in 0..<feedKindTable.count {
      let feed = Int(image.uint32(feedKindTable, index))
      let raw = UInt8(truncatingIfNeeded: image.uint32(feedKindTable, index, 4))
      guard feed < feeds.count, let kind = IndicatorKind(rawValue: raw) else { continue }
      feeds[feed].entriesByKind[kind] = image.uint64(feedKindTable, index, 8)
    }
    return feeds
  }

  /// A string as text; bytes that are no UTF-8 are replaced.
  func text(_ id: StringID) -> String {
    let bytes = string(id)
    return String(decoding: bytes.copied(bytes.byteOffsets), as: UTF8.self)
  }

  /// The entry of a pattern of `textMatcher`; nil if there is no such pattern.
  public func textEntry(ofPattern pattern: UInt32) -> UInt32? {
    let entries = kinds[Int(IndicatorKind.text.rawValue)].entries
    guard Int(pattern) < entries.count else { return nil }
    return UInt32(entries.lowerBound + Int(pattern))
  }
}
