import CByteKernels

/// The keyed hash of `KeySet`, which `CByteKernels` computes: see `sekisho_key_hash`.
///
/// All constants depend on the seed, so colliding keys for one seed do not collide for the next, and a
/// builder that meets a crowded bucket takes another seed. The result is a function of seed and bytes
/// alone: it is stored in files.
struct KeyHash: Sendable {
  let secrets: sekisho_hash_secrets

  init(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    var secrets = sekisho_hash_secrets()
    secrets.words.0 = generator.next()
    secrets.words.1 = generator.next()
    secrets.words.2 = generator.next()
    secrets.words.3 = generator.next()
    secrets.words.4 = generator.next()
    secrets.words.5 = generator.next()
    secrets.words.6 = generator.next()
    secrets.words.7 = generator.next()
    secrets.words.8 = generator.next()
    secrets.words.9 = generator.next()
    self.secrets = secrets
  }

  /// The hash of `length` bytes at `offset`, which the caller has found to be in the span.
  ///
  /// With `foldingCase` the ASCII capitals count as small letters.
  @inline(__always)
  func hash(_ bytes: RawSpan, at offset: Int, length: Int, foldingCase: Bool) -> UInt64 {
    assert(offset >= 0 && length >= 0 && offset + length <= bytes.byteCount)
    var secrets = secrets
    return unsafe bytes.withUnsafeBytes { buffer in
      // SAFETY: the key is in the span, and the kernel is told how many bytes there are from its
      // start.
      let start = unsafe buffer.baseAddress ?? Self.nothing
      return unsafe sekisho_key_hash(
        &secrets, (start + offset).assumingMemoryBound(to: UInt8.self),
        bytes.byteCount &- offset, length, foldingCase ? 1 : 0)
    }
  }

  /// An address for a span without bytes, which is never read from.
  static var nothing: UnsafeRawPointer {
    // SAFETY: a static string's bytes live for ever.
    unsafe UnsafeRawPointer(("" as StaticString).utf8Start)
  }
}

extension UInt64 {
  /// The word with each byte `A`–`Z` turned into its small letter; no other byte changes.
  @inline(__always)
  var foldingASCIICapitals: UInt64 { sekisho_fold_capitals(self) }

  /// The high half of the product with `range`: scales a hash to 0..<range, keeping its order.
  @inline(__always)
  func scaled(to range: Int) -> Int {
    Int(truncatingIfNeeded: multipliedFullWidth(by: UInt64(truncatingIfNeeded: range)).high)
  }
}

extension UInt8 {
  /// The byte, as a small letter if it is an ASCII capital.
  @inline(__always)
  var foldingASCIICapital: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
}

/// Steele, Lea and Flood's generator (OOPSLA 2014): spreads a seed into independent words.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word &>> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word &>> 31)
  }
}

/// Comparison of a looked-up key with a stored one.
enum KeyBytes {
  /// Whether `length` bytes are equal; with `foldingCase` the first ones' capitals are folded.
  ///
  /// Both ranges are in their spans: the caller has checked.
  @inline(__always)
  static func equal(
    _ query: RawSpan, at queryOffset: Int, _ stored: RawSpan, at storedOffset: Int, length: Int,
    foldingCase: Bool
  ) -> Bool {
    if length >= 8 {
      var at = 0
      let last = length &- 8
      while true {
        var word = query.little(unchecked: queryOffset &+ at, as: UInt64.self)
        if foldingCase { word = word.foldingASCIICapitals }
        guard word == stored.little(unchecked: storedOffset &+ at, as: UInt64.self) else {
          return false
        }
        guard at < last else { return true }
        at = min(at &+ 8, last)
      }
    }
    for at in 0..<length {
      var byte = query.little(unchecked: queryOffset &+ at, as: UInt8.self)
      if foldingCase { byte = byte.foldingASCIICapital }
      guard byte == stored.little(unchecked: storedOffset &+ at, as: UInt8.self) else {
        return false
      }
    }
    return true
  }
}
