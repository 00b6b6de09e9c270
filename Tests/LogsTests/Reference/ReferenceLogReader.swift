import Indicators

/// Walks a log and decides what each line is (§7).
struct ReferenceLogReader {
  let text: ReferenceText
  let lineLimit: Int
  private let lineEnds: [Int]
  var output: [ReferenceObservable] = []

  init(_ text: ReferenceText, lineLimit: Int) {
    self.text = text
    self.lineLimit = lineLimit
    lineEnds = text.bytes.indices.filter { text.bytes[$0] == 0x0A }
  }

  /// The format is the file's, but a header in the middle of a file changes it as well, so that logs
  /// that were put one behind the other are read.
  mutating func read() {
    if isW3C() {
      readW3C(from: 0)
    } else if !readCSV() {
      // The header of a flow log may begin with any column where it is the file's first line.
      let first = lines().first ?? 0..<0
      if first.lowerBound == 0, first.count <= lineLimit,
        let header = ReferenceFlowHeader(Array(text.bytes[first]))
      {
        readLines(from: lineEnd(0) + 1, rows: header.members)
      } else {
        readLines(from: 0)
      }
    }
  }

  // MARK: Lines

  private func begins(_ line: Range<Int>, with word: String) -> Bool {
    text.bytes[line].starts(with: word.utf8)
  }

  private func beginsZeek(_ line: Range<Int>) -> Bool {
    begins(line, with: "#separator")
      && ReferenceZeekHeader.separator(Array(text.bytes[line])) != nil
  }

  /// The number, from 1, of the line that holds a byte.
  private func lineNumber(_ index: Int) -> Int {
    var (low, high) = (0, lineEnds.count)
    while low < high {
      let middle = (low + high) / 2
      if lineEnds[middle] < index { low = middle + 1 } else { high = middle }
    }
    return low + 1
  }

  /// Where the line of a byte ends, its terminator left out.
  private func lineEnd(_ index: Int) -> Int {
    let number = lineNumber(index) - 1
    return number < lineEnds.count ? lineEnds[number] : text.count
  }

  /// The lines from a place on, as ranges without their terminators.
  private func lines(from place: Int = 0) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = place
    while start < text.count {
      let end = lineEnd(start)
      lines.append(text.content(of: start..<end))
      start = end + 1
    }
    return lines
  }

  /// A time in seconds with words behind it is no list of one number.
  private static let bracketedTime = ReferencePattern(
    #"\A\[(?:[0-9]{10}(?:\.[0-9]{0,9})?\] [A-Za-z]| {0,8}[0-9]{1,10}\.[0-9]{6}\] )"#)

  private func isBlank(_ index: Int) -> Bool {
    [0x20, 0x09, 0x0D, 0].contains(text.bytes[index])
  }

  /// Line by line: records where they parse, text where they do not.
  ///
  /// `rows` takes the rows of a header that was read: of a Zeek log that is closed, of a flow log.
  private mutating func readLines(
    from start: Int,
    rows: ((ReferenceText) -> [(key: [UInt8], value: ReferenceNode)]?)? = nil
  ) {
    var rows = rows
    var position = start
    while position < text.count {
      let end = lineEnd(position)
      let isLineStart = position == 0 || text.bytes[position - 1] == 0x0A
      if let rows, isLineStart, position < end, text.bytes[position] != 0x23 {
        let row = text.content(of: position..<end)
        if row.count <= lineLimit, let members = rows(text.part(row)) {
          emit(.object(members), at: position, .row)
          position = end + 1
          continue
        }
      }
      if isLineStart {
        if beginsZeek(text.content(of: position..<end)) { return readZeek(from: position) }
        if begins(position..<end, with: "#Fields:") { return readW3C(from: position) }
        let line = text.content(of: position..<end)
        if begins(line, with: "version "), end - position <= lineLimit,
          let header = ReferenceFlowHeader(Array(text.bytes[line]))
        {
          rows = header.members
          position = end + 1
          continue
        }
      }
      var first = position
      while first < end, isBlank(first) { first += 1 }
      let isTime =
        isLineStart && first == position && Self.bracketedTime.matches(text.bytes[first..<end])
      if first < end, !isTime, [0x7B, 0x5B].contains(text.bytes[first]),
        let next = readRecord(at: first)
      {
        position = next
        continue
      }
      readText(position..<end, isWhole: isLineStart)
      position = end + 1
    }
  }

  /// A line that is a record of its own; else text.
  private mutating func readText(_ range: Range<Int>, isWhole: Bool = true) {
    guard !range.isEmpty else { return }
    let line = lineNumber(range.lowerBound)
    guard range.count <= lineLimit else {
      readPieces(range, line: line)
      return
    }
    if isWhole, let record = ReferenceLine(text.part(range), isWhole: true) {
      output += record.observables(line: line)
    } else {
      output += Self.textObservables(text.part(range), line: line)
    }
  }

  /// Text: what stands before a record that is the rest of the line, and that record.
  ///
  /// `outer` is the field of the record that the text stands in.
  static func textObservables(
    _ whole: ReferenceText, line: Int, in outer: [UInt8]? = nil
  ) -> [ReferenceObservable] {
    guard let (start, node) = tail(of: whole) else { return scan(whole, line: line, in: outer) }
    var record = ReferenceRecord(
      line: line, outerField: outer ?? Array("text".utf8), mayNest: false)
    record.mayWrap = outer == nil
    record.walk(node, keys: [])
    return scan(whole.part(0..<start), line: line, in: outer) + record.output
  }

  /// The record in JSON that a text ends with, and where it begins.
  static func tail(of whole: ReferenceText) -> (start: Int, node: ReferenceNode)? {
    for start in 0..<whole.count where ReferenceRecord.beginsLikeRecord(whole.bytes[start...]) {
      if let node = ReferenceJSON.whole(whole, from: start) { return (start, node) }
    }
    return nil
  }

  private static func scan(
    _ part: ReferenceText, line: Int, in outer: [UInt8]?
  ) -> [ReferenceObservable] {
    var record = ReferenceRecord(line: line, outerField: outer, mayNest: false)
    record.walk(.string(part, isQuoted: false), keys: [])
    return record.output
  }

  /// Where a piece ends: at the limit, or before the character that stands across it.
  private func cut(near end: Int) -> Int {
    for start in max(0, end - 3)..<end {
      for length in (end - start + 1)...4 where start + length <= text.count {
        let bytes = Array(text.bytes[start..<start + length])
        if let scalar = String(validating: bytes, as: UTF8.self), scalar.unicodeScalars.count == 1 {
          return start
        }
      }
    }
    return end
  }

  /// An over-long line, in pieces; what touches a cut is dropped (§1.5).
  private mutating func readPieces(_ range: Range<Int>, line: Int) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(cut(near: start + lineLimit), range.upperBound)
      let piece = text.part(start..<end)
      for value in ReferenceScanner.scan(piece, field: .text) {
        if value.extent.lowerBound == 0, start > range.lowerBound { continue }
        if value.extent.upperBound == piece.count, end < range.upperBound { continue }
        output.append(
          ReferenceObservable(
            kind: value.kind.name, field: Array("text".utf8), value: value.value, line: line,
            offset: piece.offsets[value.start], port: value.port))
      }
      start = end
    }
  }

  // MARK: JSON

  /// Reads the record that begins here and gives where it ends, or nil where the line is text.
  private mutating func readRecord(at start: Int) -> Int? {
    if text.bytes[start] == 0x5B { return readArray(at: start) }
    guard let (node, end) = parse(at: start), isFollowed(end) else { return readList(at: start) }
    emitWhole(node, start..<end)
    return end
  }

  /// How an object begins that is a list of records, as CloudTrail's files are.
  private static let list = ReferencePattern(
    #"\A\{[ \t\r\n]*"([Rr]ecords)"[ \t\r\n]*:[ \t\r\n]*\[[ \t\r\n]*(?=\{)"#)

  /// A value, which may be such a list.
  private mutating func emitWhole(_ node: ReferenceNode, _ range: Range<Int>) {
    if readList(at: range.lowerBound, whole: (node, range.upperBound)) == nil {
      emit(node, at: range.lowerBound)
    }
  }

  /// Reads such an object, of which it may be known that it is whole, or gives nil where it is none.
  ///
  /// Each element is a record of its own under the list's name, also if the object breaks later, and the
  /// other members are one.
  private mutating func readList(at start: Int, whole: (ReferenceNode, Int)? = nil) -> Int? {
    guard let groups = Self.list.first(in: text.bytes[start...].prefix(200)), let head = groups[0],
      let name = groups[1]
    else { return nil }
    let key = Array(text.bytes[start + name.lowerBound..<start + name.upperBound])
    var place = start + head.count
    // The first element counts towards the limit with what stands before it.
    var limit = start + lineLimit
    var afterElement: Int?
    func skipSpace() {
      while place < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text.bytes[place]) { place += 1 }
    }
    while true {
      var parser = ReferenceJSON(text, at: place, limit: whole?.1 ?? limit)
      guard let node = parser.value() else { return afterElement }
      var record = ReferenceRecord(line: lineNumber(place))
      record.walk(node, keys: [key])
      output += record.output
      place = parser.index
      afterElement = place
      skipSpace()
      guard place < text.count else { return afterElement }
      if text.bytes[place] == 0x5D { break }
      guard text.bytes[place] == 0x2C else { return afterElement }
      place += 1
      afterElement = place
      skipSpace()
      limit = place + lineLimit
    }
    if let (node, end) = whole, case .object(let members) = node {
      emit(.object(Array(members.dropFirst())), at: start)
      return end
    }
    place += 1
    let afterList = place
    skipSpace()
    return place < text.count && text.bytes[place] == 0x7D ? place + 1 : afterList
  }

  private func parse(at start: Int) -> (ReferenceNode, Int)? {
    var parser = ReferenceJSON(text, at: start, limit: start + lineLimit)
    guard let node = parser.value() else { return nil }
    return (node, parser.index)
  }

  /// A record must be followed by white space, NUL, `{`, `[` or the end.
  private func isFollowed(_ end: Int) -> Bool {
    end == text.count || [0x20, 0x09, 0x0A, 0x0D, 0, 0x7B, 0x5B].contains(text.bytes[end])
  }

  private mutating func emit(
    _ node: ReferenceNode, at start: Int, _ form: ReferenceRecord.Form = .json
  ) {
    var record = ReferenceRecord(line: lineNumber(start))
    record.form = form
    record.walk(node, keys: [])
    output += record.output
  }

  /// Each element of an array is a record of its own; where the array begins with an object, what was
  /// read stays read if it breaks later.
  private mutating func readArray(at start: Int) -> Int? {
    var parser = ReferenceJSON(text, at: start + 1, limit: text.count)
    parser.skipSpace()
    let isOfObjects = parser.byte == 0x7B
    if !isOfObjects {
      guard let (_, end) = parse(at: start), isFollowed(end) else { return nil }
      if parser.byte == 0x5D { return end }
    }
    var afterElement: Int?
    while let (node, end) = parse(at: parser.index) {
      // An object has a line of its own; any other element is a part of the array, unless that is one
      // of objects, read element by element.
      var isOwn = isOfObjects
      if case .object = node { isOwn = true }
      if isOwn { emitWhole(node, parser.index..<end) } else { emit(node, at: start) }
      afterElement = end
      parser.index = end
      parser.skipSpace()
      if parser.byte == 0x5D {
        return isFollowed(parser.index + 1) ? parser.index + 1 : afterElement
      }
      guard parser.byte == 0x2C else { break }
      parser.index += 1
      parser.skipSpace()
    }
    return afterElement
  }

  // MARK: Zeek

  private mutating func readZeek(from start: Int) {
    var header = ReferenceZeekHeader()
    var behindRecord = start
    for line in lines(from: start) where !line.isEmpty && line.lowerBound >= behindRecord {
      if begins(line, with: "#close") {
        // Rows of the log that was closed are still its own, unless they are whole lines; all else is read line by
        // line.
        let closed = header
        return readLines(
          from: lineEnd(line.lowerBound) + 1,
          rows: closed.names.count > 1 ? { closed.members($0) } : nil)
      }
      if begins(line, with: "#Fields:") { return readW3C(from: line.lowerBound) }
      if text.bytes[line.lowerBound] == 0x23 {
        header.read(Array(text.bytes[line]))
      } else if line.count <= lineLimit,
        let members = header.members(text.part(line))
      {
        emit(.object(members), at: line.lowerBound, .row)
      } else {
        behindRecord = readNoRow(line)
      }
    }
  }

  /// Reads a line that is no row, and gives where the next line may begin: a record in JSON may stand among the rows,
  /// over several lines.
  private mutating func readNoRow(_ line: Range<Int>) -> Int {
    if line.count <= lineLimit, text.bytes[line.lowerBound] == 0x7B,
      let next = readRecord(at: line.lowerBound)
    {
      return readRest(of: next)
    }
    readText(line)
    return line.upperBound
  }

  /// Reads what is behind a record on its line, and gives where the next line begins.
  private mutating func readRest(of place: Int) -> Int {
    var position = place
    while position < text.count {
      let end = lineEnd(position)
      var first = position
      while first < end, isBlank(first) { first += 1 }
      if first < end, [0x7B, 0x5B].contains(text.bytes[first]), let next = readRecord(at: first) {
        position = next
        continue
      }
      readText(position..<end, isWhole: false)
      return end + 1
    }
    return position
  }

  // MARK: W3C

  /// Whether the file begins with `#` lines of which one is `#Fields:`.
  private func isW3C() -> Bool {
    for line in lines() where !line.isEmpty {
      guard text.bytes[line.lowerBound] == 0x23 else { return false }
      if text.bytes[line].starts(with: "#Fields:".utf8) { return true }
    }
    return false
  }

  private mutating func readW3C(from start: Int) {
    var header = ReferenceW3CHeader()
    var behindRecord = start
    for line in lines(from: start) where !line.isEmpty && line.lowerBound >= behindRecord {
      if beginsZeek(line) { return readZeek(from: line.lowerBound) }
      if text.bytes[line.lowerBound] == 0x23 {
        header.read(Array(text.bytes[line]))
      } else if line.count <= lineLimit,
        let members = header.members(text.part(line))
      {
        emit(.object(members), at: line.lowerBound, .row)
      } else {
        behindRecord = readNoRow(line)
      }
    }
  }

  // MARK: CSV

  /// Reads the file as CSV if its first line and first hundred rows are; false leaves it untouched.
  private mutating func readCSV() -> Bool {
    [0x2C, 0x3B, 0x09, 0x7C].contains { readCSV(separator: $0) }
  }

  private mutating func readCSV(separator: UInt8) -> Bool {
    guard text.count > 0 else { return false }
    func row(at start: Int) -> (cells: [ReferenceCSV.Cell], next: Int) {
      ReferenceCSV.row(text, at: start, separator: separator, limit: lineLimit)
    }
    let front = ReferenceCSV.front(text.bytes)
    if let named = front.separator, named != separator { return false }
    guard front.length < text.count else { return false }
    let first = row(at: front.length)
    guard ReferenceCSV.isHeader(first.cells) else { return false }
    var rows: [(start: Int, cells: [ReferenceCSV.Cell])] = []
    var position = first.next
    while position < text.count {
      let row = row(at: position)
      let isPadding = row.cells[0].text.bytes.allSatisfy { [0, 0x20, 0x09, 0x0D].contains($0) }
      if row.cells.count > 1 || row.cells[0].isQuoted || !isPadding {
        rows.append((position, row.cells))
      }
      position = row.next
    }
    let sample = rows.prefix(100)
    let wide = sample.filter { $0.cells.count == first.cells.count }.count
    guard !sample.isEmpty, wide * 100 >= sample.count * 95 else { return false }
    let names = first.cells.map { ReferenceCSV.trimmed($0.text.bytes) }
    guard
      separator != 0x7C || front.separator != nil
        || ReferenceCSV.mayStandBetweenBars(
          names, first.cells)
    else { return false }
    let cut = rows.enumerated().flatMap { index, row in
      let next = index + 1 < rows.count ? rows[index + 1].start : text.count
      let hasLineEnd = text.bytes[next - 1] == 0x0A
      return ReferenceCSV.lines(
        text, row.start..<(hasLineEnd ? next - 1 : next), separator: separator, width: names.count)
        ?? [row]
    }
    for row in cut {
      var members: [(key: [UInt8], value: ReferenceNode)] = []
      var surplus: [ReferenceNode] = []
      for (column, cell) in row.cells.enumerated() {
        let node = ReferenceNode.string(cell.text, isQuoted: cell.isQuoted)
        if column < names.count {
          members.append((names[column], node))
        } else {
          surplus.append(node)
        }
      }
      emit(.object(members), at: row.start, .csv)
      emit(.array(surplus), at: row.start)
    }
    return true
  }
}
