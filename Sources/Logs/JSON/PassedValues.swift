import Parsing

/// The result of a look at a place where a JSON value may begin.
enum PassedValue {
  /// A value that ends at this offset.
  case value(Int)
  /// The line is text.
  case text
  /// The first object of an array, a short one that ends at this offset.
  case firstElement(Int)
  /// The readers have to decide.
  case unknown
}

/// Finds the ends of JSON values that are stepped over, since they hold no candidate.
///
/// Each line that begins with a bracket may begin a value, which may span lines. If there turns out
/// to be no value, the brackets inside it are asked for next. For all brackets that are still open
/// where the tokenizer stopped, its state is the answer: after a fault of grammar none of them
/// begins a value; at the maximum depth the outermost does not, and the tokenizer goes on for the
/// others. So no byte is read twice, however deeply brackets are nested. Brackets that are closed
/// by then are left to the readers.
struct PassedValues {
  private enum Fault { case none, grammar, depth }

  private var tokenizer = JSONTokenizer()
  /// Where the values begin that are open at `offset`, the outermost first.
  private var open: [Int32] = []
  /// How many entries at the front of `open` are no longer asked for.
  private var dropped = 0
  /// Where the tokenizer stopped.
  private var offset = 0
  /// The limit of the last look.
  private var reached = 0
  private var fault = Fault.none
  /// Whether the value of the last look that found text goes too deep.
  var isTooDeep: Bool { fault == .depth }

  /// Forgets everything, before other bytes are looked at.
  mutating func forget() {
    offset = 0
    reached = 0
    open.removeAll(keepingCapacity: true)
    dropped = 0
  }

  /// Looks for the end of the value that begins at `start`, which is before `limit`.
  ///
  /// `.text` means that there is no value at `start`, whatever follows.
  mutating func look(
    _ bytes: RawSpan, from start: Int, to limit: Int, maximumDepth: Int
  ) -> PassedValue {
    if start < offset {
      var outer = 0
      while dropped + outer < open.count, Int(open[dropped + outer]) < start { outer += 1 }
      guard dropped + outer < open.count, Int(open[dropped + outer]) == start else {
        return .unknown
      }
      if fault == .grammar { return .text }
      if limit < offset || fault == .none && limit <= reached { return .unknown }
      dropped += outer
      tokenizer.leaveOuter(outer)
      if dropped > 1024 {
        open.removeFirst(dropped)
        dropped = 0
      }
    } else {
      open.removeAll(keepingCapacity: true)
      dropped = 0
      tokenizer = JSONTokenizer(maximumDepth: maximumDepth)
      offset = start
    }
    return goOn(bytes, to: limit, maximumDepth: maximumDepth)
  }

  private static func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
  }

  /// The end of the value that begins at `start`, if it is whole before `limit`; keeps no state.
  static func end(
    _ bytes: RawSpan, from start: Int, to limit: Int, maximumDepth: Int
  ) -> Int? {
    let window = bytes.extracting(0..<limit)
    var tokenizer = JSONTokenizer(maximumDepth: maximumDepth)
    var offset = start
    while let token = try? tokenizer.next(window, at: &offset, isFinal: false) {
      switch token.kind {
      case .endOfValue: return offset
      case .needMore, .endOfInput: return nil
      default: break
      }
    }
    return nil
  }

  private mutating func goOn(
    _ bytes: RawSpan, to limit: Int, maximumDepth: Int
  ) -> PassedValue {
    let window = bytes.extracting(0..<limit)
    fault = .none
    reached = limit
    do throws(JSONError) {
      while true {
        let token = try tokenizer.next(window, at: &offset, isFinal: false)
        switch token.kind {
        case .beginObject: open.append(Int32(truncatingIfNeeded: token.start))
        case .beginArray:
          open.append(Int32(truncatingIfNeeded: token.start))
          // One bracket more is too deep.
          guard tokenizer.depth >= maximumDepth else { break }
          var next = offset
          while next < limit, RawSpan.isBlank(bytes.byte(unchecked: next)) { next += 1 }
          if next < limit, Self.opens(bytes.byte(unchecked: next)) {
            offset = next
            fault = .depth
            return .text
          }
        case .endObject, .endArray: if open.count > dropped { open.removeLast() }
        case .endOfValue: return .value(offset)
        case .needMore, .endOfInput: return .unknown
        default: break
        }
      }
    } catch {
      offset = error.offset
      fault = error.code == .tooDeep ? .depth : .grammar
      return .text
    }
  }
}

extension JSONReading {
  /// How many bytes of a value are looked at on a line that may hold a candidate.
  static let shortValue = 64

  /// Looks at the value that begins with the bracket at an offset, and at the byte behind it.
  mutating func look(_ chunk: RawSpan, from first: Int, to limit: Int) -> PassedValue {
    let isArray = chunk.byte(unchecked: first) == UInt8(ascii: "[")
    textFault = .grammar
    guard isArray || chunk.byte(unchecked: first) == UInt8(ascii: "{") else { return .unknown }
    let end = min(limit, first + lineLimit - 1)
    guard first + 1 < end else { return .unknown }
    var next = first + 1
    while next < end, RawSpan.isBlank(chunk.byte(unchecked: next)) { next += 1 }
    guard next < end else { return .unknown }
    let byte = chunk.byte(unchecked: next)
    var isOfObjects = false
    var valueEnd = next + 1
    if isArray, byte == UInt8(ascii: "{") {
      isOfObjects = true
      // The text behind a short element need not be known.
      let elementEnd = PassedValues.end(
        chunk, from: next, to: min(end, next + Self.shortValue), maximumDepth: maximumDepth)
      if let elementEnd { return .firstElement(elementEnd) }
    } else if !isArray, byte != Byte.quote, byte != UInt8(ascii: "}") {
      return .text
    }
    if byte != (isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) {
      switch passed.look(chunk, from: first, to: end, maximumDepth: maximumDepth) {
      case .unknown, .firstElement: return .unknown
      case .text:
        if passed.isTooDeep { textFault = .depth }
        // The elements of an array, or of a list that an object begins with, are records of their
        // own.
        return isOfObjects
          || byte == Byte.quote && LogState.ListName.start(chunk, from: first, to: end) != nil
          ? .unknown : .text
      case .value(let end): valueEnd = end
      }
    }
    // The byte behind a value tells whether it is a record.
    if isOfObjects { return .value(valueEnd) }
    guard valueEnd < chunk.byteCount else { return .unknown }
    switch chunk.byte(unchecked: valueEnd) {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return .value(valueEnd)
    case let next where RawSpan.isPadding(next): return .value(valueEnd)
    default: return .unknown
    }
  }
}

extension Extraction {
  /// Looks at a line without candidates that begins with a bracket, and counts it as broken if it
  /// only looks like a record.
  mutating func lookAtValue(_ chunk: RawSpan, _ line: Range<Int>, to limit: Int) -> PassedValue {
    var first = line.lowerBound
    while Self.isLineBlank(chunk.byte(unchecked: first)) { first += 1 }
    let found = json.look(chunk, from: first, to: limit)
    if case .text = found { countBroken(chunk, at: first, json.textFault) }
    return found
  }

  /// Steps over short values that follow one another on a line, and over the line's end; false if
  /// there is nothing to step over.
  mutating func stepOverValues(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, to candidate: Int
  ) -> Bool {
    let start = position.offset
    while true {
      var first = position.offset
      while first < candidate, Self.isLineBlank(chunk.byte(unchecked: first)) { first += 1 }
      guard first < candidate, first - position.offset < options.lineLimit else { break }
      if chunk.byte(unchecked: first) == Byte.lineFeed {
        position.offset = first + 1
        position.line += 1
        state.isInsideLine = false
        break
      }
      let limit = min(candidate, first + JSONReading.shortValue)
      switch json.look(chunk, from: first, to: limit) {
      case .value(let end):
        position.line += UInt64(chunk.lineFeeds(from: first, to: end))
        position.offset = end
        continue
      case .firstElement(let end):
        position.line += UInt64(chunk.lineFeeds(from: first, to: end))
        position.offset = end
        state.array = .behindElement
      case .text, .unknown: break
      }
      break
    }
    return position.offset > start
  }

  /// Steps over elements of an open array, as `readArray` reads them; false if there is none.
  mutating func stepOverElements(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, to candidate: Int
  ) -> Bool {
    let before = position.offset
    while state.array == .beforeElement || state.array == .behindElement {
      var start = position.offset
      while start < candidate, RawSpan.isBlank(chunk.byte(unchecked: start)) { start += 1 }
      guard start < candidate else { break }
      if state.array == .behindElement {
        guard chunk.byte(unchecked: start) == Byte.comma else { break }
        if position.advance(chunk, to: start) { state.isInsideLine = false }
        state.array = .beforeElement
        state.isInsideLine = true
        position.offset += 1
        continue
      }
      let limit = min(candidate, start + options.lineLimit - 1)
      guard chunk.byte(unchecked: start) != UInt8(ascii: "]"), start < limit else { break }
      switch json.passed.look(chunk, from: start, to: limit, maximumDepth: options.jsonDepth) {
      case .value(let end):
        position.advance(chunk, to: end)
        state.array = .behindElement
        state.isInsideLine = true
      case .text:
        if position.advance(chunk, to: start) { state.isInsideLine = false }
        breakArray(&state)
        return true
      case .unknown, .firstElement: return position.offset > before
      }
    }
    return position.offset > before
  }
}
