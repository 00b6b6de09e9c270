import Parsing

/// Borders inside the comparison key of a URL.
enum URLKey {
  /// The length of the authority with the `/` that ends it (and with the scheme, if the key has
  /// one); nil if no authority ends in the key.
  ///
  /// A key that begins with another key's authority has the same authority, so that a set of
  /// authorities can be asked before a search for prefixes.
  static func authorityLength(_ key: RawSpan) -> Int? {
    guard let slash = firstSlash(key, from: 0) else { return nil }
    guard slash > 0, key.byte(at: slash - 1) == UInt8(ascii: ":") else { return slash + 1 }
    guard slash + 1 < key.byteCount else { return nil }
    guard key.byte(at: slash + 1) == UInt8(ascii: "/") else { return slash + 1 }
    guard let end = firstSlash(key, from: slash + 2) else { return nil }
    return end + 1
  }

  /// Where the path of a key is, without and with its query; nil if it has none.
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
