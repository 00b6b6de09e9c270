import Indicators
import Scanning

extension DatabaseDifference {
  /// One JSON object, ending in a newline.
  public func json(exceeded: [(threshold: Threshold, value: Double)] = []) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("old", oldName)
      writer.member("new", newName)
      writer.object("entries") { Self.append(total, to: &$0) }
      writer.objects("kinds", kinds) {
        $0.member("kind", $1.kind.name)
        Self.append($1.counts, to: &$0)
      }
      writer.objects("feeds", feeds) {
        $0.member("name", $1.name)
        $0.member("old_name", ifAny: $1.oldName)
        $0.member("new_name", ifAny: $1.newName)
        $0.member("old_format", ifAny: $1.oldFormat)
        $0.member("new_format", ifAny: $1.newFormat)
        $0.member("problem", ifAny: $1.problem)
        Self.append($1.counts, to: &$0)
      }
      Self.append(causes, to: &writer)
      writer.objects("changes", changes) {
        $0.member("change", $1.changeKind.rawValue)
        $0.member("kind", $1.kind.name)
        $0.member("value", $1.value)
        Self.append($1.cause, $1.detail, $1.feed, $1.line, to: &$0)
      }
      if leftOut.entries > 0 { writer.member("changes_left_out", leftOut.entries) }
      if let hits {
        writer.object("hits") { Self.append(hits, leftOut: leftOut.hits, to: &$0) }
      }
      writer.strings("problems", problems)
      writer.objects("exceeded", exceeded) {
        $0.member("threshold", $1.threshold.description)
        $0.member("value", $1.value)
      }
    }
  }

  private static func append(_ counts: Counts, to writer: inout JSONWriter) {
    writer.member("old_entries", counts.old)
    writer.member("new_entries", counts.new)
    writer.member("added", counts.added)
    writer.member("removed", counts.removed)
    writer.member("changed", counts.changed)
  }

  private static func append(_ causes: [ChangeCause: Int], to writer: inout JSONWriter) {
    writer.object("causes") {
      for cause in ChangeCause.allCases {
        guard let count = causes[cause] else { continue }
        $0.key(cause.rawValue)
        $0.number(count)
      }
    }
  }

  private static func append(
    _ cause: ChangeCause, _ detail: String, _ feed: String, _ line: UInt32?,
    to writer: inout JSONWriter
  ) {
    writer.member("cause", cause.rawValue)
    if !detail.isEmpty { writer.member("detail", detail) }
    writer.member("feed", feed)
    writer.member("line", ifAny: line)
  }

  private static func append(_ hits: HitDifference, leftOut: Int, to writer: inout JSONWriter) {
    writer.member("old_hits", hits.old)
    writer.member("new_hits", hits.new)
    for kind in HitDifference.Kind.allCases {
      writer.key(kind.rawValue)
      writer.number(hits.count(kind))
    }
    if hits.cut > 0 { writer.member("not_compared", hits.cut) }
    writer.skipped(hits.skipped)
    append(hits.causes, to: &writer)
    writer.objects("changes", hits.changes) {
      $0.member("change", $1.changeKind.rawValue)
      $0.member("kind", $1.kind.name)
      $0.member("value", $1.value)
      $0.member("field", $1.field)
      $0.member("place", $1.place)
      $0.member("indicator", $1.indicator)
      append($1.cause, $1.detail, $1.feed, $1.line, to: &$0)
    }
    if leftOut > 0 { writer.member("changes_left_out", leftOut) }
  }

  /// The most results of a SARIF log: code hosts refuse larger ones.
  public static let sarifLimit = 5_000

  /// SARIF whose results point at lines of feeds: lost hits are errors, other losses warnings.
  ///
  /// - Parameters:
  ///   - version: the version of the tool.
  ///   - limit: the most results; a notification tells how many are left out.
  /// - Returns: JSON, ending in a newline.
  public func sarif(version: String, limit: Int = sarifLimit) -> [UInt8] {
    var results: [SARIFLog.Result] = []
    for change in hits?.changes ?? [] {
      let level: SARIFLog.Level =
        switch change.changeKind {
        case .lost: .error
        case .suppressed: .warning
        case .gained: .note
        }
      results.append(
        SARIFLog.Result(
          rule: "hit-" + change.changeKind.rawValue, level: level,
          message: Marks.plain(
            "\(change.changeKind.rawValue): \(change.kind.name) "
              + Marks.value(change.value, change.kind) + " in \(change.place): "
              + Self.words(change.cause, change.markedDetail)), path: change.feed,
          line: change.line.map(Int.init)))
    }
    for change in changes {
      results.append(
        SARIFLog.Result(
          rule: "entry-" + change.cause.rawValue, level: change.cause.isLoss ? .warning : .note,
          message: Marks.plain(
            "\(change.changeKind.rawValue): \(change.kind.name) "
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
