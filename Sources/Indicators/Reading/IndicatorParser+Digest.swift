import Parsing

extension IndicatorParser {
  /// Parses a digest: as many hexadecimal digits as a digest of some kind has.
  ///
  /// The length outranks the kind that the feed declares, except that a fingerprint (JA3, HASSH, a
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

  /// Whether a digest of some kind has this number of hexadecimal digits.
  @inline(__always)
  static func isDigestLength(_ digits: Int) -> Bool {
    digits & 7 == 0 && digits >= 32 && kind(ofLength: digits / 2, nil) != nil
  }

  /// Reads hexadecimal digits of a digest's length; nil for any other text.
  ///
  /// Does for undeclared text what `parseDigest` does, in one pass.
  mutating func parseWholeDigest(_ text: RawSpan) -> DigestOutcome? {
    let count = text.byteCount / 2
    guard text.byteCount & 1 == 0, let kind = Self.kind(ofLength: count, nil) else { return nil }
    var digest = InlineArray<16, UInt32>(repeating: 0)
    var invalid: UInt64 = 0
    // All lengths are multiples of four bytes, eight digits.
    for index in 0..<count / 4 {
      digest[index] =
        Self.fourBytes(
          text.littleEndianUInt64(unchecked: index * 8), &invalid
        ).littleEndian
    }
    if invalid != 0 { return nil }
    let start = arena.count
    // SAFETY: the span of an inline array lives as long as the array, past the call.
    arena.append(unsafe digest.span.bytes.extracting(0..<count))
    if KnownDigests.mayBegin(with: UInt8(truncatingIfNeeded: UInt32(littleEndian: digest[0]))),
      let refusal = knownDigest(from: start)
    {
      return DigestOutcome(refusal: refusal)
    }
    add(kind, mode: .exact, from: start)
    return DigestOutcome(refusal: nil)
  }

  /// Parses a digest behind a label that names its kind: `sha256:…`, `SHA-1 = …`, `imphash: …`.
  ///
  /// The label counts like a column's name: the digest's length outranks it. A kind that the feed
  /// declares outranks it, too.
  mutating func parseLabelledDigest(_ text: RawSpan, _ declared: DeclaredKind) -> ShapeOutcome {
    // From the shortest label, its sign and 32 digits up to the longest label, its sign, blanks and
    // 128 digits.
    guard (32 + 4)...(128 + 16) ~= text.byteCount, Byte.isLetter(text.byte(unchecked: 0)) else {
      return .otherShape
    }
    var label = ""
    var offset = 0
    while offset < text.byteCount, label.utf8.count <= 11 {
      let byte = text.byte(unchecked: offset)
      if Byte.isAlphanumeric(byte) {
        label.unicodeScalars.append(Unicode.Scalar(Byte.lowercased(byte)))
      } else if byte != 0x2d, byte != 0x5f, byte != 0x20 {
        break
      }
      offset += 1
    }
    guard let kind = Self.labels[label], offset < text.byteCount,
      text.byte(unchecked: offset) == 0x3a || text.byte(unchecked: offset) == 0x3d
    else { return .otherShape }
    let rest = text.extracting((offset + 1)...)
    let digits = rest.extracting(Trimming.range(rest, .full))
    if case .kind = declared { return parseDigest(digits, declared) }
    return parseDigest(digits, .kind(kind))
  }

  /// The kind of digest that a label of lower-case letters and digits names, or nil.
  package static func digestKind(ofLabel word: String) -> IndicatorKind? { labels[word] }

  private static let labels: [String: IndicatorKind] = [
    "md5": .md5, "sha1": .sha1, "sha224": .sha224, "sha256": .sha256, "sha384": .sha384,
    "sha512": .sha512, "imphash": .imphash, "ja3": .ja3, "ja3s": .ja3s, "hassh": .hassh,
    "hasshserver": .hasshServer,
  ]

  /// Decodes lines of exactly `digits` hexadecimal digits each, as `parseDigest` would.
  ///
  /// Stops before the first line that is anything else or whose digest is refused.
  ///
  /// - Parameters:
  ///   - text: the lines; the last may be incomplete.
  ///   - digits: hexadecimal digits of each line; `isDigestLength` must hold.
  ///   - lineEnd: bytes of a line's end: 1, or 2 with a carriage return.
  ///   - values: where the digests are appended.
  /// - Returns: the number of lines that were decoded.
  package static func decodeDigests(
    _ text: RawSpan, digits: Int, lineEnd: Int, to values: inout [UInt8]
  ) -> Int {
    precondition(isDigestLength(digits) && 1...2 ~= lineEnd)
    let step = digits + lineEnd
    let most = text.byteCount / step
    var count = 0
    values.append(addingCapacity: most * digits / 2) { output in
      // SAFETY: the closure says how much of the buffer it has written, from its start.
      unsafe output.withUnsafeMutableBufferPointer { buffer, written in
        guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
        while count < most {
          let start = count * step
          guard text.byte(unchecked: start + step - 1) == 0x0a,
            lineEnd == 1 || text.byte(unchecked: start + digits) == 0x0d
          else { break }
          var invalid: UInt64 = 0
          // All lengths are multiples of four bytes, eight digits.
          for place in 0..<digits / 8 {
            let four = fourBytes(
              text.littleEndianUInt64(unchecked: start + place * 8), &invalid)
            // SAFETY: `written` is `count` digests on, and `count < most`, so these `digits / 2`
            // bytes are within the room for `most` digests.
            unsafe base.storeBytes(
              of: four.littleEndian, toByteOffset: written + place * 4, as: UInt32.self)
          }
          if invalid != 0 { break }
          if KnownDigests.mayBegin(with: unsafe buffer[written]),
            KnownDigests.refusal(text.extracting(start..<start + digits)) != nil
          {
            break
          }
          written += digits / 2
          count += 1
        }
      }
    }
    return count
  }

  /// The kind of an undeclared digest by its number of hexadecimal digits; nil for other numbers.
  package static func digestKind(ofDigits digits: Int) -> IndicatorKind? {
    isDigestLength(digits) ? kind(ofLength: digits / 2, nil) : nil
  }

  /// Decodes eight hexadecimal digits to four bytes, the first in the lowest place.
  ///
  /// A byte that is not a digit sets bits of `invalid`.
  @inline(__always)
  private static func fourBytes(_ digits: UInt64, _ invalid: inout UInt64) -> UInt32 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high = ones &* 0x80
    let low = digits & ~high
    // In each of these sums, the high bit of a byte says whether it is at least, or above, a bound.
    let from0 = low &+ ones &* (0x80 - 0x30)
    let above9 = low &+ ones &* (0x7f - 0x39)
    let letters = low | ones &* 0x20
    let fromA = letters &+ ones &* (0x80 - 0x61)
    let aboveF = letters &+ ones &* (0x7f - 0x66)
    let isDigit = from0 & ~above9
    let isLetter = fromA & ~aboveF
    invalid |= (digits | ~(isDigit | isLetter)) & high
    // The value of a letter is its low four bits plus nine (`a` is 0x61).
    let values = (low & (ones &* 0x0f)) &+ (isLetter & high) &>> 7 &* 9
    // Each pair of digits in its lower byte, then the four bytes together.
    var pairs = (values &<< 4 | values &>> 8) & 0x00ff_00ff_00ff_00ff
    pairs = (pairs | pairs &>> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: pairs | pairs &>> 16)
  }

  private static let lengths: Set<Int> = [16, 20, 28, 32, 48, 64]

  /// The kind of a digest of `count` bytes, if there is one that the declared kind allows.
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

  /// Appends the bytes of pairs of digits; false for other text.
  ///
  /// If `allowsColons`, a `:` may separate all pairs.
  private mutating func appendHex(_ text: RawSpan, allowsColons: Bool) -> Bool {
    let hasColons = allowsColons && text.byteCount > 2 && text.byte(unchecked: 2) == 0x3a
    let stride = hasColons ? 3 : 2
    guard text.byteCount <= 64 * 3, (text.byteCount + (hasColons ? 1 : 0)) % stride == 0 else {
      return false
    }
    var offset = 0
    while offset < text.byteCount {
      let high = Hex.value(of: text.byte(unchecked: offset))
      let low = Hex.value(of: text.byte(unchecked: offset + 1))
      guard high | low < 16 else { return false }
      if hasColons, offset + 2 < text.byteCount, text.byte(unchecked: offset + 2) != 0x3a {
        return false
      }
      arena.append(high << 4 | low)
      offset += stride
    }
    return true
  }

  /// Why the digest at the arena's end is always refused; nil if it is not.
  private mutating func knownDigest(from start: Int) -> Refusal? {
    let end = arena.count
    for offset in start..<end {
      arena.append(Hex.digit(arena[offset] >> 4))
      arena.append(Hex.digit(arena[offset]))
    }
    let refusal = KnownDigests.refusal(arena.rawSpan.extracting(end...))
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
      if Hex.value(of: byte) < 16 {
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
