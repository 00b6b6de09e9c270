import Indicators
import Parsing

/// The place of a record in JSON: a line of its own, a string of another record, or the end of a
/// line.
struct RecordPlace {
  /// Its line, from 1.
  var number: UInt64
  /// The field that holds it, under which its values are reported; nil for one on a line of its
  /// own.
  var holder: FieldPaths.ID?
  /// The text level of its bytes.
  var level = 0
  /// The path of the list that it is an element of.
  var top = FieldPaths.root

  init(number: UInt64) { self.number = number }

  /// A place inside the record begun.
  init(in holder: FieldPaths.ID, level: Int) {
    number = 0
    self.holder = holder
    self.level = level
  }

  /// The place as that of an element of a list.
  func inside(_ list: FieldPaths.ID) -> RecordPlace {
    var place = self
    place.top = list
    return place
  }
}

/// Emits the values that were read, divided into records.
extension Extraction {
  /// Emits the value whose tokens were read last.
  ///
  /// `list` is nil for a value by itself, `.none` for an element of an array, else the list that
  /// the value is an element of.
  mutating func emitRead(
    _ chunk: RawSpan, from start: Int, to end: Int, _ place: RecordPlace,
    in list: LogState.ListName? = nil, into batch: inout ObservableBatch
  ) {
    let tokens = json.tokens
    json.tokens = []
    defer { json.tokens = tokens }
    switch list {
    case nil: emitValue(chunk, tokens, from: start, to: end, place, into: &batch)
    case .some(.none) where tokens.first?.kind == .beginObject:
      emitObject(chunk, tokens, from: start, to: end, place, into: &batch)
    case .some(let list):
      emitRecord(
        chunk, tokens, 0..<tokens.count, at: start..<end,
        place.inside(scanner.paths.path(of: list)),
        into: &batch)
    }
  }

  /// Emits a value; each object of an array is a record of its own.
  mutating func emitValue(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], from start: Int, to end: Int,
    _ place: RecordPlace, into batch: inout ObservableBatch
  ) {
    guard tokens.first?.kind == .beginArray else {
      emitObject(chunk, tokens, from: start, to: end, place, into: &batch)
      return
    }
    var line = place
    var counted = start
    // Elements between two objects that are no objects themselves: a record of the array itself.
    var others: Range<Int> = 1..<1
    var index = 1
    while index < tokens.count - 1 {
      let element = index
      index = JSONToken.valueEnd(tokens, from: index)
      guard tokens[element].kind == .beginObject else {
        others = others.lowerBound..<index
        continue
      }
      if !others.isEmpty {
        emitRecord(chunk, tokens, others, at: start..<end, place, into: &batch)
      }
      others = index..<index
      let (first, last) = (tokens[element].start, tokens[index - 1].end)
      count(chunk, to: first, &counted, &line)
      if WrappedLists.mayWrap(tokens, element..<index) {
        let own = (element..<index).map { tokens[$0] }
        emitObject(chunk, own, from: first, to: last, line, into: &batch)
      } else {
        emitRecord(chunk, tokens, element..<index, at: first..<last, line, into: &batch)
      }
    }
    if !others.isEmpty {
      emitRecord(chunk, tokens, others, at: start..<end, place, into: &batch)
    }
  }

  /// Emits the record that some tokens are, or the events in the lists that it holds.
  private mutating func emitObject(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], from start: Int, to end: Int,
    _ place: RecordPlace, into batch: inout ObservableBatch
  ) {
    if WrappedLists.mayWrap(tokens, 0..<tokens.count) {
      guard place.holder != nil || candidates.isAny(inRecord: start..<end, of: chunk) else {
        return
      }
      let lists = eventLists(chunk, tokens, from: start, to: end)
      if !lists.isEmpty {
        return emitWrapped(chunk, tokens, lists, place, into: &batch)
      }
    }
    emitRecord(chunk, tokens, 0..<tokens.count, at: start..<end, place, into: &batch)
  }

  /// The lists of events that an object holds: the one that it begins with, as CloudTrail's files
  /// do, or all of them if it states nothing about an event itself.
  mutating func eventLists(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], from start: Int, to end: Int
  ) -> [WrappedLists.List] {
    guard tokens.count > 4, tokens[3].kind == .beginObject,
      let list = LogState.ListName.start(chunk, from: start, to: end)
    else { return WrappedLists.lists(chunk, tokens, &scanner.paths) }
    var records = WrappedLists.List(
      start: 2, end: JSONToken.valueEnd(tokens, from: 2), path: scanner.paths.path(of: list.name),
      outer: [0])
    records.hasOwnLines = true
    return [records]
  }

  /// Counts the lines up to where an element begins; one in a string is on the line of the string.
  func count(
    _ chunk: RawSpan, to offset: Int, _ counted: inout Int, _ line: inout RecordPlace
  ) {
    guard line.holder == nil else { return }
    line.number += UInt64(chunk.lineFeeds(from: counted, to: offset))
    counted = offset
  }

  /// Emits the record that some tokens are, and whose bytes are at `text`.
  mutating func emitRecord(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ range: Range<Int>, at text: Range<Int>,
    _ place: RecordPlace, into batch: inout ObservableBatch
  ) {
    if place.holder != nil {
      return emitNestedEvent(chunk, tokens, range, place, into: &batch)
    }
    guard candidates.isAny(inRecord: text, of: chunk) else { return }
    beginRecord(at: text.lowerBound, length: text.count, number: place.number, batch: batch)
    var walk = JSONWalk(level: 0, report: nil)
    walk.top = place.top
    walkRecord(chunk, tokens, range, &walk, into: &batch)
    scanner.record.end(&batch)
    guard scanner.record.isInBatch else { return }
    let time = walk.times.time(chunk, year: options.year)
    if walk.message >= 0, !event.nested.element.isSeveral {
      noteMessage(
        chunk, tokens[walk.message], hasTime: time != nil, mayEndWithRecord: true)
      // It is asked only if the first one told nothing.
      if walk.nextMessage >= 0 {
        noteMessage(
          chunk, tokens[walk.nextMessage], hasTime: time != nil || event.nestedTime != nil,
          mayEndWithRecord: true)
      }
    }
    if let time {
      // The time of each flow in a record is more than when they were collected.
      scanner.record.set(time: time, isZoned: !event.hasFlowTuples, &batch)
    } else {
      scanner.record.set(nestedTime: event.nestedTime, &batch)
    }
    event.setContext(of: scanner.record, &batch)
  }
}
