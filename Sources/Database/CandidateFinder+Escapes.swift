internal import Parsing

extension CandidateFinder {
  /// Looks at a byte that may not mean itself: a candidate if what it stands for can be a part of a
  /// value, since then nothing that was seen of its neighbours holds.
  mutating func considerSpecial(_ bytes: RawSpan, at offset: Int) {
    let byte = bytes.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "%"):
      guard let value = hex(bytes, at: offset + 1, digits: 2) else { return }
      if isPart(value) || value >= 0x80 && isInAuthority(bytes, offset) { add(offset) }
    case UInt8(ascii: "\\"):
      let digits = bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") ? 4 : 2
      guard let value = hex(bytes, at: offset + 2, digits: digits) else { return }
      switch value {
      case 0x1b, 0x25, 0x3a, 0x5c: add(offset)
      // Brackets, `/`, `@` and `*`: parts of defanged values.
      case 0x28, 0x29, 0x2a, 0x2f, 0x40, 0x5b, 0x5d, 0x7b, 0x7d: if refangs { add(offset) }
      default: if value >= 0x80 || isPart(value) { add(offset) }
      }
    default: add(offset)
    }
  }

  func isPart(_ value: Int) -> Bool {
    value < 0x80 && (value == 0x2e || classes.is(UInt8(value), .label))
  }

  func hex(_ bytes: RawSpan, at start: Int, digits: Int) -> Int? {
    guard start + digits <= bytes.byteCount else { return nil }
    var value = 0
    for offset in start..<start + digits {
      let digit = Hex.value(of: bytes.byte(unchecked: offset))
      guard digit < 16 else { return nil }
      value = value << 4 | Int(digit)
    }
    return value
  }

  /// Whether a percent unit may belong to the host of a URL, which is decoded whole.
  ///
  /// Walks back no further than to the unit that was asked about before, so that a line of them is
  /// walked once.
  mutating func isInAuthority(_ bytes: RawSpan, _ offset: Int) -> Bool {
    var start = offset
    var result = false
    while start > 0 {
      if start == lastUnit.offset {
        result = lastUnit.isInAuthority
        break
      }
      let byte = bytes.byte(unchecked: start - 1)
      if byte == UInt8(ascii: "/") {
        result = start > 1 && bytes.byte(unchecked: start - 2) == byte
        break
      }
      if byte <= 0x20 || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        || byte == UInt8(ascii: "\"")
      {
        break
      }
      start -= 1
    }
    // What is cut at the chunk's start may be a host.
    if start == 0 { result = true }
    lastUnit = (offset, result)
    return result
  }
}
