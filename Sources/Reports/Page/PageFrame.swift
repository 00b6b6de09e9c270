import Parsing

/// What every page has: head with its rules, title, the key figures, and the foot.
enum PageFrame {
  /// Begins a page; nothing may be loaded and no script may run (Content Security Policy).
  static func begin(_ page: inout HTML, title: StaticString, lead: String) {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    page.raw(
      """
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta name="generator" content="sekisho">

      """)
    page.raw("<title>")
    page.raw(title)
    page.raw("</title>\n<style>\n")
    page.raw(PageStyle.rules)
    page.raw("</style>\n</head>\n<body>\n<header>\n<h1>")
    page.raw(title)
    page.raw("</h1>\n<p class=\"lead\">")
    page.text(lead)
    page.raw("</p>\n</header>\n<main>\n")
  }

  /// Ends a page.
  static func end(_ page: inout HTML) {
    page.raw("</main>\n<footer><p>Made by <code>sekisho</code>. ")
    page.raw("Nothing on this page is loaded from elsewhere; values are defanged.</p></footer>\n")
    page.raw("</body>\n</html>\n")
  }

  /// A few figures that say most, in a row.
  static func figures(_ figures: [(label: StaticString, value: String)], in page: inout HTML) {
    page.raw("<dl class=\"figures\">\n")
    for figure in figures {
      page.raw("<div><dt>")
      page.raw(figure.label)
      page.raw("</dt><dd>")
      page.text(figure.value)
      page.raw("</dd></div>\n")
    }
    page.raw("</dl>\n")
  }

  /// Begins a section with a heading and a sentence that says what is to be seen.
  static func section(_ page: inout HTML, _ title: StaticString, _ note: String) {
    page.raw("<section>\n<h2>")
    page.raw(title)
    page.raw("</h2>\n")
    if !note.isEmpty {
      page.raw("<p class=\"note\">")
      page.text(note)
      page.raw("</p>\n")
    }
  }

  /// Ends a section.
  static func endSection(_ page: inout HTML) { page.raw("</section>\n") }

  /// A time for people: to the second, UTC.
  static func time(_ nanoseconds: Int64) -> String {
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    return String(decoding: text.prefix(10), as: UTF8.self) + " "
      + String(decoding: text.dropFirst(11).prefix(8), as: UTF8.self)
  }

  /// A day for people.
  static func day(_ nanoseconds: Int64) -> String { String(time(nanoseconds).prefix(10)) }

  /// The time of a step, to the day, minute or second as the width of steps allows.
  static func step(_ nanoseconds: Int64, width: Int64) -> String {
    let text = time(nanoseconds)
    if width >= 86_400_000_000_000 { return String(text.prefix(10)) }
    return String(text.prefix(width >= 60_000_000_000 ? 16 : 19))
  }

  /// A width of steps in words.
  static func width(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    if seconds < 60 { return seconds == 1 ? "second" : "\(seconds) seconds" }
    if seconds < 3_600 { return seconds == 60 ? "minute" : "\(seconds / 60) minutes" }
    if seconds < 86_400 { return seconds == 3_600 ? "hour" : "\(seconds / 3_600) hours" }
    return seconds == 86_400 ? "day" : "\(seconds / 86_400) days"
  }
}
