/// Maps offsets in an unescaped text to the offsets where its bytes were before.
///
/// The text is divided into pieces without escapes; each escape begins a new one.
struct OffsetMap: Sendable {
  private struct Piece: Sendable {
    var text: Int
    var origin: Int
  }

  private var pieces: [Piece] = []

  /// Starts a text whose first byte was at the offset `origin`.
  mutating func begin(at origin: Int) {
    pieces.removeAll(keepingCapacity: true)
    pieces.append(Piece(text: 0, origin: origin))
  }

  /// Says that the byte at `text` was at `origin`, and that those behind it follow up to the next
  /// piece.
  @inline(__always)
  mutating func add(text: Int, origin: Int) { pieces.append(Piece(text: text, origin: origin)) }

  /// Where the byte at an offset of the unescaped text was before.
  func origin(of text: Int) -> Int {
    var low = 0
    var high = pieces.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if pieces[middle].text <= text { low = middle } else { high = middle }
    }
    return pieces[low].origin + text - pieces[low].text
  }
}

extension Array {
  /// The number of leading elements that satisfy `isBefore`, found by binary search.
  ///
  /// All elements that satisfy it must come before all that do not.
  func prefixCount(where isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
