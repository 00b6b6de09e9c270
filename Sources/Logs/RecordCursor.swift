import Indicators

/// The record being read: its place in the log and in the batch.
struct RecordCursor {
  /// Offset of its first byte in the chunk.
  var base = 0
  /// Its line, from 1.
  var number: UInt64 = 0
  /// Its index in the batch, once it has an observable.
  var index: UInt32 = 0
  var isInBatch = false
  /// A file name or a text may be in it.
  var mayHoldWord = true
  /// Its first observable in the batch, and the first entry of it or of an event in it (`NestedEvents`).
  var firstObservable = 0
  var firstRecord = 0
  /// Place and kind of the latest observable, to see whether the record's are in order.
  var lastPosition = -1
  var lastKind: UInt8 = 0
  var isUnordered = false
  var mayHaveDoubles = false
  /// The number of bytes of URLs that the record may still yield.
  var urlBudget = 0

  /// Starts a record that begins at an offset of the chunk.
  @inline(__always)
  mutating func begin(
    at base: Int, length: Int, number: UInt64, mayHoldWord: Bool, batch: borrowing ObservableBatch
  ) {
    self.base = base
    self.number = number
    self.mayHoldWord = mayHoldWord
    isInBatch = false
    firstObservable = batch.observables.count
    firstRecord = batch.records.count
    lastPosition = -1
    lastKind = 0
    isUnordered = false
    mayHaveDoubles = false
    // URLs can be nested, each reaching to the end of the line; real ones stay far below this
    // limit.
    urlBudget = 16 * length + 65_536
  }

  /// Ends the record: brings its observables into order and drops doubles.
  @inline(__always)
  func end(_ batch: inout ObservableBatch) {
    if isInBatch, isUnordered || mayHaveDoubles { order(&batch) }
  }

  /// Begins an event of the record, whose observables get an entry of their own; returns the cursor
  /// as it was before.
  mutating func beginEvent(_ batch: borrowing ObservableBatch) -> RecordCursor {
    let outer = self
    isInBatch = false
    firstRecord = batch.records.count
    firstObservable = batch.observables.count
    return outer
  }

  /// Ends the event; the record gets an entry if an event in it has one.
  mutating func endEvent(in outer: RecordCursor, _ batch: inout ObservableBatch) {
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

  /// Notes the place and the kind of an observable that is no candidate or form of another.
  @inline(__always)
  mutating func note(_ position: Int, _ kind: IndicatorKind) {
    if position <= lastPosition {
      if position < lastPosition || kind.rawValue < lastKind {
        isUnordered = true
      } else if kind.rawValue == lastKind {
        mayHaveDoubles = true
      }
    }
    lastPosition = position
    lastKind = kind.rawValue
  }

  /// Sets the time of the record and of the events nested in it, if it has observables.
  ///
  /// A time without a zone (`isZoned` is false) does not replace the time that a nested event has
  /// itself.
  func set(
    time: Int64, isZoned: Bool = true, _ batch: inout ObservableBatch
  ) {
    guard isInBatch else { return }
    for place in firstRecord..<batch.records.count
    where isZoned || place == Int(index)
      || batch.records[place].time == ObservableRecord.noTime
    {
      batch.records[place].time = time
    }
  }

  /// Gives the record, which has no time of its own, the time of the record or line nested in it,
  /// if any.
  ///
  /// Events apart in that line have it too, unless they have one themselves.
  @inline(__always)
  func set(nestedTime time: Int64?, _ batch: inout ObservableBatch) {
    if let time { set(time: time, isZoned: false, &batch) }
  }
}
