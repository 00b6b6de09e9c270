/// IPv4 addresses that were looked up lately and that no entry covers.
///
/// Most addresses of a log were in it a moment ago. An address chooses a place in a table, which
/// holds the last missed address of that place. The table is small enough to stay in the
/// first-level cache, unlike the tables of a lookup; an address made to collide only drives another
/// one out.
struct MissedAddresses: Sendable {
  private static let bits: UInt32 = 11

  /// Each place holds the last missed address that chose it; until there is one, an address that
  /// chooses another place.
  private var places: [UInt32]
  /// The addresses that `leaveOut` did not know, and their offsets.
  private(set) var others: [UInt32] = []
  private(set) var otherPlaces: [UInt32] = []

  init() {
    places = Array(repeating: 0, count: 1 << Self.bits)
    places[Self.place(of: 0)] = 1
  }

  /// Empty: takes the place of the real table while a caller works on that.
  init(empty: Void) { places = [] }

  @inline(__always)
  private static func place(of address: UInt32) -> Int {
    Int(truncatingIfNeeded: (address &* 0x9e37_79b1) &>> (32 &- bits))
  }

  /// Gathers in `others` the addresses that are not known to be missed; returns how many there are.
  mutating func leaveOut(_ addresses: Span<UInt32>, at offsets: Span<UInt32>) -> Int {
    precondition(offsets.count == addresses.count)
    if others.count < addresses.count {
      others = Array(repeating: 0, count: addresses.count + 64)
      otherPlaces = others
    }
    return Self.leaveOut(addresses, at: offsets, known: places, &others, &otherPlaces)
  }

  /// Fills the two lists, which are at least as long as `addresses`.
  private static func leaveOut(
    _ addresses: Span<UInt32>, at offsets: Span<UInt32>, known: [UInt32], _ others: inout [UInt32],
    _ otherPlaces: inout [UInt32]
  ) -> Int {
    let known = known.span
    var kept = others.mutableSpan
    var keptOffsets = otherPlaces.mutableSpan
    var count = 0
    // No branch on whether an address is known.
    for index in addresses.indices {
      // SAFETY: the caller made both lists at least as long as `addresses` and checked that
      // `offsets` has the same count; `count` is never above `index`; a place is below the number
      // of places.
      unsafe kept[unchecked: count] = addresses[unchecked: index]
      unsafe keptOffsets[unchecked: count] = offsets[unchecked: index]
      let place = place(of: unsafe addresses[unchecked: index])
      count &+= unsafe known[unchecked: place] == addresses[unchecked: index] ? 0 : 1
    }
    return count
  }

  /// Notes the first `count` of `others` as missed, before they are looked up; the caller then
  /// forgets those that are found.
  mutating func note(_ count: Int) {
    for index in 0..<count { places[Self.place(of: others[index])] = others[index] }
  }

  /// Forgets an address, which some entry covers.
  mutating func forget(_ address: UInt32) {
    let place = Self.place(of: address)
    if places[place] == address { places[place] = place == Self.place(of: 0) ? 1 : 0 }
  }
}
