import Indicators
import Parsing

extension TextScanner {
  /// Whether what ends at an offset is, or is part of, the local part of an e-mail address: `@` and
  /// a name character follow, perhaps behind more of it (`first.last+tag@…`).
  @inline(__always)
  func isLocalPart(
    _ bytes: RawSpan, before offset: Int, _ unit: TextUnit, _ cursor: inout TextCursor
  ) -> Bool {
    guard offset < unit.end else { return false }
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "@"):
      return offset != cursor.shareHostEnd && beginsRun(bytes, at: offset + 1, end: unit.end)
    case Byte.plus, UInt8(ascii: "%"): return isLongLocalPart(bytes, at: offset, unit, &cursor)
    default: return false
    }
  }

  /// Looks ahead over the characters of a local part; the result is remembered, so that a line of a
  /// million `+` is walked once.
  private func isLongLocalPart(
    _ bytes: RawSpan, at offset: Int, _ unit: TextUnit, _ cursor: inout TextCursor
  ) -> Bool {
    if offset < cursor.localEnd { return cursor.localIsMailbox }
    var end = offset
    while end < unit.end, classes.is(bytes.byte(unchecked: end), .local) {
      if let value = TextBorders.percentValue(bytes, at: end, end: unit.end) {
        guard classes.is(value, .name) else { break }
        end += 3
      } else {
        end += 1
      }
    }
    guard end > offset else { return false }
    cursor.localEnd = end
    cursor.localIsMailbox =
      end < unit.end && bytes.byte(unchecked: end) == UInt8(ascii: "@")
      && beginsRun(bytes, at: end + 1, end: unit.end)
    return cursor.localIsMailbox
  }

  /// An `@`: the e-mail address around it, and the name behind it.
  mutating func scanAt(
    _ bytes: RawSpan, at sign: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    guard beginsRun(bytes, at: sign + 1, end: unit.end) else { return sign + 1 }
    var hostEnd = classes.end(of: .name, bytes, from: sign + 1, to: unit.end)
    var decoded: DecodedRun?
    if hostEnd < unit.end {
      let byte = bytes.byte(unchecked: hostEnd)
      if byte >= 0x80 || byte == UInt8(ascii: "%"),
        continuesRun(bytes, at: hostEnd, end: unit.end)
      {
        if let end = endOfUndottedRun(bytes, from: sign + 1, unit) {
          cursor.floor = end
          cursor.hardFloor = sign + 1
          return end
        }
        let run = runDecoder.decode(bytes, from: sign + 1, to: unit.end)
        hostEnd = run.end
        decoded = run
      }
    }
    // The host may be the local part of another address, as jump hosts write them:
    // `user@a.example@b.example`.
    if wants(.email) {
      emitEmail(
        bytes, at: sign, host: sign + 1..<hostEnd, decoded, unit, cursor, into: &batch)
    }
    cursor.floor = sign + 1
    cursor.hardFloor = sign + 1
    if decoded != nil {
      return scanDecodedRun(bytes, from: sign + 1, unit, &cursor, into: &batch)
    }
    return classifyRun(bytes, sign + 1..<hostEnd, unit, &cursor, into: &batch)
  }

  private mutating func emitEmail(
    _ bytes: RawSpan, at sign: Int, host: Range<Int>, _ decoded: DecodedRun?, _ unit: TextUnit,
    _ cursor: TextCursor, into batch: inout ObservableBatch
  ) {
    let first = classes.start(of: .local, bytes, before: sign, from: cursor.hardFloor)
    guard first < sign else { return }
    if unit.isCutAtStart && first == unit.start || unit.isCutAtEnd && host.upperBound == unit.end {
      counters.cutRuns += 1
      return
    }
    let start = batch.arena.count
    guard let place = appendLocalPart(bytes, first..<sign, to: &batch.arena) else { return }
    let hostStart = batch.arena.count
    if let decoded {
      let run = runDecoder.bytes
      let value = strip(run.rawSpan, 0..<run.count)
      if normalizer.appendName(run.rawSpan.extracting(value), to: &batch.arena) == nil,
        endsEmail(batch.arena, host: hostStart)
      {
        emitFromArena(.email, from: start, at: place, of: unit, into: &batch)
        guard decoded.isUnspaced, isScan else { return }
        // The reading below, whose host ends before the first letter of the script, is a value of
        // its own.
        emitSpacelessEmail(
          bytes, Array(batch.arena[start..<hostStart]), at: place, unit, into: &batch)
      } else if decoded.isUnspaced {
        let local = Array(batch.arena[start..<hostStart])
        batch.arena.removeLast(batch.arena.count - start)
        emitSpacelessEmail(bytes, local, at: place, unit, into: &batch)
      } else {
        batch.arena.removeLast(batch.arena.count - start)
      }
      return
    }
    let value = strip(bytes, host)
    batch.arena.append(bytes, value)
    guard endsEmail(batch.arena, host: hostStart) else {
      batch.arena.removeLast(batch.arena.count - start)
      return
    }
    // An address that is one piece of the chunk needs no copy in the arena.
    let length = batch.arena.count - start
    if unit.level == 0, value.lowerBound == sign + 1, value.upperBound - place == length {
      batch.arena.removeLast(length)
      emit(.email, bytes, place..<place + length, of: unit, into: &batch)
    } else {
      emitFromArena(.email, from: start, at: place, of: unit, into: &batch)
    }
  }

  /// Emits the e-mail address whose host is followed by letters of a script without spaces, or by
  /// a dot of that script, which ends a sentence; `local` is its local part and `@`.
  private mutating func emitSpacelessEmail(
    _ bytes: RawSpan, _ local: [UInt8], at place: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    let (run, offsets) = (runDecoder.bytes, runDecoder.offsets)
    let end = run.firstIndex { $0 >= 0x80 } ?? 0
    let dot = (0..<end).first { isWideDot(run.rawSpan, $0, at: offsets, bytes) } ?? end
    var last: Range<Int>?
    for host in [strip(run.rawSpan, 0..<end), strip(run.rawSpan, 0..<dot)]
    where !host.isEmpty && host != last {
      let start = batch.arena.count
      batch.arena.append(contentsOf: local)
      batch.arena.append(run.rawSpan, host)
      guard endsEmail(batch.arena, host: start + local.count) else {
        batch.arena.removeLast(batch.arena.count - start)
        continue
      }
      emitFromArena(.email, from: start, at: place, of: unit, into: &batch)
      if !isScan { return }
      last = host
    }
  }

  /// Appends a local part and `@`, and returns where the local part begins; nil, and nothing
  /// appended, if it has no word character.
  ///
  /// All percent units in it stand for name characters: others are borders.
  private func appendLocalPart(
    _ bytes: RawSpan, _ range: Range<Int>, to output: inout [UInt8]
  ) -> Int? {
    var place: Int?
    var offset = range.lowerBound
    while offset < range.upperBound {
      let unit = TextBorders.percentValue(bytes, at: offset, end: range.upperBound)
      let byte = unit ?? bytes.byte(unchecked: offset)
      if place == nil, classes.is(byte, .word) { place = offset }
      if place != nil { output.append(byte) }
      offset += unit == nil ? 1 : 3
    }
    if place != nil { output.append(UInt8(ascii: "@")) }
    return place
  }

  /// Whether the bytes of the arena from an offset on are the host of an e-mail address.
  private func endsEmail(_ arena: [UInt8], host start: Int) -> Bool {
    let name = arena.rawSpan.extracting(start...)
    let shape = NameShape(name, 0..<name.byteCount)
    return shape.isName
      && (isScan || TopLevelDomains.contains(name.extracting(shape.lastLabel...)))
  }
}
