import Indicators
import Parsing

extension Extraction {
  /// Bytes beyond which a value that is compared whole is no user agent or file name.
  private static let longestOwnValue = 4096

  /// Emits a whole value as the kinds that its field holds: a user agent, a file's name, ….
  mutating func emitOwnKinds(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    guard unit.end - unit.start <= Self.longestOwnValue else { return }
    let traits = unit.fieldClass.traits
    for (trait, kind) in Self.ownKinds where traits.contains(trait) && wants(kind) {
      emit(kind, flags: .ownField, bytes, unit.start..<unit.end, of: unit, into: &batch)
    }
  }

  private static let ownKinds: [(FieldTraits, IndicatorKind)] = [
    (.fileName, .filename), (.userAgent, .userAgent), (.ja4, .ja4),
    (.registryKey, .registryKey), (.mutex, .mutex), (.pipe, .pipe),
  ]

  /// Emits the file names that are found in a text.
  mutating func scanFileNames(
    _ bytes: RawSpan, _ unit: TextUnit, _ search: any FileNameSearch,
    into batch: inout ObservableBatch
  ) {
    let first = origin(unit.start, level: unit.level)
    // Of what was unescaped the end's place may be that of the last character.
    let last = origin(unit.end - 1, level: unit.level) + 12
    guard wordPlaces.isAny(in: first..<max(first, last)) else { return }
    search.find(in: bytes.extracting(unit.start..<unit.end), ranges: &fileNames)
    for range in fileNames {
      let place = unit.start + range.lowerBound..<unit.start + range.upperBound
      if unit.isCutAtStart || unit.isCutAtEnd, isCut(place, unit) { continue }
      emit(.filename, bytes, place, of: unit, into: &batch)
    }
  }

  /// Emits each quoted string of a free text: a user agent stands there only as a whole one.
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
