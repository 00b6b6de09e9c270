/// Flattens nested ranges into intervals, each with the value of the innermost range over it.
///
/// Ranges are opened in rising order of where they begin, an outer one before those inside it. Each is
/// opened and closed once, so `n` ranges give at most `2n + 1` intervals.
struct IntervalBuilder<Position: FixedWidthInteger & UnsignedInteger> {
  /// Where each interval begins, rising, the first at 0.
  private(set) var starts: [Position] = [0]
  /// The value of each; neighbours differ.
  private(set) var values: [UInt32]
  private var ranges: [(last: Position, value: UInt32)] = []
  private let last: Position
  private let value: UInt32

  /// A builder for positions from 0 to `last`; `value` is that of positions in no range.
  init(last: Position, value: UInt32) {
    self.last = last
    self.value = value
    values = [value]
  }

  /// The value of the innermost range that is open, or nil.
  var innermost: UInt32? { ranges.last?.value }

  /// Closes the ranges that end before a position.
  mutating func close(before position: Position) {
    while let range = ranges.last, range.last < position { closeLast(range.last) }
  }

  /// Opens a range.
  mutating func open(_ first: Position, through last: Position, value: UInt32) {
    close(before: first)
    begin(first, value)
    ranges.append((last, value))
  }

  /// Closes all that is open.
  mutating func finish() {
    while let range = ranges.last { closeLast(range.last) }
  }

  private mutating func closeLast(_ end: Position) {
    ranges.removeLast()
    if end < last { begin(end + 1, ranges.last?.value ?? value) }
  }

  private mutating func begin(_ start: Position, _ value: UInt32) {
    if starts[starts.count - 1] == start {
      values[values.count - 1] = value
      // The interval before may now have the same value: then the two are one.
      if values.count > 1, values[values.count - 2] == value {
        starts.removeLast()
        values.removeLast()
      }
    } else if values[values.count - 1] != value {
      starts.append(start)
      values.append(value)
    }
  }
}
