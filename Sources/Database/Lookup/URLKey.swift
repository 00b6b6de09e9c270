internal import Parsing

/// Borders inside the comparison key of a URL.
enum URLKey {
  /// Length of the authority with the `/` that ends it (and with the scheme, where the key has one),
  /// or nil where none ends.
  ///
  /// A key that begins with another key's authority has the same one, so that a set of authorities
  /// can stand before a search for prefixes.
  static func authorityLength(_ key: RawSpan) -> Int? {
    guard let slash = firstSlash(key, from: 0) else { return nil }
    guard slash > 0, key.byte(at: slash - 1) == UInt8(ascii: ":") else { return slash + 1 }
    guard slash + 1 < key.byteCount else { return nil }
    guard key.byte(at: slash + 1) == UInt8(ascii: "/") else { return slash + 1 }
    guard let end = firstSlash(key, from: slash + 2) else { return nil }
    return end + 1
  }

  /// The path of a key, from its `/` to before its query, and to the key's end.
  static func path(_ key: RawSpan) -> (path: Range<Int>, withQuery: Range<Int>)? {
    guard let authority = authorityLength(key) else { return nil }
    let start = authority - 1
    var end = start
    while end < key.byteCount, key.byte(unchecked: end) != UInt8(ascii: "?") { end += 1 }
    return (start..<end, start..<key.byteCount)
  }

  private static func firstSlash(_ key: RawSpan, from start: Int) -> Int? {
    var offset = start
    while offset < key.byteCount {
      if key.byte(unchecked: offset) == UInt8(ascii: "/") { return offset }
      offset += 1
    }
    return nil
  }
}
