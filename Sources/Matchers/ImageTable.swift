import CByteKernels

/// A table of little-endian integers inside an image.
///
/// The table's place and length are checked once, when the image is opened. What is *in* it stays
/// untrusted for ever, since the file may change under us; so an index is clamped at each use, and a
/// wrong one gives a wrong value, never a read outside the table.
@safe
struct ImageTable<Element: FixedWidthInteger & BitwiseCopyable & Sendable>: Sendable {
  /// First byte of the first element, of any alignment.
  ///
  /// Points into an `ImageBytes` that the owner of this table retains; only read from.
  private nonisolated(unsafe) let start: UnsafeRawPointer
  /// Number of elements, at least one.
  let count: Int

  /// A table over `count` elements whose first byte is at `offset`; the range must be in the image.
  init(image: ImageBytes, offset: Int, count: Int) throws(ImageError) {
    let size = MemoryLayout<Element>.size
    guard count > 0, offset >= 0, offset <= image.count, count <= (image.count - offset) / size
    else { throw .damaged("a table of \(count) elements does not fit the image") }
    // SAFETY: the guard keeps every element inside the image's memory.
    unsafe start = image.baseAddress + offset
    self.count = count
  }

  /// The element at an index, which is clamped to the table.
  @inline(__always)
  subscript(clamping index: Int) -> Element {
    let inside = Int(bitPattern: min(UInt(bitPattern: index), UInt(bitPattern: count &- 1)))
    // SAFETY: `inside` is in 0..<count, and `init` found `count` elements in the image.
    return unsafe Element(
      littleEndian: start.loadUnaligned(
        fromByteOffset: inside &* MemoryLayout<Element>.size, as: Element.self))
  }

  /// The element at an index, 0 for one outside the table.
  ///
  /// Where the index of a load comes from the load before, a branch that is never taken costs nothing
  /// and the arithmetic of clamping two cycles.
  @inline(__always)
  subscript(orZero index: Int) -> Element {
    guard _fastPath(UInt(bitPattern: index) < UInt(bitPattern: count)) else { return 0 }
    // SAFETY: the guard; `init` found `count` elements in the image.
    return unsafe Element(
      littleEndian: start.loadUnaligned(
        fromByteOffset: index &* MemoryLayout<Element>.size, as: Element.self))
  }

  /// Prefetches the element at an index.
  ///
  /// A loop of these before a loop that reads the same elements lets their cache misses overlap.
  @inline(__always)
  func prefetch(_ index: Int) {
    // SAFETY: the address is only a hint, which is never read from and need not be valid.
    unsafe sekisho_prefetch(
      UnsafeRawPointer(
        bitPattern: UInt(bitPattern: start)
          &+ UInt(bitPattern: index &* MemoryLayout<Element>.size)))
  }

  /// The first byte, of any alignment, for a kernel that is told the number of elements.
  // SAFETY: nothing is read here.
  @unsafe
  var pointer: UnsafeRawPointer { unsafe start }

  /// All elements' bytes, for as long as the table's owner lives.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    @inline(__always)
    get {
      // SAFETY: `init` found `count` elements in the image, which outlives this table.
      let span = unsafe RawSpan(
        _unsafeStart: start, byteCount: count &* MemoryLayout<Element>.size)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension ImageTable<UInt8> {
  /// A little-endian integer at a byte offset, which is clamped so that the integer is in the table.
  ///
  /// The table must hold at least eight bytes; the openers of images with such tables check that.
  @inline(__always)
  func load<Value: FixedWidthInteger & BitwiseCopyable>(
    clamping offset: Int, as type: Value.Type
  ) -> Value {
    let last = count &- MemoryLayout<Value>.size
    let inside = Int(bitPattern: min(UInt(bitPattern: offset), UInt(bitPattern: last)))
    assert(last >= 0)
    // SAFETY: `inside` is in 0...last, so the integer ends at or before the table's end.
    return unsafe Value(
      littleEndian: start.loadUnaligned(fromByteOffset: inside, as: Value.self))
  }
}

extension RawSpan {
  /// A little-endian integer whose bytes the caller has found to be in the span.
  @inline(__always)
  func little<Value: FixedWidthInteger & BitwiseCopyable>(
    unchecked offset: Int, as type: Value.Type
  ) -> Value {
    assert(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe Value(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Value.self))
  }
}

extension Array where Element: BitwiseCopyable {
  /// The bytes of the elements.
  var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: elements without padding that matters here: integers only.
      unsafe span.bytes
    }
  }
}
