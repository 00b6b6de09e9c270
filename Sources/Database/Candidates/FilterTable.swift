import CByteKernels
import Matchers
import Parsing

/// Where the bits of a key are in a Bloom filter: in one word, or in a pair of words where a wrong
/// answer costs more than the bits.
///
/// This is what `BlockedFilter` in `Matchers` does, which a loop in this module could not inline.
enum FilterWords {
  private static let bitsPerKey = 12
  private static let bitsPerPairedKey = 16

  static func count(keys: Int) -> Int { max(1, (keys * bitsPerKey + 63) / 64) }

  static func pairedCount(keys: Int) -> Int { 2 * max(1, (keys * bitsPerPairedKey + 127) / 128) }

  /// The word of a hash among `count`, by its high bits.
  @inline(__always)
  static func index(_ hash: UInt64, count: Int) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
  }

  /// The bits of a hash in its word, by its low bits.
  @inline(__always)
  static func mask(_ hash: UInt64) -> UInt64 {
    (1 as UInt64) &<< (hash & 63) | (1 as UInt64) &<< ((hash &>> 6) & 63)
      | (1 as UInt64) &<< ((hash &>> 12) & 63) | (1 as UInt64) &<< ((hash &>> 18) & 63)
  }

  /// The bits of a hash in the other word of its pair, by bits above those.
  @inline(__always)
  static func otherMask(_ hash: UInt64) -> UInt64 {
    (1 as UInt64) &<< ((hash &>> 24) & 63) | (1 as UInt64) &<< ((hash &>> 30) & 63)
      | (1 as UInt64) &<< ((hash &>> 36) & 63)
  }
}

/// The words of one filter in an image.
///
/// It does not keep the image alive, which its holder does: a loop over names must not count
/// references.
@safe
struct FilterTable: @unchecked Sendable {
  // Immutable memory, which is only read from.
  private let words: UnsafeRawPointer
  private let count: Int

  /// Takes the words from an offset on; the caller has checked that `count` words are there, and
  /// that `count` is at least 1.
  init(_ image: ImageBytes, from offset: Int, count: Int) {
    // SAFETY: the words lie within the image, as the caller has checked.
    unsafe words = image.baseAddress + offset
    self.count = count
  }

  /// Whether a key may have this hash; its bits lie in one word.
  @inline(__always)
  func holds(_ hash: UInt64) -> Bool {
    let mask = FilterWords.mask(hash)
    return word(FilterWords.index(hash, count: count)) & mask == mask
  }

  /// Whether a key may have this hash; its bits lie in a pair of words.
  @inline(__always)
  func holdsPaired(_ hash: UInt64) -> Bool {
    let index = FilterWords.index(hash, count: count)
    let mask = FilterWords.mask(hash)
    guard word(index) & mask == mask else { return false }
    let other = FilterWords.otherMask(hash)
    return word(index ^ 1) & other == other
  }

  /// Whether nothing passes.
  var isEmpty: Bool { (0..<count).allSatisfy { word($0) == 0 } }

  /// Gathers in `kept` the indices of the names of two labels that are worth a look
  /// (`sekisho_filter_names`); returns how many.
  ///
  /// The names lie within the bytes; each has a start, a dot and an end.
  func keepNames(
    _ bytes: RawSpan, _ starts: Span<UInt32>, _ dots: Span<UInt32>, _ ends: Span<UInt32>,
    in kept: inout [UInt32], way: Int32
  ) -> Int {
    precondition(
      starts.count == dots.count && starts.count == ends.count
        && kept.count >= starts.count + Int(SEKISHO_NAMES_SLACK))
    // SAFETY: the precondition checks that each list has one number for each name, and that `kept`
    // has the room that the kernel asks for; the caller says that the names lie within the bytes.
    return unsafe bytes.withUnsafeBytes { bytes in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe dots.withUnsafeBufferPointer { dots in
          unsafe ends.withUnsafeBufferPointer { ends in
            unsafe kept.withUnsafeMutableBufferPointer { kept in
              guard let text = unsafe bytes.bindMemory(to: UInt8.self).baseAddress,
                let first = starts.baseAddress, let dot = dots.baseAddress,
                let end = ends.baseAddress, let output = kept.baseAddress
              else { return 0 }
              var filter = unsafe sekisho_name_filter(
                words: words, word_count: UInt64(truncatingIfNeeded: count))
              return unsafe sekisho_filter_names(
                &filter, text, first, dot, end, starts.count, output, way)
            }
          }
        }
      }
    }
  }

  /// Gathers in `kept` the indices of the IPv4 addresses that may be hosts of URLs; returns how
  /// many.
  ///
  /// `kept` has room for as many as there are addresses.
  func keepAddresses(_ addresses: Span<UInt32>, in kept: inout [UInt32]) -> Int {
    var kept = kept.mutableSpan
    var count = 0
    // The first word is tested without a branch on the answer, so that the loads overlap; only the
    // few addresses that are left are looked up in their other word.
    for index in addresses.indices {
      kept[count] = UInt32(truncatingIfNeeded: index)
      count &+= holds(SuffixHash.hash(ipv4: addresses[index])) ? 1 : 0
    }
    var passed = 0
    for place in 0..<count {
      let index = kept[place]
      kept[passed] = index
      passed &+= holdsPaired(SuffixHash.hash(ipv4: addresses[Int(index)])) ? 1 : 0
    }
    return passed
  }

  @inline(__always)
  private func word(_ index: Int) -> UInt64 {
    assert(index >= 0 && index < count)
    // SAFETY: `FilterWords.index` gives an index below the count; the other index of a pair is
    // below it too, since the count of such a filter is even.
    return unsafe UInt64(
      littleEndian: words.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self))
  }
}
