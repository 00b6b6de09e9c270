import Indicators
import Matchers
import Parsing

// The candidate filter
// ====================
//
// A scan of logs asks the filter before anything else: text in which nothing passes holds no hit,
// so that its fields need not be found (`CandidateFinder`). Four Bloom filters:
//
// - *tails*: the last two labels of each name, and of each host of a URL or an e-mail address. A
//   name in text is turned away by one load, from a table that fits the second-level cache.
// - *values*: the names whose subdomains match too, the digests, and, marked (`SuffixHash.whole`),
//   the names and hosts that match only as a whole.
// - *hosts*: the IPv4 addresses that are hosts of URLs, in a filter of their own since every
//   address in text is looked up in it.
// - *wide tails*: the last two labels of each name that has one of them written as `xn--`, by the
//   characters that it stands for (`WideTail`), since text writes those.
//
//     0   4    words of the filter of tails, at least one
//     4   4    words of the filter of values, at least two, an even number
//     8   4    flags: bit 0 set = some URL's host is neither a name of two labels nor IPv4;
//              bit 1 set = the last label of some name begins with a digit;
//              bit 2 set = a label of such a URL's host may be written as `xn--`
//     12  4    version of this layout, 4
//     16  4    words of the filter of hosts, at least two, an even number
//     20  4    which bytes follow the digits that such a label begins with (`DigitLabels`)
//     24  4    words of the filter of wide tails, at least one
//     28  4    zero
//     32  32   one bit for each hash of a last label that begins with a digit (`DigitLabels`)
//     64  8×n  words of the tails, of the values, of the hosts, of the wide tails
//
// The words depend on the entries alone, without a seed: whoever crafts feeds or logs so that much
// passes only costs the time of exact looks.

/// The filter of an opened image.
struct CandidateFilter: Sendable {
  static let headerLength = 64
  static let version: UInt32 = 4

  // Keeps the tables alive.
  private let image: ImageBytes
  let tails: FilterTable
  let values: FilterTable
  let hosts: FilterTable
  let wideTails: FilterTable
  /// Whether some URL's host is an IPv4 address.
  let hasAddressHosts: Bool
  /// Whether some host can be found in text only as a word (`CandidateWords`).
  let hasOtherHosts: Bool
  /// Whether a label of such a host may be written as `xn--`.
  let hasOtherWideHosts: Bool
  /// Whether the last label of some name begins with a digit.
  let hasDigitLabels: Bool
  let digitLabels: DigitLabels

  /// Nil if the image has no filter, or one of another layout: then every line is read.
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
    let wideWords = Int(number(24))
    hasOtherHosts = number(8) & 1 != 0
    hasDigitLabels = number(8) & 2 != 0
    hasOtherWideHosts = number(8) & 4 != 0
    digitLabels = DigitLabels(header, at: range.lowerBound + 32, followers: number(20))
    guard tailWords > 0, valueWords > 0, valueWords % 2 == 0, hostWords > 0, hostWords % 2 == 0,
      wideWords > 0,
      range.count == Self.headerLength + 8 * (tailWords + valueWords + hostWords + wideWords)
    else { throw .damaged("the candidate filter has another length than it says") }
    self.image = image
    let start = range.lowerBound + Self.headerLength
    tails = FilterTable(image, from: start, count: tailWords)
    values = FilterTable(image, from: start + 8 * tailWords, count: valueWords)
    hosts = FilterTable(image, from: start + 8 * (tailWords + valueWords), count: hostWords)
    wideTails = FilterTable(
      image, from: start + 8 * (tailWords + valueWords + hostWords), count: wideWords)
    // Two words are the least; a filter of more holds something.
    hasAddressHosts = hostWords > 2 || !hosts.isEmpty
  }
}

/// Gathers the hashes that a filter is made of.
struct CandidateFilterBuilder {
  private var tails: [UInt64] = []
  private var values: [UInt64] = []
  private var hosts: [UInt64] = []
  private var wideTails: [UInt64] = []
  private var flags: UInt32 = 0
  private var digitLabels = DigitLabels()

  /// Adds the key of an entry; true if it has a host that only a word tells
  /// (`CandidateWordsBuilder`).
  @inline(__always)
  mutating func insert(_ kind: IndicatorKind, key: RawSpan, mode: UInt8) -> Bool {
    var hasOtherHost = false
    let candidates = Candidates(kind, key: key, mode: mode)
    for index in 0..<candidates.count {
      switch candidates[index] {
      case .tail(let hash): tails.append(hash)
      case .value(let hash): values.append(hash)
      case .host(let hash): hosts.append(hash)
      case .wideTail(let hash): wideTails.append(hash)
      case .otherHost(let isWide):
        flags |= isWide ? 5 : 1
        hasOtherHost = true
      case .digitLabel(let label):
        flags |= 2
        digitLabels.insert(label)
      }
    }
    return hasOtherHost
  }

  /// About how many different tails there are: the bits that they set in a bitmap with eight bits
  /// for each tail.
  ///
  /// This is a twentieth too few if all tails differ, and does not depend on their order.
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
    let wideWords = FilterWords.count(keys: wideTails.count)
    let firstWideWord = tailWords + valueWords + hostWords
    var words = [UInt64](repeating: 0, count: firstWideWord + wideWords)
    for hash in tails { words[FilterWords.index(hash, count: tailWords)] |= FilterWords.mask(hash) }
    for hash in wideTails {
      words[firstWideWord + FilterWords.index(hash, count: wideWords)] |= FilterWords.mask(hash)
    }
    func insertPaired(_ hash: UInt64, from start: Int, count: Int) {
      let index = FilterWords.index(hash, count: count)
      words[start + index] |= FilterWords.mask(hash)
      words[start + (index ^ 1)] |= FilterWords.otherMask(hash)
    }
    for (index, hash) in values.enumerated() {
      // The filter is larger than the caches, so that words are asked for ahead of their use.
      if index + 16 < values.count {
        words.prefetch(tailWords + FilterWords.index(values[index + 16], count: valueWords))
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
    bytes.append(digitLabels.followers)
    bytes.append(UInt32(wideWords))
    bytes.append(
      contentsOf: repeatElement(0, count: CandidateFilter.headerLength - 32 - bytes.count))
    for word in digitLabels.words { bytes.append(word) }
    // The image holds little-endian words, as memory does here.
    if 1.littleEndian == 1 {
      words.withRawBytes { bytes.append($0) }
    } else {
      for word in words { bytes.append(word) }
    }
    return bytes
  }

  /// Makes room for `count` more values.
  mutating func reserve(values count: Int) { values.reserveCapacity(values.count + count) }
}
