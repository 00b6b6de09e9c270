// The database file
// =================
//
// One immutable file: a header, a table of sections, and the sections. Every number is
// little-endian, nothing in it is a pointer, and everything that refers to something else does so
// by an index that the reader checks at each use. Equal indicators give equal bytes.
//
//     0        header, 256 bytes
//     256      section table, 64 bytes a section, sorted by kind
//     …        sections, each at the next multiple of its alignment (64, or 4096 for large lookup
//              structures); the bytes between are zero; nothing follows the last section
//
// Header:
//
//     0   8    magic: 0x89 "SKDB" 0x0D 0x0A 0x1A (a transfer that mangles text destroys it)
//     8   2    format, major: another one is refused
//     10  2    format, minor: a newer one is read, its unknown optional sections skipped
//     12  4    byte-order mark 0x01020304
//     16  4    identifier of the hash (1 = XXH3, 64 bits, no seed)
//     20  4    number of sections
//     24  8    seed of the lookup structures, drawn from the content
//     32  8    length of the file
//     40  8    hash of header and section table, with this field zero
//     48  16   build id: 128-bit XXH3 of the section table
//     64  192  zero
//
// Section entry:
//
//     0   4    kind (`SectionKind`)
//     4   2    version of the section's layout
//     6   2    flags: bit 0 set = a reader that does not know the kind must refuse the file
//     8   8    offset in the file
//     16  8    length in bytes
//     24  8    number of elements
//     32  4    bytes of an element, or 1 where elements vary in length
//     36  4    alignment of the offset
//     40  8    hash of the section's bytes
//     48  16   zero
//
// What refers to what:
//
//     kinds ──▶ entries of the kind                     strings ◀── stringEnds
//                  │ (number / 32)                         ▲            ▲
//                  └──▶ sourceBlocks ──▶ sources           │ lists ◀── listEnds
//                                          │               │   ▲
//                                          └─▶ origins ─▶ contexts
//                                                 └─────▶ feeds ──▶ refusals, feedKinds
//     key indexes, tries, URL prefixes, literals ──▶ entries
//
// An entry has no record of its own. The entries of a kind are numbered in the order of their
// normal forms, and what is known of an entry is at its place in columns of the kind:
//
//     values(kind)       the normal forms, nothing between them
//     lengths(kind)      how long each is, one or two bytes; absent if all have the same width
//     valueBlocks(kind)  where the value of each sixteenth entry begins; likewise
//     headNumbers(kind)  which of the kind's heads the entry has, one, two or four bytes; absent if
//                        there is only one
//     heads              what an entry is besides its value (`EntryHead`): few different ones
//
// The values are stored once: the structures that find an entry by its value hold no copy of it.

/// Constants of the header and the section table.
enum DatabaseFormat {
  static let magic: [UInt8] = [0x89, 0x53, 0x4B, 0x44, 0x42, 0x0D, 0x0A, 0x1A]
  static let major: UInt16 = 4
  static let minor: UInt16 = 0
  static let byteOrderMark: UInt32 = 0x0102_0304
  static let hashIdentifier: UInt32 = 1

  static let headerLength = 256
  static let sectionEntryLength = 64
  static let headerHashOffset = 40
  static let buildIdentifierOffset = 48

  /// More sections than any version writes; bounds the work that a header can ask for.
  static let maximumSections = 4096

  static let alignment = 64
  static let pageAlignment = 4096
  /// Lookup structures from this length on begin on a page of their own.
  static let pageAlignedFrom = 64 << 10

  /// How many entries have one common start of their sources in the source stream.
  static let entriesPerSourceBlock = 32
  /// How many entries have one common start of their values.
  static let entriesPerValueBlock = 16
  /// The longest value in bytes, which every key set must be able to hold.
  static let maximumValueLength = 65_535
  /// The longest text literal in bytes.
  static let maximumLiteralLength = 4096
  /// The most entries in one database.
  static let maximumEntries = Int(Int32.max)

  /// The next multiple of a power of two; nil if it would overflow.
  static func align(_ offset: Int, to alignment: Int) -> Int? {
    let (sum, overflow) = offset.addingReportingOverflow(alignment - 1)
    return overflow ? nil : sum & ~(alignment - 1)
  }
}

/// What a section holds.
///
/// Part of the format: never renumber, only append.
struct SectionKind: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  /// Facts about each indicator kind, by kind (`KindFacts`).
  static let kinds = SectionKind(rawValue: 1)
  /// One record for each feed, sorted by name and format (`FeedLayout`).
  static let feeds = SectionKind(rawValue: 2)
  /// Why a feed's values were refused, and how often: feed, string, count.
  static let refusals = SectionKind(rawValue: 3)
  /// How many entries of a kind a feed has: feed, kind, count.
  static let feedKinds = SectionKind(rawValue: 4)
  /// The different heads of the entries, those of a kind together (`EntryHead`).
  static let heads = SectionKind(rawValue: 5)
  /// Where the sources of each block of entries begin.
  static let sourceBlocks = SectionKind(rawValue: 7)
  /// The sources of the entries (`SourceStreamWriter`).
  static let sources = SectionKind(rawValue: 8)
  /// Pairs of feed and context.
  static let origins = SectionKind(rawValue: 9)
  /// What feeds say besides values (`ContextLayout`).
  static let contexts = SectionKind(rawValue: 10)
  static let listEnds = SectionKind(rawValue: 11)
  static let lists = SectionKind(rawValue: 12)
  static let stringEnds = SectionKind(rawValue: 13)
  static let strings = SectionKind(rawValue: 14)

  /// The file of each feed (`InputLayout`); optional.
  static let inputs = SectionKind(rawValue: 15)
  /// The date of the public suffix list that names were let in by, as text; optional.
  static let publicSuffixDate = SectionKind(rawValue: 16)

  /// Prefixes of one family, and the first entry of each (`PrefixLookup`).
  static let ipv4Trie = SectionKind(rawValue: 32)
  static let ipv4Runs = SectionKind(rawValue: 33)
  static let ipv6Trie = SectionKind(rawValue: 34)
  static let ipv6Runs = SectionKind(rawValue: 35)

  /// URL prefixes (`URLPrefixIndex`).
  static let urlPrefixAuthorities = SectionKind(rawValue: 48)
  static let urlPrefixes = SectionKind(rawValue: 50)
  /// Path-only URLs: path → first entry.
  static let urlPaths = SectionKind(rawValue: 51)

  /// Text literals; pattern n is the n-th text entry.
  static let literals = SectionKind(rawValue: 64)

  /// Tells which text holds no hit (`CandidateFilter`); optional.
  static let candidateFilter = SectionKind(rawValue: 80)
  /// Words of values that the filter cannot tell (`CandidateWords`); optional.
  static let candidateWords = SectionKind(rawValue: 81)

  /// The index of a kind's entries by their comparison keys.
  static func keys(_ kind: UInt8) -> SectionKind { SectionKind(rawValue: 256 + UInt32(kind)) }
  /// Which head each entry of a kind has.
  static func headNumbers(_ kind: UInt8) -> SectionKind {
    SectionKind(rawValue: 512 + UInt32(kind))
  }
  /// The normal forms of a kind.
  static func values(_ kind: UInt8) -> SectionKind { SectionKind(rawValue: 768 + UInt32(kind)) }
  /// The lengths of a kind's normal forms.
  static func lengths(_ kind: UInt8) -> SectionKind { SectionKind(rawValue: 1024 + UInt32(kind)) }
  /// Where each block of a kind's normal forms begins.
  static func valueBlocks(_ kind: UInt8) -> SectionKind {
    SectionKind(rawValue: 1280 + UInt32(kind))
  }
}

/// One line of the section table.
struct SectionEntry: Sendable {
  var kind: SectionKind
  var version: UInt16 = 1
  var isRequired = true
  var offset = 0
  var length = 0
  var count = 0
  var elementSize = 1
  var alignment = DatabaseFormat.alignment
  var hash: UInt64 = 0

  var range: Range<Int> { offset..<offset + length }
}

extension SectionEntry {
  /// Appends the 64 bytes of the entry.
  func append(to output: inout [UInt8]) {
    output.append(kind.rawValue)
    output.append(version)
    output.append(UInt16(isRequired ? 1 : 0))
    output.append(UInt64(offset))
    output.append(UInt64(length))
    output.append(UInt64(count))
    output.append(UInt32(elementSize))
    output.append(UInt32(alignment))
    output.append(hash)
    output.append(UInt64(0))
    output.append(UInt64(0))
  }
}

extension [UInt8] {
  /// Appends a number in little-endian order.
  @inline(__always)
  mutating func append(_ value: some FixedWidthInteger) {
    // SAFETY: an integer's bytes are all initialized.
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  /// Overwrites a number in little-endian order at an offset inside the array.
  mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
    var rest = value
    for index in 0..<(value.bitWidth / 8) {
      self[offset + index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }

  /// Lends the bytes to a reader.
  @inline(__always)
  func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    // SAFETY: the span lives as long as the closure.
    unsafe withUnsafeBytes { unsafe body($0.bytes) }
  }
}
