import Indicators
import Parsing

/// Prose: of a report only what was defanged, and digests, are its indicators (`Matching.md` §9).
///
/// A report names its victims and their services in plain form; what its authors made unclickable is
/// what they warn of. Values are cut out of it as out of any text (§1, §4), notations among their characters.
struct ReportFormat: LineFormat {
  /// The line without the escapes of markup.
  private var unescaped: [UInt8] = []
  /// Where the last value ended: the next one begins there or later.
  private var floor = 0
  /// End of the last URL that is not defanged; names in its path may be those of files.
  private var plainURLEnd = 0
  /// The line before announces the number of a certificate or of its key.
  private(set) var isNumberNext = false

  init() {}

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    guard ReportEscapes.undo(line, into: &unescaped) else { return readText(line, number, &sink) }
    // A copy, so that it can be lent while the format changes.
    let bytes = unescaped
    readText(bytes.rawSpan, number, &sink)
  }

  private mutating func readText(_ text: RawSpan, _ number: UInt64, _ sink: inout FeedSink) {
    floor = 0
    plainURLEnd = 0
    defer { isNumberNext = Self.announcesNumber(text) }
    var offset = 0
    while offset < text.byteCount {
      let run = ReportRun(text, from: offset)
      if !run.range.isEmpty {
        offset = readRun(text, run, number, &sink)
      } else if let length = ReportEscapes.percentLength(text, at: offset) {
        // The escape's digits are not part of what follows (§1).
        offset += length
        floor = offset
      } else if let separator = ReportSeparator(text, at: offset) {
        // It belongs to no value; it is counted so that something defanged is not lost silently.
        if separator.kind != .slash, separator.kind != .slashes {
          sink.refuse(
            .prose, text.extracting(offset..<offset + separator.length), line: number)
        }
        offset += separator.length
      } else {
        offset += 1
      }
    }
  }

  /// Reads the value that a run is or begins, and returns the offset where reading continues.
  private mutating func readRun(
    _ text: RawSpan, _ run: ReportRun, _ number: UInt64, _ sink: inout FeedSink
  ) -> Int {
    let end = run.range.upperBound
    if let schemeEnd = ReportURL.schemeEnd(text, at: end),
      let scheme = ReportURL.scheme(text, endingAt: end, notBefore: floor),
      scheme.isDefanged || !run.hasMark
    {
      return readURL(text, scheme, end..<end + schemeEnd.length, schemeEnd.isMark, number, &sink)
    }
    if ReportPlaceholder.isBefore(run, in: text) {
      // The run is only the end of a name whose beginning was taken out.
      sink.refuse(.prose, text.extracting(run.range), line: number)
      return run.hasMark ? Self.pathEnd(text, behind: end) : end
    }
    if let end = readMail(text, run, number, &sink) { return end }
    if let end = readIPv6(text, run, number, &sink) { return end }
    if let end = readPairs(text, run.range, number, &sink) { return end }
    guard run.hasMark else {
      if !readDigests(text, run.range, number, &sink), !run.value.isEmpty,
        text.byte(unchecked: end - 1) == Byte.dot, text.starts(with: "]", at: end)
      {
        // It seems to be half a bracket, and belongs to no value.
        sink.refuse(.prose, text.extracting(run.range.lowerBound..<end + 1), line: number)
      }
      return end
    }
    if let rest = ReportPlaceholder.end(inName: text, at: run.value.upperBound),
      !ReportPlaceholder.isAddress(text.extracting(run.value))
    {
      return refuse(text, run.range.lowerBound, throughNameAt: rest, number, &sink)
    }
    return readNames(text, run, number, &sink)
  }

  /// Refuses the text from `start` through the name around a placeholder; returns its end.
  ///
  /// `rest` is where the name continues after the placeholder; a path after it is included.
  private func refuse(
    _ text: RawSpan, _ start: Int, throughNameAt rest: Int, _ number: UInt64,
    _ sink: inout FeedSink
  ) -> Int {
    let tail = ReportRun(text, from: rest)
    let end = tail.range.isEmpty ? rest : Self.pathEnd(text, behind: tail.range.upperBound)
    sink.refuse(.prose, text.extracting(start..<end), line: number)
    return end
  }

  // MARK: URLs

  private mutating func readURL(
    _ text: RawSpan, _ scheme: ReportURL.Scheme, _ separator: Range<Int>, _ isMarked: Bool,
    _ number: UInt64, _ sink: inout FeedSink
  ) -> Int {
    let start = scheme.start
    let host = separator.upperBound
    let isQuoted = start > 0 && text.byte(unchecked: start - 1) == Byte.apostrophe
    let authority = ReportURL.Authority(text, from: host)
    guard scheme.isDefanged || isMarked || authority.hasMark || host < plainURLEnd else {
      let pathEnd = ReportURL.pathEnd(text, from: authority.end, isQuoted: isQuoted)
      if authority.isWhole, ReportURL.hasMarkedFile(text, authority.end..<pathEnd),
        ReportPlaceholder.pathEnd(text, authority.end..<pathEnd, isQuoted: isQuoted) == nil
      {
        add(
          text, ReportURL.trimmed(text, start..<pathEnd, host: host, path: authority.end), number,
          &sink)
        return pathEnd
      }
      // Its parts are read like any text.
      plainURLEnd = pathEnd
      return host
    }
    guard scheme.isDefanged || isMarked || authority.hasMark else { return host }
    guard authority.end > host else {
      sink.refuse(.prose, text.extracting(start..<host), line: number)
      return host
    }
    if let rest = ReportPlaceholder.end(inHost: text, at: authority.end) {
      return refuse(text, start, throughNameAt: rest, number, &sink)
    }
    var end = authority.end
    if authority.isWhole, ReportURL.beginsPath(text, at: end, hasScheme: true) {
      end = ReportURL.pathEnd(text, from: end, isQuoted: isQuoted)
      if let rest = ReportPlaceholder.pathEnd(text, authority.end..<end, isQuoted: isQuoted) {
        sink.refuse(.prose, text.extracting(start..<rest), line: number)
        return rest
      }
    }
    add(
      text, ReportURL.trimmed(text, start..<end, host: host, path: authority.end), number, &sink)
    return end
  }

  /// End of the port and path after a host; the host's end if there is neither.
  private static func pathEnd(_ text: RawSpan, behind host: Int) -> Int {
    let end = ReportURL.portEnd(text, at: host) ?? host
    return ReportURL.beginsPath(text, at: end, hasScheme: false)
      ? ReportURL.pathEnd(text, from: end, isQuoted: false) : end
  }

  // MARK: E-mail addresses

  private mutating func readMail(
    _ text: RawSpan, _ run: ReportRun, _ number: UInt64, _ sink: inout FeedSink
  ) -> Int? {
    let end = run.range.upperBound
    let separator = ReportSeparator(text, at: end)
    guard
      separator?.kind == .at
        || end < text.byteCount && text.byte(unchecked: end) == UInt8(ascii: "@")
    else { return nil }
    let host = ReportRun(text, from: end + (separator?.length ?? 1))
    guard host.hasDot, separator != nil || run.hasMark || host.hasMark else { return nil }

    var start = max(run.range.lowerBound, run.lastLetterEnd)
    if !run.hasMark, start == run.range.lowerBound {
      // `+` and `%` may be in a local part, but not in a run.
      while start > floor, Self.isLocalPart(text.byte(unchecked: start - 1)) { start -= 1 }
    }
    var isEmphasis = host.value.upperBound < text.byteCount
    if isEmphasis {
      isEmphasis = text.byte(unchecked: host.value.upperBound) == UInt8(ascii: "_")
    }
    while start < end {
      let byte = text.byte(unchecked: start)
      guard ".+%-".utf8.contains(byte) || isEmphasis && byte == UInt8(ascii: "_") else { break }
      start += 1
    }
    guard start < end else { return nil }
    if let rest = ReportPlaceholder.end(inName: text, at: host.value.upperBound) {
      return refuse(text, start, throughNameAt: rest, number, &sink)
    }
    add(text, start..<host.nameEnd, number, &sink)
    return host.nameEndBeforeWord ?? host.range.upperBound
  }

  private static func isLocalPart(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || "._%+-".utf8.contains(byte)
  }

  // MARK: IPv6

  /// Takes an address whose colons were defanged; its first group is the run.
  private mutating func readIPv6(
    _ text: RawSpan, _ run: ReportRun, _ number: UInt64, _ sink: inout FeedSink
  ) -> Int? {
    let range = run.range
    guard range.count <= 4, !run.hasMark, range.upperBound < text.byteCount,
      range.allSatisfy({ Hex.value(of: text.byte(unchecked: $0)) < 16 }),
      text.byte(unchecked: range.upperBound) == Byte.colon
        || ReportSeparator(text, at: range.upperBound)?.kind == .colon
    else { return nil }
    var hasMark = false
    guard
      var end = ReportURL.addressEnd(text, from: range.lowerBound, hasMark: &hasMark), hasMark,
      end == text.byteCount || !Self.goesOn(text, at: end)
    else { return nil }
    // Dots and a colon at the end are the sentence's: `2001[:]db8::1.`, `2001[:]db8::1:`
    while text.byte(unchecked: end - 1) == Byte.dot { end -= 1 }
    if text.byte(unchecked: end - 1) == Byte.colon, text.byte(unchecked: end - 2) != Byte.colon {
      end -= 1
    }
    guard Self.colons(text, range.lowerBound..<end) >= 2 else { return nil }
    var start = range.lowerBound
    if start > 0, text.byte(unchecked: start - 1) == UInt8(ascii: "["),
      text.starts(with: "]", at: end), let port = ReportURL.portEnd(text, at: end + 1)
    {
      start -= 1
      end = port
    } else if text.starts(with: "/", at: end) {
      var digits = end + 1
      while digits < text.byteCount, Byte.isDigit(text.byte(unchecked: digits)) { digits += 1 }
      if 2...4 ~= digits - end { end = digits }
    }
    add(text, start..<end, number, &sink)
    return end
  }

  /// Whether a letter or digit is at an offset, other than one of a script without spaces.
  private static func goesOn(_ text: RawSpan, at offset: Int) -> Bool {
    switch ReportUnit(text, at: offset, isBehindName: false)?.kind {
    case .plain, .letter: true
    default: false
    }
  }

  private static func colons(_ text: RawSpan, _ range: Range<Int>) -> Int {
    range.count { text.byte(unchecked: $0) == Byte.colon }
  }

  // MARK: Names and IPv4 addresses

  private mutating func readNames(
    _ text: RawSpan, _ run: ReportRun, _ number: UInt64, _ sink: inout FeedSink
  ) -> Int {
    var next = run.range.upperBound
    for part in run.parts(text) {
      var range = part.range
      guard part.hasDot, !(run.isBackslashed && ReportBackslash.isPlain(text, run.range)) else {
        sink.refuse(.prose, text.extracting(run.range), line: number)
        continue
      }
      var isEmphasis = false
      if range.lowerBound == run.value.lowerBound {
        isEmphasis = text.byte(unchecked: range.lowerBound) == UInt8(ascii: "_")
        if isEmphasis, range.upperBound < run.range.upperBound {
          // `_evil[.]example_`
          while text.byte(unchecked: range.lowerBound) == UInt8(ascii: "_") {
            range = range.lowerBound + 1..<range.upperBound
          }
        } else if let star = Self.wildcard(text, run, notBefore: floor) {
          range = star..<range.upperBound
        }
      }
      if range.upperBound == run.range.upperBound {
        guard let whole = withPortAndPath(text, range, isEmphasis: isEmphasis, next: &next) else {
          sink.refuse(.prose, text.extracting(range.lowerBound..<next), line: number)
          continue
        }
        range = whole
      }
      if run.isBackslashed, range.upperBound <= part.range.upperBound + 1,
        Self.isFileName(text.extracting(part.range)),
        range.upperBound == part.range.upperBound || !Self.endsWithCountry(text, part.range)
      {
        sink.refuse(.prose, text.extracting(range), line: number)
        continue
      }
      // After a host and a slash it may be a file's name.
      let isInPath = Self.isBehindHost(text, range.lowerBound)
      add(text, range, isStrict: run.isBackslashed || isInPath, number, &sink)
    }
    return next
  }

  /// Whether a name's last label has two letters, as those of countries: `evil\.ai/` is no expression.
  private static func endsWithCountry(_ text: RawSpan, _ name: Range<Int>) -> Bool {
    name.count > 3 && text.byte(unchecked: name.upperBound - 3) == Byte.dot
  }

  /// Whether a name of two labels ends as files do: expressions write these with `\.`, too.
  private static func isFileName(_ name: RawSpan) -> Bool {
    name.byteOffsets.count { name.byte(unchecked: $0) == Byte.dot } == 1
      && FileExtensions.endsName(name)
  }

  /// The range of a host with its port and path; nil if the path has a placeholder.
  private func withPortAndPath(
    _ text: RawSpan, _ host: Range<Int>, isEmphasis: Bool, next: inout Int
  ) -> Range<Int>? {
    var end = host.upperBound
    if let port = ReportURL.portEnd(text, at: end) { end = port }
    next = end
    guard ReportURL.beginsPath(text, at: end, hasScheme: false) else {
      return host.lowerBound..<end
    }
    let isQuoted =
      host.lowerBound > 0 && text.byte(unchecked: host.lowerBound - 1) == Byte.apostrophe
    next = ReportURL.pathEnd(text, from: end, isQuoted: isQuoted)
    if let rest = ReportPlaceholder.pathEnd(text, end..<next, isQuoted: isQuoted) {
      next = rest
      return nil
    }
    let isEmphasised = isEmphasis && text.byte(unchecked: next - 1) == UInt8(ascii: "_")
    return ReportURL.trimmed(
      text, host.lowerBound + (isEmphasised ? 1 : 0)..<next, host: end, path: end)
  }

  /// Offset of the `*` before a run that is the rest of `*.evil[.]example`, or nil.
  private static func wildcard(_ text: RawSpan, _ run: ReportRun, notBefore floor: Int) -> Int? {
    let start = run.range.lowerBound
    var star = start
    while star > floor, text.byte(unchecked: star - 1) == UInt8(ascii: "*") { star -= 1 }
    // Two or four asterisks are emphasis.
    guard (start - star) % 2 == 1,
      let dot = ReportUnit(text, at: start, isBehindName: false), dot.kind == .dot,
      start + dot.length == run.value.lowerBound
    else { return nil }
    return start - 1
  }

  /// Whether a slash is before an offset, and a name with a dot before the slash.
  private static func isBehindHost(_ text: RawSpan, _ start: Int) -> Bool {
    guard start > 1, text.byte(unchecked: start - 1) == Byte.slash else { return false }
    let first = max(0, start - 1 - longestHost)
    var offset = start - 1
    while offset > first {
      let byte = text.byte(unchecked: offset - 1)
      if byte == Byte.dot { return true }
      guard Byte.isAlphanumeric(byte) || byte == Byte.minus else { return false }
      offset -= 1
    }
    return false
  }

  /// Bytes before a slash in which a host's last dot is looked for.
  private static let longestHost = 64

  private mutating func add(
    _ text: RawSpan, _ range: Range<Int>, isStrict: Bool = false, _ number: UInt64,
    _ sink: inout FeedSink
  ) {
    floor = range.upperBound
    sink.addCell(
      text.extracting(range), as: .none, nameMode: .withSubdomains,
      isStrict: isStrict || range.lowerBound < plainURLEnd, line: number)
  }
}
