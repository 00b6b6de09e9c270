import Parsing

/// Character properties for UTS 46, NFC and cutting names out of text.
///
/// They come from generated tables, which are unpacked when the first character above ASCII is met.
///
/// Layout, about 180 KB once unpacked:
///
///     properties   two levels: scalar / 128 → block, block × 128 + scalar % 128 → `Properties`
///     mapping      sorted scalars; ends of their replacements; the replacements
///     canonical    sorted scalars; first and second part (NFC, UAX #15); pair → composite
///     combining    sorted ends of runs and their canonical combining classes
final class IDNATables: Sendable {
  static let shared = IDNATables()

  /// Facts about one character in sixteen bits; the generator writes them.
  struct Properties {
    var bits: UInt16

    enum Status: UInt16 { case valid = 0, mapped, ignored, disallowed }

    var status: Status { Status(rawValue: bits & 3) ?? .disallowed }
    var nameClass: NameScalarClass { NameScalarClass(rawValue: UInt8(bits >> 2 & 3)) ?? .border }
    var isLetterDigitOrMark: Bool { bits >> 4 & 1 != 0 }
    var isUnspaced: Bool { bits >> 5 & 1 != 0 }
    var bidiClass: BidiClass { BidiClass(rawValue: UInt8(bits >> 6 & 15)) ?? .other }
    var joiningType: JoiningType { JoiningType(rawValue: UInt8(bits >> 10 & 7)) ?? .none }
    var isMark: Bool { bits >> 13 & 1 != 0 }
    var isVirama: Bool { bits >> 14 & 1 != 0 }
    /// Whether a text that holds the character may differ from its NFC.
    var mayChangeInNFC: Bool { bits >> 15 & 1 != 0 }
  }

  /// Bidirectional classes as RFC 5893 names them.
  enum BidiClass: UInt8 {
    case l = 0, r, al, an, en, es, cs, et, on, bn, nsm, other
  }

  /// Joining types (RFC 5892 appendix A.1).
  enum JoiningType: UInt8 {
    case none = 0, transparent, right, left, dual, causing
  }

  private let blockIndex: [UInt16]
  private let blocks: [UInt16]

  private let mapped: [UInt32]
  /// For each block of 128 scalars, where its entries begin in `mapped`; then the end of `mapped`.
  private let mappedStarts: [UInt16]
  private let mappingEnds: [UInt32]
  private let replacements: [UInt32]

  private let composed: [UInt32]
  /// For each 128 scalars where theirs begin in `composed`, and the end.
  private let composedStarts: [UInt16]
  private let parts: [(first: UInt32, second: UInt32)]
  private let composites: [UInt64: UInt32]

  private let runEnds: [UInt32]
  private let runClasses: [UInt8]
  /// For each 128 scalars the run that holds the first of them, and the number of runs.
  private let runStarts: [UInt16]

  private init() {
    var stream = PackedNumbers(IDNATableData.properties)
    var blockIndex: [UInt16] = []
    stream.readRuns { length, value in
      blockIndex.append(contentsOf: repeatElement(UInt16(truncatingIfNeeded: value), count: length))
    }
    self.blockIndex = blockIndex
    var blocks: [UInt16] = []
    stream.readRuns { length, value in
      blocks.append(contentsOf: repeatElement(UInt16(truncatingIfNeeded: value), count: length))
    }
    self.blocks = blocks

    stream = PackedNumbers(IDNATableData.mappings)
    var mapped: [UInt32] = []
    var mappingEnds: [UInt32] = []
    var replacements: [UInt32] = []
    var scalar: UInt32 = 0
    for _ in 0..<stream.next() {
      scalar &+= stream.next()
      mapped.append(scalar)
      var part = scalar
      for _ in 0..<stream.next() {
        part = stream.next(from: part)
        replacements.append(part)
      }
      mappingEnds.append(UInt32(replacements.count))
    }
    self.mapped = mapped
    mappedStarts = Self.starts(of: mapped, blocks: blockIndex.count)
    self.mappingEnds = mappingEnds
    self.replacements = replacements

    stream = PackedNumbers(IDNATableData.decompositions)
    var composed: [UInt32] = []
    var parts: [(first: UInt32, second: UInt32)] = []
    var composites: [UInt64: UInt32] = [:]
    scalar = 0
    for _ in 0..<stream.next() {
      scalar &+= stream.next()
      let head = stream.next()
      let first = stream.next(from: scalar)
      let second = head & 3 == 2 ? stream.next(from: first) : 0
      composed.append(scalar)
      parts.append((first, second))
      if head & 4 != 0 { composites[UInt64(first) << 32 | UInt64(second)] = scalar }
    }
    self.composed = composed
    composedStarts = Self.starts(of: composed, blocks: blockIndex.count)
    self.parts = parts
    self.composites = composites

    stream = PackedNumbers(IDNATableData.combiningClasses)
    var runEnds: [UInt32] = []
    var runClasses: [UInt8] = []
    var end: UInt32 = 0
    stream.readRuns { length, value in
      end += UInt32(length)
      runEnds.append(end)
      runClasses.append(UInt8(truncatingIfNeeded: value))
    }
    self.runEnds = runEnds
    self.runClasses = runClasses
    // A run ends behind its last scalar.
    runStarts = Self.starts(of: runEnds.map { $0 &- 1 }, blocks: blockIndex.count)
  }

  /// For each block of 128 scalars where those of sorted ones begin that are not before it, and their number.
  private static func starts(of sorted: [UInt32], blocks: Int) -> [UInt16] {
    var starts: [UInt16] = []
    var start = 0
    for block in 0...blocks {
      while start < sorted.count, sorted[start] >> 7 < block { start += 1 }
      starts.append(UInt16(truncatingIfNeeded: start))
    }
    return starts
  }

  /// Facts about a character.
  @inline(__always)
  func properties(_ scalar: UInt32) -> Properties {
    let block = Int(scalar >> 7)
    guard block < blockIndex.count else { return Properties(bits: 3) }
    return Properties(bits: blocks[Int(blockIndex[block]) << 7 | Int(scalar & 127)])
  }

  /// What a mapped character is replaced by.
  func mapping(of scalar: UInt32) -> ArraySlice<UInt32> {
    guard let index = mappedIndex(of: scalar) else { return [] }
    let start = index == 0 ? 0 : Int(mappingEnds[index - 1])
    return replacements[start..<Int(mappingEnds[index])]
  }

  private func mappedIndex(of scalar: UInt32) -> Int? {
    let block = Int(scalar >> 7)
    guard block + 1 < mappedStarts.count else { return nil }
    let all = Int(mappedStarts[block])..<Int(mappedStarts[block + 1])
    guard let first = all.first, scalar >= mapped[first] else { return nil }
    // Most mapped scalars follow the first of their block without a gap.
    let near = first + Int(scalar - mapped[first])
    if near < all.upperBound, mapped[near] == scalar { return near }
    return Self.index(of: scalar, in: mapped, all)
  }

  /// One step of a character's canonical decomposition, or nil; `second` is 0 for a single part.
  func decomposition(of scalar: UInt32) -> (first: UInt32, second: UInt32)? {
    let block = Int(scalar >> 7)
    guard block + 1 < composedStarts.count else { return nil }
    let range = Int(composedStarts[block])..<Int(composedStarts[block + 1])
    return range.isEmpty ? nil : Self.index(of: scalar, in: composed, range).map { parts[$0] }
  }

  /// The primary composite of two characters.
  func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
    composites[UInt64(first) << 32 | UInt64(second)]
  }

  /// The canonical combining class.
  func combiningClass(of scalar: UInt32) -> UInt8 {
    let block = Int(scalar >> 7)
    guard block + 1 < runStarts.count else { return 0 }
    var low = Int(runStarts[block])
    var high = Int(runStarts[block + 1])
    while low < high {
      let middle = (low + high) / 2
      if runEnds[middle] <= scalar { low = middle + 1 } else { high = middle }
    }
    return low < runClasses.count ? runClasses[low] : 0
  }

  private static func index(
    of scalar: UInt32, in sorted: [UInt32], _ range: Range<Int>
  ) -> Int? {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < scalar { low = middle + 1 } else { high = middle }
    }
    return low < range.upperBound && sorted[low] == scalar ? low : nil
  }
}

/// Numbers as LEB128 in base64 (RFC 4648 §4), as the generators write them.
struct PackedNumbers {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: StaticString) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8CodeUnitCount * 3 / 4)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for offset in 0..<text.utf8CodeUnitCount {
      // SAFETY: the offset is below the string's length.
      guard let value = Self.value(of: unsafe text.utf8Start[offset]) else { break }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    self.bytes = bytes
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5a: UInt32(digit - 0x41)
    case 0x61...0x7a: UInt32(digit - 0x61 + 26)
    case 0x30...0x39: UInt32(digit - 0x30 + 52)
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }

  /// The next number; 0 past the end.
  mutating func next() -> UInt32 {
    var result: UInt32 = 0
    var shift: UInt32 = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      result |= UInt32(byte & 0x7f) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return result
  }

  /// The next number as a signed step from another.
  mutating func next(from base: UInt32) -> UInt32 {
    let step = next()
    return step & 1 == 0 ? base &+ (step >> 1) : base &- ((step >> 1) &+ 1)
  }

  /// Calls `body` with the length and value of each run of a table.
  mutating func readRuns(_ body: (Int, UInt32) -> Void) {
    for _ in 0..<next() {
      let length = Int(next())
      body(length, next())
    }
  }
}
