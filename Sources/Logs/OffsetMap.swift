/// Where the bytes of an unescaped text stood before: straight pieces, one begun behind each escape.
struct OffsetMap: Sendable {
  private struct Piece: Sendable {
    var text: Int
    var origin: Int
  }

  private var pieces: [Piece] = []

  /// Starts a text whose first byte stood at an offset.
  mutating func begin(at origin: Int) {
    pieces.removeAll(keepingCapacity: true)
    pieces.append(Piece(text: 0, origin: origin))
  }

  /// The byte at `text` stood at `origin`, and those behind it follow until the next piece.
  @inline(__always)
  mutating func add(text: Int, origin: Int) { pieces.append(Piece(text: text, origin: origin)) }

  /// Where the byte at an offset of the unescaped text stood.
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
  /// Number of elements before the first that is not of a kind which all of those and none behind are.
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
