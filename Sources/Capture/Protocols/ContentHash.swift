import Indicators

/// Tells what was read before from what was not, by a hash that nobody can make two contents collide in.
enum ContentHash {
  private static let seeded = SeededHash()

  /// A hash of some bytes, and of what they are bytes of.
  static func hash(_ bytes: RawSpan, of place: UInt64 = 0) -> UInt64 {
    seeded.hash(bytes, of: place)
  }
}
