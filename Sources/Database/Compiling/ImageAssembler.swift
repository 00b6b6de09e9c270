/// Puts sections together: offsets, alignment, hashes, header and table.
struct ImageAssembler {
  private var sections: [(entry: SectionEntry, bytes: [UInt8])] = []

  /// Adds a section; `isLookup` lets a large one begin on a page of its own.
  mutating func add(
    _ kind: SectionKind, _ bytes: [UInt8], count: Int, elementSize: Int, isLookup: Bool = false,
    isRequired: Bool = true
  ) {
    var entry = SectionEntry(kind: kind)
    entry.isRequired = isRequired
    entry.length = bytes.count
    entry.count = count
    entry.elementSize = elementSize
    if isLookup, bytes.count >= DatabaseFormat.pageAlignedFrom {
      entry.alignment = DatabaseFormat.pageAlignment
    }
    sections.append((entry, bytes))
  }

  /// Adds a table of ascending offsets, four bytes each where the last one fits.
  mutating func add(_ kind: SectionKind, offsets: [UInt64]) {
    let isNarrow = (offsets.last ?? 0) <= UInt64(UInt32.max)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(offsets.count * (isNarrow ? 4 : 8))
    for offset in offsets {
      if isNarrow { bytes.append(UInt32(offset)) } else { bytes.append(offset) }
    }
    add(kind, bytes, count: offsets.count, elementSize: isNarrow ? 4 : 8)
  }

  /// The finished image.
  consuming func finish(
    seed: UInt64, entryCount: Int
  ) throws(DatabaseError) -> CompiledDatabase {
    sections.sort { $0.entry.kind.rawValue < $1.entry.kind.rawValue }
    var offset =
      DatabaseFormat.headerLength + sections.count * DatabaseFormat.sectionEntryLength
    var table: [UInt8] = []
    for index in sections.indices {
      guard let start = DatabaseFormat.align(offset, to: sections[index].entry.alignment) else {
        throw DatabaseError(.tooLarge, "the database would be larger than a file can be")
      }
      sections[index].entry.offset = start
      sections[index].entry.hash = Checksum.hash64(sections[index].bytes)
      sections[index].entry.append(to: &table)
      offset = start + sections[index].bytes.count
    }
    var header = DatabaseFormat.magic
    header.append(DatabaseFormat.major)
    header.append(DatabaseFormat.minor)
    header.append(DatabaseFormat.byteOrderMark)
    header.append(DatabaseFormat.hashIdentifier)
    header.append(UInt32(sections.count))
    header.append(seed)
    header.append(UInt64(offset))
    header.append(UInt64(0))
    header.append(contentsOf: repeatElement(0, count: DatabaseFormat.headerLength - header.count))
    header += table
    ImageSeal.seal(&header, sectionCount: sections.count)
    return CompiledDatabase(
      head: header, sections: sections.map { ($0.entry.offset, $0.bytes) }, count: offset,
      entryCount: entryCount)
  }
}

/// What a header says about itself and the section table.
package enum ImageSeal {
  /// Writes the build id and the hash into an image that has its header and section table.
  package static func seal(_ image: inout [UInt8], sectionCount: Int) {
    let end =
      DatabaseFormat.headerLength + sectionCount * DatabaseFormat.sectionEntryLength
    let identity = image.withBytes {
      Checksum.hash128($0.extracting(DatabaseFormat.headerLength..<end))
    }
    image.store(identity.low, at: DatabaseFormat.buildIdentifierOffset)
    image.store(identity.high, at: DatabaseFormat.buildIdentifierOffset + 8)
    image.store(UInt64(0), at: DatabaseFormat.headerHashOffset)
    let hash = image.withBytes { Checksum.hash64($0.extracting(0..<end)) }
    image.store(hash, at: DatabaseFormat.headerHashOffset)
  }
}

/// The image of a database, in parts: ready to be written or opened.
public struct CompiledDatabase: Sendable {
  /// Header and section table.
  let head: [UInt8]
  /// Where each section begins, ascending, and its bytes.
  let sections: [(offset: Int, bytes: [UInt8])]
  /// Length of the image in bytes.
  public let count: Int
  /// Number of entries.
  public let entryCount: Int

  /// The whole image as one array.
  public var image: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    forEachPart { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Calls a closure with the parts of the image, one after the other.
  func forEachPart<Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try body(head)
    var offset = head.count
    for section in sections {
      if section.offset > offset {
        try body(Array(repeating: 0, count: section.offset - offset))
      }
      try body(section.bytes)
      offset = section.offset + section.bytes.count
    }
  }
}
