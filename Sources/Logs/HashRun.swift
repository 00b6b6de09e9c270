import Indicators
import Parsing

extension Extraction {
  /// Digits of the shortest hash.
  private static let shortest = 32

  /// Emits the hashes of a text.
  ///
  /// A run of 32 digits covers two neighbours of any row of offsets that are 16 apart, so one byte in
  /// sixteen is looked at; where it and some before it are digits, the run is grown to both sides.
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
    if end < unit.end {
      if classes.is(bytes.byte(unchecked: end), .alphanumeric) { return }
      if let value = TextBorders.percentValue(bytes, at: end, end: unit.end),
        classes.is(value, .alphanumeric)
      {
        return
      }
    }
    var label = wordLabel(bytes, before: start, from: unit.start)
    if label == .none { label = unit.fieldClass.label }
    emitHash(bytes, start..<end, label, unit, into: &batch)
  }

  @inline(__always)
  private static func isHashLength(_ digits: Int) -> Bool {
    switch digits {
    case 32, 40, 56, 64, 96, 128: true
    default: false
    }
  }

  /// Where a hash begins in a run of digits: behind a percent unit or ANSI sequence that the run's
  /// first digits end; nil where a letter or digit stands before it.
  private func hashStart(_ bytes: RawSpan, _ run: Range<Int>, _ unit: TextUnit) -> Int? {
    let start = run.lowerBound
    if !ansiEnds.isEmpty,
      let end = ansiEnds.last(where: { $0 <= run.upperBound }), end >= start
    {
      return end
    }
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

  /// The label that the word before a value is, where `=` or `:` joins them.
  private func wordLabel(_ bytes: RawSpan, before start: Int, from floor: Int) -> HashLabel {
    var offset = classes.start(of: .quoteOrBlank, bytes, before: start, from: floor)
    guard offset > floor else { return .none }
    let joint = bytes.byte(unchecked: offset - 1)
    guard joint == Byte.colon || joint == UInt8(ascii: "=") else { return .none }
    offset = classes.start(of: .quoteOrBlank, bytes, before: offset - 1, from: floor)
    // No label is longer; a longer word is none.
    let first = classes.start(of: .name, bytes, before: offset, from: max(floor, offset - 33))
    guard first < offset, offset - first <= 32 else { return .none }
    return HashLabel(word: KeyName(bytes.extracting(first..<offset)).plain)
  }

  /// Emits a hash of an allowed number of digits.
  mutating func emitHash(
    _ bytes: RawSpan, _ range: Range<Int>, _ label: HashLabel, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    if label == .unsupported { return }
    let labelled = label.kind(digits: range.count)
    if let labelled, !wants(labelled) { return }
    let start = batch.arena.count
    Hex.decode(bytes, range, to: &batch.arena)
    emitDigest(
      from: start, digits: range.count, labelled, at: range.lowerBound, unit, into: &batch)
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

  /// Emits the fingerprints of a field that holds nothing else, or may hold them in pairs
  /// (`xx:xx:…`).
  mutating func scanFingerprint(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let label = unit.fieldClass.label
    let isCertificate = label == .certificate
    var offset = unit.start
    while offset < unit.end {
      guard classes.is(bytes.byte(unchecked: offset), .alphanumeric) else {
        offset += 1
        continue
      }
      let start = offset
      var digits = 0
      var isPaired = false
      var isValid = true
      while offset < unit.end {
        let byte = bytes.byte(unchecked: offset)
        if classes.is(byte, .hexDigit) {
          digits += 1
        } else if byte == Byte.colon, (offset - start) % 3 == 2 {
          isPaired = true
        } else if classes.is(byte, .alphanumeric) || byte == Byte.colon {
          isValid = false
        } else {
          break
        }
        offset += 1
      }
      // Plain digits of other labels are found as any hash is.
      guard isValid, isPaired || isCertificate, let kind = label.kind(digits: digits), wants(kind),
        !isPaired || offset - start == digits / 2 * 3 - 1
      else { continue }
      let begin = batch.arena.count
      if isPaired {
        for pair in 0..<digits / 2 {
          Hex.decode(bytes, start + 3 * pair..<start + 3 * pair + 2, to: &batch.arena)
        }
      } else {
        Hex.decode(bytes, start..<offset, to: &batch.arena)
      }
      emitFromArena(kind, from: begin, at: start, of: unit, into: &batch)
    }
  }
}
