import CByteKernels

/// A key that may be in a set, and the number it would have there.
public struct KeyCandidate: Sendable, Equatable {
  /// Index of the key among those that were asked for.
  public var key: UInt32
  /// The number, or `KeyIndex.unknown` where the index cannot say which.
  public var number: UInt32

  /// A candidate for a key.
  public init(key: UInt32, number: UInt32) {
    self.key = key
    self.number = number
  }
}

/// An immutable index of keys that are stored elsewhere: for a key, the numbers it may have.
///
/// If a table already holds the keys, in the order of their numbers, a `KeySet` would store every
/// byte of them twice. This index takes 32 bits a key beside the filter, and leaves the comparison
/// of bytes to the owner of the table: candidates are few (the key itself, and one miss in some ten
/// thousand).
///
/// # How it works
///
/// A key's hash chooses, as in `KeySet`, a word of a Bloom filter and by its high bits a bucket:
///
///     filter    UInt64 …   15 bits a key
///     offsets   UInt32 …   first slot of each bucket, and the end; four keys to a bucket
///     slots     UInt32 …   the number in the low bits, as many as the largest needs; above it as many
///                          bits of the hash as there is room for
///
/// So a key costs 6.9 bytes, a miss one load, and a hit three loads and the owner's comparison.
///
/// # The bound
///
/// No bucket has more than `longestBucket` slots: otherwise the builder returns nil, and the caller
/// takes another seed. An index of keys that crowd under every seed has no slots; its answer to a
/// key that passes the filter is `unknown`, and the owner searches its own sorted table.
///
/// # Trust
///
/// Opening checks the frame and lengths only. Whatever the image holds, lookups end within the bound,
/// read nothing outside it, and give numbers below 2³², which the owner has to check.
public struct KeyIndex: Sendable {
  /// In place of a number: the key passed the filter, and the owner has to search for it.
  public static let unknown = UInt32.max

  /// Slots to a bucket on average.
  static let meanBucket = 4
  /// The most slots that a bucket may have.
  public static let longestBucket = 32
  static let format = ImageFormat(
    magic: "SekiKInd", version: 1, parameterCount: 5, elementSizes: [8, 4, 4])

  /// Indices of the image's parameters.
  enum Parameter {
    static let flags = 0
    static let seed = 1
    static let count = 2
    static let hasSlots = 3
    static let numberBits = 4
  }

  let owner: ImageBytes
  let range: Range<Int>
  let filter: BlockedFilter
  let offsets: ImageTable<UInt32>
  let slots: ImageTable<UInt32>
  let hash: KeyHash
  /// The kernel's variant; tests force each.
  var variant = sekisho_best_variant()
  let numberBits: UInt32
  let bucketCount: Int

  /// Number of keys.
  public let count: Int
  /// Whether lookups fold ASCII capitals; the keys are lower case then.
  public let ignoresCase: Bool
  /// Whether the index knows numbers; if not, the owner searches for each key that passes the
  /// filter.
  public let hasSlots: Bool

  /// Opens an image after checking its header and lengths; the region may be hostile.
  ///
  /// Costs microseconds whatever the number of keys.
  public init(image: ImageBytes, range: Range<Int>) throws(ImageError) {
    let reader = try ImageReader(image: image, range: range, format: Self.format)
    owner = image
    self.range = range
    let flags = reader.parameters[Parameter.flags]
    let form = reader.parameters[Parameter.hasSlots]
    guard flags <= 1, form <= 1 else { throw .damaged("unknown flags in the key index") }
    ignoresCase = flags == 1
    hasSlots = form == 1
    hash = KeyHash(seed: reader.parameters[Parameter.seed])
    count = try reader.count(Parameter.count, atMost: Int(UInt32.max) - 1)
    numberBits = UInt32(try reader.count(Parameter.numberBits, atMost: 32))
    filter = BlockedFilter(words: try reader.table(0))
    offsets = try reader.table(1)
    slots = try reader.table(2)
    bucketCount = offsets.count - 1
    guard bucketCount >= 1, slots.count == max(1, hasSlots ? count : 0), numberBits >= 1 else {
      throw .damaged("the key index's tables do not fit one another")
    }
  }

  /// The tag of a hash: the bits that a slot holds above the number, shifted to their place.
  ///
  /// They are neither those of the filter's mask nor, in indexes of sensible size, the bucket's.
  @inline(__always)
  static func tag(of hash: UInt64, numberBits: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (hash &>> 24) << UInt64(numberBits))
  }

  /// The number in a slot.
  @inline(__always)
  static func number(in slot: UInt32, numberBits: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: UInt64(slot) & ((1 as UInt64) &<< UInt64(numberBits) &- 1))
  }

  /// Checks that the buckets span the slots and none exceeds `longestBucket`.
  ///
  /// The owner of the keys has to check that every key is found.
  public func verify() throws(ImageError) {
    try ImageReader(image: owner, range: range, format: Self.format).verifyPadding()
    guard hasSlots else { return }
    var last = offsets[clamping: 0]
    guard last == 0, Int(offsets[clamping: bucketCount]) == count else {
      throw .damaged("the key index's buckets do not span its slots")
    }
    for bucket in 1...bucketCount {
      let next = offsets[clamping: bucket]
      guard next >= last, Int(next - last) <= Self.longestBucket else {
        throw .damaged("bucket \(bucket - 1) of the key index is none")
      }
      last = next
    }
  }
}
