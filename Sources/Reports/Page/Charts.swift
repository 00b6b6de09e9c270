/// Charts as inline SVG; each has its figures in titles, for a pointer and for a screen reader.
enum Charts {
  // MARK: Bars in a table

  /// Rows of a name, a bar and a figure.
  static func bars(
    _ page: inout HTML, _ rows: [(value: UInt64, figure: String)],
    name: (inout HTML, Int) -> Void
  ) {
    let greatest = Double(max(rows.map(\.value).max() ?? 0, 1))
    page.raw("<table class=\"bars\"><tbody>\n")
    for (index, row) in rows.enumerated() {
      page.raw("<tr><td class=\"w\">")
      name(&page, index)
      page.raw(
        "</td><td><svg viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
      page.raw("<rect class=\"bar\" y=\"2\" height=\"10\" width=\"")
      page.number(max(Double(row.value) / greatest * 100, row.value > 0 ? 0.5 : 0))
      page.raw("\"/></svg></td><td>")
      page.text(row.figure)
      page.raw("</td></tr>\n")
    }
    page.raw("</tbody></table>\n")
  }

  // MARK: Time

  /// One chart of counts over time.
  static func timeline(
    _ page: inout HTML, _ steps: [(label: String, count: UInt64)]
  ) {
    guard let first = steps.first, let last = steps.last else { return }
    let greatest = max(steps.map(\.count).max() ?? 0, 1)
    page.raw("<p class=\"ends\"><small>up to ")
    page.text(Figure.count(greatest))
    page.raw("</small></p>\n<svg class=\"plot\" preserveAspectRatio=\"none\" viewBox=\"0 0 ")
    page.number(steps.count)
    page.raw(" 100\" role=\"img\" aria-label=\"Hits over time\">\n")
    for (index, step) in steps.enumerated() where step.count > 0 {
      let height = max(Double(step.count) / Double(greatest) * 100, 1)
      page.raw("<rect class=\"bar\" x=\"")
      page.number(Double(index) + (steps.count < 120 ? 0.1 : 0))
      page.raw("\" width=\"")
      page.number(steps.count < 120 ? 0.8 : 1)
      page.raw("\" y=\"")
      page.number(100 - height)
      page.raw("\" height=\"")
      page.number(height)
      page.raw("\"><title>")
      page.text("\(step.label): \(Figure.count(step.count))")
      page.raw("</title></rect>\n")
    }
    page.raw("</svg>\n")
    ends(&page, first.label, last.label)
  }

  /// The first and the last step, under a chart's ends.
  private static func ends(_ page: inout HTML, _ first: String, _ last: String) {
    page.raw("<p class=\"ends\"><small>")
    page.text(first)
    page.raw("</small>")
    if first != last {
      page.raw("<small>")
      page.text(last)
      page.raw("</small>")
    }
    page.raw("</p>\n")
  }

  /// One row of small bars for each name, over the same steps, each row with a scale of its own.
  static func strips(
    _ page: inout HTML, steps: [String],
    rows: [(name: [UInt8], counts: [UInt64], figure: String)]
  ) {
    guard let first = steps.first, let last = steps.last else { return }
    page.raw("<table class=\"bars strips\"><tbody>\n")
    for row in rows {
      let greatest = Double(max(row.counts.max() ?? 0, 1))
      page.raw("<tr><td class=\"w\">")
      page.short(row.name, limit: 60)
      page.raw("</td><td><svg viewBox=\"0 0 ")
      page.number(max(steps.count, 1))
      page.raw(" 14\" preserveAspectRatio=\"none\" role=\"img\">\n")
      page.raw("<rect class=\"h0\" y=\"13\" height=\"1\" width=\"")
      page.number(steps.count)
      page.raw("\"/>")
      for (index, count) in row.counts.enumerated() where count > 0 {
        let height = max(Double(count) / greatest * 14, 1)
        page.raw("<rect class=\"bar\" x=\"")
        page.number(index)
        page.raw("\" width=\"1\" y=\"")
        page.number(14 - height)
        page.raw("\" height=\"")
        page.number(height)
        page.raw("\"><title>")
        page.text("\(steps[index]): \(Figure.count(count))")
        page.raw("</title></rect>")
      }
      page.raw("</svg></td><td>")
      page.text(row.figure)
      page.raw("</td></tr>\n")
    }
    page.raw("<tr><td colspan=\"3\">")
    ends(&page, first, last)
    page.raw("</td></tr>\n</tbody></table>\n")
  }

  // MARK: Matrices

  /// Shades from nothing to all; the classes `h0` to `h6`.
  static let shades: [(limit: Double, name: String)] = [
    (0, "none"), (0.01, "up to 1 %"), (0.1, "up to 10 %"), (0.25, "up to 25 %"),
    (0.5, "up to 50 %"), (0.9, "up to 90 %"), (1, "more"),
  ]

  /// The shade of a share.
  static func shade(_ share: Double) -> Int {
    if share <= 0 { return 0 }
    return shades.firstIndex { share <= $0.limit } ?? shades.count - 1
  }

  /// What the shades mean.
  static func legend(_ page: inout HTML, _ names: [String]) {
    page.raw("<ul class=\"legend\">")
    for (index, name) in names.enumerated() {
      page.raw("<li><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><rect class=\"h")
      page.number(index)
      page.raw("\" width=\"11\" height=\"11\"/></svg>")
      page.text(name)
      page.raw("</li>")
    }
    page.raw("</ul>\n")
  }

  /// A grid of shaded cells with a name for each row and a number for each column.
  ///
  /// - Parameters:
  ///   - page: where it goes.
  ///   - rows: names of the rows.
  ///   - columns: headings of the columns, short.
  ///   - label: what the chart is, for a screen reader.
  ///   - cell: the shade of a cell and what it says; nil for a cell that means nothing.
  static func matrix(
    _ page: inout HTML, rows: [[UInt8]], columns: [String], label: StaticString,
    cell: (_ row: Int, _ column: Int) -> (shade: Int, title: String)?
  ) {
    let (side, left, top) = (18, 236, 22)
    let width = left + columns.count * side + 4
    let height = top + rows.count * side + 4
    page.raw("<div class=\"scroll\"><svg width=\"")
    page.number(width)
    page.raw("\" height=\"")
    page.number(height)
    page.raw("\" role=\"img\" aria-label=\"")
    page.raw(label)
    page.raw("\">\n")
    for (column, name) in columns.enumerated() {
      page.raw("<text class=\"s\" text-anchor=\"middle\" y=\"15\" x=\"")
      page.number(left + column * side + side / 2)
      page.raw("\">")
      page.text(name)
      page.raw("</text>")
    }
    for (row, name) in rows.enumerated() {
      let y = top + row * side
      page.raw("\n<text text-anchor=\"end\" x=\"")
      page.number(left - 8)
      page.raw("\" y=\"")
      page.number(y + 13)
      page.raw("\">")
      page.text(tail(name))
      page.raw("<title>")
      page.short(name)
      page.raw("</title></text>")
      for column in columns.indices {
        guard let (shade, title) = cell(row, column) else {
          page.raw("<rect class=\"self\" width=\"15\" height=\"15\" x=\"")
          page.number(left + column * side + 1)
          page.raw("\" y=\"")
          page.number(y + 1)
          page.raw("\"/>")
          continue
        }
        page.raw("<rect class=\"h")
        page.number(shade)
        page.raw("\" width=\"16\" height=\"16\" x=\"")
        page.number(left + column * side)
        page.raw("\" y=\"")
        page.number(y)
        page.raw("\"><title>")
        page.text(title)
        page.raw("</title></rect>")
      }
    }
    page.raw("\n</svg></div>\n")
  }

  /// The end of a name, where names of feeds differ most.
  private static func tail(_ name: [UInt8]) -> [UInt8] {
    let limit = 34
    guard name.count > limit else { return name }
    var start = name.count - limit
    while start < name.count, name[start] & 0xc0 == 0x80 { start += 1 }
    return Array("…".utf8) + name[start...]
  }
}
