import Parsing

/// Digests that fingerprints are made of: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4).
///
/// Their inputs are a few kilobytes of a handshake at most, and no secret is involved, so a plain
/// implementation of a hundred lines serves better than a library of cryptography would.
enum MessageDigest {
  /// Appends the 16 bytes of a span's MD5.
  static func appendMD5(of data: RawSpan, to bytes: inout [UInt8]) {
    var state = MD5State()
    run(data, isBigEndian: false, &state) { $0.compress($1, at: $2) }
    for word in [state.a, state.b, state.c, state.d] { append(word.byteSwapped, to: &bytes) }
  }

  /// Appends the 20 bytes of a span's SHA-1.
  static func appendSHA1(of data: RawSpan, to bytes: inout [UInt8]) {
    var state = SHA1State()
    run(data, isBigEndian: true, &state) { $0.compress($1, at: $2) }
    for word in [state.a, state.b, state.c, state.d, state.e] { append(word, to: &bytes) }
  }

  /// Appends the 32 bytes of a span's SHA-256.
  static func appendSHA256(of data: RawSpan, to bytes: inout [UInt8]) {
    var state = SHA256State()
    run(data, isBigEndian: true, &state) { $0.compress($1, at: $2) }
    for index in state.words.indices { append(state.words[index], to: &bytes) }
  }

  private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
    for shift: UInt32 in [24, 16, 8, 0] {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  /// Feeds all blocks of 64 bytes, and the last ones with a set bit and the length in bits behind them.
  private static func run<State>(
    _ data: RawSpan, isBigEndian: Bool, _ state: inout State,
    _ compress: (inout State, RawSpan, Int) -> Void
  ) {
    var offset = 0
    while data.byteCount - offset >= 64 {
      compress(&state, data, offset)
      offset += 64
    }
    var tail: [UInt8] = []
    tail.reserveCapacity(128)
    tail.append(data.extracting(offset..<data.byteCount))
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    let length = UInt64(data.byteCount) &* 8
    for index in 0..<8 {
      let shift = UInt64(isBigEndian ? 56 - 8 * index : 8 * index)
      tail.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    // SAFETY: the closure only reads the array's bytes.
    unsafe tail.withUnsafeBytes {
      let bytes = unsafe $0.bytes
      for block in 0..<bytes.byteCount / 64 { compress(&state, bytes, 64 * block) }
    }
  }
}

@inline(__always)
private func rotateLeft(_ value: UInt32, _ count: UInt32) -> UInt32 {
  value << count | value >> (32 &- count)
}

@inline(__always)
private func rotateRight(_ value: UInt32, _ count: UInt32) -> UInt32 {
  value >> count | value << (32 &- count)
}

private struct MD5State {
  private static let constants: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613,
    0xfd46_9501, 0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193,
    0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d,
    0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8, 0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed,
    0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122,
    0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa,
    0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665, 0xf429_2244,
    0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb,
    0xeb86_d391,
  ]
  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

  var a: UInt32 = 0x6745_2301
  var b: UInt32 = 0xefcd_ab89
  var c: UInt32 = 0x98ba_dcfe
  var d: UInt32 = 0x1032_5476

  mutating func compress(_ data: RawSpan, at start: Int) {
    var (a, b, c, d) = (a, b, c, d)
    for step in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch step >> 4 {
      case 0: (mixed, word) = (b & c | ~b & d, step)
      case 1: (mixed, word) = (d & b | ~d & c, (5 &* step &+ 1) & 15)
      case 2: (mixed, word) = (b ^ c ^ d, (3 &* step &+ 5) & 15)
      default: (mixed, word) = (c ^ (b | ~d), (7 &* step) & 15)
      }
      let value = data.bigEndianUInt32(unchecked: start &+ 4 &* word).byteSwapped
      let sum = a &+ mixed &+ Self.constants[step] &+ value
      (a, d, c, b) = (
        d, c, b, b &+ rotateLeft(sum, Self.shifts[step >> 4 &* 4 &+ step & 3])
      )
    }
    self.a &+= a
    self.b &+= b
    self.c &+= c
    self.d &+= d
  }
}

private struct SHA1State {
  var a: UInt32 = 0x6745_2301
  var b: UInt32 = 0xefcd_ab89
  var c: UInt32 = 0x98ba_dcfe
  var d: UInt32 = 0x1032_5476
  var e: UInt32 = 0xc3d2_e1f0

  mutating func compress(_ data: RawSpan, at start: Int) {
    var schedule = InlineArray<80, UInt32>(repeating: 0)
    for index in 0..<16 {
      schedule[index] = data.bigEndianUInt32(unchecked: start &+ 4 &* index)
    }
    for index in 16..<80 {
      schedule[index] = rotateLeft(
        schedule[index &- 3] ^ schedule[index &- 8] ^ schedule[index &- 14]
          ^ schedule[index &- 16], 1)
    }
    var (a, b, c, d, e) = (a, b, c, d, e)
    for step in 0..<80 {
      let mixed: UInt32
      switch step / 20 {
      case 0: mixed = (b & c | ~b & d) &+ 0x5a82_7999
      case 1: mixed = (b ^ c ^ d) &+ 0x6ed9_eba1
      case 2: mixed = (b & c | b & d | c & d) &+ 0x8f1b_bcdc
      default: mixed = (b ^ c ^ d) &+ 0xca62_c1d6
      }
      let sum = rotateLeft(a, 5) &+ mixed &+ e &+ schedule[step]
      (e, d, c, b, a) = (d, c, rotateLeft(b, 30), a, sum)
    }
    self.a &+= a
    self.b &+= b
    self.c &+= c
    self.d &+= d
    self.e &+= e
  }
}

private struct SHA256State {
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]

  var words: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]

  mutating func compress(_ data: RawSpan, at start: Int) {
    var schedule = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<16 {
      schedule[index] = data.bigEndianUInt32(unchecked: start &+ 4 &* index)
    }
    for index in 16..<64 {
      let (x, y) = (schedule[index &- 15], schedule[index &- 2])
      let small = rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >> 3
      let large = rotateRight(y, 17) ^ rotateRight(y, 19) ^ y >> 10
      schedule[index] = schedule[index &- 16] &+ small &+ schedule[index &- 7] &+ large
    }
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    var (e, f, g, h) = (words[4], words[5], words[6], words[7])
    for step in 0..<64 {
      let sigmaE = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)
      let choice = e & f ^ ~e & g
      let first = h &+ sigmaE &+ choice &+ Self.constants[step] &+ schedule[step]
      let sigmaA = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)
      let majority = a & b ^ a & c ^ b & c
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ sigmaA &+ majority)
    }
    words[0] &+= a
    words[1] &+= b
    words[2] &+= c
    words[3] &+= d
    words[4] &+= e
    words[5] &+= f
    words[6] &+= g
    words[7] &+= h
  }
}
