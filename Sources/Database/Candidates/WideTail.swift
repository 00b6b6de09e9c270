import Indicators
import Parsing

/// The last two labels of a name, one of which holds characters above ASCII.
///
/// Their hash is that of the characters that text writes, once they are mapped and normalised.
struct WideTail {
  /// The state of the hash over the characters of one label.
  struct Label {
    private(set) var state: UInt64 = 0xcbf2_9ce4_8422_2325

    @inline(__always)
    mutating func append(_ scalar: UInt32) {
      state = (state ^ UInt64(scalar)) &* 0x0000_0100_0000_01b3
    }
  }

  static func hash(_ first: Label, _ last: Label) -> UInt64 {
    SuffixHash.hash(labels: first.state, last.state)
  }

  /// The hash of two labels of a comparison key, at least one of which is written as `xn--`; nil if
  /// neither is.
  static func hash(_ key: RawSpan, _ first: Range<Int>, _ last: Range<Int>) -> UInt64? {
    let (firstCharacters, lastCharacters) = (decoded(key, first), decoded(key, last))
    guard firstCharacters != nil || lastCharacters != nil else { return nil }
    return hash(
      label(key, first, decoded: firstCharacters), label(key, last, decoded: lastCharacters))
  }

  /// The characters of a label of a comparison key that is written as `xn--`; nil if it is not.
  private static func decoded(_ key: RawSpan, _ range: Range<Int>) -> [UInt32]? {
    let label = key.extracting(range)
    guard isEncoded(label, at: 0) else { return nil }
    return IDNACharacters.decodedLabel(label)
  }

  private static func label(_ key: RawSpan, _ range: Range<Int>, decoded: [UInt32]?) -> Label {
    var label = Label()
    if let decoded {
      for scalar in decoded { label.append(scalar) }
    } else {
      for offset in range { label.append(UInt32(key.byte(unchecked: offset))) }
    }
    return label
  }

  /// Whether `xn--`, in any case, begins at an offset.
  @inline(__always)
  static func isEncoded(_ bytes: RawSpan, at offset: Int) -> Bool {
    bytes.byteCount - offset > 4
      && bytes.littleEndianUInt32(unchecked: offset) | 0x2020 == 0x2d2d_6e78
  }

  /// Whether a key holds `xn--`.
  static func holdsEncoded(_ key: RawSpan) -> Bool {
    var offset = 0
    while offset + 4 < key.byteCount {
      if isEncoded(key, at: offset) { return true }
      offset += 1
    }
    return false
  }
}
