/// An element of a `RankedHeap`.
protocol Ranked {
  /// The element's place among others: the least comes first.
  var rank: UInt64 { get }
}

/// A binary heap, which gives the element with the least rank at once.
///
/// Adding an element, taking the first out and changing its rank are O(log n).
struct RankedHeap<Element: Ranked> {
  private var elements: [Element] = []

  var isEmpty: Bool { elements.isEmpty }

  /// The element with the least rank; nil if there is none.
  var first: Element? { elements.first }

  mutating func append(_ element: Element) {
    elements.append(element)
    var place = elements.count - 1
    while place > 0, elements[(place - 1) / 2].rank > elements[place].rank {
      elements.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func takeFirst() -> Element? {
    guard let first = elements.first else { return nil }
    elements[0] = elements[elements.count - 1]
    elements.removeLast()
    sink()
    return first
  }

  /// Replaces the first element, if there is one, and moves the new one to where it belongs.
  mutating func replaceFirst(with element: Element) {
    if elements.isEmpty { return }
    elements[0] = element
    sink()
  }

  /// Moves the first down to where it belongs.
  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in 2 * place + 1...2 * place + 2
      where child < elements.count && elements[child].rank < elements[least].rank {
        least = child
      }
      if least == place { return }
      elements.swapAt(place, least)
      place = least
    }
  }
}
