import Indicators
import Parsing

/// Several events in a string of a record, or at the end of a line of text: in an array, or in lists of an object
/// that says nothing of one itself (`WrappedLists`).
///
/// Each has its own time and its own ends. The record that holds them stays one as far as places are
/// concerned: its observables come in the order in which they stand, under its line and from its first byte on.
extension Extraction {
  /// Emits the events that a value holds which is a record in a string or behind a text; false: it is one itself.
  mutating func emitNestedEvents(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ place: RecordPlace,
    into batch: inout ObservableBatch
  ) -> Bool {
    guard let first = tokens.first, let last = tokens.last,
      Self.mayWrap(tokens, 0..<tokens.count)
    else { return false }
    let lists = eventLists(bytes, tokens, from: first.start, to: last.end)
    let isList = first.kind == .beginArray && beginsEvents(bytes, tokens)
    guard isList || !lists.isEmpty else { return false }
    keepingOuterEvent { extraction in
      if lists.isEmpty {
        extraction.emitValue(bytes, tokens, from: first.start, to: last.end, place, into: &batch)
      } else {
        extraction.emitWrapped(bytes, tokens, lists, place, into: &batch)
      }
    }
    return true
  }

  /// Emits a record in a string that tells of nothing but its own values, as an event by itself.
  mutating func emitApart(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ place: RecordPlace,
    into batch: inout ObservableBatch
  ) {
    keepingOuterEvent { extraction in
      extraction.emitNestedEvent(
        bytes, tokens, 0..<tokens.count, place, top: FieldPaths.root, into: &batch)
    }
  }

  /// Emits events in the record begun, and keeps what that says of its own.
  private mutating func keepingOuterEvent(_ emit: (inout Extraction) -> Void) {
    // Where the string stands in a list, its events are still known from one another.
    let element = outerElement
    outerElement = 0
    let outer = (facts, nestedFacts, deepFacts, nestedElement, deepElement)
    emit(&self)
    (facts, nestedFacts, deepFacts, nestedElement, deepElement) = outer
    outerElement = element
  }

  /// Emits one of them.
  mutating func emitNestedEvent(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ range: Range<Int>, _ place: RecordPlace,
    top: FieldPaths.ID, into batch: inout ObservableBatch
  ) {
    forgetEvent()
    let outer = record.beginEvent(batch)
    var walk = JSONWalk(level: place.level, report: place.holder)
    walk.top = top
    walkRecord(bytes, tokens, range, &walk, into: &batch)
    if record.isInBatch {
      if let time = walk.times.time(bytes, year: options.year) { setTime(time, &batch) }
      setContext(&batch)
    }
    record.endEvent(in: outer, &batch)
  }
}

extension RecordCursor {
  /// Begins an event of the record, whose observables get an entry of their own; gives what the cursor was before.
  fileprivate mutating func beginEvent(_ batch: borrowing ObservableBatch) -> RecordCursor {
    let outer = self
    isInBatch = false
    firstRecord = batch.records.count
    firstObservable = batch.observables.count
    return outer
  }

  /// Ends it; the record has an entry wherever an event in it has one.
  fileprivate mutating func endEvent(in outer: RecordCursor, _ batch: inout ObservableBatch) {
    let hasEntry = isInBatch
    (isInBatch, index) = (outer.isInBatch, outer.index)
    (firstRecord, firstObservable) = (outer.firstRecord, outer.firstObservable)
    if hasEntry, !isInBatch { enter(&batch) }
  }

  /// Gives the record an entry in the batch.
  mutating func enter(_ batch: inout ObservableBatch) {
    isInBatch = true
    index = UInt32(truncatingIfNeeded: batch.records.count)
    batch.records.append(
      ObservableRecord(number: number, base: UInt64(truncatingIfNeeded: base)))
  }
}
