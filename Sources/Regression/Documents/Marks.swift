import Indicators

/// Values inside sentences, marked so that sentences for people can show them defanged while those for
/// programs hold them as they are.
///
/// A mark is `U+F8F0 kind U+F8F1 value U+F8F2`: private-use characters that no normal form of a network
/// value holds. Where a text literal does, the sentence reads oddly and nothing else happens.
enum Marks {
  private static let begin: Unicode.Scalar = "\u{F8F0}"
  private static let middle: Unicode.Scalar = "\u{F8F1}"
  private static let end: Unicode.Scalar = "\u{F8F2}"

  /// A value, marked.
  static func value(_ bytes: [UInt8], _ kind: IndicatorKind) -> String {
    value(String(decoding: bytes, as: UTF8.self), kind.name)
  }

  static func value(_ text: String, _ kind: String) -> String {
    var marked = String.UnicodeScalarView()
    marked.append(begin)
    marked.append(contentsOf: kind.unicodeScalars)
    marked.append(middle)
    marked.append(contentsOf: text.unicodeScalars)
    marked.append(end)
    return String(marked)
  }

  /// The sentence with its values as they are.
  static func plain(_ marked: String) -> String {
    render(marked) { text, _ in text }
  }

  /// The sentence with its values defanged; controls, bidirectional characters and the like are escaped,
  /// in a cell of a table also what a spreadsheet would take for a formula.
  static func forPeople(_ marked: String, isCell: Bool = true) -> String {
    let text = render(marked) { value, kind in
      guard let kind = IndicatorKind(name: kind) else { return value }
      return String(decoding: DisplayText.defanged(Array(value.utf8), kind: kind), as: UTF8.self)
    }
    return String(decoding: DisplayText.escaped(Array(text.utf8), isCell: isCell), as: UTF8.self)
  }

  private static func render(_ marked: String, _ show: (String, String) -> String) -> String {
    guard marked.unicodeScalars.contains(begin) else { return marked }
    var output = String.UnicodeScalarView()
    var kind = String.UnicodeScalarView()
    var value = String.UnicodeScalarView()
    var state = 0
    for scalar in marked.unicodeScalars {
      switch (state, scalar) {
      case (0, begin):
        state = 1
        kind.removeAll()
        value.removeAll()
      case (1, middle): state = 2
      case (2, end):
        output.append(contentsOf: show(String(value), String(kind)).unicodeScalars)
        state = 0
      case (0, _): output.append(scalar)
      case (1, _): kind.append(scalar)
      default: value.append(scalar)
      }
    }
    // A mark that never ended.
    if state == 2 { output.append(contentsOf: value) }
    return String(output)
  }
}
