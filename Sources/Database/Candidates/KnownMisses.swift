import Parsing

/// Names, or other values, that were looked up lately and that no entry covers.
///
/// Most names of a capture were there a moment ago. A name's hash chooses a place, which holds the
/// name itself, so that only the very same bytes are taken for it, and a name made to collide only
/// drives another one out. A name is kept only if no entry at all covers it, so that it does not
/// matter which entries take part in a lookup.
///
/// A place is 64 bytes: the hash, then the name's whole words of eight bytes, then its last eight
/// bytes.
struct KnownMisses: Sendable {
  private static let shortest = 8
  private static let longest = 55

  /// How many places there are: a power of two.
  private let places: Int
  private var words: [UInt64] = []
  /// The serial number of the database that has no entry for the names
  /// (`IndicatorDatabase.serial`).
  private var owner: UInt64 = 0

  /// For the misses of the database that `begin` is given.
  init() { places = 2048 }

  /// For the misses of one database, or of several together; without `begin`.
  init(places: Int) {
    self.places = places
    words = Array(repeating: 0, count: 8 * places)
  }

  /// Forgets everything unless it was learned from the same database.
  @inline(__always)
  mutating func begin(_ owner: UInt64) {
    if self.owner != owner { start(owner) }
  }

  @inline(never)
  private mutating func start(_ owner: UInt64) {
    self.owner = owner
    words = Array(repeating: 0, count: 8 * places)
  }

  /// Whether a name is known to be no entry.
  @inline(__always)
  func knows(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count >= Self.shortest, range.count <= Self.longest else { return false }
    let hash = Self.hash(text, range)
    let kept = words.span
    var index = place(hash)
    guard kept[index] == hash else { return false }
    index &+= 1
    var difference: UInt64 = 0
    var offset = range.lowerBound
    while range.upperBound &- offset >= 8 {
      difference |= kept[index] ^ text.littleEndianUInt64(unchecked: offset)
      offset &+= 8
      index &+= 1
    }
    difference |= kept[index] ^ text.littleEndianUInt64(unchecked: range.upperBound &- 8)
    return difference == 0
  }

  /// Notes that a name is no entry.
  mutating func note(_ text: RawSpan, _ range: Range<Int>) {
    guard range.count >= Self.shortest, range.count <= Self.longest else { return }
    let hash = Self.hash(text, range)
    var index = place(hash)
    words[index] = hash
    index += 1
    var offset = range.lowerBound
    while range.upperBound - offset >= 8 {
      words[index] = text.littleEndianUInt64(unchecked: offset)
      offset += 8
      index += 1
    }
    words[index] = text.littleEndianUInt64(unchecked: range.upperBound - 8)
  }

  private func place(_ hash: UInt64) -> Int {
    8 &* (Int(truncatingIfNeeded: hash >> 32) & (places &- 1))
  }

  /// The hash of a name, which differs for different lengths and is never 0, the mark of an empty
  /// place.
  @inline(__always)
  private static func hash(_ text: RawSpan, _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    var offset = range.lowerBound
    while range.upperBound &- offset >= 8 {
      hash = (hash ^ text.littleEndianUInt64(unchecked: offset)) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      offset &+= 8
    }
    hash = (hash ^ text.littleEndianUInt64(unchecked: range.upperBound &- 8))
    hash = hash &* 0xc4ce_b9fe_1a85_ec53
    // The lowest bits are the length's, so that a comparison of words never mixes two lengths.
    return (hash ^ hash >> 29) & ~63 | UInt64(truncatingIfNeeded: range.count)
  }
}
