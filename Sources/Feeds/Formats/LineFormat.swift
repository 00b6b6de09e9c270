import Indicators
import Parsing

/// A format whose every line stands for itself.
protocol LineFormat {
  /// White space at a line's start means something.
  static var keepsIndent: Bool { get }

  /// Takes lines at the stream's place that need no closer look, as many as there are.
  mutating func readMany(_ stream: inout FeedStream, into sink: inout FeedSink)

  /// Takes what one line holds, white space at its ends cut off; never an empty line.
  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink)
}

/// Lines by which the length of what follows is guessed.
private let sampledLines = 4096

extension LineFormat {
  static var keepsIndent: Bool { false }

  mutating func readMany(_ stream: inout FeedStream, into sink: inout FeedSink) {}

  /// Reads a stream to its end.
  mutating func readAll(_ stream: inout FeedStream, into sink: inout FeedSink) {
    var lines = 0
    while true {
      stream.skipEmptyLines()
      readMany(&stream, into: &sink)
      guard let line = stream.nextLine(limit: sink.options.lineLimit) else { return }
      lines += 1
      if lines == sampledLines { sink.reserve(growth: stream.growth) }
      let bytes = stream.window.rawSpan
      var range = Text.trimmed(bytes, line.range)
      if line.isTooLong {
        // Whatever is left of it to show.
        sink.refuse(.lineTooLong, bytes.extracting(range), line: line.number)
        continue
      }
      if range.isEmpty { continue }
      if Self.keepsIndent { range = line.range.lowerBound..<range.upperBound }
      let text = bytes.extracting(range)
      if !line.isCut {
        // Half a value of a file that was cut would be another value.
        read(text, number: line.number, into: &sink)
      }
    }
  }
}

/// Comments as lists of values have them.
enum Comment {
  /// Whether a line is nothing but a comment.
  static func isWhole(_ line: RawSpan) -> Bool {
    switch line.isEmpty ? 0 : line.byte(unchecked: 0) {
    case UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: "!"): true
    case Byte.slash: Text.starts(line, "//")
    default: false
    }
  }

  /// The part of a line before a comment that white space sets off.
  @_lifetime(copy line)
  static func removed(from line: RawSpan) -> RawSpan { line.extracting(split(line).text) }

  /// The part of a line before a comment that white space sets off, and what the comment says.
  static func split(_ line: RawSpan) -> (text: Range<Int>, comment: Range<Int>) {
    var offset = 1
    while offset < line.byteCount {
      let byte = line.byte(unchecked: offset)
      if Text.isSpace(line.byte(unchecked: offset - 1)),
        byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
          || byte == Byte.slash && Text.contains(line, "//", at: offset)
      {
        return (Text.trimmed(line, 0..<offset), words(line, from: offset))
      }
      offset += 1
    }
    return (0..<line.byteCount, line.byteCount..<line.byteCount)
  }

  /// What a comment says, without the signs that it begins with.
  static func words(_ line: RawSpan, from start: Int) -> Range<Int> {
    var start = start
    while start < line.byteCount {
      switch line.byte(unchecked: start) {
      case UInt8(ascii: "#"), UInt8(ascii: ";"), Byte.slash, Byte.minus: start += 1
      case let byte where Text.isSpace(byte): start += 1
      default: return Text.trimmed(line, start..<line.byteCount)
      }
    }
    return line.byteCount..<line.byteCount
  }
}

/// LOKI's `hash;comment`.
struct LokiFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    let border = Text.firstIndex(of: UInt8(ascii: ";"), in: line) ?? line.byteCount
    var context = sink.emptyContext
    if border < line.byteCount {
      let comment = Text.trimmed(line.extracting(border + 1..<line.byteCount))
      context.description = sink.collection.intern(comment)
    }
    sink.setContext(context)
    sink.add(line.extracting(0..<border), as: .digest, line: number)
  }

  /// Whether a line is a digest and a comment.
  static func fits(_ line: RawSpan) -> Bool {
    guard let border = Text.firstIndex(of: UInt8(ascii: ";"), in: line) else { return false }
    return Text.isDigest(Text.trimmed(line.extracting(0..<border)))
  }
}

/// ClamAV's `hash:size:name[:level[:level]]` (`.hdb`, `.hsb`); the size is context.
///
/// Lists of files that it must not find (`.fp`, `.sfp`) and of hashes of import tables (`.imp`) are
/// written alike: only the file's name tells.
struct ClamAVHashFormat: LineFormat {
  private let isAllowed: Bool
  private let declared: DeclaredKind

  /// The format of a file with this path, compressed or not.
  init(path: String) {
    var name = path[...].utf8
    for suffix in [".gz", ".zst"] where name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      name = name.dropLast(suffix.utf8.count)
    }
    func ends(in suffix: String) -> Bool {
      name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
    isAllowed = ends(in: ".fp") || ends(in: ".sfp")
    declared = ends(in: ".imp") ? .kind(.imphash) : .digest
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    guard Self.fits(line), let first = Text.firstIndex(of: Byte.colon, in: line),
      let second = Text.firstIndex(of: Byte.colon, in: line, from: first + 1)
    else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    let end = Text.firstIndex(of: Byte.colon, in: line, from: second + 1) ?? line.byteCount
    var context = sink.emptyContext
    let name = sink.collection.intern(line.extracting(second + 1..<end))
    if isAllowed {
      context.description = name
      context.flags.insert(.allow)
    } else {
      context.malware = sink.collection.intern(list: [name])
    }
    sink.setContext(context)
    sink.add(line.extracting(0..<first), as: declared, line: number)
  }

  /// Whether a line is a digest, a size or `*`, and a name.
  static func fits(_ line: RawSpan) -> Bool {
    guard let first = Text.firstIndex(of: Byte.colon, in: line),
      let second = Text.firstIndex(of: Byte.colon, in: line, from: first + 1),
      second + 1 < line.byteCount, Text.isDigest(line.extracting(0..<first))
    else { return false }
    let size = line.extracting(first + 1..<second)
    return Text.equals(size, "*") || Text.number(size) != nil
  }
}

/// Spamhaus DROP as text: `prefix ; SBL number`.
struct SpamhausDropFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    let border = Text.firstIndex(of: UInt8(ascii: ";"), in: line) ?? line.byteCount
    var context = sink.emptyContext
    if border < line.byteCount {
      let id = Text.trimmed(line.extracting(border + 1..<line.byteCount))
      context.id = sink.collection.intern(id)
    }
    sink.setContext(context)
    sink.add(Text.trimmed(line.extracting(0..<border)), as: .network, line: number)
  }

  /// Whether a line is something and a number of the Spamhaus block list.
  static func fits(_ line: RawSpan) -> Bool {
    guard let border = Text.firstIndex(of: UInt8(ascii: ";"), in: line), border > 0 else {
      return false
    }
    return Text.starts(Text.trimmed(line.extracting(border + 1..<line.byteCount)), "SBL")
  }
}

/// Filter lists: `||name^` blocks a name and those below it, `@@` before it allows them.
///
/// Rules with paths, cosmetic rules and most of those with options speak of requests or parts of pages, not of hosts.
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

  /// Whether a line is a rule about a host, with whatever options and path: only whole hosts are let in,
  /// but the others tell the format as well.
  static func fits(_ line: RawSpan) -> Bool {
    let start = Text.starts(line, "@@") ? 2 : 0
    guard Text.contains(line, "||", at: start), line.byteCount > start + 2,
      Byte.isAlphanumeric(line.byte(unchecked: start + 2))
        || line.byte(unchecked: start + 2) == UInt8(ascii: "*")
    else { return false }
    return line.byteOffsets.allSatisfy { !Text.isSpace(line.byte(unchecked: $0)) }
  }

  /// Whether a line is a rule about addresses that a regular expression fits: `/^ad[0-9]+\./`, with options or
  /// without.
  static func isExpression(_ line: RawSpan) -> Bool {
    let start = Text.starts(line, "@@") ? 2 : 0
    guard Text.contains(line, "/", at: start), line.byteCount > start + 2 else { return false }
    var end = line.byteCount
    if let options = Text.firstIndex(of: "/$", in: line) { end = options + 1 }
    return end > start + 2 && line.byte(unchecked: end - 1) == Byte.slash
      && (start..<end).contains { "^[(\\*+?|".utf8.contains(line.byte(unchecked: $0)) }
  }

  /// The host that a whole-host rule is about, and whether it is allowed.
  static func host(of line: RawSpan) -> (Range<Int>, isAllowed: Bool)? {
    let isAllowed = Text.starts(line, "@@")
    let start = isAllowed ? 2 : 0
    guard Text.contains(line, "||", at: start),
      let end = Text.firstIndex(of: UInt8(ascii: "^"), in: line, from: start + 2), end > start + 2
    else { return nil }
    // With a path the rule is about requests, not about the host.
    if let slash = Text.firstIndex(of: Byte.slash, in: line, from: start + 2), slash < end {
      return nil
    }
    var rest = line.extracting(end + 1..<line.byteCount)
    if Text.starts(rest, "|") { rest = rest.extracting(1..<rest.byteCount) }
    guard rest.isEmpty || blocksPages(rest, isAllowed: isAllowed) else { return nil }
    return (start + 2..<end, isAllowed)
  }

  /// Whether a rule with options means all that a host serves: its pages, wherever they are called from.
  ///
  /// What else is blocked beside the pages takes nothing away. `@@…$document` turns blocking off on the host's
  /// pages, which allows what they call.
  private static func blocksPages(_ options: RawSpan, isAllowed: Bool) -> Bool {
    guard Text.starts(options, "$") else { return false }
    var (isKnown, meansAll, meansPages, hasFurther) = (true, false, false, false)
    var start = 1
    while start <= options.byteCount {
      let end = Text.firstIndex(of: Byte.comma, in: options, from: start) ?? options.byteCount
      let option = options.extracting(start..<end)
      if Text.equals(option, "all") {
        meansAll = true
      } else if isAny(option, pageOptions) {
        meansPages = true
      } else if isAny(option, furtherOptions) {
        hasFurther = true
      } else if !Text.equals(option, "important") {
        isKnown = false
      }
      start = end + 1
    }
    if isAllowed { return isKnown && !meansPages && !hasFurther }
    return isKnown && (meansAll || meansPages || !hasFurther)
  }

  private static func isAny(_ option: RawSpan, _ words: [StaticString]) -> Bool {
    words.contains { Text.equals(option, $0) }
  }

  /// Options of rules about whole pages.
  private static let pageOptions: [StaticString] = ["document", "doc"]
  /// Options that may stand beside those.
  private static let furtherOptions: [StaticString] = [
    "popup", "subdocument", "frame", "~inline-font", "~inline-script",
  ]
}

/// dnsmasq's `address=/name/…`, `server=/name/…` and `local=/name/`; several names may share a line.
///
/// Lists for unbound say the same as `local-zone: "name" always_nxdomain`.
struct DnsmasqFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") || Text.equals(line, "server:") { return }
    if let zone = UnboundZone(Comment.removed(from: line)) {
      guard zone.isBlocked else {
        sink.refuse(.unsupportedRule, line, line: number)
        return
      }
      sink.add(
        line.extracting(zone.name), as: .kind(.domain), nameMode: zone.nameMode, line: number)
      return
    }
    let rule = Comment.removed(from: line)
    guard var start = Self.firstName(of: rule), Self.blocks(rule) else {
      sink.refuse(.unsupportedRule, line, line: number)
      return
    }
    while let end = Text.firstIndex(of: Byte.slash, in: rule, from: start) {
      sink.add(rule.extracting(start..<end), as: .kind(.domain), line: number)
      start = end + 1
    }
  }

  /// Whether what stands behind the names keeps them from being reached: an address, whichever, or none to answer
  /// with, and no server to ask; `#` stands for the usual ones (dnsmasq(8)).
  private static func blocks(_ line: RawSpan) -> Bool {
    Text.starts(line, "address=") || line.byte(unchecked: line.byteCount - 1) == Byte.slash
      || asksNobody(line)
  }

  /// Whether the server is dnsmasq itself, or nowhere; at another port of the host it is one that answers.
  private static func asksNobody(_ line: RawSpan) -> Bool {
    var start = line.byteCount
    while start > 0, line.byte(unchecked: start - 1) != Byte.slash { start -= 1 }
    let server = line.extracting(start..<line.byteCount)
    return (["127.0.0.1", "0.0.0.0", "::1", "::"] as [StaticString]).contains {
      Text.equals(server, $0)
    }
  }

  /// Offset of the first name in a line of the format.
  static func firstName(of line: RawSpan) -> Int? {
    let start: Int
    if Text.starts(line, "address=/") {
      start = 9
    } else if Text.starts(line, "server=/") {
      start = 8
    } else if Text.starts(line, "local=/") {
      start = 7
    } else {
      return nil
    }
    return Text.firstIndex(of: Byte.slash, in: line, from: start) == nil ? nil : start
  }
}

/// A name that unbound answers for itself (unbound.conf(5)).
struct UnboundZone {
  /// Where the name is in the line.
  let name: Range<Int>
  /// A zone covers what is below it, a record of its own only its name.
  let nameMode: MatchMode
  /// Whether the answer keeps the name's owner from being reached.
  let isBlocked: Bool

  private static let answers: [StaticString] = [
    "always_nxdomain", "always_null", "always_refuse", "always_nodata", "always_deny", "refuse",
    "deny", "static", "redirect", "inform_deny", "inform_redirect",
  ]

  /// `local-zone: "name" answer` or `local-data: "name A …"`, quotes as they please; nil for other lines.
  init?(_ line: RawSpan) {
    let isZone = Text.starts(line, "local-zone:")
    guard isZone || Text.starts(line, "local-data:") else { return nil }
    func isBorder(_ offset: Int) -> Bool {
      let byte = line.byte(unchecked: offset)
      return Text.isSpace(byte) || byte == Byte.quote || byte == Byte.apostrophe
    }
    var start = "local-zone:".utf8.count
    while start < line.byteCount, isBorder(start) { start += 1 }
    var end = start
    while end < line.byteCount, !isBorder(end) { end += 1 }
    guard end > start else { return nil }
    name = start..<end
    nameMode = isZone ? .withSubdomains : .exact
    while end < line.byteCount, isBorder(end) { end += 1 }
    let answer = line.extracting(end..<line.byteCount)
    isBlocked = !isZone || Self.answers.contains { Text.equals(answer, $0) }
  }
}

/// Maltrail's trails, one a line: names, addresses, `address:port`, URLs, and paths alone.
///
/// `# Reference:` lines stand above the trails that they are the source of.
struct MaltrailFormat: LineFormat {
  private var endsGroup = true

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") {
      if Text.starts(line, "# Reference:", ignoringCase: true), endsGroup {
        var context = sink.emptyContext
        context.reference = sink.collection.intern(
          Text.trimmed(line.extracting(12..<line.byteCount)))
        sink.setContext(context)
        endsGroup = false
      }
      return
    }
    endsGroup = true
    sink.add(Comment.removed(from: line), line: number)
  }
}
