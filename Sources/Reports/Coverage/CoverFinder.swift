import Database
import Indicators
import Parsing

/// Which other values of a universe cover each value: networks that hold an address or a network,
/// names above a name, URL prefixes of a URL.
///
/// Addresses are sorted with the networks that hold them before them, so one pass with a stack of
/// open networks finds these; for names and URLs the database is asked as a scan asks it.
struct CoverFinder {
  private let database: IndicatorDatabase
  private let universe: CoverageUniverse

  init(_ database: IndicatorDatabase, _ universe: CoverageUniverse) {
    self.database = database
    self.universe = universe
  }

  /// Calls a closure with each value that others cover, in order, and with those others.
  func forEachCovered(_ body: (_ value: Int, _ covers: [Int]) -> Void) {
    for kind in [IndicatorKind.ipv4, .ipv6] { addresses(kind, body) }
    for kind in [IndicatorKind.domain, .url] { strings(kind, body) }
  }

  // MARK: Addresses

  private struct Network {
    var value: Int
    var bytes: [UInt8]
    var length: Int

    func holds(_ other: RawSpan, length otherLength: Int) -> Bool {
      guard length <= otherLength, bytes.count == other.byteCount else { return false }
      var bit = 0
      for (offset, byte) in bytes.enumerated() where bit < length {
        let difference = byte ^ other.byte(unchecked: offset)
        let kept = min(length - bit, 8)
        if difference >> UInt8(8 - kept) != 0 { return false }
        bit += 8
      }
      return true
    }
  }

  private func addresses(_ kind: IndicatorKind, _ body: (Int, [Int]) -> Void) {
    var open: [Network] = []
    var covers: [Int] = []
    forEachValue(of: kind) { value, entry in
      let bytes = database.value(of: entry)
      let length = Int(entry.prefixLength)
      while let last = open.last, !last.holds(bytes, length: length) { open.removeLast() }
      if !open.isEmpty {
        covers.removeAll(keepingCapacity: true)
        covers.append(contentsOf: open.lazy.map(\.value))
        body(value, covers)
      }
      // An address with a port covers nothing but itself.
      if entry.port == 0 {
        open.append(Network(value: value, bytes: bytes.copied(bytes.byteOffsets), length: length))
      }
    }
  }

  // MARK: Names and URLs

  private func strings(_ kind: IndicatorKind, _ body: (Int, [Int]) -> Void) {
    guard !database.entries(of: kind).isEmpty else { return }
    var batch = ObservableBatch()
    var values: [Int] = []
    var scratch = LookupScratch()
    var matches: [EntryMatch] = []
    var options = LookupOptions()
    options.includesWeak = true
    let field = batch.fields.intern("value")
    var covers: [Int] = []
    func ask() {
      database.lookup(
        batch, chunk: RawSpan(), options: options, scratch: &scratch, matches: &matches)
      var start = 0
      while start < matches.count {
        let observable = matches[start].observable
        covers.removeAll(keepingCapacity: true)
        while start < matches.count, matches[start].observable == observable {
          let other = Int(universe.valueOfEntry[Int(matches[start].entry)])
          if other != values[Int(observable)], covers.last != other, !covers.contains(other) {
            covers.append(other)
          }
          start += 1
        }
        if !covers.isEmpty { body(values[Int(observable)], covers) }
      }
      batch.removeAll()
      batch.records.append(ObservableRecord(number: 1))
      values.removeAll(keepingCapacity: true)
    }
    batch.records.append(ObservableRecord(number: 1))
    forEachValue(of: kind) { value, entry in
      // A path occurs in URLs of any host: nothing but itself covers it.
      if entry.mode == .path { return }
      let bytes = database.value(of: entry)
      batch.observables.append(
        Observable(
          kind: kind, flags: [.inArena], field: field, offset: UInt32(batch.arena.count),
          length: UInt32(bytes.byteCount), record: 0, schemeLength: UInt16(entry.schemeLength)))
      batch.arena.append(contentsOf: bytes.copied(bytes.byteOffsets))
      values.append(value)
      if batch.isFull { ask() }
    }
    ask()
  }

  /// Calls `body` with each value of a kind and its first entry.
  private func forEachValue(
    of kind: IndicatorKind, _ body: (_ value: Int, _ entry: DatabaseEntry) -> Void
  ) {
    let entries = database.entries(of: kind)
    guard !entries.isEmpty else { return }
    let first = Int(universe.valueOfEntry[entries.lowerBound])
    let last = Int(universe.valueOfEntry[entries.upperBound - 1])
    for value in first...last {
      body(value, database.entry(universe.firstEntry[value]))
    }
  }
}
