/// What one step of decompression did.
struct DecompressionStep {
  /// The state of the stream after a step.
  enum State {
    /// Inside a member (gzip) or frame (zstd).
    case inside
    /// A member or frame has ended, and its checksum was right.
    case memberEnd
    /// The data is at fault.
    case failed(InputError.Code, String, remedy: Advice = "")
  }

  /// Compressed bytes used.
  var consumed: Int
  /// Decompressed bytes written.
  var produced: Int
  /// The state of the stream after the step.
  var state: State
}

/// Undoes one compressed format, a member at a time; called once for some hundred KiB.
protocol Decompressor: AnyObject {
  /// The format's name for messages.
  var name: String { get }

  /// Whether bytes begin a member; at most `magicLength` bytes are needed.
  static func recognizes(_ start: UnsafeRawBufferPointer) -> Bool

  /// Prepares for the next member.
  func reset()

  /// Moves as much as fits from input to output.
  func step(
    input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep
}

/// Number of bytes that are enough to recognise any of the formats.
let magicLength = 4
