import Indicators
import Parsing

/// Recognises the first line of a CSV as its header (`Matching.md` §7).
enum CSVHeader {
  /// Rows that are looked at.
  private static let sampleRows = 100

  private static let separators: [UInt8] = [Byte.comma, Byte.tab, UInt8(ascii: ";"), bar]
  private static let bar = UInt8(ascii: "|")

  /// The header, if the first line holds at least three different header words and no value, and
  /// 95 % of the first rows are as wide.
  ///
  /// If bars separate the words, as they may in prose as well, at least two must be names of known
  /// fields, or all must be in quotes.
  static func recognise(_ bytes: RawSpan, from start: Int, isFinal: Bool) -> LogHeader? {
    guard let front = front(bytes, from: start), front.end < bytes.byteCount,
      !isOther(bytes.byte(at: front.end))
    else { return nil }
    for separator in separators where separator == front.separator ?? separator {
      let parser = CSVParser(of: separator)
      var cells: [CSVCell] = []
      var offset = front.end
      guard parser.next(bytes, at: &offset, isFinal: isFinal, cells: &cells).kind == .row,
        let header = header(bytes, cells),
        front.separator != nil || isTable(header, cells, separator)
      else { continue }
      let names = header.names
      var isHeader = true
      var rows = 0
      var asWide = 0
      while rows < sampleRows {
        let row = parser.next(bytes, at: &offset, isFinal: isFinal, cells: &cells)
        if row.kind == .needMore || row.kind == .endOfInput { break }
        if isEmpty(bytes, row, cells) { continue }
        rows += 1
        if cells.count == names.count { asWide += 1 }
        for column in header.likeNames where column < cells.count {
          if endsAlike(bytes, bytes.trimmed(cells[column].range), names[column]) {
            isHeader = false
          }
        }
        for column in header.doubtful where column < cells.count {
          if isName(bytes, bytes.trimmed(cells[column].range)) { isHeader = false }
        }
      }
      if isHeader, rows > 0, asWide * 100 >= rows * 95 {
        return LogHeader(.init(layout: .csv, separator: separator, names: names))
      }
    }
    return nil
  }

  /// The number of bytes up to which more are awaited to tell whether they are a header and its
  /// first row.
  private static let mostUndecided = 1 << 16

  /// Whether the bytes, which more will follow, may be a header without a complete row yet.
  static func isUndecided(_ bytes: RawSpan, from start: Int) -> Bool {
    guard start < bytes.byteCount, bytes.byteCount - start <= mostUndecided else { return false }
    guard let front = front(bytes, from: start), front.end < bytes.byteCount else { return true }
    if isOther(bytes.byte(at: front.end)) { return false }
    if bytes.firstOffset(of: Byte.lineFeed, from: front.end, to: bytes.byteCount) == nil {
      return true
    }
    for separator in separators where separator == front.separator ?? separator {
      let parser = CSVParser(of: separator)
      var cells: [CSVCell] = []
      var offset = front.end
      guard parser.next(bytes, at: &offset, isFinal: false, cells: &cells).kind == .row,
        let header = header(bytes, cells),
        front.separator != nil || isTable(header, cells, separator)
      else { continue }
      while true {
        let row = parser.next(bytes, at: &offset, isFinal: false, cells: &cells)
        if row.kind == .needMore { return true }
        if !isEmpty(bytes, row, cells) { break }
      }
    }
    return false
  }

  /// Whether a row holds nothing, or only padding: blanks, or the NULs behind the end of a file whose
  /// blocks were allotted before they were written.
  private static func isEmpty(_ bytes: RawSpan, _ row: CSVRow, _ cells: [CSVCell]) -> Bool {
    cells.count == 1 && bytes.withoutPadding(row.range).isEmpty
  }

  /// Whether a byte begins something else than a CSV.
  private static func isOther(_ first: UInt8) -> Bool {
    first == UInt8(ascii: "#") || first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  // MARK: Before the header

  /// Where the header begins, and the separator if a line before the header names it.
  ///
  /// Such a line is written for spreadsheets (`sep=;`); PowerShell writes one that names a type
  /// (`#TYPE …`). Nil if the end of the line is not among the bytes.
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

  /// Whether a line is one that may come before the header (`front`).
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
    return word.count == 5 && bytes.starts(ignoringCase: "sep=", at: word.lowerBound)
      && separators.contains(bytes.byte(unchecked: word.upperBound - 1))
  }

  /// The first line as the header of a table, for a format that was given.
  ///
  /// If the line holds a value, it is a row as well (`isRow`), and the columns are named by their
  /// numbers. If `separator` is nil, it is the one that a line before the header names, or else the
  /// one that cuts the header into the most cells.
  static func read(
    _ bytes: RawSpan, from start: Int, separator: UInt8?
  ) -> (header: LogHeader, isRow: Bool)? {
    let front = front(bytes, from: start)
    let first = front?.end ?? start
    var found: (header: LogHeader, isRow: Bool)?
    for candidate in separators where candidate == separator ?? front?.separator ?? candidate {
      var cells: [CSVCell] = []
      var offset = first
      let row = CSVParser(of: candidate).next(
        bytes, at: &offset, isFinal: true, cells: &cells)
      let most = found?.header.lines.names.count ?? 0
      // Bars occur in values as well, so they count only if nothing else separates cells.
      guard row.kind == .row, cells.count > most, candidate != bar || most <= 1 else { continue }
      let isRow = cells.contains {
        let word = bytes.trimmed($0.range)
        return !word.isEmpty && classify(bytes, word, isQuoted: $0.wasQuoted) == .value
      }
      let names = cells.indices.map {
        name(bytes, isRow ? 0..<0 : bytes.trimmed(cells[$0].range), column: $0)
      }
      let header = LogHeader(.init(layout: .csv, separator: candidate, names: names))
      found = (header, isRow)
    }
    return found
  }

  /// What a cell of the first line is.
  private enum CellKind {
    /// It can name a column.
    case word
    /// It can, but could also be a value: a name whose last label is a word, as `trace.id`.
    case likeName
    /// It could just as well be a value, and names a column only if enough other names have dots
    /// and cannot be values: `src.process.pid`.
    case doubtful
    /// It names a column only if enough others do: `%`, `Is it?`, a whole sentence.
    case odd
    /// It is a value, which names no column.
    case value
  }

  /// Names of columns, and the columns whose names could be values.
  private struct Names {
    var names: [[UInt8]] = []
    var likeNames: [Int] = []
    var doubtful: [Int] = []
  }

  /// The cells as names of columns, if at least three different ones are header words and none is a
  /// value.
  private static func header(_ bytes: RawSpan, _ cells: [CSVCell]) -> Names? {
    // A line with fewer columns is no header; one with more than are kept need not be examined.
    guard 3...LogHeader.mostColumns ~= cells.count else { return nil }
    var header = Names()
    var words: Set<[UInt8]> = []
    var (odd, dotted) = (0, 0)
    for cell in cells {
      let word = bytes.trimmed(cell.range)
      let name = name(bytes, word, column: header.names.count)
      if !word.isEmpty {
        switch classify(bytes, word, isQuoted: cell.wasQuoted) {
        case .word:
          words.insert(name)
          if name.contains(Byte.dot) { dotted += 1 }
        case .likeName:
          words.insert(name)
          header.likeNames.append(header.names.count)
        case .doubtful:
          words.insert(name)
          header.doubtful.append(header.names.count)
        case .odd: odd += 1
        case .value: return nil
        }
      }
      header.names.append(name)
    }
    if !header.doubtful.isEmpty, dotted < leastDotted { return nil }
    return words.count >= (odd == 0 ? 3 : max(5, 3 * odd)) ? header : nil
  }

  /// How many names between bars must be those of known fields.
  private static let leastKnown = 2

  /// Whether names with a separator between them may be those of a table.
  private static func isTable(
    _ header: Names, _ cells: [CSVCell], _ separator: UInt8
  ) -> Bool {
    // No prose has quotes around all that is between bars.
    guard separator == bar, !cells.allSatisfy(\.wasQuoted) else { return true }
    let known = header.names.lazy.filter { name in
      let field = FieldClass(key: name.rawSpan)
      return field.role != .none || field.fact != .none || field.traits.contains(.nameTyped)
    }
    return known.prefix(leastKnown).count == leastKnown
  }

  /// How many names with dots that cannot be values must vouch for those that could be.
  private static let leastDotted = 2

  /// Whether a cell is a name with a top-level domain.
  private static func isName(_ bytes: RawSpan, _ cell: Range<Int>) -> Bool {
    let shape = NameShape(bytes, cell)
    return shape.isName
      && TopLevelDomains.contains(bytes.extracting(shape.lastLabel..<cell.upperBound))
  }

  /// Whether a cell is a name with the same last label as the column's name.
  private static func endsAlike(_ bytes: RawSpan, _ cell: Range<Int>, _ name: [UInt8]) -> Bool {
    let shape = NameShape(bytes, cell)
    guard shape.isName, let dot = name.lastIndex(of: Byte.dot) else { return false }
    let label = name[(dot + 1)...]
    return cell.upperBound - shape.lastLabel == label.count
      && zip(shape.lastLabel..<cell.upperBound, label).allSatisfy {
        bytes.byte(at: $0) | 0x20 == $1 | 0x20
      }
  }

  /// The name of a column, by its number if it has none, as the index of a data frame.
  private static func name(_ bytes: RawSpan, _ word: Range<Int>, column: Int) -> [UInt8] {
    word.isEmpty ? Array("column\(column + 1)".utf8) : bytes.copied(word)
  }

  /// The most bytes and blanks of a cell that can name a column; an odd one may have more.
  private static let most = (bytes: 64, blanks: 4, oddBytes: 128, oddBlanks: 16)

  /// The most bytes of the name of a column that is the path of a member of a record which was
  /// flattened (`requestParameters.filterSet.items[0].name`).
  private static let mostOfPath = 256

  /// Whether a name is such a path: of its components none is longer than other names are.
  private static func isPath(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count <= mostOfPath else { return false }
    var start = range.lowerBound
    for offset in range {
      let byte = bytes.byte(at: offset)
      switch byte {
      case Byte.dot, UInt8(ascii: "["), UInt8(ascii: "]"): start = offset + 1
      case _ where Byte.isLetter(byte) || Byte.isDigit(byte): break
      case UInt8(ascii: "_"), Byte.minus: break
      default: return false
      }
      if offset - start >= most.bytes { return false }
    }
    return true
  }

  /// What a cell is: one that names a column begins with a letter and holds a few words.
  ///
  /// In quotes it may hold characters that separate cells.
  private static func classify(
    _ bytes: RawSpan, _ range: Range<Int>, isQuoted: Bool
  ) -> CellKind {
    var isOdd = range.count > most.bytes && !isPath(bytes, range)
    guard range.count <= most.oddBytes || !isOdd else { return .value }
    var blanks = 0
    var digits = 0
    var letters = 0
    var next = range.lowerBound
    while next < range.upperBound {
      let offset = next
      let byte = bytes.byte(at: offset)
      var isLetter = Byte.isLetter(byte)
      next += 1
      if byte >= 0x80 {
        let character = TextScalar(bytes, at: offset, end: range.upperBound)
        isLetter = character.scalar?.properties.isAlphabetic ?? false
        next = offset + character.length
        // No-break spaces and typographic signs are allowed, but odd.
        guard isLetter || character.scalar != nil else { return .value }
        if !isLetter { isOdd = true }
      }
      if isLetter { letters += 1 }
      let isMark = byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@")
      if offset == range.lowerBound {
        if isLetter || isMark { continue }
        isOdd = true
      }
      switch byte {
      case Byte.space: blanks += 1
      case _ where isLetter || isMark || byte >= 0x80: break
      case _ where Byte.isDigit(byte): digits += 1
      case Byte.slash, Byte.minus, Byte.dot, Byte.colon:
        // A path, a number, a time.
        if offset == range.lowerBound { return .value }
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "%"),
        UInt8(ascii: "["), UInt8(ascii: "]"):
        break
      case UInt8(ascii: "?"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "*"),
        UInt8(ascii: "+"), UInt8(ascii: "'"):
        isOdd = true
      case Byte.comma where isQuoted, UInt8(ascii: ";") where isQuoted: break
      default: return .value
      }
    }
    if letters == 0, digits > 0 || range.count > 1 { return .value }
    // A time, as `2024-05-01T10:00:00Z`, has more digits than letters.
    if isOdd, digits > letters { return .value }
    if blanks > most.oddBlanks { return .value }
    if blanks > most.blanks { isOdd = true }
    switch classifyName(bytes, range) {
    case .word: return isOdd ? .odd : .word
    case let other: return other
    }
  }

  /// What a cell is, by whether it looks like a value of a column rather than its name.
  private static func classifyName(_ bytes: RawSpan, _ range: Range<Int>) -> CellKind {
    if let at = bytes.firstOffset(
      of: UInt8(ascii: "@"), from: range.lowerBound + 1, to: range.upperBound)
    {
      // `protoPayload.@type` of Google's exports; no address has a dot there.
      if bytes.byte(at: at - 1) != Byte.dot { return .value }
    }
    if range.count > 6, bytes.extracting(range).holds("://") { return .value }
    if IPAddressText.ipv6(bytes, range) != nil { return .value }
    if range.count >= 32, range.allSatisfy({ Hex.value(of: bytes.byte(at: $0)) < 16 }) {
      return .value
    }
    guard let dot = bytes.firstOffset(of: Byte.dot, from: range.lowerBound, to: range.upperBound)
    else { return .word }
    // `dns.name` is a column of the Elastic Common Schema, but could be a host's name as well.
    let shape = NameShape(bytes, range)
    let label = bytes.extracting(shape.lastLabel..<range.upperBound)
    guard shape.isName, TopLevelDomains.contains(label) else { return .word }
    let first = String(decoding: bytes.copied(range.lowerBound..<dot), as: UTF8.self).lowercased()
    if schemaGroups.contains(first) { return .word }
    let last = String(decoding: label.copied(0..<label.byteCount), as: UTF8.self).lowercased()
    if schemaKeys.contains(last) { return .likeName }
    return first == "www" ? .value : .doubtful
  }

  /// Top-level domains that are more often keys of schemas.
  private static let schemaKeys: Set<String> = [
    "app", "cloud", "date", "domains", "email", "group", "host", "id", "info", "link", "media",
    "name", "network", "report", "review", "services", "site", "software", "support", "systems",
    "zone",
  ]

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
