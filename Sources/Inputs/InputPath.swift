import Parsing

/// A path: any bytes but NUL, as the system has them, and a text to show.
///
/// File names need not be UTF-8, and a repaired name would open another file or none. So the bytes
/// are used to open a file, and the text to show it.
public struct InputPath: Sendable, Hashable, CustomStringConvertible {
  /// The path's bytes.
  public let bytes: [UInt8]

  /// A path of some bytes.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// A path that is known to be text.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// Standard input, `-`.
  public static let standardInput = InputPath("-")

  /// Whether the path stands for standard input.
  public var isStandardInput: Bool { bytes == [Byte.minus] }

  /// Whether there is a NUL in it, so that it leads nowhere.
  private var hasNUL: Bool { bytes.contains(0) }

  /// Whether the bytes are UTF-8.
  public var isText: Bool { UTF8Decoder.isValid(bytes.rawSpan) }

  /// The path to show: where it is not UTF-8 each bad byte as `\xnn` and each backslash doubled.
  public var description: String {
    let span = bytes.rawSpan
    guard !UTF8Decoder.isValid(span) else { return String(decoding: bytes, as: UTF8.self) }
    var text: [UInt8] = []
    var offset = 0
    while offset < span.byteCount {
      let length = UTF8Decoder.sequenceLength(span, at: offset)
      if length == 0 {
        text += [
          Byte.backslash, UInt8(ascii: "x"), Hex.digit(bytes[offset] >> 4),
          Hex.digit(bytes[offset]),
        ]
        offset += 1
        continue
      }
      if bytes[offset] == Byte.backslash { text.append(Byte.backslash) }
      text += bytes[offset..<offset + length]
      offset += length
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The folder that the path's last name is in, with a slash behind it; `.` for a name alone.
  package var folder: InputPath {
    let slash = bytes.lastIndex(of: Byte.slash)
    return InputPath(bytes: slash.map { Array(bytes[...$0]) } ?? [Byte.dot])
  }

  /// The path of a member of this folder.
  public func appending(_ name: [UInt8]) -> InputPath {
    if bytes.isEmpty || bytes.last == Byte.slash { return InputPath(bytes: bytes + name) }
    return InputPath(bytes: bytes + [Byte.slash] + name)
  }

  /// Calls `body` with the path as a C string.
  ///
  /// If the path holds a NUL, the string is empty, which leads to nothing: the system would take
  /// the bytes before the NUL for the path.
  package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows
    -> Result
  {
    let string = hasNUL ? [0] : bytes.map { CChar(bitPattern: $0) } + [0]
    return try unsafe string.withUnsafeBufferPointer { buffer in
      // SAFETY: the array has at least the final NUL, so it has an address.
      try unsafe body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }
}
