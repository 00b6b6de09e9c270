import Parsing

extension IndicatorParser {
  /// A value whose kind only the feed can tell: a file name, user agent, literal, and so on.
  mutating func parseString(_ text: RawSpan, _ kind: IndicatorKind, limit: Int) -> Refusal? {
    guard text.byteCount <= min(limit, Self.longestLiteral) else { return .tooLong }
    let start = arena.count
    switch kind {
    case .filename:
      return parseFileName(text)
    case .registryKey:
      if let refusal = normalizer.appendRegistryKey(text, to: &arena) { return refusal }
    case .ja4:
      guard Self.isJA4(text) else { return .kindMismatch }
      arena.append(text)
    case .text:
      guard text.byteCount >= 4 else { return .tooShort }
      arena.append(text)
      add(.text, mode: .contains, from: start)
      return nil
    case .pipe:
      if let refusal = Self.controlRefusal(text) { return refusal }
      arena.append(text.extracting(PipeName.prefixLength(text)...))
    default:
      if let refusal = Self.controlRefusal(text) { return refusal }
      arena.append(text)
    }
    add(kind, mode: .exact, from: start)
    return nil
  }

  private mutating func parseFileName(_ cell: RawSpan) -> Refusal? {
    // No file name ends in this punctuation; feeds' cells do.
    let text = cell.extracting(Trimming.range(cell, .full))
    if text.isEmpty { return .empty }
    if text.firstOffset(of: 0x2a) != nil { return .wildcardInside }
    let start = arena.count
    var hasSeparator = false
    if let refusal = normalizer.appendFileName(text, hasSeparator: &hasSeparator, to: &arena) {
      return refusal
    }
    add(.filename, mode: hasSeparator ? .contains : .exact, from: start)
    return nil
  }

  private static func controlRefusal(_ text: RawSpan) -> Refusal? {
    for offset in text.byteOffsets
    where text.byte(unchecked: offset) < 0x20 || text.byte(unchecked: offset) == 0x7f {
      return .controlCharacter
    }
    return nil
  }

  /// Parses an undeclared fingerprint of the JA4 family, recognised by the lengths of its parts.
  ///
  /// These must be those of a TLS client, a TLS server, an HTTP client or a certificate.
  mutating func parseJA4(_ text: RawSpan) -> Bool {
    guard Self.isToldJA4(text) else { return false }
    let start = arena.count
    arena.append(text)
    add(.ja4, mode: .exact, from: start)
    return true
  }

  private static func isToldJA4(_ text: RawSpan) -> Bool {
    guard 25...51 ~= text.byteCount, let first = text.firstOffset(of: 0x5f) else { return false }
    var lengths: [Int] = []
    var start = first + 1
    while start < text.byteCount {
      let end = text.firstOffset(of: 0x5f, from: start) ?? text.byteCount
      for offset in start..<end {
        let byte = text.byte(unchecked: offset)
        guard Byte.isDigit(byte) || 0x61...0x66 ~= byte else { return false }
      }
      lengths.append(end - start)
      start = end + 1
    }
    for offset in 0..<first where !Byte.isAlphanumeric(text.byte(unchecked: offset)) {
      return false
    }
    switch first {
    case 7: return lengths == [4, 12]
    case 10: return lengths == [12, 12]
    case 12: return lengths == [12, 12] || lengths == [12, 12, 12]
    default: return false
    }
  }

  /// Whether the text has the form of a fingerprint of the JA4 family.
  ///
  /// That is two to four parts of letters, digits and `-` joined by `_`.
  private static func isJA4(_ text: RawSpan) -> Bool {
    guard 8...128 ~= text.byteCount else { return false }
    var parts = 1
    var partStart = 0
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      if byte == 0x5f {
        guard offset > partStart else { return false }
        parts += 1
        partStart = offset + 1
      } else if !Byte.isAlphanumeric(byte), byte != 0x2d {
        return false
      }
    }
    return 2...4 ~= parts && partStart < text.byteCount
  }
}
