import Indicators
import Matchers
import Parsing

/// What is known of a word besides its bytes.
struct CandidateWord {
  static let size = 28
  /// Bytes of the longest word.
  static let longest = 64
  /// The most different neighbours of a word that are told apart.
  static let mostNeighbours = 16

  /// Bytes of the word.
  var length: Int
  /// Whether it occurs in text as a run of its own, with no letter, digit or `._-` beside it.
  var isRun: Bool
  /// The kinds of the values that hold the word, and of those values that take part without
  /// `--weak`.
  var kinds: IndicatorKindSet
  var strongKinds: IndicatorKindSet

  func append(to bytes: inout [UInt8], neighbours: Range<Int>) {
    bytes.append(kinds.rawValue)
    bytes.append(strongKinds.rawValue)
    bytes.append(UInt32(neighbours.lowerBound))
    bytes.append(UInt32(neighbours.count))
    bytes.append(UInt16(length))
    bytes.append(UInt16(isRun ? 1 : 0))
  }
}

/// The runs beside a word in a value, up to eight bytes of each, which must be beside it in text as
/// well.
///
/// Between the runs there may be anything else, since separators are written in several ways.
struct CandidateNeighbours: Equatable {
  static let size = 18

  /// The last bytes of the run before the word, and the first of the run behind it, in lower case;
  /// empty if there is no such run.
  var before: [UInt8]
  var behind: [UInt8]

  init(of run: Range<Int>, in key: RawSpan, _ range: Range<Int>) {
    before = []
    var rest = range
    while rest.lowerBound < run.lowerBound {
      let previous = CandidateRun.next(of: key, rest, isURL: false)
      guard previous.lowerBound < run.lowerBound else { break }
      before = CandidateRun.lowercase(
        key, max(previous.lowerBound, previous.upperBound - 8)..<previous.upperBound)
      rest = previous.upperBound..<range.upperBound
    }
    let next = CandidateRun.next(of: key, run.upperBound..<range.upperBound, isURL: false)
    behind = CandidateRun.lowercase(
      key, next.lowerBound..<min(next.upperBound, next.lowerBound + 8))
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(UInt8(before.count))
    bytes.append(UInt8(behind.count))
    bytes += before + Array(repeating: 0, count: 8 - before.count)
    bytes += behind + Array(repeating: 0, count: 8 - behind.count)
  }
}

/// The section of words of an opened image (`CandidateWordsBuilder`).
///
///     0   4    version
///     4   4    bit 0: some host is an IPv6 address
///     8   4    number of words
///     12  4    number of pairs of neighbours
///     16  8    kinds with a value without a word
///     24  4    number of words that take part without `--weak`, which come first
///     28  4    zero
///     32  8    length of the matcher of those
///     40  8    length of the matcher of the others
///     48  …    if there are words, the pieces of those that take part without `--weak`, and of all
///              (`WordPieces`)
///     …   …    words (`CandidateWord`), neighbours (`CandidateNeighbours`), zeros up to a
///              multiple of 64
///     …   …    two `LiteralMatcher`s, each followed by zeros up to a multiple of 64; pattern n is
///              the n-th of its words; a matcher without words is left out
struct CandidateWords: Sendable {
  static let version: UInt32 = 2
  private static let headerLength = 48

  private let image: ImageBytes
  private let pieces: Int
  private let facts: Int
  private let neighbours: Int
  private let neighbourCount: Int
  /// The matchers of the words that take part without `--weak`, and of the others; nil if there are
  /// no such words.
  private let strong: LiteralMatcher?
  private let weak: LiteralMatcher?
  private let strongCount: Int
  /// Number of words.
  let count: Int
  let hasIPv6Hosts: Bool
  let wordlessKinds: IndicatorKindSet

  /// Nil if the image has no such section, or one of another layout.
  init?(_ image: ImageBytes, _ table: SectionTable) throws(DatabaseError) {
    guard let section = table[.candidateWords] else { return nil }
    let range = section.range
    guard range.count >= Self.headerLength else { throw .damaged("the candidate words are cut") }
    let bytes = image.bytes
    let start = range.lowerBound
    guard bytes.littleEndianUInt32(unchecked: start) == Self.version else { return nil }
    hasIPv6Hosts = bytes.littleEndianUInt16(unchecked: start + 4) & 1 != 0
    count = Int(bytes.littleEndianUInt32(unchecked: start + 8))
    neighbourCount = Int(bytes.littleEndianUInt32(unchecked: start + 12))
    wordlessKinds = IndicatorKindSet(rawValue: bytes.littleEndianUInt64(unchecked: start + 16))
    strongCount = Int(bytes.littleEndianUInt32(unchecked: start + 24))
    // The factors are 32-bit numbers and small constants: no sum overflows.
    let pieces = count == 0 ? 0 : 2 * 8 * WordPieces.words
    let tables =
      Self.headerLength + pieces + count * CandidateWord.size
      + neighbourCount * CandidateNeighbours.size
    guard strongCount <= count,
      let first = DatabaseFormat.align(tables, to: DatabaseFormat.alignment),
      let firstLength = Int(exactly: bytes.littleEndianUInt64(unchecked: start + 32)),
      first <= range.count, firstLength <= range.count - first,
      let second = DatabaseFormat.align(first + firstLength, to: DatabaseFormat.alignment),
      second <= range.count,
      UInt64(range.count - second) == bytes.littleEndianUInt64(unchecked: start + 40)
    else { throw .damaged("the candidate words have another length than they say") }
    self.pieces = start + Self.headerLength
    facts = start + Self.headerLength + pieces
    neighbours = facts + count * CandidateWord.size
    self.image = image
    strong = try Self.matcher(image, start + first..<start + first + firstLength, strongCount)
    weak = try Self.matcher(image, start + second..<range.upperBound, count - strongCount)
  }

  private static func matcher(
    _ image: ImageBytes, _ range: Range<Int>, _ count: Int
  ) throws(DatabaseError) -> LiteralMatcher? {
    if count == 0 { return nil }
    do {
      let matcher = try LiteralMatcher(image: image, range: range)
      guard matcher.count == count else { throw DatabaseError.damaged("words of no matcher") }
      return matcher
    } catch {
      throw .damaged("candidate words: \(error)")
    }
  }

  /// The matchers of the words that take part, and the number of each one's first word.
  func matchers(includesWeak: Bool) -> [(matcher: LiteralMatcher, firstWord: Int)] {
    var matchers: [(matcher: LiteralMatcher, firstWord: Int)] = []
    if let strong { matchers.append((strong, 0)) }
    if includesWeak, let weak { matchers.append((weak, strongCount)) }
    return matchers
  }

  /// What is known of a word; `number` is below the count.
  @inline(__always)
  func word(_ number: Int) -> CandidateWord {
    let bytes = image.bytes
    let place = facts + number * CandidateWord.size
    return CandidateWord(
      length: Int(bytes.littleEndianUInt16(unchecked: place + 24)),
      isRun: bytes.byte(unchecked: place + 26) & 1 != 0,
      kinds: IndicatorKindSet(rawValue: bytes.littleEndianUInt64(unchecked: place)),
      strongKinds: IndicatorKindSet(rawValue: bytes.littleEndianUInt64(unchecked: place + 8)))
  }

  /// Whether some word that takes part holds three characters in a row (`WordPieces`).
  @inline(__always)
  func mayHold(_ first: Int, _ second: Int, _ third: Int, includesWeak: Bool) -> Bool {
    let bit = WordPieces.bit(first, second, third)
    let table = includesWeak ? pieces + 8 * WordPieces.words : pieces
    return count > 0 && image.bytes.byte(unchecked: table + bit >> 3) >> UInt8(bit & 7) & 1 != 0
  }

  /// Whether a word that ends before `end` may be part of a value there that takes part; `number`
  /// is below the count.
  func isCandidate(
    _ number: Int, in text: RawSpan, end: Int, _ wanted: IndicatorKindSet, includesWeak: Bool
  ) -> Bool {
    let word = word(number)
    let kinds = includesWeak ? word.kinds : word.strongKinds
    guard !kinds.isDisjoint(with: wanted), word.length <= end else { return false }
    if !word.isRun { return true }
    let range = end - word.length..<end
    let border = TextNeighbours.border(text, range)
    if border == .part { return false }
    let bytes = image.bytes
    let place = facts + number * CandidateWord.size
    let first = Int(bytes.littleEndianUInt32(unchecked: place + 16))
    let count = Int(bytes.littleEndianUInt32(unchecked: place + 20))
    guard count > 0, count <= neighbourCount, first <= neighbourCount - count else { return true }
    return (first..<first + count).contains { index in
      let pair = neighbours + index * CandidateNeighbours.size
      let before = min(Int(bytes.byte(unchecked: pair)), 8)
      let behind = min(Int(bytes.byte(unchecked: pair + 1)), 8)
      return
        (border == .written
        || TextNeighbours.may(
          bytes.extracting(pair + 2..<pair + 2 + before), precede: range.lowerBound, in: text))
        && TextNeighbours.may(
          bytes.extracting(pair + 10..<pair + 10 + behind), follow: range.upperBound, in: text)
    }
  }
}

/// What is beside a run of name characters in text.
enum TextNeighbours {
  enum Border {
    /// The run goes on beyond the word.
    case part
    /// The bytes before the word may be the end of an escape, a percent unit or an ANSI sequence.
    case written
    case run
  }

  /// How many bytes between two runs are looked at.
  private static let reach = 16
  /// How many bytes of an ANSI sequence are looked at.
  private static let longestSequence = 64

  static func border(_ text: RawSpan, _ range: Range<Int>) -> Border {
    let classes = TextClasses.shared
    if range.upperBound < text.byteCount,
      classes.is(text.byte(unchecked: range.upperBound), .nameByte)
    {
      return .part
    }
    let start = runStart(text, before: range.lowerBound, reach: 12)
    if start == range.lowerBound { return .run }
    return isEscape(text, before: start) || isSequence(text, before: range.lowerBound)
      ? .written : .part
  }

  /// Whether a run of a value that ends in `ending` may precede the word at an offset.
  static func may(_ ending: RawSpan, precede offset: Int, in text: RawSpan) -> Bool {
    if ending.isEmpty { return true }
    let classes = TextClasses.shared
    var end = offset
    let floor = max(0, offset - reach)
    while end > floor, !classes.is(text.byte(unchecked: end - 1), .nameByte) {
      if isOdd(text.byte(unchecked: end - 1)) { return true }
      end -= 1
    }
    // The run before is further away, or cut off at the chunk's start: it may be the right one.
    if end == floor { return true }
    var isEqual = end >= ending.byteCount
    if isEqual {
      for index in 0..<ending.byteCount
      where Byte.lowercased(text.byte(unchecked: end - ending.byteCount + index))
        != ending.byte(unchecked: index)
      {
        isEqual = false
        break
      }
    }
    // The first characters of a run behind an escape may belong to the escape.
    return isEqual || isEscape(text, before: runStart(text, before: end, reach: 16))
      || isSequence(text, before: end)
  }

  /// Whether a run of a value that begins with `beginning` may follow the word that ends before an
  /// offset.
  static func may(_ beginning: RawSpan, follow offset: Int, in text: RawSpan) -> Bool {
    if beginning.isEmpty { return true }
    let classes = TextClasses.shared
    var start = offset
    let ceiling = min(text.byteCount, offset + reach)
    while start < ceiling, !classes.is(text.byte(unchecked: start), .nameByte) {
      let byte = text.byte(unchecked: start)
      if isOdd(byte) { return true }
      start += 1
      guard byte == UInt8(ascii: "\\"), start < text.byteCount else { continue }
      // `\u`, `\x` and the like.
      let next = Byte.lowercased(text.byte(unchecked: start))
      if next == UInt8(ascii: "u") || next == UInt8(ascii: "x") { return true }
    }
    if start >= ceiling { return true }
    for index in 0..<beginning.byteCount {
      guard start + index < text.byteCount else { return true }
      let byte = text.byte(unchecked: start + index)
      if Byte.lowercased(byte) != beginning.byte(unchecked: index) {
        return byte == UInt8(ascii: "\\") || isOdd(byte)
      }
    }
    return true
  }

  /// Whether a byte may begin, or be part of, something that stands for another character.
  private static func isOdd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "%") || byte == 0x1b || byte >= 0x80
  }

  /// Whether the byte before a run may make the run's first characters part of an escape, a percent
  /// unit or an ANSI sequence.
  private static func isEscape(_ text: RawSpan, before start: Int) -> Bool {
    guard start > 0 else { return false }
    let byte = text.byte(unchecked: start - 1)
    return byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "[")
      || byte == UInt8(ascii: ";") || byte >= 0x80 || byte == 0x1b
  }

  /// Whether an ANSI sequence, whose last byte may be one of a run, may end directly before an
  /// offset.
  private static func isSequence(_ text: RawSpan, before end: Int) -> Bool {
    guard end > 2, 0x40...0x7e ~= text.byte(unchecked: end - 1) else { return false }
    var start = end - 1
    let floor = max(2, start - longestSequence)
    while start > floor, 0x20...0x3f ~= text.byte(unchecked: start - 1) { start -= 1 }
    // A longer sequence than is looked at may end here.
    guard text.byte(unchecked: start - 1) == UInt8(ascii: "[") else {
      return 0x20...0x3f ~= text.byte(unchecked: start - 1)
    }
    // `ESC`, or an escape of it.
    let byte = text.byte(unchecked: start - 2)
    return byte == 0x1b || byte | 0x20 == UInt8(ascii: "b")
  }

  private static func runStart(_ text: RawSpan, before end: Int, reach: Int) -> Int {
    let classes = TextClasses.shared
    let floor = max(0, end - reach)
    var start = end
    while start > floor, classes.is(text.byte(unchecked: start - 1), .nameByte) { start -= 1 }
    return start
  }
}
