/// What one step of decompression did.
struct DecompressionStep {
  /// Where the stream stands after a step.
  enum State {
    /// Inside a member (gzip) or frame (zstd).
    case inside
    /// A member or frame has ended, its checksum was right.
    case memberEnd
    /// The data is at fault.
    case failed(InputError.Code, String)
  }

  /// Compressed bytes used.
  var consumed: Int
  /// Decompressed bytes written.
  var produced: Int
  /// Where the stream stands.
  var state: State
}

/// Undoes one compressed format, a member at a time; called once for some hundred KiB.
protocol Decompressor: AnyObject {
  /// The format's name for messages.
  var name: String { get }

  /// Whether bytes begin a member; at most `magicLength` bytes are needed.
  static func recognizes(_ start: UnsafeRawBufferPointer) -> Bool

  /// Makes ready for the next member.
  func reset()

  /// Moves as much as fits from input to output.
  func step(
    input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep
}

/// Bytes after which any of the formats is recognised.
let magicLength = 4
