/// The matrices of the page: overlap of feeds, and techniques by feed.
enum CoveragePageMaps {
  // MARK: Overlap

  static func appendOverlap(_ report: CoverageReport, to page: inout HTML) {
    var totals = [UInt64](repeating: 0, count: report.feeds.count)
    var covered: [UInt64: (share: Double, text: String)] = [:]
    for pair in report.pairs {
      totals[pair.first] += UInt64(pair.firstCovered) + UInt64(pair.secondCovered)
      totals[pair.second] += UInt64(pair.firstCovered) + UInt64(pair.secondCovered)
    }
    let overlapping = report.feeds.indices.filter { totals[$0] > 0 }
      .sorted { (totals[$0], $1) > (totals[$1], $0) }
    PageFrame.section(
      &page, "Overlap",
      overlapping.isEmpty
        ? "No two feeds list or cover the same value."
        : "How much of the feed in a row the feed in a column lists or covers. Feeds that overlap stand together; "
          + "rows and columns have the same order. \(report.feeds.count - overlapping.count) of \(report.feeds.count) feeds share nothing."
    )
    guard !overlapping.isEmpty else {
      PageFrame.endSection(&page)
      return
    }
    let chosen = Array(overlapping.prefix(CoveragePage.mapFeeds))
    var place = [Int: Int]()
    for (index, feed) in chosen.enumerated() { place[feed] = index }
    func key(_ row: Int, _ column: Int) -> UInt64 { UInt64(row) << 32 | UInt64(column) }
    for pair in report.pairs where place[pair.first] != nil && place[pair.second] != nil {
      for (row, column, count) in [
        (pair.first, pair.second, pair.firstCovered), (pair.second, pair.first, pair.secondCovered),
      ] {
        let size = max(report.feeds[row].values, 1)
        covered[key(row, column)] = (
          Double(count) / Double(size),
          "\(Figure.count(UInt64(pair.shared))) shared, \(Figure.count(UInt64(count))) of \(Figure.count(size)) covered"
        )
      }
    }
    let order = FeedClusters.order(chosen.count) { left, right in
      let forward = covered[key(chosen[left], chosen[right])]?.share ?? 0
      let backward = covered[key(chosen[right], chosen[left])]?.share ?? 0
      return (forward + backward) / 2
    }.map { chosen[$0] }
    Charts.matrix(
      &page,
      rows: order.enumerated().map { index, feed in
        Array("\(report.feeds[feed].name)  \(index + 1)".utf8)
      },
      columns: order.indices.map { "\($0 + 1)" }, label: "Overlap of feeds"
    ) { row, column in
      guard row != column else { return nil }
      let cell = covered[key(order[row], order[column])]
      let (name, other) = (report.feeds[order[row]].name, report.feeds[order[column]].name)
      let share = cell?.share ?? 0
      return (
        Charts.shade(share),
        "\(Figure.percent(share)) of \(name) in \(other): \(cell?.text ?? "nothing shared")"
      )
    }
    Charts.legend(&page, Charts.shades.map(\.name))
    CoveragePage.leftOut(overlapping.count - chosen.count, "feeds that overlap less", to: &page)
    PageFrame.endSection(&page)
  }

  // MARK: Techniques

  static func appendTechniques(_ report: CoverageReport, to page: inout HTML) {
    guard !report.techniques.isEmpty else { return }
    let feeds = report.feeds.indices.filter { !report.feeds[$0].techniques.isEmpty }
      .sorted {
        (report.feeds[$0].techniques.count, $1) > (report.feeds[$1].techniques.count, $0)
      }
    let columns = Array(feeds.prefix(CoveragePage.matrixColumns))
    let ranked = report.techniques.sorted {
      ($0.hits, UInt64($0.feeds.count), $1.identifier)
        > ($1.hits, UInt64($1.feeds.count), $0.identifier)
    }.prefix(CoveragePage.matrixRows)
    let rows = ranked.sorted { $0.identifier < $1.identifier }
    PageFrame.section(
      &page, "Techniques of ATT&CK",
      "Values that a feed links to a technique"
        + (report.inputs == nil ? "." : "; the figure before a technique is its hits.")
        + " The layer for the Navigator (--navigator) has them by tactic.")
    var values: [[UInt64]] = rows.map { _ in [UInt64](repeating: 0, count: columns.count) }
    for (row, technique) in rows.enumerated() {
      for part in technique.feeds {
        if let column = columns.firstIndex(of: part.feed) { values[row][column] = part.values }
      }
    }
    Charts.matrix(
      &page,
      rows: rows.map { technique in
        let hits =
          report.inputs == nil || technique.hits == 0
          ? "" : "\(Figure.count(technique.hits))   "
        return Array("\(hits)\(technique.identifier)".utf8)
      },
      columns: columns.indices.map { "\($0 + 1)" }, label: "Techniques by feed"
    ) { row, column in
      let count = values[row][column]
      return (
        shade(count),
        "\(rows[row].identifier) in \(report.feeds[columns[column]].name): \(Figure.count(count)) values"
      )
    }
    Charts.legend(
      &page, ["none", "1", "up to 10", "up to 100", "up to 1 000", "up to 10 000", "more"])
    page.raw("<p class=\"note\">Columns: ")
    for (index, feed) in columns.enumerated() {
      if index > 0 { page.raw(", ") }
      page.text("\(index + 1) ")
      page.short(Array(report.feeds[feed].name.utf8), limit: 60)
    }
    page.raw("</p>\n")
    CoveragePage.leftOut(report.techniques.count - rows.count, "techniques with less", to: &page)
    CoveragePage.leftOut(feeds.count - columns.count, "feeds with fewer techniques", to: &page)
    PageFrame.endSection(&page)
  }

  /// Shades of a count, by powers of ten.
  private static func shade(_ count: UInt64) -> Int {
    switch count {
    case 0: 0
    case 1: 1
    case ...10: 2
    case ...100: 3
    case ...1_000: 4
    case ...10_000: 5
    default: 6
    }
  }
}
