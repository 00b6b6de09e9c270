extension [UInt8] {
  /// Appends a number of variable length (LEB128): seven bits a byte, the lowest first, each byte
  /// but the last with its highest bit set.
  @inlinable
  package mutating func append(variableLength number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}
