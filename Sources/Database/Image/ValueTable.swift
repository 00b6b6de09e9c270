import CByteKernels
import Indicators
import Matchers
import Parsing

/// The columns of one kind in an opened image: where the values are, and which head each entry has.
///
/// Places and lengths were checked when the image was opened; what the columns hold was not, so
/// every value that is read from them is clamped.
struct KindTable: Sendable {
  /// The number of the first entry, and how many there are.
  var first = 0
  var count = 0
  var values = RecordTable()
  /// For kinds whose values vary in length: one or two bytes each, a whole number of blocks.
  var lengths = RecordTable()
  var blocks = RecordTable()
  /// The length of each value in bytes; nil if lengths vary.
  var width: Int?
  /// Which head each entry has; `count` is 0 if all have the first.
  var headNumbers = RecordTable(start: 0, count: 0, stride: 1)
  var firstHead = 0
  var headCount = 0
  /// Whether values may begin with a scheme, which is not compared: those of URLs.
  var hasSchemes = false

  /// An empty kind.
  init() {}

  init(
    _ kind: IndicatorKind, _ facts: KindFacts, _ table: SectionTable
  ) throws(DatabaseError) {
    first = facts.firstEntry
    count = facts.entryCount
    firstHead = facts.firstHead
    headCount = facts.headCount
    width = kind.fixedWidth
    hasSchemes = kind == .url
    if count == 0 { return }
    let raw = kind.rawValue
    guard headCount > 0 else { throw .damaged("kind \(kind.name) has no heads") }
    values = try table.table(.values(raw), sizes: width ?? 1)
    if width != nil {
      guard values.count == count else { throw Self.mismatch(kind) }
    } else {
      lengths = try table.table(.lengths(raw), sizes: 1, 2)
      blocks = try table.table(.valueBlocks(raw), sizes: 4, 8)
      let blockLength = DatabaseFormat.entriesPerValueBlock
      guard blocks.count == (count + blockLength - 1) / blockLength,
        lengths.count == blocks.count * blockLength
      else { throw Self.mismatch(kind) }
    }
    if table[.headNumbers(raw)] != nil {
      headNumbers = try table.table(.headNumbers(raw), sizes: 1, 2, 4)
      guard headNumbers.count == count else { throw Self.mismatch(kind) }
    }
  }

  private static func mismatch(_ kind: IndicatorKind) -> DatabaseError {
    .damaged("the columns of kind \(kind.name) do not fit its entries")
  }
}

extension ImageBytes {
  /// Where the value at a place of the kind is in the image.
  @inline(__always)
  func valueRange(_ table: KindTable, _ place: Int) -> Range<Int> {
    if let width = table.width {
      let start = table.values.offset(place) ?? table.values.start
      return start..<start &+ (table.values.count > 0 ? width : 0)
    }
    let blockLength = DatabaseFormat.entriesPerValueBlock
    let block = place / blockLength
    let inBlock = place % blockLength
    guard let lengths = table.lengths.offset(block &* blockLength) else {
      return table.values.start..<table.values.start
    }
    // Every block of lengths is whole, so that all its words are there.
    let isNarrow = table.lengths.stride == 1
    var before: UInt64 = 0
    var left = isNarrow ? inBlock : inBlock &* 2
    var at = lengths
    while left > 0 {
      var word = bytes.littleEndianUInt64(unchecked: at)
      if left < 8 { word &= (1 as UInt64) &<< UInt64(left &* 8) &- 1 }
      before &+= isNarrow ? Self.sumOfBytes(word) : Self.sumOfPairs(word)
      at &+= 8
      left &-= 8
    }
    let length =
      isNarrow
      ? UInt64(bytes.byte(unchecked: lengths &+ inBlock))
      : UInt64(bytes.littleEndianUInt16(unchecked: lengths &+ inBlock &* 2))
    let (start, overflow) = offset(table.blocks, block).addingReportingOverflow(before)
    return range(
      table.values, from: overflow ? .max : start, to: start &+ length)
  }

  @inline(__always)
  private static func sumOfBytes(_ word: UInt64) -> UInt64 {
    let pairs = (word & 0x00ff_00ff_00ff_00ff) &+ (word &>> 8 & 0x00ff_00ff_00ff_00ff)
    return (pairs &* 0x0001_0001_0001_0001) &>> 48
  }

  @inline(__always)
  private static func sumOfPairs(_ word: UInt64) -> UInt64 {
    let halves = (word & 0x0000_ffff_0000_ffff) &+ (word &>> 16 & 0x0000_ffff_0000_ffff)
    return (halves & 0xffff_ffff) &+ halves &>> 32
  }

  /// Asks for the cache lines that `valueRange` reads.
  @inline(__always)
  func prefetchPlace(_ table: KindTable, _ place: Int) {
    if table.width != nil { return }
    let block = place / DatabaseFormat.entriesPerValueBlock
    if let offset = table.blocks.offset(block) { prefetch(offset) }
    if let offset = table.lengths.offset(block * DatabaseFormat.entriesPerValueBlock) {
      prefetch(offset)
    }
  }

  /// Asks for the cache line of the byte at an offset.
  @inline(__always)
  func prefetch(_ offset: Int) {
    // SAFETY: the address is only a hint, which is never read from.
    unsafe sekisho_prefetch(
      UnsafeRawPointer(bitPattern: UInt(bitPattern: baseAddress) &+ UInt(bitPattern: offset)))
  }

  /// The head of the entry at a place of the kind.
  @inline(__always)
  func head(_ heads: RecordTable, _ table: KindTable, _ place: Int) -> EntryHead {
    EntryHead(
      rawValue: uint64(
        heads, table.firstHead &+ min(headNumber(table, place), table.headCount &- 1)))
  }

  /// Which of the kind's heads the entry at a place has; not yet trusted.
  @inline(__always)
  func headNumber(_ table: KindTable, _ place: Int) -> Int {
    guard let offset = table.headNumbers.offset(place) else { return 0 }
    switch table.headNumbers.stride {
    case 1: return Int(bytes.byte(unchecked: offset))
    case 2: return Int(bytes.littleEndianUInt16(unchecked: offset))
    default: return Int(bytes.littleEndianUInt32(unchecked: offset))
    }
  }
}
