import Indicators
import Parsing

/// Values in a record's strings, which may be records or lines themselves (`Matching.md` §7).
extension Extraction {
  /// Emits the values of a member's string: a line of another program, a record in JSON, or text;
  /// true if it is a record in JSON.
  @discardableResult
  mutating func scanMember(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    if unit.fieldClass.role == .flowTuple, scanFlowTuple(bytes, unit, into: &batch) {
      return false
    }
    guard unit.fieldClass.role == .message else { return scanString(bytes, unit, into: &batch) }
    if scanWrappedLine(bytes, unit, into: &batch) { return false }
    guard !nested.isOpen, !unit.fieldClass.traits.contains(.nothing),
      let tail = nested.start(bytes, from: unit.start, to: unit.end)
    else {
      scanText(bytes, unit, into: &batch)
      return false
    }
    if tail > unit.start {
      scanText(bytes, unit, endingAt: tail, into: &batch)
      return false
    }
    walkNested(
      bytes, level: unit.level, field: unit.field, isWhole: unit.fieldClass.holdsRecord,
      into: &batch)
    return true
  }

  /// Emits the values of a string of a record; true if it is a record itself.
  @discardableResult
  mutating func scanString(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    guard !nested.isOpen, !unit.fieldClass.traits.contains(.nothing),
      NestedReading.beginsRecord(bytes, unit.start..<unit.end),
      nested.readOwn(bytes, unit.start..<unit.end)
    else {
      scanText(bytes, unit, into: &batch)
      return false
    }
    walkNested(
      bytes, level: unit.level, field: unit.field, isWhole: unit.fieldClass.holdsRecord,
      into: &batch)
    return true
  }

  /// Emits the values of a string that is no record.
  @inline(__always)
  private mutating func scanText(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if unit.fieldClass.traits.contains(.nothing) { return }
    scanner.scan(bytes, unit, into: &batch)
    scanner.emitEventData(bytes, unit, into: &batch)
  }

  /// Emits the values of the record that was read last, all under one field.
  ///
  /// `isWhole` is true if the nested record is the event that the outer record reports, so that its
  /// time and its ends may be those of the outer one. Any other, such as a user agent that a client
  /// made up, says nothing about the outer record.
  mutating func walkNested(
    _ bytes: RawSpan, level: Int, field: FieldPaths.ID, isWhole: Bool,
    into batch: inout ObservableBatch
  ) {
    let tokens = nested.tokens
    nested.tokens = []
    nested.isOpen = true
    nested.isInTail = level == 0
    (nested.message, nested.memberMessage) = (nil, nil)
    let place = RecordPlace(in: field, level: level)
    if emitNestedEvents(bytes, tokens, place, into: &batch) {
      // Each event has its own time and facts.
    } else if !isWhole {
      emitApart(bytes, tokens, place, into: &batch)
    } else {
      var walk = JSONWalk(level: level, report: field)
      walkRecord(bytes, tokens, 0..<tokens.count, &walk, into: &batch)
      if let found = walk.times.found(bytes, year: options.year) {
        (event.nestedTime, event.isNestedTimeZoned) = found
      }
      let message = walk.message >= 0 ? tokens[walk.message] : nil
      if level == 0 { nested.message = message } else { nested.memberMessage = message }
    }
    (nested.isOpen, nested.isInTail) = (false, false)
    nested.tokens = tokens
  }
}
