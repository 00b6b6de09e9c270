import CByteKernels

/// A Bloom filter whose bits for one key lie in one 64-bit word.
///
/// It is asked before an exact table: a key that is not in the set is turned away by one load, from
/// a region of two bytes a key that fits a cache where the table does not. Blocking costs about a
/// factor of three in false positives against a classic filter of the same size (Putze, Sanders and
/// Singler, 2007), and saves all loads but one. `sekisho_filter_keys` asks it about many keys at
/// once.
struct BlockedFilter: Sendable {
  /// Bits for each key at build; with four bits set about 0.6 % of misses pass.
  static let bitsPerKey = 15

  let words: ImageTable<UInt64>

  init(words: ImageTable<UInt64>) { self.words = words }

  /// Number of words for a set of `count` keys.
  static func wordCount(keys count: Int) -> Int { max(1, (count * bitsPerKey + 63) / 64) }

  /// Which word of `count` a hash belongs to; takes the hash's high bits.
  @inline(__always)
  static func word(of hash: UInt64, count: Int) -> Int { hash.scaled(to: count) }

  /// The bits that a key sets in its word; takes the hash's low 24 bits.
  @inline(__always)
  static func mask(of hash: UInt64) -> UInt64 { sekisho_filter_mask(hash) }

  /// Prefetches the word that `passes` and `mayContain` read.
  @inline(__always)
  func prefetch(_ hash: UInt64) { words.prefetch(Self.word(of: hash, count: words.count)) }

  /// 1 if a key with this hash may be in the set, else 0; computed without a branch.
  @inline(__always)
  func passes(_ hash: UInt64) -> Int {
    let word = words[clamping: Self.word(of: hash, count: words.count)]
    let missing = ~word & Self.mask(of: hash)
    // The sign of a number or its negative is set, unless it is zero.
    return Int(truncatingIfNeeded: (missing | (0 &- missing)) &>> 63 ^ 1)
  }

  /// Whether a key with this hash may be in the set.
  @inline(__always)
  func mayContain(_ hash: UInt64) -> Bool {
    let mask = Self.mask(of: hash)
    return words[clamping: Self.word(of: hash, count: words.count)] & mask == mask
  }

  /// Selects those of up to 64 keys that may be in the set, with their hashes.
  ///
  /// A key that leaves `bytes`, or whose length is not in `lengths`, is not selected.
  ///
  /// - Returns: the number of keys selected.
  @inline(__always)
  func select(
    _ keys: Span<KeyReference>, in bytes: RawSpan, ofLength lengths: ClosedRange<Int>,
    _ hash: KeyHash, foldingCase: Bool, _ variant: Int32,
    _ members: inout InlineArray<64, UInt32>, _ hashes: inout InlineArray<64, UInt64>
  ) -> Int {
    assert(keys.count <= 64)
    var memberSpan = members.mutableSpan
    var hashSpan = hashes.mutableSpan
    // SAFETY: the kernel writes no more members than there are keys, of which there is room for 64, and
    // reads nothing outside the filter's words and the bytes; a reference is two 32-bit integers.
    return unsafe bytes.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress ?? KeyHash.nothing
      var shape = unsafe sekisho_key_filter(
        secrets: hash.secrets, words: words.pointer, word_count: UInt64(words.count),
        shortest: UInt32(lengths.lowerBound), longest: UInt32(lengths.upperBound),
        folds: foldingCase ? 1 : 0)
      return unsafe keys.withUnsafeBytes { keys in
        unsafe memberSpan.withUnsafeMutableBufferPointer { members in
          unsafe hashSpan.withUnsafeMutableBufferPointer { hashes in
            guard let from = keys.baseAddress, let members = members.baseAddress,
              let hashes = hashes.baseAddress
            else { return 0 }
            return unsafe sekisho_filter_keys(
              variant, &shape, start.assumingMemoryBound(to: UInt8.self), bytes.count,
              from.assumingMemoryBound(to: sekisho_key_place.self),
              keys.count / MemoryLayout<KeyReference>.stride, members, hashes)
          }
        }
      }
    }
  }
}
