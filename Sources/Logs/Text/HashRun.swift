import Indicators
import Parsing

extension TextScanner {
  /// Digits of the shortest hash.
  private static let shortest = 32

  /// Emits the hashes of a text.
  ///
  /// One byte in sixteen is looked at. A run of 32 digits covers two of these, so the 15 bytes
  /// before the second one are digits too. Where samples of them are, the run is grown to both
  /// sides.
  mutating func scanHashes(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    var probe = unit.start + 15
    while probe < unit.end {
      guard classes.is(bytes.byte(unchecked: probe), .hexDigit),
        classes.is(bytes.byte(unchecked: probe - 5), .hexDigit),
        classes.is(bytes.byte(unchecked: probe - 10), .hexDigit),
        classes.is(bytes.byte(unchecked: probe - 15), .hexDigit)
      else {
        probe += 16
        continue
      }
      let start = classes.start(of: .hexDigit, bytes, before: probe, from: unit.start)
      let end = classes.end(of: .hexDigit, bytes, from: probe, to: unit.end)
      if end - start >= Self.shortest { scanHash(bytes, start..<end, unit, into: &batch) }
      probe = end + 16
    }
  }

  /// Emits the hash that a run of hexadecimal digits is, if it is one.
  private mutating func scanHash(
    _ bytes: RawSpan, _ run: Range<Int>, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if unit.isCutAtStart || unit.isCutAtEnd, isCut(run, unit) { return }
    guard let start = hashStart(bytes, run, unit) else { return }
    let end = run.upperBound
    guard Self.isHashLength(end - start) else { return }
    if isAlphanumeric(bytes, at: end, end: unit.end) { return }
    if marks.isInUserInformation(start) { return }
    let label = label(of: bytes, at: start, unit)
    emitHash(bytes, start..<end, label, at: start, unit, into: &batch)
  }

  /// The label of a hash: the word before it, or its field.
  private func label(of bytes: RawSpan, at start: Int, _ unit: TextUnit) -> HashLabel {
    let label = wordLabel(bytes, before: start, from: unit.start)
    return label == .none ? unit.fieldClass.label : label
  }

  @inline(__always)
  private static func isHashLength(_ digits: Int) -> Bool {
    switch digits {
    case 32, 40, 56, 64, 96, 128: true
    default: false
    }
  }

  /// Emits the hashes in a decoded name run that have digits written as percent units.
  ///
  /// `offsets` has the place of each byte in the text, and `textEnd` is the end of the run there.
  mutating func scanDecodedHashes(
    _ run: [UInt8], at offsets: [Int32], _ text: RawSpan, to textEnd: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    guard wanted.hashes, run.count >= Self.shortest, !unit.fieldClass.traits.contains(.noHashes)
    else { return }
    var start = 0
    while start < run.count {
      // All other characters of the run are borders of a hash.
      guard classes.is(run[start], .alphanumeric) else {
        start += 1
        continue
      }
      let end = classes.end(of: .alphanumeric, run.rawSpan, from: start, to: run.count)
      if Self.isHashLength(end - start) {
        scanDecodedHash(run, start..<end, at: offsets, text, to: textEnd, unit, into: &batch)
      }
      start = end
    }
  }

  /// Emits the hash that `range` of a decoded name run is, if it is one.
  private mutating func scanDecodedHash(
    _ run: [UInt8], _ range: Range<Int>, at offsets: [Int32], _ text: RawSpan, to textEnd: Int,
    _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let place = Int(offsets[range.lowerBound])
    let behind = range.upperBound < run.count ? Int(offsets[range.upperBound]) : textEnd
    if unit.isCutAtStart && place == unit.start || unit.isCutAtEnd && behind == unit.end { return }
    // If no digit is encoded, `scanHashes` finds the hash in the text.
    guard behind - place > range.count,
      classes.end(of: .hexDigit, run.rawSpan, from: range.lowerBound, to: range.upperBound)
        == range.upperBound,
      !marks.isInUserInformation(place)
    else { return }
    emitHash(run.rawSpan, range, label(of: text, at: place, unit), at: place, unit, into: &batch)
  }

  /// Where the hash in a run of digits begins; nil if a letter or digit is before it.
  ///
  /// The first digits of the run may be the end of a percent unit or of an ANSI sequence; the hash
  /// begins behind that.
  private func hashStart(_ bytes: RawSpan, _ run: Range<Int>, _ unit: TextUnit) -> Int? {
    let start = run.lowerBound
    if let end = marks.lastANSIEnd(before: run.upperBound), end >= start { return end }
    guard start > unit.start else { return start }
    let before = bytes.byte(unchecked: start - 1)
    if before == UInt8(ascii: "%"),
      let value = TextBorders.percentValue(bytes, at: start - 1, end: unit.end)
    {
      if classes.is(value, .alphanumeric) { return nil }
      return start - 1
        + TextBorders.percentLength(bytes, value: value, at: start - 1, end: unit.end)
    }
    return classes.is(before, .alphanumeric) ? nil : start
  }

  /// The label that the word before a value gives, if `=` or `:` joins them.
  private func wordLabel(_ bytes: RawSpan, before start: Int, from floor: Int) -> HashLabel {
    var offset = withoutFillers(bytes, before: start, from: floor)
    guard offset > floor else { return .none }
    let joint = bytes.byte(unchecked: offset - 1)
    guard joint == Byte.colon || joint == UInt8(ascii: "=") else { return .none }
    offset = withoutFillers(bytes, before: offset - 1, from: floor)
    var first = classes.start(
      of: .name, bytes, before: offset, from: max(floor, offset - Self.longestLabel - 1))
    // The end of a percent unit or of an ANSI sequence is not part of the word.
    if first > floor, bytes.byte(unchecked: first - 1) == UInt8(ascii: "%"),
      let value = TextBorders.percentValue(bytes, at: first - 1, end: offset),
      !classes.is(value, .name)
    {
      first += TextBorders.percentLength(bytes, value: value, at: first - 1, end: offset) - 1
    }
    if let end = marks.lastANSIEnd(before: offset), end > first { first = end }
    if offset - first > Self.longestLabel {
      // No label is longer, but the path of a key may be; only its last keys are looked at.
      guard
        let dot = bytes.firstOffset(
          of: Byte.dot, from: offset - Self.longestLabel - 1, to: offset)
      else { return .none }
      first = dot + 1
    }
    guard first < offset else { return .none }
    return HashLabel(word: KeyName(bytes.extracting(first..<offset)))
  }

  /// Bytes of the word before a hash that are looked at.
  private static let longestLabel = 32

  /// Where blanks and quotes before an offset begin; a quote in the text of a record may be
  /// escaped.
  private func withoutFillers(_ bytes: RawSpan, before end: Int, from floor: Int) -> Int {
    var offset = end
    while offset > floor {
      let byte = bytes.byte(unchecked: offset - 1)
      let isEscape =
        byte == Byte.backslash && offset < end && bytes.byte(unchecked: offset) == Byte.quote
      guard isEscape || classes.is(byte, .quoteOrBlank) else { break }
      offset -= 1
    }
    return offset
  }

  /// Emits a hash found at `place` of the text, whose number of digits was checked.
  mutating func emitHash(
    _ bytes: RawSpan, _ range: Range<Int>, _ label: HashLabel, at place: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    if label == .unsupported { return }
    let labelled = label.kind(digits: range.count)
    if let labelled, !wants(labelled) { return }
    let start = batch.arena.count
    Hex.decode(bytes, range, to: &batch.arena)
    emitDigest(
      from: start, digits: range.count, labelled, at: place, unit, into: &batch)
  }

  /// Emits the digest whose bytes were appended to the arena: of its label's kind, or of every kind
  /// that has as many digits.
  private mutating func emitDigest(
    from start: Int, digits: Int, _ labelled: IndicatorKind?, at place: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    if let labelled {
      emitFromArena(labelled, from: start, at: place, of: unit, into: &batch)
      return
    }
    var flags: ObservableFlags = []
    for kind in HashLabel.kinds(digits: digits) where wants(kind) {
      emitFromArena(kind, flags: flags, from: start, at: place, of: unit, into: &batch)
      if !isScan { return }
      flags = .joint
    }
    if flags.isEmpty { batch.arena.removeLast(batch.arena.count - start) }
  }

  // MARK: Fingerprints

  /// Bytes of the shortest fingerprint in pairs: twenty pairs.
  static let shortestPairs = 20 * 3 - 1

  /// Emits the fingerprints of a field that holds nothing else, or may hold them in pairs
  /// (`xx:xx:…`).
  mutating func scanFingerprint(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    // Plain digits under other labels are found by `scanHashes`.
    let isCertificate = unit.fieldClass.label == .certificate
    var offset = unit.start
    while offset < unit.end {
      if let value = TextBorders.percentValue(bytes, at: offset, end: unit.end) {
        offset += TextBorders.percentLength(bytes, value: value, at: offset, end: unit.end)
        continue
      }
      let byte = bytes.byte(unchecked: offset)
      if byte == TextBorders.escape || byte == Byte.backslash,
        let after = TextBorders.ansiEnd(bytes, at: offset, end: unit.end)
      {
        offset = after
        continue
      }
      let end = classes.end(of: .fingerprint, bytes, from: offset, to: unit.end)
      guard end > offset else {
        offset += 1
        continue
      }
      scanPairs(
        bytes, offset..<end, isInWord: isBehindLetterUnit(bytes, offset, unit), unit, into: &batch)
      while isCertificate, offset < end {
        let groupEnd = classes.end(of: .alphanumeric, bytes, from: offset, to: end)
        let digits = groupEnd - offset
        if let kind = HashLabel.certificate.kind(digits: digits), wants(kind),
          classes.end(of: .hexDigit, bytes, from: offset, to: groupEnd) == groupEnd,
          !touchesLetterUnit(bytes, offset..<groupEnd, unit)
        {
          let start = batch.arena.count
          Hex.decode(bytes, offset..<groupEnd, to: &batch.arena)
          emitFromArena(kind, from: start, at: offset, of: unit, into: &batch)
        }
        offset = groupEnd + 1
      }
      offset = end
    }
  }

  /// Whether a letter or digit that is written as a percent unit is next to a range.
  private func touchesLetterUnit(
    _ bytes: RawSpan, _ range: Range<Int>, _ unit: TextUnit
  ) -> Bool {
    isBehindLetterUnit(bytes, range.lowerBound, unit)
      || isAlphanumeric(bytes, at: range.upperBound, end: unit.end)
  }

  private func isBehindLetterUnit(_ bytes: RawSpan, _ offset: Int, _ unit: TextUnit) -> Bool {
    guard offset - 3 >= unit.start,
      let value = TextBorders.percentValue(bytes, at: offset - 3, end: offset)
    else { return false }
    return classes.is(value, .alphanumeric)
  }

  /// Emits the fingerprints in pairs of a run of digits and colons, of which the first digits may be the end
  /// of a percent unit.
  mutating func scanPairs(
    _ bytes: RawSpan, _ run: Range<Int>, from floor: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    let before = run.lowerBound - 1
    guard before >= floor else {
      return scanPairs(bytes, run, isInWord: false, unit, into: &batch)
    }
    guard let value = TextBorders.percentValue(bytes, at: before, end: run.upperBound) else {
      let isInWord = classes.is(bytes.byte(unchecked: before), .alphanumeric)
      return scanPairs(bytes, run, isInWord: isInWord, unit, into: &batch)
    }
    let length = TextBorders.percentLength(bytes, value: value, at: before, end: run.upperBound)
    scanPairs(
      bytes, before + length..<run.upperBound, isInWord: classes.is(value, .alphanumeric), unit,
      into: &batch)
  }

  /// Emits the fingerprints in pairs (`xx:xx:…`) of a run that holds letters, digits and colons.
  ///
  /// `isInWord` is true if a letter or digit is before the run.
  mutating func scanPairs(
    _ bytes: RawSpan, _ run: Range<Int>, isInWord: Bool, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    guard !unit.fieldClass.traits.contains(.noHashes) else { return }
    let isContinued = isAlphanumeric(bytes, at: run.upperBound, end: unit.end)
    // Where the current row of pairs begins, and how many pairs it has.
    var first = run.lowerBound
    var pairs = 0
    var group = run.lowerBound
    while group <= run.upperBound {
      let end = classes.end(of: .alphanumeric, bytes, from: group, to: run.upperBound)
      let isPair =
        end - group == 2
        && classes.end(of: .hexDigit, bytes, from: group, to: end) == end
        && !(isInWord && group == run.lowerBound)
        && !(isContinued && end == run.upperBound)
      if isPair {
        if pairs == 0 { first = group }
        pairs += 1
      }
      let isJoined = isPair && end < run.upperBound && bytes.byte(unchecked: end) == Byte.colon
      if !isJoined {
        // The last group of a row need not be a pair: `…:ab:c` ends one before it.
        if pairs >= 16 { emitPairs(bytes, from: first, pairs, unit, into: &batch) }
        pairs = 0
      }
      group = end + 1
      // Between colons in a row there are no pairs.
      if group < run.upperBound, bytes.byte(unchecked: group) == Byte.colon, pairs == 0 {
        group = IPAddressText.endOfColons(bytes, from: group, to: run.upperBound)
      }
    }
  }

  private mutating func emitPairs(
    _ bytes: RawSpan, from first: Int, _ pairs: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    let isOwnField = !unit.fieldClass.traits.isDisjoint(with: [.certificate, .pairedHash])
    var label =
      isOwnField ? unit.fieldClass.label : wordLabel(bytes, before: first, from: unit.start)
    // No file's hash is written so: `SHA1='aa:bb:…'` is a certificate's.
    switch label {
    case .none, .sha1, .sha256: label = .certificate
    case .hassh, .hasshServer: if isOwnField, pairs != 16 { label = .certificate }
    default: break
    }
    guard isOwnField || label == .certificate, let kind = label.kind(digits: 2 * pairs), wants(kind)
    else { return }
    if unit.isCutAtStart || unit.isCutAtEnd, isCut(first..<first + 3 * pairs - 1, unit) { return }
    let start = batch.arena.count
    for pair in 0..<pairs {
      Hex.decode(bytes, first + 3 * pair..<first + 3 * pair + 2, to: &batch.arena)
    }
    emitFromArena(kind, from: start, at: first, of: unit, into: &batch)
  }
}
