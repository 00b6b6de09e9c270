import Parsing

/// Names of pipes on Windows.
///
/// Programs write `\\.\pipe\name` (Windows API, "Pipe Names"), the system `\Device\NamedPipe\name`,
/// Sysmon's events 17 and 18 `\name`, and many feeds the name alone: all are reduced to the name.
/// The path of a pipe on another computer stays as it is.
package enum PipeName {
  /// Prefixes before the name, longer ones first.
  private static let prefixes: [StaticString] = [
    "\\\\.\\pipe\\", "\\\\?\\pipe\\", "\\device\\namedpipe\\", "\\pipe\\", "\\",
  ]

  /// Length of the prefix before the name; 0 if there is none, or if nothing would be left.
  package static func prefixLength(_ text: RawSpan) -> Int {
    guard !text.isEmpty, text.byte(unchecked: 0) == Byte.backslash else { return 0 }
    for prefix in prefixes where text.starts(ignoringCase: prefix, at: 0) {
      let length = prefix.utf8CodeUnitCount
      guard length < text.byteCount else { return 0 }
      // `\\computer\pipe\name`
      return length == 1 && text.byte(unchecked: 1) == Byte.backslash ? 0 : length
    }
    return 0
  }
}
