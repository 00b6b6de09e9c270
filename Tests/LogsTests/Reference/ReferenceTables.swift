/// The header of a Zeek log, and the rows under it (§7).
struct ReferenceZeekHeader {
  private var separator: [UInt8] = [0x09]
  private var setSeparator: [UInt8] = [0x2C]
  private var empty: [UInt8] = Array("(empty)".utf8)
  private var unset: [UInt8] = [0x2D]
  private(set) var names: [[UInt8]] = []
  private var types: [[UInt8]] = []

  mutating func read(_ line: [UInt8]) {
    if line.starts(with: "#separator ".utf8) {
      // A new log begins, whose header may leave lines out.
      guard let named = Self.separator(line) else { return }
      self = ReferenceZeekHeader()
      separator = named
      return
    }
    let words = referenceSplit(ReferenceText(line), at: separator).map(\.bytes)
    switch String(decoding: words[0], as: UTF8.self) {
    case "#set_separator":
      if words.count > 1, let byte = words[1].first, !Self.isOfValues(byte) {
        setSeparator = words[1]
      }
    case "#empty_field", "#unset_field":
      guard words.count > 1, !words[1].contains(0x2E), !words[1].contains(0x3A) else { return }
      if words[0].starts(with: "#empty".utf8) { empty = words[1] } else { unset = words[1] }
    case "#fields": (names, types) = (Array(words[1...]), [])
    case "#types": types = Array(words[1...])
    default: break
    }
  }

  /// The separator that a line names, which is always one byte, and none that names or addresses hold.
  static func separator(_ line: [UInt8]) -> [UInt8]? {
    guard line.starts(with: "#separator ".utf8), line.count > 11 else { return [0x09] }
    let named = Array(unescaped(ReferenceText(Array(line[11...]))).bytes.prefix(1))
    return isOfValues(named[0]) ? nil : named
  }

  private static func isOfValues(_ byte: UInt8) -> Bool {
    byte == 0 || byte == 0x2E || byte == 0x2D
      || byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || 0x30...0x39 ~= byte)
  }

  /// The cells of a row as members, or nil where it has another width.
  func members(_ row: ReferenceText) -> [(key: [UInt8], value: ReferenceNode)]? {
    let cells = referenceSplit(row, at: separator)
    guard !names.isEmpty, cells.count == names.count, !row.isLikeRecord,
      cells.count > 1 ? !holdsWords(cells) : cells[0].isOnlyColumn
    else { return nil }
    var members: [(key: [UInt8], value: ReferenceNode)] = []
    for (column, cell) in cells.enumerated() where cell.bytes != unset && cell.bytes != empty {
      let type = column < types.count ? String(decoding: types[column], as: UTF8.self) : "string"
      members.append((names[column], node(cell, type: type)))
    }
    return members
  }

  private static let types = ["addr", "subnet", "string", "enum", "pattern", "file", "func"]
  private static let number = ReferencePattern(#"\A(?:[0-9+,.eE-]*|[TF])\z"#)
  private static let time = ReferencePattern(
    #"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?\z"#
  )

  /// Whether a column of numbers, times or truth values holds a word: between tabs it may, as in no sentence.
  private func holdsWords(_ cells: [ReferenceText]) -> Bool {
    separator != [0x09]
      && zip(cells, types).contains { cell, type in
        let type = String(decoding: type, as: UTF8.self)
        let element = type.split(separator: "[").last?.prefix { $0 != "]" } ?? ""
        return cell.bytes != unset && cell.bytes != empty
          && !Self.types.contains(String(element)) && !Self.number.matches(cell.bytes)
          && !(type == "time" && Self.time.matches(cell.bytes))
      }
  }

  private func node(_ cell: ReferenceText, type: String) -> ReferenceNode {
    for container in ["set[", "vector[", "table["] where type.hasPrefix(container) {
      let element = String(type.dropFirst(container.count).dropLast())
      let elements = referenceSplit(cell, at: setSeparator)
      return .array(
        elements.filter { $0.bytes != unset && $0.bytes != empty }.map { node($0, type: element) })
    }
    guard Self.types.contains(type) else {
      return .plain(cell.bytes)
    }
    return .string(Self.unescaped(cell), isQuoted: false)
  }

  /// Undoes `\xNN` and `\\`.
  static func unescaped(_ cell: ReferenceText) -> ReferenceText {
    var output = ReferenceText()
    var index = 0
    while index < cell.count {
      let rest = Array(cell.bytes[index...].prefix(4))
      if rest.starts(with: [0x5C, 0x5C]) {
        output.append(0x5C, from: cell.offsets[index])
        index += 2
      } else if rest.count == 4, rest.starts(with: [0x5C, 0x78]),
        rest[2...].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
      {
        output.append(
          referenceHexValue(rest[2]) << 4 | referenceHexValue(rest[3]), from: cell.offsets[index])
        index += 4
      } else {
        output.append(rest[0], from: cell.offsets[index])
        index += 1
      }
    }
    return output
  }
}

/// The header of a W3C extended log, and the rows under it (§7).
struct ReferenceW3CHeader {
  private enum Separator { case blanks, tab, comma }
  private var separator = Separator.blanks
  private var names: [[UInt8]]
  /// It is no header of a flow log.
  private let mayNameTimes: Bool

  init(names: [[UInt8]] = []) { (self.names, mayNameTimes) = (names, names.isEmpty) }

  /// The cells of a row of the right width.
  func cells(of row: ReferenceText) -> [[UInt8]]? {
    let cells = cells(row)
    return cells.count == names.count ? cells.map(\.text.bytes) : nil
  }

  mutating func read(_ line: [UInt8]) {
    guard line.starts(with: "#Fields:".utf8) else { return }
    var list = Array(line[8...])
    while let first = list.first, first == 0x20 || first == 0x09 { list.removeFirst() }
    while let last = list.last, last == 0x20 || last == 0x09 { list.removeLast() }
    let blanks = list.contains(0x20)
    separator = list.contains(0x09) ? .tab : !blanks && list.contains(0x2C) ? .comma : .blanks
    names = cells(ReferenceText(list)).map(\.text.bytes)
  }

  /// The cells of a row as members, or nil where it has another width.
  func members(_ row: ReferenceText) -> [(key: [UInt8], value: ReferenceNode)]? {
    let cells = cells(row)
    guard !names.isEmpty, cells.count == names.count, !row.isLikeRecord,
      cells.count > 1 || cells[0].text.isOnlyColumn, mayTellTime(cells)
    else { return nil }
    return zip(names, cells).filter { $0.1.text.bytes != [0x2D] }.map {
      ($0, .string($1.text, isQuoted: $1.isQuoted))
    }
  }

  private static let opening = ##"\A[ "'\[]*+"##
  private static let noAddress = #"(?![0-9]++\.[0-9]++\.[0-9]++\.[0-9])"#
  private static let dayFirst = ReferencePattern(
    opening + "(?:" + noAddress + #"[0-9]++(?!:)|[A-Za-z]{3,}+[-/.][0-9])"#)
  private static let timeFirst = ReferencePattern(
    opening + "T?+" + noAddress + "(?![0-9]{3,}+:)[0-9]")

  /// Whether the first columns of a day and of a time of day hold these, or nothing.
  private func mayTellTime(_ cells: [ReferenceCSV.Cell]) -> Bool {
    guard mayNameTimes else { return true }
    return [("date", Self.dayFirst), ("time", Self.timeFirst)].allSatisfy { name, pattern in
      let index = names.firstIndex { referenceLowercased($0) == Array(name.utf8) }
      guard let cell = index.map({ cells[$0].text.bytes }), !cell.isEmpty, cell != [0x2D] else {
        return true
      }
      return pattern.matches(cell)
    }
  }

  private func cells(_ row: ReferenceText) -> [ReferenceCSV.Cell] {
    switch separator {
    case .comma: ReferenceCSV.row(row, at: 0, limit: row.count).cells
    case .tab:
      referenceSplit(row, at: [0x09]).map { ReferenceCSV.Cell(text: $0, isQuoted: false) }
    case .blanks: blankSeparated(row)
    }
  }

  private func blankSeparated(_ row: ReferenceText) -> [ReferenceCSV.Cell] {
    var cells: [ReferenceCSV.Cell] = []
    var index = 0
    func isBlank(_ index: Int) -> Bool { row.bytes[index] == 0x20 || row.bytes[index] == 0x09 }
    while index < row.count {
      if isBlank(index) {
        index += 1
        continue
      }
      if let (cell, next) = ReferenceCSV.quoted(row, at: index, until: row.count),
        next == row.count || isBlank(next)
      {
        cells.append(ReferenceCSV.Cell(text: cell, isQuoted: true))
        index = next
        continue
      }
      var end = index
      while end < row.count, !isBlank(end) { end += 1 }
      cells.append(ReferenceCSV.Cell(text: row.part(index..<end), isQuoted: false))
      index = end
    }
    return cells
  }
}

/// The header of an Amazon VPC flow log, and the rows under it.
struct ReferenceFlowHeader {
  private static let pattern = ReferencePattern(#"\A[a-z-][a-z0-9-]*(?: [a-z-][a-z0-9-]*){4,}\z"#)
  private let names: [[UInt8]]

  /// nil where the line is none: five words or more in lower case, none twice, with both endpoints
  /// among them.
  init?(_ line: [UInt8]) {
    guard line.count <= 2048, Self.pattern.matches(line) else { return nil }
    names = line.split(separator: 0x20).map(Array.init)
    let words = Set(names.map { String(decoding: $0, as: UTF8.self) })
    guard words.count == names.count,
      words.isSuperset(of: ["srcaddr", "dstaddr"])
        || words.isSuperset(of: ["pkt-srcaddr", "pkt-dstaddr"])
    else { return nil }
  }

  /// The cells of a row as members, or nil where it is none.
  func members(_ row: ReferenceText) -> [(key: [UInt8], value: ReferenceNode)]? {
    let header = ReferenceW3CHeader(names: names)
    guard let members = header.members(row), let cells = header.cells(of: row),
      let column = names.firstIndex(where: { $0.suffix(7).elementsEqual("srcaddr".utf8) })
    else { return nil }
    let address = cells[column]
    guard
      address == [0x2D] || ReferenceAddress.ipv4(address) != nil
        || ReferenceAddress.ipv6(address) != nil
    else { return nil }
    return members
  }
}

/// Comma-separated values (RFC 4180), also separated by semicolons or tabs.
enum ReferenceCSV {
  struct Cell {
    var text: ReferenceText
    var isQuoted: Bool
  }

  private static let frontLine = ReferencePattern(
    #"\A(?:(?i:sep)=([,;\t|])\r?\n|"(?i:sep)=([,;\t|])"\r?\n|#TYPE [^\n]{0,1000}\n)"#)

  /// The line before a header that names the separator, or PowerShell's that names a type.
  static func front(_ bytes: [UInt8]) -> (length: Int, separator: UInt8?) {
    guard let groups = frontLine.first(in: bytes[...].prefix(1024)), let whole = groups[0] else {
      return (0, nil)
    }
    let named = groups[1] ?? groups[2]
    return (whole.count, named.map { bytes[$0.lowerBound] })
  }

  /// Whether a first line is a header: three distinct words or more, and nothing that is no word.
  static func isHeader(_ cells: [Cell]) -> Bool {
    let names = cells.map { String(decoding: trimmed($0.text.bytes), as: UTF8.self) }
    guard 3...4096 ~= names.count, Set(names).count == names.count else { return false }
    return zip(cells, names).allSatisfy { cell, name in
      guard let first = name.unicodeScalars.first,
        first.properties.isAlphabetic || first == "_" || first == "@"
      else { return false }
      if name.utf8.count > 64 { return path.matches(Array(name.utf8)) }
      return name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0)
          || " _-.@()/#%:".unicodeScalars.contains($0)
          || cell.isQuoted && ",;".unicodeScalars.contains($0)
      }
    }
  }

  /// The path of a member of a record that was flattened.
  private static let path = ReferencePattern(
    #"\A(?=.{0,256}\z)[A-Za-z0-9_-]{0,64}(?:[.\[\]][A-Za-z0-9_-]{0,64})*+\z"#)

  /// Names of which a table between bars has two.
  private static let known: Set<String> = [
    "time", "timestamp", "date", "ts", "host", "hostname", "query", "srcip", "dstip", "sourceip",
    "destinationip", "srcport", "dstport", "url", "uri", "method", "action", "domain",
  ]

  /// Whether two names are known, or all are in quotes.
  static func mayStandBetweenBars(_ names: [[UInt8]], _ cells: [Cell]) -> Bool {
    cells.allSatisfy(\.isQuoted)
      || names.filter { known.contains(referenceFolded($0, digits: true)) }.count >= 2
  }

  /// Without blanks at the ends.
  static func trimmed(_ cell: [UInt8]) -> [UInt8] {
    var cell = cell[...]
    while let first = cell.first, first == 0x20 || first == 0x09 { cell.removeFirst() }
    while let last = cell.last, last == 0x20 || last == 0x09 { cell.removeLast() }
    return Array(cell)
  }

  /// A quoted cell's text and the place after its closing quote.
  static func quoted(
    _ text: ReferenceText, at start: Int, until end: Int
  ) -> (ReferenceText, Int)? {
    guard start < end, text.bytes[start] == 0x22 else { return nil }
    var cell = ReferenceText()
    var index = start + 1
    while index < end {
      let place = text.offsets[index]
      if text.bytes[index] == 0x22 {
        guard index + 1 < end, text.bytes[index + 1] == 0x22 else { return (cell, index + 1) }
        index += 1
      }
      cell.append(text.bytes[index], from: place)
      index += 1
    }
    return nil
  }

  /// The cells of the row that begins here, and where the next row begins.
  static func row(
    _ text: ReferenceText, at start: Int, separator: UInt8 = 0x2C, limit: Int
  ) -> (cells: [Cell], next: Int) {
    var limit = min(text.count, start + limit)
    // Between tabs quotes hold no line ends.
    if separator == 0x09 {
      limit = text.bytes[start..<limit].firstIndex(of: 0x0A) ?? limit
    }
    var cells: [Cell] = []
    var index = start
    func isBlank(_ index: Int) -> Bool { text.bytes[index] == 0x20 || text.bytes[index] == 0x09 }
    func isEnd(_ index: Int) -> Bool { index >= text.count || text.bytes[index] == 0x0A }
    while true {
      if let (cell, next) = quoted(text, at: index, until: limit),
        isEnd(next) || text.bytes[next] == separator || text.bytes[next] == 0x0D && isEnd(next + 1)
      {
        cells.append(Cell(text: cell, isQuoted: true))
        index = next
        if !isEnd(index), text.bytes[index] == 0x0D { index += 1 }
      } else {
        var end = index
        while !isEnd(end), text.bytes[end] != separator { end += 1 }
        let isWindows = isEnd(end) && end > index && text.bytes[end - 1] == 0x0D
        var (first, last) = (index, isWindows ? end - 1 : end)
        while first < last, isBlank(first) { first += 1 }
        while first < last, isBlank(last - 1) { last -= 1 }
        cells.append(Cell(text: text.part(first..<last), isQuoted: false))
        index = end
      }
      if isEnd(index) { return (cells, index + 1) }
      index += 1
    }
  }
}

extension ReferenceCSV {
  /// The rows that a row of several lines is: itself, or its lines where most of them are as wide as the header.
  static func lines(
    _ text: ReferenceText, _ row: Range<Int>, separator: UInt8, width: Int
  ) -> [(start: Int, cells: [Cell])]? {
    let lines = text.bytes[row].split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count > 1, width >= 3 else { return nil }
    let rows = lines.map { line in
      // What is behind the line does not close its quotes.
      let own = text.part(0..<line.endIndex)
      return (
        start: line.startIndex,
        cells: Self.row(own, at: line.startIndex, separator: separator, limit: own.count).cells
      )
    }
    let wide = rows.filter { $0.cells.count == width }.count
    let inner = rows.dropFirst().dropLast()
    let wideInner = inner.filter { $0.cells.count == width }.count
    let areRows = inner.isEmpty ? wide == rows.count : wideInner * 2 > inner.count
    return areRows && wide * (width - 1) >= 8 ? rows : nil
  }
}

/// The parts of a text between separators.
func referenceSplit(_ text: ReferenceText, at separator: [UInt8]) -> [ReferenceText] {
  guard !separator.isEmpty else { return [text] }
  var parts: [ReferenceText] = []
  var (start, index) = (0, 0)
  while index < text.count {
    if text.bytes[index...].starts(with: separator) {
      parts.append(text.part(start..<index))
      index += separator.count
      start = index
    } else {
      index += 1
    }
  }
  parts.append(text.part(start..<text.count))
  return parts
}
