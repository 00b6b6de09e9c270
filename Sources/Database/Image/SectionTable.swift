import Indicators
import Matchers
import Parsing

/// Header and section table of an image, read once when it is opened.
struct SectionTable: Sendable {
  let minor: UInt16
  let seed: UInt64
  let buildIdentifier: (low: UInt64, high: UInt64)
  /// All sections, the unknown optional ones too.
  let sections: [SectionEntry]

  /// Checks everything that can be checked without reading the sections.
  init(_ image: ImageBytes) throws(DatabaseError) {
    let bytes = image.bytes
    let available = bytes.byteCount
    let magic = DatabaseFormat.magic
    for index in 0..<min(magic.count, available) where bytes.byte(at: index) != magic[index] {
      throw .notADatabase
    }
    guard available >= magic.count else { throw .notADatabase }
    guard available >= 16 else {
      throw .cutShort(found: UInt64(available), expected: UInt64(DatabaseFormat.headerLength))
    }
    let major = bytes.littleEndianUInt16(unchecked: 8)
    minor = bytes.littleEndianUInt16(unchecked: 10)
    guard bytes.littleEndianUInt32(unchecked: 12) == DatabaseFormat.byteOrderMark else {
      throw .otherVersion("other byte order")
    }
    guard major == DatabaseFormat.major else { throw .otherVersion("format \(major).\(minor)") }
    guard available >= DatabaseFormat.headerLength else {
      throw .cutShort(found: UInt64(available), expected: UInt64(DatabaseFormat.headerLength))
    }
    let hashIdentifier = bytes.littleEndianUInt32(unchecked: 16)
    guard hashIdentifier == DatabaseFormat.hashIdentifier else {
      throw .otherVersion("hash \(hashIdentifier)")
    }
    let length = bytes.littleEndianUInt64(unchecked: 32)
    guard UInt64(available) >= length else {
      throw .cutShort(found: UInt64(available), expected: length)
    }
    guard UInt64(available) == length else { throw .damaged("bytes after its end") }
    let count = bytes.littleEndianUInt32(unchecked: 20)
    guard count <= DatabaseFormat.maximumSections else { throw .damaged("too many sections") }
    let headLength =
      DatabaseFormat.headerLength + Int(count) * DatabaseFormat.sectionEntryLength
    guard headLength <= available else { throw .damaged("the section table does not fit") }
    seed = bytes.littleEndianUInt64(unchecked: 24)
    buildIdentifier = (
      bytes.littleEndianUInt64(unchecked: 48), bytes.littleEndianUInt64(unchecked: 56)
    )
    // The hash is that of a copy, and only the copy is read from here on.
    var head = bytes.copied(0..<headLength)
    let hash = bytes.littleEndianUInt64(unchecked: DatabaseFormat.headerHashOffset)
    head.store(UInt64(0), at: DatabaseFormat.headerHashOffset)
    guard Checksum.hash64(head) == hash else {
      throw .damaged("header or section table do not have the hash they should")
    }
    sections = try Self.readSections(head, count: Int(count), length: available)
  }

  private static func readSections(
    _ head: [UInt8], count: Int, length: Int
  ) throws(DatabaseError) -> [SectionEntry] {
    var sections: [SectionEntry] = []
    sections.reserveCapacity(count)
    var end = DatabaseFormat.headerLength + count * DatabaseFormat.sectionEntryLength
    for index in 0..<count {
      let base = DatabaseFormat.headerLength + index * DatabaseFormat.sectionEntryLength
      let section = head.withBytes { SectionEntry($0, at: base) }
      guard let section else { throw .damaged("section \(index) has impossible numbers") }
      if let last = sections.last, last.kind.rawValue >= section.kind.rawValue {
        throw .damaged("sections are not in order")
      }
      guard section.alignment == 64 || section.alignment == 4096,
        let start = DatabaseFormat.align(end, to: section.alignment), section.offset == start,
        section.length <= length, section.offset <= length - section.length
      else { throw .damaged("section \(section.kind.rawValue) is not where it should be") }
      if section.elementSize > 1 {
        let (bytes, overflow) = section.count.multipliedReportingOverflow(by: section.elementSize)
        guard !overflow, bytes == section.length else {
          throw .damaged("section \(section.kind.rawValue) has a length that does not fit")
        }
      }
      end = section.offset + section.length
      if section.kind.name == nil {
        if section.isRequired { throw .otherVersion("unknown section \(section.kind.rawValue)") }
      } else if section.version != 1 {
        throw .otherVersion("section \(section.kind.rawValue) version \(section.version)")
      }
      sections.append(section)
    }
    guard end == length else { throw .damaged("bytes that belong to no section") }
    return sections
  }

  /// The section of a kind, if there is one.
  subscript(_ kind: SectionKind) -> SectionEntry? { sections.first { $0.kind == kind } }

  /// The section of a kind as a table; it must exist and have records of one of the given sizes.
  func table(_ kind: SectionKind, sizes: Int...) throws(DatabaseError) -> RecordTable {
    guard let section = self[kind] else {
      throw .damaged("section \(kind.rawValue) is missing")
    }
    guard sizes.contains(section.elementSize),
      section.count == section.length / section.elementSize
    else { throw .damaged("section \(kind.rawValue) has records of another size") }
    return RecordTable(start: section.offset, count: section.count, stride: section.elementSize)
  }
}

extension SectionEntry {
  /// Reads the 64 bytes of an entry, which the caller has checked to be there; nil if a number does
  /// not fit.
  init?(_ bytes: RawSpan, at base: Int) {
    guard let offset = Int(exactly: bytes.littleEndianUInt64(unchecked: base + 8)),
      let length = Int(exactly: bytes.littleEndianUInt64(unchecked: base + 16)),
      let count = Int(exactly: bytes.littleEndianUInt64(unchecked: base + 24))
    else { return nil }
    let flags = bytes.littleEndianUInt16(unchecked: base + 6)
    self.init(
      kind: SectionKind(rawValue: bytes.littleEndianUInt32(unchecked: base)),
      version: bytes.littleEndianUInt16(unchecked: base + 4), isRequired: flags & 1 != 0,
      offset: offset, length: length, count: count,
      elementSize: Int(bytes.littleEndianUInt32(unchecked: base + 32)),
      alignment: Int(bytes.littleEndianUInt32(unchecked: base + 36)),
      hash: bytes.littleEndianUInt64(unchecked: base + 40))
    guard elementSize >= 1 else { return nil }
  }
}

extension SectionKind {
  /// The name shown to users; nil for a kind that this version does not know.
  var name: String? {
    switch self {
    case .kinds: "kinds"
    case .feeds: "feeds"
    case .refusals: "refusals"
    case .feedKinds: "feed-kinds"
    case .heads: "heads"
    case .sourceBlocks: "source-blocks"
    case .sources: "sources"
    case .origins: "origins"
    case .contexts: "contexts"
    case .listEnds: "list-ends"
    case .lists: "lists"
    case .stringEnds: "string-ends"
    case .strings: "strings"
    case .inputs: "inputs"
    case .publicSuffixDate: "public-suffix-date"
    case .ipv4Trie: "ipv4-trie"
    case .ipv4Runs: "ipv4-runs"
    case .ipv6Trie: "ipv6-trie"
    case .ipv6Runs: "ipv6-runs"
    case .urlPrefixAuthorities: "url-prefix-authorities"
    case .urlPrefixes: "url-prefixes"
    case .urlPaths: "url-paths"
    case .literals: "literals"
    case .candidateFilter: "candidate-filter"
    case .candidateWords: "candidate-words"
    default: columnName
    }
  }

  /// The name of a column of one kind.
  private var columnName: String? {
    guard let kind = IndicatorKind(rawValue: UInt8(truncatingIfNeeded: rawValue)) else {
      return nil
    }
    switch rawValue >> 8 {
    case 1 where EntryRules.hasKeys(kind): return "\(kind.name)-keys"
    case 2: return "\(kind.name)-head-numbers"
    case 3: return "\(kind.name)-values"
    case 4 where kind.fixedWidth == nil: return "\(kind.name)-lengths"
    case 5 where kind.fixedWidth == nil: return "\(kind.name)-value-blocks"
    default: return nil
    }
  }
}
