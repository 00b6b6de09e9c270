extension RawSpan {
  /// Whether the bytes are those of a string.
  @inlinable
  package func equals(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether the bytes are those of a string, in any ASCII case.
  @inlinable
  package func equals(ignoringCase text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && starts(ignoringCase: text)
  }

  /// Whether a string stands at an offset.
  ///
  /// An offset outside the span is where nothing stands.
  @inlinable
  package func starts(with prefix: StaticString, at start: Int = 0) -> Bool {
    let length = prefix.utf8CodeUnitCount
    guard start >= 0, byteCount - start >= length else { return false }
    for index in 0..<length {
      // SAFETY: the index is below the prefix's length.
      let expected = unsafe prefix.utf8Start[index]
      if byte(unchecked: start + index) != expected { return false }
    }
    return true
  }

  /// Whether a string stands at an offset, in any ASCII case.
  ///
  /// An offset outside the span is where nothing stands.
  @inlinable
  package func starts(ignoringCase prefix: StaticString, at start: Int = 0) -> Bool {
    let length = prefix.utf8CodeUnitCount
    guard start >= 0, byteCount - start >= length else { return false }
    for index in 0..<length {
      // SAFETY: the index is below the prefix's length.
      let expected = unsafe prefix.utf8Start[index]
      if Byte.lowercased(byte(unchecked: start + index)) != Byte.lowercased(expected) {
        return false
      }
    }
    return true
  }
}
