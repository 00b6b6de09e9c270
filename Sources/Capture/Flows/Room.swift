/// The room that an array is counted with, computed from the most elements it ever held.
///
/// An array's `capacity` is what the allocator happened to give, so a limit that counted it would
/// be reached sooner or later depending on the number of threads. This grows by doubling from what
/// was ever held, and is the same each time.
struct Room {
  /// The room in elements.
  private(set) var count = 0

  /// Notes that `held` elements were in the array at once.
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
