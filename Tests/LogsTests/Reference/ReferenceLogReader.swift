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
      readLines(from: 0)
    }
  }

  // MARK: Lines

  private func begins(_ line: Range<Int>, with word: String) -> Bool {
    text.bytes[line].starts(with: word.utf8)
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
      let isWindows = end > start && text.bytes[end - 1] == 0x0D
      lines.append(start..<(isWindows ? end - 1 : end))
      start = end + 1
    }
    return lines
  }

  private func isBlank(_ index: Int) -> Bool {
    [0x20, 0x09, 0x0D].contains(text.bytes[index])
  }

  /// Line by line: records where they parse, text where they do not.
  private mutating func readLines(from start: Int, closed: ReferenceZeekHeader? = nil) {
    var position = start
    while position < text.count {
      let end = lineEnd(position)
      let isLineStart = position == 0 || text.bytes[position - 1] == 0x0A
      if let closed, isLineStart, position < end, text.bytes[position] != 0x23 {
        let row = position..<(text.bytes[end - 1] == 0x0D ? end - 1 : end)
        if row.count <= lineLimit, let members = closed.members(text.part(row)) {
          emit(.object(members), at: position)
          position = end + 1
          continue
        }
      }
      if isLineStart {
        if begins(position..<end, with: "#separator") { return readZeek(from: position) }
        if begins(position..<end, with: "#Fields:") { return readW3C(from: position) }
      }
      var first = position
      while first < end, isBlank(first) { first += 1 }
      if first < end, [0x7B, 0x5B].contains(text.bytes[first]), let next = readRecord(at: first) {
        position = next
        continue
      }
      readText(position..<end)
      position = end + 1
    }
  }

  /// Text: what stands before a record that is the rest of the line, and that record.
  private mutating func readText(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let line = lineNumber(range.lowerBound)
    guard range.count <= lineLimit else {
      readPieces(range, line: line)
      return
    }
    let whole = text.part(range)
    for start in 0..<whole.count where ReferenceRecord.beginsLikeRecord(whole.bytes[start...]) {
      guard let node = ReferenceJSON.whole(whole, from: start) else { continue }
      scan(whole.part(0..<start), line: line)
      var record = ReferenceRecord(line: line, outerField: Array("text".utf8), mayNest: false)
      record.walk(node, keys: [])
      output += record.output
      return
    }
    scan(whole, line: line)
  }

  private mutating func scan(_ part: ReferenceText, line: Int) {
    var record = ReferenceRecord(line: line, mayNest: false)
    record.walk(.string(part, isQuoted: false), keys: [])
    output += record.output
  }

  /// An over-long line, in pieces; what touches a cut is dropped (§1.5).
  private mutating func readPieces(_ range: Range<Int>, line: Int) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + lineLimit, range.upperBound)
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
    guard let (node, end) = parse(at: start), isFollowed(end) else { return nil }
    emit(node, at: start)
    return end
  }

  private func parse(at start: Int) -> (ReferenceNode, Int)? {
    var parser = ReferenceJSON(text, at: start, limit: start + lineLimit)
    guard let node = parser.value() else { return nil }
    return (node, parser.index)
  }

  /// A record must be followed by white space, `{`, `[` or the end.
  private func isFollowed(_ end: Int) -> Bool {
    end == text.count || [0x20, 0x09, 0x0A, 0x0D, 0x7B, 0x5B].contains(text.bytes[end])
  }

  private mutating func emit(_ node: ReferenceNode, at start: Int) {
    var record = ReferenceRecord(line: lineNumber(start))
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
      emit(node, at: isOwn ? parser.index : start)
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
    for line in lines(from: start) where !line.isEmpty {
      if begins(line, with: "#close") {
        // Rows of the log that was closed are still its own; all else is read line by line.
        return readLines(from: lineEnd(line.lowerBound) + 1, closed: header)
      }
      if text.bytes[line.lowerBound] == 0x23 {
        header.read(Array(text.bytes[line]))
      } else if line.count <= lineLimit,
        let members = header.members(text.part(line))
      {
        emit(.object(members), at: line.lowerBound)
      } else {
        readText(line)
      }
    }
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
    for line in lines(from: start) where !line.isEmpty {
      if begins(line, with: "#separator") { return readZeek(from: line.lowerBound) }
      if text.bytes[line.lowerBound] == 0x23 {
        header.read(Array(text.bytes[line]))
      } else if line.count <= lineLimit,
        let members = header.members(text.part(line))
      {
        emit(.object(members), at: line.lowerBound)
      } else {
        readText(line)
      }
    }
  }

  // MARK: CSV

  /// Reads the file as CSV if its first line and first hundred rows are; false leaves it untouched.
  private mutating func readCSV() -> Bool {
    [0x2C, 0x3B, 0x09].contains { readCSV(separator: $0) }
  }

  private mutating func readCSV(separator: UInt8) -> Bool {
    guard text.count > 0 else { return false }
    func row(at start: Int) -> (cells: [ReferenceCSV.Cell], next: Int) {
      ReferenceCSV.row(text, at: start, separator: separator, limit: lineLimit)
    }
    let first = row(at: 0)
    guard ReferenceCSV.isHeader(first.cells) else { return false }
    var rows: [(start: Int, cells: [ReferenceCSV.Cell])] = []
    var position = first.next
    while position < text.count {
      let row = row(at: position)
      if row.cells.count > 1 || row.cells[0].isQuoted || row.cells[0].text.count > 0 {
        rows.append((position, row.cells))
      }
      position = row.next
    }
    let sample = rows.prefix(100)
    let wide = sample.filter { $0.cells.count == first.cells.count }.count
    guard !sample.isEmpty, wide * 100 >= sample.count * 95 else { return false }
    let names = first.cells.map { ReferenceCSV.trimmed($0.text.bytes) }
    for row in rows {
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
      emit(.object(members), at: row.start)
      emit(.array(surplus), at: row.start)
    }
    return true
  }
}
