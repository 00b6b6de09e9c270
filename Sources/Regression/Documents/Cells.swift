import Parsing

/// Rows of feeds, in which a value is one of several.
enum Cells {
  /// Whether a row holds a text with no letter, digit, dash, dot or underscore beside it.
  static func holds(_ row: [UInt8], _ text: [UInt8]) -> Bool {
    guard let first = text.first, row.count > text.count else { return false }
    for start in 0...(row.count - text.count) where row[start] == first {
      let end = start + text.count
      guard row[start..<end].elementsEqual(text) else { continue }
      if start > 0, belongsToName(row[start - 1]) { continue }
      if end < row.count, belongsToName(row[end]) { continue }
      return true
    }
    return false
  }

  private static func belongsToName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, Byte.minus, Byte.dot, 0x5f, 0x80...: true
    default: false
    }
  }
}
