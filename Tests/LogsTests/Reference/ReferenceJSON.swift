/// A value of a record, with the places of its bytes.
indirect enum ReferenceNode {
  case object([(key: [UInt8], value: ReferenceNode)])
  case array([ReferenceNode])
  case string(ReferenceText, isQuoted: Bool)
  /// A number, or a cell whose type is not scanned: kept for ports.
  case plain([UInt8])

  /// The text of a scalar.
  var scalarText: [UInt8]? {
    switch self {
    case .string(let text, _): text.bytes
    case .plain(let bytes): bytes
    default: nil
    }
  }
}

/// A recursive parser of JSON (RFC 8259), strict but for bytes that are not UTF-8.
struct ReferenceJSON {
  let text: ReferenceText
  var index: Int
  let limit: Int
  private var depth = 0

  static let deepest = 64

  init(_ text: ReferenceText, at index: Int, limit: Int, depth: Int = 0) {
    self.text = text
    self.index = index
    self.limit = min(limit, text.count)
    self.depth = depth
  }

  var byte: UInt8? { index < limit ? text.bytes[index] : nil }

  mutating func skipSpace() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func take(_ wanted: UInt8) -> Bool {
    guard byte == wanted else { return false }
    index += 1
    return true
  }

  /// The value that begins here; nil where it is not JSON.
  mutating func value() -> ReferenceNode? {
    switch byte {
    case 0x7B: object()
    case 0x5B: array()
    case 0x22: string().map { .string($0, isQuoted: true) }
    case 0x2D, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39: number()
    default: literal()
    }
  }

  private mutating func object() -> ReferenceNode? {
    guard take(0x7B), depth < Self.deepest else { return nil }
    depth += 1
    defer { depth -= 1 }
    var members: [(key: [UInt8], value: ReferenceNode)] = []
    skipSpace()
    if take(0x7D) { return .object([]) }
    while true {
      skipSpace()
      guard byte == 0x22, let key = string() else { return nil }
      skipSpace()
      guard take(0x3A) else { return nil }
      skipSpace()
      guard let value = value() else { return nil }
      members.append((key.bytes, value))
      skipSpace()
      if take(0x7D) { return .object(members) }
      guard take(0x2C) else { return nil }
    }
  }

  private mutating func array() -> ReferenceNode? {
    guard take(0x5B), depth < Self.deepest else { return nil }
    depth += 1
    defer { depth -= 1 }
    var elements: [ReferenceNode] = []
    skipSpace()
    if take(0x5D) { return .array([]) }
    while true {
      skipSpace()
      guard let value = value() else { return nil }
      elements.append(value)
      skipSpace()
      if take(0x5D) { return .array(elements) }
      guard take(0x2C) else { return nil }
    }
  }

  private mutating func literal() -> ReferenceNode? {
    for word in ["true", "false", "null"]
    where index + word.utf8.count <= limit
      && text.bytes[index..<index + word.utf8.count].elementsEqual(word.utf8)
    {
      index += word.utf8.count
      return .plain([])
    }
    return nil
  }

  private mutating func number() -> ReferenceNode? {
    let start = index
    _ = take(0x2D)
    if !take(0x30) { guard digits() else { return nil } }
    if take(0x2E) { guard digits() else { return nil } }
    if take(0x65) || take(0x45) {
      if !take(0x2B) { _ = take(0x2D) }
      guard digits() else { return nil }
    }
    // A number ends where JSON or white space goes on.
    if let byte, ![0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D].contains(byte) { return nil }
    return .plain(Array(text.bytes[start..<index]))
  }

  private mutating func digits() -> Bool {
    let start = index
    while let byte, (0x30...0x39).contains(byte) { index += 1 }
    return index > start
  }

  private mutating func string() -> ReferenceText? {
    guard take(0x22) else { return nil }
    var output = ReferenceText()
    while let byte {
      let place = text.offsets[index]
      index += 1
      switch byte {
      case 0x22: return output
      case 0...0x1F: return nil
      case 0x5C:
        guard let decoded = escape() else { return nil }
        for byte in decoded { output.append(byte, from: place) }
      default: output.append(byte, from: place)
      }
    }
    return nil
  }

  private mutating func escape() -> [UInt8]? {
    guard let letter = byte else { return nil }
    index += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: return [letter]
    case 0x62: return [0x08]
    case 0x66: return [0x0C]
    case 0x6E: return [0x0A]
    case 0x72: return [0x0D]
    case 0x74: return [0x09]
    case 0x75: break
    default: return nil
    }
    guard let first = hexUnit() else { return nil }
    var scalar = first
    if (0xD800...0xDBFF).contains(first) {
      let saved = index
      if take(0x5C), take(0x75), let second = hexUnit(), (0xDC00...0xDFFF).contains(second) {
        scalar = 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
      } else {
        index = saved
      }
    }
    return Array(String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8)
  }

  private mutating func hexUnit() -> UInt32? {
    guard index + 4 <= limit else { return nil }
    let digits = text.bytes[index..<index + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    index += 4
    return digits.reduce(0) { $0 << 4 | UInt32(referenceHexValue($1)) }
  }

  /// The value of a text that is JSON as a whole, white space around the value and NULs behind it aside.
  static func whole(_ text: ReferenceText, from start: Int = 0) -> ReferenceNode? {
    var parser = ReferenceJSON(text, at: start, limit: text.count)
    guard let node = parser.value() else { return nil }
    while let byte = parser.byte, [0x20, 0x09, 0x0A, 0x0D, 0].contains(byte) { parser.index += 1 }
    return parser.index == text.count ? node : nil
  }
}
