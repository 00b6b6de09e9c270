/// Bytes that formats are built of, by name.
///
/// They are computed and inlinable, since a stored constant of another module is read through a
/// call.
@usableFromInline package enum Byte {
  /// `\t`.
  @inlinable package static var tab: UInt8 { 0x09 }
  /// `\n`.
  @inlinable package static var lineFeed: UInt8 { 0x0a }
  /// `\r`.
  @inlinable package static var carriageReturn: UInt8 { 0x0d }
  /// A blank.
  @inlinable package static var space: UInt8 { 0x20 }
  /// `"`.
  @inlinable package static var quote: UInt8 { 0x22 }
  /// `'`.
  @inlinable package static var apostrophe: UInt8 { 0x27 }
  /// `+`.
  @inlinable package static var plus: UInt8 { 0x2b }
  /// `,`.
  @inlinable package static var comma: UInt8 { 0x2c }
  /// `-`.
  @inlinable package static var minus: UInt8 { 0x2d }
  /// `.`.
  @inlinable package static var dot: UInt8 { 0x2e }
  /// `/`.
  @inlinable package static var slash: UInt8 { 0x2f }
  /// `0`.
  @inlinable package static var zero: UInt8 { 0x30 }
  /// `9`.
  @inlinable package static var nine: UInt8 { 0x39 }
  /// `:`.
  @inlinable package static var colon: UInt8 { 0x3a }
  /// `\`.
  @inlinable package static var backslash: UInt8 { 0x5c }

  // MARK: Kinds of ASCII bytes

  /// Whether a byte is one of `0` to `9`.
  @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

  /// Whether a byte is one of `A` to `Z`.
  @inlinable package static func isCapital(_ byte: UInt8) -> Bool { byte &- 0x41 <= 25 }

  /// Whether a byte is one of `a` to `z`.
  @inlinable package static func isSmallLetter(_ byte: UInt8) -> Bool { byte &- 0x61 <= 25 }

  /// Whether a byte is a letter of either case.
  @inlinable package static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 <= 25 }

  /// Whether a byte is a letter or a digit.
  @inlinable package static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte)
  }

  /// Whether a byte is a blank or a tab.
  @inlinable package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// The small letter of a capital; other bytes as they are.
  @inlinable package static func lowercased(_ byte: UInt8) -> UInt8 {
    isCapital(byte) ? byte | 0x20 : byte
  }
}
