import Parsing

/// A hash for tables in memory whose contents feeds choose.
///
/// Seeded at random, so that a feed cannot be written to make its values collide; nothing in a
/// database depends on it. Eight bytes at a time are multiplied and folded; without the seed nobody
/// knows what they are combined with.
package struct SeededHash: Sendable {
  private let seed: UInt64
  private let factor: UInt64

  /// A hash with a seed of its own.
  package init() {
    var generator = SystemRandomNumberGenerator()
    seed = generator.next()
    factor = generator.next() | 1
  }

  @inline(__always)
  private func fold(_ hash: UInt64, _ block: UInt64) -> UInt64 {
    let product = (hash ^ block).multipliedFullWidth(by: factor)
    return product.low ^ product.high
  }

  /// The hash of bytes, 32 bits wide.
  @inline(__always)
  func hash(_ bytes: RawSpan) -> UInt64 { wide(bytes, from: seed) >> 32 }

  /// The hash of bytes and of the place that they belong to, 64 bits wide.
  package func hash(_ bytes: RawSpan, of place: UInt64) -> UInt64 {
    wide(bytes, from: fold(seed, place))
  }

  @inline(__always)
  private func wide(_ bytes: RawSpan, from seed: UInt64) -> UInt64 {
    let count = bytes.byteCount
    var hash = seed ^ UInt64(count)
    var offset = 0
    while offset + 8 <= count {
      hash = fold(hash, bytes.littleEndianUInt64(unchecked: offset))
      offset += 8
    }
    if offset < count {
      if count >= 8 {
        // The last eight bytes, some of them for the second time.
        hash = fold(hash, bytes.littleEndianUInt64(unchecked: count - 8))
      } else {
        var block: UInt64 = 0
        for index in 0..<count { block = block << 8 | UInt64(bytes.byte(unchecked: index)) }
        hash = fold(hash, block)
      }
    }
    return fold(hash, 0x9e37_79b9_7f4a_7c15)
  }

  /// The hash of numbers, 32 bits wide.
  @inline(__always)
  func hash(_ numbers: [UInt32]) -> UInt64 {
    var hash = seed ^ UInt64(numbers.count)
    for number in numbers { hash = fold(hash, UInt64(number)) }
    return fold(hash, 0x9e37_79b9_7f4a_7c15) >> 32
  }

  /// The hash of all fields of a context, 32 bits wide.
  @inline(__always)
  func hash(_ context: SourceContext) -> UInt64 {
    var hash = fold(seed, UInt64(context.id) << 32 | UInt64(context.description))
    hash = fold(hash, UInt64(context.reference) << 32 | UInt64(context.labels))
    hash = fold(hash, UInt64(context.attack) << 32 | UInt64(context.malware))
    hash = fold(hash, UInt64(context.actors) << 32 | UInt64(context.condition))
    hash = fold(hash, UInt64(bitPattern: context.validFrom))
    hash = fold(hash, UInt64(bitPattern: context.validUntil))
    hash = fold(
      hash,
      UInt64(context.confidence) | UInt64(context.tlp.rawValue) << 8
        | UInt64(context.flags.rawValue) << 16 | UInt64(context.conditionMember) << 24
        | UInt64(context.conditionCount) << 32 | UInt64(context.conditionPort) << 40)
    return fold(hash, 0x9e37_79b9_7f4a_7c15) >> 32
  }
}
