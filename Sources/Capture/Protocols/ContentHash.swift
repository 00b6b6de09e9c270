import Indicators

/// Recognises contents that were read before by a seeded hash, in which nobody can make two
/// contents collide.
enum ContentHash {
  private static let seeded = SeededHash()

  /// A hash of `bytes` and of `place`, which says what they are bytes of.
  static func hash(_ bytes: RawSpan, of place: UInt64 = 0) -> UInt64 {
    seeded.hash(bytes, of: place)
  }
}
