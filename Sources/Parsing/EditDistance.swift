/// How far two words are from one another.
package enum EditDistance {
  /// Number of edits between two words; swapping two letters is one edit (Damerau 1964).
  ///
  /// Underscores count as dashes, case is ignored, and only the first 64 bytes of a word count.
  package static func between(_ left: String, _ right: String) -> Int {
    let (a, b) = (letters(left), letters(right))
    var rows = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0..<a.count {
      rows[i + 1][0] = i + 1
      for j in 0..<b.count {
        var best = min(rows[i][j + 1], rows[i + 1][j]) + 1
        best = min(best, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        rows[i + 1][j + 1] = best
      }
    }
    return rows[a.count][b.count]
  }

  private static func letters(_ word: String) -> [UInt8] {
    word.utf8.prefix(64).map { byte in
      switch byte {
      case UInt8(ascii: "_"): UInt8(ascii: "-")
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      default: byte
      }
    }
  }
}
