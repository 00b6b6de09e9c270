import CByteKernels

/// Where one key's bytes are in the span given beside it.
@frozen
public struct KeyReference: Sendable {
  /// Offset of the key's first byte.
  public var offset: UInt32
  /// Number of bytes.
  public var length: UInt32

  /// A key of `length` bytes at `offset`.
  @inlinable
  public init(offset: UInt32, length: UInt32) {
    self.offset = offset
    self.length = length
  }
}

/// An immutable set of keys, each with a 32-bit number, over a byte image.
///
/// # How it works
///
/// A key's hash `h` chooses, by its high bits, a word of a Bloom filter and a bucket of a table; the
/// low bits choose the filter's bits. Records lie in the order of their buckets without gaps, and
/// `offsets[b] ..< offsets[b + 1]` are those of bucket `b`:
///
///     filter    UInt64 …      15 bits a key
///     offsets   UInt32 …      one for each bucket, and the end; two keys to a bucket
///     records   fixed width:     key, number (UInt32)             offsets count records
///               variable width:  length (UInt16), tag (UInt16), number (UInt32), key, zeros to
///                                a multiple of four               offsets count four bytes
///
/// A lookup that misses usually costs one load (the filter's word); one that hits costs three: word,
/// offsets, record. The key's bytes are always compared. There are no empty slots, so a 32-byte key
/// costs 39.9 bytes in all.
///
/// # The bound
///
/// No bucket has more than `longestBucket` records: the builder takes another seed until that holds.
/// Should eight seeds fail, which takes someone who can invert the hash under all of them, the table
/// is sorted by key with one record to a "bucket", and a lookup is a binary search over the same
/// arrays. So no set of keys fails to build, and no lookup takes more than 32 steps.
///
/// # Trust
///
/// Opening checks the frame and lengths only; see `verify()` for the rest. Whatever the image holds,
/// lookups end within the bound and read nothing outside it.
public struct KeySet: Sendable {
  /// The answer for a key that is not in the set; no key has this number.
  public static let none = UInt32.max

  /// Records to a bucket on average.
  static let meanBucket = 2
  /// The most records that a bucket may have.
  static let longestBucket = 32
  /// The longest key of a set of variable width.
  static let longestKey = 65_535
  /// Bytes of a variable-width record before its key.
  static let recordHeader = 8
  /// A variable-width record begins at a multiple of this.
  static let recordUnit = 4
  static let format = ImageFormat(
    magic: "SekiKeys", version: 2, parameterCount: 6, elementSizes: [8, 4, 1])

  /// How the bucket of a key is found.
  enum Order: UInt64 {
    /// By the hash's high bits.
    case hashed = 0
    /// By binary search: one record to a bucket, sorted by key.
    case sorted = 1
  }

  /// Indices of the image's parameters.
  enum Parameter {
    static let width = 0
    static let flags = 1
    static let seed = 2
    static let count = 3
    static let order = 4
    static let recordBytes = 5
  }

  /// What `Parameter.width` says for keys of any width.
  static let variableWidth: UInt64 = 0xFFFF_FFFF

  let owner: ImageBytes
  let range: Range<Int>
  let filter: BlockedFilter
  let offsets: ImageTable<UInt32>
  let records: ImageTable<UInt8>
  let hash: KeyHash
  let order: Order
  /// The kernel's variant; tests force each.
  var variant = sekisho_best_variant()
  let bucketCount: Int
  /// Bytes of all records; the section has eight more, so that a load near the end is inside.
  let recordBytes: Int

  /// Number of keys.
  public let count: Int
  /// Bytes of each key, or nil if they vary.
  public let fixedWidth: Int?
  /// Whether lookups fold ASCII capitals; the keys are lower case then.
  public let ignoresCase: Bool

  /// Opens an image after checking its header and lengths; the region may be hostile.
  ///
  /// Costs microseconds whatever the number of keys.
  public init(image: ImageBytes, range: Range<Int>) throws(ImageError) {
    let reader = try ImageReader(image: image, range: range, format: Self.format)
    owner = image
    self.range = range
    let width = reader.parameters[Parameter.width]
    if width == Self.variableWidth {
      fixedWidth = nil
    } else {
      fixedWidth = try reader.count(Parameter.width, atMost: Self.longestKey)
    }
    let flags = reader.parameters[Parameter.flags]
    guard flags <= 1 else { throw .damaged("unknown flags in the key set") }
    ignoresCase = flags == 1
    guard let order = Order(rawValue: reader.parameters[Parameter.order]) else {
      throw .damaged("unknown order of the key set")
    }
    self.order = order
    hash = KeyHash(seed: reader.parameters[Parameter.seed])
    count = try reader.count(Parameter.count, atMost: Int(UInt32.max) - 1)
    filter = BlockedFilter(words: try reader.table(0))
    offsets = try reader.table(1)
    records = try reader.table(2)
    bucketCount = offsets.count - 1
    recordBytes = try reader.count(Parameter.recordBytes, atMost: records.count)
    guard bucketCount >= 1, records.count == recordBytes + 8 else {
      throw .damaged("the key set's tables do not fit one another")
    }
    if let fixedWidth {
      guard recordBytes == count * (fixedWidth + 4) else {
        throw .damaged("\(recordBytes) bytes are not \(count) keys of \(fixedWidth) bytes")
      }
    }
    guard order == .hashed || count == 0 || bucketCount == count else {
      throw .damaged("a sorted key set needs one offset a key")
    }
  }
}
