import Indicators
import TestSupport
import Testing

@testable import Capture

@Suite("Digests and fingerprints")
struct FingerprintTests {
  private static func digest(
    _ text: [UInt8], _ append: (RawSpan, inout [UInt8]) -> Void
  ) -> String {
    var bytes: [UInt8] = []
    text.withUnsafeBytes { append($0.bytes, &bytes) }
    return hex(bytes)
  }

  /// Of the RFC and of FIPS 180.
  @Test("the standards' own examples")
  func standards() {
    let alphabet = utf8("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
    let long = utf8(
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890")
    let md5 = MessageDigest.appendMD5(of:to:)
    #expect(Self.digest([], md5) == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(Self.digest(utf8("abc"), md5) == "900150983cd24fb0d6963f7d28e17f72")
    #expect(Self.digest(long, md5) == "57edf4a22be3c955ac49da2e2107b67a")
    let sha1 = MessageDigest.appendSHA1(of:to:)
    #expect(Self.digest(utf8("abc"), sha1) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(Self.digest(alphabet, sha1) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      Self.digest(Array(repeating: 0x61, count: 100_000), sha1)
        == "c4d4b30851182fc4eb8675494d42fd7f17e29c93")
    let sha256 = MessageDigest.appendSHA256(of:to:)
    #expect(
      Self.digest([], sha256)
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Self.digest(utf8("abc"), sha256)
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Self.digest(alphabet, sha256)
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  /// A ClientHello with everything that fingerprints read, GREASE in every list.
  static let hello = TLSBuilder.handshake(
    1,
    join(
      [3, 3], zeros(32), [0], [0, 10, 0x1a, 0x1a, 0x13, 0x01, 0xc0, 0x2f, 0x00, 0x2f, 0x00, 0xff],
      [1, 0],
      TLSBuilder.sized(
        join(
          [0x2a, 0x2a, 0, 0], TLSBuilder.serverName("a.example"),
          [0, 10, 0, 8, 0, 6, 0x3a, 0x3a, 0, 29, 0, 23], [0, 11, 0, 2, 1, 0],
          [0, 13, 0, 6, 0, 4, 4, 3, 8, 4], [0, 16, 0, 5, 0, 3, 2, 0x68, 0x32],
          [0, 43, 0, 7, 6, 0x4a, 0x4a, 3, 4, 3, 3]))))

  /// The values of the project's own text, worked out with another implementation of the digests.
  @Test("JA3, JA4 and JA3S of a hello")
  func fingerprints() throws {
    var fingerprint = TLSFingerprint()
    try Self.hello.withUnsafeBytes {
      try fingerprint.read($0.bytes, start: 4, isDatagram: false)
    }
    var text: [UInt8] = []
    fingerprint.appendJA3Text(to: &text)
    #expect(
      String(decoding: text, as: UTF8.self) == "771,4865-49199-47-255,0-10-11-13-16-43,29-23,0")
    text = []
    fingerprint.appendJA4(isDatagram: false, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == "t13d0406h2_7e5c0c22576d_fb71836bce29")
  }
}

extension TLSBuilder {
  /// Bytes behind their length in two bytes.
  static func sized(_ bytes: [UInt8]) -> [UInt8] { join(UInt16(bytes.count).bytes, bytes) }
}
