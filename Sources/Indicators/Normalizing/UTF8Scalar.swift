import Parsing

/// One scalar read from UTF-8 (RFC 3629: no overlong forms, no surrogates).
package struct UTF8Scalar {
  package var value: Unicode.Scalar
  /// Bytes read: 1–4.
  package var length: Int

  /// The scalar that begins at an offset, or nil where the bytes are not UTF-8.
  @inline(__always)
  package static func decode(_ text: RawSpan, at offset: Int) -> UTF8Scalar? {
    let first = text.byte(at: offset)
    if first < 0x80 { return UTF8Scalar(value: Unicode.Scalar(first), length: 1) }
    return decodeLong(text, at: offset, first: first)
  }

  private static func decodeLong(_ text: RawSpan, at offset: Int, first: UInt8) -> UTF8Scalar? {
    let length: Int
    var value: UInt32
    let least: UInt32
    switch first {
    case 0xc2...0xdf:
      length = 2
      value = UInt32(first & 0x1f)
      least = 0x80
    case 0xe0...0xef:
      length = 3
      value = UInt32(first & 0x0f)
      least = 0x800
    case 0xf0...0xf4:
      length = 4
      value = UInt32(first & 0x07)
      least = 0x1_0000
    default: return nil
    }
    guard text.byteCount - offset >= length else { return nil }
    for index in 1..<length {
      let byte = text.byte(unchecked: offset + index)
      guard byte & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
    return UTF8Scalar(value: scalar, length: length)
  }

  /// The scalar that ends before an offset, or nil.
  static func decode(_ text: RawSpan, endingAt end: Int, from start: Int) -> UTF8Scalar? {
    var offset = end - 1
    let lowest = max(start, end - 4)
    while offset > lowest, text.byte(at: offset) & 0xc0 == 0x80 { offset -= 1 }
    guard offset >= start, let scalar = decode(text, at: offset), offset + scalar.length == end
    else { return nil }
    return scalar
  }

  /// Unicode's White_Space property.
  package var isWhiteSpace: Bool {
    switch value.value {
    case 0x09...0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f,
      0x3000:
      true
    default: false
    }
  }

  /// Characters without width that copying leaves around values: zero-width space, joiners, word
  /// joiner, byte-order mark, directional marks and isolates, soft hyphen.
  var isInvisible: Bool {
    switch value.value {
    case 0xad, 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x2064, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }

  /// Straight, typographic and angled quotation marks, and the back quote.
  var isQuote: Bool {
    switch value.value {
    case 0x22, 0x27, 0x60, 0xab, 0xbb, 0x2018...0x201f, 0x2039, 0x203a, 0x300c...0x300f,
      0xff02, 0xff07:
      true
    default: false
    }
  }
}
