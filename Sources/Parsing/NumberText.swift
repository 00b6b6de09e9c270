/// Decimal integers as text.
package enum NumberText {
  /// Parses one or more digits that fill the span; nil otherwise, or if the number is too large.
  package static func unsigned(_ text: RawSpan) -> UInt64? {
    unsigned(text, 0..<text.byteCount)
  }

  /// Parses one or more digits that fill the range; nil otherwise, or if the number is too large.
  ///
  /// Leading zeros are allowed. The range must lie within the bytes.
  package static func unsigned(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    guard !range.isEmpty else { return nil }
    var value: UInt64 = 0
    for offset in range {
      let digit = bytes.byte(unchecked: offset) &- Byte.zero
      guard digit <= 9 else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
      guard !tooLarge, !carries else { return nil }
      value = sum
    }
    return value
  }

  /// Parses a port from 1 to 65535 that fills the range; nil otherwise.
  ///
  /// Leading zeros are not allowed; `.0` may follow.
  ///
  /// The range must lie within the bytes.
  package static func port(_ bytes: RawSpan, _ range: Range<Int>) -> UInt16? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    var range = range
    // Tables that store numbers as floating point write `80.0`.
    if range.count > 2, bytes.byte(unchecked: range.upperBound - 1) == Byte.zero,
      bytes.byte(unchecked: range.upperBound - 2) == Byte.dot
    {
      range.removeLast(2)
    }
    guard range.count >= 1, range.count <= 5,
      bytes.byte(unchecked: range.lowerBound) != Byte.zero
    else { return nil }
    return unsigned(bytes, range).flatMap { UInt16(exactly: $0) }
  }

  /// Parses digits, with or without a `-` before them, that fill the range; nil otherwise.
  ///
  /// The range must lie within the bytes.
  package static func signed(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    guard !range.isEmpty else { return nil }
    let isNegative = bytes.byte(unchecked: range.lowerBound) == Byte.minus
    let digits = (isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound
    guard let magnitude = unsigned(bytes, digits) else { return nil }
    if isNegative {
      return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }

  /// Appends a number's digits.
  package static func append(_ value: UInt64, to output: inout [UInt8]) {
    append(value, width: 1, to: &output)
  }

  /// Appends a number's digits, with `-` before them if need be.
  package static func append(_ value: Int64, to output: inout [UInt8]) {
    if value < 0 { output.append(Byte.minus) }
    append(value.magnitude, width: 1, to: &output)
  }

  /// Appends a number's digits, filled up with zeros to a width.
  package static func append(_ value: UInt64, width: Int, to output: inout [UInt8]) {
    let start = output.count
    var rest = value
    repeat {
      output.append(Byte.zero + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    while output.count - start < width { output.append(Byte.zero) }
    output[start...].reverse()
  }
}
