import Parsing

/// Classes of bytes: what a byte of text can be a part of.
///
/// The struct is one pointer, so that it is passed in a register. Its table is made once for the
/// process and never written again or freed, which makes it safe to share.
@safe
struct TextClasses: @unchecked Sendable {
  /// One class of bytes, or the union of several.
  struct Class {
    let bits: UInt8
    /// `[A-Za-z0-9_-]`.
    static let label = Class(bits: 1)
    static let digit = Class(bits: 2)
    static let hex = Class(bits: 4)
    /// Hexadecimal digits, colon and dot.
    static let address = Class(bits: 8)
    /// `[A-Za-z0-9_]`.
    static let word = Class(bits: 16)
    /// Dot and hyphen.
    static let stripped = Class(bits: 32)
    /// `[A-Za-z0-9._-]`.
    static let nameByte = Class(bits: 1 | 32)
    /// A byte that can be part of a name, in whatever way the name is written, and that never ends
    /// a dot, a percent unit or an escape of a dot: letters and digits except `e`, `_`, `-`, and
    /// most bytes above ASCII.
    static let plain = Class(bits: 64)
  }

  private let table: UnsafePointer<UInt8>

  /// The only instance.
  static let shared = TextClasses()

  private init() {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for value in 0..<256 {
      // SAFETY: the value is below the capacity.
      unsafe (table + value).initialize(to: Self.bits(of: UInt8(value)))
    }
    unsafe self.table = UnsafePointer(table)
  }

  /// Whether a byte is of a class.
  @inline(__always)
  func `is`(_ byte: UInt8, _ wanted: Class) -> Bool {
    // SAFETY: the table has an entry for each value of a byte.
    unsafe table[Int(byte)] & wanted.bits != 0
  }

  private static func bits(of byte: UInt8) -> UInt8 {
    var bits: UInt8 = 0
    let isDigit = Byte.isDigit(byte)
    let isLetter = Byte.isLetter(byte)
    let isHex = isDigit || isLetter && (byte | 0x20) &- 0x61 < 6
    if isDigit { bits |= Class.digit.bits }
    if isHex { bits |= Class.hex.bits | Class.address.bits }
    if isDigit || isLetter || byte == UInt8(ascii: "_") {
      bits |= Class.label.bits | Class.word.bits
    }
    if byte == UInt8(ascii: "-") { bits |= Class.label.bits | Class.stripped.bits }
    if byte == UInt8(ascii: ".") { bits |= Class.address.bits | Class.stripped.bits }
    if byte == UInt8(ascii: ":") { bits |= Class.address.bits }
    // `e` ends `%2e`; 0xe3 and 0xef begin dots of other scripts.
    if bits & Class.label.bits != 0 && byte | 0x20 != UInt8(ascii: "e")
      || byte >= 0x80 && byte != 0xe3 && byte != 0xef
    {
      bits |= Class.plain.bits
    }
    return bits
  }
}
