import Indicators
import Parsing

extension Extraction {
  /// Reads the record that begins at `start` with `{` or `[`, and emits its values.
  ///
  /// Returns nil if it is no record and its line is text, and false if more bytes are needed to
  /// tell.
  mutating func readRecord(
    _ chunk: RawSpan, from start: Int, _ position: inout LogPosition, _ state: inout LogState,
    isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool? {
    var value = start
    var isArrayOfObjects = false
    if chunk.byte(unchecked: start) == UInt8(ascii: "[") {
      let windowEnd = min(chunk.byteCount, start + options.lineLimit)
      var next = start + 1
      while next < windowEnd, RawSpan.isBlank(chunk.byte(unchecked: next)) { next += 1 }
      guard next < windowEnd else {
        if isFinal || windowEnd < chunk.byteCount { return nil }
        return false
      }
      isArrayOfObjects = chunk.byte(unchecked: next) == UInt8(ascii: "{")
      if isArrayOfObjects { value = next }
    }
    switch json.read(chunk, from: value, recordStart: start, isFinal: isFinal) {
    case .needsMore: return false
    case .broken(let fault):
      if !isArrayOfObjects,
        openList(chunk, from: start, &position, &state, isFinal: isFinal, into: &batch)
      {
        return true
      }
      return giveUp(chunk, at: start, position, fault, isFinal: isFinal)
    case .complete(let end):
      if isArrayOfObjects {
        json.takeTokens()
        let first = position.line + UInt64(chunk.lineFeeds(from: position.offset, to: value)) + 1
        emitRead(
          chunk, from: value, to: end, RecordPlace(number: first),
          in: LogState.ListName.none, into: &batch)
        state.array = .behindElement
      } else {
        // What follows tells whether this was a record or only looked like one.
        if end == chunk.byteCount {
          guard isFinal else { return false }
        } else {
          let next = chunk.byte(unchecked: end)
          guard
            RawSpan.isPadding(next) || next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
          else {
            if openList(chunk, from: start, &position, &state, isFinal: isFinal, into: &batch) {
              return true
            }
            json.keepWhole()
            return giveUp(chunk, at: start, position, .grammar, isFinal: isFinal)
          }
        }
        json.takeTokens()
        emitRead(
          chunk, from: start, to: end, RecordPlace(number: position.line + 1), into: &batch)
      }
      position.advance(chunk, to: end)
      state.isInsideLine = true
      return true
    }
  }

  /// Leaves a line that looked like a record to be read as text.
  ///
  /// Returns nil once the line is counted. Returns false if more bytes are needed to read it as
  /// text: the line is tried again with them and counted then, so that the count does not depend on
  /// where the bytes are cut.
  private mutating func giveUp(
    _ chunk: RawSpan, at start: Int, _ position: LogPosition, _ fault: JSONFault, isFinal: Bool
  ) -> Bool? {
    if case .unknown = lineEnd(chunk, from: position.offset, isFinal: isFinal) { return false }
    countBroken(chunk, at: start, fault)
    return nil
  }

  /// Counts a line that looked like a record.
  ///
  /// `[` alone begins half of all text logs, and tells nothing unless as many follow as is allowed.
  mutating func countBroken(_ chunk: RawSpan, at start: Int, _ fault: JSONFault) {
    switch fault {
    case .limit: scanner.counters.longRecords += 1
    case .depth: scanner.counters.deepRecords += 1
    case .grammar:
      guard
        chunk.byte(unchecked: start) == UInt8(ascii: "{")
          || start + 1 < chunk.byteCount && chunk.byte(unchecked: start + 1) == UInt8(ascii: "{")
      else { return }
      scanner.counters.brokenRecords += 1
    }
  }

  /// Reads on in an open array: a comma, an element, or its end.
  ///
  /// Returns false if more bytes are needed.
  mutating func readArray(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> Bool {
    var start = position.offset
    while start < chunk.byteCount, RawSpan.isBlank(chunk.byte(unchecked: start)) { start += 1 }
    if start > position.offset {
      if position.advance(chunk, to: start) { state.isInsideLine = false }
    }
    guard start < chunk.byteCount else { return isFinal }
    let byte = chunk.byte(unchecked: start)
    if state.array != .behindList, byte == UInt8(ascii: "]") {
      state.array = state.list == .none ? .outside : .behindList
      state.isInsideLine = true
      position.offset += 1
      return true
    }
    if state.array == .behindList, byte == UInt8(ascii: "}") {
      state.array = .outside
      state.list = .none
      state.isInsideLine = true
      position.offset += 1
      return true
    }
    if state.array == .behindElement, byte == Byte.comma {
      state.array = .beforeElement
      state.isInsideLine = true
      position.offset += 1
      return true
    }
    if state.array == .beforeElement {
      switch json.read(chunk, from: start, recordStart: start, isFinal: isFinal) {
      case .needsMore: return false
      case .complete(let end):
        json.takeTokens()
        emitRead(
          chunk, from: start, to: end, RecordPlace(number: position.line + 1), in: state.list,
          into: &batch)
        position.advance(chunk, to: end)
        state.array = .behindElement
        state.isInsideLine = true
        return true
      case .broken: break
      }
    }
    breakArray(&state)
    return true
  }

  /// Leaves an open array: what follows is text, or a record of its own.
  mutating func breakArray(_ state: inout LogState) {
    scanner.counters.brokenArrays += 1
    state.array = .outside
    state.list = .none
  }

  // MARK: Lists of records

  /// Opens the list of an object that is too long for a record, or that breaks later: each of its
  /// elements is a record of its own, as those of an array are.
  private mutating func openList(
    _ chunk: RawSpan, from start: Int, _ position: inout LogPosition, _ state: inout LogState,
    isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool {
    let windowEnd = min(chunk.byteCount, start + options.lineLimit)
    guard let list = LogState.ListName.start(chunk, from: start, to: windowEnd),
      case .complete(let end) = json.read(
        chunk, from: list.element, recordStart: start, isFinal: isFinal)
    else { return false }
    json.takeTokens()
    let line =
      position.line + UInt64(chunk.lineFeeds(from: position.offset, to: list.element)) + 1
    emitRead(
      chunk, from: list.element, to: end, RecordPlace(number: line), in: list.name, into: &batch)
    position.advance(chunk, to: end)
    state.array = .behindElement
    state.list = list.name
    state.isInsideLine = true
    return true
  }
}

extension LogState.ListName {
  /// The list that an object begins with, as CloudTrail's files do, and its first element; nil
  /// where it begins with something else.
  static func start(
    _ chunk: RawSpan, from start: Int, to end: Int
  ) -> (name: Self, element: Int)? {
    var offset = start + 1
    func skipBlanks() {
      while offset < end, RawSpan.isBlank(chunk.byte(unchecked: offset)) { offset += 1 }
    }
    func take(_ word: StaticString) -> Bool {
      guard end - offset >= word.utf8CodeUnitCount, chunk.starts(with: word, at: offset) else {
        return false
      }
      offset += word.utf8CodeUnitCount
      skipBlanks()
      return true
    }
    skipBlanks()
    let name: Self
    if take("\"Records\"") {
      name = .upperCase
    } else if take("\"records\"") {
      name = .lowerCase
    } else {
      return nil
    }
    guard take(":"), take("["), offset < end, chunk.byte(unchecked: offset) == UInt8(ascii: "{")
    else { return nil }
    return (name, offset)
  }
}
