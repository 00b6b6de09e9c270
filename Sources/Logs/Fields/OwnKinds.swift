import Indicators
import Parsing

extension TextScanner {
  /// Bytes beyond which a value that is compared whole is no user agent or file name.
  private static let longestOwnValue = 4096

  /// Emits a whole value as the kinds that its field holds: a user agent, a file's name, ….
  mutating func emitOwnKinds(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    guard unit.end - unit.start <= Self.longestOwnValue,
      !Self.isUnset(bytes, unit.start..<unit.end)
    else { return }
    let traits = unit.fieldClass.traits
    if traits.contains(.ja4), wants(.ja4) { emitFingerprints(bytes, unit, into: &batch) }
    for (trait, kind) in Self.ownKinds where traits.contains(trait) && wants(kind) {
      // What stands before a pipe's name is no part of it, in feeds and here.
      let prefix =
        kind == .pipe ? PipeName.prefixLength(bytes.extracting(unit.start..<unit.end)) : 0
      emit(kind, flags: .ownField, bytes, unit.start + prefix..<unit.end, of: unit, into: &batch)
    }
  }

  /// Whether a value is `-` or `N/A`, which programs write if there is no value.
  private static func isUnset(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    switch range.count {
    case 1: bytes.byte(unchecked: range.lowerBound) == Byte.minus
    case 3: bytes.starts(ignoringCase: "n/a", at: range.lowerBound)
    default: false
    }
  }

  /// Emits the fingerprints of the JA4 family that a value is or lists: words with an underscore.
  ///
  /// Raw fingerprints hold lists themselves (`JA4_r`): if one of the words has no underscore, the
  /// whole value is one fingerprint.
  private mutating func emitFingerprints(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == Byte.minus }
    func isSeparator(_ offset: Int) -> Bool {
      Self.separators.contains(bytes.byte(unchecked: offset))
    }
    var words: [Range<Int>] = []
    var isRaw = false
    var offset = unit.start
    while offset < unit.end {
      let start = offset
      while offset < unit.end, !isSeparator(offset) { offset += 1 }
      let word = start..<offset
      offset += 1
      guard !word.isEmpty,
        word.allSatisfy({
          let byte = bytes.byte(unchecked: $0)
          return classes.is(byte, .word) || isMark(byte)
        })
      else { continue }
      if bytes.firstOffset(of: UInt8(ascii: "_"), from: start, to: word.upperBound) != nil {
        words.append(word)
      } else {
        isRaw = true
      }
    }
    if isRaw, !words.isEmpty { words = [unit.start..<unit.end] }
    for word in words.prefix(Self.mostFingerprints) {
      emit(.ja4, flags: .ownField, bytes, word, of: unit, into: &batch)
    }
  }

  /// Most fingerprints that are read from one value.
  private static let mostFingerprints = 64

  /// What separates fingerprints in a list.
  private static let separators: [UInt8] = [
    Byte.comma, Byte.space, Byte.tab, Byte.quote, Byte.apostrophe, Byte.lineFeed,
    Byte.carriageReturn, UInt8(ascii: "|"), UInt8(ascii: ";"), UInt8(ascii: "["),
    UInt8(ascii: "]"),
  ]

  /// Beginnings by which a registry key is recognised in any field.
  private static let hives: [StaticString] = [
    "hkey_", "hklm\\", "hkcu\\", "hkcr\\", "hku\\", "hkcc\\", "hklm:\\", "hkcu:\\", "hkcr:\\",
    "hku:\\", "hkcc:\\", "\\registry\\machine\\", "\\registry\\user\\", "[hkey_", "registry::hk",
    "computer\\hkey_", "microsoft.powershell.core\\registry::hk",
  ]

  /// Emits a value that is a registry key as a whole, recognised by its hive.
  mutating func emitRegistryKey(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    guard 6...Self.longestOwnValue ~= unit.end - unit.start else { return }
    let first = Byte.lowercased(bytes.byte(unchecked: unit.start))
    guard "h\\[rcm".utf8.contains(first),
      Self.hives.contains(where: { bytes.starts(ignoringCase: $0, at: unit.start) })
    else { return }
    emit(.registryKey, flags: .ownField, bytes, unit.start..<unit.end, of: unit, into: &batch)
  }

  private static let ownKinds: [(FieldTraits, IndicatorKind)] = [
    (.fileName, .filename), (.userAgent, .userAgent),
    (.registryKey, .registryKey), (.mutex, .mutex), (.pipe, .pipe),
  ]

  /// Emits the file names and texts that are found in a text.
  @inline(never)
  mutating func scanWords(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let first = levels.origin(unit.start, level: unit.level)
    // In unescaped text, the place of the end may be that of the last character's escape.
    let last = levels.origin(unit.end - 1, level: unit.level) + 12
    guard words.places.isAny(in: first..<max(first, last)) else { return }
    if wants(.filename), !unit.fieldClass.traits.contains(.fileName) {
      if words.findFileNames(in: bytes.extracting(unit.start..<unit.end)) {
        emitFileNames(bytes, unit, into: &batch)
      }
    }
    if let search = words.texts, wants(.text) {
      scanTexts(bytes, unit, search, isAgain: false, into: &batch)
    }
  }

  /// Emits the texts of a whole line that are in no single field of it.
  @inline(__always)
  mutating func scanTextsAcrossFields(
    _ bytes: RawSpan, _ range: Range<Int>, level: Int = 0,
    field: FieldPaths.ID = FieldPaths.root, into batch: inout ObservableBatch
  ) {
    guard record.mayHoldWord, let search = words.texts, wants(.text) else { return }
    let unit = TextUnit(
      start: range.lowerBound, end: range.upperBound, level: level, field: field,
      fieldClass: .text)
    scanTexts(bytes, unit, search, isAgain: true, into: &batch)
  }

  /// Emits the texts that are found in some bytes; those that begin at one place are one
  /// observable.
  @inline(never)
  private mutating func scanTexts(
    _ bytes: RawSpan, _ unit: TextUnit, _ search: any TextSearch, isAgain: Bool,
    into batch: inout ObservableBatch
  ) {
    if !search.find(in: bytes.extracting(unit.start..<unit.end), found: &words.foundTexts) {
      counters.crowdedTexts += 1
    }
    var known: Set<UInt32> = []
    if isAgain, record.isInBatch {
      for observable in batch.observables[record.firstObservable...]
      where observable.kind == .text { known.insert(observable.position) }
    }
    var last = -1
    for text in words.foundTexts {
      let place = unit.start + text.start
      let position = levels.origin(place, level: unit.level) - record.base
      if isAgain, known.contains(UInt32(truncatingIfNeeded: position)) { continue }
      let start = batch.arena.count
      for number in [text.matcher, text.pattern] {
        for shift in [24, 16, 8, 0] as [UInt32] {
          batch.arena.append(UInt8(truncatingIfNeeded: number >> shift))
        }
      }
      emitFromArena(
        .text, flags: text.start == last ? [.pattern, .joint] : .pattern, from: start, at: place,
        of: unit, into: &batch)
      last = text.start
    }
  }

  /// Emits the file names that were found in a text.
  private mutating func emitFileNames(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    for range in words.fileNames {
      let place = unit.start + range.lowerBound..<unit.start + range.upperBound
      if unit.isCutAtStart || unit.isCutAtEnd, isCut(place, unit) { continue }
      emit(.filename, bytes, place, of: unit, into: &batch)
    }
  }

  /// Emits each quoted string of a free text: a user agent can only be the whole of one.
  mutating func scanQuotedUserAgents(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    var offset = unit.start
    while let open = bytes.firstOffset(of: Byte.quote, from: offset, to: unit.end),
      let close = bytes.firstOffset(of: Byte.quote, from: open + 1, to: unit.end)
    {
      if close > open + 1, close - open <= Self.longestOwnValue {
        emit(.userAgent, bytes, open + 1..<close, of: unit, into: &batch)
      }
      offset = close + 1
    }
  }
}
