import Indicators
import Matchers
import Parsing

/// Finds the entries of one kind by their comparison keys, which are stored only as the kind's
/// values.
struct KeyFinder: Sendable {
  private enum Storage {
    /// Digests: the values themselves are the table.
    case sorted(SortedKeys)
    /// Anything else: places by hash, confirmed by the value.
    case hashed(KeyIndex)
  }

  private let storage: Storage
  private let kind: IndicatorKind
  /// For URLs, the mode of the entries that are searched for, since several modes may share a key.
  private let mode: MatchMode?

  /// Nil if the image has no such section.
  init?(
    _ image: ImageBytes, _ table: SectionTable, _ section: SectionKind, _ kind: IndicatorKind,
    _ columns: KindTable
  ) throws(ImageError) {
    guard let entry = table[section] else { return nil }
    self.kind = kind
    mode = kind != .url ? nil : section == .urlPaths ? .path : .exact
    if let width = kind.fixedWidth {
      let start = columns.values.start
      let keys = try SortedKeys(
        image: image, range: entry.range, keys: start..<start + columns.count * width)
      guard keys.width == width else { throw .damaged("keys of another width") }
      storage = .sorted(keys)
    } else {
      let index = try KeyIndex(image: image, range: entry.range)
      guard index.ignoresCase == EntryRules.ignoresCase(kind) else {
        throw .damaged("keys of another case")
      }
      storage = .hashed(index)
    }
  }

  /// Number of keys.
  var count: Int {
    switch storage {
    case .sorted(let keys): keys.count
    case .hashed(let index): index.count
    }
  }

  /// Checks what can be checked without the values.
  func verify() throws(ImageError) {
    switch storage {
    case .sorted(let keys): try keys.verify()
    case .hashed(let index): try index.verify()
    }
  }

  /// Writes for each of the first `count` keys the number of the first entry that has it, or
  /// `KeySet.none`.
  @inline(__always)
  func find(
    _ keys: [KeyReference], _ count: Int, in bytes: RawSpan, _ database: IndicatorDatabase,
    _ candidates: inout [KeyCandidate], _ numbers: inout [UInt32]
  ) {
    let first = database.kindTables[Int(kind.rawValue)].first
    var results = numbers.mutableSpan
    switch storage {
    case .sorted(let sorted):
      sorted.lookup(
        keys.span.extracting(first: count), in: bytes, firstNumber: UInt32(first),
        numbers: &results)
    case .hashed(let index):
      for place in 0..<count { results[place] = KeySet.none }
      candidates.removeAll(keepingCapacity: true)
      index.findCandidates(keys.span.extracting(first: count), in: bytes, into: &candidates)
      if !candidates.isEmpty {
        confirm(candidates, keys, bytes, database, index.ignoresCase, &results)
      }
    }
  }

  /// Compares candidates with the values of their entries.
  private func confirm(
    _ candidates: [KeyCandidate], _ keys: [KeyReference], _ bytes: RawSpan,
    _ database: IndicatorDatabase, _ ignoresCase: Bool, _ numbers: inout MutableSpan<UInt32>
  ) {
    let table = database.kindTables[Int(kind.rawValue)]
    // All places are fetched first, then all values, so that the loads overlap.
    if candidates.count > 1 {
      for candidate in candidates { database.image.prefetchPlace(table, Int(candidate.number)) }
      for candidate in candidates where Int(candidate.number) < table.count {
        database.image.prefetch(
          database.image.valueRange(table, Int(candidate.number)).lowerBound)
      }
    }
    for candidate in candidates {
      let member = Int(candidate.key)
      guard numbers[member] == KeySet.none else { continue }
      let start = Int(keys[member].offset)
      let key = bytes.extracting(start..<start + Int(keys[member].length))
      if candidate.number == KeyIndex.unknown {
        if let place = search(key, table, database, ignoresCase) {
          numbers[member] = UInt32(table.first + place)
        }
        continue
      }
      let place = Int(candidate.number)
      guard place < table.count else { continue }
      let value = database.span(database.comparisonKey(table, place))
      if value.byteCount == key.byteCount,
        ignoresCase ? key.isEqualFoldingCapitals(to: value) : key.isEqual(to: value)
      {
        numbers[member] = UInt32(table.first + place)
      }
    }
  }

  /// Binary search among the kind's values, which are sorted by comparison key.
  private func search(
    _ key: RawSpan, _ table: KindTable, _ database: IndicatorDatabase, _ ignoresCase: Bool
  ) -> Int? {
    var wanted = key.copied(key.byteOffsets)
    if ignoresCase { ASCIICase.fold(&wanted, from: 0) }
    return wanted.withBytes { wanted in
      var low = 0
      var high = table.count
      while low < high {
        let middle = low + (high - low) / 2
        if database.span(database.comparisonKey(table, middle)).compare(wanted) < 0 {
          low = middle + 1
        } else {
          high = middle
        }
      }
      // One key has at most one entry for each mode and scheme.
      for place in low..<min(low + 1024, table.count) {
        guard database.span(database.comparisonKey(table, place)).isEqual(to: wanted) else {
          return nil
        }
        if mode == nil || database.image.head(database.heads, table, place).mode == mode?.rawValue {
          return place
        }
      }
      return nil
    }
  }
}

extension IndicatorDatabase {
  /// Looks up the keys gathered in the scratch memory; returns their number.
  @inline(__always)
  func find(_ finder: KeyFinder, in bytes: RawSpan, _ scratch: inout LookupScratch) -> Int {
    let count = scratch.keys.count
    if count == 0 { return 0 }
    scratch.makeRoom(count)
    find(finder, count, in: bytes, &scratch)
    return count
  }

  /// Looks up the first `count` keys gathered in the scratch memory, which has room for the
  /// answers.
  @inline(__always)
  func find(
    _ finder: KeyFinder, _ count: Int, in bytes: RawSpan, _ scratch: inout LookupScratch
  ) {
    finder.find(scratch.keys, count, in: bytes, self, &scratch.candidates, &scratch.numbers)
  }

  /// Looks up keys in a set of its own.
  static func find(
    _ set: KeySet, _ keys: [KeyReference], in bytes: RawSpan, _ numbers: inout [UInt32]
  ) {
    var results = numbers.mutableSpan
    set.lookup(keys.span, in: bytes, numbers: &results)
  }
}

extension RawSpan {
  /// Whether this equals `other`, of the same length, once its capitals are small letters.
  @inline(__always)
  fileprivate func isEqualFoldingCapitals(to other: RawSpan) -> Bool {
    for offset in byteOffsets
    where ASCIICase.fold(byte(unchecked: offset)) != other.byte(unchecked: offset) {
      return false
    }
    return true
  }
}
