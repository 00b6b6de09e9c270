import Parsing

/// The string of a JSON record that contains an offset of its line.
struct JSONPlace {
  /// The keys that lead to it, joined by dots.
  var path: String
  /// Its bytes between the quotes, escapes included.
  var escaped: [UInt8]
  var isKey: Bool

  /// Nil if the line is no record, or the offset is in none of its strings.
  init?(_ line: [UInt8], at offset: Int) {
    var tokenizer = JSONTokenizer()
    var position = 0
    var keys: [String] = []
    var isRecord = false
    var found: (path: String, range: Range<Int>, isKey: Bool)?
    func path() -> String { keys.filter { !$0.isEmpty }.joined(separator: ".") }
    do {
      scan: while true {
        let token = try tokenizer.next(line.rawSpan, at: &position, isFinal: true)
        switch token.kind {
        case .beginObject, .beginArray:
          isRecord = isRecord || token.kind == .beginObject
          keys.append("")
        case .endObject, .endArray: _ = keys.popLast()
        case .key:
          if !keys.isEmpty {
            keys[keys.count - 1] = String(decoding: line[token.range], as: UTF8.self)
          }
          if token.range.contains(offset) { found = (path(), token.range, true) }
        case .string:
          if token.range.contains(offset) { found = (path(), token.range, false) }
        case .endOfInput, .endOfValue, .needMore: break scan
        default: break
        }
      }
    } catch {
      return nil
    }
    guard let found, isRecord else { return nil }
    self.path = found.path
    escaped = Array(line[found.range])
    isKey = found.isKey
  }
}

/// The column of a table that contains an offset of a row.
struct TablePlace {
  var name = "?"
  var type: String?

  /// - Parameters:
  ///   - header: the lines that name the columns, of Zeek, W3C or CSV.
  ///   - row: the row.
  ///   - offset: an offset in the row.
  init(header: [UInt8], row: [UInt8], at offset: Int) {
    let lines = header.split(separator: Byte.lineFeed).map { Array($0) }
    func cells(_ prefix: String, _ separator: UInt8) -> [String]? {
      lines.first { $0.starts(with: prefix.utf8) }.map { line in
        line.dropFirst(prefix.utf8.count).split(
          separator: separator, omittingEmptySubsequences: true
        )
        .map { String(decoding: $0, as: UTF8.self) }
      }
    }
    let separator: UInt8
    let names: [String]
    var types: [String] = []
    if header.starts(with: "#separator".utf8) {
      separator = 0x09
      names = cells("#fields", separator) ?? []
      types = cells("#types", separator) ?? []
    } else if header.first == UInt8(ascii: "#") {
      separator = 0x20
      names = cells("#Fields:", separator) ?? []
    } else {
      separator = Byte.comma
      names = cells("", separator) ?? []
    }
    let column = row[..<min(offset, row.count)].count { $0 == separator }
    if column < names.count { name = names[column] }
    if column < types.count { type = types[column] }
  }
}
