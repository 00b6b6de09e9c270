import Parsing

/// Which last labels of names begin with a digit, by a hash of eight bits.
///
/// Text is full of numbers with a unit or a time zone behind them, which look like such labels.
struct DigitLabels: Sendable {
  /// What is known of one label.
  struct Label {
    var hash: Int
    /// The byte behind the digits, as one bit.
    var follower: UInt32
  }

  private(set) var words: [UInt64]
  /// The bytes behind the digits of all labels: these rule out most of a text before it is hashed.
  private(set) var followers: UInt32

  init() {
    words = [0, 0, 0, 0]
    followers = 0
  }

  /// The labels at an offset, where there must be 32 bytes.
  init(_ bytes: RawSpan, at offset: Int, followers: UInt32) {
    words = (0..<4).map { bytes.littleEndianUInt64(unchecked: offset + 8 * $0) }
    self.followers = followers
  }

  func contains(_ hash: Int) -> Bool { words[hash >> 6 & 3] &>> UInt64(hash & 63) & 1 != 0 }

  func contains(_ label: Label) -> Bool {
    contains(label.hash) && followers & label.follower == label.follower
  }

  mutating func insert(_ label: Label) {
    words[label.hash >> 6 & 3] |= 1 &<< UInt64(label.hash & 63)
    followers |= label.follower
  }

  /// The bit of a byte behind digits; 0 for a byte that no name holds, and for a byte above ASCII
  /// or a percent sign, since those are candidates by themselves.
  @inline(__always)
  static func follower(_ byte: UInt8) -> UInt32 {
    let letter = (byte | 0x20) &- 0x61
    if letter < 26 { return 1 &<< UInt32(letter) }
    return byte == UInt8(ascii: "-") ? 1 << 26 : byte == UInt8(ascii: "_") ? 1 << 27 : 0
  }

  /// The label that begins at an offset with a digit.
  static func label(_ bytes: RawSpan, from start: Int, _ classes: TextClasses) -> Label {
    var end = start
    while end < bytes.byteCount, classes.is(bytes.byte(unchecked: end), .digit) { end += 1 }
    return Label(
      hash: hash(bytes, from: start, classes),
      follower: end < bytes.byteCount ? follower(bytes.byte(unchecked: end)) : 0)
  }

  /// The hash of a label that begins at an offset, from 0 to 255; hyphens at its end do not count.
  static func hash(_ bytes: RawSpan, from start: Int, _ classes: TextClasses) -> Int {
    var state: UInt32 = 0
    var result: UInt32 = 0
    var offset = start
    while offset < bytes.byteCount {
      let byte = bytes.byte(unchecked: offset)
      guard classes.is(byte, .label) else { break }
      state = (state ^ UInt32(byte | 0x20)) &* 0x0100_0193
      if byte != UInt8(ascii: "-") { result = state }
      offset += 1
    }
    return Int(result >> 24)
  }
}
