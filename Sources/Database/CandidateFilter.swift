internal import CByteKernels
internal import Indicators
internal import Matchers
internal import Parsing

// The candidate filter
// ====================
//
// Stands before everything in a scan of logs: text in which nothing passes it holds no hit, so that
// nobody has to find out what its fields are (`CandidateFinder`). Three Bloom filters:
//
// - *tails*: the last two labels of each name, and of each host of a URL or an e-mail address. A name
//   in text is turned away by one load, from a table that fits the second-level cache.
// - *values*: the names whose subdomains match too, the digests, and, marked, the names and hosts that match
//   only a name that is nothing more.
// - *hosts*: the IPv4 addresses that are hosts of URLs, apart since every address in text is asked for.
//
//     0   4    words of the filter of tails, at least one
//     4   4    words of the filter of values, at least two, an even number
//     8   4    flags: bit 0 set = some URL's host is neither a name of two labels nor IPv4;
//              bit 1 set = the last label of some name begins with a digit
//     12  4    version of this layout, 3
//     16  4    words of the filter of hosts, at least two, an even number
//     20  12   zero
//     32  32   one bit for each hash of a last label that begins with a digit (`DigitLabels`)
//     64  8×n  words of the tails, of the values, of the hosts
//
// The words follow from the entries alone, without a seed: whoever crafts feeds or logs so that much
// passes gains the time that an exact look costs, and no more.

/// Hashes of what text may hold, computed from its last byte backwards, so that one walk over a name
/// gives the hashes of all its suffixes.
struct SuffixHash {
  private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let finisher: UInt64 = 0xbf58_476d_1ce4_e5b9

  /// State over the whole words of eight bytes from the end, from the second on.
  private var state: UInt64 = 0
  /// How many bytes those are.
  private var covered = 0

  init() {}

  /// The hash of the `length` bytes before `end`; lengths of one walk only grow.
  ///
  /// Bit 5 of each byte is set, which makes letters small and keeps all other name characters apart.
  @inline(__always)
  mutating func hash(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    // Which most tails have at most, without a branch on their number.
    if length <= 16, end >= 16 {
      return Self.hashOfSixteen(bytes, before: end, length: length)
    }
    return slowHash(bytes, before: end, length: length)
  }

  /// The hash of up to sixteen bytes before `end`, which is no less.
  @inline(__always)
  static func hashOfSixteen(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    let low = bytes.littleEndianUInt64(unchecked: end &- 8) | bit5
    let high = bytes.littleEndianUInt64(unchecked: end &- 16) | bit5
    let isLong = length > 8
    let lowPart = isLong ? low : low &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length)
    let highPart = isLong ? high &>> UInt64(truncatingIfNeeded: 128 &- 8 &* length) : 0
    return finish(lowPart, highPart, length)
  }

  @inline(never)
  private mutating func slowHash(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    if length <= 16 {
      let low = Self.word(bytes, before: end, count: min(length, 8))
      let high = length > 8 ? Self.word(bytes, before: end - 8, count: length - 8) : 0
      return Self.finish(low, high, length)
    }
    if covered == 0 {
      state =
        Self.word(bytes, before: end, count: 8)
        ^ Self.mix(Self.word(bytes, before: end - 8, count: 8) ^ Self.finisher, Self.multiplier)
      covered = 16
    }
    while length - covered >= 8 {
      state = Self.mix(state ^ Self.word(bytes, before: end - covered, count: 8), Self.multiplier)
      covered += 8
    }
    let rest = length - covered
    let partial = rest == 0 ? 0 : Self.word(bytes, before: end - covered, count: rest)
    return Self.finish(state, partial, length)
  }

  @inline(__always)
  private static func finish(_ low: UInt64, _ high: UInt64, _ length: Int) -> UInt64 {
    mix(low ^ multiplier, high ^ finisher ^ UInt64(truncatingIfNeeded: length) << 56)
  }

  /// What stands in the filter of values for a name that matches only as a whole.
  @inline(__always)
  static func whole(_ hash: UInt64) -> UInt64 { hash ^ 0xd1b5_4a32_d192_ed03 }

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

  private static let bit5: UInt64 = 0x2020_2020_2020_2020

  /// One to eight bytes before an offset, the last one in the highest place that is used.
  @inline(__always)
  private static func word(_ bytes: RawSpan, before end: Int, count: Int) -> UInt64 {
    if end >= 8 {
      let word = bytes.littleEndianUInt64(unchecked: end - 8) | bit5
      return word >> UInt64(64 - 8 * count)
    }
    var word: UInt64 = 0
    for offset in end - count..<end {
      word = word >> 8 | UInt64(bytes.byte(unchecked: offset) | 0x20) << 56
    }
    return word >> UInt64(64 - 8 * count)
  }
}

/// A Bloom filter whose bits for one key lie in one word, or in a pair of words where what passes
/// costs more than the bits; as `BlockedFilter` in `Matchers`, which a loop in this module could not
/// inline.
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

/// The words of one filter in an image that whoever holds this keeps alive: a loop over names must not
/// count references.
@safe
struct FilterTable: @unchecked Sendable {
  // Immutable memory, which is only read from.
  private let words: UnsafeRawPointer
  private let count: Int

  /// The words from an offset on; the caller has checked that they are there, and that there is one.
  init(_ image: ImageBytes, from offset: Int, count: Int) {
    // SAFETY: the caller's promise.
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

  @inline(__always)
  private func word(_ index: Int) -> UInt64 {
    assert(index >= 0 && index < count)
    // SAFETY: an index is below the count, by how it is made of a hash; the count of pairs is even.
    return unsafe UInt64(
      littleEndian: words.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self))
  }
}

/// Which last labels of names begin with a digit, by a hash of few bits: text is full of numbers with a unit
/// or a time zone behind them.
struct DigitLabels: Sendable {
  private(set) var words: [UInt64]

  init() { words = [0, 0, 0, 0] }

  /// Those at an offset, where there must be 32 bytes.
  init(_ bytes: RawSpan, at offset: Int) {
    words = (0..<4).map { bytes.littleEndianUInt64(unchecked: offset + 8 * $0) }
  }

  func contains(_ hash: Int) -> Bool { words[hash >> 6 & 3] &>> UInt64(hash & 63) & 1 != 0 }

  mutating func insert(_ hash: Int) { words[hash >> 6 & 3] |= 1 &<< UInt64(hash & 63) }

  /// The hash of a label that begins at an offset, from 0 to 255; hyphens at its end do not count.
  static func hash(_ bytes: RawSpan, from start: Int, _ classes: TextClasses) -> Int {
    var state: UInt32 = 0
    var result: UInt32 = 0
    var offset = start
    while offset < bytes.byteCount {
      let byte = bytes.byte(unchecked: offset)
      guard classes.is(byte, .label) else { break }
      state = (state ^ UInt32(byte | 0x20)) &* 0x0100_0193
      if byte != UInt8(ascii: "-") { result = state }
      offset += 1
    }
    return Int(result >> 24)
  }
}

/// The filter of an opened image.
struct CandidateFilter: Sendable {
  static let headerLength = 64
  static let version: UInt32 = 3

  // Keeps the tables alive.
  private let image: ImageBytes
  let tails: FilterTable
  let values: FilterTable
  let hosts: FilterTable
  /// Some URL has a host that text cannot be searched for.
  let hasOtherHosts: Bool
  /// The last label of some name begins with a digit.
  let hasDigitLabels: Bool
  let digitLabels: DigitLabels

  /// Nil where the image has none, or one of another layout: then every line is read.
  init?(_ image: ImageBytes, _ table: SectionTable) throws(DatabaseError) {
    guard let section = table[.candidateFilter] else { return nil }
    let range = section.range
    guard range.count >= Self.headerLength else { throw .damaged("the candidate filter is cut") }
    let header = image.bytes
    func number(_ offset: Int) -> UInt32 {
      header.littleEndianUInt32(unchecked: range.lowerBound + offset)
    }
    guard number(12) == Self.version else { return nil }
    let tailWords = Int(number(0))
    let valueWords = Int(number(4))
    let hostWords = Int(number(16))
    hasOtherHosts = number(8) & 1 != 0
    hasDigitLabels = number(8) & 2 != 0
    digitLabels = DigitLabels(header, at: range.lowerBound + 32)
    guard tailWords > 0, valueWords > 0, valueWords % 2 == 0, hostWords > 0, hostWords % 2 == 0,
      range.count == Self.headerLength + 8 * (tailWords + valueWords + hostWords)
    else { throw .damaged("the candidate filter has another length than it says") }
    self.image = image
    let start = range.lowerBound + Self.headerLength
    tails = FilterTable(image, from: start, count: tailWords)
    values = FilterTable(image, from: start + 8 * tailWords, count: valueWords)
    hosts = FilterTable(image, from: start + 8 * (tailWords + valueWords), count: hostWords)
  }
}

/// Gathers what a filter is made of.
struct CandidateFilterBuilder {
  private var tails: [UInt64] = []
  private var values: [UInt64] = []
  private var hosts: [UInt64] = []
  private var flags: UInt32 = 0
  private var digitLabels = DigitLabels()

  /// Adds the key of an entry; true where it has a host that only a word tells (`CandidateWordsBuilder`).
  @inline(__always)
  mutating func insert(_ kind: IndicatorKind, key: RawSpan, mode: UInt8) -> Bool {
    var hasOtherHost = false
    let candidates = Candidates(kind, key: key, mode: mode)
    for index in 0..<candidates.count {
      switch candidates[index] {
      case .tail(let hash): tails.append(hash)
      case .value(let hash): values.append(hash)
      case .host(let hash): hosts.append(hash)
      case .otherHost:
        flags |= 1
        hasOtherHost = true
      case .digitLabel(let hash):
        flags |= 2
        digitLabels.insert(hash)
      }
    }
    return hasOtherHost
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
    let valueWords = FilterWords.pairedCount(keys: values.count)
    let hostWords = FilterWords.pairedCount(keys: hosts.count)
    var words = [UInt64](repeating: 0, count: tailWords + valueWords + hostWords)
    for hash in tails { words[FilterWords.index(hash, count: tailWords)] |= FilterWords.mask(hash) }
    func insertPaired(_ hash: UInt64, from start: Int, count: Int) {
      let index = FilterWords.index(hash, count: count)
      words[start + index] |= FilterWords.mask(hash)
      words[start + (index ^ 1)] |= FilterWords.otherMask(hash)
    }
    for (index, hash) in values.enumerated() {
      // The filter is larger than the caches.
      if index + 16 < values.count {
        Self.prefetch(words, tailWords + FilterWords.index(values[index + 16], count: valueWords))
      }
      insertPaired(hash, from: tailWords, count: valueWords)
    }
    for hash in hosts { insertPaired(hash, from: tailWords + valueWords, count: hostWords) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(CandidateFilter.headerLength + 8 * words.count)
    bytes.append(UInt32(tailWords))
    bytes.append(UInt32(valueWords))
    bytes.append(flags)
    bytes.append(CandidateFilter.version)
    bytes.append(UInt32(hostWords))
    bytes.append(
      contentsOf: repeatElement(0, count: CandidateFilter.headerLength - 32 - bytes.count))
    for word in digitLabels.words { bytes.append(word) }
    // Words stand in the image as in memory, whose order of bytes is little-endian.
    if 1.littleEndian == 1 {
      words.withRawBytes { bytes.append($0) }
    } else {
      for word in words { bytes.append(word) }
    }
    return bytes
  }

  /// Makes room for so many values.
  mutating func reserve(values count: Int) { values.reserveCapacity(values.count + count) }

  /// Asks for a word to be brought nearer.
  @inline(__always)
  private static func prefetch(_ words: [UInt64], _ index: Int) {
    // SAFETY: the address is only a hint, which is never read from.
    unsafe words.withUnsafeBufferPointer { words in
      if let base = words.baseAddress { unsafe sekisho_prefetch(base + index) }
    }
  }
}

/// What an entry adds to the filter.
struct Candidates {
  enum Value {
    case tail(UInt64), value(UInt64), host(UInt64), otherHost
    /// A last label that begins with a digit, by its hash.
    case digitLabel(Int)
  }

  /// Bytes of a name that is looked for label by label.
  static let longestName = 253

  /// Whether a name matches only one that is nothing more.
  private let isWhole: Bool
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

  /// Those of an entry's comparison key and raw `MatchMode`.
  @inline(__always)
  init(_ kind: IndicatorKind, key: RawSpan, mode: UInt8) {
    isWhole = kind != .domain || mode == MatchMode.exact.rawValue
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
      append(.host(SuffixHash.hash(ipv4: address)))
    } else {
      addName(key, start..<hostEnd)
    }
  }

  /// Whether the walk over a name in text sees this one label by label: none is empty or longer than a label is, no
  /// hyphen at an end is stripped, and the last label is no number.
  private static func isWalked(_ key: RawSpan, _ name: Range<Int>) -> Bool {
    guard name.count <= longestName, key.byte(unchecked: name.lowerBound) != UInt8(ascii: "-"),
      key.byte(unchecked: name.upperBound - 1) != UInt8(ascii: "-")
    else { return false }
    if let masks = NameMasks(key.extracting(name)), masks.dots != 0 {
      return !masks.hasEmptyLabel && !masks.endsInNumber
    }
    let classes = TextClasses.shared
    var start = name.lowerBound
    var isNumber = true
    for offset in name {
      let byte = key.byte(unchecked: offset)
      if byte == UInt8(ascii: ".") {
        guard 1...63 ~= offset - start else { return false }
        start = offset + 1
        isNumber = true
      } else {
        // What is above ASCII or a percent unit is a candidate by itself.
        guard classes.is(byte, .label) || byte >= 0x80 || byte == UInt8(ascii: "%") else {
          return false
        }
        if !classes.is(byte, .digit) { isNumber = false }
      }
    }
    return !isNumber && name.upperBound - start <= 63
  }

  private mutating func addName(_ key: RawSpan, _ name: Range<Int>) {
    let last = key.extracting(name).lastOffset(of: UInt8(ascii: "."), before: name.count)
    let first = last + 1 < name.count ? key.byte(unchecked: name.lowerBound + last + 1) : 0
    let isDigit = first &- 0x30 < 10
    guard last > 0, isDigit || (first | 0x20) &- 0x61 < 26, Self.isWalked(key, name) else {
      append(.otherHost)
      return
    }
    if isDigit {
      append(
        .digitLabel(
          DigitLabels.hash(
            key.extracting(..<name.upperBound), from: name.lowerBound + last + 1, .shared)))
    }
    let before = key.extracting(name).lastOffset(of: UInt8(ascii: "."), before: last)
    var hash = SuffixHash()
    append(
      .tail(hash.hash(key, before: name.upperBound, length: name.count - before - 1)))
    let value = hash.hash(key, before: name.upperBound, length: name.count)
    append(.value(isWhole ? SuffixHash.whole(value) : value))
  }
}
