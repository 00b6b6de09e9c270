import Parsing

/// A part of a datagram that is not in its place yet.
struct WaitingPart {
  /// Where the bytes of it are that count, which are not all where a snap length cut a block.
  let place: Range<Int>
  let isCut: Bool
  var bytes: [UInt8] = []

  init(_ part: RawSpan, _ place: Range<Int>, isCut: Bool) {
    self.place = place
    self.isCut = isCut
    bytes.append(part)
  }
}

/// Parts of a datagram that are far behind what has come of it, or behind its end as far as that is known, in the order
/// in which they came.
///
/// A last part alone makes a datagram long: room for all that may come before it would cost far more than the part
/// did. So it is kept by itself until enough has come.
struct WaitingParts {
  private var parts: [WaitingPart] = []
  private var bytes = 0
  /// Where the first of them ends.
  private(set) var nearestEnd = Int.max

  /// Parts beyond which they are worth the room.
  private static let most = 64

  var isFull: Bool { parts.count >= Self.most }

  /// Bytes of memory that they take, about.
  var cost: Int { parts.count * 64 + bytes }

  mutating func add(_ part: WaitingPart) {
    parts.append(part)
    bytes += part.bytes.count
    nearestEnd = min(nearestEnd, part.place.upperBound)
  }

  /// Takes those that end within so many bytes.
  mutating func take(within room: Int) -> [WaitingPart] {
    let all = parts
    self = WaitingParts()
    var taken: [WaitingPart] = []
    for part in all {
      if part.place.upperBound > room { add(part) } else { taken.append(part) }
    }
    return taken
  }
}
