import Parsing

/// A share that WebDAV serves, as Windows writes it.
///
/// In `file://host@SSL@8080/share` the host ends before the first `@`; there is no user
/// information.
package struct WebDAVShare: Sendable, Equatable {
  /// Offset of the first `@`, where the host ends.
  package var hostEnd: Int
  /// Offset behind `@SSL`, `@8080` or `@SSL@8080`.
  package var end: Int

  /// Reads the scheme and authority of a URL; nil unless a WebDAV share follows `file://`.
  ///
  /// The caller looks at what follows the share, such as the closing bracket of a sentence. But if
  /// a further `@`, a port or more of a name follows, the first `@` ends the user information of
  /// another host, and the result is nil.
  package init?(schemeAndAuthority url: RawSpan) {
    guard url.starts(ignoringCase: "file://", at: 0),
      let at = url.firstOffset(of: 0x40, from: 7)
    else { return nil }
    hostEnd = at
    end = at + 1
    if url.starts(ignoringCase: "ssl", at: end) {
      end += 3
      if end < url.byteCount, url.byte(unchecked: end) == 0x40 {
        guard let port = Self.portEnd(url, from: end + 1) else { return nil }
        end = port
      }
    } else {
      guard let port = Self.portEnd(url, from: end) else { return nil }
      end = port
    }
    guard end < url.byteCount else { return }
    let next = url.byte(unchecked: end)
    let isName =
      Byte.isAlphanumeric(next) || next == 0x2d || next == 0x2e || next == 0x5f || next >= 0x80
    guard !isName, next != 0x3a, url.firstOffset(of: 0x40, from: end) == nil else { return nil }
  }

  /// End of one to five digits.
  private static func portEnd(_ url: RawSpan, from start: Int) -> Int? {
    var end = start
    while end < url.byteCount, Byte.isDigit(url.byte(unchecked: end)) { end += 1 }
    return 1...5 ~= end - start ? end : nil
  }
}
