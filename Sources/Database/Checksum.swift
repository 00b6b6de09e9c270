internal import CXXHash

/// The hash of the database file: XXH3 with 64 bits for checks, with 128 for the build's identity.
///
/// The only file that calls the C library.
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
