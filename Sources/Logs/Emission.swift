import Indicators
import Parsing

extension Extraction {
  /// Starts a record that begins at an offset of the chunk.
  mutating func beginRecord(
    at base: Int, length: Int, number: UInt64, batch: borrowing ObservableBatch
  ) {
    record.base = base
    record.number = number
    record.isInBatch = false
    record.firstObservable = batch.observables.count
    record.firstRecord = batch.records.count
    record.lastPosition = -1
    record.lastKind = 0
    record.isUnordered = false
    record.mayHaveDoubles = false
    // URLs can be nested, each reaching to the end of the line; real ones stay far below this
    // limit.
    record.urlBudget = 16 * length + 65_536
    record.mayHoldWord = hasWordSearch && wordPlaces.isAny(from: base, to: base + length)
    forgetEvent()
    outerElement = 0
    (nestedTime, isNestedTimeZoned) = (nil, false)
    (nestedMessage, tailStart) = (nil, nil)
    (namesEndsInText, sentenceTime) = (false, nil)
  }

  /// Forgets what was said about the event.
  @inline(__always)
  mutating func forgetEvent() {
    facts.reset()
    nestedFacts.reset()
    deepFacts.reset()
    (nestedElement, deepElement) = (EventElement(), EventElement())
  }

  /// Ends the record: brings its observables into order and drops doubles.
  @inline(__always)
  mutating func endRecord(_ batch: inout ObservableBatch) {
    guard record.isInBatch else { return }
    if record.isUnordered || record.mayHaveDoubles { orderRecord(&batch) }
  }

  /// Adds to the batch what the record says about its event, if the record has observables.
  ///
  /// Events nested in the record get the same context if the record itself says something;
  /// otherwise they keep what they say themselves.
  @inline(__always)
  mutating func setContext(_ batch: inout ObservableBatch) {
    guard record.isInBatch else { return }
    var own = facts.found
    let isDeep =
      !facts.hasLocalEnds && !nestedFacts.hasLocalEnds && deepFacts.hasEnds
      && own.map(\.hasEnds) != true && nestedFacts.found.map(\.hasEnds) != true
    var said: EventContext?
    if isDeep {
      // The ends come from deep objects; the objects around them may still say what became of the
      // event.
      (said, own) = (own ?? nestedFacts.found, nil)
      nestedFacts = deepFacts
    }
    let isNested = own == nil && !facts.hasLocalEnds
    let isSentence = !isNested && namesEndsInText
    let decidesSides = isSentence || (isNested ? nestedFacts.decidesSides : facts.decidesSides)
    let context = (own ?? nestedFacts.found)?.filled(from: said)
    if decidesSides || context?.source != nil && context?.destination != nil {
      let isNew = isSentence || (isNested ? nestedFacts.hasLocalEnds : facts.hasLocalEnds)
      Self.setSides(
        context ?? EventContext(), isNew: isNew, from: record.firstObservable,
        of: own == nil ? record.index : nil, &batch)
    }
    guard let context else { return }
    let index = UInt32(truncatingIfNeeded: batch.contexts.count)
    batch.records[Int(record.index)].context = index
    if own != nil {
      for event in record.firstRecord..<batch.records.count { batch.records[event].context = index }
    }
    batch.contexts.append(context)
  }

  /// Sets again which end each address of a record is, from the observable `first` on.
  ///
  /// The names of the fields told it for a single packet only, or for objects other than the one
  /// that the ends were taken from. `isNew` says that the names of the fields told nothing. `only`
  /// restricts the change to one record, which leaves out the events nested in it. The function is
  /// static because a method would be given a copy of all that an extraction holds.
  private static func setSides(
    _ context: EventContext, isNew: Bool, from first: Int, of only: UInt32?,
    _ batch: inout ObservableBatch
  ) {
    func isEnd(_ observable: Observable, _ end: EventEnd?) -> Bool {
      guard let end, observable.flags.contains(.inArena),
        end.isIPv4 == (observable.kind == .ipv4)
      else { return false }
      var halves: (UInt64, UInt64) = (0, 0)
      for index in 0..<Int(observable.length) {
        let byte = UInt64(batch.arena[Int(observable.offset) + index])
        if index < 8 {
          halves.0 |= byte << UInt64(56 - 8 * index)
        } else {
          halves.1 |= byte << UInt64(120 - 8 * index)
        }
      }
      return halves == end.address
    }
    for index in first..<batch.observables.count {
      let observable = batch.observables[index]
      guard observable.kind == .ipv4 || observable.kind == .ipv6,
        only == nil || observable.record == only,
        isNew || !observable.flags.isDisjoint(with: [.originator, .responder])
      else { continue }
      let isSource = isEnd(observable, context.source)
      let isDestination = isEnd(observable, context.destination)
      if isSource && isDestination { continue }
      batch.observables[index].flags.remove([.originator, .responder])
      guard isSource || isDestination else { continue }
      batch.observables[index].flags.insert(isSource ? .originator : .responder)
    }
  }

  /// Gives the current record, which has no time of its own, the time of the record nested in it,
  /// if any.
  @inline(__always)
  mutating func setNestedTime(_ batch: inout ObservableBatch) {
    if record.isInBatch, let nestedTime { batch.records[Int(record.index)].time = nestedTime }
  }

  /// Sets the time of the current record and of the events nested in it, if it has observables.
  ///
  /// A time without a zone (`isZoned` is false) does not replace the time that a nested event has
  /// itself.
  mutating func setTime(
    _ time: Int64, isZoned: Bool = true, _ batch: inout ObservableBatch
  ) {
    guard record.isInBatch else { return }
    for index in record.firstRecord..<batch.records.count
    where isZoned || index == Int(record.index)
      || batch.records[index].time == ObservableRecord.noTime
    {
      batch.records[index].time = time
    }
  }

  /// Whether observables of a kind are asked for.
  @inline(__always)
  func wants(_ kind: IndicatorKind) -> Bool { options.kinds.contains(kind) }

  /// Appends an observable whose bytes are at `offset` of the chunk or, by its flags, the arena.
  ///
  /// `place` is where the value begins in the text of a unit.
  @inline(__always)
  mutating func emit(
    _ kind: IndicatorKind, flags: ObservableFlags = [], at place: Int, of unit: TextUnit,
    offset: Int, length: Int, port: UInt16 = 0, schemeLength: Int = 0,
    into batch: inout ObservableBatch
  ) {
    if !record.isInBatch { record.enter(&batch) }
    let position = (unit.level == 0 ? place : origin(place, level: unit.level)) - record.base
    if flags.isDisjoint(with: [.fallback, .joint]) {
      if position <= record.lastPosition {
        if position < record.lastPosition || kind.rawValue < record.lastKind {
          record.isUnordered = true
        } else if kind.rawValue == record.lastKind {
          record.mayHaveDoubles = true
        }
      }
      record.lastPosition = position
      record.lastKind = kind.rawValue
    }
    batch.observables.append(
      Observable(
        kind: kind, flags: flags, field: paths.field(unit.field, in: &batch),
        offset: UInt32(truncatingIfNeeded: offset), length: UInt32(truncatingIfNeeded: length),
        record: record.index, position: UInt32(truncatingIfNeeded: position), port: port,
        schemeLength: UInt16(truncatingIfNeeded: schemeLength)))
  }

  /// Appends an observable whose bytes are a range of the unit's text.
  @inline(__always)
  mutating func emit(
    _ kind: IndicatorKind, flags: ObservableFlags = [], _ bytes: RawSpan, _ range: Range<Int>,
    of unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if unit.level == 0 {
      emit(
        kind, flags: flags, at: range.lowerBound, of: unit, offset: range.lowerBound,
        length: range.count, into: &batch)
      return
    }
    let start = batch.arena.count
    batch.arena.append(bytes, range)
    emit(
      kind, flags: flags.union(.inArena), at: range.lowerBound, of: unit, offset: start,
      length: range.count, into: &batch)
  }

  /// Appends the observable whose bytes were appended to the arena from `start` on.
  @inline(__always)
  mutating func emitFromArena(
    _ kind: IndicatorKind, flags: ObservableFlags = [], from start: Int, at place: Int,
    of unit: TextUnit, port: UInt16 = 0, schemeLength: Int = 0,
    into batch: inout ObservableBatch
  ) {
    emit(
      kind, flags: flags.union(.inArena), at: place, of: unit, offset: start,
      length: batch.arena.count - start, port: port, schemeLength: schemeLength, into: &batch)
  }

  // MARK: Order

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
  private mutating func orderRecord(_ batch: inout ObservableBatch) {
    var groups: [Group] = []
    for index in record.firstObservable..<batch.observables.count {
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
    ordered.reserveCapacity(batch.observables.count - record.firstObservable)
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
    batch.observables.removeSubrange(record.firstObservable...)
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
