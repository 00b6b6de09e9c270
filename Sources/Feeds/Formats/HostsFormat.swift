import Indicators
import Parsing

/// `address name… # comment`: the names are the values.
struct HostsFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    let text = Self.withoutComment(line)
    let comment = Comment.words(line, from: text.byteCount)
    var context = sink.emptyContext
    if !comment.isEmpty { context.description = sink.collection.intern(line.extracting(comment)) }
    sink.setContext(context)
    guard let names = Self.names(of: text) else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    var start = names
    while start < text.byteCount {
      var end = start
      while end < text.byteCount, !Text.isSpace(text.byte(unchecked: end)) { end += 1 }
      if end > start {
        let name = text.extracting(start..<end)
        if Self.isLocal(name) {
          sink.refuse(.localName, name, line: number)
        } else {
          sink.add(name, as: .kind(.domain), nameMode: .exact, line: number)
        }
      }
      start = end + 1
    }
  }

  /// The part of a line before its comment, which a number sign begins anywhere (hosts(5)).
  @_lifetime(copy line)
  static func withoutComment(_ line: RawSpan) -> RawSpan {
    let text = Comment.removed(from: line)
    guard let sign = text.firstOffset(of: UInt8(ascii: "#")) else { return text }
    return Text.trimmed(text.extracting(0..<sign))
  }

  /// Whether a name is one of those for the system itself in its own file, with which lists begin.
  ///
  /// `localhost.localdomain` and the like; names of one label are not indicators anyway.
  private static func isLocal(_ name: RawSpan) -> Bool {
    var end = name.byteCount
    if end > 0, name.byte(unchecked: end - 1) == Byte.dot { end -= 1 }
    var start = end
    while start > 0, name.byte(unchecked: start - 1) != Byte.dot { start -= 1 }
    guard start > 0 else { return false }
    let last = name.extracting(start..<end)
    for label in ["localdomain", "localdomain4", "localdomain6", "localhost"] as [StaticString]
    where last.equals(ignoringCase: label) { return true }
    return false
  }

  /// Whether a line is an address and nothing but names of hosts.
  ///
  /// `0.0.0.0 0.0.0.0` fits as well: lists begin with what a system's own file holds.
  static func fits(_ text: RawSpan) -> Bool {
    guard let names = names(of: text) else { return false }
    let rest = text.extracting(names...)
    if text.starts(with: "0.0.0.0"), rest.equals(ignoringCase: "0.0.0.0") {
      return true
    }
    var start = 0
    while start < rest.byteCount {
      var end = start
      while end < rest.byteCount, !Text.isSpace(rest.byte(unchecked: end)) { end += 1 }
      if end > start, !isName(rest.extracting(start..<end)) { return false }
      start = end + 1
    }
    return true
  }

  /// Whether a word can be the name of a host: letters, digits, hyphens and dots, and not a number as
  /// counts and dates beside addresses are.
  private static func isName(_ word: RawSpan) -> Bool {
    var hasLetter = false
    var endsInNumber = true
    for offset in word.byteOffsets {
      switch word.byte(unchecked: offset) {
      case Byte.minus: continue
      case Byte.dot:
        endsInNumber = endsInNumber || offset + 1 < word.byteCount
        continue
      case UInt8(ascii: "_"): endsInNumber = false
      case let byte where Byte.isDigit(byte): continue
      case let byte where byte >= 0x80 || Byte.isAlphanumeric(byte):
        hasLetter = true
        endsInNumber = false
      default: return false
      }
    }
    return hasLetter && !endsInNumber && word.byte(unchecked: 0) != Byte.minus
      && word.byte(unchecked: 0) != Byte.dot
  }

  /// Offset of the first name, if the line begins with an address and has one.
  static func names(of text: RawSpan) -> Int? {
    var end = 0
    while end < text.byteCount, !Text.isSpace(text.byte(unchecked: end)) { end += 1 }
    guard end < text.byteCount else { return nil }
    var address = text.extracting(0..<end)
    if let zone = address.firstOffset(of: UInt8(ascii: "%")) {
      address = address.extracting(0..<zone)
    }
    guard IPAddressText.ipv4(address) != nil || IPAddressText.ipv6(address) != nil else {
      return nil
    }
    while end < text.byteCount, Text.isSpace(text.byte(unchecked: end)) { end += 1 }
    return end < text.byteCount ? end : nil
  }
}
