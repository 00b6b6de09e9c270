import Indicators
import Parsing

extension TextScanner {
  /// Bytes of the longest run that is looked at before it is decoded: too few for a digest.
  private static let shortRun = 31

  /// The end of a run that is no value, since it is short and has no dot between its characters;
  /// nil if it may be a value.
  func endOfUndottedRun(_ bytes: RawSpan, from start: Int, _ unit: TextUnit) -> Int? {
    guard !unit.isCutAtStart, !unit.isCutAtEnd else { return nil }
    let letters = LetterClasses.shared
    let last = min(unit.end, start + Self.shortRun)
    var offset = start
    // Characters that are stripped from the ends of a run do not count.
    var isBegun = false
    var hasDot = false
    while offset < last {
      var byte = bytes.byte(unchecked: offset)
      var length = 1
      if byte >= 0x80 {
        length = letters.letter(bytes, at: offset, end: unit.end).length
        if length == 0 { return nil }
      } else if !classes.is(byte, .name) {
        guard byte == UInt8(ascii: "%"),
          let value = TextBorders.percentValue(bytes, at: offset, end: unit.end),
          classes.is(value, .name)
        else { return offset }
        byte = value
        length = 3
      }
      if !classes.is(byte, .stripped) {
        if hasDot { return nil }
        isBegun = true
      } else if isBegun, byte == Byte.dot {
        hasDot = true
      }
      offset += length
    }
    return offset == unit.end ? offset : nil
  }

  /// Reads and classifies the run that begins at `start`, and returns where it ends.
  mutating func scanDecodedRun(
    _ bytes: RawSpan, from start: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    if let end = endOfUndottedRun(bytes, from: start, unit) {
      cursor.floor = end
      return end
    }
    let run = runDecoder.decode(bytes, from: start, to: unit.end)
    cursor.floor = run.end
    if unit.isCutAtStart || unit.isCutAtEnd, isCut(start..<run.end, unit) {
      // A hash in the run need not touch the cut.
      scanDecodedHashes(
        runDecoder.bytes, at: runDecoder.offsets, bytes, to: run.end, unit, into: &batch)
      return run.end
    }
    classifyDecoded(
      bytes, start..<run.end, isWholeName: false, isUnspaced: run.isUnspaced, unit, &cursor,
      into: &batch)
    return run.end
  }

  /// Classifies the run that was decoded last; `range` is its place in the text.
  mutating func classifyDecoded(
    _ bytes: RawSpan, _ range: Range<Int>, isWholeName: Bool, isUnspaced: Bool = false,
    _ unit: TextUnit, _ cursor: inout TextCursor, into batch: inout ObservableBatch
  ) {
    // Taken out for the call, so that they can be read while the rest is written.
    let (run, offsets) = (runDecoder.bytes, runDecoder.offsets)
    (runDecoder.bytes, runDecoder.offsets) = ([], [])
    defer { (runDecoder.bytes, runDecoder.offsets) = (run, offsets) }

    if !isWholeName {
      scanDecodedHashes(run, at: offsets, bytes, to: range.upperBound, unit, into: &batch)
    }
    let isLocal = !isWholeName && isLocalPart(bytes, before: range.upperBound, unit, &cursor)
    let value = strip(run.rawSpan, 0..<run.count)
    if value.count > 2 {
      classifyDecoded(
        run.rawSpan, value, at: offsets,
        RunContext(run: range, isStrippedAtEnd: value.upperBound < run.count), text: bytes,
        isWholeName: isWholeName, isLocal: isLocal, unit, &cursor, into: &batch)
    }
    guard isUnspaced else { return }
    // Between letters of an unspaced script a name has no spaces around it.
    var index = 0
    while index < run.count {
      guard run[index] < 0x80 else {
        index += 1
        continue
      }
      var end = index + 1
      while end < run.count, run[end] < 0x80 { end += 1 }
      classifyParts(
        run.rawSpan, index..<end, at: offsets, run: range, text: bytes, isWholeName: isWholeName,
        isLocal: isLocal && end == run.count, unit, &cursor, into: &batch)
      index = end
    }
  }

  /// Classifies the ASCII characters between letters of an unspaced script: what lies between the
  /// dots of that script, which end sentences, and all of it, since they also stand for dots.
  private mutating func classifyParts(
    _ decoded: RawSpan, _ whole: Range<Int>, at offsets: [Int32], run: Range<Int>, text: RawSpan,
    isWholeName: Bool, isLocal: Bool, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) {
    let value = strip(decoded, whole)
    guard value.count > 2,
      decoded.firstOffset(of: Byte.dot, from: value.lowerBound, to: value.upperBound) != nil
    else { return }
    var start = whole.lowerBound
    var isDivided = false
    for end in value.lowerBound..<whole.upperBound + 1 {
      guard end == whole.upperBound || isWideDot(decoded, end, at: offsets, text) else { continue }
      if end < value.upperBound { isDivided = true }
      classifyPart(start..<end)
      start = end + 1
    }
    if isDivided { classifyPart(whole) }

    func classifyPart(_ part: Range<Int>) {
      let value = strip(decoded, part)
      guard value.count > 2 else { return }
      let context = RunContext(
        run: run, isStrippedAtEnd: value.upperBound < part.upperBound,
        isInsideAtStart: part.lowerBound > 0, isInsideAtEnd: part.upperBound < decoded.byteCount)
      // The part of a mailbox is what is directly before its `@`.
      classifyDecoded(
        decoded, value, at: offsets, context, text: text, isWholeName: isWholeName,
        isLocal: isLocal && part.upperBound == whole.upperBound, unit, &cursor, into: &batch)
    }
  }

  /// Whether a character of a decoded run is a dot that the text writes above ASCII: `。．｡`.
  func isWideDot(_ decoded: RawSpan, _ index: Int, at offsets: [Int32], _ text: RawSpan) -> Bool {
    decoded.byte(unchecked: index) == Byte.dot && text.byte(unchecked: Int(offsets[index])) >= 0x80
  }

  /// Classifies one decoded value; `offsets` has the place of each byte of its run in the text.
  private mutating func classifyDecoded(
    _ decoded: RawSpan, _ value: Range<Int>, at offsets: [Int32], _ context: RunContext,
    text: RawSpan, isWholeName: Bool, isLocal: Bool, _ unit: TextUnit,
    _ cursor: inout TextCursor, into batch: inout ObservableBatch
  ) {
    // Without a dot the value is neither an address nor a name: no letter maps to a dot.
    guard decoded.firstOffset(of: Byte.dot, from: value.lowerBound, to: value.upperBound) != nil
    else { return }
    let place = Int(offsets[value.lowerBound])
    let end: Int? =
      context.isStrippedAtEnd || context.isInsideAtEnd ? nil : context.run.upperBound
    if let address = IPAddressText.ipv4(decoded, value) {
      emitIPv4(address, text, at: place, end: end, unit, &cursor, into: &batch)
      emitBareURL(text, place..<context.run.upperBound, context, unit, &cursor, into: &batch)
      return
    }
    if let (left, right, middle) = addressPair(decoded, value) {
      emitIPv4(left, text, at: place, end: nil, unit, &cursor, into: &batch)
      emitIPv4(
        right, text, at: Int(offsets[middle]), end: isWholeName ? nil : end, unit, &cursor,
        into: &batch)
      return
    }
    guard !isLocal, wanted.domains || wanted.urls else { return }
    let start = batch.arena.count
    guard normalizer.appendName(decoded.extracting(value), to: &batch.arena) == nil else { return }
    let name = 0..<batch.arena.count - start
    let shape = NameShape(batch.arena.rawSpan.extracting(start...), name)
    let isName =
      shape.isName
      && (isWholeName
        || passesTests(
          batch.arena.rawSpan.extracting(start...), name, shape, context, textOf: text, unit))
    guard isName else {
      batch.arena.removeLast(batch.arena.count - start)
      return
    }
    let mayBeHost = hosts?.mayHold(batch.arena.rawSpan.extracting(start...)) ?? true
    if isWholeName, name.upperBound - shape.lastLabel == 4 {
      let copy = Array(batch.arena[start...])
      emitReverseAddress(copy.rawSpan, name, at: place, unit, into: &batch)
      batch.arena.append(contentsOf: copy)
      if wanted.domains {
        emitFromArena(
          .domain, from: batch.arena.count - copy.count, at: place, of: unit, into: &batch)
      }
    } else if wanted.domains {
      emitFromArena(.domain, from: start, at: place, of: unit, into: &batch)
    } else {
      batch.arena.removeLast(batch.arena.count - start)
    }
    if !isWholeName, mayBeHost {
      emitBareURL(text, place..<context.run.upperBound, context, unit, &cursor, into: &batch)
    }
  }
}
