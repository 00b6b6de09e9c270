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
    if unit.fieldClass.role == .message, scanWrappedLine(bytes, unit, into: &batch) {
      return false
    }
    return scanString(bytes, unit, into: &batch)
  }

  /// Emits the values of a string of a record; true if it is a record itself.
  @discardableResult
  mutating func scanString(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    if unit.fieldClass.traits.contains(.nothing) { return false }
    guard !isNested, Self.beginsRecord(bytes, unit.start..<unit.end),
      readOwn(bytes, unit.start..<unit.end)
    else {
      scan(bytes, unit, into: &batch)
      emitEventData(bytes, unit, into: &batch)
      return false
    }
    walkNested(
      bytes, level: unit.level, field: unit.field, isWhole: unit.fieldClass.holdsRecord,
      into: &batch)
    return true
  }

  /// Whether a string begins with `{` or `[{`.
  @inline(__always)
  private static func beginsRecord(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count >= 2 else { return false }
    let first = bytes.byte(unchecked: range.lowerBound)
    return first == UInt8(ascii: "{")
      || first == UInt8(ascii: "[")
        && bytes.byte(unchecked: range.lowerBound + 1) == UInt8(ascii: "{")
  }

  /// Reads the record that a whole string is; false if it is none.
  private mutating func readOwn(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    nestedValues.forget()
    return readNested(bytes, range)
  }

  /// Reads the record that a whole range is; false if it is none.
  ///
  /// `nestedValues` must be of the same bytes up to the same end.
  mutating func readNested(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let whole = bytes.withoutPadding(range)
    guard whole.count >= 2, whole.lowerBound == range.lowerBound else { return false }
    let last = bytes.byte(unchecked: whole.upperBound - 1)
    guard last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else { return false }
    if let known = nestedValues.read(
      bytes, from: whole.lowerBound, to: whole.upperBound, isFinal: true)
    {
      guard case .complete(whole.upperBound) = known.attempt else { return false }
      nestedTokens.removeAll(keepingCapacity: nestedTokens.capacity <= 1 << 16)
      nestedTokens.append(contentsOf: nestedValues.tokens[known.tokens])
      return true
    }
    var tokens = nestedTokens
    nestedTokens = []
    defer { nestedTokens = tokens }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    var tokenizer = JSONTokenizer(maximumDepth: options.jsonDepth)
    var offset = whole.lowerBound
    switch Self.tokenize(
      bytes, at: &offset, to: whole.upperBound, isFinal: true, &tokenizer, into: &tokens)
    {
    case .complete(whole.upperBound): return true
    case .broken(let fault): nestedValues.keep(&tokens, tokenizer, fault, at: offset)
    // The text behind a value does not matter to the values inside it.
    default: nestedValues.keep(&tokens, tokenizer, .grammar, at: offset)
    }
    return false
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
    let tokens = nestedTokens
    nestedTokens = []
    isNested = true
    isInTail = level == 0
    (nestedMessage, memberMessage) = (nil, nil)
    let place = RecordPlace(in: field, level: level)
    if emitNestedEvents(bytes, tokens, place, into: &batch) {
      // Each event has its own time and facts.
    } else if !isWhole {
      emitApart(bytes, tokens, place, into: &batch)
    } else {
      var walk = JSONWalk(level: level, report: field)
      walkRecord(bytes, tokens, 0..<tokens.count, &walk, into: &batch)
      if let found = walk.times.found(bytes, year: options.year) {
        (nestedTime, isNestedTimeZoned) = found
      }
      let message = walk.message >= 0 ? tokens[walk.message] : nil
      if level == 0 { nestedMessage = message } else { memberMessage = message }
    }
    (isNested, isInTail) = (false, false)
    nestedTokens = tokens
  }
}
