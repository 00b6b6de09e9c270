internal import Indicators
internal import Matchers
internal import Parsing

// The candidate filter
// ====================
//
// Stands before everything in a scan of logs: text in which nothing passes it holds no hit, so that
// nobody has to find out what its fields are (`CandidateFinder`). Two Bloom filters:
//
// - *tails*: the last two labels of each name, and of each host of a URL or an e-mail address. A name
//   in text is turned away by one load, from a table that fits the second-level cache.
// - *values*: the whole names and hosts, the IPv4 addresses that are hosts of URLs, the digests.
//
//     0   4    words of the filter of tails, at least one
//     4   4    words of the filter of values, at least one
//     8   4    flags: bit 0 set = some URL's host is neither a name of two labels nor IPv4;
//              bit 1 set = the last label of some name begins with a digit
//     12  52   zero
//     64  8×n  words of the tails, words of the values
//
// The words follow from the entries alone, without a seed: whoever crafts feeds or logs so that much
// passes gains the time that an exact look costs, and no more.

/// Hashes of what text may hold, computed from its last byte backwards, so that one walk over a name
/// gives the hashes of all its suffixes.
struct SuffixHash {
  private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let finisher: UInt64 = 0xbf58_476d_1ce4_e5b9

  /// State over the whole words of eight bytes from the end.
  private var state: UInt64 = 0x2545_f491_4f6c_dd1d
  /// How many bytes those are.
  private var covered = 0

  init() {}

  /// The hash of the `length` bytes before `end`; lengths of one walk only grow.
  ///
  /// Bit 5 of each byte is set, which makes letters small and keeps all other name characters apart.
  @inline(__always)
  mutating func hash(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    while length - covered >= 8 {
      state = Self.mix(state ^ Self.word(bytes, before: end - covered, count: 8), Self.multiplier)
      covered += 8
    }
    let rest = length - covered
    let partial = rest == 0 ? 0 : Self.word(bytes, before: end - covered, count: rest)
    return Self.mix(state ^ partial, Self.finisher ^ UInt64(truncatingIfNeeded: length))
  }

  /// The hash of a digest by its first eight bytes, in the order they are written, and its width.
  static func hash(digest first: UInt64, width: Int) -> UInt64 {
    mix(first ^ multiplier, finisher ^ UInt64(truncatingIfNeeded: width) << 32)
  }

  /// The hash of an IPv4 address that is the host of a URL.
  static func hash(ipv4 address: UInt32) -> UInt64 {
    mix(UInt64(address) ^ multiplier, finisher ^ 4 << 48)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// Up to eight bytes before an offset, the last one in the highest place that is used.
  @inline(__always)
  private static func word(_ bytes: RawSpan, before end: Int, count: Int) -> UInt64 {
    if end >= 8 {
      let word = bytes.littleEndianUInt64(unchecked: end - 8) | 0x2020_2020_2020_2020
      return word >> UInt64(64 - 8 * count)
    }
    var word: UInt64 = 0
    for offset in end - count..<end {
      word = word >> 8 | UInt64(bytes.byte(unchecked: offset) | 0x20) << 56
    }
    return word >> UInt64(64 - 8 * count)
  }
}

/// A Bloom filter whose bits for one key lie in one word, as `BlockedFilter` in `Matchers`, which a
/// loop in this module could not inline.
enum FilterWords {
  static let bitsPerKey = 12

  static func count(keys: Int) -> Int { max(1, (keys * bitsPerKey + 63) / 64) }

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
}

/// The filter of an opened image.
struct CandidateFilter: Sendable {
  static let headerLength = 64

  private let words: RecordTable
  private let image: ImageBytes
  private let tailWords: Int
  private let valueWords: Int
  /// Some URL has a host that text cannot be searched for.
  let hasOtherHosts: Bool
  /// The last label of some name begins with a digit.
  let hasDigitLabels: Bool

  /// Nil where the image has none.
  init?(_ image: ImageBytes, _ table: SectionTable) throws(DatabaseError) {
    guard let section = table[.candidateFilter] else { return nil }
    let range = section.range
    guard range.count >= Self.headerLength else { throw .damaged("the candidate filter is cut") }
    let header = image.bytes
    tailWords = Int(header.littleEndianUInt32(unchecked: range.lowerBound))
    valueWords = Int(header.littleEndianUInt32(unchecked: range.lowerBound + 4))
    hasOtherHosts = header.littleEndianUInt32(unchecked: range.lowerBound + 8) & 1 != 0
    hasDigitLabels = header.littleEndianUInt32(unchecked: range.lowerBound + 8) & 2 != 0
    guard tailWords > 0, valueWords > 0,
      range.count == Self.headerLength + 8 * (tailWords + valueWords)
    else { throw .damaged("the candidate filter has another length than it says") }
    words = RecordTable(
      start: range.lowerBound + Self.headerLength, count: tailWords + valueWords, stride: 8)
    self.image = image
  }

  /// Whether a name or host may end in what has this hash.
  @inline(__always)
  func mayEnd(_ hash: UInt64) -> Bool {
    let mask = FilterWords.mask(hash)
    return image.uint64(words, FilterWords.index(hash, count: tailWords)) & mask == mask
  }

  /// Whether a value may have this hash.
  @inline(__always)
  func mayHold(_ hash: UInt64) -> Bool {
    let mask = FilterWords.mask(hash)
    let index = tailWords + FilterWords.index(hash, count: valueWords)
    return image.uint64(words, index) & mask == mask
  }
}

/// Gathers what a filter is made of.
struct CandidateFilterBuilder {
  private var tails: [UInt64] = []
  private var values: [UInt64] = []
  private var flags: UInt32 = 0

  /// Adds the key of an entry.
  @inline(__always)
  mutating func insert(_ kind: IndicatorKind, key: RawSpan) {
    let candidates = Candidates(kind, key: key)
    for index in 0..<candidates.count {
      switch candidates[index] {
      case .tail(let hash): tails.append(hash)
      case .value(let hash): values.append(hash)
      case .otherHost: flags |= 1
      case .digitLabel: flags |= 2
      }
    }
  }

  /// About how many different tails there are: how many bits they set in a bitmap of eight for each.
  ///
  /// A twentieth too few where all differ, and a function of the tails alone, whatever their order.
  private func distinctTails() -> Int {
    let words = max(1, tails.count / 8)
    var bitmap = [UInt64](repeating: 0, count: words)
    for hash in tails {
      bitmap[FilterWords.index(hash, count: words)] |= (1 as UInt64) &<< (hash & 63)
    }
    return max(1, bitmap.reduce(0) { $0 + $1.nonzeroBitCount })
  }

  /// The section's bytes.
  consuming func build() -> [UInt8] {
    let tailWords = FilterWords.count(keys: distinctTails())
    let valueWords = FilterWords.count(keys: values.count)
    var words = [UInt64](repeating: 0, count: tailWords + valueWords)
    for hash in tails { words[FilterWords.index(hash, count: tailWords)] |= FilterWords.mask(hash) }
    for hash in values {
      words[tailWords + FilterWords.index(hash, count: valueWords)] |= FilterWords.mask(hash)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(CandidateFilter.headerLength + 8 * words.count)
    bytes.append(UInt32(tailWords))
    bytes.append(UInt32(valueWords))
    bytes.append(flags)
    bytes.append(
      contentsOf: repeatElement(0, count: CandidateFilter.headerLength - bytes.count))
    for word in words { bytes.append(word) }
    return bytes
  }
}

/// What an entry adds to the filter.
struct Candidates {
  enum Value {
    case tail(UInt64), value(UInt64), otherHost, digitLabel
  }

  /// How many there are, at most three.
  private(set) var count = 0
  // In place, since every entry of a database makes one of these.
  private var first = Value.otherHost
  private var second = Value.otherHost
  private var third = Value.otherHost

  /// One of them by its place.
  @inline(__always)
  subscript(_ index: Int) -> Value { index == 0 ? first : index == 1 ? second : third }

  /// All of them.
  var all: [Value] { (0..<count).map { self[$0] } }

  @inline(__always)
  private mutating func append(_ value: Value) {
    switch count {
    case 0: first = value
    case 1: second = value
    default: third = value
    }
    count += 1
  }

  @inline(__always)
  init(_ kind: IndicatorKind, key: RawSpan) {
    switch kind {
    case .domain: addName(key, 0..<key.byteCount)
    case .email:
      let sign = key.lastOffset(of: UInt8(ascii: "@"), before: key.byteCount)
      addName(key, sign + 1..<key.byteCount)
    case .url: addHost(key)
    case _ where kind.isDigest:
      append(
        .value(
          SuffixHash.hash(
            digest: key.littleEndianUInt64(unchecked: 0).byteSwapped, width: key.byteCount)))
    default: break
    }
  }

  /// The host of a URL's comparison key.
  private mutating func addHost(_ key: RawSpan) {
    // A path alone is met in captures only.
    if !key.isEmpty, key.byte(unchecked: 0) == UInt8(ascii: "/") { return }
    let end = (URLParts.authorityLength(key) ?? key.byteCount + 1) - 1
    let start = key.lastOffset(of: UInt8(ascii: "/"), before: min(end, key.byteCount)) + 1
    var hostEnd = min(end, key.byteCount)
    let colon = key.lastOffset(of: UInt8(ascii: ":"), before: hostEnd)
    if colon >= start { hostEnd = colon }
    if let address = IPAddressText.ipv4(key, start..<hostEnd) {
      append(.value(SuffixHash.hash(ipv4: address)))
    } else {
      addName(key, start..<hostEnd)
    }
  }

  private mutating func addName(_ key: RawSpan, _ name: Range<Int>) {
    let last = key.extracting(name).lastOffset(of: UInt8(ascii: "."), before: name.count)
    let first = last + 1 < name.count ? key.byte(unchecked: name.lowerBound + last + 1) : 0
    let isDigit = first &- 0x30 < 10
    guard last > 0, isDigit || (first | 0x20) &- 0x61 < 26 else {
      append(.otherHost)
      return
    }
    if isDigit { append(.digitLabel) }
    let before = key.extracting(name).lastOffset(of: UInt8(ascii: "."), before: last)
    var hash = SuffixHash()
    append(
      .tail(hash.hash(key, before: name.upperBound, length: name.count - before - 1)))
    append(.value(hash.hash(key, before: name.upperBound, length: name.count)))
  }
}
