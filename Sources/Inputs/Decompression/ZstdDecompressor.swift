import CZstd

/// Zstandard (RFC 8878) by libzstd, frames and skippable frames.
@safe
final class ZstdDecompressor: Decompressor {
  private let context: OpaquePointer?
  /// Bytes of the largest window, a power of two.
  private let windowBytes: UInt64
  /// Number of input bytes that the decoder asks for next.
  ///
  /// It is never more than the rest of one block, so that a damaged block does not take the blocks
  /// before it along.
  private var wanted = 0

  let name = "zstd"

  /// A decoder for windows of up to `windowBytes`; a larger one is refused before memory is taken.
  init(windowBytes: UInt64 = 128 << 20) {
    // The library takes a power of two between 2¹⁰ and 2³¹.
    let windowLog = min(max(63 - windowBytes.leadingZeroBitCount, 10), 31)
    self.windowBytes = 1 << UInt64(windowLog)
    // SAFETY: a context made here is freed in `deinit` alone.
    unsafe context = ZSTD_createDCtx()
    if let context = unsafe context {
      _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(windowLog))
    }
    reset()
  }

  deinit {
    _ = unsafe ZSTD_freeDCtx(context)
  }

  /// Whether bytes begin with the magic number of a frame (§3.1.1) or skippable frame (§3.1.2).
  static func recognizes(_ start: UnsafeRawBufferPointer) -> Bool {
    guard start.count >= 4 else { return false }
    // SAFETY: there are four bytes.
    let magic = unsafe UInt32(
      littleEndian: start.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    return magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50
  }

  func reset() {
    wanted = 5
    // SAFETY: the context is this object's own until it is freed at its end.
    guard let context = unsafe context else { return }
    _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
  }

  func step(
    input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep {
    guard let context = unsafe context else {
      return DecompressionStep(
        consumed: 0, produced: 0, state: .failed(.cannotRead, "no memory to decompress zstd data"))
    }
    var source = unsafe ZSTD_inBuffer(
      src: input.baseAddress, size: min(input.count, max(wanted, 1)), pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    // SAFETY: the library stays within the sizes of the two buffers, which outlive the call.
    let answer = unsafe ZSTD_decompressStream(context, &target, &source)
    let consumed = unsafe source.pos
    let produced = unsafe target.pos
    let state: DecompressionStep.State
    if ZSTD_isError(answer) != 0 {
      state = fault(answer)
    } else if answer == 0 {
      state = .memberEnd
    } else {
      wanted = answer
      state = .inside
    }
    return DecompressionStep(consumed: consumed, produced: produced, state: state)
  }

  private func fault(_ answer: Int) -> DecompressionStep.State {
    switch ZSTD_getErrorCode(answer) {
    case ZSTD_error_frameParameter_windowTooLarge:
      let limit =
        windowBytes < 1 << 20 ? "\(windowBytes) bytes" : "\(windowBytes >> 20) MiB"
      return .failed(
        .tooLarge, "zstd data needs a window of more than \(limit)",
        remedy: "\(.zstdWindowLimit) allows up to 2 GiB")
    case ZSTD_error_dictionary_wrong:
      return .failed(.unsupported, "zstd data needs a dictionary")
    case ZSTD_error_memory_allocation:
      return .failed(.cannotRead, "no memory to decompress zstd data")
    case ZSTD_error_checksum_wrong:
      return .failed(.corrupt, "zstd data is damaged: the checksum does not match")
    default:
      // SAFETY: the library's error names are static strings.
      let name = unsafe String(cString: ZSTD_getErrorName(answer))
      return .failed(.corrupt, "zstd data is damaged: \(name)")
    }
  }
}
