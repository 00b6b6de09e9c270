import Indicators
import Parsing

/// Several events in a string of a record, or at the end of a line of text: in an array, or in
/// lists of an object that states nothing about an event itself (`WrappedLists`).
///
/// Each event has its own time and its own ends. As for places, the record that holds them stays
/// one record: its observables come in the order of the text, with the record's line and counted
/// from its first byte.
extension Extraction {
  /// Emits the events in a value that is a record in a string or behind text; false if the value is
  /// an event itself.
  mutating func emitNestedEvents(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ place: RecordPlace,
    into batch: inout ObservableBatch
  ) -> Bool {
    guard let first = tokens.first, let last = tokens.last,
      WrappedLists.mayWrap(tokens, 0..<tokens.count)
    else { return false }
    let lists = eventLists(bytes, tokens, from: first.start, to: last.end)
    let isList =
      first.kind == .beginArray && WrappedLists.beginsEvents(bytes, tokens, &scanner.paths)
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

  /// Emits a record in a string as an event of its own, which says nothing about the record around
  /// it.
  mutating func emitApart(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ place: RecordPlace,
    into batch: inout ObservableBatch
  ) {
    keepingOuterEvent { extraction in
      extraction.emitNestedEvent(bytes, tokens, 0..<tokens.count, place, into: &batch)
    }
  }

  /// Emits events inside the record begun, and keeps the facts that the record states itself.
  mutating func keepingOuterEvent(_ emit: (inout Extraction) -> Void) {
    // Even if the string is in an array, each of its events counts as the only one.
    let element = objects.outerElement
    objects.outerElement = 0
    let outer = (event.facts, event.nested)
    emit(&self)
    (event.facts, event.nested) = outer
    objects.outerElement = element
  }

  /// Emits one event inside the record begun.
  mutating func emitNestedEvent(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ range: Range<Int>, _ place: RecordPlace,
    into batch: inout ObservableBatch
  ) {
    event.forgetFacts()
    let outer = scanner.record.beginEvent(batch)
    var walk = JSONWalk(level: place.level, report: place.holder)
    walk.top = place.top
    walkRecord(bytes, tokens, range, &walk, into: &batch)
    if scanner.record.isInBatch {
      if let time = walk.times.time(bytes, year: options.year) {
        scanner.record.set(time: time, isZoned: !event.hasFlowTuples, &batch)
      }
      event.setContext(of: scanner.record, &batch)
    }
    scanner.record.endEvent(in: outer, &batch)
  }
}
