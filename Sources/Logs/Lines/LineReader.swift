import Indicators
import Parsing

/// Where a line ends.
enum LineEnd {
  /// At the line feed at this offset, or at the end of the input.
  case at(Int, hasLineFeed: Bool)
  /// Beyond the limit.
  case beyondLimit
  /// More bytes are needed to tell.
  case unknown

  /// Finds the end of the line that begins at an offset.
  @inline(__always)
  init(of chunk: RawSpan, from start: Int, limit: Int, isFinal: Bool) {
    let count = chunk.byteCount
    let windowEnd = min(count, start + limit + 1)
    if let end = chunk.firstOffset(of: Byte.lineFeed, from: start, to: windowEnd) {
      self = .at(end, hasLineFeed: true)
    } else if count - start > limit + (isFinal ? 0 : 3) {
      // Where a long line is cut depends on the character across the limit, so more bytes are
      // awaited.
      self = .beyondLimit
    } else {
      self = isFinal ? .at(count, hasLineFeed: false) : .unknown
    }
  }
}

extension Extraction {
  /// Finds the end of the line that begins at an offset.
  @inline(__always)
  func lineEnd(_ chunk: RawSpan, from start: Int, isFinal: Bool) -> LineEnd {
    LineEnd(of: chunk, from: start, limit: options.lineLimit, isFinal: isFinal)
  }

  /// Reads one line, record or piece outside of any table; false: more bytes are needed.
  mutating func readLine(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> Bool {
    if state.isInsideLongLine {
      return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    if state.array != .outside {
      return readArray(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    let start = position.offset
    var first = start
    // More blanks than the limit are a long line, wherever the bytes at hand end.
    while first < chunk.byteCount, first - start <= options.lineLimit,
      Self.isLineBlank(chunk.byte(unchecked: first))
    {
      first += 1
    }
    guard first < chunk.byteCount else {
      if !isFinal { return false }
      position.offset = first
      return true
    }
    switch chunk.byte(unchecked: first) {
    case Byte.lineFeed where first - start <= options.lineLimit:
      position.offset = first + 1
      position.line += 1
      state.isInsideLine = false
      state.endComments()
      return true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if first == start, !state.isInsideLine, options.readsJSON {
        guard let isMark = isEpochMark(chunk, at: first, isFinal: isFinal) else { return false }
        if isMark { break }
      }
      if options.readsJSON, first - start < options.lineLimit {
        let read = readRecord(
          chunk, from: first, &position, &state, isFinal: isFinal, into: &batch)
        if let read {
          if read { state.endComments() }
          return read
        }
      }
    case UInt8(ascii: "#"):
      if first == start, !state.isInsideLine {
        return readNumberSign(chunk, &position, &state, isFinal: isFinal, into: &batch)
      }
    default: break
    }
    state.endComments()
    if first == start, !state.isInsideLine, options.readsFlowHeaders,
      chunk.byte(unchecked: first) == UInt8(ascii: "v")
    {
      let read = readFlowLogHeader(chunk, &position, &state, isFinal: isFinal)
      if let read { return read }
    }
    return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
  }

  /// Whether a line begins with a time in brackets, which is not a JSON array of one number; nil:
  /// more bytes are needed.
  ///
  /// The time has words behind it, `[1714557600] unbound[…`, or is the seconds since a kernel's
  /// start, `[ 9802.389172] `.
  private func isEpochMark(_ chunk: RawSpan, at start: Int, isFinal: Bool) -> Bool? {
    guard start + 1 < chunk.byteCount, chunk.byte(unchecked: start) == UInt8(ascii: "[") else {
      return false
    }
    let last = min(chunk.byteCount, start + 24)
    var first = start + 1
    while first < last, chunk.byte(unchecked: first) == Byte.space { first += 1 }
    let seconds = LogTime.digits(chunk, from: first, to: last)
    var stop = seconds.upperBound
    if !seconds.isEmpty, stop < last, chunk.byte(unchecked: stop) == Byte.dot {
      stop = LogTime.digits(chunk, from: stop + 1, to: last).upperBound
    }
    guard seconds.count <= 10, stop < start + 22 else { return false }
    guard stop + 2 < chunk.byteCount else { return isFinal ? false : nil }
    guard chunk.starts(with: "] ", at: stop) else { return false }
    if stop - seconds.upperBound == 7 { return true }
    let next = chunk.byte(unchecked: stop + 2) | 0x20
    return first == start + 1 && seconds.count == 10 && Byte.isSmallLetter(next)
  }

  @inline(__always)
  static func isLineBlank(_ byte: UInt8) -> Bool {
    RawSpan.isPadding(byte) && byte != Byte.lineFeed
  }

  /// Reads a line, or a piece of one beyond the limit, as text.
  mutating func readText(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> Bool {
    let start = position.offset
    switch lineEnd(chunk, from: start, isFinal: isFinal) {
    case .unknown: return false
    case .at(let end, let hasLineFeed):
      let piece = LinePiece(
        range: start..<end, number: position.line + 1, isCutAtStart: state.isInsideLongLine,
        isWhole: !state.isInsideLine && !state.isInsideLongLine)
      scanLine(chunk, piece, into: &batch)
      countOnce(chunk, start..<end, &state)
      position.offset = hasLineFeed ? end + 1 : end
      if hasLineFeed { position.line += 1 }
      state.isInsideLongLine = false
      state.isInsideLine = false
    case .beyondLimit:
      if !state.isInsideLongLine { scanner.counters.longLines += 1 }
      let end = UTF8Decoder.border(chunk, near: start + options.lineLimit)
      let piece = LinePiece(
        range: start..<end, number: position.line + 1, isCutAtStart: state.isInsideLongLine,
        isCutAtEnd: true)
      scanLine(chunk, piece, into: &batch)
      countOnce(chunk, start..<end, &state)
      state.isInsideCutRun = isInRun(chunk.byte(unchecked: end - 1))
      position.offset = end
      state.isInsideLongLine = true
    }
    return true
  }

  /// A line, or a piece of one beyond the limit.
  private struct LinePiece {
    let range: Range<Int>
    /// The line's number, from 1.
    let number: UInt64
    /// Other pieces of the line are before this one, or behind it.
    var isCutAtStart = false
    var isCutAtEnd = false
    /// It may be a record of one of the formats that are known line by line.
    ///
    /// Otherwise it is text, at whose end may be a JSON record.
    var isWhole = false

    var isCut: Bool { isCutAtStart || isCutAtEnd }
  }

  /// Emits the values of a line.
  private mutating func scanLine(
    _ chunk: RawSpan, _ piece: LinePiece, into batch: inout ObservableBatch
  ) {
    let (start, end) = (piece.range.lowerBound, piece.range.upperBound)
    let isAny =
      piece.isCut
      ? candidates.isAny(from: start, to: end) : candidates.isAny(inRecord: start..<end, of: chunk)
    let counted = scanner.counters.cutRuns
    defer {
      // A run counts even if this piece does not show that it may be a value.
      let runs =
        (piece.isCutAtStart && start < end && isInRun(chunk.byte(unchecked: start)) ? UInt64(1) : 0)
        + (piece.isCutAtEnd && isInRun(chunk.byte(unchecked: end - 1)) ? 1 : 0)
      scanner.counters.cutRuns = max(scanner.counters.cutRuns, counted + runs)
    }
    guard isAny else { return }
    beginRecord(at: start, length: end - start, number: piece.number, batch: batch)
    if piece.isWhole, options.readsLineRecords,
      LineRecordReader.read(chunk, start..<end, isWhole: true, &self)
    {
      let headerTime = line.headerTime
      let time = line.time ?? (line.isHeaderTimeZoned ? headerTime : nil)
      scanLineRecord(chunk, start..<end, into: &batch)
      scanner.scanTextsAcrossFields(chunk, start..<end, into: &batch)
      if !line.text.isEmpty {
        let text = TextUnit(
          start: line.text.lowerBound, end: line.text.upperBound, level: 0,
          field: FieldPaths.root, fieldClass: .text)
        scanner.emitEventData(chunk, text, into: &batch)
      }
      scanner.record.end(&batch)
      // Copied before the message is examined: if that is a line of its own, `line` is overwritten.
      let (message, isYearAssumed) = (line.text, line.isHeaderYearAssumed)
      if !message.isEmpty { lookForEndpoints(chunk, message) }
      if let time {
        scanner.record.set(time: time, &batch)
      } else if let headerTime, !event.isNestedTimeZoned {
        // A date with a year is preferred to one for which a year was assumed.
        let text = message.isEmpty ? start..<start : message
        if !isYearAssumed || !setLineTime(chunk, text, year: nil, &batch) {
          scanner.record.set(time: headerTime, isZoned: false, &batch)
        }
      } else {
        // A header without a year gives no time.
        let text = message.isEmpty ? start..<end : message
        setLineTime(chunk, text, year: options.year, &batch)
      }
      event.setContext(of: scanner.record, &batch)
      return
    }
    var unit = TextUnit(
      start: start, end: end, level: 0, field: FieldPaths.root, fieldClass: .text)
    unit.isCutAtStart = piece.isCutAtStart
    unit.isCutAtEnd = piece.isCutAtEnd
    if piece.isCut {
      scanner.scan(chunk, unit, into: &batch)
    } else {
      scanRest(chunk, from: start, to: end, into: &batch)
      scanner.emitEventData(chunk, unit, into: &batch)
    }
    scanner.record.end(&batch)
    guard scanner.record.isInBatch else { return }
    // What a reader noted before it gave up on the line does not count.
    event.facts.reset()
    lookForEndpoints(chunk, start..<end)
    setLineTime(chunk, start..<end, year: options.year, &batch)
    event.setContext(of: scanner.record, &batch)
  }

  /// Takes back the count of a run at the start of a piece that was counted where the piece before it ended.
  private mutating func countOnce(_ chunk: RawSpan, _ piece: Range<Int>, _ state: inout LogState) {
    guard state.isInsideCutRun else { return }
    state.isInsideCutRun = false
    if let first = piece.first, isInRun(chunk.byte(unchecked: first)) {
      scanner.counters.cutRuns -= 1
    }
  }

  /// Whether a byte may be a part of a value.
  private func isInRun(_ byte: UInt8) -> Bool { byte >= 0x80 || scanner.classes.is(byte, .name) }

  /// Looks for what the text of a line says about its event, unless the record in it names an
  /// endpoint.
  private mutating func lookForEndpoints(_ chunk: RawSpan, _ range: Range<Int>) {
    guard scanner.record.isInBatch, event.facts.found == nil,
      event.nested.facts.found == nil || event.nested.hasNoEndpoints
    else { return }
    if let message = nested.message {
      let time = event.nestedTime
      noteMessage(chunk, message, hasTime: time != nil)
      if time == nil {
        // The line's own time is preferred to that of the message.
        (event.nestedTime, event.sentenceTime) = (nil, event.nestedTime ?? event.sentenceTime)
      }
      if event.facts.found != nil { return }
      event.facts.reset()
    }
    // The record at the end of the line is no part of the sentence.
    let end = min(range.upperBound, nested.tailStart ?? .max)
    if end > range.lowerBound {
      event.namesEndpointsInText = event.noteSentence(chunk, range.lowerBound..<end)
      event.settleEndpoints()
    }
  }

  /// Sets the time of a line whose format tells none; false if there is none.
  ///
  /// It is the time at the line's start, unless that has no zone and the record in the line has a
  /// time.
  @discardableResult private mutating func setLineTime(
    _ chunk: RawSpan, _ range: Range<Int>, year: Int?, _ batch: inout ObservableBatch
  ) -> Bool {
    guard scanner.record.isInBatch else { return false }
    let start = LogTime.lineStart(chunk, range, year: year)
    guard let start, start.isZoned || event.nestedTime == nil else {
      let isAny = event.sentenceTime != nil || event.nestedTime != nil
      if let time = event.sentenceTime, event.nestedTime == nil {
        scanner.record.set(time: time, isZoned: false, &batch)
      }
      scanner.record.set(nestedTime: event.nestedTime, &batch)
      return isAny
    }
    scanner.record.set(time: start.time, isZoned: start.isZoned, &batch)
    return true
  }

  /// Emits the values of a line's text from an offset on; the text may end with a JSON record.
  mutating func scanRest(
    _ chunk: RawSpan, from start: Int, to end: Int, into batch: inout ObservableBatch
  ) {
    let unit = TextUnit(
      start: start, end: end, level: 0, field: FieldPaths.root, fieldClass: .text)
    nested.tailStart = scanWithTail(chunk, unit, into: &batch)
  }

  /// Emits the values of a text that may end with a JSON record; returns where that begins.
  mutating func scanWithTail(
    _ bytes: RawSpan, _ whole: TextUnit, into batch: inout ObservableBatch
  ) -> Int? {
    var unit = whole
    let tail = nested.start(bytes, from: unit.start, to: unit.end)
    if let tail { unit.end = tail }
    scanner.scan(bytes, unit, into: &batch)
    if let tail { walkTail(bytes, unit, from: unit.start, at: tail, into: &batch) }
    return tail
  }

  /// Emits the values of the record that was read last, with which a text ends.
  mutating func walkTail(
    _ bytes: RawSpan, _ unit: TextUnit, from start: Int, at tail: Int,
    into batch: inout ObservableBatch
  ) {
    walkNested(
      bytes, level: unit.level, field: unit.field,
      isWhole: isWholeMessage(bytes, from: start, at: tail), into: &batch)
  }

  /// Whether the record with which a line ends is what the line tells about.
  ///
  /// If it is the value of a key, the key's name must say so.
  private mutating func isWholeMessage(_ chunk: RawSpan, from start: Int, at record: Int) -> Bool {
    guard record > start, chunk.byte(unchecked: record - 1) == UInt8(ascii: "=") else {
      return true
    }
    var key = record - 1
    while key > start, scanner.classes.isKeyByte(chunk.byte(unchecked: key - 1)) { key -= 1 }
    let path = scanner.paths.child(of: FieldPaths.root, key: chunk.extracting(key..<record - 1))
    return scanner.paths.fieldClass(path).holdsRecord
  }
}
