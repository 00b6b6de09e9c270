import Parsing

/// A buffer to which a writer adds bytes piece by piece, in memory that is used again.
///
/// A hit is written in about sixty pieces. For each an array checks whether it is shared and long
/// enough, and makes a call; here a piece costs a comparison and a copy.
///
/// Not shared between threads: a writer that was copied makes a buffer of its own
/// (`JSONWriter.reset`). Sendable because the writers that own a buffer are handed from thread to
/// thread.
@safe
final class TextBuffer: @unchecked Sendable {
  @safe @exclusivity(unchecked) private var start: UnsafeMutablePointer<UInt8>
  @safe @exclusivity(unchecked) private(set) var count = 0
  @safe @exclusivity(unchecked) private var capacity: Int

  init() {
    capacity = 1024
    start = .allocate(capacity: capacity)
  }

  deinit { unsafe start.deallocate() }

  func removeAll() { count = 0 }

  /// A copy of the bytes.
  var bytes: [UInt8] {
    // SAFETY: `count` bytes are initialised.
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// Adds the bytes to an array.
  func append(to output: inout [UInt8]) {
    // SAFETY: as above.
    unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
  }

  /// Memory for `length` more bytes after the buffer's content.
  ///
  /// The caller fills it from its first byte and then adds the number of bytes to `count`.
  @unsafe
  @inline(__always)
  private func room(_ length: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity &- count < length { grow(length) }
    return unsafe start + count
  }

  @inline(never)
  private func grow(_ length: Int) {
    let larger = max(2 * capacity, count + length)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    // SAFETY: both hold `count` bytes.
    unsafe moved.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = moved
    capacity = larger
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    // SAFETY: one byte of room was asked for.
    unsafe room(1).pointee = byte
    count &+= 1
  }

  @inline(__always)
  func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    // SAFETY: the room is for `length` bytes, which the text has.
    unsafe room(length).update(from: text.utf8Start, count: length)
    count &+= length
  }

  func append(_ bytes: RawSpan) {
    let length = bytes.byteCount
    // SAFETY: the room is for `length` bytes, which the span has.
    unsafe bytes.withUnsafeBytes { source in
      if let base = source.baseAddress {
        unsafe UnsafeMutableRawPointer(room(length)).copyMemory(from: base, byteCount: length)
      }
    }
    count &+= length
  }

  /// Adds a member's name with its quotes and its colon, after a comma if one is due.
  @inline(__always)
  func appendKey(_ name: StaticString, isBehindComma: Bool) {
    let length = name.utf8CodeUnitCount
    // SAFETY: the room is for the name and four bytes more.
    var place = unsafe room(length &+ 4)
    if isBehindComma {
      unsafe place.pointee = UInt8(ascii: ",")
      unsafe place += 1
    }
    unsafe place.pointee = UInt8(ascii: "\"")
    unsafe (place + 1).update(from: name.utf8Start, count: length)
    unsafe place[length &+ 1] = UInt8(ascii: "\"")
    unsafe place[length &+ 2] = UInt8(ascii: ":")
    count &+= length &+ (isBehindComma ? 4 : 3)
  }

  /// Adds a string of JSON with its quotes; false if the bytes are not UTF-8.
  func appendString(_ text: RawSpan) -> Bool {
    let length = text.byteCount
    guard Self.isPlain(text) else { return appendEscaped(text) }
    // SAFETY: the room is for the text and two quotes.
    let place = unsafe room(length &+ 2)
    unsafe place.pointee = UInt8(ascii: "\"")
    unsafe text.withUnsafeBytes { source in
      if let base = source.baseAddress {
        unsafe UnsafeMutableRawPointer(place + 1).copyMemory(from: base, byteCount: length)
      }
    }
    unsafe place[length &+ 1] = UInt8(ascii: "\"")
    count &+= length &+ 2
    return true
  }

  /// Whether text is ASCII without anything that a string of JSON escapes.
  private static func isPlain(_ text: RawSpan) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var offset = 0
    while text.byteCount &- offset >= 8 {
      let word = text.littleEndianUInt64(unchecked: offset)
      let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c))
      // A borrow can set a wrong flag only above a byte that has a right one.
      let flags =
        (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        | (word &- ones &* 0x20) & ~word | word
      if flags & (ones &* 0x80) != 0 { return false }
      offset &+= 8
    }
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5c { return false }
      offset &+= 1
    }
    return true
  }

  @inline(never)
  private func appendEscaped(_ text: RawSpan) -> Bool {
    var escaped: [UInt8] = []
    let isValid = JSONText.appendString(text, to: &escaped)
    append(escaped.rawSpan)
    return isValid
  }

  /// Adds a number's decimal digits.
  func append(decimal value: UInt64) {
    // 2⁶⁴ has 20 digits.
    var length = 1
    var bound: UInt64 = 10
    while length < 20, value >= bound {
      length &+= 1
      // The twentieth digit's bound is not needed, and would not fit.
      if length < 20 { bound &*= 10 }
    }
    append(value, width: length)
  }

  /// Adds the last decimal digits of a number, `width` of them.
  @inline(__always)
  func append(_ value: UInt64, width: Int) {
    // SAFETY: the room is for `width` bytes, and the loop stays within them.
    let place = unsafe room(width)
    var (rest, offset) = (value, width)
    while offset > 0 {
      offset &-= 1
      unsafe place[offset] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count &+= width
  }
}
