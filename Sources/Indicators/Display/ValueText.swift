import Parsing

/// Prints values: of entries and of observables, for machines and for people.
package enum ValueText {
  /// Appends the text of a value in normal form, as every machine format writes it.
  ///
  /// Addresses as dotted decimal and RFC 5952, with `/n` below the full length, with `:n` where a
  /// port belongs to the value; digests as lower-case hexadecimal digits; others as they are.
  ///
  /// - Parameters:
  ///   - kind: What the value is.
  ///   - bytes: Its normal form.
  ///   - prefixLength: Bits of an address prefix; 0 or the full length for a single address.
  ///   - port: The port of a joint address-and-port entry, or 0.
  ///   - output: Receives the text.
  package static func append(
    kind: IndicatorKind, bytes: RawSpan, prefixLength: UInt8 = 0, port: UInt16 = 0,
    to output: inout [UInt8]
  ) {
    switch kind {
    case .ipv4 where bytes.byteCount == 4:
      IPAddressText.append(ipv4: bytes.bigEndianUInt32(unchecked: 0), to: &output)
      appendSuffix(prefixLength: prefixLength, full: 32, port: port, to: &output)
    case .ipv6 where bytes.byteCount == 16:
      let address = (
        high: UInt64(bigEndian: bytes.littleEndianUInt64(unchecked: 0).littleEndian),
        low: UInt64(bigEndian: bytes.littleEndianUInt64(unchecked: 8).littleEndian)
      )
      if port != 0 { output.append(0x5b) }
      IPAddressText.append(ipv6: address, to: &output)
      if port != 0 { output.append(0x5d) }
      appendSuffix(prefixLength: prefixLength, full: 128, port: port, to: &output)
    default:
      guard kind.isDigest else {
        output.append(bytes)
        return
      }
      for offset in bytes.byteOffsets {
        let byte = bytes.byte(unchecked: offset)
        output.append(Hex.digit(byte >> 4))
        output.append(Hex.digit(byte))
      }
    }
  }

  private static func appendSuffix(
    prefixLength: UInt8, full: UInt8, port: UInt16, to output: inout [UInt8]
  ) {
    if prefixLength != 0, prefixLength < full {
      output.append(0x2f)
      appendDecimal(UInt(prefixLength), to: &output)
    }
    if port != 0 {
      output.append(0x3a)
      appendDecimal(UInt(port), to: &output)
    }
  }

  /// Appends a number in decimal digits.
  static func appendDecimal(_ value: UInt, to output: inout [UInt8]) {
    var divisor: UInt = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      output.append(0x30 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
