import Crypto

/// The digests that fingerprints, certificates and Community IDs use: MD5 (RFC 1321), SHA-1 and
/// SHA-256 (FIPS 180-4).
enum MessageDigest {
  /// Appends the 16 bytes of a span's MD5.
  static func appendMD5(of data: RawSpan, to bytes: inout [UInt8]) {
    append(Insecure.MD5.self, of: data, to: &bytes)
  }

  /// Appends the 20 bytes of a span's SHA-1.
  static func appendSHA1(of data: RawSpan, to bytes: inout [UInt8]) {
    append(Insecure.SHA1.self, of: data, to: &bytes)
  }

  /// Appends the 32 bytes of a span's SHA-256.
  static func appendSHA256(of data: RawSpan, to bytes: inout [UInt8]) {
    append(SHA256.self, of: data, to: &bytes)
  }

  private static func append<Function: HashFunction>(
    _ function: Function.Type, of data: RawSpan, to bytes: inout [UInt8]
  ) {
    var hash = Function()
    // SAFETY: the closure only reads the bytes, and does not keep them.
    unsafe data.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    bytes.append(contentsOf: hash.finalize())
  }
}
