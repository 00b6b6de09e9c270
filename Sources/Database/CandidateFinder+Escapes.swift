internal import Indicators
internal import Parsing

extension CandidateFinder {
  /// Bytes of a run of a name that are looked at for a dot, to each side.
  private static let reach = 300

  /// Looks at a byte that may not mean itself: a candidate if what it stands for can be a part of a
  /// value, since then nothing that was seen of its neighbours holds.
  mutating func considerSpecial(_ bytes: RawSpan, at offset: Int) {
    guard offset >= specialsDone else { return }
    let byte = bytes.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "%"): considerPercent(bytes, at: offset)
    case UInt8(ascii: "\\"): considerEscape(bytes, at: offset)
    case 0x1b: if takesFollower(bytes, at: offset + 1) { add(offset) }
    default: considerCharacter(bytes, at: offset)
    }
  }

  private mutating func considerPercent(_ bytes: RawSpan, at offset: Int) {
    guard let value = hex(bytes, at: offset + 1, digits: 2) else { return }
    if isPart(value) {
      // One label can be a host where some URL has such a one.
      if wantsOtherHosts || hasDot(bytes, around: offset) { add(offset) }
    } else if value >= 0x80, isInAuthority(bytes, offset) {
      add(offset)
    }
  }

  private mutating func considerEscape(_ bytes: RawSpan, at offset: Int) {
    let digits = bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") ? 4 : 2
    guard let value = hex(bytes, at: offset + 2, digits: digits) else { return }
    switch value {
    case 0x1b: if takesFollower(bytes, at: offset + 2 + digits) { add(offset) }
    case 0x25, 0x3a, 0x5c: add(offset)
    // Brackets, `/`, `@` and `*`: parts of defanged values.
    case 0x28, 0x29, 0x2a, 0x2f, 0x40, 0x5b, 0x5d, 0x7b, 0x7d: if refangs { add(offset) }
    default:
      let isBorder: Bool
      if value < 0x80 {
        guard isPart(value) else { return }
        isBorder = false
      } else if digits == 4, let scalar = Unicode.Scalar(UInt32(value)) {
        isBorder = IDNACharacters.nameClass(scalar) == .border
      } else {
        isBorder = false
      }
      if isBorder { return }
      // A word may be written with escapes.
      if words != nil || hasDot(bytes, around: offset) { add(offset) }
    }
  }

  /// Looks at a character above ASCII: a part of a name where there is a dot in its run.
  private mutating func considerCharacter(_ bytes: RawSpan, at offset: Int) {
    var next = offset
    let scalar = UTF8Decoder.nextLong(bytes, at: &next)
    specialsDone = next
    guard let scalar, IDNACharacters.nameClass(scalar) != .border else { return }
    if wantsOtherHosts || hasDot(bytes, around: offset) { add(offset) }
  }

  /// Whether the byte behind an ANSI sequence may begin a value, which then has one byte less than it
  /// seems to.
  ///
  /// `start` is behind the ESC.
  private func takesFollower(_ bytes: RawSpan, at start: Int) -> Bool {
    let count = bytes.byteCount
    guard start < count, bytes.byte(unchecked: start) == UInt8(ascii: "[") else { return false }
    var offset = start + 1
    while offset < count, bytes.byte(unchecked: offset) &- 0x20 < 0x20 { offset += 1 }
    let first = offset
    var colons = 0
    while offset < count, offset - first < Self.reach {
      let byte = bytes.byte(unchecked: offset)
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "%"), UInt8(ascii: "\\"): return true
      case UInt8(ascii: ":"):
        if bytes.byte(unchecked: offset - 1) == byte { return true }
        colons += 1
      default: guard byte >= 0x80 || classes.is(byte, .label) else { return colons >= 6 }
      }
      // The shortest digest, and the sequence's last byte.
      if colons >= 6 || offset - first >= 32 { return true }
      offset += 1
    }
    return offset - first >= Self.reach
  }

  /// Whether the run of a name around an offset may hold a dot, written in whatever way.
  ///
  /// What was looked at once is remembered, so that a line of such bytes is walked once.
  private mutating func hasDot(_ bytes: RawSpan, around offset: Int) -> Bool {
    if offset < runEnd { return runHasDot }
    let count = bytes.byteCount
    runHasDot = true
    var end = offset
    while end < count, isRunByte(bytes.byte(unchecked: end)) {
      if isDot(bytes, at: end) || end - offset > Self.reach {
        runEnd = end + 1
        return true
      }
      end += 1
    }
    runEnd = end
    var start = offset
    while start > 0, isRunByte(bytes.byte(unchecked: start - 1)) {
      start -= 1
      if isDot(bytes, at: start) || offset - start > Self.reach { return true }
    }
    runHasDot = false
    return false
  }

  @inline(__always)
  private func isRunByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || classes.is(byte, .label) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\")
  }

  /// Whether a dot begins at an offset: `.`, `%2E`, `\u002e`, `\x2e`, or one of other scripts.
  @inline(__always)
  private func isDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "."): true
    // The second digit of whatever encodes a dot, behind a `2`.
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      offset > 0 && bytes.byte(unchecked: offset - 1) == UInt8(ascii: "2")
    case 0xe3: isBytes(bytes, at: offset, 0x80, 0x82)
    case 0xef: isBytes(bytes, at: offset, 0xbc, 0x8e) || isBytes(bytes, at: offset, 0xbd, 0xa1)
    // The escapes of the same: `\u3002`, `\uff0e`, `\uff61`, and their bytes.
    case UInt8(ascii: "\\"):
      offset + 1 < bytes.byteCount && isOtherDot(bytes, at: offset)
    default: false
    }
  }

  private func isOtherDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    if bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") {
      let value = hex(bytes, at: offset + 2, digits: 4)
      return value == 0x3002 || value == 0xff0e || value == 0xff61
    }
    guard bytes.byte(unchecked: offset + 1) == UInt8(ascii: "x") else { return false }
    let value = hex(bytes, at: offset + 2, digits: 2)
    return value == 0xe3 || value == 0xef
  }

  @inline(__always)
  private func isBytes(_ bytes: RawSpan, at offset: Int, _ second: UInt8, _ third: UInt8) -> Bool {
    bytes.byteCount - offset > 2 && bytes.byte(unchecked: offset + 1) == second
      && bytes.byte(unchecked: offset + 2) == third
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
