import Parsing

/// A part of a datagram that has not been put in its place yet.
struct WaitingPart {
  /// The range in the datagram of the bytes that count: not all of `bytes` if a snap length cut the
  /// last block.
  let place: Range<Int>
  let isCut: Bool
  var bytes: [UInt8] = []

  init(_ part: RawSpan, _ place: Range<Int>, isCut: Bool) {
    self.place = place
    self.isCut = isCut
    bytes.append(part)
  }
}

/// Parts far behind the parts that have come so far, or behind the datagram's end as far as it is
/// known, in the order of arrival.
///
/// A last part alone makes a datagram long: room for everything before it would cost far more than
/// the part itself. So such a part is kept aside until enough others have come.
struct WaitingParts {
  private var parts: [WaitingPart] = []
  private var bytes = 0
  /// The lowest offset at which one of the parts ends.
  private(set) var nearestEnd = Int.max

  /// With this many parts, the room for all of them is justified.
  private static let most = 64

  var isFull: Bool { parts.count >= Self.most }

  /// Approximate bytes of memory that the parts take.
  var cost: Int { parts.count * 64 + bytes }

  mutating func add(_ part: WaitingPart) {
    parts.append(part)
    bytes += part.bytes.count
    nearestEnd = min(nearestEnd, part.place.upperBound)
  }

  /// Removes and returns the parts that end within the first `room` bytes.
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
