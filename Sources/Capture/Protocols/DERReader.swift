import Parsing

/// An element that is not where or what it should be.
struct DERError: Error {}

/// Reads the Distinguished Encoding Rules of ASN.1 (X.690 §10) element by element, never beyond its span.
struct DERReader: ~Escapable {
  private let bytes: RawSpan
  private var offset = 0
  private let base: Int

  /// A reader of bytes that stand at an offset of something larger.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, base: Int) {
    self.bytes = bytes
    self.base = base
  }

  var isAtEnd: Bool { offset == bytes.byteCount }

  /// Where the next element begins in what the bytes stand in.
  var place: Int { base + offset }

  /// The next element's tag, which is not read yet; nil at the end.
  var nextTag: UInt8? { isAtEnd ? nil : bytes.byte(unchecked: offset) }

  /// Reads the next element, which must have a tag, and gives its content.
  @_lifetime(copy self)
  mutating func value(_ tag: UInt8) throws(DERError) -> RawSpan {
    guard bytes.byteCount - offset >= 2, bytes.byte(unchecked: offset) == tag else {
      throw DERError()
    }
    var length = Int(bytes.byte(unchecked: offset + 1))
    var start = offset + 2
    if length >= 0x80 {
      // Lengths of more than four bytes cannot fit; an open one is not in these rules.
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

  /// Reads the next element and gives a reader of what is in it.
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
