import Indicators
import Parsing

/// Filter lists: `||name^` blocks a name and those below it, `@@` before it allows them.
///
/// Rules with paths, cosmetic rules and most rules with options are about requests or parts of
/// pages, not about hosts.
struct AdblockFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    switch line.byte(unchecked: 0) {
    case UInt8(ascii: "!"), UInt8(ascii: "["): return
    case UInt8(ascii: "#") where line.byteCount == 1 || Text.isSpace(line.byte(unchecked: 1)):
      return
    default: break
    }
    guard let (range, isAllowed) = Self.host(of: line) else {
      sink.refuse(.unsupportedRule, line, line: number)
      return
    }
    var context = sink.emptyContext
    if isAllowed { context.flags.insert(.allow) }
    sink.setContext(context)
    sink.add(line.extracting(range), as: .network, line: number)
  }

  /// Whether a comment is one with which filter lists begin: `! Title: …`, `! Expires: …`.
  static func isHeader(_ line: RawSpan) -> Bool {
    guard line.starts(with: "!") else { return false }
    var start = 1
    while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) { start += 1 }
    return line.starts(ignoringCase: "Title:", at: start)
      || line.starts(ignoringCase: "Expires:", at: start)
  }

  /// Whether a line is a rule about a host, with any options and path, or about all hosts.
  ///
  /// Only rules about whole hosts are let in, but the others show the format as well.
  static func fits(_ line: RawSpan) -> Bool {
    let start = line.starts(with: "@@") ? 2 : 0
    if line.starts(with: "*$", at: start) || line.starts(with: "$removeparam", at: start) {
      return !Text.hasSpace(line)
    }
    guard line.starts(with: "||", at: start), line.byteCount > start + 2,
      Byte.isAlphanumeric(line.byte(unchecked: start + 2))
        || line.byte(unchecked: start + 2) == UInt8(ascii: "*")
    else { return false }
    return line.byteOffsets.allSatisfy { !Text.isSpace(line.byte(unchecked: $0)) }
  }

  /// Whether a line is a rule with a regular expression for URLs.
  ///
  /// For example `/^ad[0-9]+\./`, with or without options.
  static func isExpression(_ line: RawSpan) -> Bool {
    let start = line.starts(with: "@@") ? 2 : 0
    guard line.starts(with: "/", at: start), line.byteCount > start + 2 else { return false }
    var end = line.byteCount
    if let options = Text.firstIndex(of: "/$", in: line) { end = options + 1 }
    return end > start + 2 && line.byte(unchecked: end - 1) == Byte.slash
      && (start..<end).contains { "^[(\\*+?|".utf8.contains(line.byte(unchecked: $0)) }
  }

  /// The host that a whole-host rule is about, and whether it is allowed.
  static func host(of line: RawSpan) -> (Range<Int>, isAllowed: Bool)? {
    let isAllowed = line.starts(with: "@@")
    let start = isAllowed ? 2 : 0
    guard line.starts(with: "||", at: start),
      let end = line.firstOffset(of: UInt8(ascii: "^"), from: start + 2), end > start + 2
    else { return nil }
    // With a path the rule is about requests, not about the host.
    if let slash = line.firstOffset(of: Byte.slash, from: start + 2), slash < end {
      return nil
    }
    var rest = line.extracting(end + 1..<line.byteCount)
    if rest.starts(with: "|") { rest = rest.extracting(1..<rest.byteCount) }
    guard rest.isEmpty || blocksPages(rest, isAllowed: isAllowed) else { return nil }
    return (start + 2..<end, isAllowed)
  }

  /// Whether a rule with options covers all that a host serves: its pages, whoever loads them.
  ///
  /// Options that block more than the pages narrow nothing. `@@…$document` turns blocking off on
  /// the host's pages, which allows what those load.
  private static func blocksPages(_ options: RawSpan, isAllowed: Bool) -> Bool {
    guard options.starts(with: "$") else { return false }
    var (isKnown, meansAll, meansPages, hasFurther) = (true, false, false, false)
    var start = 1
    while start <= options.byteCount {
      let end = options.firstOffset(of: Byte.comma, from: start) ?? options.byteCount
      let option = options.extracting(start..<end)
      if option.equals(ignoringCase: "all") {
        meansAll = true
      } else if isAny(option, pageOptions) {
        meansPages = true
      } else if isAny(option, furtherOptions) {
        hasFurther = true
      } else if !option.equals(ignoringCase: "important") {
        isKnown = false
      }
      start = end + 1
    }
    if isAllowed { return isKnown && !meansPages && !hasFurther }
    return isKnown && (meansAll || meansPages || !hasFurther)
  }

  private static func isAny(_ option: RawSpan, _ words: [StaticString]) -> Bool {
    words.contains { option.equals(ignoringCase: $0) }
  }

  /// Options of rules about whole pages.
  private static let pageOptions: [StaticString] = ["document", "doc"]
  /// Options that may accompany `pageOptions`.
  private static let furtherOptions: [StaticString] = [
    "popup", "subdocument", "frame", "~inline-font", "~inline-script",
  ]
}
