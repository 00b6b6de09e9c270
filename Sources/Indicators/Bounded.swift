/// A value that is clamped to a range whenever it is set.
///
/// The range is written beside the default in the declaration; `$name` returns it.
@frozen
@propertyWrapper
public struct Bounded<Value: Comparable & Sendable>: Sendable, Equatable {
  /// The range that the value is clamped to.
  public let projectedValue: ClosedRange<Value>
  @usableFromInline var value: Value

  /// The value, always within the range.
  @inlinable public var wrappedValue: Value {
    get { value }
    set { value = min(max(newValue, projectedValue.lowerBound), projectedValue.upperBound) }
  }

  /// Wraps a value, clamped to `range`.
  @inlinable public init(wrappedValue: Value, _ range: ClosedRange<Value>) {
    projectedValue = range
    value = min(max(wrappedValue, range.lowerBound), range.upperBound)
  }
}
