import Indicators
import Parsing

/// The state of a scan of a text.
///
/// All of it moves forwards only, which keeps the scan linear.
struct TextCursor {
  /// Nothing before it belongs to a later name run: the end of the last run, unit or border.
  var floor: Int
  /// Nothing before it belongs to a later value of any kind: the end of a border of several bytes
  /// or of the user information of a URL.
  var hardFloor: Int
  /// IPv6 runs that begin before this offset are done.
  var addressesDone: Int
  /// End of the characters of a local part that were looked ahead at, and whether `@` follows them.
  var localEnd = -1
  var localIsMailbox = false
  /// The authority of the last URL.
  var authorityStart = -1
  var authorityEnd = -1
  /// The `@` behind the host of the last share (`file://host@SSL/`); it does not make the host a
  /// local part.
  var shareHostEnd = -1
  /// End of the URL text that holds the last URL, and where the search for it began.
  var urlTextStart = -1
  var urlTextEnd = -1
  /// The last quote before `quotesDone`, of each sort.
  var quotesDone: Int
  var lastQuote = -1
  var lastApostrophe = -1
  /// The first quote of each sort behind the place that was asked for last, or the unit's end.
  var nextQuote = -1
  var nextApostrophe = -1

  init(_ unit: TextUnit) {
    floor = unit.start
    hardFloor = unit.start
    addressesDone = unit.start
    quotesDone = unit.start
  }
}

/// Finds the values in texts and puts them into the batch; all that this needs, and nothing about
/// records, tables or events.
///
/// The files beside this one have the values of single kinds, `Emission.swift` how one becomes an
/// observable.
struct TextScanner {
  /// Whether everything that an indicator could match is looked for, or one value for each place.
  let isScan: Bool
  let wanted: WantedKinds
  /// Whether defanged values are read as what they stand for.
  let refangs: Bool
  /// Which names may be hosts of URLs that are written without a scheme; nil: all may.
  let hosts: (any HostFilter)?
  let classes = ByteClasses.shared

  var normalizer = Normalizer()
  var counters = LogCounters()
  /// The fields of which observables are reported, and the record that they are in.
  var paths = FieldPaths()
  var record = RecordCursor()
  /// Addresses that wait for the port in a sibling field.
  var waiting: [WaitingAddress] = []

  var levels = TextLevels()
  var marks = TextMarks()
  var runDecoder = RunDecoder()
  var words: WordSearch
  /// Ends of the pieces of a URL's text that are tried whatever is left of the record's
  /// `urlBudget`.
  var urlEnds: [Int] = []
  var joined = JoinedParts()

  init(options: LogOptions) {
    isScan = options.purpose == .scan
    wanted = WantedKinds(options.kinds)
    refangs = options.refangs
    hosts = options.hosts
    words = WordSearch(options: options)
  }
}

extension TextScanner {
  /// Emits every value of a text.
  ///
  /// One loop looks for anchors, bytes that a value can be recognised by: `.`, `@`, `:`, `%`, ESC
  /// and all above ASCII. At each a run is grown to both sides, classified as a whole, and stepped
  /// over. Hashes, whose bytes are nothing special, are found by sampling.
  mutating func scan(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if unit.start >= unit.end { return }
    let traits = unit.fieldClass.traits
    if !traits.isDisjoint(with: .special) {
      if traits.contains(.nothing) { return }
      if !traits.isDisjoint(with: .ownKinds) { emitOwnKinds(bytes, unit, into: &batch) }
      if traits.contains(.userAgent), traits.isDisjoint(with: [.noAddresses, .isUnnamed]),
        bytes.firstOffset(of: Byte.slash, from: unit.start, to: unit.end) != nil
      {
        // The value may be just an address, but with a product (`name/1.2.3.4`) the number is a
        // version.
        var unit = unit
        unit.fieldClass.traits.insert(.noAddresses)
        scanText(bytes, unit, into: &batch)
        return
      }
    }
    scanText(bytes, unit, into: &batch)
  }

  /// Emits every value in a text but those of the field's own kinds, which `scan` emits.
  private mutating func scanText(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let traits = unit.fieldClass.traits
    if wants(.registryKey), traits.contains(.isMember), !traits.contains(.registryKey) {
      emitRegistryKey(bytes, unit, into: &batch)
    }
    if refangs, levels.refanged.make(bytes, unit) {
      // Taken out for the call, so that it can be read while the rest is written; its map stays.
      let text = levels.refanged
      levels.refanged.bytes = []
      scanRefanged(text, unit, into: &batch)
      levels.refanged.bytes = text.bytes
    } else {
      scanValues(bytes, unit, into: &batch)
    }
    if record.mayHoldWord { scanWords(bytes, unit, into: &batch) }
    if isScan, wants(.userAgent), traits.isDisjoint(with: [.certificate, .userAgent]) {
      scanQuotedUserAgents(bytes, unit, into: &batch)
    }
  }

  /// Emits every value of a text except those that are compared as a whole.
  mutating func scanValues(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let traits = unit.fieldClass.traits
    if !traits.isDisjoint(with: .special) {
      if traits.contains(.certificate) {
        scanFingerprint(bytes, unit, into: &batch)
        return
      }
      if traits.contains(.nameTyped), scanWholeName(bytes, unit, into: &batch) { return }
      if traits.contains(.pairedHash) { scanFingerprint(bytes, unit, into: &batch) }
    }

    var cursor = TextCursor(unit)
    marks.reset()
    let end = unit.end
    var offset = unit.start
    while true {
      while offset < end, !classes.is(bytes.byte(unchecked: offset), .anchor) { offset += 1 }
      if offset >= end { break }
      switch bytes.byte(unchecked: offset) {
      case Byte.dot:
        offset = scanDot(bytes, at: offset, unit, &cursor, into: &batch)
      case Byte.colon:
        offset = scanColon(bytes, at: offset, unit, &cursor, into: &batch)
      case UInt8(ascii: "@"):
        offset = scanAt(bytes, at: offset, unit, &cursor, into: &batch)
      case UInt8(ascii: "%"):
        offset = scanPercent(bytes, at: offset, unit, &cursor, into: &batch)
      case TextBorders.escape, Byte.backslash:
        if let after = TextBorders.ansiEnd(bytes, at: offset, end: end) {
          cursor.floor = after
          cursor.hardFloor = after
          marks.note(ansiEnd: after)
          // A quote inside the sequence does not count.
          Self.noteQuotes(bytes, to: offset, &cursor)
          cursor.quotesDone = max(cursor.quotesDone, after)
          offset = after
        } else {
          offset += 1
        }
      default:
        offset = scanHigh(bytes, at: offset, unit, &cursor, into: &batch)
      }
    }
    if wanted.hashes, end - unit.start >= 32, !traits.contains(.noHashes) {
      scanHashes(bytes, unit, into: &batch)
    }
  }

  // MARK: Anchors

  /// A dot: the middle of a name run, or none of our business.
  @inline(__always)
  private mutating func scanDot(
    _ bytes: RawSpan, at dot: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    // A dot is inside a run only if characters of the run are on both sides of it.
    guard dot > cursor.floor, classes.is(bytes.byte(unchecked: dot - 1), .name),
      dot + 1 < unit.end
    else { return dot + 1 }
    let next = bytes.byte(unchecked: dot + 1)
    guard classes.is(next, .name) || next >= 0x80 || next == UInt8(ascii: "%") else {
      return dot + 1
    }
    let start = classes.start(of: .name, bytes, before: dot, from: cursor.floor)
    let end = classes.end(of: .name, bytes, from: dot + 1, to: unit.end)
    if end < unit.end {
      let behind = bytes.byte(unchecked: end)
      if behind >= 0x80 || behind == UInt8(ascii: "%"),
        continuesRun(bytes, at: end, end: unit.end)
      {
        return scanDecodedRun(bytes, from: start, unit, &cursor, into: &batch)
      }
    }
    return classifyRun(bytes, start..<end, unit, &cursor, into: &batch)
  }

  /// A percent unit: a character of a run, or a border with its digits.
  private mutating func scanPercent(
    _ bytes: RawSpan, at percent: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    guard let value = TextBorders.percentValue(bytes, at: percent, end: unit.end) else {
      return percent + 1
    }
    if classes.is(value, .name) {
      let start = classes.start(of: .name, bytes, before: percent, from: cursor.floor)
      return scanDecodedRun(bytes, from: start, unit, &cursor, into: &batch)
    }
    let end =
      percent + TextBorders.percentLength(bytes, value: value, at: percent, end: unit.end)
    cursor.floor = end
    cursor.hardFloor = end
    return end
  }

  /// A byte above ASCII: a letter of a run, or a border.
  private mutating func scanHigh(
    _ bytes: RawSpan, at offset: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    let scalar = TextScalar(bytes, at: offset, end: unit.end)
    guard scalar.nameClass != .border else {
      cursor.floor = offset + scalar.length
      return cursor.floor
    }
    let start = classes.start(of: .name, bytes, before: offset, from: cursor.floor)
    return scanDecodedRun(bytes, from: start, unit, &cursor, into: &batch)
  }

  /// Whether the byte above ASCII or the `%` at an offset goes on with a name run.
  func continuesRun(_ bytes: RawSpan, at offset: Int, end: Int) -> Bool {
    if bytes.byte(unchecked: offset) == UInt8(ascii: "%") {
      guard let value = TextBorders.percentValue(bytes, at: offset, end: end) else { return false }
      return classes.is(value, .name)
    }
    return TextScalar(bytes, at: offset, end: end).nameClass != .border
  }

  /// Whether there is a character of a name run at `offset`.
  func beginsRun(_ bytes: RawSpan, at offset: Int, end: Int) -> Bool {
    guard offset < end else { return false }
    let byte = bytes.byte(unchecked: offset)
    if classes.is(byte, .name) { return true }
    return (byte >= 0x80 || byte == UInt8(ascii: "%")) && continuesRun(bytes, at: offset, end: end)
  }

  /// Whether a run touches a cut of its line, and so may be part of a longer value; counts it.
  @inline(__always)
  mutating func isCut(_ range: Range<Int>, _ unit: TextUnit) -> Bool {
    guard
      unit.isCutAtStart && range.lowerBound == unit.start
        || unit.isCutAtEnd && range.upperBound == unit.end
    else { return false }
    counters.cutRuns += 1
    return true
  }
}
