public import Parsing

/// Which characters of two or three bytes in UTF-8 are letters, digits and marks of names.
///
/// Most text above ASCII is made of these (U+0080–U+FFFF).
///
/// The table of 64 KiB is made once per process and never written again or freed, which makes it
/// safe to share.
@safe
@frozen
@usableFromInline package struct LetterClasses: @unchecked Sendable {
  /// The letter, digit or mark at an offset.
  @frozen
  @usableFromInline package struct Letter: Sendable {
    /// Its length in UTF-8; 0 if there is no letter, digit or mark of two or three bytes.
    @usableFromInline package var length: Int
    /// Its scalar.
    @usableFromInline package var value: UInt32
    @usableFromInline
    var bits: UInt8

    /// Whether its script is written without spaces.
    @inlinable
    package var isUnspaced: Bool { bits & 2 != 0 }

    /// Whether it stays as it is in a name, whatever its neighbours are.
    @inlinable
    package var isItself: Bool { bits & 4 != 0 }

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

  /// The only instance.
  package static let shared = LetterClasses()

  private init() {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    for value in UInt32(0)..<1 << 16 {
      var bits: UInt8 = 0
      if value >= 0x80, let scalar = Unicode.Scalar(value),
        IDNACharacters.nameClass(scalar) == .name
      {
        bits = IDNACharacters.isUnspacedScript(scalar) ? 3 : 1
        if IDNACharacters.isItself(scalar) { bits |= 4 }
      }
      // SAFETY: the value is below the capacity.
      unsafe (table + Int(value)).initialize(to: bits)
    }
    unsafe self.table = UnsafePointer(table)
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
    return bits == 0
      ? .none : Letter(length: length, value: UInt32(truncatingIfNeeded: value), bits: bits)
  }
}
