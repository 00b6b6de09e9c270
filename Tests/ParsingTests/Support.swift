import Glibc

/// A seeded generator (splitmix64), so that a failure can be repeated.
struct Seeded {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
  mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// The C library's reading of an IPv6 address.
func systemIPv6(_ text: [UInt8]) -> (high: UInt64, low: UInt64)? {
  var address = in6_addr()
  let string = text.map { CChar(bitPattern: $0) } + [0]
  guard inet_pton(AF_INET6, string, &address) == 1 else { return nil }
  return withUnsafeBytes(of: &address) {
    (
      UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
      UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    )
  }
}
