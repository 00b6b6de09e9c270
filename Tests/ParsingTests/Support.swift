import Glibc

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
