internal import Indicators
internal import Scanning

extension DatabaseDifference {
  /// One JSON object, ending in a newline.
  public func json(exceeded: [(threshold: Threshold, value: Double)] = []) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schema", 1)
    writer.member("old", oldName)
    writer.member("new", newName)
    writer.key("entries")
    writer.beginObject()
    Self.append(total, to: &writer)
    writer.endObject()
    writer.key("kinds")
    writer.beginArray()
    for (kind, counts) in kinds {
      writer.beginObject()
      writer.member("kind", kind.name)
      Self.append(counts, to: &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.key("feeds")
    writer.beginArray()
    for feed in feeds {
      writer.beginObject()
      writer.member("name", feed.name)
      for (key, value) in [
        ("old_name" as StaticString, feed.oldName), ("new_name", feed.newName),
        ("old_format", feed.oldFormat), ("new_format", feed.newFormat), ("problem", feed.problem),
      ] {
        guard let value else { continue }
        writer.key(key)
        writer.string(value)
      }
      Self.append(feed.counts, to: &writer)
      writer.endObject()
    }
    writer.endArray()
    Self.append(causes, to: &writer)
    writer.key("changes")
    writer.beginArray()
    for change in changes {
      writer.beginObject()
      writer.member("change", change.sort.rawValue)
      writer.member("kind", change.kind.name)
      writer.member("value", change.value)
      Self.append(change.cause, change.detail, change.feed, change.line, to: &writer)
      writer.endObject()
    }
    writer.endArray()
    if leftOut.entries > 0 {
      writer.member("changes_left_out", leftOut.entries)
    }
    if let hits { Self.append(hits, leftOut: leftOut.hits, to: &writer) }
    writer.key("problems")
    writer.beginArray()
    for problem in problems { writer.string(problem) }
    writer.endArray()
    writer.key("exceeded")
    writer.beginArray()
    for (threshold, value) in exceeded {
      writer.beginObject()
      writer.member("threshold", threshold.description)
      writer.member("value", value)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  private static func append(_ counts: Counts, to writer: inout JSONWriter) {
    for (key, value) in [
      ("old_entries" as StaticString, counts.old), ("new_entries", counts.new),
      ("added", counts.added), ("removed", counts.removed), ("changed", counts.changed),
    ] {
      writer.key(key)
      writer.number(value)
    }
  }

  private static func append(_ causes: [ChangeCause: Int], to writer: inout JSONWriter) {
    writer.key("causes")
    writer.beginObject()
    for cause in ChangeCause.allCases {
      guard let count = causes[cause] else { continue }
      writer.key(cause.rawValue)
      writer.number(count)
    }
    writer.endObject()
  }

  private static func append(
    _ cause: ChangeCause, _ detail: String, _ feed: String, _ line: UInt32?,
    to writer: inout JSONWriter
  ) {
    writer.member("cause", cause.rawValue)
    if !detail.isEmpty {
      writer.member("detail", detail)
    }
    writer.member("feed", feed)
    if let line {
      writer.member("line", line)
    }
  }

  private static func append(
    _ hits: HitDifference, leftOut: Int, to writer: inout JSONWriter
  ) {
    writer.key("hits")
    writer.beginObject()
    writer.member("old_hits", hits.old)
    writer.member("new_hits", hits.new)
    for sort in HitDifference.Sort.allCases {
      writer.key(sort.rawValue)
      writer.number(hits.count(sort))
    }
    if hits.cut > 0 {
      writer.member("not_compared", hits.cut)
    }
    append(hits.causes, to: &writer)
    writer.key("changes")
    writer.beginArray()
    for change in hits.changes {
      writer.beginObject()
      writer.member("change", change.sort.rawValue)
      writer.member("kind", change.kind.name)
      writer.member("value", change.value)
      writer.member("field", change.field)
      writer.member("place", change.place)
      writer.member("indicator", change.indicator)
      append(change.cause, change.detail, change.feed, change.line, to: &writer)
      writer.endObject()
    }
    writer.endArray()
    if leftOut > 0 {
      writer.member("changes_left_out", leftOut)
    }
    writer.endObject()
  }

  /// Results of a SARIF log at most: code hosts refuse larger ones.
  public static let sarifLimit = 5_000

  /// SARIF whose results point at lines of feeds: lost hits are errors, other losses warnings.
  ///
  /// - Parameters:
  ///   - version: the version of the tool.
  ///   - limit: results at most; what is left out is told in a notification.
  /// - Returns: JSON, ending in a newline.
  public func sarif(version: String, limit: Int = sarifLimit) -> [UInt8] {
    var results: [SARIFLog.Result] = []
    for change in hits?.changes ?? [] {
      let level: SARIFLog.Level =
        switch change.sort {
        case .lost: .error
        case .suppressed: .warning
        case .gained: .note
        }
      results.append(
        SARIFLog.Result(
          rule: "hit-" + change.sort.rawValue, level: level,
          message: Marks.plain(
            "\(change.sort.rawValue): \(change.kind.name) "
              + Marks.value(change.value, change.kind) + " in \(change.place): "
              + Self.words(change.cause, change.markedDetail)), path: change.feed,
          line: change.line.map(Int.init)))
    }
    for change in changes {
      results.append(
        SARIFLog.Result(
          rule: "entry-" + change.cause.rawValue, level: change.cause.isLoss ? .warning : .note,
          message: Marks.plain(
            "\(change.sort.rawValue): \(change.kind.name) "
              + Marks.value(change.value, change.kind) + ": "
              + Self.words(change.cause, change.markedDetail)), path: change.path,
          line: change.line.map(Int.init)))
    }
    for feed in feeds {
      guard feed.newName == nil, let problem = feed.problem else { continue }
      results.append(
        SARIFLog.Result(
          rule: "feed-unreadable", level: .error, message: problem, path: feed.name, line: nil))
    }
    results.sort { Self.rank($0.level) < Self.rank($1.level) }
    let rules =
      [
        SARIFLog.Rule(id: "hit-lost", description: "A hit over the inputs is lost."),
        .init(id: "hit-suppressed", description: "A hit over the inputs is suppressed now."),
        .init(id: "hit-gained", description: "A hit over the inputs is new."),
        .init(id: "feed-unreadable", description: "A feed cannot be read."),
      ]
      + ChangeCause.allCases.map {
        SARIFLog.Rule(id: "entry-" + $0.rawValue, description: "Entry: \($0.text).")
      }
    var log = SARIFLog(version: version, rules: rules, results: Array(results.prefix(limit)))
    let missing = results.count - log.results.count + leftOut.entries + leftOut.hits
    if missing > 0 {
      log.notification = "\(missing) further changes are left out; a higher --limit lists them"
    }
    return log.json
  }

  private static func words(_ cause: ChangeCause, _ detail: String) -> String {
    cause.text + (detail.isEmpty ? "" : " (\(detail))")
  }

  private static func rank(_ level: SARIFLog.Level) -> Int {
    switch level {
    case .error: 0
    case .warning: 1
    case .note: 2
    }
  }
}
