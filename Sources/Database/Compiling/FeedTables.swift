import Indicators

/// The manifest while it is built: feeds in the order of their names, and what is counted for each.
///
/// Two feeds with the same name, format and role are one feed, so that naming a file twice changes
/// nothing but the number of indicators read.
struct FeedTables {
  private struct Feed {
    var description: FeedDescription
    var indicators: UInt64 = 0
    var entries: UInt64 = 0
    var entriesByKind = [UInt64](repeating: 0, count: IndicatorKind.allCases.count)
    var name: UInt32 = 0
    var format: UInt32 = 0
  }

  private var feeds: [Feed] = []
  /// The feeds' numbers in the database, by index in the collection.
  private var numbers: [UInt32]

  init(_ descriptions: [FeedDescription]) {
    numbers = Array(repeating: 0, count: descriptions.count)
    let sortKeys = descriptions.map { Self.sortKey($0) }
    let order = descriptions.indices.sorted { sortKeys[$0].lexicographicallyPrecedes(sortKeys[$1]) }
    var previous: [UInt8]?
    for index in order {
      if sortKeys[index] == previous {
        feeds[feeds.count - 1].description.refusals.merge(
          descriptions[index].refusals, uniquingKeysWith: +)
        if feeds[feeds.count - 1].description.input != descriptions[index].input {
          // Two files under one name.
          feeds[feeds.count - 1].description.input = nil
        }
      } else {
        feeds.append(Feed(description: descriptions[index]))
        previous = sortKeys[index]
      }
      numbers[index] = UInt32(feeds.count - 1)
    }
  }

  /// By bytes, since `String` comparison takes canonically equivalent names for the same.
  private static func sortKey(_ feed: FeedDescription) -> [UInt8] {
    Array(feed.name.utf8) + [0] + Array(feed.format.utf8) + [0, feed.isAllowList ? 1 : 0]
  }

  func number(of feed: UInt32) -> UInt32 { numbers[Int(feed)] }

  func isAllowList(_ number: UInt32) -> Bool { feeds[Int(number)].description.isAllowList }

  mutating func countIndicators(_ count: UInt64, of feed: UInt32) {
    feeds[Int(numbers[Int(feed)])].indicators += count
  }

  mutating func countRefusal(_ reason: String, of feed: UInt32) {
    feeds[Int(numbers[Int(feed)])].description.refusals[reason, default: 0] += 1
  }

  mutating func countEntry(_ kind: IndicatorKind, of number: UInt32) {
    feeds[Int(number)].entries += 1
    feeds[Int(number)].entriesByKind[Int(kind.rawValue)] += 1
  }

  /// Gives the names and formats of the feeds their strings: before all others, so that they have
  /// the lowest numbers.
  mutating func nameFeeds(in tables: inout ContextTables) {
    for index in feeds.indices {
      feeds[index].name = tables.number(of: feeds[index].description.name)
      feeds[index].format = tables.number(of: feeds[index].description.format)
    }
  }

  func addSections(to assembler: inout ImageAssembler, _ tables: inout ContextTables) {
    var records: [UInt8] = []
    var refusals: [UInt8] = []
    var kinds: [UInt8] = []
    for (number, feed) in feeds.enumerated() {
      records.append(feed.name)
      records.append(feed.format)
      records.append(UInt32(feed.description.isAllowList ? 1 : 0))
      records.append(UInt32(0))
      records.append(feed.entries)
      records.append(feed.indicators)
      let reasons = feed.description.refusals.sorted {
        $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
      }
      for (reason, count) in reasons where count > 0 {
        refusals.append(UInt32(number))
        refusals.append(tables.number(of: reason))
        refusals.append(UInt64(count))
      }
      for (kind, count) in feed.entriesByKind.enumerated() where count > 0 {
        kinds.append(UInt32(number))
        kinds.append(UInt32(kind))
        kinds.append(count)
      }
    }
    if feeds.contains(where: { $0.description.input != nil }) {
      var inputs: [UInt8] = []
      for feed in feeds {
        inputs.append(feed.description.input?.hashLow ?? 0)
        inputs.append(feed.description.input?.hashHigh ?? 0)
        inputs.append(feed.description.input?.byteCount ?? 0)
      }
      assembler.add(
        .inputs, inputs, count: feeds.count, elementSize: InputLayout.size, isRequired: false)
    }
    assembler.add(.feeds, records, count: feeds.count, elementSize: FeedLayout.size)
    assembler.add(
      .refusals, refusals, count: refusals.count / RefusalLayout.size,
      elementSize: RefusalLayout.size)
    assembler.add(
      .feedKinds, kinds, count: kinds.count / FeedKindLayout.size,
      elementSize: FeedKindLayout.size)
  }
}
