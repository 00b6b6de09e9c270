import Parsing

/// What a byte can be in text; one table for every kind of value, so that all agree on borders.
struct ByteClass: OptionSet, Sendable {
  let rawValue: UInt16

  /// `[A-Za-z0-9._-]`: part of a name run.
  static let name = ByteClass(rawValue: 1)
  /// `[0-9A-Fa-f]`.
  static let hexDigit = ByteClass(rawValue: 2)
  /// `[0-9]`.
  static let digit = ByteClass(rawValue: 4)
  /// `[A-Za-z0-9]`.
  static let alphanumeric = ByteClass(rawValue: 8)
  /// `[A-Za-z0-9_]`.
  static let word = ByteClass(rawValue: 16)
  /// `[A-Za-z0-9._%+-]`: part of the local part of an e-mail address.
  static let local = ByteClass(rawValue: 32)
  /// `[0-9A-Fa-f:.]`: part of an IPv6 run.
  static let address = ByteClass(rawValue: 64)
  /// `[A-Za-z0-9+.-]`: part of a URL's scheme.
  static let scheme = ByteClass(rawValue: 128)
  /// White space, controls, `"<>{}|\^` and the back quote: the end of a URL.
  static let urlEnd = ByteClass(rawValue: 256)
  /// Above ASCII.
  static let high = ByteClass(rawValue: 512)
  /// A byte that a value can be recognised by: `.`, `@`, `:`, `%`, ESC, `\`, and all above ASCII.
  static let anchor = ByteClass(rawValue: 1024)
  /// `.` and `-`: stripped from both ends of a name run.
  static let stripped = ByteClass(rawValue: 2048)
  /// `.`, `,`, `;`, `:`, `!`, `?`, `'`: cut from the end of a URL.
  static let urlTail = ByteClass(rawValue: 4096)
  /// Letters, digits and `:`, of which fingerprints in pairs are made.
  static let fingerprint = ByteClass(rawValue: 16384)
  /// `"`, `'`, back quote and blanks, which may stand between a label and its value.
  static let quoteOrBlank = ByteClass(rawValue: 8192)
}

/// The class of each byte.
///
/// One word, so that it is passed in a register: the table itself is made once for the process, is
/// never written again and never freed, which is what makes it safe to share.
@safe
struct ByteClasses: @unchecked Sendable {
  private let table: UnsafePointer<UInt16>

  /// The only one.
  static let shared = ByteClasses()

  private init() {
    let table = UnsafeMutablePointer<UInt16>.allocate(capacity: 256)
    for value in 0..<256 {
      // SAFETY: the value is below the capacity.
      unsafe (table + value).initialize(to: Self.classify(UInt8(value)).rawValue)
    }
    unsafe self.table = UnsafePointer(table)
  }

  /// Whether a byte is of a class.
  @inline(__always)
  func `is`(_ byte: UInt8, _ wanted: ByteClass) -> Bool {
    // SAFETY: the table has an entry for each value of a byte.
    unsafe table[Int(byte)] & wanted.rawValue != 0
  }

  /// Offset of the first byte in a range that is not of a class, or the range's end.
  @inline(__always)
  func end(of wanted: ByteClass, _ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var offset = start
    while offset < end, self.is(bytes.byte(unchecked: offset), wanted) { offset += 1 }
    return offset
  }

  /// Offset of the first byte of the run of a class that ends before `end`, not below `start`.
  @inline(__always)
  func start(of wanted: ByteClass, _ bytes: RawSpan, before end: Int, from start: Int) -> Int {
    var offset = end
    while offset > start, self.is(bytes.byte(unchecked: offset - 1), wanted) { offset -= 1 }
    return offset
  }

  /// Whether a byte may be in a key of CEF, LEEF and the like.
  func isKeyByte(_ byte: UInt8) -> Bool {
    self.is(byte, .name) || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
      || byte == UInt8(ascii: "@")
  }

  private static func classify(_ byte: UInt8) -> ByteClass {
    var result: ByteClass = []
    let isDigit = Byte.isDigit(byte)
    let isLetter = Byte.isLetter(byte)
    if isDigit { result.formUnion([.digit, .hexDigit]) }
    if isLetter, (byte | 0x20) &- 0x61 <= 5 { result.insert(.hexDigit) }
    if isDigit || isLetter {
      result.formUnion([.name, .alphanumeric, .word, .local, .scheme, .fingerprint])
    }
    if result.contains(.hexDigit) { result.insert(.address) }
    if byte <= 0x20 || byte == 0x7f { result.insert(.urlEnd) }
    if byte >= 0x80 { result.formUnion([.high, .anchor]) }
    switch byte {
    case UInt8(ascii: "."):
      result.formUnion([.name, .local, .address, .scheme, .anchor, .stripped, .urlTail])
    case UInt8(ascii: "-"): result.formUnion([.name, .local, .scheme, .stripped])
    case UInt8(ascii: "_"): result.formUnion([.name, .local, .word])
    case UInt8(ascii: "%"): result.formUnion([.local, .anchor])
    case UInt8(ascii: "+"): result.formUnion([.local, .scheme])
    case UInt8(ascii: ":"): result.formUnion([.address, .anchor, .urlTail, .fingerprint])
    case UInt8(ascii: "@"), 0x1b: result.insert(.anchor)
    case UInt8(ascii: "\\"): result.formUnion([.anchor, .urlEnd])
    case UInt8(ascii: "\""): result.formUnion([.urlEnd, .quoteOrBlank])
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "{"), UInt8(ascii: "}"),
      UInt8(ascii: "|"), UInt8(ascii: "^"):
      result.insert(.urlEnd)
    case UInt8(ascii: "`"): result.formUnion([.urlEnd, .quoteOrBlank])
    case UInt8(ascii: "'"): result.formUnion([.urlTail, .quoteOrBlank])
    case UInt8(ascii: " "), UInt8(ascii: "\t"): result.insert(.quoteOrBlank)
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "!"), UInt8(ascii: "?"):
      result.insert(.urlTail)
    default: break
    }
    return result
  }
}
