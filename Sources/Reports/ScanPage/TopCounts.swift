/// Counts of many keys in bounded memory: exact while there are few, then right about frequent
/// ones.
///
/// When the table is full, the half of the keys with the lowest counts is dropped. A key that
/// occurs more often than the sum of the highest counts dropped each time is always in the table,
/// and its count is too low by no more than that sum (the idea of Manku and Motwani's lossy
/// counting, 2002).
struct TopCounts<Key: Hashable & Sendable, Extra: Sendable>: Sendable {
  struct Item: Sendable {
    var count: UInt64
    /// Order of first occurrence, which decides between equal counts.
    var order: UInt64
    var extra: Extra
  }

  private(set) var items: [Key: Item] = [:]
  /// The most by which a count is too low.
  private(set) var error: UInt64 = 0
  /// Number of keys that were dropped.
  private(set) var dropped: UInt64 = 0
  private var added: UInt64 = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Number of keys in the table.
  var count: Int { items.count }

  /// Counts a key once; `new` makes what is kept beside its count, and `change` updates it.
  mutating func add(_ key: Key, new: () -> Extra, change: (inout Extra) -> Void) {
    added += 1
    if let index = items.index(forKey: key) {
      items.values[index].count += 1
      change(&items.values[index].extra)
      return
    }
    if items.count >= limit { prune() }
    var item = Item(count: 1, order: added, extra: new())
    change(&item.extra)
    items[key] = item
  }

  /// The keys with the highest counts.
  func top(_ number: Int) -> [(key: Key, item: Item)] {
    items.sorted {
      ($0.value.count, $1.value.order) > ($1.value.count, $0.value.order)
    }.prefix(number).map { ($0.key, $0.value) }
  }

  private mutating func prune() {
    let counts = items.values.map { ($0.count, $0.order) }.sorted { $0 < $1 }
    let middle = counts[counts.count / 2]
    var highest: UInt64 = 0
    for (key, item) in items where (item.count, item.order) < middle {
      highest = max(highest, item.count)
      items[key] = nil
      dropped += 1
    }
    error += highest
  }
}

extension TopCounts where Extra == Void {
  /// Counts a key once.
  mutating func add(_ key: Key) { add(key, new: {}, change: { _ in }) }
}
