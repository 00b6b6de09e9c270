import Parsing

/// A Community ID (version 1) as a record states it: the twenty bytes of its digest, stored inline.
package struct StatedCommunityID: Sendable, Equatable {
  private static let digestLength = 20
  /// `1:`, and the digest in Base64.
  private static let textLength = 30

  private var digest: (high: UInt64, middle: UInt64, low: UInt32) = (0, 0, 0)

  /// Takes a text of the form `1:` and twenty bytes in Base64; nil for any other.
  package init?(_ text: RawSpan) {
    guard text.byteCount == Self.textLength, text.starts(with: "1:", at: 0) else { return nil }
    var bytes: [UInt8] = []
    guard Base64.decode(text.extracting(2...), to: &bytes), bytes.count == Self.digestLength else {
      return nil
    }
    for byte in bytes[..<8] { digest.high = digest.high << 8 | UInt64(byte) }
    for byte in bytes[8..<16] { digest.middle = digest.middle << 8 | UInt64(byte) }
    for byte in bytes[16...] { digest.low = digest.low << 8 | UInt32(byte) }
  }

  /// The identifier as it is written.
  package var text: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.digestLength)
    for half in [digest.high, digest.middle] {
      for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * index))) }
    }
    for index in 0..<4 {
      bytes.append(UInt8(truncatingIfNeeded: digest.low >> UInt32(24 - 8 * index)))
    }
    var text = Array("1:".utf8)
    Base64.encode(bytes.rawSpan, to: &text)
    return text
  }

  package static func == (left: Self, right: Self) -> Bool { left.digest == right.digest }
}
