import Indicators
import Parsing

extension TextScanner {
  /// Whether observables of a kind are asked for.
  @inline(__always)
  func wants(_ kind: IndicatorKind) -> Bool { wanted.kinds.contains(kind) }

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
    let position = (unit.level == 0 ? place : levels.origin(place, level: unit.level)) - record.base
    if flags.isDisjoint(with: [.fallback, .joint]) { record.note(position, kind) }
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
}
