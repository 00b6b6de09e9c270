import Indicators
import Parsing

/// The debug log of Windows' DNS server, which writes names with the length of each label before
/// it.
///
///     5/1/2024 10:00:00 AM 0E7C PACKET  00000A1B UDP Rcv 192.0.2.1  0001   Q [0001   D   NOERROR] A  (4)evil(7)example(0)
///
/// No name run can hold such a name, so the log is recognised by its first lines, and then every
/// line is read (Microsoft, "DNS Logging and Diagnostics").
enum CountedNames {
  /// Bytes at the start of a log among which there must be a packet line.
  static let reach = 1 << 16

  /// Whether a log is a DNS debug log: a packet line with a name is among its first bytes.
  ///
  /// A query for the root has no labels and does not count, since lines of other logs may end in
  /// `(0)` as well.
  static func begin(_ bytes: RawSpan) -> Bool {
    hasLine(bytes) { line in name(bytes, line) != nil && packet(bytes, line) != nil }
  }

  /// Whether the part of a log that was read may begin a DNS debug log, but shows no packet line
  /// with a name yet, only the log's header or queries for the root.
  static func mayBegin(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount < reach, !begin(bytes) else { return false }
    return bytes.starts(with: "DNS Server log file creation at", at: 0)
      || hasLine(bytes) { line in
        line.count > 3 && bytes.starts(with: "(0)", at: line.upperBound - 3)
          && packet(bytes, line) != nil
      }
  }

  /// Whether one of a log's first lines meets a condition.
  private static func hasLine(_ bytes: RawSpan, where isMet: (Range<Int>) -> Bool) -> Bool {
    let end = min(bytes.byteCount, reach)
    var start = 0
    while start < end {
      let stop = bytes.firstOffset(of: Byte.lineFeed, from: start, to: end) ?? end
      if isMet(bytes.trimmed(start..<stop)) { return true }
      start = stop + 1
    }
    return false
  }

  /// The word `PACKET` near the start of a line, without the blanks before it and behind it.
  static func packet(_ bytes: RawSpan, _ line: Range<Int>) -> Range<Int>? {
    let last = min(line.upperBound, line.lowerBound + 96)
    var offset = line.lowerBound
    while let letter = bytes.firstOffset(of: UInt8(ascii: "P"), from: offset, to: last) {
      offset = letter + 1
      if letter > line.lowerBound, bytes.starts(with: "PACKET ", at: letter),
        bytes.byte(unchecked: letter - 1) == Byte.space
      {
        return letter..<letter + 6
      }
    }
    return nil
  }

  /// The name at the end of a line, from its first bracket on; nil where the lengths are not those
  /// of the labels.
  static func name(_ bytes: RawSpan, _ line: Range<Int>) -> Range<Int>? {
    guard line.count > 6, bytes.starts(with: "(0)", at: line.upperBound - 3) else { return nil }
    // A name of at most 255 bytes and its lengths in brackets fit in 1024 bytes.
    let first = max(line.lowerBound, line.upperBound - 1024)
    var start = line.upperBound - 3
    while start > first, bytes.byte(unchecked: start - 1) != Byte.space { start -= 1 }
    let name = start..<line.upperBound
    return labels(bytes, name).isEmpty ? nil : name
  }

  /// The labels of a counted name; empty if a length does not fit.
  static func labels(_ bytes: RawSpan, _ name: Range<Int>) -> [Range<Int>] {
    var labels: [Range<Int>] = []
    var offset = name.lowerBound
    while offset < name.upperBound, bytes.byte(unchecked: offset) == UInt8(ascii: "(") {
      let digits = LogTime.digits(bytes, from: offset + 1, to: name.upperBound)
      guard 1...2 ~= digits.count, digits.upperBound < name.upperBound,
        bytes.byte(unchecked: digits.upperBound) == UInt8(ascii: ")"),
        let length = NumberText.unsigned(bytes, digits)
      else { return [] }
      let start = digits.upperBound + 1
      if length == 0 { return start == name.upperBound ? labels : [] }
      guard length <= 63, start + Int(length) < name.upperBound else { return [] }
      labels.append(start..<start + Int(length))
      offset = start + Int(length)
    }
    return []
  }

  /// Writes a name with dots between its labels, and notes where its bytes are in the log.
  static func write(
    _ bytes: RawSpan, _ name: Range<Int>, to text: inout [UInt8], _ map: inout OffsetMap
  ) {
    for label in labels(bytes, name) {
      if !text.isEmpty { text.append(Byte.dot) }
      map.add(text: text.count, origin: label.lowerBound)
      text.append(bytes, label)
    }
  }
}

extension CountedNames {
  /// Reads a line about a DNS packet; false if the line is not one.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let text = bytes.trimmed(range)
    guard let packet = packet(bytes, text),
      let name = name(bytes, text),
      extraction.cutTokens(bytes, packet.upperBound..<name.lowerBound, most: 24),
      case let words = extraction.lineWords, words.count >= 6
    else { return false }
    func word(_ index: Int) -> Range<Int> { words[index].start..<words[index].end }
    // The words are: packet identifier, protocol, direction, remote address, query identifier, then
    // `R` in a response.
    let isReceived = bytes.isWord(word(2), "Rcv")
    guard isReceived || bytes.isWord(word(2), "Snd"),
      IPAddressText.ipv4(bytes, word(3)) != nil || IPAddressText.ipv6(bytes, word(3)) != nil
    else { return false }
    let isResponse = bytes.isWord(word(5), "R")
    // The side that asked is the client, whichever way the packet went.
    let isClient = isReceived != isResponse
    extraction.line.time = countedTime(bytes, text.lowerBound..<packet.lowerBound)
    // If there is more than a time before `PACKET`, another program wrote it, and it is not
    // skipped.
    extraction.line.skip((extraction.line.time == nil ? packet : text).lowerBound..<words[2].end)
    extraction.addField(
      isClient ? "client" : "server", word(3), fact: isClient ? .source : .destination)
    if let number = EventFacts.ipProtocol(bytes, word(1)) {
      extraction.event.facts.note(ipProtocol: number)
    }
    for word in words.dropFirst(6) where isResponse {
      let end = bytes.byte(unchecked: word.end - 1) == UInt8(ascii: "]") ? word.end - 1 : word.end
      if let code = EventFacts.answerCode(bytes, word.start..<end) {
        extraction.event.facts.note(state: code)
      }
    }
    let query = extraction.scanner.paths.name("query")
    extraction.line.add(query, key: name.lowerBound, value: name, escapes: .counted)
    return true
  }

  /// The time before the thread's number: with AM or PM behind it, or with the year first.
  private static func countedTime(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let text = bytes.trimmed(range)
    guard
      let blank = bytes.lastOffset(of: Byte.space, from: text.lowerBound, to: text.upperBound)
    else { return nil }
    let time = bytes.trimmed(text.lowerBound..<blank)
    guard time.count == 17, bytes.byte(unchecked: time.lowerBound + 8) == Byte.space else {
      return LogTime.field(bytes, time)
    }
    // `20240501 10:00:00`
    var date = bytes.copied(time.lowerBound..<time.lowerBound + 8)
    date.insert(Byte.minus, at: 6)
    date.insert(Byte.minus, at: 4)
    return LogTime.dateAndTime(date, bytes, time.lowerBound + 9..<time.upperBound)
  }
}
