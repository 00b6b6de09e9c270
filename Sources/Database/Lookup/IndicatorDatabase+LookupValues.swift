import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  /// Looks up observables of a kind whose entries are only met as a whole.
  func lookUpValues(
    _ kind: IndicatorKind, _ order: Range<Int>, _ input: borrowing LookupInput,
    _ options: LookupOptions, _ scratch: inout LookupScratch
  ) {
    guard let set = keyFinders[Int(kind.rawValue)] else { return }
    let longest = kinds[Int(kind.rawValue)].maximumLength
    let width = kind.fixedWidth
    for inArena in [false, true] {
      scratch.clearKeys()
      for index in order {
        let owner = scratch.order[index]
        let observable = input.observables[Int(owner)]
        guard observable.flags.contains(.inArena) == inArena,
          let range = input.range(observable), range.count <= longest,
          width == nil || width == range.count
        else { continue }
        scratch.addKey(offset: range.lowerBound, length: range.count, owner: owner)
      }
      let count = find(set, in: input.bytes(inArena: inArena), &scratch)
      for index in 0..<count where scratch.numbers[index] != KeySet.none {
        scratch.begin(scratch.owners[index])
        addRun(
          from: scratch.numbers[index], kind, length: Int(scratch.keys[index].length), options,
          &scratch
        ) { _ in .exact }
      }
    }
  }

  /// How many paths are held in normal form at once; bounds the scratch memory.
  private static var pathGroup: Int { 256 }

  /// Looks up registry keys, which are equal to an entry in normal form.
  func lookUpRegistryKeys(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let kind = IndicatorKind.registryKey
    guard let set = keyFinders[Int(kind.rawValue)] else { return }
    for first in stride(from: order.lowerBound, to: order.upperBound, by: Self.pathGroup) {
      scratch.clearKeys()
      scratch.bytes.removeAll(keepingCapacity: true)
      for index in first..<min(first + Self.pathGroup, order.upperBound) {
        let owner = scratch.order[index]
        let observable = input.observables[Int(owner)]
        guard let range = input.range(observable), isPathLength(range.count, kind) else { continue }
        let key = input.bytes(inArena: observable.flags.contains(.inArena)).extracting(range)
        let start = scratch.bytes.count
        if scratch.normalizer.appendRegistryKey(key, to: &scratch.bytes) != nil { continue }
        scratch.addKey(offset: start, length: scratch.bytes.count - start, owner: owner << 1)
      }
      addPaths(kind, set, options, &scratch)
    }
  }

  /// Looks up file names: the normal form of a path, and what follows each of its separators.
  ///
  /// An entry without a separator equals the base name; one with separators equals a tail or the
  /// whole path. Only tails with as many separators as some entry has are looked up, and none
  /// longer than the longest entry.
  func lookUpFileNames(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let kind = IndicatorKind.filename
    guard let set = keyFinders[Int(kind.rawValue)] else { return }
    let facts = kinds[Int(kind.rawValue)]
    for first in stride(from: order.lowerBound, to: order.upperBound, by: Self.pathGroup) {
      scratch.clearKeys()
      scratch.bytes.removeAll(keepingCapacity: true)
      for index in first..<min(first + Self.pathGroup, order.upperBound) {
        let owner = scratch.order[index]
        let observable = input.observables[Int(owner)]
        guard let range = input.range(observable), range.count <= Self.longestPath else { continue }
        let path = input.bytes(inArena: observable.flags.contains(.inArena)).extracting(range)
        let start = scratch.bytes.count
        var hasSeparator = false
        let refusal = scratch.normalizer.appendFileName(
          path, hasSeparator: &hasSeparator, to: &scratch.bytes)
        if refusal == nil {
          gatherTails(start..<scratch.bytes.count, facts, owner: owner << 1, &scratch)
        }
      }
      addPaths(kind, set, options, &scratch)
    }
  }

  /// The longest observed path in bytes; a longer value is no path.
  private static var longestPath: Int { 1 << 17 }

  /// Whether a value of `count` bytes could equal an entry: normal forms drop no more than doubled
  /// separators and a beginning of a few bytes.
  private func isPathLength(_ count: Int, _ kind: IndicatorKind) -> Bool {
    count <= 2 * kinds[Int(kind.rawValue)].maximumLength + 64
  }

  /// Looks up the keys in the scratch memory's own bytes; a key with an odd owner is a tail.
  private func addPaths(
    _ kind: IndicatorKind, _ set: KeyFinder, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let bytes = scratch.bytes
    let count = bytes.withBytes { find(set, in: $0, &scratch) }
    for index in 0..<count where scratch.numbers[index] != KeySet.none {
      let isTail = scratch.owners[index] & 1 != 0
      scratch.begin(scratch.owners[index] >> 1)
      addRun(
        from: scratch.numbers[index], kind, length: Int(scratch.keys[index].length), options,
        &scratch
      ) { isTail && $0 == MatchMode.contains.rawValue ? .contains : .exact }
    }
  }

  /// Adds the keys of one path in normal form, shortest tail first.
  private func gatherTails(
    _ path: Range<Int>, _ facts: KindFacts, owner: UInt32, _ scratch: inout LookupScratch
  ) {
    let end = path.upperBound
    let floor = max(path.lowerBound, end - facts.maximumLength - 1)
    var separators = 0
    var offset = end
    while offset > floor, separators <= EntryRules.maximumSeparators {
      offset -= 1
      guard scratch.bytes[offset] == EntryRules.separator else { continue }
      if facts.exactMask & EntryRules.bit(separators) != 0, offset + 1 < end {
        scratch.addKey(offset: offset + 1, length: end - offset - 1, owner: owner | 1)
      }
      separators += 1
    }
    if offset == path.lowerBound, path.count <= facts.maximumLength,
      facts.exactMask & EntryRules.bit(separators) != 0
    {
      scratch.addKey(offset: path.lowerBound, length: path.count, owner: owner)
    }
  }
}
