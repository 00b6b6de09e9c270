extension Int64 {
  /// The quotient, rounded down: -1 divided by 7 is -1.
  ///
  /// The divisor is positive.
  @inlinable
  package func dividedRoundingDown(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
