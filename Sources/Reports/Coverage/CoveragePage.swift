import Parsing

extension CoverageReport {
  /// The comparison as one HTML page to look at: no network, no script.
  public func page() -> [UInt8] { CoveragePage.bytes(of: self) }
}

/// A comparison as one page.
enum CoveragePage {
  /// The most rows of the table of feeds.
  static let tableRows = 60
  /// The most feeds in the heat map.
  static let mapFeeds = 32
  /// The most rows of charts over time.
  static let stripRows = 16
  /// The most rows and columns of the technique matrix.
  static let matrixRows = 60
  static let matrixColumns = 24

  static func bytes(of report: CoverageReport) -> [UInt8] {
    var page = HTML()
    PageFrame.begin(
      &page, title: "Feeds compared",
      lead: "\(report.feeds.count) feeds, as of \(PageFrame.day(report.now))")
    appendFigures(report, to: &page)
    appendFeeds(report, to: &page)
    CoveragePageMaps.appendOverlap(report, to: &page)
    appendTimeline(report, to: &page)
    appendCopies(report, to: &page)
    CoveragePageMaps.appendTechniques(report, to: &page)
    appendNotes(report, to: &page)
    PageFrame.end(&page)
    return page.bytes
  }

  private static func appendFigures(_ report: CoverageReport, to page: inout HTML) {
    var figures: [(label: StaticString, value: String)] = [
      ("Feeds", Figure.count(UInt64(report.feeds.count))), ("Values", Figure.count(report.values)),
      ("Listed by one feed only", Figure.share(report.listedBy.first ?? 0, of: report.values)),
      ("Database", Figure.bytes(Double(report.databaseBytes))),
    ]
    if let size = report.truthSize {
      figures.append(("Of the truth covered", Figure.share(report.truthAny ?? 0, of: size)))
    }
    if let inputs = report.inputs {
      figures.append(("Inputs", Figure.bytes(Double(inputs.bytes))))
      figures.append(("Hits", Figure.count(inputs.hits)))
      figures.append(
        ("Feeds with hits", Figure.count(UInt64(report.feeds.count { ($0.hits?.hits ?? 0) > 0 }))))
    }
    PageFrame.figures(figures, in: &page)
    if report.inputs?.hasErrors == true {
      page.raw(
        "<p class=\"warn\">An input was not read to its end: hits are those up to there.</p>\n")
    }
  }

  // MARK: Table

  private struct Column {
    var title: StaticString
    var cell: (CoverageReport.Feed) -> String
  }

  private static func columns(_ report: CoverageReport) -> [Column] {
    let feeds = report.feeds
    var columns = [
      Column(title: "Values") { Figure.count($0.values) },
      Column(title: "Only here") { Figure.share($0.exclusive, of: $0.values) },
      Column(title: "Adds") { Figure.count($0.adds) },
    ]
    func add(
      _ title: StaticString, _ isThere: Bool, _ cell: @escaping (CoverageReport.Feed) -> String
    ) {
      if isThere { columns.append(Column(title: title, cell: cell)) }
    }
    if report.inputs != nil {
      add("Hits", true) { Figure.count($0.hits?.hits ?? 0) }
      add("Hits only here", true) { Figure.count($0.hits?.exclusive ?? 0) }
      add("Values hit", true) { Figure.count($0.hits?.values ?? 0) }
      add("Hits outside validity", feeds.contains { ($0.hits?.outside ?? 0) > 0 }) {
        Figure.count($0.hits?.outside ?? 0)
      }
      add("Detection delay", feeds.contains { $0.hits?.delay != nil }) { feed in
        feed.hits?.delay.map { Figure.days($0.median) } ?? "–"
      }
    }
    add("New a day", feeds.contains { $0.newPerDay != nil }) { feed in
      feed.newPerDay.map { Figure.number($0) } ?? "–"
    }
    add("Churn", feeds.contains { $0.churn != nil }) { $0.churn.map(Figure.percent) ?? "–" }
    add("Latency", feeds.contains { $0.latency != nil }) { feed in
      feed.latency.map { Figure.days($0.median) } ?? "–"
    }
    add("First", feeds.contains { $0.firstShare != nil }) {
      $0.firstShare.map(Figure.percent) ?? "–"
    }
    add("Age", feeds.contains { $0.age != nil }) { feed in
      feed.age.map { Figure.days($0.median) } ?? "–"
    }
    add("Expired", feeds.contains { $0.expired > 0 }) { Figure.share($0.expired, of: $0.current) }
    add("Accuracy at most", feeds.contains { $0.allowed != nil }) {
      $0.accuracyBound.map(Figure.percent) ?? "–"
    }
    add("Truth covered", report.truthSize != nil) { feed in
      Figure.share(feed.truthCovered ?? 0, of: report.truthSize ?? 0)
    }
    add("Techniques", feeds.contains { !$0.techniques.isEmpty }) {
      Figure.count(UInt64($0.techniques.count))
    }
    add("Bytes", true) { Figure.bytes($0.bytes) }
    add("ns a MB", feeds.contains { $0.nanosecondsPerMegabyte != nil }) { feed in
      feed.nanosecondsPerMegabyte.map { Figure.number($0) } ?? "–"
    }
    return columns
  }

  private static func appendFeeds(_ report: CoverageReport, to page: inout HTML) {
    PageFrame.section(
      &page, "Which feed adds what",
      "In the order in which each adds most to those above it. “Only here”: values that no other feed lists. "
        + "Medians for latency (behind the first feed), age and detection delay (first hit less first listing)."
    )
    let columns = columns(report)
    page.raw("<div class=\"scroll\"><table class=\"sticky\"><thead><tr><th class=\"t\">Feed</th>")
    for column in columns {
      page.raw("<th>")
      page.raw(column.title)
      page.raw("</th>")
    }
    page.raw("</tr></thead><tbody>\n")
    for index in report.order.prefix(tableRows) {
      let feed = report.feeds[index]
      page.raw("<tr><td class=\"w\">")
      page.short(Array(feed.name.utf8), limit: 90)
      page.raw("</td>")
      for column in columns {
        let cell = column.cell(feed)
        page.raw(
          cell == "0" || cell == "0 %" || cell == "–" || cell == "-"
            ? "<td class=\"zero\">" : "<td>")
        page.text(cell == "-" ? "–" : cell)
        page.raw("</td>")
      }
      page.raw("</tr>\n")
    }
    page.raw("</tbody></table></div>\n")
    leftOut(report.feeds.count - tableRows, "feeds that add less", to: &page)
    PageFrame.endSection(&page)
  }

  /// Says how many items a part of the page does not show.
  static func leftOut(_ count: Int, _ what: String, to page: inout HTML) {
    guard count > 0 else { return }
    page.raw("<p class=\"note\">")
    page.text("\(Figure.count(UInt64(count))) \(what) are not shown here; --json has them all.")
    page.raw("</p>\n")
  }

  // MARK: Over time

  private static func appendTimeline(_ report: CoverageReport, to page: inout HTML) {
    guard report.inputs != nil, !report.timeline.isEmpty else { return }
    let feeds = report.feeds.indices.filter { (report.feeds[$0].hits?.hits ?? 0) > 0 }
      .sorted {
        (report.feeds[$0].hits?.hits ?? 0, $1) > (report.feeds[$1].hits?.hits ?? 0, $0)
      }
    PageFrame.section(
      &page, "Hits by feed over time",
      "Each row has a scale of its own; one bar is one \(PageFrame.width(report.stepWidth)). "
        + "A hit counts for every feed that lists its value; hits without a time are not in the bars."
    )
    let steps = report.timeline.map { PageFrame.step($0.start, width: report.stepWidth) }
    let shown = Array(feeds.prefix(stripRows))
    var counts = shown.map { _ in [UInt64](repeating: 0, count: steps.count) }
    var row = [Int: Int]()
    for (index, feed) in shown.enumerated() { row[feed] = index }
    for (step, part) in report.timeline.enumerated() {
      for hit in part.hits { if let row = row[hit.feed] { counts[row][step] = hit.hits } }
    }
    Charts.strips(
      &page, steps: steps,
      rows: shown.indices.map { index in
        let feed = report.feeds[shown[index]]
        return (Array(feed.name.utf8), counts[index], Figure.count(feed.hits?.hits ?? 0))
      })
    leftOut(feeds.count - shown.count, "feeds with fewer hits", to: &page)
    PageFrame.endSection(&page)
  }

  private static func appendCopies(_ report: CoverageReport, to page: inout HTML) {
    let feeds = report.feeds.filter { $0.copies.count > 1 }
    guard !feeds.isEmpty else { return }
    PageFrame.section(
      &page, "Size of each copy",
      "Values listed on the day of each copy; the figure is the last copy’s. Each row has a scale of its own."
    )
    let shown = feeds.sorted { ($0.values, $1.name) > ($1.values, $0.name) }.prefix(stripRows)
    let dates = Set(shown.flatMap { $0.copies.map(\.date) }).sorted()
    Charts.strips(
      &page, steps: dates.map { PageFrame.day($0) },
      rows: shown.map { feed in
        var sizes: [Int64: UInt64] = [:]
        for copy in feed.copies { sizes[copy.date] = copy.size }
        return (
          Array(feed.name.utf8), dates.map { sizes[$0] ?? 0 },
          Figure.count(feed.copies.last?.size ?? 0)
        )
      })
    leftOut(feeds.count - shown.count, "feeds with copies", to: &page)
    PageFrame.endSection(&page)
  }

  private static func appendNotes(_ report: CoverageReport, to page: inout HTML) {
    PageFrame.section(
      &page, "How to read it",
      "A value is a kind, a normal form and a port. “Covered” counts networks that hold an address, names above a name and URL prefixes, too. "
        + "Accuracy is an upper bound: it counts only what an allow list knows to be wrong. Overlap says nothing of quality: "
        + "feeds see different parts of what is bad, and most values are in one feed only.")
    if let inputs = report.inputs, let base = inputs.baseNanosecondsPerMegabyte {
      page.raw("<p class=\"note\">")
      page.text(
        "Reading the inputs without any feed takes \(Figure.count(UInt64(max(base, 0)))) ns a megabyte of processor time; "
          + "the column “ns a MB” is a feed’s share of what the values of each kind add to that, measured on a sample."
      )
      page.raw("</p>\n")
    }
    PageFrame.endSection(&page)
  }
}
