/// Why bytes could not be read as what they should be.
package enum ParsingError: Error, Equatable {
  /// A read went past the end.
  case truncated(at: Int, needed: Int, available: Int)
}

/// Reads untrusted bytes front to back; every read is checked against the end.
///
/// A part of the input is handed to a sub-parser as a cursor of its own, which cannot leave it.
/// All arithmetic on lengths happens here and cannot overflow.
package struct ByteCursor: ~Escapable {
  /// The bytes that the cursor walks.
  package let bytes: RawSpan
  /// Offset of the next byte in `bytes`.
  package private(set) var offset: Int

  /// A cursor at the first byte.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) {
    self.bytes = bytes
    offset = 0
  }

  /// Bytes not read so far.
  package var remaining: Int { bytes.byteCount - offset }

  /// Whether every byte was read.
  package var isAtEnd: Bool { offset == bytes.byteCount }

  private func need(_ count: Int) throws(ParsingError) {
    guard count >= 0, count <= remaining else {
      throw .truncated(at: offset, needed: count, available: remaining)
    }
  }

  /// Reads one byte.
  @_lifetime(self: copy self)
  package mutating func readUInt8() throws(ParsingError) -> UInt8 {
    try need(1)
    defer { offset += 1 }
    return bytes.byte(unchecked: offset)
  }

  /// Reads two bytes in network order.
  @_lifetime(self: copy self)
  package mutating func readUInt16() throws(ParsingError) -> UInt16 {
    try need(2)
    defer { offset += 2 }
    return bytes.bigEndianUInt16(unchecked: offset)
  }

  /// Reads three bytes in network order.
  @_lifetime(self: copy self)
  package mutating func readUInt24() throws(ParsingError) -> UInt32 {
    try need(3)
    defer { offset += 3 }
    return UInt32(bytes.byte(unchecked: offset)) << 16
      | UInt32(bytes.bigEndianUInt16(unchecked: offset + 1))
  }

  /// Steps over bytes.
  @_lifetime(self: copy self)
  package mutating func skip(_ count: Int) throws(ParsingError) {
    try need(count)
    offset += count
  }

  /// Reads a part as a cursor that ends where the part ends.
  @_lifetime(copy self)
  package mutating func readCursor(_ count: Int) throws(ParsingError) -> ByteCursor {
    ByteCursor(try readSpan(count))
  }

  /// Reads a part as its bytes.
  @_lifetime(copy self)
  package mutating func readSpan(_ count: Int) throws(ParsingError) -> RawSpan {
    try need(count)
    let part = bytes.extracting(offset..<offset + count)
    offset += count
    return part
  }
}
