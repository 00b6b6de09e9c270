import CXXHash
import Glibc
public import Indicators
import Inputs

/// The hash of the database file: XXH3 with 64 bits for checks, with 128 for the build's identity.
///
/// The only file that calls xxHash.
enum Checksum {
  /// XXH3, 64 bits, without seed.
  static func hash64(_ bytes: RawSpan) -> UInt64 {
    // SAFETY: the library reads exactly the bytes that the closure is lent.
    unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }

  /// XXH3, 128 bits, without seed: low and high half.
  static func hash128(_ bytes: RawSpan) -> (low: UInt64, high: UInt64) {
    // SAFETY: the library reads exactly the bytes that the closure is lent.
    let hash = unsafe bytes.withUnsafeBytes { unsafe XXH3_128bits($0.baseAddress, $0.count) }
    return (hash.low64, hash.high64)
  }

  /// The hash of an array's bytes.
  static func hash64(_ bytes: [UInt8]) -> UInt64 {
    // SAFETY: the span lives as long as the closure.
    unsafe bytes.withUnsafeBytes { unsafe hash64($0.bytes) }
  }
}

extension FeedInput {
  /// Hash and length of bytes in memory.
  public init(bytes: RawSpan) {
    let hash = Checksum.hash128(bytes)
    self.init(hashLow: hash.low, hashHigh: hash.high, byteCount: UInt64(bytes.byteCount))
  }

  /// Hash and length of a file; nil if it is not a regular file or cannot be read.
  public init?(path: String) {
    // `O_NONBLOCK`, since a pipe that was read to its end has no writer any more to wait for.
    // SAFETY: the path is read within the call.
    let descriptor = unsafe InputPath(path).withCString {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    }
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var facts = stat()
    // SAFETY: the system fills the structure within the call.
    guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      let state = unsafe XXH3_createState()
    else { return nil }
    // SAFETY: the state was made above and is used by nobody else.
    defer { unsafe XXH3_freeState(state) }
    guard unsafe XXH3_128bits_reset(state) == XXH_OK else { return nil }
    // One byte more than a short file has, so that one call reads all of it.
    let length = min(max(Int(clamping: facts.st_size), 0), (1 << 20) - 1) + 1
    var buffer = [UInt8](repeating: 0, count: length)
    var total: UInt64 = 0
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        // SAFETY: the system writes inside the buffer that the closure is lent.
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      // SAFETY: the library reads the bytes that were just written.
      _ = unsafe buffer.withUnsafeBytes { unsafe XXH3_128bits_update(state, $0.baseAddress, count) }
      total += UInt64(count)
    }
    let hash = unsafe XXH3_128bits_digest(state)
    self.init(hashLow: hash.low64, hashHigh: hash.high64, byteCount: total)
  }
}
