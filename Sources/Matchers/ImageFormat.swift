/// The common frame of every matcher's image.
///
///     0   magic             8 ASCII bytes, which kind of image
///     8   version           UInt32
///     12  byte count of the header, padded to 64    UInt32
///     16  byte count of the image                   UInt64
///     24  parameters        UInt64 each
///     …   element counts    UInt64 each, one for a section
///     …   zeros to a multiple of 64
///     then the sections in order, each padded with zeros to a multiple of 64
///
/// All little endian. A section's place follows from the counts before it, so sections cannot
/// overlap or leave gaps, and an opener has no offsets to check.
struct ImageFormat {
  let magic: StaticString
  let version: UInt32
  let parameterCount: Int
  /// Bytes of an element of each section.
  let elementSizes: [Int]

  /// The magic as the first eight bytes of an image read as one integer.
  var magicWord: UInt64 {
    var word: UInt64 = 0
    // SAFETY: a static string's bytes live for ever.
    magic.withUTF8Buffer { text in
      for index in 0..<Swift.min(text.count, 8) {
        unsafe word |= UInt64(text[index]) << UInt64(8 * index)
      }
    }
    return word
  }

  var headerBytes: Int { (24 + 8 * (parameterCount + elementSizes.count) + 63) & ~63 }
}

/// The checked header of an opened image.
struct ImageReader {
  let image: ImageBytes
  let parameters: [UInt64]
  /// For each section where it starts in the image and how many elements it has.
  let sections: [(offset: Int, count: Int)]
  private let elementSizes: [Int]
  private let range: Range<Int>

  /// The first eight bytes of a region, or 0 if it is shorter or not in the image.
  static func magicWord(image: ImageBytes, range: Range<Int>) -> UInt64 {
    guard range.lowerBound >= 0, range.upperBound <= image.count, range.count >= 8 else { return 0 }
    return image.bytes.little(unchecked: range.lowerBound, as: UInt64.self)
  }

  /// Checks magic, version and lengths.
  ///
  /// Costs the same whatever the image's size.
  init(image: ImageBytes, range: Range<Int>, format: ImageFormat) throws(ImageError) {
    guard range.lowerBound >= 0, range.upperBound <= image.count else {
      throw .damaged("the region is not in the file")
    }
    guard range.count >= format.headerBytes else {
      throw .damaged("\(range.count) bytes are too few for a header of \(format.headerBytes)")
    }
    let bytes = image.bytes
    let start = range.lowerBound
    guard bytes.little(unchecked: start, as: UInt64.self) == format.magicWord else {
      throw .damaged("no \(format.magic) image")
    }
    let version = bytes.little(unchecked: start + 8, as: UInt32.self)
    guard version == format.version else {
      throw .damaged("version \(version) of \(format.magic), expected \(format.version)")
    }
    guard bytes.little(unchecked: start + 12, as: UInt32.self) == UInt32(format.headerBytes),
      bytes.little(unchecked: start + 16, as: UInt64.self) == UInt64(range.count)
    else { throw .damaged("the lengths in the header of \(format.magic) do not fit") }

    var parameters: [UInt64] = []
    for index in 0..<format.parameterCount {
      parameters.append(bytes.little(unchecked: start + 24 + 8 * index, as: UInt64.self))
    }
    var sections: [(offset: Int, count: Int)] = []
    var offset = format.headerBytes
    let counts = start + 24 + 8 * format.parameterCount
    for (index, size) in format.elementSizes.enumerated() {
      let stored = bytes.little(unchecked: counts + 8 * index, as: UInt64.self)
      guard let count = Int(exactly: stored), count <= (range.count - offset) / size else {
        throw .damaged("section \(index) of \(format.magic) leaves the image")
      }
      sections.append((start + offset, count))
      offset = (offset + count * size + 63) & ~63
      guard offset <= range.count else {
        throw .damaged("section \(index) of \(format.magic) leaves the image")
      }
    }
    guard offset == range.count else {
      throw .damaged("\(range.count - offset) bytes too many in \(format.magic)")
    }
    self.image = image
    self.range = range
    self.parameters = parameters
    self.sections = sections
    elementSizes = format.elementSizes
  }

  /// The table of a section, which must hold at least one element.
  func table<Element>(_ section: Int) throws(ImageError) -> ImageTable<Element> {
    try ImageTable(image: image, offset: sections[section].offset, count: sections[section].count)
  }

  /// A parameter that is a count; throws if it is above `limit`.
  func count(_ parameter: Int, atMost limit: Int) throws(ImageError) -> Int {
    guard let value = Int(exactly: parameters[parameter]), value <= limit else {
      throw .damaged("parameter \(parameter) is out of range")
    }
    return value
  }

  /// Checks that the bytes between sections are zero, as builders write them.
  func verifyPadding() throws(ImageError) {
    let bytes = image.bytes
    let headerEnd = range.lowerBound + 24 + 8 * (parameters.count + sections.count)
    let firstSection = sections.first?.offset ?? range.upperBound
    for offset in headerEnd..<firstSection
    where bytes.little(unchecked: offset, as: UInt8.self) != 0 {
      throw .damaged("padding of the header is not zero")
    }
    for (index, section) in sections.enumerated() {
      let end = section.offset + section.count * elementSizes[index]
      let next = index + 1 < sections.count ? sections[index + 1].offset : range.upperBound
      for offset in end..<next where bytes.little(unchecked: offset, as: UInt8.self) != 0 {
        throw .damaged("padding after section \(index) is not zero")
      }
    }
  }
}

/// Writes an image: the header at once, then each section's elements where they belong.
///
/// Memory is touched only as far as sections were written, so that what each is made of can be
/// freed before the next one is written.
struct ImageWriter {
  private var bytes: [UInt8]
  private let offsets: [Int]
  /// Where each section ends, padding included.
  private let ends: [Int]

  /// An image of zeros with its header; `counts` gives the number of elements of each section.
  init(format: ImageFormat, parameters: [UInt64], counts: [Int]) {
    precondition(parameters.count == format.parameterCount)
    precondition(counts.count == format.elementSizes.count)
    var offsets: [Int] = []
    var offset = format.headerBytes
    for (count, size) in zip(counts, format.elementSizes) {
      offsets.append(offset)
      offset = (offset + count * size + 63) & ~63
    }
    bytes = []
    bytes.reserveCapacity(offset)
    self.offsets = offsets
    ends = offsets.dropFirst() + [offset]
    reach(format.headerBytes)
    store(format.magicWord, at: 0)
    store(format.version, at: 8)
    store(UInt32(format.headerBytes), at: 12)
    store(UInt64(offset), at: 16)
    for (index, value) in (parameters + counts.map { UInt64($0) }).enumerated() {
      store(value, at: 24 + 8 * index)
    }
  }

  /// The image.
  mutating func finish() -> [UInt8] {
    reach(ends.last ?? bytes.count)
    return bytes
  }

  /// Adds zeros up to an offset.
  @inline(__always)
  private mutating func reach(_ end: Int) {
    if end > bytes.count { extend(to: end) }
  }

  @inline(never)
  private mutating func extend(to end: Int) {
    bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
  }

  private mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at offset: Int
  ) {
    unsafe bytes.withUnsafeMutableBytes { memory in
      // SAFETY: `storeBytes` checks the offset against the buffer.
      unsafe memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
  }

  /// Stores one element of a section.
  @inline(__always)
  mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, section: Int, index: Int
  ) {
    reach(ends[section])
    store(value, at: offsets[section] + index * MemoryLayout<Value>.size)
  }

  /// One element of a section, zero if it was not stored.
  @inline(__always)
  mutating func word(section: Int, index: Int) -> UInt64 {
    reach(ends[section])
    return unsafe bytes.withUnsafeBytes { memory in
      // SAFETY: the offset is checked against the buffer.
      UInt64(
        littleEndian: unsafe memory.loadUnaligned(
          fromByteOffset: offsets[section] + index * 8, as: UInt64.self))
    }
  }

  /// Sets more bits of one element of a section.
  @inline(__always)
  mutating func add(_ bits: UInt64, section: Int, index: Int) {
    let offset = offsets[section] + index * 8
    reach(ends[section])
    unsafe bytes.withUnsafeMutableBytes { memory in
      // SAFETY: both check the offset against the buffer.
      let word = unsafe memory.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      unsafe memory.storeBytes(
        of: word | bits.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
  }

  /// Stores an integer at a byte offset of a section.
  @inline(__always)
  mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, section: Int, byteOffset: Int
  ) {
    reach(ends[section])
    store(value, at: offsets[section] + byteOffset)
  }

  /// Stores a whole section.
  mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: [Value], section: Int
  ) {
    if Value(littleEndian: 1) == 1 {
      copy(values.rawBytes, section: section, byteOffset: 0)
    } else {
      for (index, value) in values.enumerated() { store(value, section: section, index: index) }
    }
  }

  /// Copies bytes to a byte offset of a section.
  mutating func copy(_ source: RawSpan, section: Int, byteOffset: Int) {
    let start = offsets[section] + byteOffset
    if byteOffset == 0, start == bytes.count {
      // Bytes that are appended need not be set to zero before.
      unsafe source.withUnsafeBytes { from in
        // SAFETY: the buffer is valid within the closure, and only read.
        unsafe bytes.append(contentsOf: from)
      }
      reach(ends[section])
      return
    }
    reach(ends[section])
    precondition(start >= 0 && start + source.byteCount <= bytes.count)
    guard source.byteCount > 0 else { return }
    unsafe bytes.withUnsafeMutableBytes { memory in
      unsafe source.withUnsafeBytes { from in
        // SAFETY: the precondition above gives room; the regions are of different owners.
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start...]).copyMemory(from: from)
      }
    }
  }
}
