import Indicators
import Parsing

/// One value a line; also the output of `md5sum` and its kind, and addresses with a note behind them.
struct PlainFormat: LineFormat {
  /// What the values are if their shape does not say.
  var declared = DeclaredKind.none

  func readMany(_ stream: inout FeedStream, into sink: inout FeedSink) {
    if declared == .none { sink.addDigestLines(&stream) }
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    let blanked = Text.blanked(line)
    // Nearly all lines are a value and nothing else.
    guard blanked != nil || Text.hasSpace(line) || NotedAddress.hasCells(line) else {
      if declared == .none, sink.addDigest(line, line: number) { return }
      sink.add(line, as: declared, line: number)
      return
    }
    if let blanked {
      readNoted(line, by: blanked.rawSpan, number: number, into: &sink)
    } else {
      readNoted(line, by: line, number: number, into: &sink)
    }
  }

  /// Reads a line whose parts are found in `blanked`.
  ///
  /// This is the line with blanks for white space beyond ASCII.
  private func readNoted(
    _ line: RawSpan, by blanked: RawSpan, number: UInt64, into sink: inout FeedSink
  ) {
    if declared == .none, let digests = Self.digests(in: blanked) {
      for digest in digests { add(line.extracting(digest), line: number, into: &sink) }
      return
    }
    let parts = NotedValue(blanked)
    if let prefix = Self.prefix(line, parts) {
      sink.add(prefix.rawSpan, as: declared, line: number)
      return
    }
    if parts.note.isEmpty {
      add(line.extracting(parts.value), line: number, into: &sink)
      return
    }
    var context = sink.emptyContext
    context.description = sink.collection.intern(line.extracting(parts.note))
    sink.setContext(context)
    add(line.extracting(parts.value), line: number, into: &sink)
    sink.setContext(sink.emptyContext)
  }

  /// An address followed by its network mask, as firewalls write it: `192.0.2.0 255.255.255.0`.
  private static func prefix(_ line: RawSpan, _ parts: NotedValue) -> [UInt8]? {
    let mask = line.extracting(parts.note)
    guard 7...15 ~= mask.byteCount, IPAddressText.ipv4(mask).map({ $0 > 0 }) ?? false,
      NetworkMask.fits(mask), IPAddressText.ipv4(line.extracting(parts.value)) != nil
    else { return nil }
    let bytes = line.copied(line.byteOffsets)
    return NetworkMask.prefix(bytes[parts.value], bytes[parts.note])
  }

  /// The digests of a line that holds several and nothing else, separated by blanks; otherwise nil.
  static func digests(in line: RawSpan) -> [Range<Int>]? {
    var words: [Range<Int>] = []
    var offset = 0
    while offset < line.byteCount {
      while offset < line.byteCount, Text.isSpace(line.byte(unchecked: offset)) { offset += 1 }
      let start = offset
      while offset < line.byteCount, !Text.isSpace(line.byte(unchecked: offset)) { offset += 1 }
      if start == offset { break }
      guard Text.isDigest(line.extracting(start..<offset)) else { return nil }
      words.append(start..<offset)
    }
    return words.count > 1 ? words : nil
  }

  private func add(_ value: RawSpan, line: UInt64, into sink: inout FeedSink) {
    if declared == .none, sink.addDigest(value, line: line) { return }
    sink.add(value, as: declared, line: line)
  }
}

/// The value in a line of a list, and what the line says of it: a comment, the name of the file whose digest
/// it is, or words behind an address.
struct NotedValue {
  let value: Range<Int>
  let note: Range<Int>

  /// The range of the value in a line, whatever kind of white space follows it.
  static func value(in line: RawSpan) -> Range<Int> {
    guard let blanked = Text.blanked(line) else { return NotedValue(line).value }
    return NotedValue(blanked.rawSpan).value
  }

  /// The parts of a line without white space beyond ASCII.
  init(_ line: RawSpan) {
    if let noted = NotedAddress(cells: line) {
      (value, note) = (noted.address, noted.note)
      return
    }
    let (text, comment) = Comment.split(line)
    let whole = line.extracting(text)
    guard
      let blank = whole.byteOffsets.first(where: { Byte.isBlank(whole.byte(unchecked: $0)) })
    else {
      (value, note) = (text, comment)
      return
    }
    if Text.isDigest(whole.extracting(0..<blank)),
      whole.starts(with: "  ", at: blank) || whole.starts(with: " *", at: blank)
    {
      value = 0..<blank
      note = comment.isEmpty ? Text.trimmed(line, blank + 2..<text.upperBound) : comment
    } else if let noted = NotedAddress(whole) {
      (value, note) = (noted.address, noted.note)
    } else if let start = Self.noteStart(whole, behind: blank) {
      value = 0..<blank
      note = comment.isEmpty ? start..<text.upperBound : comment
    } else {
      (value, note) = (text, comment)
    }
  }

  /// The start of a note after a dash, or in brackets.
  ///
  /// It follows a digest or a possible host name.
  private static func noteStart(_ line: RawSpan, behind blank: Int) -> Int? {
    let first = line.extracting(0..<blank)
    // An address may be the first of a range, but not after a scheme.
    let isHost =
      Text.firstIndex(of: "://", in: first) != nil
      || blank > 0 && Byte.isLetter(first.byte(unchecked: blank - 1))
    guard
      Text.isDigest(first) || isHost && first.firstOffset(of: Byte.dot) != nil
    else { return nil }
    var start = blank
    while start < line.byteCount, Byte.isBlank(line.byte(unchecked: start)) { start += 1 }
    for mark in ["- ", "\u{2013} ", "\u{2014} "] as [StaticString]
    where line.starts(with: mark, at: start) {
      return start + mark.utf8CodeUnitCount
    }
    let isInBrackets =
      line.starts(with: "(", at: start)
      && line.byte(unchecked: line.byteCount - 1) == UInt8(ascii: ")")
    return isInBrackets ? start : nil
  }
}

/// An address or prefix with words behind it that say something of it: `192.0.2.1 seen in May`.
///
/// With tabs, commas and the like between them it is a row of cells, except with number signs,
/// which no address contains: `192.0.2.1#4#2#Scanning Host#US##38.0,-97.0#11` in OTX's list of
/// reputations.
struct NotedAddress {
  let address: Range<Int>
  let note: Range<Int>

  /// Whether the line is an address with a number sign directly behind it.
  static func hasCells(_ line: RawSpan) -> Bool { NotedAddress(cells: line) != nil }

  /// An address with a number sign directly behind it, and what follows that.
  init?(cells line: RawSpan) {
    // No IPv6 address with a prefix length is longer.
    guard let sign = line.firstOffset(of: UInt8(ascii: "#")), 2...43 ~= sign,
      sign + 1 < line.byteCount, Self.isAddress(line.extracting(0..<sign))
    else { return nil }
    address = 0..<sign
    note = Text.trimmed(line, sign + 1..<line.byteCount)
  }

  init?(_ line: RawSpan) {
    guard line.byteCount > 2,
      Hex.value(of: line.byte(unchecked: 0)) < 16
        || line.byte(unchecked: 0) == Byte.colon,
      let blank = line.firstOffset(of: Byte.space),
      Self.isWrittenAddress(line.extracting(0..<blank))
    else { return nil }
    var start = blank
    while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) {
      if line.byte(unchecked: start) == Byte.tab { return nil }
      start += 1
    }
    // The last address of a range is no note.
    for dash in ["-", "\u{2013}", "\u{2014}"] as [StaticString]
    where line.starts(with: dash, at: start) {
      start += dash.utf8CodeUnitCount
      while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) { start += 1 }
      let end = line.firstOffset(of: Byte.space, from: start) ?? line.byteCount
      guard start < line.byteCount, !Self.isAddress(line.extracting(start..<end)) else {
        return nil
      }
      break
    }
    guard start < line.byteCount, !Self.isSeparator(line.byte(unchecked: start)) else {
      return nil
    }
    address = 0..<blank
    note = start..<line.byteCount
  }

  /// An address as it is, or defanged.
  private static func isWrittenAddress(_ text: RawSpan) -> Bool {
    if isAddress(text) { return true }
    guard text.byteCount <= 96, Refanging.isCandidate(text) else { return false }
    var refanged: [UInt8] = []
    Refanging.append(text, to: &refanged)
    return isAddress(refanged.rawSpan)
  }

  /// A single address, a prefix, a range without blanks, or an address and a port.
  private static func isAddress(_ text: RawSpan) -> Bool {
    if IPAddressText.ipv4(text) != nil || IPAddressText.ipv6(text) != nil { return true }
    var border = 0
    while border < text.byteCount {
      let byte = text.byte(unchecked: border)
      if byte == Byte.slash || byte == Byte.minus { break }
      if byte == Byte.colon, text.extracting(0..<border).firstOffset(of: Byte.dot) != nil {
        break
      }
      border += 1
    }
    guard border > 0, border < text.byteCount else { return false }
    let head = text.extracting(0..<border)
    guard IPAddressText.ipv4(head) != nil || IPAddressText.ipv6(head) != nil else { return false }
    let rest = text.extracting(border + 1..<text.byteCount)
    return Text.number(rest) != nil || IPAddressText.ipv4(rest) != nil
      || IPAddressText.ipv6(rest) != nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.comma, UInt8(ascii: ";"), UInt8(ascii: "|"), Byte.slash, Byte.colon: true
    default: false
    }
  }
}
