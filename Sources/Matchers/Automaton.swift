/// The automaton of Aho and Corasick (CACM 18(6), 1975) in one array of words.
///
/// # States
///
/// A state is named by where it begins in `words`, in the order of a breadth-first walk of the trie
/// of patterns, the root at 0. The two highest bits of the name say what the state is, so that the
/// hot loop needs no look at it: bit 31, some pattern ends here; bit 30, it is sparse.
///
///     dense     next state for each byte class, output
///     sparse    fail state, header, output if the header says so, classes, children
///               header: bits 0–8 number of children, bit 9 has output, bits 16–23 class of an only
///               child; with more children their classes follow, four to a word
///
/// The states nearest to the root, where a scan spends its time, are dense: their rows hold every
/// transition, so a byte costs one load. The many far from it are sparse: they hold their children
/// in the trie, and the fail state, whose transition is taken when there is no child.
///
/// Byte classes: bytes that are in no pattern share class 0; each other byte has its own, and where
/// case is ignored a capital has its small letter's.
///
/// # Outputs
///
/// An output is a list of patterns that are the same bytes, and a link to the output of the longest
/// proper suffix that is a pattern too. States that only end with a shorter pattern share its output.
///
///     outputFirsts   UInt32 …   where each output's patterns begin in `numbers`; then the end
///     outputLinks    UInt32 …   a smaller output, or none
///     outputTotals   UInt32 …   patterns of the output and all that its links lead to
///     numbers        UInt32 …   pattern numbers, rising in each output
///
/// # Bounds that do not depend on the image
///
/// Each byte leads at most one state deeper, and each fail state is less deep; so the fail states
/// taken are never more than the bytes read. The cursor counts them and goes back to the root when
/// an image breaks that. Output links must fall and are at most as many as a pattern has bytes.
struct Automaton: Sendable {
  static let outputFlag: UInt32 = 1 << 31
  static let sparseFlag: UInt32 = 1 << 30
  static let offsetMask: UInt32 = sparseFlag - 1
  static let headerOutput: UInt32 = 1 << 9
  static let none = UInt32.max
  /// Sections: words, classes, output firsts, links and totals, pattern numbers.
  static let elementSizes = [4, 1, 4, 4, 4, 4]
  /// Parameters: words of a dense row, words of all dense rows, whether class 0 is unused.
  static let parameterCount = 3

  /// The position of a stream in an automaton.
  struct Cursor: Sendable {
    /// The state, without the output flag: what ended there was reported.
    var state: UInt32 = 0
    /// Fail states taken so far.
    var fails: UInt64 = 0
  }

  let words: ImageTable<UInt32>
  let classes: ImageTable<UInt8>
  let outputFirsts: ImageTable<UInt32>
  let outputLinks: ImageTable<UInt32>
  let outputTotals: ImageTable<UInt32>
  let numbers: ImageTable<UInt32>
  /// Words of a dense row: classes and one for the output.
  let stride: Int
  /// Words of all dense rows; sparse states follow.
  let denseWords: Int
  /// Whether class 0 is that of the bytes that are in no pattern.
  let hasUnusedClass: Bool
  /// Number of patterns of the whole matcher.
  let patternCount: Int

  /// An automaton of the image, or nil if it has none here.
  init?(
    _ reader: ImageReader, parameter: Int, firstSection section: Int, patternCount: Int
  ) throws(ImageError) {
    guard reader.sections[section].count > 0 else { return nil }
    words = try reader.table(section)
    classes = try reader.table(section + 1)
    outputFirsts = try reader.table(section + 2)
    outputLinks = try reader.table(section + 3)
    outputTotals = try reader.table(section + 4)
    numbers = try reader.table(section + 5)
    stride = try reader.count(parameter, atMost: 257)
    denseWords = try reader.count(parameter + 1, atMost: words.count)
    hasUnusedClass = try reader.count(parameter + 2, atMost: 1) == 1
    self.patternCount = patternCount
    guard words.count <= Int(Self.offsetMask), classes.count == 256, stride >= 2,
      denseWords >= stride, denseWords % stride == 0, outputLinks.count == outputTotals.count,
      outputFirsts.count == outputLinks.count + 1, patternCount > 0
    else { throw .damaged("the automaton's tables do not fit one another") }
  }

  /// The class of a byte.
  @inline(__always)
  func byteClass(_ byte: UInt8) -> UInt32 { UInt32(classes[orZero: Int(byte)]) }

  /// The state after one more byte of the class `byteClass`.
  ///
  /// The state before may have the output flag or not. `fails` counts the fail states taken, which
  /// may not exceed `limit`, the bytes of the stream so far.
  @inline(__always)
  func next(_ state: UInt32, class byteClass: UInt32, fails: inout UInt64, limit: UInt64) -> UInt32
  {
    guard state & Self.sparseFlag != 0 else {
      return words[orZero: Int(state & Self.offsetMask) &+ Int(byteClass)]
    }
    return nextFromSparse(state, class: byteClass, fails: &fails, limit: limit)
  }

  func nextFromSparse(
    _ state: UInt32, class byteClass: UInt32, fails: inout UInt64, limit: UInt64
  ) -> UInt32 {
    if hasUnusedClass, byteClass == 0 { return 0 }
    var state = state
    while state & Self.sparseFlag != 0 {
      let at = Int(state & Self.offsetMask)
      if let child = child(of: at, class: byteClass) { return child }
      guard fails < limit else { return 0 }
      fails &+= 1
      state = words[clamping: at]
    }
    return words[orZero: Int(state & Self.offsetMask) &+ Int(byteClass)]
  }

  /// The child of the sparse state at a word for a class.
  @inline(__always)
  private func child(of at: Int, class byteClass: UInt32) -> UInt32? {
    let header = words[clamping: at &+ 1]
    let count = Int(header & 0x1FF)
    var place = at &+ 2 &+ Int(header &>> 9 & 1)
    if count == 1 { return header &>> 16 & 0xFF == byteClass ? words[clamping: place] : nil }
    let children = place &+ (count &+ 3) &>> 2
    let ones: UInt32 = 0x0101_0101
    let wanted = ones &* byteClass
    var index = 0
    while index < count {
      let difference = words[clamping: place] ^ wanted
      // The lowest bit set belongs to the first zero byte; higher ones may be borrowed.
      let zeros = (difference &- ones) & ~difference & (ones &* 0x80)
      if zeros != 0 {
        index &+= zeros.trailingZeroBitCount &>> 3
        return index < count ? words[clamping: children &+ index] : nil
      }
      index &+= 4
      place &+= 1
    }
    return nil
  }

  /// The output of a state that has the output flag.
  @inline(__always)
  func output(of state: UInt32) -> UInt32 {
    let at = Int(state & Self.offsetMask)
    return words[clamping: at &+ (state & Self.sparseFlag != 0 ? 2 : stride &- 1)]
  }

  /// Patterns of an output and of those that its links lead to.
  @inline(__always)
  func total(of output: UInt32) -> UInt32 { outputTotals[clamping: Int(output)] }

  /// Appends a match for each pattern of an output and of those that its links lead to.
  func append(_ output: UInt32, end: UInt64, to matches: inout [LiteralMatch]) {
    var output = Int(output)
    var left = numbers.count
    for _ in 0..<LiteralMatcher.longestPattern where output < outputLinks.count {
      let first = Int(outputFirsts[clamping: output])
      let last = min(Int(outputFirsts[clamping: output &+ 1]), first &+ left)
      var at = first
      while at < last {
        let number = min(Int(numbers[clamping: at]), patternCount &- 1)
        matches.append(LiteralMatch(pattern: UInt32(truncatingIfNeeded: number), end: end))
        at = at &+ 1
        left = left &- 1
      }
      let link = Int(outputLinks[clamping: output])
      guard link < output else { return }
      output = link
    }
  }
}
