import Parsing

/// An element is missing or is not what it should be.
struct DERError: Error {}

/// Reads the Distinguished Encoding Rules of ASN.1 (X.690 §10) element by element, never beyond its
/// span.
struct DERReader: ~Escapable {
  private let bytes: RawSpan
  private var offset = 0
  private let base: Int

  /// Creates a reader of bytes that are at offset `base` of something larger.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, base: Int) {
    self.bytes = bytes
    self.base = base
  }

  var isAtEnd: Bool { offset == bytes.byteCount }

  /// The offset of the next element in the larger bytes.
  var place: Int { base + offset }

  /// The next element's tag, which is not consumed; nil at the end.
  var nextTag: UInt8? { isAtEnd ? nil : bytes.byte(unchecked: offset) }

  /// Reads the next element, which must have this tag, and returns its content.
  @_lifetime(copy self)
  mutating func value(_ tag: UInt8) throws(DERError) -> RawSpan {
    guard bytes.byteCount - offset >= 2, bytes.byte(unchecked: offset) == tag else {
      throw DERError()
    }
    var length = Int(bytes.byte(unchecked: offset + 1))
    var start = offset + 2
    if length >= 0x80 {
      // Lengths of more than four bytes cannot fit; DER has no indefinite lengths.
      let count = length - 0x80
      guard count >= 1, count <= 4, bytes.byteCount - start >= count else { throw DERError() }
      length = 0
      for _ in 0..<count {
        length = length << 8 | Int(bytes.byte(unchecked: start))
        start += 1
      }
    }
    guard length <= bytes.byteCount - start else { throw DERError() }
    offset = start + length
    return bytes.extracting(start..<offset)
  }

  /// Reads the next element and returns a reader of its content.
  @_lifetime(copy self)
  mutating func enter(_ tag: UInt8) throws(DERError) -> DERReader {
    let content = try value(tag)
    return DERReader(content, base: base + offset - content.byteCount)
  }

  /// Steps over the next element.
  @_lifetime(self: copy self)
  mutating func skip() throws(DERError) {
    guard let tag = nextTag else { throw DERError() }
    _ = try value(tag)
  }
}
