import Parsing
import Scanning

extension CoverageReport {
  /// Everything in the comparison as one JSON object, ending in a newline.
  public func json() -> [UInt8] { CoverageJSON.bytes(of: self) }
}

/// A comparison as one JSON object.
enum CoverageJSON {
  static func bytes(of report: CoverageReport) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("now", time: report.now)
      writer.member("values", report.values)
      writer.member("database_bytes", report.databaseBytes)
      writer.objects("listed_by", report.listedBy.enumerated().filter { $0.element > 0 }) {
        $0.member("feeds", $1.offset + 1)
        $0.member("values", $1.element)
      }
      if let size = report.truthSize {
        writer.object("truth") {
          $0.member("values", size)
          $0.member("covered_by_any", report.truthAny ?? 0)
        }
      }
      if let inputs = report.inputs { writer.object("inputs") { append(inputs, to: &$0) } }
      writer.objects("feeds", report.feeds) { append($1, report, to: &$0) }
      writer.strings("order", report.order.map { report.feeds[$0].name })
      writer.objects("pairs", report.pairs) { append($1, report, to: &$0) }
      writer.objects("techniques", report.techniques) { append($1, report, to: &$0) }
      if report.inputs != nil { writer.object("timeline") { appendTimeline(report, to: &$0) } }
    }
  }

  private static func append(_ inputs: CoverageReport.Inputs, to writer: inout JSONWriter) {
    writer.member("bytes", inputs.bytes)
    writer.member("hits", inputs.hits)
    writer.skipped(inputs.skipped)
    writer.member("complete", !inputs.hasErrors)
    guard let base = inputs.baseNanosecondsPerMegabyte else { return }
    writer.member("base_nanoseconds_per_megabyte", base)
    writer.objects("nanoseconds_per_megabyte_by_kind", inputs.kindNanosecondsPerMegabyte) {
      $0.member("kind", $1.kind)
      $0.member("nanoseconds", $1.nanoseconds)
    }
  }

  // MARK: Feeds

  private static func append(
    _ feed: CoverageReport.Feed, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    writer.member("feed", feed.name)
    appendValues(feed, report, to: &writer)
    appendAges(feed, to: &writer)
    if let hits = feed.hits { append(hits, of: feed, to: &writer) }
    // A feed's share of the bytes need not be a whole number.
    writer.member("database_bytes", UInt64(feed.bytes.rounded()))
    writer.member("nanoseconds_per_megabyte", ifAny: feed.nanosecondsPerMegabyte)
    if !feed.techniques.isEmpty {
      writer.strings("techniques", feed.techniques.map(\.technique))
    }
  }

  /// Writes what a feed holds, compared with the other feeds.
  private static func appendValues(
    _ feed: CoverageReport.Feed, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    writer.member("values", feed.values)
    writer.member("current", feed.current)
    writer.member("sources", feed.sources)
    writer.objects("kinds", feed.kinds) {
      $0.member("kind", $1.kind)
      $0.member("values", $1.count)
    }
    writer.member("exclusive", feed.exclusive)
    writer.ratio("exclusive_share", feed.exclusive, of: feed.values)
    writer.member("exclusive_covered", feed.exclusiveCovered)
    writer.ratio("exclusive_covered_share", feed.exclusiveCovered, of: feed.values)
    writer.member("rank", feed.rank)
    writer.member("adds", feed.adds)
    writer.member("allowed", ifAny: feed.allowed)
    writer.member("wide", ifAny: feed.wide)
    writer.member("accuracy_bound", ifAny: feed.accuracyBound)
    writer.member("truth_exact", ifAny: feed.truthExact)
    writer.member("truth_covered", ifAny: feed.truthCovered)
    writer.ratio("truth_coverage", feed.truthCovered, of: report.truthSize)
  }

  /// When a feed listed its values, and how it changed from copy to copy.
  private static func appendAges(_ feed: CoverageReport.Feed, to writer: inout JSONWriter) {
    writer.distribution("latency_days", feed.latency)
    writer.member("first_share", ifAny: feed.firstShare)
    writer.distribution("age_days", feed.age)
    writer.member("expired", feed.expired)
    writer.member("added_share", ifAny: feed.addedShare)
    writer.member("churn", ifAny: feed.churn)
    writer.member("new_per_day", ifAny: feed.newPerDay)
    guard !feed.copies.isEmpty else { return }
    writer.objects("copies", feed.copies) {
      $0.member("date", time: $1.date)
      $0.member("values", $1.size)
      $0.member("added", $1.added)
      $0.member("removed", $1.removed)
    }
  }

  private static func append(
    _ hits: CoverageReport.Hits, of feed: CoverageReport.Feed, to writer: inout JSONWriter
  ) {
    writer.member("hits", hits.hits)
    writer.member("exclusive_hits", hits.exclusive)
    writer.member("values_hit", hits.values)
    writer.member("exclusive_values_hit", hits.exclusiveValues)
    writer.ratio("hit_rate", hits.values, of: feed.values)
    writer.member("hits_outside_validity", hits.outside)
    writer.member("hits_before_validity", hits.before)
    writer.member("hits_suppressed", hits.suppressed)
    writer.distribution("detection_delay_days", hits.delay)
  }

  // MARK: Pairs, techniques, time

  private static func append(
    _ pair: CoverageReport.Pair, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    let (first, second) = (report.feeds[pair.first], report.feeds[pair.second])
    writer.member("a", first.name)
    writer.member("b", second.name)
    writer.member("shared", pair.shared)
    writer.member("difference_a", 1 - Double(pair.shared) / Double(max(first.values, 1)))
    writer.member("difference_b", 1 - Double(pair.shared) / Double(max(second.values, 1)))
    writer.member("a_covered_by_b", pair.firstCovered)
    writer.member("b_covered_by_a", pair.secondCovered)
    writer.member("a_earlier", pair.firstEarlier)
    writer.member("b_earlier", pair.secondEarlier)
  }

  private static func append(
    _ technique: CoverageReport.Technique, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    writer.member("technique", technique.identifier)
    writer.objects("feeds", technique.feeds) {
      $0.member("feed", report.feeds[$1.feed].name)
      $0.member("values", $1.values)
    }
    if report.inputs != nil { writer.member("hits", technique.hits) }
  }

  private static func appendTimeline(_ report: CoverageReport, to writer: inout JSONWriter) {
    writer.member("step_seconds", report.stepWidth / 1_000_000_000)
    writer.objects("steps", report.timeline.filter { !$0.hits.isEmpty }) { writer, step in
      writer.member("start", time: step.start)
      writer.objects("hits", step.hits) {
        $0.member("feed", report.feeds[$1.feed].name)
        $0.member("hits", $1.hits)
      }
    }
  }
}

extension JSONWriter {
  /// Writes a part as a share of the whole; nothing if either is unknown or the whole is 0.
  fileprivate mutating func ratio(_ name: StaticString, _ part: UInt64?, of whole: UInt64?) {
    guard let part, let whole, whole > 0 else { return }
    member(name, Double(part) / Double(whole))
  }

  fileprivate mutating func distribution(_ name: StaticString, _ distribution: Distribution?) {
    guard let distribution else { return }
    object(name) {
      $0.member("count", distribution.count)
      $0.member("p10", distribution.low)
      $0.member("median", distribution.median)
      $0.member("p90", distribution.high)
    }
  }
}
