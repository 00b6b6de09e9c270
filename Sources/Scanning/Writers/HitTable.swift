import Indicators
import Inputs
import Parsing

/// Lays hits out for people: values defanged, controls and formula characters escaped.
enum HitTable {
  /// The header row for ungrouped hits.
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
    let source = first.firstSource
    output.append(contentsOf: DisplayText.escaped(source.feed))
    if let line = source.lines.first { output.append(contentsOf: ":\(line)".utf8) }
    if hit.suppression != nil { output.append(contentsOf: "  (suppressed)".utf8) }
    if let context = hit.context { append(context, of: hit, to: &output) }
  }

  /// The line between two hits that are shown with the lines around them.
  static let separator = Array("--\n".utf8)

  /// Appends the lines around a hit, each with its number, as `grep` does: `12-` before it, `13:`
  /// with it.
  private static func append(_ context: LineContext, of hit: Hit, to output: inout [UInt8]) {
    let last = context.number + UInt64(context.after.count)
    let width = "\(last)".utf8.count
    var number = context.number - min(context.number, UInt64(context.before.count))
    func line(_ text: [UInt8], mark: String) {
      let digits = "\(number)"
      output.append(contentsOf: "\n  ".utf8)
      output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width - digits.utf8.count))
      output.append(contentsOf: (digits + mark + " ").utf8)
      output.append(contentsOf: text)
      number += 1
    }
    for text in context.before { line(DisplayText.defangedLine(text), mark: "-") }
    var shown = context.line
    let end = min(context.offset + hit.value.count, shown.count)
    let seen = shown[min(context.offset, end)..<end]
    if seen.elementsEqual(hit.value, by: { $0 == $1 || $0 | 0x20 == $1 }) {
      // The value is defanged as in the rest of the table.
      shown =
        DisplayText.defangedLine(shown[..<context.offset])
        + DisplayText.defanged(seen, kind: hit.kind) + DisplayText.defangedLine(shown[end...])
    } else {
      shown = DisplayText.defangedLine(shown)
    }
    line(shown, mark: ":")
    for text in context.after { line(DisplayText.defangedLine(text), mark: "-") }
  }

  /// Appends text padded to a width, with one space where it is longer.
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

/// A value on a line of its own, for other programs to read.
enum ValueLine {
  /// Appends a value's bytes; controls, which could end the line, become `\\xnn`.
  static func append(_ value: [UInt8], to output: inout [UInt8]) {
    for byte in value {
      if byte < 0x20 || byte == 0x7f {
        output.append(contentsOf: "\\x".utf8)
        output.append(Hex.digit(byte >> 4))
        output.append(Hex.digit(byte))
      } else {
        output.append(byte)
      }
    }
  }
}
