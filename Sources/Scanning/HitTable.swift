import Indicators
import Inputs
import Parsing

/// Lays hits out for people: values defanged, controls and formula characters escaped.
enum HitTable {
  /// Headings over ungrouped hits.
  static let header =
    "KIND          MATCH       VALUE                                     SEEN AS                 WHERE / INDICATOR AND FEED\n"

  /// Appends one hit as a line without its end.
  static func append(_ hit: Hit, to output: inout [UInt8]) {
    let first = hit.indicators[0]
    column(hit.kind.name, 13, to: &output)
    column(hit.match.name, 11, to: &output)
    column(DisplayText.defanged(hit.value, kind: hit.kind), 41, to: &output)
    column(DisplayText.escaped(hit.field), 23, to: &output)
    output.append(contentsOf: DisplayText.escaped(hit.path.bytes))
    output.append(contentsOf: ":\(hit.number)  ".utf8)
    output.append(contentsOf: DisplayText.defanged(first.entry.value, kind: first.entry.kind))
    output.append(contentsOf: "  ".utf8)
    let source = first.entry.sources[first.sources[0]]
    output.append(contentsOf: DisplayText.escaped(source.feed))
    if let line = source.lines.first { output.append(contentsOf: ":\(line)".utf8) }
    if hit.suppression != nil { output.append(contentsOf: "  (suppressed)".utf8) }
  }

  /// Appends text padded to a width, with two spaces where it is longer.
  static func column(_ text: String, _ width: Int, to output: inout [UInt8]) {
    column(Array(text.utf8), width, to: &output)
  }

  /// Appends text padded to a width, with one space where it is longer.
  static func column(_ text: [UInt8], _ width: Int, to output: inout [UInt8]) {
    output.append(contentsOf: text)
    // Continuation bytes of UTF-8 take no room on the screen.
    let shown = text.count { $0 & 0xC0 != 0x80 }
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(width - shown, 0) + 1))
  }
}
