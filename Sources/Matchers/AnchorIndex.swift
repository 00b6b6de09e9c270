import CByteKernels

/// An index of literals, which finds each by a rare pair of bytes in it.
///
/// # How it works
///
/// At build time each pattern gets an *anchor*: a pair of neighbouring bytes in it that is one of a few
/// rare kinds (for names a dot before a letter). A scan
///
/// 1. finds the anchors of the input, many bytes at once (`PairGroups`, the finder of
///    `CByteKernels`). If the finder stops at many pairs that no pattern needs, or if each anchor
///    would have to be tried under many windows, a bit table sorts the anchors out: by their exact
///    pairs, or by the four bytes around them (`AnchorGrams`);
/// 2. hashes up to eight bytes around each, the *window*, and asks a small filter whether a pattern
///    has that window. Patterns that are too short for one kind of window have another; there are
///    at most eight kinds, and each anchor is tried under each;
/// 3. looks up those that pass in a table of slots, and compares what is found byte by byte.
///
/// Windows and slots ignore the case of letters; the comparison heeds it where the pattern does.
///
/// # Layout
///
///     pairs     UInt8 × 64   tables of the finder, or 128 of twice as many groups
///     exact     UInt64 × 1024, or none: a bit for each pair, first byte high, that is really wanted
///     grams     UInt64 …, or none: a bit for each gram (`AnchorGrams`)
///     filters   UInt64 …     for each key two bits in one word
///     slots     UInt64 …     low half: low half of the hash, but bit 0 says whether a further
///               slot has this key; high half: place of the key's record in units of four bytes,
///               plus one; 0: empty. A key's slot is where the hash's high bits point, or one of
///               the next few.
///     records   in units of four bytes, see below
///
/// Each kind of window is a parameter: its width in bits 0–7, bytes before the anchor in 8–15, the
/// logarithm of its filter's words in 16–23, and from bit 24 on the index of the first of these
/// words; 0 means no window. The parameter of the grams precedes those of the windows.
///
/// A record is a literal, or a branch for windows that many patterns share:
///
///     literal   head: bits 0–12 length, 13–24 anchor's offset in the pattern, 25 ignores case,
///               26 has more numbers; number; the bytes, small where case is ignored, padded;
///               then, if bit 26 is set, the count of further numbers, and these, rising
///     branch    head: bits 0–4 number of further windows, 31 set; 0; for each window the first byte's
///               offset from the anchor (bits 0–15, signed) and the width (16–19)
///
/// The key of a branch's window is the hash of its bytes and of the key that led to the branch.
///
/// # Bounds that do not depend on the image
///
/// A candidate takes at most `visitLimit` visits of slots; the builder keeps a quarter of that. Every
/// offset is clamped at use.
struct AnchorIndex: Sendable {
  /// The most kinds of windows.
  static let windowLimit = 8
  /// How many slots a key may lie behind the one its hash points at; as many follow the last one.
  static let probeLimit = 64
  /// The most patterns behind one window that are compared one by one.
  static let groupLimit = 8
  /// The most slots that are visited for one candidate.
  static let visitLimit = 2048
  /// The most branches that follow one another.
  static let branchDepth = 5
  static let longestFilter = 26
  /// The bit of a slot that says that a further one has the same key.
  static let moreSlots: UInt64 = 1
  /// Bytes of an element of each section: pairs, exact, grams, filters, slots, records.
  static let elementSizes = [1, 8, 8, 8, 8, 1]

  /// A kind of window.
  struct Window: Sendable {
    var before: UInt32
    var width: UInt32
    var firstWord: Int
    var wordBits: UInt32
    var seed: UInt64

    var parameter: UInt64 {
      UInt64(width) | UInt64(before) << 8 | UInt64(wordBits) << 16 | UInt64(firstWord) << 24
    }

    /// The window of a parameter, not yet checked.
    init(parameter: UInt64, seed: UInt64) {
      width = UInt32(parameter & 0xFF)
      before = UInt32(parameter >> 8 & 0xFF)
      wordBits = UInt32(parameter >> 16 & 0xFF)
      firstWord = Int(parameter >> 24)
      self.seed = seed
    }

    init(before: Int, width: Int, seed: UInt64) {
      self.init(parameter: UInt64(width | before << 8), seed: seed)
    }
  }

  /// What the first word of a record says.
  struct Head {
    static let ignoresCase: UInt32 = 1 << 25
    static let hasMore: UInt32 = 1 << 26
    static let branch: UInt32 = 1 << 31

    var word: UInt32

    @inline(__always) var length: Int { Int(word & 0x1FFF) }
    @inline(__always) var anchor: Int { Int(word &>> 13 & 0xFFF) }
    @inline(__always) var ignoresCase: Bool { word & Self.ignoresCase != 0 }
    @inline(__always) var hasMore: Bool { word & Self.hasMore != 0 }
    @inline(__always) var isBranch: Bool { word & Self.branch != 0 }
    @inline(__always) var shapes: Int { Int(word & 0x1F) }
  }

  let pairs: ImageTable<UInt8>
  /// Whether there are more groups of pairs than one set of tables holds.
  var hasMoreGroups: Bool { pairs.count > PairGroups.tableBytes }
  let exact: ImageTable<UInt64>?
  let grams: AnchorGrams?
  let windows: [Window]
  let filters: ImageTable<UInt64>
  let slots: ImageTable<UInt64>
  let records: ImageTable<UInt8>
  let seed: UInt64
  /// Slots that hashes point at.
  let homeSlots: Int
  let patternCount: Int
  /// The kernels' variant: which instructions they use.
  var variant = sekisho_best_variant()

  /// Takes six sections of an image, in the order above, and the parameters of grams and windows.
  init(
    _ reader: ImageReader, firstSection section: Int, seed: UInt64, grams: UInt64,
    windows: ArraySlice<UInt64>, patternCount: Int
  ) throws(ImageError) {
    pairs = try reader.table(section)
    exact = reader.sections[section + 1].count > 0 ? try reader.table(section + 1) : nil
    guard (reader.sections[section + 2].count > 0) == (grams != 0) else {
      throw .damaged("a table of grams without their kinds, or kinds without one")
    }
    self.grams = grams == 0 ? nil : try AnchorGrams(parameter: grams, reader.table(section + 2))
    filters = try reader.table(section + 3)
    slots = try reader.table(section + 4)
    records = try reader.table(section + 5)
    self.seed = seed
    self.patternCount = patternCount
    homeSlots = slots.count - Self.probeLimit
    guard pairs.count == PairGroups.tableBytes || pairs.count == 2 * PairGroups.tableBytes,
      exact.map({ $0.count == 1024 }) ?? true, homeSlots > 0,
      records.count >= 16, patternCount > 0
    else {
      throw .damaged("the tables of anchors do not fit one another")
    }
    var kinds: [Window] = []
    for parameter in windows where parameter != 0 {
      let window = Window(parameter: parameter, seed: Self.windowSeed(seed, kinds.count))
      guard (1...8).contains(window.width), window.before < window.width,
        window.wordBits <= Self.longestFilter,
        window.firstWord <= filters.count - 1 << Int(window.wordBits)
      else { throw .damaged("window \(kinds.count) of the anchors is out of range") }
      kinds.append(window)
    }
    self.windows = kinds
  }

  /// The seed of the keys of one kind of window.
  static func windowSeed(_ seed: UInt64, _ index: Int) -> UInt64 {
    seed &+ UInt64(index + 1) &* 0xC2B2_AE3D_27D4_EB4F
  }

  /// The seed of the keys of a branch's window.
  @inline(__always)
  static func branchSeed(_ key: UInt64, shape: UInt32) -> UInt64 {
    (key ^ UInt64(shape) &* 0xFF51_AFD7_ED55_8CCD) &+ 0x1656_67B1_9E37_79F9
  }

  /// Whether a slot has a key, as far as its half of the hash tells.
  @inline(__always)
  static func isSlot(_ slot: UInt64, of key: UInt64) -> Bool { (slot ^ key) & 0xFFFF_FFFE == 0 }

  /// The slot that a key points at.
  @inline(__always)
  func home(_ key: UInt64) -> Int { key.scaled(to: homeSlots) }

  /// A branch's window: offset of its first byte from the anchor, and width.
  static func shape(offset: Int, width: Int) -> UInt32 {
    UInt32(UInt16(bitPattern: Int16(offset))) | UInt32(width) << 16
  }

  @inline(__always)
  static func offset(ofShape shape: UInt32) -> Int {
    Int(Int16(bitPattern: UInt16(truncatingIfNeeded: shape)))
  }

  /// The width of a branch's window, 1 to 8 whatever the image says.
  @inline(__always)
  static func width(ofShape shape: UInt32) -> Int { Int((shape &>> 16 &- 1) & 7) &+ 1 }

  /// Bytes of a literal's record before its further numbers.
  @inline(__always)
  static func literalBytes(_ length: Int) -> Int { 8 &+ (length &+ 3) & ~3 }

  /// The further numbers of the literal at an offset: where they begin and how many there are.
  func more(at record: Int, _ head: Head) -> (first: Int, count: Int) {
    guard head.hasMore else { return (0, 0) }
    let place = record &+ Self.literalBytes(head.length)
    let count = Int(records.load(clamping: place, as: UInt32.self))
    let room = max(0, (records.count &- place &- 4) / 4)
    return (place &+ 4, min(count, room, patternCount &- 1))
  }

  /// A pattern's number at an offset of the records.
  @inline(__always)
  func number(at offset: Int) -> UInt32 {
    min(
      records.load(clamping: offset, as: UInt32.self),
      UInt32(truncatingIfNeeded: patternCount &- 1))
  }
}
