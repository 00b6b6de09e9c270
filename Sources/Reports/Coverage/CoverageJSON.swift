import Parsing
import Scanning

/// A comparison as one JSON object: everything in it, for programs.
public enum CoverageJSON {
  /// The object, ending in a newline.
  public static func write(_ report: CoverageReport) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schema", 1)
    writer.key("now")
    writer.time(report.now)
    writer.member("values", report.values)
    writer.member("database_bytes", report.databaseBytes)
    writer.key("listed_by")
    writer.beginArray()
    for (index, values) in report.listedBy.enumerated() where values > 0 {
      writer.beginObject()
      writer.member("feeds", index + 1)
      writer.member("values", values)
      writer.endObject()
    }
    writer.endArray()
    if let size = report.truthSize {
      writer.key("truth")
      writer.beginObject()
      writer.member("values", size)
      writer.member("covered_by_any", report.truthAny ?? 0)
      writer.endObject()
    }
    if let inputs = report.inputs { append(inputs, to: &writer) }
    writer.key("feeds")
    writer.beginArray()
    for feed in report.feeds { append(feed, report, to: &writer) }
    writer.endArray()
    writer.key("order")
    writer.beginArray()
    for feed in report.order { writer.string(report.feeds[feed].name) }
    writer.endArray()
    writer.key("pairs")
    writer.beginArray()
    for pair in report.pairs { append(pair, report, to: &writer) }
    writer.endArray()
    appendTechniques(report, to: &writer)
    if report.inputs != nil { appendTimeline(report, to: &writer) }
    writer.endObject()
    return writer.bytes + [Byte.lineFeed]
  }

  private static func append(_ inputs: CoverageReport.Inputs, to writer: inout JSONWriter) {
    writer.key("inputs")
    writer.beginObject()
    writer.member("bytes", inputs.bytes)
    writer.member("hits", inputs.hits)
    writer.member("complete", !inputs.hasErrors)
    if let base = inputs.baseNanosecondsPerMegabyte {
      writer.member("base_nanoseconds_per_megabyte", base)
      writer.key("nanoseconds_per_megabyte_by_kind")
      writer.beginArray()
      for kind in inputs.kindNanosecondsPerMegabyte {
        writer.beginObject()
        writer.member("kind", kind.kind)
        writer.member("nanoseconds", kind.nanoseconds)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
  }

  // MARK: Feeds

  private static func append(
    _ feed: CoverageReport.Feed, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    func count(_ name: StaticString, _ value: UInt64?) {
      guard let value else { return }
      writer.key(name)
      writer.number(value)
    }
    func share(_ name: StaticString, _ value: Double?) {
      guard let value else { return }
      writer.key(name)
      writer.number(value)
    }
    func ratio(_ name: StaticString, _ part: UInt64?, of whole: UInt64?) {
      guard let part, let whole, whole > 0 else { return }
      share(name, Double(part) / Double(whole))
    }
    writer.beginObject()
    writer.member("feed", feed.name)
    count("values", feed.values)
    count("current", feed.current)
    count("sources", feed.sources)
    writer.key("kinds")
    writer.beginArray()
    for kind in feed.kinds {
      writer.beginObject()
      writer.member("kind", kind.kind)
      count("values", kind.count)
      writer.endObject()
    }
    writer.endArray()
    count("exclusive", feed.exclusive)
    ratio("exclusive_share", feed.exclusive, of: feed.values)
    count("exclusive_covered", feed.exclusiveCovered)
    ratio("exclusive_covered_share", feed.exclusiveCovered, of: feed.values)
    count("rank", UInt64(feed.rank))
    count("adds", feed.adds)
    count("allowed", feed.allowed)
    count("wide", feed.wide)
    share("accuracy_bound", feed.accuracyBound)
    count("truth_exact", feed.truthExact)
    count("truth_covered", feed.truthCovered)
    ratio("truth_coverage", feed.truthCovered, of: report.truthSize)
    append("latency_days", feed.latency, to: &writer)
    share("first_share", feed.firstShare)
    append("age_days", feed.age, to: &writer)
    count("expired", feed.expired)
    share("added_share", feed.addedShare)
    share("churn", feed.churn)
    share("new_per_day", feed.newPerDay)
    if !feed.copies.isEmpty {
      writer.key("copies")
      writer.beginArray()
      for copy in feed.copies {
        writer.beginObject()
        writer.key("date")
        writer.time(copy.date)
        count("values", copy.size)
        count("added", copy.added)
        count("removed", copy.removed)
        writer.endObject()
      }
      writer.endArray()
    }
    if let hits = feed.hits {
      count("hits", hits.hits)
      count("exclusive_hits", hits.exclusive)
      count("values_hit", hits.values)
      count("exclusive_values_hit", hits.exclusiveValues)
      ratio("hit_rate", hits.values, of: feed.values)
      count("hits_outside_validity", hits.outside)
      count("hits_before_validity", hits.before)
      count("hits_suppressed", hits.suppressed)
      append("detection_delay_days", hits.delay, to: &writer)
    }
    share("database_bytes", feed.bytes)
    share("nanoseconds_per_megabyte", feed.nanosecondsPerMegabyte)
    if !feed.techniques.isEmpty {
      writer.key("techniques")
      writer.beginArray()
      for technique in feed.techniques { writer.string(technique.technique) }
      writer.endArray()
    }
    writer.endObject()
  }

  private static func append(
    _ name: StaticString, _ distribution: Distribution?, to writer: inout JSONWriter
  ) {
    guard let distribution else { return }
    writer.key(name)
    writer.beginObject()
    writer.member("count", distribution.count)
    writer.member("p10", distribution.low)
    writer.member("median", distribution.median)
    writer.member("p90", distribution.high)
    writer.endObject()
  }

  // MARK: Pairs, techniques, time

  private static func append(
    _ pair: CoverageReport.Pair, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    let (first, second) = (report.feeds[pair.first], report.feeds[pair.second])
    writer.beginObject()
    writer.member("a", first.name)
    writer.member("b", second.name)
    writer.member("shared", pair.shared)
    writer.member("difference_a", 1 - Double(pair.shared) / Double(max(first.values, 1)))
    writer.member("difference_b", 1 - Double(pair.shared) / Double(max(second.values, 1)))
    writer.member("a_covered_by_b", pair.firstCovered)
    writer.member("b_covered_by_a", pair.secondCovered)
    writer.member("a_earlier", pair.firstEarlier)
    writer.member("b_earlier", pair.secondEarlier)
    writer.endObject()
  }

  private static func appendTechniques(_ report: CoverageReport, to writer: inout JSONWriter) {
    writer.key("techniques")
    writer.beginArray()
    for technique in report.techniques {
      writer.beginObject()
      writer.member("technique", technique.identifier)
      writer.key("feeds")
      writer.beginArray()
      for part in technique.feeds {
        writer.beginObject()
        writer.member("feed", report.feeds[part.feed].name)
        writer.member("values", part.values)
        writer.endObject()
      }
      writer.endArray()
      if report.inputs != nil {
        writer.member("hits", technique.hits)
      }
      writer.endObject()
    }
    writer.endArray()
  }

  private static func appendTimeline(_ report: CoverageReport, to writer: inout JSONWriter) {
    writer.key("timeline")
    writer.beginObject()
    writer.member("step_seconds", report.stepWidth / 1_000_000_000)
    writer.key("steps")
    writer.beginArray()
    for step in report.timeline where !step.hits.isEmpty {
      writer.beginObject()
      writer.key("start")
      writer.time(step.start)
      writer.key("hits")
      writer.beginArray()
      for part in step.hits {
        writer.beginObject()
        writer.member("feed", report.feeds[part.feed].name)
        writer.member("hits", part.hits)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
