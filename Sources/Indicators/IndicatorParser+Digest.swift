import Parsing

extension IndicatorParser {
  /// Hexadecimal digits of a digest's length.
  ///
  /// The length decides over what the feed calls it, except that a fingerprint (JA3, HASSH, a
  /// certificate's) never becomes a file's digest or the reverse.
  mutating func parseDigest(_ text: RawSpan, _ declared: DeclaredKind) -> ShapeOutcome {
    var declaredKind: IndicatorKind?
    if case .kind(let kind) = declared { declaredKind = kind }
    let start = arena.count
    guard appendHex(text, allowsColons: Self.allowsColons(declaredKind)) else {
      arena.removeLast(arena.count - start)
      return Self.isShortened(text) ? .refused(.shortenedHash) : .otherShape
    }
    let count = arena.count - start
    guard let kind = Self.kind(ofLength: count, declaredKind) else {
      arena.removeLast(arena.count - start)
      // A word of hexadecimal digits is a digest only where the feed says so.
      if declared == .none { return .otherShape }
      return .refused(Self.lengths.contains(count) ? .kindMismatch : .badHashLength)
    }
    if let refusal = knownDigest(from: start) { return .refused(refusal) }
    if let declaredKind, declaredKind != kind { lints.append(.kindByLength) }
    add(kind, mode: .exact, from: start)
    return .admitted
  }

  /// What became of a text that is a digest and nothing else.
  struct DigestOutcome {
    var refusal: Refusal?
  }

  /// Reads hexadecimal digits of a digest's length; nil for any other text.
  ///
  /// Does for undeclared text what `parseDigest` does, in one pass.
  mutating func parseWholeDigest(_ text: RawSpan) -> DigestOutcome? {
    let count = text.byteCount / 2
    guard text.byteCount & 1 == 0, let kind = Self.kind(ofLength: count, nil) else { return nil }
    var digest = InlineArray<64, UInt8>(repeating: 0)
    var invalid: UInt8 = 0
    for index in 0..<count {
      let high = Self.nibble(text.byte(unchecked: index * 2), &invalid)
      let low = Self.nibble(text.byte(unchecked: index * 2 + 1), &invalid)
      digest[index] = high << 4 | low
    }
    if invalid != 0 { return nil }
    let start = arena.count
    // SAFETY: the span of an inline array lives as long as the array, past the call.
    arena.append(unsafe digest.span.bytes.extracting(0..<count))
    if KnownDigests.mayBegin(with: digest[0]), let refusal = knownDigest(from: start) {
      return DigestOutcome(refusal: refusal)
    }
    add(kind, mode: .exact, from: start)
    return DigestOutcome(refusal: nil)
  }

  /// The value of a hexadecimal digit; another byte sets bits of `invalid`.
  @inline(__always)
  private static func nibble(_ byte: UInt8, _ invalid: inout UInt8) -> UInt8 {
    let digit = byte &- 0x30
    let letter = (byte | 0x20) &- 0x61
    if digit <= 9 { return digit }
    if letter > 5 { invalid |= 1 }
    return letter &+ 10 & 15
  }

  private static let lengths: Set<Int> = [16, 20, 28, 32, 48, 64]

  /// The kind of a digest of so many bytes.
  private static func kind(ofLength count: Int, _ declared: IndicatorKind?) -> IndicatorKind? {
    switch declared {
    case .ja3, .ja3s, .hassh, .hasshServer:
      return count == 16 ? declared : nil
    case .certificateSHA1, .certificateSHA256:
      return count == 20 ? .certificateSHA1 : count == 32 ? .certificateSHA256 : nil
    case .imphash where count == 16:
      return .imphash
    default:
      switch count {
      case 16: return .md5
      case 20: return .sha1
      case 28: return .sha224
      case 32: return .sha256
      case 48: return .sha384
      case 64: return .sha512
      default: return nil
      }
    }
  }

  private static func allowsColons(_ kind: IndicatorKind?) -> Bool {
    switch kind {
    case .certificateSHA1, .certificateSHA256, .hassh, .hasshServer: true
    default: false
    }
  }

  /// Appends pairs of digits, with a `:` between all pairs or none; false where the text is not that.
  private mutating func appendHex(_ text: RawSpan, allowsColons: Bool) -> Bool {
    let hasColons = allowsColons && text.byteCount > 2 && text.byte(unchecked: 2) == 0x3a
    let stride = hasColons ? 3 : 2
    guard text.byteCount <= 64 * 3, (text.byteCount + (hasColons ? 1 : 0)) % stride == 0 else {
      return false
    }
    var offset = 0
    while offset < text.byteCount {
      let high = ASCII.hexValue(text.byte(unchecked: offset))
      let low = ASCII.hexValue(text.byte(unchecked: offset + 1))
      guard high | low < 16 else { return false }
      if hasColons, offset + 2 < text.byteCount, text.byte(unchecked: offset + 2) != 0x3a {
        return false
      }
      arena.append(high << 4 | low)
      offset += stride
    }
    return true
  }

  /// Whether the digest at the arena's end is one that is always refused.
  private mutating func knownDigest(from start: Int) -> Refusal? {
    let end = arena.count
    for offset in start..<end {
      arena.append(ASCII.hexDigit(arena[offset] >> 4))
      arena.append(ASCII.hexDigit(arena[offset]))
    }
    let refusal = KnownDigests.refusal(arena.rawBytes.extracting(end...))
    arena.removeLast(arena.count - end)
    return refusal
  }

  /// Whether the text is hexadecimal digits with `..` or `…` among them: a digest cut for display.
  private static func isShortened(_ text: RawSpan) -> Bool {
    var digits = 0
    var dots = 0
    var offset = 0
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      if ASCII.hexValue(byte) < 16 {
        digits += 1
      } else if byte == 0x2e {
        guard offset + 1 < text.byteCount,
          text.byte(unchecked: offset + 1) == 0x2e
            || offset > 0 && text.byte(unchecked: offset - 1) == 0x2e
        else { return false }
        dots += 1
      } else if text.extracting(offset...).starts(with: "…") {
        dots += 1
        offset += 2
      } else {
        return false
      }
      offset += 1
    }
    return dots > 0 && digits >= 6
  }
}
