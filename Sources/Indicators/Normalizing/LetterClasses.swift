public import Parsing

/// Which characters of two or three bytes in UTF-8 are letters, digits and marks of names.
///
/// Tables of 64 and 128 KiB, made once for the process, never written again and never freed, which is what makes it
/// safe to share.
@safe
@frozen
@usableFromInline package struct LetterClasses: @unchecked Sendable {
  /// The letter, digit or mark at an offset.
  @frozen
  @usableFromInline package struct Letter: Sendable {
    /// Its length in UTF-8; 0 if there is no letter, digit or mark of two or three bytes.
    @usableFromInline package var length: Int
    /// Its scalar, or the one that it is mapped to.
    @usableFromInline package var value: UInt32
    @usableFromInline
    var bits: UInt8

    /// Whether its script is written without spaces.
    @inlinable
    package var isUnspaced: Bool { bits & 2 != 0 }

    /// Whether it stays as it is in a name, whatever its neighbours are.
    @inlinable
    package var isItself: Bool { bits & 4 != 0 }

    /// Whether names have `value` for it, whatever stands beside it.
    @inlinable
    package var isKnown: Bool { bits & 12 != 0 }

    @inlinable
    init(length: Int, value: UInt32, bits: UInt8) {
      self.length = length
      self.value = value
      self.bits = bits
    }

    @inlinable
    static var none: Letter { Letter(length: 0, value: 0, bits: 0) }
  }

  /// Bits for each character: 1 for a letter, digit or mark; 2 and 4 as `Letter` reads them.
  @usableFromInline
  let table: UnsafePointer<UInt8>

  /// What those are mapped to of which that is one character of this range whatever stands beside them.
  @usableFromInline
  let mapped: UnsafePointer<UInt16>

  /// The only one.
  package static let shared = LetterClasses()

  private init() {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    let mapped = UnsafeMutablePointer<UInt16>.allocate(capacity: 1 << 16)
    let tables = IDNATables.shared
    for value in UInt32(0)..<1 << 16 {
      var bits: UInt8 = 0
      let properties = tables.properties(value)
      if value >= 0x80, value & 0xf800 != 0xd800, properties.nameClass == .name {
        bits = properties.isUnspaced ? 3 : 1
        if case .valid = properties.status {
          if !properties.mayChangeInNFC { bits |= 4 }
        } else if let mapping = IDNACharacters.soleMapping(value, tables) {
          bits |= 8
          // SAFETY: the value is below the capacity; where the bit is not set nothing is read.
          unsafe (mapped + Int(value)).initialize(to: mapping)
        }
      }
      // SAFETY: the value is below the capacity.
      unsafe (table + Int(value)).initialize(to: bits)
    }
    unsafe self.table = UnsafePointer(table)
    unsafe self.mapped = UnsafePointer(mapped)
  }

  /// The letter, digit or mark of two or three bytes at an offset; `none` if there is none.
  @inlinable
  @inline(__always)
  package func letter(_ bytes: RawSpan, at offset: Int, end: Int) -> Letter {
    guard offset + 1 < end else { return .none }
    let first = bytes.byte(unchecked: offset)
    let second = bytes.byte(unchecked: offset + 1)
    guard second & 0xc0 == 0x80 else { return .none }
    var value = Int(second & 0x3f)
    var length = 2
    if first & 0xe0 == 0xc0 {
      value |= Int(first & 0x1f) << 6
    } else {
      guard first & 0xf0 == 0xe0, offset + 2 < end else { return .none }
      let third = bytes.byte(unchecked: offset + 2)
      guard third & 0xc0 == 0x80 else { return .none }
      value = Int(first & 0x0f) << 12 | value << 6 | Int(third & 0x3f)
      // Overlong: a character of two bytes must not be written with three.
      guard value >= 0x800 else { return .none }
      length = 3
    }
    // SAFETY: the value has at most 16 bits (4 + 6 + 6, or 5 + 6), and the capacity covers them
    // all.
    let bits = unsafe table[value]
    if bits == 0 { return .none }
    // SAFETY: as before; the entry was written with the bit.
    let known = unsafe bits & 8 != 0 ? Int(mapped[value]) : value
    return Letter(length: length, value: UInt32(truncatingIfNeeded: known), bits: bits)
  }
}
