/// A value that stays within a range: another one that it is set to is taken as the nearest in it.
///
/// The range stands beside the default, for whoever reads the declaration, and `$name` gives it to
/// whoever asks for a value.
@frozen
@propertyWrapper
public struct Bounded<Value: Comparable & Sendable>: Sendable, Equatable {
  /// The values that it takes.
  public let projectedValue: ClosedRange<Value>
  @usableFromInline var value: Value

  /// The value, always within the range.
  @inlinable public var wrappedValue: Value {
    get { value }
    set { value = min(max(newValue, projectedValue.lowerBound), projectedValue.upperBound) }
  }

  /// A value, and the range that it stays in.
  @inlinable public init(wrappedValue: Value, _ range: ClosedRange<Value>) {
    projectedValue = range
    value = min(max(wrappedValue, range.lowerBound), range.upperBound)
  }
}
