extension [UInt8] {
  /// Appends the bytes of a string.
  @inlinable
  package mutating func append(_ text: StaticString) {
    // SAFETY: a static string's UTF-8 is immutable and lives as long as the process.
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
