import CByteKernels

/// A small bit table of the *grams* of all literals: the few bytes at each one's anchor.
///
/// It is asked between the pairs and the windows (`AnchorIndex`): one look at four bytes turns away
/// most anchors, for which each kind of window would otherwise have to be hashed. Large sets have
/// no grams, since so many literals would fill the table.
struct AnchorGrams: Sendable {
  /// The logarithms of bits that a table may have; the largest table, 64 KiB, fits a second-level
  /// cache.
  static let tableBits = 11...19
  /// The most literals of a table.
  static let most = 1 << 17

  /// Bit k is set where there are grams of kind k.
  let kinds: UInt32
  /// Logarithm of the table's bits.
  let bits: UInt32
  let table: ImageTable<UInt64>

  /// The parameter of an image: kinds in bits 0–7, bits of the table in 8–15; 0 means no grams.
  static func parameter(kinds: UInt32, bits: UInt32) -> UInt64 {
    UInt64(kinds) | UInt64(bits) << 8
  }

  /// Takes a table, which must be as large as `parameter` says; `parameter` is not 0.
  init(parameter: UInt64, _ table: ImageTable<UInt64>) throws(ImageError) {
    kinds = UInt32(parameter & 0xFF)
    bits = UInt32(parameter >> 8 & 0xFF)
    self.table = table
    guard parameter >> 16 == 0, kinds > 0, kinds >> UInt32(SEKISHO_GRAM_KINDS) == 0,
      Self.tableBits.contains(Int(bits)), table.count == 1 << (Int(bits) - 6)
    else { throw .damaged("the grams of the anchors do not fit their table") }
  }

  /// Keeps the anchors with a known gram, and those too near the ends of the bytes to tell.
  ///
  /// The anchors are ascending offsets from `base`, within `count` bytes; `found` is how many there are.
  ///
  /// - Returns: How many were kept, in place.
  func keep(
    _ variant: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int, base: Int,
    _ anchors: UnsafeMutablePointer<UInt32>, _ found: Int
  ) -> Int {
    var grams = unsafe sekisho_grams(kinds: kinds, bits: bits, table: table.pointer)
    // SAFETY: the anchors are positions of the bytes; `init` checked that the table has `1 << bits`
    // bits when the image was opened.
    return unsafe sekisho_keep_grams(variant, bytes, count, base, anchors, found, &grams)
  }
}

/// Gathers the grams of literals.
struct AnchorGramsBuilder {
  private static let kindCount = Int(SEKISHO_GRAM_KINDS)

  private(set) var kinds: UInt32 = 0
  private(set) var bits = 0
  private(set) var table: [UInt64] = []

  var parameter: UInt64 { AnchorGrams.parameter(kinds: kinds, bits: UInt32(bits)) }

  /// Takes the range of each literal and its anchor, as offsets in `bytes`.
  ///
  /// Nil if there are no literals or too many, or if an anchor is the last byte of its literal, so
  /// that its pair ends outside.
  init?(_ literals: [(range: Range<Int>, anchor: Int)], in bytes: [UInt8]) {
    guard !literals.isEmpty, literals.count <= AnchorGrams.most,
      literals.allSatisfy({ $0.anchor + 1 < $0.range.upperBound })
    else { return nil }
    bits = AnchorGrams.tableBits.lowerBound
    // An anchor that passes by chance is looked up in each kind of window, which costs more than a
    // larger table does.
    while bits < AnchorGrams.tableBits.upperBound, literals.count << 8 > 1 << bits { bits += 1 }
    table = [UInt64](repeating: 0, count: 1 << (bits - 6))
    // Each kind costs a look at each anchor, so the one that serves most literals comes first.
    // Pairs, which fit every literal, come last.
    var left = literals
    while !left.isEmpty {
      let served = (0..<Self.kindCount).map { kind in
        left.reduce(0) { $0 + (Self.bytes(of: kind, $1) == nil ? 0 : 1) }
      }
      let quads = served.dropLast()
      let most = quads.max() ?? 0
      let kind = most > 0 ? quads.firstIndex(of: most) ?? 0 : Self.kindCount - 1
      kinds |= 1 << UInt32(kind)
      left.removeAll { literal in
        guard let range = Self.bytes(of: kind, literal) else { return false }
        insert(bytes[range], kind)
        return true
      }
    }
  }

  /// The range of a literal's gram of one kind; nil if it is not inside, which a pair always is.
  private static func bytes(
    of kind: Int, _ literal: (range: Range<Int>, anchor: Int)
  ) -> Range<Int>? {
    let isPair = kind == kindCount - 1
    let start = literal.anchor - (isPair ? 0 : kind)
    let end = start + (isPair ? 2 : 4)
    return start >= literal.range.lowerBound && end <= literal.range.upperBound ? start..<end : nil
  }

  private mutating func insert(_ bytes: ArraySlice<UInt8>, _ kind: Int) {
    let gram = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let bit = Int(sekisho_gram_bit(gram, UInt32(kind), UInt32(bits)))
    table[bit >> 6] |= 1 << UInt64(bit & 63)
  }
}
