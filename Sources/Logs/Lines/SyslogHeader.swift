import Indicators
import Parsing

/// The syslog header of a line.
enum SyslogHeader {
  /// Reads the syslog header of a line; where the message begins, or nil if there is no header.
  ///
  /// It may be of RFC 5424 with its structured data, of RFC 3164 as programs write it (with or
  /// without priority, host, tag; Cisco's with a year), or the latter with an ISO 8601 time. A
  /// relay's header may come before one of RFC 5424, of a Cisco device or of Cisco ISE.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Int? {
    let start = behindOctetCount(bytes, range)
    if start > range.lowerBound { extraction.line.skip(range.lowerBound..<start) }
    guard let message = readHeaders(bytes, start..<range.upperBound, &extraction) else {
      return nil
    }
    extraction.line.headerCount = extraction.line.fields.count
    return message
  }

  /// Where the header begins, behind the length that some transports write before it (RFC 6587
  /// §3.4.1), as in `83 <30>1 2024-…`.
  private static func behindOctetCount(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let digits = LogTime.digits(
      bytes, from: range.lowerBound, to: min(range.upperBound, range.lowerBound + 7))
    let isCount = 1...6 ~= digits.count && bytes.starts(with: " <", at: digits.upperBound)
    return isCount ? digits.upperBound + 1 : range.lowerBound
  }

  private static func readHeaders(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Int? {
    guard let start = readRelayedHeader(bytes, range, &extraction) else { return nil }
    // Cisco ISE's messages have a time of their own, with its zone.
    if bytes.starts(with: Self.engineMark, at: start),
      let own = LogTime.lineStart(bytes, start..<range.upperBound)
    {
      (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (own.time, own.isZoned)
      extraction.line.isHeaderYearAssumed = false
    }
    return start
  }

  /// What a message of Cisco ISE begins with: its category.
  private static let engineMark: StaticString = "CISE_"

  private static func readRelayedHeader(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Int? {
    guard let start = readHeader(bytes, range, &extraction) else { return nil }
    let message = bytes.blanksEnd(from: start, to: range.upperBound)
    let (count, time, isZoned) = (
      extraction.line.fields.count, extraction.line.headerTime, extraction.line.isHeaderTimeZoned
    )
    let hasProgram = extraction.line.hasProgram
    guard range.upperBound - message >= 24, message > range.lowerBound,
      let inner = readHeader(bytes, message..<range.upperBound, &extraction)
    else { return message }
    guard
      isDeviceMark(bytes, inner, to: range.upperBound)
        || bytes.starts(with: Self.engineMark, at: inner)
        || isStructured(bytes, message..<range.upperBound)
    else {
      extraction.line.cut(to: count)
      (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (time, isZoned)
      extraction.line.hasProgram = hasProgram
      return message
    }
    if extraction.line.headerTime == nil {
      (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (time, isZoned)
    }
    return inner
  }

  private static func readHeader(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound
    let hasPriority = bytes.byte(unchecked: offset) == UInt8(ascii: "<")
    if hasPriority {
      let digits = LogTime.digits(bytes, from: offset + 1, to: end)
      guard 1...3 ~= digits.count, digits.upperBound < end,
        bytes.byte(unchecked: digits.upperBound) == UInt8(ascii: ">")
      else { return nil }
      offset = digits.upperBound + 1
    }
    if let time = structuredTime(bytes, offset..<end, hasPriority: hasPriority) {
      return readStructuredHeader(bytes, time..<end, from: range.lowerBound, &extraction)
    }
    if hasPriority {
      // Cisco's own format (EMBLEM); two colons begin an address.
      if offset < end, bytes.byte(unchecked: offset) == Byte.colon,
        offset + 1 == end || bytes.byte(unchecked: offset + 1) != Byte.colon
      {
        offset = bytes.blanksEnd(from: offset + 1, to: end)
      }
    }
    // A blank may stand behind the priority.
    let timeStart = hasPriority ? bytes.blanksEnd(from: offset, to: end) : offset
    guard let time = time(bytes, timeStart..<end, year: extraction.options.year) else {
      // A relay's line may have a priority and nothing else.
      guard hasPriority else { return nil }
      extraction.line.skip(range.lowerBound..<offset)
      return offset
    }
    let isStrict = time.isISO && !hasPriority
    if isStrict, let message = containerMessage(bytes, from: time.end + 1, to: end) {
      extraction.line.skip(range.lowerBound..<message)
      (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (time.value, true)
      return message
    }
    let count = extraction.line.fields.count
    if let origin = time.origin {
      extraction.line.skip(range.lowerBound..<origin.lowerBound)
      extraction.addField("hostname", origin)
      extraction.line.skip(origin.upperBound..<time.end)
    } else {
      extraction.line.skip(range.lowerBound..<time.end)
    }
    (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (time.value, time.isZoned)
    extraction.line.isHeaderYearAssumed = time.isYearAssumed
    let start = bytes.blanksEnd(from: time.end, to: end)
    guard let message = readTag(bytes, start..<end, isStrict: isStrict, &extraction) else {
      extraction.line.cut(to: count)
      extraction.line.headerTime = nil
      return nil
    }
    return message
  }

  /// Where the message begins behind the time in a line that a container wrote
  /// (`TIME stdout F message`, as Kubernetes keeps it).
  private static func containerMessage(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    guard end - start > 9,
      bytes.starts(with: "stdout ", at: start) || bytes.starts(with: "stderr ", at: start),
      bytes.byte(unchecked: start + 7) == UInt8(ascii: "F")
        || bytes.byte(unchecked: start + 7) == UInt8(ascii: "P"),
      bytes.byte(unchecked: start + 8) == Byte.space
    else { return nil }
    return start + 9
  }

  /// Whether a message of Cisco's begins at an offset: `%FACILITY-SEVERITY-MNEMONIC:`.
  private static func isDeviceMark(_ bytes: RawSpan, _ start: Int, to end: Int) -> Bool {
    guard start + 1 < end, bytes.byte(unchecked: start) == UInt8(ascii: "%"),
      Byte.isCapital(bytes.byte(unchecked: start + 1)), case let limit = min(end, start + 64),
      let stop = FirewallMessage.numberEndWithoutColon(bytes, from: start, to: limit)
        ?? bytes.firstOffset(of: Byte.colon, from: start, to: limit)
    else { return false }
    return (start + 1..<stop).allSatisfy { ByteClasses.shared.is(bytes.byte(unchecked: $0), .name) }
  }

  /// Whether the text at an offset is recognised without a header, so that what comes before it is
  /// one.
  ///
  /// It may be a message of Cisco's, or pairs of keys and values up to the line's end.
  private static func isKnownMessage(
    _ bytes: RawSpan, _ start: Int, to end: Int, _ extraction: inout Extraction
  ) -> Bool {
    guard start < end else { return false }
    if isDeviceMark(bytes, start, to: end) { return true }
    let count = extraction.line.fields.count
    guard ByteClasses.shared.is(bytes.byte(unchecked: start), .word),
      PairRecord.read(bytes, start..<end, &extraction)
    else {
      return false
    }
    extraction.line.cut(to: count)
    extraction.line.time = nil
    return true
  }

  // MARK: RFC 3164

  /// Reads host and tag behind the time; where the message begins.
  ///
  /// `isStrict`: what follows the time is a host only if a tag shows it, for many programs write such a
  /// time and then something else.
  private static func readTag(
    _ bytes: RawSpan, _ range: Range<Int>, isStrict: Bool, _ extraction: inout Extraction
  ) -> Int? {
    let end = range.upperBound
    let start = range.lowerBound
    guard start < end else { return start }
    let first = start..<bytes.tokenEnd(from: start, to: end)
    if let tag = tag(bytes, first, end) {
      // A program that logs for its own machine leaves the host out.
      if isStrict,
        !isKnownMessage(bytes, bytes.blanksEnd(from: tag.end, to: end), to: end, &extraction)
      {
        return nil
      }
      addTag(tag, &extraction)
      return tag.end
    }
    func isColon(_ token: Range<Int>) -> Bool {
      token.count == 1 && bytes.byte(unchecked: token.lowerBound) == Byte.colon
    }
    guard isHost(bytes, first) else {
      let message = isColon(first) ? bytes.blanksEnd(from: first.upperBound, to: end) : start
      return isStrict && !isKnownMessage(bytes, message, to: end, &extraction) ? nil : message
    }
    let next = bytes.blanksEnd(from: first.upperBound, to: end)
    let second = next..<bytes.tokenEnd(from: next, to: end)
    let tag = tag(bytes, second, end)
    // Cisco's firewalls may write a colon behind the host as well.
    let message = isColon(second) ? bytes.blanksEnd(from: second.upperBound, to: end) : next
    if isStrict {
      if isLevel(bytes, first) { return nil }
      if tag == nil, !isKnownMessage(bytes, message, to: end, &extraction) { return nil }
    }
    extraction.addField("hostname", first)
    guard let tag else { return message }
    addTag(tag, &extraction)
    return tag.end
  }

  private struct Tag {
    var program: Range<Int>
    var process: Range<Int>
    /// The offset behind the colon and the blank.
    var end: Int
  }

  private static func addTag(
    _ tag: Tag, _ extraction: inout Extraction
  ) {
    extraction.addField("appname", tag.program)
    extraction.line.hasProgram = true
    extraction.line.skip(tag.program.upperBound..<tag.end)
  }

  /// `program:` or `program[1]:`, with a blank or the end behind it.
  private static func tag(_ bytes: RawSpan, _ token: Range<Int>, _ end: Int) -> Tag? {
    guard 2...128 ~= token.count,
      bytes.byte(unchecked: token.upperBound - 1) == Byte.colon
    else { return nil }
    let inner = token.lowerBound..<token.upperBound - 1
    var program = inner
    var process = inner.upperBound..<inner.upperBound
    if bytes.byte(unchecked: inner.upperBound - 1) == UInt8(ascii: "]"),
      let open = bytes.firstOffset(
        of: UInt8(ascii: "["), from: inner.lowerBound, to: inner.upperBound)
    {
      program = inner.lowerBound..<open
      process = open + 1..<inner.upperBound - 1
    }
    // These are no tags, though they look like one: `CEF: 0|…`, and the beginning of Cisco's
    // messages.
    let isMessage =
      bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "%")
      || program.count == 3 && bytes.starts(with: "CEF", at: program.lowerBound)
      || program.count == 4 && bytes.starts(with: "LEEF", at: program.lowerBound)
    guard !program.isEmpty, !isMessage,
      program.allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return ByteClasses.shared.is(byte, .name) || byte == Byte.slash || byte == UInt8(ascii: "(")
          || byte == UInt8(ascii: ")")
      })
    else { return nil }
    return Tag(program: program, process: process, end: min(token.upperBound + 1, end))
  }

  /// Whether a token can be a host: a name or an address.
  static func isHost(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard 1...255 ~= token.count else { return false }
    return token.allSatisfy { offset in
      let byte = bytes.byte(unchecked: offset)
      return ByteClasses.shared.is(byte, .name) || byte == Byte.colon
    } && bytes.byte(unchecked: token.upperBound - 1) != Byte.colon
  }

  private static func isLevel(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard token.count <= 8 else { return false }
    let levels: Set<String> = [
      "emerg", "alert", "crit", "critical", "err", "error", "warn", "warning", "notice", "info",
      "debug", "trace", "fatal", "severe", "fine",
    ]
    return levels.contains(
      String(decoding: bytes.copied(token), as: UTF8.self).lowercased())
  }
}
