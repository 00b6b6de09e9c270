internal import CZstd

/// Zstandard (RFC 8878) by libzstd, frames and skippable frames.
@safe
final class ZstdDecompressor: Decompressor {
  /// Windows up to 2²⁷ bytes = 128 MiB; a larger one is refused before memory is taken.
  static let windowLog: Int32 = 27

  private let context: OpaquePointer?
  /// Bytes that the decoder would like next: never more than the rest of one block, so that a
  /// damaged block takes nothing with it of those before.
  private var wanted = 0

  let name = "zstd"

  init() {
    // SAFETY: a context made here is freed in `deinit` alone.
    unsafe context = ZSTD_createDCtx()
    if let context = unsafe context {
      _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog)
    }
    reset()
  }

  deinit {
    _ = unsafe ZSTD_freeDCtx(context)
  }

  /// A frame's magic number (§3.1.1) or one of the sixteen of skippable frames (§3.1.2).
  static func recognizes(_ start: UnsafeRawBufferPointer) -> Bool {
    guard start.count >= 4 else { return false }
    // SAFETY: there are four bytes.
    let magic = unsafe UInt32(
      littleEndian: start.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    return magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50
  }

  func reset() {
    wanted = 5
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
      state = Self.fault(answer)
    } else if answer == 0 {
      state = .memberEnd
    } else {
      wanted = answer
      state = .inside
    }
    return DecompressionStep(consumed: consumed, produced: produced, state: state)
  }

  private static func fault(_ answer: Int) -> DecompressionStep.State {
    switch ZSTD_getErrorCode(answer) {
    case ZSTD_error_frameParameter_windowTooLarge:
      return .failed(.tooLarge, "zstd data needs a window of more than 128 MiB")
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
