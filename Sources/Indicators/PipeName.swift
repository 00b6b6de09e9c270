import Parsing

/// Names of pipes on Windows.
///
/// Who opens one writes `\\.\pipe\name` (Windows API, "Pipe Names"), the system `\Device\NamedPipe\name`, Sysmon's
/// events 17 and 18 `\name`, and many feeds the name alone: all are the name. A pipe of another computer keeps its name.
package enum PipeName {
  /// What stands before the name; the longer before the shorter.
  private static let prefixes: [StaticString] = [
    "\\\\.\\pipe\\", "\\\\?\\pipe\\", "\\device\\namedpipe\\", "\\pipe\\", "\\",
  ]

  /// Bytes of what stands before the name; 0 where nothing does, or nothing would be left.
  package static func prefixLength(_ text: RawSpan) -> Int {
    guard !text.isEmpty, text.byte(unchecked: 0) == Byte.backslash else { return 0 }
    for prefix in prefixes where text.starts(withLowercase: prefix, at: 0) {
      let length = prefix.utf8CodeUnitCount
      guard length < text.byteCount else { return 0 }
      // `\\computer\pipe\name`
      return length == 1 && text.byte(unchecked: 1) == Byte.backslash ? 0 : length
    }
    return 0
  }
}
