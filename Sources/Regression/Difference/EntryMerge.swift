import Database
import Indicators

/// Walks the sorted entries of two databases side by side.
enum EntryMerge {
  /// An entry of one side, or one of both.
  enum Step {
    case old(UInt32)
    case new(UInt32)
    case both(UInt32, UInt32)
  }

  /// Calls `body` with every entry of a kind, in order; takes linear time.
  static func walk(
    _ kind: IndicatorKind, _ old: IndicatorDatabase, _ new: IndicatorDatabase,
    _ body: (Step) -> Void
  ) {
    var left = Cursor(old, kind)
    var right = Cursor(new, kind)
    while true {
      switch (left.key, right.key) {
      case (nil, nil): return
      case (let a?, let b?) where a == b:
        body(.both(left.number, right.number))
        left.advance()
        right.advance()
      case (let a?, let b) where b.map({ a < $0 }) ?? true:
        body(.old(left.number))
        left.advance()
      default:
        body(.new(right.number))
        right.advance()
      }
    }
  }

  private struct Cursor {
    private let database: IndicatorDatabase
    private var rest: Range<Int>
    private(set) var key: EntryOrder.Key?

    init(_ database: IndicatorDatabase, _ kind: IndicatorKind) {
      self.database = database
      rest = database.entries(of: kind)
      key = rest.first.map { EntryOrder.key(database.entry(UInt32($0)), in: database) }
    }

    var number: UInt32 { UInt32(rest.lowerBound) }

    mutating func advance() {
      rest = rest.dropFirst()
      key = rest.first.map { EntryOrder.key(database.entry(UInt32($0)), in: database) }
    }
  }
}
