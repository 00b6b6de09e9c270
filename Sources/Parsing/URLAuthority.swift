/// Where the authority of a URL is in its text (RFC 3986 §3.2).
package struct URLAuthority: Sendable, Equatable {
  /// Where host and port begin: behind the last `@`, which ends the user information.
  package let hostStart: Int
  /// Where the authority ends: at the first `/`, `?` or `#`, or at the range's end.
  package let end: Int

  /// The authority at the beginning of a range, which is behind the scheme's `//`.
  package init(_ text: RawSpan, in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= text.byteCount)
    var hostStart = range.lowerBound
    var end = range.lowerBound
    while end < range.upperBound {
      let byte = text.byte(unchecked: end)
      if byte == Byte.slash || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { break }
      if byte == UInt8(ascii: "@") { hostStart = end + 1 }
      end += 1
    }
    self.hostStart = hostStart
    self.end = end
  }
}
