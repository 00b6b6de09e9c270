/// UTF-16 of either byte order to UTF-8, in pieces that may end anywhere.
///
/// A surrogate without its other half, and a last odd byte, become U+FFFD and are counted. A byte
/// order mark is a character like any other: a caller that has found one passes what follows it.
package struct UTF16Transcoder: Sendable {
  private let isBigEndian: Bool
  private var oddByte: UInt8?
  private var highSurrogate: UInt16?

  /// Code units and bytes replaced by U+FFFD so far.
  package private(set) var replacements = 0

  /// A transcoder before its first byte.
  package init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  /// Appends bytes of UTF-16 as UTF-8.
  ///
  /// A character that is cut by the end of the bytes waits for the next call; if they are final, it
  /// is replaced.
  package mutating func transcode(_ bytes: RawSpan, isFinal: Bool, to output: inout [UInt8]) {
    var offset = 0
    if let first = oddByte, bytes.byteCount > 0 {
      oddByte = nil
      append(unit(first, bytes.byte(unchecked: 0)), to: &output)
      offset = 1
    }
    while bytes.byteCount - offset >= 2 {
      append(
        unit(bytes.byte(unchecked: offset), bytes.byte(unchecked: offset + 1)), to: &output)
      offset += 2
    }
    if offset < bytes.byteCount { oddByte = bytes.byte(unchecked: offset) }
    guard isFinal else { return }
    if highSurrogate != nil { replace(&output) }
    if oddByte != nil { replace(&output) }
    highSurrogate = nil
    oddByte = nil
  }

  /// Number of bytes of UTF-16 from which a piece of this transcoder's output was made.
  ///
  /// The piece must begin and end at characters. (The replacement of an odd last byte counts as
  /// two.)
  package static func sourceLength(ofUTF8 bytes: RawSpan, _ range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    var units = 0
    for offset in range {
      let byte = bytes.byte(unchecked: offset)
      // Each first byte is one code unit, that of a four-byte sequence two.
      if byte & 0xc0 != 0x80 { units += byte >= 0xf0 ? 2 : 1 }
    }
    return 2 * units
  }

  private func unit(_ first: UInt8, _ second: UInt8) -> UInt16 {
    isBigEndian
      ? UInt16(first) << 8 | UInt16(second) : UInt16(second) << 8 | UInt16(first)
  }

  private mutating func append(_ unit: UInt16, to output: inout [UInt8]) {
    if let high = highSurrogate {
      highSurrogate = nil
      if unit & 0xfc00 == 0xdc00,
        let scalar = Unicode.Scalar(
          0x1_0000 + (UInt32(high & 0x3ff) << 10 | UInt32(unit & 0x3ff)))
      {
        UTF8Encoder.append(scalar, to: &output)
        return
      }
      replace(&output)
    }
    if unit & 0xfc00 == 0xd800 {
      highSurrogate = unit
    } else if let scalar = Unicode.Scalar(unit) {
      UTF8Encoder.append(scalar, to: &output)
    } else {
      replace(&output)
    }
  }

  private mutating func replace(_ output: inout [UInt8]) {
    replacements += 1
    UTF8Encoder.append("\u{fffd}", to: &output)
  }
}
