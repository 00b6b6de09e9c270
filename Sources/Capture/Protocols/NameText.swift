import Parsing

/// The text of a DNS name while it is put together: at most 255 bytes on the wire, each of which is
/// written as up to four characters.
@safe
struct NameText: ~Copyable {
  private static let capacity = 1024
  private let memory: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  /// A label holds a byte above ASCII, so the normal form differs (UTS 46) or does not exist.
  var hasHighBytes = false
  /// A label holds a byte that is written as an escape, so this is no host name.
  var hasEscapes = false

  // SAFETY of these: the memory has `capacity` bytes, and nobody else has it.

  init() {
    unsafe memory = .allocate(capacity: Self.capacity)
    unsafe memory.initialize(repeating: 0, count: Self.capacity)
  }

  deinit { unsafe memory.deallocate() }

  mutating func removeAll() {
    count = 0
    hasHighBytes = false
    hasEscapes = false
  }

  /// Adds a character; does nothing beyond the capacity, which no name reaches.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    // SAFETY: the guard above checked that `count` is below the capacity.
    unsafe memory[count] = byte
    count &+= 1
  }

  /// The characters so far; valid until the next change.
  ///
  /// The name is part of the writer into which it is written, so this span claims no borrow.
  var bytes: RawSpan {
    @_lifetime(immortal) get {
      // SAFETY: the memory is initialised and lives as long as this name.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: memory, byteCount: count), copying: ())
    }
  }

  /// The IPv4 address that the name spells; nil of nearly all names.
  var ipv4: UInt32? {
    // SAFETY: `count` is more than 0, and at most the capacity.
    guard count > 0, Byte.isDigit(unsafe memory[count &- 1]) else { return nil }
    return IPAddressText.ipv4(bytes)
  }

  // MARK: Labels

  /// Adds a label's bytes in lower case, preceded by a dot unless the label is the first.
  ///
  /// Inside a label, a dot or backslash gets a backslash before it, and a byte that cannot be
  /// printed is written as `\DDD` (RFC 1035 §5.1). Well-formed UTF-8 is kept, except for the dots
  /// of other scripts.
  mutating func appendLabel(_ message: RawSpan, _ range: Range<Int>) {
    if count > 0 { append(Byte.dot) }
    var offset = range.lowerBound
    let end = range.upperBound
    while offset < end {
      let length = min(8, end &- offset)
      if message.byteCount &- offset >= 8, count <= Self.capacity &- 8 {
        let word = message.littleEndianUInt64(unchecked: offset)
        let mask = UInt64.max >> UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        if Self.unusual(word) & mask == 0 {
          // SAFETY: `count` is at most the capacity less eight, so eight bytes fit; those beyond
          // the label's are overwritten later.
          unsafe UnsafeMutableRawPointer(memory + count).storeBytes(
            of: Self.lowered(word).littleEndian, as: UInt64.self)
          count &+= length
          offset &+= length
          continue
        }
      }
      offset &+= appendByte(message.extracting(range), at: offset &- range.lowerBound)
    }
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// A mask with the top bit of each byte that is not written as itself, letter case aside.
  ///
  /// Bytes written as themselves are the hyphen, those from `/` to `[`, and those from `]` to `~`.
  ///
  /// The result is right up to the first byte above ASCII, which is flagged: its carry may change
  /// the bytes after it.
  @inline(__always)
  static func unusual(_ word: UInt64) -> UInt64 {
    let fromSlash = word &+ ones &* (0x80 - UInt64(Byte.slash))
    let isDelete = word &+ ones
    // 0x80 minus a byte below 0x80 keeps its top bit only if the byte is 0.
    let isBackslash = tops &- (word ^ ones &* UInt64(Byte.backslash))
    let isHyphen = tops &- (word ^ ones &* UInt64(Byte.minus))
    let plain = fromSlash & ~isDelete & ~isBackslash | isHyphen
    return (~plain | word) & tops
  }

  /// The bytes of a word, all ASCII, with capital letters in lower case.
  @inline(__always)
  static func lowered(_ word: UInt64) -> UInt64 {
    let capitals =
      (word &+ ones &* (0x80 - UInt64(UInt8(ascii: "A"))))
      & ~(word &+ ones &* (0x80 - UInt64(UInt8(ascii: "[")))) & tops
    return word | capitals >> 2
  }

  /// Adds the byte at an offset of a label, or the sequence that begins there; returns the number
  /// of bytes taken.
  @inline(never)
  private mutating func appendByte(_ label: RawSpan, at offset: Int) -> Int {
    let byte = label.byte(unchecked: offset)
    guard byte &- Byte.slash < 0x2d || byte &- UInt8(ascii: "]") < 0x22 || byte == Byte.minus else {
      return appendUnusual(label, at: offset)
    }
    append(Byte.lowercased(byte))
    return 1
  }

  /// Adds a byte that is not written as itself, or a UTF-8 sequence; returns the number of bytes
  /// taken.
  private mutating func appendUnusual(_ label: RawSpan, at offset: Int) -> Int {
    let byte = label.byte(unchecked: offset)
    switch byte {
    case Byte.dot, Byte.backslash:
      append(Byte.backslash)
      append(byte)
      hasEscapes = true
    case Byte.space...UInt8(ascii: "~"):
      append(byte)
    case 0x80...:
      let length = Self.scalarLength(label, at: offset)
      guard length == 0 || length == 3 && Self.isDot(label, at: offset) else {
        for position in offset..<offset + length { append(label.byte(unchecked: position)) }
        hasHighBytes = true
        return length
      }
      appendDecimal(byte)
    default:
      appendDecimal(byte)
    }
    return 1
  }

  private mutating func appendDecimal(_ byte: UInt8) {
    hasEscapes = true
    append(Byte.backslash)
    append(Byte.zero + byte / 100)
    append(Byte.zero + byte / 10 % 10)
    append(Byte.zero + byte % 10)
  }

  /// Whether three bytes are a character that IDNA takes for a dot (UTS 46); inside a label it
  /// separates nothing.
  private static func isDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    let sequence =
      UInt32(bytes.byte(unchecked: offset)) << 16
      | UInt32(bytes.byte(unchecked: offset + 1)) << 8 | UInt32(bytes.byte(unchecked: offset + 2))
    // U+3002, U+FF0E, U+FF61, and what is mapped to a full stop: U+2024, U+FE52.
    return [0xe3_8082, 0xef_bc8e, 0xef_bda1, 0xe2_80a4, 0xef_b992].contains(sequence)
  }

  /// Length of the UTF-8 sequence at an offset; 0 if it is not well-formed (RFC 3629) or is a C1
  /// control.
  private static func scalarLength(_ bytes: RawSpan, at offset: Int) -> Int {
    let first = bytes.byte(unchecked: offset)
    func continuation(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
      offset + distance < bytes.byteCount
        && range.contains(bytes.byte(unchecked: offset + distance))
    }
    switch first {
    case 0xc2: return continuation(1, 0xa0...0xbf) ? 2 : 0
    case 0xc3...0xdf: return continuation(1) ? 2 : 0
    case 0xe0: return continuation(1, 0xa0...0xbf) && continuation(2) ? 3 : 0
    case 0xe1...0xec, 0xee, 0xef: return continuation(1) && continuation(2) ? 3 : 0
    case 0xed: return continuation(1, 0x80...0x9f) && continuation(2) ? 3 : 0
    case 0xf0:
      return continuation(1, 0x90...0xbf) && continuation(2) && continuation(3) ? 4 : 0
    case 0xf1...0xf3: return continuation(1) && continuation(2) && continuation(3) ? 4 : 0
    case 0xf4:
      return continuation(1, 0x80...0x8f) && continuation(2) && continuation(3) ? 4 : 0
    default: return 0
    }
  }
}
