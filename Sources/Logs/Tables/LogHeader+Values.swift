import Parsing

/// What a header says about the values of its rows.
extension LogHeader {
  /// Whether a column's text says that it has no value.
  @inline(__always)
  func isAbsent(_ chunk: RawSpan, _ range: ColumnRange) -> Bool {
    if lines.layout == .csv { return false }
    return Self.isEqual(chunk, range.start..<range.end, lines.unsetField)
      || lines.layout == .zeek && Self.isEqual(chunk, range.start..<range.end, lines.emptyField)
  }

  @inline(__always)
  private static func isEqual(_ chunk: RawSpan, _ range: Range<Int>, _ word: [UInt8]) -> Bool {
    guard range.count == word.count else { return false }
    for index in 0..<word.count
    where chunk.byte(unchecked: range.lowerBound + index) != word[index] {
      return false
    }
    return true
  }

  /// Undoes a column's escapes: `\xNN` and `\\` of Zeek, doubled quotes of CSV and W3C.
  func unescape(
    _ chunk: RawSpan, _ range: Range<Int>, to text: inout [UInt8], _ map: inout OffsetMap
  ) {
    text.removeAll(keepingCapacity: true)
    map.begin(at: range.lowerBound)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = chunk.byte(unchecked: offset)
      var length = 1
      var value = byte
      if lines.layout == .zeek {
        if byte == Byte.backslash {
          (value, length) = Self.zeekEscape(chunk, at: offset, end: range.upperBound)
        }
      } else if byte == Byte.quote, offset + 1 < range.upperBound,
        chunk.byte(unchecked: offset + 1) == Byte.quote
      {
        length = 2
      }
      text.append(value)
      offset += length
      if length > 1 { map.add(text: text.count, origin: offset) }
    }
  }

  private static func zeekEscape(_ chunk: RawSpan, at offset: Int, end: Int) -> (UInt8, Int) {
    if offset + 1 < end, chunk.byte(unchecked: offset + 1) == Byte.backslash {
      return (Byte.backslash, 2)
    }
    guard offset + 3 < end, chunk.byte(unchecked: offset + 1) == UInt8(ascii: "x") else {
      return (Byte.backslash, 1)
    }
    let byte = Hex.byte(chunk.byte(unchecked: offset + 2), chunk.byte(unchecked: offset + 3))
    return byte.map { ($0, 4) } ?? (Byte.backslash, 1)
  }
}
