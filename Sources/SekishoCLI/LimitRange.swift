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

/// What the values of limits may be, of feeds and of what is scanned alike.
enum LimitRange {
  /// Bytes of a line.
  static let line: ClosedRange<UInt64> = 64...1 << 28
  /// Levels of JSON and XML.
  static let depth = 1...128

  /// A size that an option was given.
  ///
  /// - Throws: `ValidationError` that says which sizes it takes.
  static func size(
    _ value: ByteCount, _ range: ClosedRange<UInt64>, _ name: String
  ) throws -> Int {
    guard range.contains(value.bytes) else { throw outside(name, range, " bytes") }
    return Int(clamping: value.bytes)
  }

  /// A number that an option was given.
  ///
  /// - Throws: `ValidationError` that says which numbers it takes.
  static func number(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws -> Int {
    guard range.contains(value) else { throw outside(name, range, "") }
    return value
  }

  /// The value of `--max-expansion`.
  static func expansion(_ value: UInt64) throws -> UInt64 {
    guard value > 0 else { throw ValidationError("--max-expansion must be 1 or more") }
    return value
  }

  /// The value of `--max-zstd-window`.
  static func zstdWindow(_ value: ByteCount) throws -> UInt64 {
    UInt64(try size(value, 1 << 10...1 << 31, "--max-zstd-window"))
  }

  private static func outside(
    _ name: String, _ range: ClosedRange<some BinaryInteger>, _ unit: String
  ) -> ValidationError {
    ValidationError("\(name) takes \(range.lowerBound) to \(range.upperBound)\(unit)")
  }
}
