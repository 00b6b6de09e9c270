import Indicators
import Parsing

extension CoverageReport {
  /// The comparison as tables for people, ending in a newline; feeds in the order in which they
  /// add most.
  public func table() -> String { String(decoding: CoverageTable.bytes(of: self), as: UTF8.self) }
}

/// A comparison as tables.
enum CoverageTable {
  static func bytes(of report: CoverageReport) -> [UInt8] {
    var text = ""
    text += "\(Figure.count(report.values)) \(report.values == 1 ? "value" : "values") of "
    text += "\(report.feeds.count) "
    text += report.feeds.count == 1 ? "feed" : "feeds"
    let alone = report.listedBy.first ?? 0
    if report.values > 0 {
      text += "; \(Figure.percent(Double(alone) / Double(report.values))) "
      text += "\(report.values == 1 ? "is" : "are") listed by one feed only"
    }
    text += "\n"
    if let size = report.truthSize {
      text +=
        "truth: \(Figure.count(report.truthAny ?? 0)) of \(Figure.count(size)) values are listed or covered by some feed\n"
    }
    if let inputs = report.inputs {
      text += "inputs: \(Figure.bytes(Double(inputs.bytes))), \(Figure.count(inputs.hits)) hits"
      if inputs.hasErrors { text += ", not read to their end" }
      text += "\n"
    }
    var output = Array(text.utf8)
    output.append(Byte.lineFeed)
    appendFeeds(report, to: &output)
    appendPairs(report, to: &output)
    return output
  }

  private struct Column {
    var title: String
    var isText = false
    var cell: (CoverageReport.Feed) -> String
  }

  private static func columns(_ report: CoverageReport) -> [Column] {
    let feeds = report.feeds
    var columns = [
      Column(title: "VALUES") { Figure.count($0.values) },
      Column(title: "ONLY HERE") { Figure.share($0.exclusive, of: $0.values) },
      Column(title: "ADDS") { Figure.count($0.adds) },
    ]
    func add(_ title: String, _ isThere: Bool, _ cell: @escaping (CoverageReport.Feed) -> String) {
      if isThere { columns.append(Column(title: title, cell: cell)) }
    }
    add("NEW/DAY", feeds.contains { $0.newPerDay != nil }) { feed in
      feed.newPerDay.map { Figure.number($0) } ?? "-"
    }
    add("CHURN", feeds.contains { $0.churn != nil }) { feed in
      feed.churn.map(Figure.percent) ?? "-"
    }
    add("LATENCY", feeds.contains { $0.latency != nil }) { feed in
      feed.latency.map { Figure.days($0.median) } ?? "-"
    }
    add("AGE", feeds.contains { $0.age != nil }) { feed in
      feed.age.map { Figure.days($0.median) } ?? "-"
    }
    add("EXPIRED", feeds.contains { $0.expired > 0 }) { Figure.count($0.expired) }
    add("ACCURACY", feeds.contains { $0.allowed != nil }) { feed in
      feed.accuracyBound.map { "<=" + Figure.percent($0) } ?? "-"
    }
    add("TRUTH", report.truthSize != nil) { feed in
      Figure.share(feed.truthCovered ?? 0, of: report.truthSize ?? 0)
    }
    if report.inputs != nil {
      add("HITS", true) { Figure.count($0.hits?.hits ?? 0) }
      add("ONLY HERE", true) { Figure.count($0.hits?.exclusive ?? 0) }
      add("HIT RATE", true) { Figure.share($0.hits?.values ?? 0, of: $0.values) }
      add("OUTSIDE", feeds.contains { ($0.hits?.outside ?? 0) > 0 }) {
        Figure.count($0.hits?.outside ?? 0)
      }
      add("DELAY", feeds.contains { $0.hits?.delay != nil }) { feed in
        feed.hits?.delay.map { Figure.days($0.median) } ?? "-"
      }
    }
    add("ATT&CK", feeds.contains { !$0.techniques.isEmpty }) {
      $0.techniques.isEmpty ? "-" : "\($0.techniques.count)"
    }
    add("BYTES", true) { Figure.bytes($0.bytes) }
    add("NS/MB", feeds.contains { $0.nanosecondsPerMegabyte != nil }) { feed in
      feed.nanosecondsPerMegabyte.map { Figure.number($0) } ?? "-"
    }
    return columns
  }

  private static func appendFeeds(_ report: CoverageReport, to output: inout [UInt8]) {
    let columns = columns(report)
    var rows: [[[UInt8]]] = [[Array("FEED".utf8)] + columns.map { Array($0.title.utf8) }]
    for index in report.order {
      let feed = report.feeds[index]
      rows.append(
        [DisplayText.escaped(Array(feed.name.utf8))] + columns.map { Array($0.cell(feed).utf8) })
    }
    append(rows, to: &output)
  }

  private static let shownPairs = 20

  private static func appendPairs(_ report: CoverageReport, to output: inout [UInt8]) {
    let pairs = report.pairs.filter { $0.firstCovered > 0 && $0.secondCovered > 0 || $0.shared > 0 }
      .sorted { ($0.shared, $1.first, $1.second) > ($1.shared, $0.first, $0.second) }
    guard !pairs.isEmpty else { return }
    output.append(Byte.lineFeed)
    var rows = [
      ["SHARED", "OF A", "OF B", "A COVERED", "B COVERED", "A FIRST", "B FIRST", "A, B"].map {
        Array($0.utf8)
      }
    ]
    for pair in pairs.prefix(shownPairs) {
      let (first, second) = (report.feeds[pair.first], report.feeds[pair.second])
      let figures = [
        Figure.count(UInt64(pair.shared)), Figure.share(UInt64(pair.shared), of: first.values),
        Figure.share(UInt64(pair.shared), of: second.values),
        Figure.share(UInt64(pair.firstCovered), of: first.values),
        Figure.share(UInt64(pair.secondCovered), of: second.values),
        Figure.count(UInt64(pair.firstEarlier)), Figure.count(UInt64(pair.secondEarlier)),
      ]
      rows.append(
        figures.map { Array($0.utf8) } + [
          DisplayText.escaped(Array(first.name.utf8)) + Array(", ".utf8)
            + DisplayText.escaped(Array(second.name.utf8))
        ])
    }
    append(rows, to: &output, textColumn: rows[0].count - 1)
    if pairs.count > shownPairs {
      output.append(
        contentsOf: "\(pairs.count - shownPairs) more pairs share something: see --json\n".utf8)
    }
  }

  /// Lays rows out: the text column to the left, figures to the right.
  private static func append(
    _ rows: [[[UInt8]]], to output: inout [UInt8], textColumn: Int = 0
  ) {
    func width(_ cell: [UInt8]) -> Int { cell.count { $0 & 0xc0 != 0x80 } }
    let widths = rows[0].indices.map { column in rows.map { width($0[column]) }.max() ?? 0 }
    for row in rows {
      for (column, cell) in row.enumerated() {
        let blanks = [UInt8](repeating: Byte.space, count: widths[column] - width(cell))
        if column > 0 { output.append(contentsOf: "  ".utf8) }
        if column == textColumn {
          output.append(contentsOf: cell)
          if column + 1 < row.count { output.append(contentsOf: blanks) }
        } else {
          output.append(contentsOf: blanks + cell)
        }
      }
      output.append(Byte.lineFeed)
    }
  }
}

/// Figures for people: few digits, the same everywhere.
enum Figure {
  /// A count with thin groups of three: `1 234 567`.
  static func count(_ value: UInt64) -> String {
    let digits = Array(String(value))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(" ") }
      text.append(digit)
    }
    return text
  }

  /// A share as percent: `12.3 %`, `<0.1 %`.
  static func percent(_ share: Double) -> String {
    let percent = share * 100
    if percent > 0, percent < 0.05 { return "<0.1 %" }
    if percent < 100, percent > 99.95 { return ">99.9 %" }
    return "\(number(percent, digits: percent == 0 || percent == 100 ? 0 : 1)) %"
  }

  /// A part of a whole as percent; `-` if the whole is 0.
  static func share(_ part: UInt64, of whole: UInt64) -> String {
    whole == 0 ? "-" : percent(Double(part) / Double(whole))
  }

  /// Days, or hours below two days: `3.5 d`, `-12 h`.
  static func days(_ days: Double) -> String {
    if days == 0 { return "0 d" }
    if abs(days) < 2 { return "\(number(days * 24, digits: 0)) h" }
    return "\(number(days, digits: abs(days) < 10 ? 1 : 0)) d"
  }

  /// Bytes with a decimal unit.
  static func bytes(_ bytes: Double) -> String {
    if bytes < 10_000 { return "\(number(bytes, digits: 0)) B" }
    if bytes < 10e6 { return "\(number(bytes / 1e3, digits: 1)) kB" }
    if bytes < 10e9 { return "\(number(bytes / 1e6, digits: 1)) MB" }
    return "\(number(bytes / 1e9, digits: 1)) GB"
  }

  /// A number with two decimals below 10, one below 100, and none from there on.
  static func number(_ value: Double) -> String {
    number(value, digits: abs(value) < 10 ? 2 : abs(value) < 100 ? 1 : 0)
  }

  /// A number with a fixed number of decimals, thin groups of three before the point.
  static func number(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = UInt64(min((abs(value) * scale).rounded(), 1e18))
    let divisor = UInt64(scale)
    var text = value < 0 && scaled > 0 ? "-" : ""
    text += count(scaled / divisor)
    guard digits > 0 else { return text }
    let fraction = String(scaled % divisor)
    return text + "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
