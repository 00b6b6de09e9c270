import Parsing

/// What is not read of a JSON file although it looks like values.
struct SkippedMembers {
  /// Strings and those of them that are values, for each member.
  private(set) var counts: [[UInt8]: (strings: Int, values: Int)] = [:]
  private var test = ShapeTest()

  private static let mostMembers = 64

  init() {}

  /// Reads on to the end of a member's value, and counts the values in it.
  ///
  /// Only lists and what they hold count, and objects whose name speaks of indicators: any other is
  /// about something else.
  mutating func skip(
    _ value: JSONToken, _ name: [UInt8], isListed: Bool = false, _ json: inout JSONFeed
  ) throws(FeedError) {
    let key = CSVPlan.key(of: name.rawSpan, .json)
    let column = Column(key: key, format: .json)
    let isNamed = column.isValue || JSONRecords.indicators.contains(key)
    guard value.kind == .beginArray || value.kind == .beginObject, isNamed || column == .unknown,
      value.kind == .beginArray || isListed || isNamed,
      counts.count < Self.mostMembers || counts[name] != nil
    else { return try json.skip(value) }
    let outside = json.depth - 1
    var isOfValues = isNamed
    while json.depth > outside {
      let token = try json.next()
      switch token.kind {
      case .key:
        let member = Text.key(json.stream.window.rawSpan.extracting(token.range))
        let column = Column(key: member, format: .json)
        isOfValues = column.isValue || isNamed && column == .unknown
      case .string where isOfValues:
        let text = json.stream.window.rawSpan.extracting(token.range)
        counts[name, default: (0, 0)].strings += 1
        if test.fitsStrictly(text) { counts[name, default: (0, 0)].values += 1 }
      default: break
      }
    }
  }

  /// What a person should know of them.
  var warnings: [String] {
    counts.filter { $0.value.values > 0 && $0.value.values * 2 >= $0.value.strings }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { name, count in
        "member-not-read: \(count.values) of \(count.strings) strings in '\(Excerpt.text(name.rawSpan))' "
          + "look like values, but it stands outside the records that are read"
      }
  }
}
