/// Hands out a fuzzer's input byte by byte, zeros after its end.
package struct FuzzInput {
  private let bytes: [UInt8]
  /// How many bytes were asked for, which may be more than there are.
  package private(set) var at: Int

  /// Hands out an input, from a place on.
  package init(_ bytes: [UInt8], at: Int = 0) { (self.bytes, self.at) = (bytes, at) }

  /// Whether every byte was handed out.
  package var isAtEnd: Bool { at >= bytes.count }

  /// The next byte.
  package mutating func byte() -> UInt8 {
    defer { at += 1 }
    return at < bytes.count ? bytes[at] : 0
  }

  /// The next bytes, as many as are asked for.
  package mutating func take(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

  /// The next bytes, of which there may be fewer than are asked for.
  package mutating func take(upTo count: Int) -> [UInt8] {
    let start = min(at, bytes.count)
    at = min(bytes.count, start + count)
    return Array(bytes[start..<at])
  }
}
