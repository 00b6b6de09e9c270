import Indicators
public import Inputs
import Parsing

/// The summary of a run: for people on standard error, or as JSON in a file.
public struct ScanSummary: Sendable {
  private let report: ScanReport

  /// The summary of a report.
  public init(_ report: ScanReport) { self.report = report }

  /// Lines for people, ending in a newline.
  public func text() -> String {
    let statistics = report.statistics
    var lines: [String] = []
    var read = "\(statistics.inputs) input\(statistics.inputs == 1 ? "" : "s"), "
    read += Self.bytes(statistics.bytes)
    for (count, what) in [(statistics.packets, "packet"), (statistics.lines, "line")]
    where count > 0 {
      read += ", \(count) \(what)\(count == 1 ? "" : "s")"
    }
    read += " in \(Self.decimals(report.seconds, 2)) s (\(Self.decimals(rate, 2)) GB/s)"
    lines.append(read)
    lines.append("observables: \(Self.kinds(statistics.observables))")
    var hits = "hits: \(Self.kinds(statistics.hits))"
    if report.suppressed > 0 { hits += "; \(report.suppressed) more suppressed by allow lists" }
    lines.append(hits)
    for (feed, count) in Self.sorted(statistics.hitsByFeed).prefix(20) {
      lines.append("  \(count)  \(Self.shown(Array(feed.utf8)))")
    }
    if !report.topEntries.isEmpty {
      lines.append("most hits:")
      for (entry, count) in report.topEntries {
        let value = String(
          decoding: DisplayText.defanged(entry.value, kind: entry.kind), as: UTF8.self)
        lines.append("  \(count)  \(entry.kind.name) \(value)")
      }
    }
    if let count = report.encryptedURLs, count > 0 {
      lines.append(
        "\(count) URL indicator\(count == 1 ? "" : "s") could not be observed because the traffic to their hosts was encrypted"
      )
    }
    if let skipped = Self.text(skipped: statistics.skipped) { lines.append(skipped) }
    if report.isLimited {
      lines.append("ended at --limit: the inputs may hold more than these counts tell")
    }
    if report.isInterrupted { lines.append("interrupted: the inputs were not read to their end") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One JSON object, ending in a newline.
  public func json() -> [UInt8] {
    let statistics = report.statistics
    return JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("inputs", statistics.inputs)
      writer.member("bytes", statistics.bytes)
      writer.member("packets", statistics.packets)
      writer.member("lines", statistics.lines)
      writer.member("hits", report.hits)
      writer.member("suppressed", report.suppressed)
      Self.append("observables_by_kind", statistics.observables, to: &writer)
      Self.append("hits_by_kind", statistics.hits, to: &writer)
      writer.objects("hits_by_feed", Self.sorted(statistics.hitsByFeed)) {
        $0.member("feed", $1.key)
        $0.member("hits", $1.value)
      }
      writer.objects("top_indicators", report.topEntries) {
        $0.member("kind", $1.entry.kind.name)
        $0.member("value", $1.entry.value)
        $0.member("hits", $1.hits)
      }
      writer.member("encrypted_url_indicators", ifAny: report.encryptedURLs)
      writer.skipped(statistics.skipped)
      writer.member("complete", report.isComplete)
      writer.member("seconds", report.seconds)
      writer.member("gb_per_second", rate)
    }
  }

  /// Bytes read, in GB/s.
  private var rate: Double {
    report.seconds > 0 ? Double(report.statistics.bytes) / report.seconds / 1e9 : 0
  }

  /// The line that says what was not looked at, cut by a limit or odd; nil if nothing was.
  public static func text(skipped: Tally) -> String? {
    guard !skipped.isEmpty else { return nil }
    return "not looked at or odd: "
      + sorted(skipped.counts).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  private static func append(
    _ name: StaticString, _ counts: [UInt64], to writer: inout JSONWriter
  ) {
    let kinds = IndicatorKind.allCases.filter { counts[Int($0.rawValue)] > 0 }
    writer.objects(name, kinds) {
      $0.member("kind", $1.name)
      $0.member("count", counts[Int($1.rawValue)])
    }
  }

  private static func kinds(_ counts: [UInt64]) -> String {
    let parts = IndicatorKind.allCases.compactMap { kind -> String? in
      let count = counts[Int(kind.rawValue)]
      return count > 0 ? "\(kind.name) \(count)" : nil
    }
    let total = counts.reduce(0, +)
    return parts.isEmpty ? "0" : "\(total) (\(parts.joined(separator: ", ")))"
  }

  fileprivate static func sorted(_ counts: [String: UInt64]) -> [(key: String, value: UInt64)] {
    counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    String(decoding: DisplayText.escaped(bytes), as: UTF8.self)
  }

  private static func bytes(_ count: UInt64) -> String {
    if count < 10_000 { return "\(count) bytes" }
    if count < 1_000_000 { return "\(decimals(Double(count) / 1e3, 1)) kB" }
    if count < 1_000_000_000 { return "\(decimals(Double(count) / 1e6, 1)) MB" }
    return "\(decimals(Double(count) / 1e9, 1)) GB"
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = UInt64(max(0, min(value * scale + 0.5, 1e18)))
    let divisor = UInt64(scale)
    var fraction = "\(scaled % divisor)"
    while fraction.count < digits { fraction = "0" + fraction }
    return "\(scaled / divisor).\(fraction)"
  }
}

extension JSONWriter {
  /// Writes what was not looked at, cut by a limit or odd as the `skipped` member.
  package mutating func skipped(_ tally: Tally) {
    objects("skipped", ScanSummary.sorted(tally.counts)) {
      $0.member("reason", $1.key)
      $0.member("count", $1.value)
    }
  }
}
