import Indicators
import Inputs
import Scanning

/// The tables of the scan's page.
enum ScanPageTables {
  static func appendTime(_ time: Int64, to page: inout HTML) {
    if time == ObservableRecord.noTime {
      page.raw("<span class=\"zero\">–</span>")
    } else {
      page.text(PageFrame.time(time))
    }
  }

  // MARK: One indicator

  /// What its feeds say, and its first hits.
  static func appendDetails(_ indicator: ScanPageData.Indicator, to page: inout HTML) {
    page.raw("<dl>")
    for index in indicator.sources.prefix(5) {
      let source = indicator.entry.sources[index]
      page.raw("<dt>")
      page.short(source.feed, limit: 100)
      if let line = source.lines.first { page.text(", line \(line)") }
      page.raw("</dt><dd>")
      appendWords(source, to: &page)
      page.raw("</dd>")
    }
    if indicator.sources.count > 5 {
      page.raw("<dt>")
      page.text("and \(indicator.sources.count - 5) more sources")
      page.raw("</dt><dd></dd>")
    }
    page.raw("<dt>First seen</dt>")
    for hit in indicator.samples {
      page.raw("<dd>")
      appendPlace(hit, to: &page)
      page.raw("</dd>")
    }
    page.raw("</dl>")
  }

  private static func appendWords(_ source: ResolvedSource, to page: inout HTML) {
    var parts = 0
    func part(_ label: String, _ value: [UInt8]) {
      guard !value.isEmpty else { return }
      if parts > 0 { page.raw("; ") }
      parts += 1
      if !label.isEmpty { page.text(label + " ") }
      page.short(value, limit: 240)
    }
    part("", source.description ?? [])
    for name in source.malware.prefix(3) { part("malware", name) }
    for name in source.actors.prefix(3) { part("actor", name) }
    for name in source.attack.prefix(5) { part("technique", name) }
    for label in source.labels.prefix(5) { part("label", label) }
    if let confidence = source.confidence { part("confidence", Array("\(confidence)".utf8)) }
    if let tlp = source.tlp.name { part("TLP", Array(tlp.utf8)) }
    if let start = source.validFrom { part("valid from", Array(PageFrame.day(start).utf8)) }
    if let end = source.validUntil { part("until", Array(PageFrame.day(end).utf8)) }
    part("identifier", source.id ?? [])
    // A reference is a URL of anyone's: shown broken, never as a link.
    if let reference = source.reference {
      if parts > 0 { page.raw("; ") }
      parts += 1
      page.raw("reference ")
      page.shortValue(reference, kind: .url, limit: 200)
    }
    if parts == 0 { page.raw("<span class=\"zero\">nothing more</span>") }
  }

  private static func appendPlace(_ hit: Hit, to page: inout HTML) {
    page.short(HTML.cut(hit.path.bytes, 120))
    page.text(hit.countsPackets ? ", packet \(hit.number)" : ", line \(hit.number)")
    page.raw(", ")
    page.short(hit.field, limit: 80)
    if let flow = hit.flow {
      page.raw(", ")
      page.text(flow.summary)
    }
  }

  // MARK: Hits

  static func appendHits(_ content: ScanPageData.Content, to page: inout HTML) {
    guard !content.hits.isEmpty else { return }
    let all = content.total + content.suppressed
    PageFrame.section(
      &page, "Hits",
      all > UInt64(content.hits.count)
        ? "The first \(content.hits.count) of \(Figure.count(all)), in the order of the inputs; --format ndjson has all of them."
        : "All of them, in the order of the inputs.")
    page.raw(
      """
      <div class="scroll"><table class="sticky"><thead><tr><th class="t">Value seen</th>\
      <th class="t">Time</th><th class="t">Field</th><th class="t">Indicator</th>\
      <th class="t">Flow</th><th class="t">Place</th></tr></thead><tbody>

      """)
    for hit in content.hits { appendRow(hit, to: &page) }
    page.raw("</tbody></table></div>\n")
    PageFrame.endSection(&page)
  }

  private static func appendRow(_ hit: Hit, to page: inout HTML) {
    let first = hit.indicators[0]
    page.raw("<tr><td class=\"w\"><span class=\"v\">")
    page.shortValue(hit.value, kind: hit.kind, limit: 120)
    page.raw("</span>")
    if let suppression = hit.suppression {
      page.raw("<small>suppressed by ")
      page.short(suppression.list, limit: 60)
      page.raw("</small>")
    }
    page.raw("</td><td class=\"t\">")
    appendTime(hit.recordTime, to: &page)
    page.raw("</td><td class=\"w\">")
    page.short(hit.field, limit: 80)
    page.raw("</td><td class=\"w\"><span class=\"v\">")
    page.shortValue(first.entry.value, kind: first.entry.kind, limit: 120)
    page.raw("</span><small>")
    page.text("\(first.match.name), ")
    page.short(first.firstSource.feed, limit: 60)
    if let validity = first.validity, validity == .before || validity == .after {
      page.text(", \(validity.name) its validity")
    }
    page.raw("</small></td><td class=\"w\">")
    if let flow = hit.flow {
      page.text(flow.summary)
    } else {
      page.raw("<span class=\"zero\">–</span>")
    }
    page.raw("</td><td class=\"w\">")
    page.short(hit.path.bytes, limit: 100)
    page.text(hit.countsPackets ? ", packet \(hit.number)" : ", line \(hit.number)")
    page.raw("</td></tr>\n")
  }

  // MARK: Scope

  /// What was looked at, and what was not.
  static func appendScope(_ report: ScanReport, to page: inout HTML) {
    let statistics = report.statistics
    PageFrame.section(
      &page, "What was looked at",
      "Values looked up by kind, and what was left out, cut off or odd.")
    page.raw("<div class=\"columns\">\n<div><h3>Looked at</h3><table><tbody>\n")
    row("Inputs", Figure.count(statistics.inputs), to: &page)
    row("Bytes, uncompressed", Figure.count(statistics.bytes), to: &page)
    if statistics.packets > 0 { row("Packets", Figure.count(statistics.packets), to: &page) }
    if statistics.lines > 0 { row("Lines", Figure.count(statistics.lines), to: &page) }
    for kind in IndicatorKind.allCases where statistics.observables[Int(kind.rawValue)] > 0 {
      row(
        "Values: \(kind.name)", Figure.count(statistics.observables[Int(kind.rawValue)]), to: &page)
    }
    page.raw("</tbody></table></div>\n<div><h3>Left out or odd</h3>")
    let skipped = statistics.skipped.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if skipped.isEmpty {
      page.raw("<p class=\"note\">Nothing.</p>")
    } else {
      page.raw("<table><tbody>\n")
      for (reason, count) in skipped { row(reason, Figure.count(count), to: &page) }
      page.raw("</tbody></table>")
    }
    page.raw("</div>\n</div>\n")
    PageFrame.endSection(&page)
  }

  private static func row(_ name: String, _ figure: String, to page: inout HTML) {
    page.raw("<tr><td class=\"w\">")
    page.text(name)
    page.raw("</td><td>")
    page.text(figure)
    page.raw("</td></tr>\n")
  }
}
