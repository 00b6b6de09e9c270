import CZlib
import CZstd
import Glibc
import Inputs
import TestSupport

extension SeededGenerator {
  /// Lines of text that compress somewhat.
  mutating func text(_ count: Int) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < count {
      text += Array("host\(below(50)).example \(next() % 100_000) ok\n".utf8)
    }
    return Array(text.prefix(count))
  }
}

/// One gzip member.
func gzip(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
  var stream = z_stream()
  _ = deflateInit2_(
    &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      _ = deflate(&stream, Z_FINISH)
      return output.count - Int(stream.avail_out)
    }
  }
  return Array(output.prefix(count))
}

/// One zstd frame with a checksum.
func zstd(_ bytes: [UInt8], windowLog: Int32 = 0) -> [UInt8] {
  let context = ZSTD_createCCtx()
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  if windowLog > 0 {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    // A frame that states its size may have a smaller window.
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
  }
  var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + 64)
  var source = bytes
  let count = source.withUnsafeMutableBytes { source in
    output.withUnsafeMutableBytes { output in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      if windowLog > 0 { _ = ZSTD_compressStream2(context, &target, &input, ZSTD_e_continue) }
      _ = ZSTD_compressStream2(context, &target, &input, ZSTD_e_end)
      return target.pos
    }
  }
  return Array(output.prefix(count))
}

/// A skippable frame (RFC 8878 §3.1.2).
func skippable(_ count: Int) -> [UInt8] {
  [0x53, 0x2a, 0x4d, 0x18, UInt8(count), 0, 0, 0] + [UInt8](repeating: 7, count: count)
}

/// Everything that an input gives, and how it ended.
func readAll(_ source: InputSource, piece: Int = 1 << 16) -> (bytes: [UInt8], error: InputError?) {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: piece)
  while true {
    do throws(InputError) {
      var count = 0
      var failure: InputError?
      buffer.withUnsafeMutableBytes { room in
        do throws(InputError) { count = try source.read(into: room) } catch { failure = error }
      }
      if let failure { throw failure }
      if count == 0 { return (bytes, nil) }
      bytes += buffer[..<count]
    } catch {
      return (bytes, error)
    }
  }
}
