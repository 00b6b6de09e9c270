import CZlib

/// gzip (RFC 1952) by zlib: header, deflate data, checksum and length are checked.
@safe
final class GzipDecompressor: Decompressor {
  /// Allocated, so that its address never changes: zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  let name = "gzip"

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15: the largest window; + 16: gzip framing and nothing else.
    // SAFETY: a zeroed stream is what zlib wants; the version and size are those of the header.
    let status = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    isReady = status == Z_OK
  }

  deinit {
    // SAFETY: the stream was initialised, or is zeroed, which zlib refuses harmlessly.
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Whether bytes begin with the magic bytes, and deflate as the method if there is a third.
  static func recognizes(_ start: UnsafeRawBufferPointer) -> Bool {
    // SAFETY: each index is compared with the count first.
    unsafe start.count >= 2 && start[0] == 0x1f && start[1] == 0x8b
      && (start.count == 2 || start[2] == 8)
  }

  func reset() {
    // SAFETY: the stream was initialised, or zlib refuses the call.
    _ = unsafe inflateReset(stream)
  }

  func step(
    input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep {
    guard isReady else {
      return DecompressionStep(
        consumed: 0, produced: 0, state: .failed(.cannotRead, "no memory to decompress gzip data"))
    }
    let given = UInt32(clamping: input.count)
    let room = UInt32(clamping: output.count)
    // SAFETY: zlib reads `given` and writes at most `room` bytes of the two buffers, which outlive
    // the call; it does not write through `next_in`.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = given
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = room
    let status = unsafe inflate(stream, Z_NO_FLUSH)
    let consumed = unsafe Int(given - stream.pointee.avail_in)
    let produced = unsafe Int(room - stream.pointee.avail_out)
    let state: DecompressionStep.State =
      switch status {
      case Z_OK, Z_BUF_ERROR: .inside
      case Z_STREAM_END: .memberEnd
      case Z_MEM_ERROR: .failed(.cannotRead, "no memory to decompress gzip data")
      default: .failed(.corrupt, "gzip data is damaged: \(unsafe reason(stream.pointee.msg))")
      }
    return DecompressionStep(consumed: consumed, produced: produced, state: state)
  }

  private func reason(_ message: UnsafePointer<CChar>?) -> String {
    guard let message = unsafe message else { return "no reason given" }
    // SAFETY: zlib's messages are static strings.
    let text = unsafe String(cString: message)
    return switch text {
    case "incorrect data check": "the checksum does not match"
    case "incorrect length check": "the length does not match"
    default: text
    }
  }
}
