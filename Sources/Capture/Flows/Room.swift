/// What an array has room for, as far as what was in it tells.
///
/// An array's `capacity` is what the allocator happened to give, and limits that count it would bite
/// sooner or later with the number of threads; this grows by doubling from what was ever held, and
/// says the same each time.
struct Room {
  /// Elements.
  private(set) var count = 0

  /// Notes that so many elements were held at once.
  @inline(__always)
  mutating func reach(_ held: Int) {
    if held > count { grow(held) }
  }

  private mutating func grow(_ held: Int) {
    var room = max(count, 16)
    while room < held { room *= 2 }
    count = room
  }
}
