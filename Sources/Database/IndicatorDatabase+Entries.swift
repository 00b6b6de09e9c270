public import Indicators
internal import Matchers
internal import Parsing

/// An entry of a database: a value, and how it is compared.
public struct DatabaseEntry: Sendable, Equatable {
  /// Its place among all entries, which are sorted by kind and normal form.
  public let number: UInt32
  /// What the value is.
  public let kind: IndicatorKind
  /// How the value is compared.
  public let mode: MatchMode
  /// Network prefix length in bits for addresses (32 or 128 for a single one), else 0.
  public let prefixLength: UInt8
  /// The port of a joint address-and-port entry, or 0.
  public let port: UInt16
  /// Of a URL: length of the scheme with its `://`, 0 without scheme.
  public let schemeLength: UInt8
  /// Whether ASCII letters of a text literal match in either case.
  public let ignoresCase: Bool
  /// The flags of all its sources, or-ed: `weak` here says that some source is weak, not that all are.
  public let sourceFlags: SourceFlags
  /// Whether some source takes part without `--weak`.
  public let hasStrongSource: Bool
  /// Whether some source is of a feed that blocks, not allows.
  public let hasBlockingSource: Bool

  let valueRange: Range<Int>

  /// Whether two are the same entry of the same database.
  public static func == (left: DatabaseEntry, right: DatabaseEntry) -> Bool {
    left.number == right.number && left.valueRange == right.valueRange
  }
}

extension IndicatorDatabase {
  /// Number of entries, which are numbered from 0.
  public var entryCount: Int {
    guard let last = kinds.last else { return 0 }
    return last.firstEntry + last.entryCount
  }

  /// The numbers of a kind's entries.
  public func entries(of kind: IndicatorKind) -> Range<Int> { kinds[Int(kind.rawValue)].entries }

  /// The entry with a number below `entryCount`.
  public func entry(_ number: UInt32) -> DatabaseEntry {
    let index = Int(number)
    precondition(index < entryCount, "no entry has this number")
    let tail = image.uint64(entries, index, EntryLayout.port)
    let flags = EntryFlags(rawValue: UInt8(truncatingIfNeeded: tail >> 48))
    return DatabaseEntry(
      number: number, kind: kind(ofEntry: index),
      mode: MatchMode(rawValue: UInt8(truncatingIfNeeded: tail >> 24)) ?? .exact,
      prefixLength: UInt8(truncatingIfNeeded: tail >> 32),
      port: UInt16(truncatingIfNeeded: tail),
      schemeLength: UInt8(truncatingIfNeeded: tail >> 40),
      ignoresCase: flags.contains(.ignoresCase),
      sourceFlags: SourceFlags(rawValue: UInt8(truncatingIfNeeded: tail >> 56)),
      hasStrongSource: flags.contains(.hasStrongSource),
      hasBlockingSource: flags.contains(.hasBlockingSource), valueRange: valueRange(of: index))
  }

  /// The normal form of an entry's value.
  @_lifetime(borrow self)
  public func value(of entry: DatabaseEntry) -> RawSpan {
    span(entry.valueRange.clamped(to: values.start..<values.start + values.count))
  }

  /// Appends the value as a hit shows it: addresses and digests as text, a prefix with its length, a
  /// joint entry with its port.
  public func appendText(of entry: DatabaseEntry, to output: inout [UInt8]) {
    ValueText.append(
      kind: entry.kind, bytes: value(of: entry), prefixLength: entry.prefixLength, port: entry.port,
      schemeLength: UInt16(entry.schemeLength), to: &output)
  }

  // MARK: Inside

  /// The kind by the table that was checked at opening, not by the record, which may say anything.
  func kind(ofEntry index: Int) -> IndicatorKind {
    let raw = image.uint64(entries, index, EntryLayout.port) >> 16
    if let kind = IndicatorKind(rawValue: UInt8(truncatingIfNeeded: raw)),
      kinds[Int(kind.rawValue)].entries.contains(index)
    {
      return kind
    }
    return IndicatorKind.allCases.first { kinds[Int($0.rawValue)].entries.contains(index) } ?? .text
  }

  func valueRange(of index: Int) -> Range<Int> {
    let place = image.uint64(entries, index)
    let start = place & 0xffff_ffff_ffff
    return image.range(values, from: start, to: start + (place >> 48))
  }

  /// The part of an entry's value that is compared.
  func comparisonKey(of index: Int) -> Range<Int> {
    let range = valueRange(of: index)
    let schemeLength = image.uint64(entries, index, EntryLayout.port) >> 40 & 0xff
    guard schemeLength == 7 || schemeLength == 8,
      kinds[Int(IndicatorKind.url.rawValue)].entries.contains(index)
    else { return range }
    let offset = EntryKey.urlKeyOffset(span(range), schemeLength: Int(schemeLength))
    return range.lowerBound + offset..<range.upperBound
  }
}
