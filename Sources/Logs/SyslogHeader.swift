import Indicators
import Parsing

extension Extraction {
  /// Reads the header of a line of syslog, and gives where the message begins; nil: there is none.
  ///
  /// RFC 5424 with its structured data, RFC 3164 as programs write it (with or without priority, host,
  /// tag; Cisco's with a year), and the same with a time as ISO 8601 writes it.
  mutating func readSyslogHeader(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound
    let hasPriority = bytes.byte(unchecked: offset) == UInt8(ascii: "<")
    if hasPriority {
      let digits = LogTime.digits(bytes, from: offset + 1, to: end)
      guard 1...3 ~= digits.count, digits.upperBound < end,
        bytes.byte(unchecked: digits.upperBound) == UInt8(ascii: ">")
      else { return nil }
      offset = digits.upperBound + 1
      if bytes.starts(with: "1 ", at: offset) {
        return readStructuredHeader(bytes, offset + 2..<end, from: range.lowerBound)
      }
    }
    guard let time = syslogTime(bytes, offset..<end) else {
      // A relay's line may have a priority and nothing else.
      guard hasPriority else { return nil }
      line.skip(range.lowerBound..<offset)
      return offset
    }
    line.skip(range.lowerBound..<time.end)
    line.headerTime = time.value
    return readTag(bytes, time.end + 1..<end, isStrict: time.isISO && !hasPriority)
  }

  /// The time at the front of a line, with the blank behind it.
  private func syslogTime(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (value: Int64?, end: Int, isISO: Bool)? {
    let (start, end) = (range.lowerBound, range.upperBound)
    if LogTime.month(bytes, at: start) != nil {
      guard let stop = monthTimeEnd(bytes, range) else { return nil }
      let value = LogTime.monthFirst(bytes, start..<stop, year: options.year)
      // Cisco's firewalls write a colon behind the time.
      return (value, bytes.byte(unchecked: stop) == Byte.colon ? stop + 1 : stop, false)
    }
    let stop = tokenEnd(bytes, from: start, to: end)
    guard stop < end, 20...40 ~= stop - start,
      bytes.byte(unchecked: start + 10) == UInt8(ascii: "T"),
      hasZone(bytes, start..<stop), let value = Timestamp.iso8601(bytes, start..<stop)
    else { return nil }
    return (value, stop, true)
  }

  /// Whether a time ends in `Z` or in an offset from UTC with minutes.
  private func hasZone(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    func isSign(_ offset: Int) -> Bool {
      let byte = bytes.byte(unchecked: offset)
      return byte == Byte.plus || byte == Byte.minus
    }
    return bytes.byte(unchecked: end - 1) == UInt8(ascii: "Z") || isSign(end - 5)
      || isSign(end - 6)
  }

  /// The end of `Oct  1 22:14:15`, `Oct  1 22:14:15.003` or `Oct  1 2024 22:14:15`, behind which a
  /// blank or a colon stands.
  private func monthTimeEnd(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound + 3
    guard offset < end, bytes.byte(unchecked: offset) == Byte.space else { return nil }
    offset += 1
    if offset < end, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    let day = LogTime.digits(bytes, from: offset, to: end)
    guard 1...2 ~= day.count, day.upperBound < end,
      bytes.byte(unchecked: day.upperBound) == Byte.space
    else { return nil }
    offset = day.upperBound + 1
    let year = LogTime.digits(bytes, from: offset, to: end)
    if year.count == 4, year.upperBound < end,
      bytes.byte(unchecked: year.upperBound) == Byte.space
    {
      offset = year.upperBound + 1
    }
    guard end - offset > 8, bytes.byte(unchecked: offset + 2) == Byte.colon,
      bytes.byte(unchecked: offset + 5) == Byte.colon,
      LogTime.digits(bytes, from: offset, to: end).count == 2,
      LogTime.digits(bytes, from: offset + 3, to: end).count == 2
    else { return nil }
    var stop = LogTime.digits(bytes, from: offset + 6, to: end).upperBound
    guard stop == offset + 8 else { return nil }
    if stop < end, bytes.byte(unchecked: stop) == Byte.dot {
      stop = LogTime.digits(bytes, from: stop + 1, to: end).upperBound
    }
    guard stop < end,
      bytes.byte(unchecked: stop) == Byte.space || bytes.starts(with: ": ", at: stop)
    else { return nil }
    return stop
  }

  // MARK: RFC 3164

  /// Reads host and tag behind the time; where the message begins.
  ///
  /// `isStrict`: what follows the time is a host only if a tag shows it, for many programs write such a
  /// time and then something else.
  private mutating func readTag(
    _ bytes: RawSpan, _ range: Range<Int>, isStrict: Bool
  ) -> Int? {
    let end = range.upperBound
    let start = range.lowerBound
    guard start < end else { return start }
    let first = start..<tokenEnd(bytes, from: start, to: end)
    if let tag = tag(bytes, first, end) {
      // A program that logs for its own machine leaves the host out.
      if isStrict { return nil }
      addTag(tag)
      return tag.end
    }
    guard isHost(bytes, first) else { return isStrict ? nil : start }
    let next = min(first.upperBound + 1, end)
    let second = next..<tokenEnd(bytes, from: next, to: end)
    let tag = tag(bytes, second, end)
    if isStrict, tag == nil || isLevel(bytes, first) { return nil }
    line.add(name("hostname"), first)
    // So do they behind the host.
    if second.count == 1, next < end, bytes.byte(unchecked: next) == Byte.colon {
      return min(next + 2, end)
    }
    guard let tag else { return next }
    addTag(tag)
    return tag.end
  }

  private struct Tag {
    var program: Range<Int>
    var process: Range<Int>
    /// Behind the colon and the blank.
    var end: Int
  }

  private mutating func addTag(_ tag: Tag) {
    line.add(name("appname"), tag.program)
    line.skip(tag.program.upperBound..<tag.end)
  }

  /// `program:` or `program[1]:`, with a blank or the end behind it.
  private func tag(_ bytes: RawSpan, _ token: Range<Int>, _ end: Int) -> Tag? {
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
    // `CEF: 0|…`, and Cisco's messages, which begin with what looks like a tag.
    let isMessage =
      bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "%")
      || program.count == 3 && bytes.starts(with: "CEF", at: program.lowerBound)
      || program.count == 4 && bytes.starts(with: "LEEF", at: program.lowerBound)
    guard !program.isEmpty, !isMessage,
      program.allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return classes.is(byte, .name) || byte == Byte.slash || byte == UInt8(ascii: "(")
          || byte == UInt8(ascii: ")")
      })
    else { return nil }
    return Tag(program: program, process: process, end: min(token.upperBound + 1, end))
  }

  /// Whether a token can be a host: a name or an address.
  func isHost(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard 1...255 ~= token.count else { return false }
    return token.allSatisfy { offset in
      let byte = bytes.byte(unchecked: offset)
      return classes.is(byte, .name) || byte == Byte.colon
    } && bytes.byte(unchecked: token.upperBound - 1) != Byte.colon
  }

  private func isLevel(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard token.count <= 8 else { return false }
    let levels: Set<String> = [
      "emerg", "alert", "crit", "critical", "err", "error", "warn", "warning", "notice", "info",
      "debug", "trace", "fatal", "severe", "fine",
    ]
    return levels.contains(
      String(decoding: bytes.copied(token), as: UTF8.self).lowercased())
  }

  // MARK: RFC 5424

  /// Reads time, host, program, process, message id and structured data.
  private mutating func readStructuredHeader(
    _ bytes: RawSpan, _ range: Range<Int>, from start: Int
  ) -> Int? {
    let end = range.upperBound
    var words = InlineArray<5, Int>(repeating: 0)
    var offset = range.lowerBound
    for index in 0..<5 {
      words[index] = offset
      guard let blank = bytes.firstOffset(of: Byte.space, from: offset, to: end),
        blank > offset
      else { return nil }
      offset = blank + 1
    }
    let time = words[0]..<words[1] - 1
    let isUnknown = time.count == 1 && bytes.byte(unchecked: time.lowerBound) == Byte.minus
    let value = Timestamp.iso8601(bytes, time)
    guard isUnknown || value != nil, offset < end else { return nil }
    line.skip(start..<words[1])
    addWord(name("hostname"), bytes, words[1]..<words[2] - 1)
    addWord(name("appname"), bytes, words[2]..<words[3] - 1)
    addWord(name("procid"), bytes, words[3]..<words[4] - 1)
    addWord(name("msgid"), bytes, words[4]..<offset - 1)
    let message = readStructuredData(bytes, offset..<end)
    guard let message else {
      line.cut(to: 0)
      return nil
    }
    line.headerTime = value
    return message
  }

  private mutating func addWord(_ path: FieldPaths.ID, _ bytes: RawSpan, _ range: Range<Int>) {
    add(path, bytes, ColumnRange(start: range.lowerBound, end: range.upperBound))
  }

  /// Reads `-` or `[id name="value" …]…`; where the message begins, or nil where it is neither.
  private mutating func readStructuredData(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound
    func behind(_ offset: Int) -> Int? {
      if offset == end { return end }
      return bytes.byte(unchecked: offset) == Byte.space ? offset + 1 : nil
    }
    if bytes.byte(unchecked: offset) == Byte.minus {
      guard let message = behind(offset + 1) else { return nil }
      line.skip(offset..<message)
      return message
    }
    guard bytes.byte(unchecked: offset) == UInt8(ascii: "[") else { return nil }
    let most = line.fields.count + 2 * Self.mostPairs
    while offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "[") {
      guard line.fields.count < most else { return nil }
      let identifier = structuredName(bytes, from: offset + 1, to: end)
      guard !identifier.isEmpty, identifier.upperBound < end else { return nil }
      let element = paths.child(of: FieldPaths.root, key: bytes.extracting(identifier))
      line.skip(offset..<identifier.upperBound)
      offset = identifier.upperBound
      while offset < end, bytes.byte(unchecked: offset) == Byte.space {
        let name = structuredName(bytes, from: offset + 1, to: end)
        guard !name.isEmpty, bytes.starts(with: "=\"", at: name.upperBound),
          let close = closingQuote(bytes, from: name.upperBound + 2, to: end),
          line.fields.count < most
        else { return nil }
        let path = paths.child(of: element, key: bytes.extracting(name))
        line.add(
          path, key: offset, value: name.upperBound + 2..<close, escapes: .structuredData)
        line.endQuoted()
        offset = close + 1
      }
      guard offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "]") else { return nil }
      line.skip(offset..<offset + 1)
      offset += 1
    }
    return behind(offset)
  }

  /// A name of structured data: printable ASCII but `=`, `]`, `"` and blanks.
  private func structuredName(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int> {
    var offset = start
    while offset < end {
      let byte = bytes.byte(unchecked: offset)
      guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "="), byte != UInt8(ascii: "]"),
        byte != Byte.quote
      else { break }
      offset += 1
    }
    return start..<offset
  }
}
