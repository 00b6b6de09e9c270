import ArgumentParser

/// A number of bytes: `65536`, `64K`, `1M`, `2G` in powers of 1024.
struct ByteCount: ExpressibleByArgument {
  let bytes: UInt64

  init?(argument: String) {
    var digits = argument.lowercased()[...]
    for ending in ["ib", "b"] where digits.hasSuffix(ending) {
      digits = digits.dropLast(ending.count)
      break
    }
    var shift: UInt64 = 0
    if let last = digits.last, let place = ["k", "m", "g"].firstIndex(of: last) {
      shift = UInt64(place + 1) * 10
      digits = digits.dropLast()
    }
    guard let number = UInt64(digits), number <= UInt64.max >> (shift + 1) else { return nil }
    bytes = number << shift
  }
}

/// Checks limits that options give against the ranges of the library.
enum LimitRange {
  /// The size that an option gives, checked.
  ///
  /// - Throws: `ValidationError` that says which sizes it takes.
  static func size<Size: FixedWidthInteger>(
    _ value: ByteCount, _ range: ClosedRange<Size>, _ name: String
  ) throws -> Size {
    guard let size = Size(exactly: value.bytes), range.contains(size) else {
      throw outside(name, range, " bytes")
    }
    return size
  }

  /// The number that an option gives, checked.
  ///
  /// - Throws: `ValidationError` that says which numbers it takes.
  static func number<Number: FixedWidthInteger>(
    _ value: Number, _ range: ClosedRange<Number>, _ name: String
  ) throws -> Number {
    guard range.contains(value) else { throw outside(name, range, "") }
    return value
  }

  private static func outside<Number: FixedWidthInteger>(
    _ name: String, _ range: ClosedRange<Number>, _ unit: String
  ) -> ValidationError {
    range.upperBound == .max
      ? ValidationError("\(name) must be \(range.lowerBound) or more")
      : ValidationError("\(name) takes \(range.lowerBound) to \(range.upperBound)\(unit)")
  }
}
