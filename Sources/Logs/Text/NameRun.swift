import Indicators
import Parsing

/// The labels of a name, from one pass over its bytes.
struct NameShape {
  var labels = 1
  /// Where the last label begins.
  var lastLabel: Int
  /// Whether it has two labels or more, each of 1–63 bytes, 253 bytes in all at most, and the last
  /// label is not a number.
  var isName = false

  /// Looks at a range of name characters.
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    var labelStart = range.lowerBound
    var isValid = range.count <= 253
    var labels = 1
    for offset in range where bytes.byte(unchecked: offset) == Byte.dot {
      let length = offset - labelStart
      if length == 0 || length > 63 { isValid = false }
      labelStart = offset + 1
      labels += 1
    }
    self.labels = labels
    lastLabel = labelStart
    let length = range.upperBound - labelStart
    guard isValid, labels > 1, length > 0, length <= 63 else { return }
    var offset = labelStart
    while offset < range.upperBound {
      if bytes.byte(unchecked: offset) &- Byte.zero > 9 {
        isName = true
        return
      }
      offset += 1
    }
  }
}

/// The surroundings of a value in a name run.
struct RunContext {
  /// The run, before anything is stripped from it.
  var run: Range<Int>
  /// Whether something was stripped from the run's end, so that the text behind it does not follow
  /// the name directly.
  var isStrippedAtEnd = false
  /// Whether the value is a part of the run with letters of the run before it (or behind it): then
  /// nothing else on that side counts.
  var isInsideAtStart = false
  var isInsideAtEnd = false
}

extension TextScanner {
  /// Classifies an ASCII name run and returns where the scan goes on.
  @inline(__always)
  mutating func classifyRun(
    _ bytes: RawSpan, _ run: Range<Int>, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    cursor.floor = run.upperBound
    if unit.isCutAtStart || unit.isCutAtEnd, isCut(run, unit) { return run.upperBound }
    let value = strip(bytes, run)
    guard value.count > 2 else { return run.upperBound }
    let isLocal = isLocalPart(bytes, before: run.upperBound, unit, &cursor)
    let context = RunContext(run: run, isStrippedAtEnd: value.upperBound < run.upperBound)
    classify(
      bytes, value, context, isLocal: isLocal, unit, &cursor, into: &batch)
    return run.upperBound
  }

  /// The range without `.` and `-` at its ends.
  @inline(__always)
  func strip(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    let start = classes.end(of: .stripped, bytes, from: range.lowerBound, to: range.upperBound)
    let end = classes.start(of: .stripped, bytes, before: range.upperBound, from: start)
    return start..<end
  }

  /// Classifies a stripped run whose bytes are those of the text: IPv4, two IPv4 joined by `-`,
  /// else a name.
  mutating func classify(
    _ bytes: RawSpan, _ value: Range<Int>, _ context: RunContext, isLocal: Bool, _ unit: TextUnit,
    _ cursor: inout TextCursor, into batch: inout ObservableBatch
  ) {
    let end: Int? = context.isStrippedAtEnd || context.isInsideAtEnd ? nil : value.upperBound
    if classes.is(bytes.byte(unchecked: value.lowerBound), .digit),
      classes.is(bytes.byte(unchecked: value.upperBound - 1), .digit), value.count <= 31
    {
      if let address = IPAddressText.ipv4(bytes, value) {
        emitIPv4(
          address, bytes, at: value.lowerBound, end: end, unit, &cursor, into: &batch)
        emitBareURL(bytes, value, context, unit, &cursor, into: &batch)
        return
      }
      if let (left, right, middle) = addressPair(bytes, value) {
        emitIPv4(left, bytes, at: value.lowerBound, end: nil, unit, &cursor, into: &batch)
        emitIPv4(right, bytes, at: middle, end: end, unit, &cursor, into: &batch)
        return
      }
    }
    guard !isLocal, wanted.domains || wanted.urls else { return }
    let shape = NameShape(bytes, value)
    guard shape.isName,
      passesTests(bytes, value, shape, context, textOf: bytes, unit)
    else { return }
    if wanted.domains { emit(.domain, bytes, value, of: unit, into: &batch) }
    emitBareURL(bytes, value, isName: true, context, unit, &cursor, into: &batch)
  }

  /// Two addresses joined by one `-`, and where the second begins.
  func addressPair(_ bytes: RawSpan, _ range: Range<Int>) -> (UInt32, UInt32, Int)? {
    guard
      let hyphen = bytes.firstOffset(of: Byte.minus, from: range.lowerBound, to: range.upperBound),
      let left = IPAddressText.ipv4(bytes, range.lowerBound..<hyphen),
      let right = IPAddressText.ipv4(bytes, hyphen + 1..<range.upperBound)
    else { return nil }
    return (left, right, hyphen + 1)
  }

  // MARK: Tests of the last label

  /// Whether a name in free text is one: not a file's name, and in `extract` with a known last
  /// label.
  ///
  /// `name` is the value's range in `bytes`, which are the decoded bytes for a decoded run, not
  /// `text`.
  func passesTests(
    _ bytes: RawSpan, _ name: Range<Int>, _ shape: NameShape, _ context: RunContext,
    textOf text: RawSpan, _ unit: TextUnit
  ) -> Bool {
    let label = bytes.extracting(shape.lastLabel..<name.upperBound)
    if FileExtensions.isAmbiguous(label),
      !isNamedOutright(text, label, labels: shape.labels, context, unit)
    {
      return false
    }
    return isScan || TopLevelDomains.contains(label)
  }

  /// Whether the text around a name whose last label is a file extension shows that it is no file.
  private func isNamedOutright(
    _ text: RawSpan, _ label: RawSpan, labels: Int, _ context: RunContext, _ unit: TextUnit
  ) -> Bool {
    if !context.isInsideAtStart {
      switch separator(text, before: context.run.lowerBound, from: unit.start) {
      case .none: break
      case .at, .doubleSlash: return true
      case .slash, .backslash: return false
      case .doubleBackslash: break
      }
    }
    if labels >= 3 { return true }
    if context.isInsideAtEnd { return false }
    let end = context.run.upperBound
    guard end < unit.end else { return false }
    switch TextBorders.percentByte(text, at: end, end: unit.end) ?? text.byte(unchecked: end) {
    case Byte.slash: return !label.isApp
    case Byte.colon:
      let digits = classes.end(of: .digit, text, from: end + 1, to: unit.end)
      guard digits > end + 1 else { return false }
      guard digits < unit.end else { return true }
      let next = text.byte(unchecked: digits)
      return next != Byte.colon && next != UInt8(ascii: ")") && next != UInt8(ascii: "]")
        && !classes.is(next, .word)
    default: return false
    }
  }

  /// The mark before a run that helps to tell a host's name from a file's.
  private enum Separator { case none, at, slash, doubleSlash, backslash, doubleBackslash }

  private func separator(_ text: RawSpan, before offset: Int, from start: Int) -> Separator {
    guard let (last, lastStart) = character(text, before: offset, from: start) else { return .none }
    switch last {
    case UInt8(ascii: "@"):
      return lastStart == offset - 1 ? .at : .none
    case Byte.slash, Byte.backslash:
      let isDouble = character(text, before: lastStart, from: start)?.0 == last
      if last == Byte.slash { return isDouble ? .doubleSlash : .slash }
      return isDouble ? .doubleBackslash : .backslash
    default: return .none
    }
  }

  /// The character before an offset and where it begins; a percent unit counts as what it stands
  /// for.
  func character(
    _ text: RawSpan, before offset: Int, from start: Int
  ) -> (UInt8, Int)? {
    guard offset > start else { return nil }
    if offset - 5 >= start, text.starts(with: "%25", at: offset - 5) {
      // Text that was encoded twice: `%252F`.
      let unit = Hex.byte(text.byte(unchecked: offset - 2), text.byte(unchecked: offset - 1))
      if let unit { return (unit, offset - 5) }
    }
    if offset - 3 >= start,
      let value = TextBorders.percentValue(text, at: offset - 3, end: offset)
    {
      return (value, offset - 3)
    }
    return (text.byte(unchecked: offset - 1), offset - 1)
  }

  // MARK: Fields that hold names

  /// Emits the name or address of a name-typed field; false where the value is not one run with an
  /// optional port, and must be read as text.
  mutating func scanWholeName(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    if bytes.starts(with: "*.", at: unit.start) {
      return scanWildcard(bytes, unit, into: &batch)
    }
    var end = classes.end(of: .name, bytes, from: unit.start, to: unit.end)
    var isDecoded = false
    var isUnspaced = false
    if end < unit.end, bytes.byte(unchecked: end) != Byte.colon {
      let byte = bytes.byte(unchecked: end)
      guard byte >= 0x80 || byte == UInt8(ascii: "%"),
        continuesRun(bytes, at: end, end: unit.end)
      else { return false }
      let run = runDecoder.decode(bytes, from: unit.start, to: unit.end)
      end = run.end
      isDecoded = true
      isUnspaced = run.isUnspaced
    }
    guard end == unit.end || end > unit.start && isPort(bytes, at: end, unit) else { return false }
    var cursor = TextCursor(unit)
    if isDecoded {
      classifyDecoded(
        bytes, unit.start..<end, isWholeName: true, isUnspaced: isUnspaced, unit, &cursor,
        into: &batch)
      return true
    }
    let value = strip(bytes, unit.start..<end)
    guard value.count > 2 else { return true }
    if classes.is(bytes.byte(unchecked: value.upperBound - 1), .digit) {
      if let address = IPAddressText.ipv4(bytes, value) {
        let addressEnd = value.upperBound == end ? end : nil
        emitIPv4(
          address, bytes, at: value.lowerBound, end: addressEnd, unit, &cursor, into: &batch)
        return true
      }
      if let (left, right, middle) = addressPair(bytes, value) {
        emitIPv4(left, bytes, at: value.lowerBound, end: nil, unit, &cursor, into: &batch)
        emitIPv4(right, bytes, at: middle, end: nil, unit, &cursor, into: &batch)
        return true
      }
    }
    let shape = NameShape(bytes, value)
    guard shape.isName else { return true }
    if value.upperBound - shape.lastLabel == 4 {
      emitReverseAddress(bytes, value, at: value.lowerBound, unit, into: &batch)
    }
    if wanted.domains { emit(.domain, bytes, value, of: unit, into: &batch) }
    return true
  }

  /// Whether a colon and the digits of a port end a unit.
  private func isPort(_ bytes: RawSpan, at colon: Int, _ unit: TextUnit) -> Bool {
    2...6 ~= unit.end - colon && bytes.byte(unchecked: colon) == Byte.colon
      && classes.end(of: .digit, bytes, from: colon + 1, to: unit.end) == unit.end
  }

  /// Emits the name behind the `*.` of a wildcard, as in certificates, even if it ends in a file
  /// extension; false if there is none, and the value must be read as text.
  private mutating func scanWildcard(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    let start = unit.start + 2
    guard start < unit.end else { return false }
    let end = classes.end(of: .name, bytes, from: start, to: unit.end)
    guard end == unit.end || isPort(bytes, at: end, unit) else { return false }
    let name = strip(bytes, start..<end)
    let shape = NameShape(bytes, name)
    guard wanted.domains, shape.isName,
      isScan || TopLevelDomains.contains(bytes.extracting(shape.lastLabel..<name.upperBound))
    else { return false }
    emit(.domain, bytes, name, of: unit, into: &batch)
    return true
  }
}

extension RawSpan {
  /// Whether a label is `app`, which before `/` is a bundle on a disk more often than a host.
  fileprivate var isApp: Bool { byteCount == 3 && starts(ignoringCase: "app", at: 0) }
}
