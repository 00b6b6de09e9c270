public import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  /// Finds the entries that the observables of a batch match.
  ///
  /// `matches` is emptied and filled, in the order of observables and, for one observable, in the
  /// order in which a hit lists indicators: exact, subdomain and network (longer first), URL
  /// prefix, address. Each observable is looked up by itself; what `fallback` and `joint` make of
  /// the matches is the caller's. Text is not looked up here but found by `textMatcher`.
  ///
  /// Observables are taken kind by kind, so that each lookup structure sees all its keys at once.
  /// Nothing is allocated once the scratch memory has grown to the batch's size.
  ///
  /// - Parameters:
  ///   - batch: the observables, and the bytes that are not in the chunk.
  ///   - chunk: the bytes that the other observables point into.
  ///   - options: which entries take part.
  ///   - scratch: memory of the calling thread.
  ///   - matches: what was found.
  public func lookup(
    _ batch: borrowing ObservableBatch, chunk: RawSpan, options: LookupOptions,
    scratch: inout LookupScratch, matches: inout [EntryMatch]
  ) {
    matches.removeAll(keepingCapacity: true)
    scratch.found.removeAll(keepingCapacity: true)
    scratch.current = .max
    scratch.limit = options.matchLimit
    let observables = batch.observables.span
    let present = Self.sortByKind(observables, &scratch)
    let wanted = present.intersection(options.kinds).intersection(kindsToLookUp(options))
    guard wanted.rawValue != 0 else { return }
    // SAFETY: the arena is not touched while the closure runs.
    unsafe batch.arena.withUnsafeBytes { arena in
      let input = unsafe LookupInput(observables: observables, chunk: chunk, arena: arena.bytes)
      for kind in EntryRules.kinds where wanted.contains(kind) {
        let order = scratch.starts[Int(kind.rawValue)]..<scratch.starts[Int(kind.rawValue) + 1]
        switch kind {
        case .ipv4: lookUpIPv4(order, input, options, &scratch)
        case .ipv6: lookUpIPv6(order, input, options, &scratch)
        case .domain: lookUpNames(order, input, options, &scratch)
        case .url: lookUpURLs(order, input, options, &scratch)
        case .filename: lookUpFileNames(order, input, options, &scratch)
        case .registryKey: lookUpRegistryKeys(order, input, options, &scratch)
        case .text: break
        default: lookUpValues(kind, order, input, options, &scratch)
        }
      }
    }
    if scratch.found.isEmpty { return }
    scratch.found.sort(by: FoundEntry.precedes)
    for found in scratch.found {
      matches.append(EntryMatch(observable: found.observable, entry: found.entry, kind: found.kind))
    }
  }

  /// The kinds that have an entry that takes part.
  package func kindsToLookUp(_ options: LookupOptions) -> IndicatorKindSet {
    var set = IndicatorKindSet()
    for kind in EntryRules.kinds {
      let facts = kinds[Int(kind.rawValue)]
      if facts.entryCount > 0, facts.hasStrongSource || options.includesWeak {
        set.formUnion(IndicatorKindSet(kind))
      }
    }
    return set
  }

  /// Sorts the observables' indices by kind, with a counting sort; returns the kinds that occur.
  private static func sortByKind(
    _ observables: Span<Observable>, _ scratch: inout LookupScratch
  ) -> IndicatorKindSet {
    let count = observables.count
    if scratch.order.count < count {
      scratch.order.append(contentsOf: repeatElement(0, count: count - scratch.order.count))
    }
    var ends = InlineArray<32, Int>(repeating: 0)
    for index in observables.indices { ends[Int(observables[index].kind.rawValue) & 31] += 1 }
    var present: UInt64 = 0
    var total = 0
    for kind in 0..<EntryRules.kinds.count {
      if ends[kind] > 0 { present |= 1 << UInt64(kind) }
      scratch.starts[kind] = total
      total += ends[kind]
      ends[kind] = scratch.starts[kind]
    }
    scratch.starts[EntryRules.kinds.count] = total
    for index in observables.indices {
      let kind = Int(observables[index].kind.rawValue) & 31
      scratch.order[ends[kind]] = UInt32(truncatingIfNeeded: index)
      ends[kind] += 1
    }
    return IndicatorKindSet(rawValue: present)
  }
}

/// What a lookup reads: the batch's observables, and the two places their bytes may be in.
struct LookupInput: ~Escapable {
  let observables: Span<Observable>
  let chunk: RawSpan
  let arena: RawSpan

  @_lifetime(copy observables, copy chunk, copy arena)
  init(observables: Span<Observable>, chunk: RawSpan, arena: RawSpan) {
    self.observables = observables
    self.chunk = chunk
    self.arena = arena
  }

  /// The bytes that an observable's offset refers to.
  @_lifetime(copy self)
  func bytes(inArena: Bool) -> RawSpan { inArena ? arena : chunk }

  /// Where an observable's bytes are; nil if that is not within the bytes.
  @inline(__always)
  func range(_ observable: Observable) -> Range<Int>? {
    let start = Int(observable.offset)
    let end = start + Int(observable.length)
    let limit =
      observable.flags.contains(.inArena) ? arena.byteCount : chunk.byteCount
    // Keys are referred to with 32 bits; no chunk comes near that.
    return end <= min(limit, Int(UInt32.max)) ? start..<end : nil
  }
}

extension IndicatorDatabase {
  /// Whether an entry takes part, by its flags.
  @inline(__always)
  func takesPart(_ flags: EntryFlags, _ options: LookupOptions) -> Bool {
    options.includesWeak || flags.contains(.hasStrongSource)
  }

  /// Adds the entries that share a lookup key, from `first` on; at most `matchLimit` of them.
  ///
  /// `body` returns how an entry of a mode matches, or nil if it does not.
  @inline(__always)
  func addRun(
    from first: UInt32, _ kind: IndicatorKind, length: Int, _ options: LookupOptions,
    _ scratch: inout LookupScratch, _ body: (UInt8) -> MatchKind?
  ) {
    let range = kinds[Int(kind.rawValue)].entries
    var entry = Int(first)
    guard range.contains(entry) else { return }
    let table = kindTables[Int(kind.rawValue)]
    var head = image.head(heads, table, entry - table.first)
    // An image that was tampered with could call all its entries one run.
    var steps = options.matchLimit
    while true {
      if takesPart(head.flags, options), let match = body(head.mode) {
        scratch.add(entry, match, length: length)
      }
      entry += 1
      steps -= 1
      guard entry < range.upperBound else { return }
      head = image.head(heads, table, entry - table.first)
      guard head.flags.contains(.continuesRun) else { return }
      guard steps > 0 else {
        scratch.cutMatches += 1
        return
      }
    }
  }
}
