/// IPv4 addresses looked up lately that no entry covers: most addresses of a log stood in it a moment ago.
///
/// An address chooses a place, and the place holds the last one that was missed there. So few bytes stay in the
/// first-level cache, which what is looked up in does not; an address made to collide only drives another one out.
struct MissedAddresses: Sendable {
  private static let bits: UInt32 = 11

  /// Each holds an address of its own place; where there is none, one of another place.
  private var places: [UInt32]
  /// The addresses that were not known, and where they stand.
  private(set) var others: [UInt32] = []
  private(set) var otherPlaces: [UInt32] = []

  init() {
    places = Array(repeating: 0, count: 1 << Self.bits)
    places[Self.place(of: 0)] = 1
  }

  /// Without room for anything, while it is elsewhere.
  init(empty: Void) { places = [] }

  @inline(__always)
  private static func place(of address: UInt32) -> Int {
    Int(truncatingIfNeeded: (address &* 0x9e37_79b1) &>> (32 &- bits))
  }

  /// Gathers those addresses that are not known, as `others`; returns how many there are.
  mutating func leaveOut(_ addresses: Span<UInt32>, at offsets: Span<UInt32>) -> Int {
    precondition(offsets.count == addresses.count)
    if others.count < addresses.count {
      others = Array(repeating: 0, count: addresses.count + 64)
      otherPlaces = others
    }
    return Self.leaveOut(addresses, at: offsets, known: places, &others, &otherPlaces)
  }

  /// The lists to be filled are at least as long as those that are looked at.
  private static func leaveOut(
    _ addresses: Span<UInt32>, at offsets: Span<UInt32>, known: [UInt32], _ others: inout [UInt32],
    _ otherPlaces: inout [UInt32]
  ) -> Int {
    let known = known.span
    var kept = others.mutableSpan
    var keptOffsets = otherPlaces.mutableSpan
    var count = 0
    // No branch on the answer.
    for index in addresses.indices {
      // SAFETY: no more are kept than were looked at, for which the lists have room, as the caller has seen to; a place
      // is below the number of places.
      unsafe kept[unchecked: count] = addresses[unchecked: index]
      unsafe keptOffsets[unchecked: count] = offsets[unchecked: index]
      let place = place(of: unsafe addresses[unchecked: index])
      count &+= unsafe known[unchecked: place] == addresses[unchecked: index] ? 0 : 1
    }
    return count
  }

  /// Notes the first of `others`; what of them is no miss is to be forgotten then.
  mutating func note(_ count: Int) {
    for index in 0..<count { places[Self.place(of: others[index])] = others[index] }
  }

  /// Forgets an address, which some entry covers.
  mutating func forget(_ address: UInt32) {
    let place = Self.place(of: address)
    if places[place] == address { places[place] = place == Self.place(of: 0) ? 1 : 0 }
  }
}
