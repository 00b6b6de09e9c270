import Indicators

extension RecordCursor {
  /// An observable with the candidates and forms that follow it.
  private struct Group {
    var start: Int
    var count: Int
    var first: Observable
  }

  /// Sorts the record's observables by place, kind and value, and drops duplicates.
  ///
  /// An observable and the candidates and forms behind it are moved together. Of several with the
  /// same place, kind, value and field, one is kept.
  func order(_ batch: inout ObservableBatch) {
    var groups: [Group] = []
    for index in firstObservable..<batch.observables.count {
      let observable = batch.observables[index]
      if observable.flags.isDisjoint(with: [.fallback, .joint]) || groups.isEmpty {
        groups.append(Group(start: index, count: 1, first: observable))
      } else {
        groups[groups.count - 1].count += 1
      }
    }
    let arena = batch.arena
    groups.sort { left, right in
      if left.first.position != right.first.position {
        return left.first.position < right.first.position
      }
      if left.first.kind != right.first.kind { return left.first.kind < right.first.kind }
      let order = Self.compare(left.first, right.first, arena: arena)
      return order == 0 ? left.start < right.start : order < 0
    }
    var ordered: [Observable] = []
    ordered.reserveCapacity(batch.observables.count - firstObservable)
    var last: Group?
    for group in groups {
      if let last, last.first.position == group.first.position,
        last.first.kind == group.first.kind, last.first.field == group.first.field,
        Self.compare(last.first, group.first, arena: arena) == 0
      {
        continue
      }
      ordered.append(contentsOf: batch.observables[group.start..<group.start + group.count])
      last = group
    }
    batch.observables.removeSubrange(firstObservable...)
    batch.observables.append(contentsOf: ordered)
  }

  /// The order of two values at the same place.
  ///
  /// Values in the chunk that begin at the same place differ only in length.
  private static func compare(_ left: Observable, _ right: Observable, arena: [UInt8]) -> Int {
    guard left.flags.contains(.inArena), right.flags.contains(.inArena) else {
      return Int(left.length) - Int(right.length)
    }
    let shared = min(left.length, right.length)
    for index in 0..<shared {
      let (a, b) = (arena[Int(left.offset + index)], arena[Int(right.offset + index)])
      if a != b { return Int(a) - Int(b) }
    }
    return Int(left.length) - Int(right.length)
  }
}
