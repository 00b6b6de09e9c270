import Indicators
import Parsing

extension TextScanner {
  /// A `://`: emits the URL whose scheme ends there, and returns where the scan of its text goes
  /// on.
  mutating func scanURL(
    _ bytes: RawSpan, at colon: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    let authority = colon + 3
    var start = classes.start(of: .scheme, bytes, before: colon, from: cursor.hardFloor)
    if start > unit.start,
      TextBorders.percentValue(bytes, at: start - 1, end: unit.end) != nil
    {
      // The digits of a percent unit are no letters of a scheme.
      start = min(start + 2, colon)
    }
    while start < colon, !Byte.isLetter(bytes.byte(unchecked: start)) { start += 1 }
    guard start < colon else { return authority }
    if start > unit.start, bytes.byte(unchecked: start - 1) == Byte.backslash {
      start += Self.escapeLength(bytes, before: start..<colon)
    }
    let end = urlTextEnd(bytes, from: authority, start: start, unit, &cursor)

    let parts = URLAuthority(bytes, in: authority..<max(authority, end))
    cursor.authorityStart = authority
    cursor.authorityEnd = parts.end

    if wanted.urls, end > authority {
      emitURL(bytes, start..<end, authority: authority, unit, into: &batch)
      if let inner = innerScheme(bytes, start..<colon) {
        emitURL(bytes, inner..<end, authority: authority, unit, into: &batch)
      }
    }
    guard parts.hostStart > authority else { return authority }
    if let share = WebDAVShare(schemeAndAuthority: bytes.extracting(start..<parts.end)) {
      cursor.shareHostEnd = start + share.hostEnd
      return authority
    }
    // User information yields no values. Where it holds a mark that also separates fields, or one
    // that RFC 3986 §3.2.1 forbids there, the `@` may belong to another field, and nothing is
    // hidden.
    let sign = parts.hostStart - 1
    for offset in authority..<sign where Self.endsField(bytes.byte(unchecked: offset)) {
      return authority
    }
    marks.note(userInformation: authority..<sign)
    cursor.floor = sign
    cursor.hardFloor = sign
    return sign
  }

  /// Whether a byte may separate a host from another field, or is a bracket.
  private static func endsField(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.comma, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }

  /// Length of the escape, without its backslash, before a well-known scheme; 0 if there is none.
  ///
  /// Examples are nginx' `\x22http://`, `\u0022http://` and the `\nhttp://` of programs in Go.
  private static func escapeLength(_ bytes: RawSpan, before scheme: Range<Int>) -> Int {
    let length: Int
    switch bytes.byte(unchecked: scheme.lowerBound) {
    case UInt8(ascii: "x"): length = 3
    case UInt8(ascii: "u"): length = 5
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): length = 1
    default: return 0
    }
    let start = scheme.lowerBound + length
    guard start < scheme.upperBound,
      (scheme.lowerBound + 1..<start).allSatisfy({ Hex.value(of: bytes.byte(unchecked: $0)) < 16 })
    else { return 0 }
    return isCommon(bytes, start..<scheme.upperBound) ? length : 0
  }

  /// Where one of the most common schemes begins in another, behind the last mark in it; nil if
  /// none does.
  ///
  /// In `git+https://` this is what is fetched; in `cmd=wget+http://` the mark is a blank of a
  /// form, and the word before it is no part of the URL.
  private func innerScheme(_ bytes: RawSpan, _ scheme: Range<Int>) -> Int? {
    var start = scheme.upperBound
    while start > scheme.lowerBound, classes.is(bytes.byte(unchecked: start - 1), .alphanumeric) {
      start -= 1
    }
    return start > scheme.lowerBound && Self.isCommon(bytes, start..<scheme.upperBound)
      ? start : nil
  }

  /// Whether a scheme is http, https or ftp.
  private static func isCommon(_ bytes: RawSpan, _ scheme: Range<Int>) -> Bool {
    ["http", "https", "ftp"].contains { (name: StaticString) in
      scheme.count == name.utf8CodeUnitCount
        && bytes.starts(ignoringCase: name, at: scheme.lowerBound)
    }
  }

  /// Emits a name or address and the path behind it as a URL without scheme.
  ///
  /// `isName` is true if the host is a name whose bytes are those of the text.
  mutating func emitBareURL(
    _ bytes: RawSpan, _ host: Range<Int>, isName: Bool = false, _ context: RunContext,
    _ unit: TextUnit, _ cursor: inout TextCursor, into batch: inout ObservableBatch
  ) {
    guard isScan, wanted.urls, !context.isInsideAtEnd, context.run.upperBound < unit.end else {
      return
    }
    if context.isStrippedAtEnd {
      // The dot that ends a full name is a part of the host.
      guard host.upperBound + 1 == context.run.upperBound,
        bytes.byte(unchecked: host.upperBound) == Byte.dot
      else { return }
    }
    var slash = context.run.upperBound
    if bytes.byte(unchecked: slash) == Byte.colon {
      let digits = classes.end(of: .digit, bytes, from: slash + 1, to: unit.end)
      guard 1...5 ~= digits - slash - 1 else { return }
      slash = digits
    }
    guard slash < unit.end, bytes.byte(unchecked: slash) == Byte.slash,
      host.lowerBound < cursor.authorityStart || host.lowerBound >= cursor.authorityEnd
    else { return }
    let end = urlTextEnd(bytes, from: slash, start: host.lowerBound, unit, &cursor)
    if unit.isCutAtEnd, end == unit.end {
      counters.cutRuns += 1
      return
    }
    if isName, let hosts = hosts, !hosts.mayHold(bytes.extracting(host)) { return }
    emitURL(
      bytes, host.lowerBound..<end, minimum: slash + 1, hasScheme: false, unit, into: &batch)
  }

  /// Emits an IPv6 address in brackets and the path behind it as a URL without scheme.
  mutating func emitBracketedURL(
    _ bytes: RawSpan, _ address: Range<Int>, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) {
    let start = address.lowerBound - 1
    guard isScan, wanted.urls, start >= unit.start, address.upperBound + 1 < unit.end,
      bytes.byte(unchecked: start) == UInt8(ascii: "["),
      bytes.byte(unchecked: address.upperBound) == UInt8(ascii: "]")
    else { return }
    var slash = address.upperBound + 1
    if bytes.byte(unchecked: slash) == Byte.colon {
      let digits = classes.end(of: .digit, bytes, from: slash + 1, to: unit.end)
      guard 1...5 ~= digits - slash - 1 else { return }
      slash = digits
    }
    guard slash < unit.end, bytes.byte(unchecked: slash) == Byte.slash,
      start < cursor.authorityStart || start >= cursor.authorityEnd
    else { return }
    let end = urlTextEnd(bytes, from: slash, start: start, unit, &cursor)
    if unit.isCutAtEnd, end == unit.end {
      counters.cutRuns += 1
      return
    }
    emitURL(bytes, start..<end, minimum: slash + 1, hasScheme: false, unit, into: &batch)
  }

  // MARK: Where a URL ends

  /// End of the text of the URL that begins at `start`, looked for from `offset` on.
  private func urlTextEnd(
    _ bytes: RawSpan, from offset: Int, start: Int, _ unit: TextUnit, _ cursor: inout TextCursor
  ) -> Int {
    // URLs inside one another end where the first of them does.
    if offset < cursor.urlTextStart || offset >= cursor.urlTextEnd {
      cursor.urlTextStart = offset
      cursor.urlTextEnd = urlTextEnd(bytes, from: offset, unit)
    }
    guard start > unit.start, bytes.byte(unchecked: start - 1) == Byte.apostrophe,
      let quote = bytes.firstOffset(of: Byte.apostrophe, from: offset, to: cursor.urlTextEnd)
    else { return cursor.urlTextEnd }
    return quote
  }

  private func urlTextEnd(_ bytes: RawSpan, from start: Int, _ unit: TextUnit) -> Int {
    var offset = start
    while offset < unit.end {
      let byte = bytes.byte(unchecked: offset)
      if classes.is(byte, .urlEnd) { return offset }
      if byte >= 0x80 {
        let scalar = TextScalar(bytes, at: offset, end: unit.end)
        guard scalar.isURLPart else { return offset }
        offset += scalar.length
      } else {
        offset += 1
      }
    }
    return offset
  }

  // MARK: Candidates

  /// What the candidates of a URL's text, which all begin at the same place, have in common.
  private struct URLCandidates {
    /// The smallest end that one can have.
    let minimum: Int
    let hasScheme: Bool
    /// Those of the next one: after the first URL they are fallbacks.
    var flags: ObservableFlags = []
    /// The normal form of a longer one.
    var form: URLForm?
  }

  /// Emits the candidates of the text of a URL with a scheme, unless it touches a cut of its line.
  private mutating func emitURL(
    _ bytes: RawSpan, _ range: Range<Int>, authority: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    if unit.isCutAtStart && range.lowerBound == unit.start
      || unit.isCutAtEnd && range.upperBound == unit.end
    {
      counters.cutRuns += 1
    } else {
      emitURL(bytes, range, minimum: authority + 1, hasScheme: true, unit, into: &batch)
    }
  }

  /// Emits the candidates of a URL's text: in `scan` the longest first, then shorter ones as
  /// fallbacks, in `extract` only the fully cut one.
  ///
  /// `minimum` is the smallest end that a candidate can have. In a list of URLs, the text of each
  /// goes on to the list's end, so the work for all candidates would be quadratic. Those that end
  /// before the next URL begins are always tried, or the shortest of them if they exceed a multiple
  /// of that text's length; the others are tried as long as the record's budget lasts.
  private mutating func emitURL(
    _ bytes: RawSpan, _ range: Range<Int>, minimum: Int, hasScheme: Bool, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    let start = range.lowerBound
    let own = ownEnd(bytes, range, minimum: minimum, hasScheme: hasScheme)
    let isAlone = own == range.upperBound
    var tail = URLTail(bytes, range)
    var candidates = URLCandidates(minimum: minimum, hasScheme: hasScheme)
    guard isScan else {
      if !isAlone, record.urlBudget <= 0 {
        counters.crowdedURLs += 1
        tail = URLTail(bytes, start..<own)
      }
      while tail.cut(bytes, classes) {}
      if let comma = Self.distinguishedName(bytes, start..<tail.end) {
        tail = URLTail(bytes, start..<comma)
        while tail.cut(bytes, classes) {}
      }
      if tail.end >= minimum {
        emitURL(bytes, start..<tail.end, &candidates, unit, into: &batch)
      }
      return
    }
    var isComplete = true
    var waits = false
    repeat {
      guard tail.end >= minimum else { return }
      // A URL with no other behind it is tried whole and fully cut, whatever the budget.
      waits = record.urlBudget <= 0 && !(isAlone && tail.end == range.upperBound)
      if waits {
        isComplete = false
        if isAlone { continue }
        break
      }
      emitURL(bytes, start..<tail.end, &candidates, unit, into: &batch)
    } while tail.cut(bytes, classes)
    if waits, isAlone {
      emitURL(bytes, start..<tail.end, &candidates, unit, into: &batch)
    }

    // The pieces that are always tried.
    urlEnds.removeAll(keepingCapacity: true)
    var allowance = 16 * (own - start) + 256
    var near = minimum
    while near < min(own, tail.end) {
      if Self.isSeparator(bytes.byte(unchecked: near)) {
        allowance -= near - start + 16
        if allowance < 0 { break }
        urlEnds.append(near)
      }
      near += 1
    }
    var end = tail.end
    while end > near {
      guard record.urlBudget > 0 else {
        isComplete = false
        break
      }
      end -= 1
      guard Self.isSeparator(bytes.byte(unchecked: end)) else { continue }
      emitPiece(bytes, start..<end, &candidates, unit, into: &batch)
    }
    for end in urlEnds.reversed() {
      emitPiece(bytes, start..<end, &candidates, unit, into: &batch)
    }
    if !isComplete { counters.crowdedURLs += 1 }
  }

  /// Emits the text before a separator, then that text without the punctuation and brackets at its
  /// end.
  private mutating func emitPiece(
    _ bytes: RawSpan, _ range: Range<Int>, _ candidates: inout URLCandidates, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    emitURL(bytes, range, &candidates, unit, into: &batch)
    var tail = URLTail(bytes, range)
    while tail.end > candidates.minimum, tail.cut(bytes, classes) {}
    guard tail.end < range.upperBound, tail.end >= candidates.minimum else { return }
    emitURL(bytes, range.lowerBound..<tail.end, &candidates, unit, into: &batch)
  }

  @inline(__always)
  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == Byte.comma || byte == UInt8(ascii: ";")
  }

  /// How many bytes and pieces behind a URL without scheme still count as its own.
  private static let bareReach = (bytes: 256, pieces: 4)

  /// Where the next URL begins in a URL's text, or the end of that text.
  ///
  /// Without a scheme nothing marks the next URL, so `bareReach` limits the text.
  private func ownEnd(
    _ bytes: RawSpan, _ range: Range<Int>, minimum: Int, hasScheme: Bool
  ) -> Int {
    let end = range.upperBound
    guard hasScheme else {
      let reach = min(end, minimum + Self.bareReach.bytes)
      var pieces = 0
      var offset = minimum
      while offset < reach {
        if Self.isSeparator(bytes.byte(unchecked: offset)) { pieces += 1 }
        offset += 1
        if pieces == Self.bareReach.pieces { return offset }
      }
      return reach
    }
    var offset = minimum
    while let colon = bytes.firstOffset(of: Byte.colon, from: offset, to: end) {
      if bytes.starts(with: "://", at: colon), colon + 3 <= end {
        return classes.start(of: .scheme, bytes, before: colon, from: minimum)
      }
      offset = colon + 1
    }
    return end
  }

  /// Emits one candidate, if it is a URL; shorter ones tried after it are then fallbacks.
  private mutating func emitURL(
    _ bytes: RawSpan, _ range: Range<Int>, _ candidates: inout URLCandidates, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    record.urlBudget -= range.count + 16
    if let length = candidates.form?.length(
      to: range.upperBound, in: bytes, batch.arena.rawSpan),
      let form = candidates.form
    {
      emit(
        .url, flags: candidates.flags.union(.inArena), at: range.lowerBound, of: unit,
        offset: form.start,
        length: length, schemeLength: form.schemeLength, into: &batch)
      candidates.flags = .fallback
      return
    }
    let start = batch.arena.count
    var parts = URLParts()
    guard
      normalizer.appendURL(bytes.extracting(range), options: [], parts: &parts, to: &batch.arena)
        == nil
    else { return }
    guard parts.schemeLength > 0 || !candidates.hasScheme else {
      // Longer than any scheme is.
      batch.arena.removeLast(batch.arena.count - start)
      return
    }
    emitFromArena(
      .url, flags: candidates.flags, from: start, at: range.lowerBound, of: unit,
      schemeLength: parts.schemeLength, into: &batch)
    candidates.flags = .fallback
    candidates.form = URLForm(
      parts, start: start, length: batch.arena.count - start, end: range.upperBound)
  }

  /// The comma before capitals and `=`, where a distinguished name goes on behind a URL.
  private static func distinguishedName(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    var offset = range.lowerBound
    while let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: range.upperBound) {
      var end = comma + 1
      while end < range.upperBound, Byte.isCapital(bytes.byte(unchecked: end)) { end += 1 }
      if end > comma + 1, end < range.upperBound,
        bytes.byte(unchecked: end) == UInt8(ascii: "=")
      {
        return comma
      }
      offset = comma + 1
    }
    return nil
  }
}
