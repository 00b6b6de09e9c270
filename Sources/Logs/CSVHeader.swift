import Indicators
import Parsing

/// Recognises the first line of a CSV as its header (`matching.md` §7).
enum CSVHeader {
  /// Rows that are looked at.
  private static let sampleRows = 100

  private static let separators: [UInt8] = [Byte.comma, Byte.tab, UInt8(ascii: ";")]

  /// The header, if the first line holds three different header words or more and else nothing but empty
  /// cells, and 95 % of the first rows are as wide.
  static func recognise(_ bytes: RawSpan, from start: Int, isFinal: Bool) -> LogHeader? {
    guard let front = front(bytes, from: start), front.end < bytes.byteCount,
      !isOther(bytes.byte(at: front.end))
    else { return nil }
    for separator in separators where separator == front.separator ?? separator {
      let parser = CSVParser(delimiter: separator)
      var cells: [CSVCell] = []
      var offset = front.end
      guard parser.next(bytes, at: &offset, isFinal: isFinal, cells: &cells).kind == .row,
        let names = headerWords(bytes, cells)
      else { continue }
      var rows = 0
      var asWide = 0
      while rows < sampleRows {
        let row = parser.next(bytes, at: &offset, isFinal: isFinal, cells: &cells)
        if row.kind == .needMore || row.kind == .endOfInput { break }
        if row.start == row.end { continue }
        rows += 1
        if cells.count == names.count { asWide += 1 }
      }
      if rows > 0, asWide * 100 >= rows * 95 {
        return LogHeader(layout: .csv, separator: separator, names: names)
      }
    }
    return nil
  }

  /// Bytes for which more are waited to tell whether they are a header and its first row.
  private static let mostUndecided = 1 << 16

  /// Whether the bytes, to which more will come, may be a header and no row of it is whole yet.
  static func isUndecided(_ bytes: RawSpan, from start: Int) -> Bool {
    guard start < bytes.byteCount, bytes.byteCount - start <= mostUndecided else { return false }
    guard let front = front(bytes, from: start), front.end < bytes.byteCount else { return true }
    if isOther(bytes.byte(at: front.end)) { return false }
    if bytes.firstOffset(of: Byte.lineFeed, from: front.end, to: bytes.byteCount) == nil {
      return true
    }
    for separator in separators where separator == front.separator ?? separator {
      let parser = CSVParser(delimiter: separator)
      var cells: [CSVCell] = []
      var offset = front.end
      guard parser.next(bytes, at: &offset, isFinal: false, cells: &cells).kind == .row,
        headerWords(bytes, cells) != nil
      else { continue }
      while true {
        let row = parser.next(bytes, at: &offset, isFinal: false, cells: &cells)
        if row.kind == .needMore { return true }
        if row.start < row.end { break }
      }
    }
    return false
  }

  /// Whether a byte begins something else than a CSV.
  private static func isOther(_ first: UInt8) -> Bool {
    first == UInt8(ascii: "#") || first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  // MARK: Before the header

  /// Where the header begins: behind a line for spreadsheets that names the separator (`sep=;`), or one of
  /// PowerShell's that names a type (`#TYPE …`), if there is one; nil where its end is not there.
  private static func front(
    _ bytes: RawSpan, from start: Int
  ) -> (end: Int, separator: UInt8?)? {
    guard start < bytes.byteCount else { return (start, nil) }
    let window = min(bytes.byteCount, start + 1024)
    let end = bytes.firstOffset(of: Byte.lineFeed, from: start, to: window)
    guard isFront(bytes, start..<(end ?? window)) else { return (start, nil) }
    guard let end else { return nil }
    let isNamed = bytes.byte(unchecked: start) != UInt8(ascii: "#")
    let separator = bytes.byte(unchecked: start) == Byte.quote ? start + 5 : start + 4
    return (end + 1, isNamed ? bytes.byte(unchecked: separator) : nil)
  }

  /// Whether a line is such a one.
  static func isFront(_ bytes: RawSpan, _ line: Range<Int>) -> Bool {
    if bytes.starts(with: "#TYPE ", at: line.lowerBound) { return true }
    var word = line
    if word.count > 1, bytes.byte(unchecked: word.upperBound - 1) == Byte.carriageReturn {
      word = word.lowerBound..<word.upperBound - 1
    }
    if word.count == 7, bytes.byte(unchecked: word.lowerBound) == Byte.quote,
      bytes.byte(unchecked: word.upperBound - 1) == Byte.quote
    {
      word = word.lowerBound + 1..<word.upperBound - 1
    }
    return word.count == 5 && bytes.starts(withLowercase: "sep=", at: word.lowerBound)
      && separators.contains(bytes.byte(unchecked: word.upperBound - 1))
  }

  /// The first line as a header, whatever stands in it.
  static func read(_ bytes: RawSpan, from start: Int, separator: UInt8) -> LogHeader? {
    var cells: [CSVCell] = []
    var offset = front(bytes, from: start)?.end ?? start
    let row = CSVParser(delimiter: separator).next(
      bytes, at: &offset, isFinal: true, cells: &cells)
    guard row.kind == .row else { return nil }
    return LogHeader(
      layout: .csv, separator: separator,
      names: cells.indices.map { name(bytes, bytes.trimmed(cells[$0].range), column: $0) })
  }

  /// The cells as names, if each is a header word or empty and there are three different ones or more.
  private static func headerWords(_ bytes: RawSpan, _ cells: [CSVCell]) -> [[UInt8]]? {
    guard cells.count >= 3 else { return nil }
    var names: [[UInt8]] = []
    for cell in cells {
      let word = bytes.trimmed(cell.range)
      guard word.isEmpty || isHeaderWord(bytes, word, isQuoted: cell.wasQuoted) else { return nil }
      names.append(name(bytes, word, column: names.count))
    }
    let words = Set(zip(names, cells).compactMap { $1.range.isEmpty ? nil : $0 })
    return words.count >= 3 ? names : nil
  }

  /// The name of a column: a data frame's index has none of its own.
  private static func name(_ bytes: RawSpan, _ word: Range<Int>, column: Int) -> [UInt8] {
    word.isEmpty ? Array("column\(column + 1)".utf8) : bytes.copied(word)
  }

  /// Whether a cell can name a column: it begins with a letter and holds a few words, and is no value.
  ///
  /// In quotes it may hold what separates cells: that is what they are for.
  private static func isHeaderWord(
    _ bytes: RawSpan, _ range: Range<Int>, isQuoted: Bool
  ) -> Bool {
    guard 1...64 ~= range.count else { return false }
    var blanks = 0
    var next = range.lowerBound
    while next < range.upperBound {
      let offset = next
      let byte = bytes.byte(at: offset)
      var isLetter = (byte | 0x20) &- 0x61 <= 25
      next += 1
      if byte >= 0x80 {
        let character = TextScalar(bytes, at: offset, end: range.upperBound)
        isLetter = character.scalar?.properties.isAlphabetic ?? false
        next = offset + character.length
      }
      let isMark = byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@")
      if offset == range.lowerBound {
        guard isLetter || isMark else { return false }
        continue
      }
      switch byte {
      case Byte.space: blanks += 1
      case _ where isLetter || isMark || byte &- Byte.zero <= 9: break
      case Byte.dot, Byte.minus, Byte.slash, Byte.colon, UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "["), UInt8(ascii: "]"):
        break
      case Byte.comma where isQuoted, UInt8(ascii: ";") where isQuoted: break
      default: return false
      }
    }
    return blanks <= 4 && !isValue(bytes, range)
  }

  /// Whether a word looks like what a column holds rather than like its name.
  private static func isValue(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    if bytes.firstOffset(of: UInt8(ascii: "@"), from: range.lowerBound + 1, to: range.upperBound)
      != nil
    {
      return true
    }
    if range.count > 6, bytes.extracting(range).holds("://") { return true }
    if range.count >= 32, range.allSatisfy({ Hex.value(of: bytes.byte(at: $0)) < 16 }) {
      return true
    }
    guard let dot = bytes.firstOffset(of: Byte.dot, from: range.lowerBound, to: range.upperBound)
    else { return false }
    // `dns.name` is a column of the Elastic common schema, and would be a name as well.
    let shape = NameShape(bytes, range)
    guard shape.isName,
      TopLevelDomains.contains(bytes.extracting(shape.lastLabel..<range.upperBound))
    else { return false }
    let first = String(decoding: bytes.copied(range.lowerBound..<dot), as: UTF8.self).lowercased()
    return !schemaGroups.contains(first)
  }

  private static let schemaGroups: Set<String> = [
    "agent", "client", "cloud", "container", "destination", "dll", "dns", "ecs", "email", "event",
    "file", "group", "host", "http", "id", "log", "network", "observer", "process", "registry",
    "related", "rule", "san", "server", "service", "source", "threat", "tls", "url", "user",
    "user_agent", "winlog", "certificate", "version", "seen", "meta", "tunnel", "data_channel",
    "remote_location", "basic_constraints",
    // Wireshark's protocols.
    "_ws", "arp", "dhcp", "eth", "frame", "icmp", "ip", "ipv6", "quic", "sctp", "smb2", "ssh",
    "tcp", "udp",
  ]
}

extension RawSpan {
  /// Whether a string occurs in the bytes.
  fileprivate func holds(_ word: StaticString) -> Bool {
    for offset in 0...max(0, byteCount - word.utf8CodeUnitCount)
    where starts(with: word, at: offset) {
      return true
    }
    return false
  }
}
