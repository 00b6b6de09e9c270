import Indicators
import Inputs
import Parsing
public import Scanning

extension ScanPageData {
  /// The scan as one HTML page to look at: what, when, where, which feeds.
  ///
  /// - Parameter report: the result of the scan.
  /// - Returns: the page.
  public func page(_ report: ScanReport) -> [UInt8] { ScanPage.bytes(of: self, report) }
}

/// A scan as one page.
enum ScanPage {
  /// The most rows of the table of indicators.
  static let indicatorRows = 100
  /// The most rows of a chart with bars.
  static let barRows = 10

  static func bytes(of data: ScanPageData, _ report: ScanReport) -> [UInt8] {
    let content = data.result
    var page = HTML()
    PageFrame.begin(&page, title: "Scan for indicators", lead: lead(content))
    appendFigures(content, report, to: &page)
    appendTimeline(content, to: &page)
    appendIndicators(content, to: &page)
    appendWhere(content, to: &page)
    ScanPageTables.appendHits(content, to: &page)
    ScanPageTables.appendScope(report, to: &page)
    PageFrame.end(&page)
    return page.bytes
  }

  private static func lead(_ content: ScanPageData.Content) -> String {
    if content.total == 0 { return "Nothing that the feeds know was seen." }
    guard content.first <= content.last else { return "The inputs tell no times." }
    return "Seen between \(PageFrame.time(content.first)) and \(PageFrame.time(content.last)) UTC"
  }

  private static func appendFigures(
    _ content: ScanPageData.Content, _ report: ScanReport, to page: inout HTML
  ) {
    let statistics = report.statistics
    var figures: [(label: StaticString, value: String)] = [
      ("Hits", Figure.count(report.hits)),
      ("Indicators", many(content.indicators.count, content.indicators.dropped)),
      ("Feeds", many(content.feeds.count, content.feeds.dropped)),
    ]
    if content.hosts.count > 0 {
      figures.append(("Hosts", many(content.hosts.count, content.hosts.dropped)))
    }
    figures.append(("Inputs", Figure.count(statistics.inputs)))
    figures.append(("Read", Figure.bytes(Double(statistics.bytes))))
    if report.suppressed > 0 {
      figures.append(("Suppressed", Figure.count(report.suppressed)))
    }
    PageFrame.figures(figures, in: &page)
    if report.hasErrors || report.isInterrupted {
      page.raw(
        "<p class=\"warn\">Not every input was read to its end: hits are those up to there.</p>\n")
    }
    let over = statistics.skipped.counts["hits-over-limit"] ?? 0
    if over > 0 {
      page.raw("<p class=\"warn\">")
      page.text("\(Figure.count(over)) hits beyond the limit are not in the charts and tables.")
      page.raw("</p>\n")
    }
  }

  /// A number of keys, shown as a lower bound if some were dropped.
  private static func many(_ count: Int, _ dropped: UInt64) -> String {
    dropped == 0 ? Figure.count(UInt64(count)) : "≥ \(Figure.count(UInt64(count)))"
  }

  private static func appendTimeline(_ content: ScanPageData.Content, to page: inout HTML) {
    let width = content.series.width
    let steps = content.series.steps
    guard !steps.isEmpty else { return }
    var note = "One bar is one \(PageFrame.width(width)), times are UTC."
    if content.withoutTime > 0 {
      note += " \(Figure.count(content.withoutTime)) hits without a time are not shown."
    }
    PageFrame.section(&page, "When", note)
    Charts.timeline(
      &page,
      steps.map { (PageFrame.step($0.start, width: width), $0.counts.values.reduce(0, +)) })
    PageFrame.endSection(&page)
  }

  // MARK: What

  private static func appendIndicators(_ content: ScanPageData.Content, to page: inout HTML) {
    guard content.indicators.count > 0 else { return }
    var note =
      "Those that hit most first. Open one for what its feeds say and where it was seen first."
    if content.indicators.dropped > 0 {
      note +=
        " Rare ones were set aside on the way; counts may be too low by \(Figure.count(content.indicators.error))."
    }
    PageFrame.section(&page, "What", note)
    page.raw(
      """
      <div class="scroll"><table class="sticky"><thead><tr><th class="t">Indicator</th><th>Hits</th>\
      <th class="t">Kind</th><th class="t">Match</th><th class="t">First</th><th class="t">Last</th>\
      <th class="t">Feeds</th></tr></thead><tbody>

      """)
    let top = content.indicators.top(indicatorRows)
    for (_, item) in top { appendRow(item, to: &page) }
    page.raw("</tbody></table></div>\n")
    let rest = UInt64(content.indicators.count - top.count) + content.indicators.dropped
    if rest > 0 {
      page.raw("<p class=\"note\">")
      page.text(
        "\(Figure.count(rest)) indicators that hit less are not shown here; --format ndjson has all hits."
      )
      page.raw("</p>\n")
    }
    PageFrame.endSection(&page)
  }

  private static func appendRow(
    _ item: TopCounts<Int, ScanPageData.Indicator>.Item, to page: inout HTML
  ) {
    let indicator = item.extra
    let entry = indicator.entry
    page.raw("<tr><td class=\"w\"><details><summary><span class=\"v\">")
    page.shortValue(entry.value, kind: entry.kind, limit: 120)
    page.raw("</span></summary>")
    ScanPageTables.appendDetails(indicator, to: &page)
    page.raw("</details></td><td>")
    page.text(Figure.count(item.count))
    if indicator.outside > 0 {
      page.raw("<br><small>")
      page.text("\(Figure.count(indicator.outside)) outside validity")
      page.raw("</small>")
    }
    page.raw("</td><td class=\"t\">")
    page.text(entry.kind.name)
    page.raw("</td><td class=\"t\">")
    page.text(indicator.match.name)
    page.raw("</td><td class=\"t\">")
    ScanPageTables.appendTime(indicator.first, to: &page)
    page.raw("</td><td class=\"t\">")
    ScanPageTables.appendTime(indicator.last, to: &page)
    page.raw("</td><td class=\"w\">")
    var feeds: [[UInt8]] = []
    for index in indicator.sources where !feeds.contains(entry.sources[index].feed) {
      feeds.append(entry.sources[index].feed)
    }
    for (index, feed) in feeds.prefix(3).enumerated() {
      if index > 0 { page.raw("<br>") }
      page.short(feed, limit: 60)
    }
    if feeds.count > 3 {
      page.raw("<br><small>")
      page.text("and \(feeds.count - 3) more")
      page.raw("</small>")
    }
    page.raw("</td></tr>\n")
  }

  // MARK: Where

  private static func appendWhere(_ content: ScanPageData.Content, to page: inout HTML) {
    guard content.total > 0 else { return }
    PageFrame.section(&page, "Where, and who says so", "")
    page.raw("<div class=\"columns\">\n")
    bars(&page, "Feeds", content.feeds)
    bars(&page, "Hosts (originators of flows)", content.hosts)
    bars(&page, "Fields", content.fields)
    bars(&page, "Inputs", content.inputs)
    let kinds = IndicatorKind.allCases.filter { content.kinds[Int($0.rawValue)] > 0 }
      .sorted { content.kinds[Int($0.rawValue)] > content.kinds[Int($1.rawValue)] }
    page.raw("<div><h3>Kinds</h3>\n")
    Charts.bars(
      &page,
      kinds.map {
        (content.kinds[Int($0.rawValue)], Figure.count(content.kinds[Int($0.rawValue)]))
      }
    ) { page, index in page.text(kinds[index].name) }
    page.raw("</div>\n")
    bars(&page, "Malware", content.malware)
    let techniques = content.techniques.top(barRows)
    if !techniques.isEmpty {
      page.raw("<div><h3>Techniques of ATT&amp;CK</h3>\n")
      Charts.bars(&page, techniques.map { ($0.item.count, Figure.count($0.item.count)) }) {
        page, index in
        page.text(techniques[index].key)
      }
      page.raw("</div>\n")
    }
    page.raw("</div>\n")
    PageFrame.endSection(&page)
  }

  private static func bars(
    _ page: inout HTML, _ title: StaticString, _ counts: TopCounts<[UInt8], Void>
  ) {
    let top = counts.top(barRows)
    guard !top.isEmpty else { return }
    page.raw("<div><h3>")
    page.raw(title)
    page.raw("</h3>\n")
    Charts.bars(&page, top.map { ($0.item.count, Figure.count($0.item.count)) }) { page, index in
      page.short(top[index].key, limit: 80)
    }
    let rest = UInt64(counts.count - top.count) + counts.dropped
    if rest > 0 {
      page.raw("<p class=\"note\">")
      page.text("\(Figure.count(rest)) more")
      page.raw("</p>\n")
    }
    page.raw("</div>\n")
  }
}
