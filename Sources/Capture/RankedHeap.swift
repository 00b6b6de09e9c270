/// What a `RankedHeap` holds.
package protocol Ranked {
  associatedtype Rank: Comparable
  /// Its place among others: the least comes first.
  var rank: Rank { get }
}

/// Values of which the one with the least rank is found at once: a binary heap.
///
/// Adding one, taking the first out and changing its rank are O(log n).
package struct RankedHeap<Element: Ranked> {
  private var elements: [Element] = []

  package init() {}

  package var isEmpty: Bool { elements.isEmpty }

  /// The one with the least rank.
  package var first: Element? { elements.first }

  package mutating func append(_ element: Element) {
    elements.append(element)
    var place = elements.count - 1
    while place > 0, elements[(place - 1) / 2].rank > elements[place].rank {
      elements.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// How many there are.
  package var count: Int { elements.count }

  /// All of them, in no order that counts.
  package var all: [Element] { elements }

  /// Changes each where it is; none may get another place among the others.
  package mutating func updateAll(_ update: (inout Element) -> Void) {
    for index in elements.indices { update(&elements[index]) }
  }

  package mutating func takeFirst() -> Element? {
    guard let first = elements.first else { return nil }
    elements[0] = elements[elements.count - 1]
    elements.removeLast()
    sink()
    return first
  }

  /// Puts another in the place of the first, if there is one, and that where it belongs.
  package mutating func replaceFirst(with element: Element) {
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
