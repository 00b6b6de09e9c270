import Indicators
import Parsing

extension TextScanner {
  /// Emits the address that a name under `in-addr.arpa` or `ip6.arpa` stands for, in a field that
  /// holds names; `place` is where the name begins in the unit's text.
  mutating func emitReverseAddress(
    _ bytes: RawSpan, _ name: Range<Int>, at place: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    guard !unit.fieldClass.traits.contains(.noAddresses) else { return }
    let (start, end) = (name.lowerBound, name.upperBound)
    // The dot before a name that is nothing but the domain was stripped, and is no part of it.
    if end - start > 13, bytes.starts(ignoringCase: ".in-addr.arpa", at: end - 13) {
      guard let backwards = IPAddressText.ipv4(bytes, start..<end - 13), wants(.ipv4) else {
        return
      }
      emitAddress(
        backwards.byteSwapped, port: 0, isWhole: false, at: place, unit, into: &batch)
    } else if end - start == 72, bytes.starts(ignoringCase: ".ip6.arpa", at: end - 9) {
      // 32 digits, each a label, the last first.
      var address: UInt128 = 0
      for index in 0..<32 {
        let offset = start + 2 * index
        let digit = Hex.value(of: bytes.byte(unchecked: offset))
        guard digit < 16, bytes.byte(unchecked: offset + 1) == Byte.dot else { return }
        address |= UInt128(digit) << UInt128(4 * index)
      }
      let halves = (
        high: UInt64(truncatingIfNeeded: address >> 64), low: UInt64(truncatingIfNeeded: address)
      )
      emitAddress(halves, port: 0, isWhole: false, at: place, unit, into: &batch)
    }
  }
}
