/// The place of a byte in one direction of a TCP connection (RFC 9293 §3.4).
///
/// Sequence numbers count modulo 2³², so the number of bytes between two of them tells how they lie
/// only where it is known to be less than that. Two questions are asked, each by its own name:
/// - `-` and the comparisons answer which of two numbers comes first, by serial number arithmetic
///   (RFC 1982 §3.2): the one from which the other is less than 2³¹ bytes ahead. They are no order of
///   all numbers, so the type is not `Comparable`.
/// - `offset(from:)` counts from a number that is known not to lie behind.
struct SequenceNumber: Equatable {
  let rawValue: UInt32

  @inline(__always)
  init(_ rawValue: UInt32 = 0) { self.rawValue = rawValue }

  // MARK: Other places

  /// The place `count` bytes further on.
  @inline(__always)
  static func + (number: SequenceNumber, count: Int) -> SequenceNumber {
    SequenceNumber(number.rawValue &+ UInt32(truncatingIfNeeded: count))
  }

  /// The place `count` bytes before.
  @inline(__always)
  static func - (number: SequenceNumber, count: Int) -> SequenceNumber {
    SequenceNumber(number.rawValue &- UInt32(truncatingIfNeeded: count))
  }

  /// Moves `count` bytes further on.
  @inline(__always)
  static func += (number: inout SequenceNumber, count: Int) { number = number + count }

  /// Moves `count` bytes back.
  @inline(__always)
  static func -= (number: inout SequenceNumber, count: Int) { number = number - count }

  // MARK: Distances

  /// How many bytes a number lies behind another; negative where it lies before it.
  @inline(__always)
  static func - (left: SequenceNumber, right: SequenceNumber) -> Int {
    Int(Int32(bitPattern: left.rawValue &- right.rawValue))
  }

  /// How many bytes the number lies behind `start`, which does not lie behind it: 0..<2³².
  @inline(__always)
  func offset(from start: SequenceNumber) -> Int { Int(rawValue &- start.rawValue) }

  // MARK: Order

  @inline(__always)
  static func < (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right < 0 }

  @inline(__always)
  static func <= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right <= 0 }

  @inline(__always)
  static func > (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right > 0 }

  @inline(__always)
  static func >= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right >= 0 }
}
