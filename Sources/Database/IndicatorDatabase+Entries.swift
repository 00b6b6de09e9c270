public import Indicators
import Matchers
import Parsing

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
  /// For a URL, the length of the scheme with its `://`; 0 without a scheme.
  public let schemeLength: UInt8
  /// Whether ASCII letters of a text literal match in either case.
  public let ignoresCase: Bool
  /// The flags of all its sources, or-ed: `weak` here means that some source is weak, not that all
  /// are.
  public let sourceFlags: SourceFlags
  /// Whether some source takes part without `--weak`.
  package let hasStrongSource: Bool
  /// Whether some source is from a feed that blocks rather than allows.
  public let hasBlockingSource: Bool

  let valueRange: Range<Int>

  fileprivate init(number: UInt32, kind: IndicatorKind, head: EntryHead, valueRange: Range<Int>) {
    self.number = number
    self.kind = kind
    mode = MatchMode(rawValue: head.mode) ?? .exact
    prefixLength = UInt8(truncatingIfNeeded: head.prefixLength)
    port = head.port
    schemeLength = UInt8(truncatingIfNeeded: head.schemeLength)
    let flags = head.flags
    ignoresCase = flags.contains(.ignoresCase)
    sourceFlags = head.sourceFlags
    hasStrongSource = flags.contains(.hasStrongSource)
    hasBlockingSource = flags.contains(.hasBlockingSource)
    self.valueRange = valueRange
  }

  /// Takes the place of an entry that does not exist.
  fileprivate init(nothingAt number: UInt32) {
    self.init(number: number, kind: .text, head: EntryHead(rawValue: 0), valueRange: 0..<0)
  }

  /// Whether two entries of one database are the same; it does not tell which database they are of.
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

  /// The entry with a number; an empty text without sources if the number is not below
  /// `entryCount`.
  public func entry(_ number: UInt32) -> DatabaseEntry {
    let index = Int(number)
    guard index < entryCount else { return DatabaseEntry(nothingAt: number) }
    let kind = kind(ofEntry: index)
    let table = kindTables[Int(kind.rawValue)]
    let place = index - table.first
    return DatabaseEntry(
      number: number, kind: kind, head: image.head(heads, table, place),
      valueRange: image.valueRange(table, place))
  }

  /// The flags of all sources of an entry, or-ed.
  package func sourceFlags(ofEntry number: UInt32) -> SourceFlags {
    let index = Int(number)
    return index < entryCount ? head(index).sourceFlags : []
  }

  /// Calls a closure with the number of each entry that has a source that counts only together with
  /// others, ascending.
  package func forEachJointEntry(_ body: (UInt32) -> Void) {
    // Kinds are numbered in the order of their entries.
    for table in kindTables {
      forEachPlace(of: table, where: { $0.sourceFlags.contains(.joint) }) { place in
        body(UInt32(table.first + place))
      }
    }
  }

  /// Calls a closure with the place of each entry of a kind whose head passes, ascending.
  ///
  /// Entries share heads, of which there are few: if none passes, no entry is looked at.
  private func forEachPlace(
    of table: KindTable, where passes: (EntryHead) -> Bool, _ body: (Int) throws -> Void
  ) rethrows {
    // Heads outside the table, to which an image that was not verified may refer, do not pass.
    let isPassing = (0..<min(table.headCount, max(0, heads.count - table.firstHead))).map {
      passes(EntryHead(rawValue: image.uint64(heads, table.firstHead + $0)))
    }
    guard isPassing.contains(true) else { return }
    for place in 0..<table.count {
      let number = min(image.headNumber(table, place), table.headCount - 1)
      if number < isPassing.count, isPassing[number] { try body(place) }
    }
  }

  /// Calls a closure with each URL of a feed that blocks: its entry, its normal form, the length of
  /// its scheme, and whether longer URLs match as well.
  package func forEachBlockingURL(
    _ body: (_ entry: UInt32, _ url: RawSpan, _ schemeLength: Int, _ isPrefix: Bool) throws -> Void
  ) rethrows {
    let table = kindTables[Int(IndicatorKind.url.rawValue)]
    try forEachPlace(of: table, where: { $0.flags.contains(.hasBlockingSource) }) { place in
      let head = image.head(heads, table, place)
      try body(
        UInt32(table.first + place),
        span(image.valueRange(table, place).clamped(to: 0..<image.count)),
        Int(head.schemeLength), head.mode == MatchMode.prefix.rawValue)
    }
  }

  /// The normal form of an entry's value.
  @_lifetime(borrow self)
  public func value(of entry: DatabaseEntry) -> RawSpan {
    span(entry.valueRange.clamped(to: 0..<image.count))
  }

  /// Appends the value as a hit shows it: addresses and digests as text, a prefix with its length,
  /// a joint entry with its port.
  public func appendText(of entry: DatabaseEntry, to output: inout [UInt8]) {
    ValueText.append(
      kind: entry.kind, bytes: value(of: entry), prefixLength: entry.prefixLength, port: entry.port,
      to: &output)
  }

  // MARK: Inside

  /// The kind that an entry's number belongs to.
  func kind(ofEntry index: Int) -> IndicatorKind {
    for kind in EntryRules.kinds {
      let table = kindTables[Int(kind.rawValue)]
      if index < table.first + table.count { return kind }
    }
    return .text
  }

  /// The head of an entry.
  @inline(__always)
  func head(_ entry: Int) -> EntryHead { head(entry, kind(ofEntry: entry)) }

  /// The head of an entry of a kind.
  @inline(__always)
  func head(_ entry: Int, _ kind: IndicatorKind) -> EntryHead {
    let table = kindTables[Int(kind.rawValue)]
    return image.head(heads, table, entry &- table.first)
  }

  func valueRange(of index: Int) -> Range<Int> {
    let table = kindTables[Int(kind(ofEntry: index).rawValue)]
    return image.valueRange(table, index - table.first)
  }

  /// The part of an entry's value that is compared.
  func comparisonKey(of index: Int) -> Range<Int> {
    let table = kindTables[Int(kind(ofEntry: index).rawValue)]
    return comparisonKey(table, index - table.first)
  }

  /// The part of the value at a place of a kind that is compared.
  @inline(__always)
  func comparisonKey(_ table: KindTable, _ place: Int) -> Range<Int> {
    let range = image.valueRange(table, place)
    guard table.hasSchemes else { return range }
    let schemeLength = image.head(heads, table, place).schemeLength
    let offset = EntryKey.urlKeyOffset(span(range), schemeLength: schemeLength)
    return range.lowerBound + offset..<range.upperBound
  }
}
