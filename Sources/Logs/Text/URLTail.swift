import Parsing

/// Cuts punctuation off the end of a URL, one character at a time.
struct URLTail {
  private let start: Int
  private(set) var end: Int
  /// Opened minus closed brackets of a kind; nil until they are counted.
  private var round: Int?
  private var square: Int?

  init(_ bytes: RawSpan, _ range: Range<Int>) {
    start = range.lowerBound
    end = range.upperBound
  }

  /// Cuts the last character if it is punctuation or a bracket that nothing opens.
  mutating func cut(_ bytes: RawSpan, _ classes: ByteClasses) -> Bool {
    guard end > start else { return false }
    let last = bytes.byte(unchecked: end - 1)
    if classes.is(last, .urlTail) {
      end -= 1
      return true
    }
    if last == UInt8(ascii: ")") {
      let open = round ?? balance(bytes, UInt8(ascii: "("), last)
      round = open
      guard open < 0 else { return false }
      round = open + 1
    } else if last == UInt8(ascii: "]") {
      let open = square ?? balance(bytes, UInt8(ascii: "["), last)
      square = open
      guard open < 0 else { return false }
      square = open + 1
    } else {
      return false
    }
    end -= 1
    return true
  }

  private func balance(_ bytes: RawSpan, _ open: UInt8, _ close: UInt8) -> Int {
    var count = 0
    for offset in start..<end {
      let byte = bytes.byte(unchecked: offset)
      if byte == open { count += 1 } else if byte == close { count -= 1 }
    }
    return count
  }
}
