/// The texts whose escapes are undone, one within the other, and where their bytes were before.
///
/// Level 0 is the chunk itself; 1 and 2 are the texts after one and two unescapings. The text of a
/// level is taken out while it is read and given back afterwards, so that its memory is used again;
/// its map stays here all the time. Above them is the refanged text, made from any of them.
struct TextLevels {
  private var text1: [UInt8] = []
  private var text2: [UInt8] = []
  var map1 = OffsetMap()
  var map2 = OffsetMap()
  /// The text being scanned as it was before it was defanged.
  var refanged = RefangedText()

  /// Takes out the memory for a text whose escapes are undone, at the first or the second level.
  ///
  /// While the text is read, the rest can then be written.
  @inline(__always)
  mutating func take(level: Int) -> [UInt8] {
    var text: [UInt8] = []
    if level == 1 { swap(&text, &text1) } else { swap(&text, &text2) }
    return text
  }

  /// Gives the memory of a text back.
  @inline(__always)
  mutating func giveBack(_ text: [UInt8], level: Int) {
    if level == 1 { text1 = text } else { text2 = text }
  }

  /// Where a byte of a text was before, as an offset from the chunk's first byte.
  func origin(_ offset: Int, level: Int) -> Int {
    switch level {
    case 0: offset
    case 1: map1.origin(of: offset)
    case RefangedText.level: origin(refanged.map.origin(of: offset), level: refanged.level)
    default: map1.origin(of: map2.origin(of: offset))
    }
  }
}
