import Indicators
import Inputs
import Parsing

/// Takes the values that a format's reader finds, lets them in or counts why not.
///
/// Holds the collection while a feed is read, so that nothing is copied.
struct FeedSink {
  /// Where entries go.
  var collection: IndicatorCollection
  /// What is told about the feed.
  var summary: FeedSummary
  let options: FeedOptions
  var parser = IndicatorParser()
  let feed: UInt32
  private let firstRecord: Int
  private let firstCutLists: UInt64
  private let firstValue: Int
  /// Number of entries with a well-known name or address, which good software uses as well.
  private var wellKnownEntries = 0
  /// Identifiers of the current context under each combination of the six flags.
  private var contextIDs = [UInt32?](repeating: nil, count: 64)
  private var baseContext: SourceContext
  var currentContext: SourceContext
  private var optionLabels: [StringID] = []
  var admission: AdmissionOptions
  /// Digests kept outside the records, one list per kind.
  var digestLists: [DigestList] = []
  /// Number of hexadecimal digits in the previous line of digests; the next is likely as long.
  var digits = 64

  /// A sink that takes the collection and adds a feed to it; `giveBack` returns it.
  init(
    taking collection: inout IndicatorCollection, path: String, format: FeedFormat,
    options: FeedOptions
  ) {
    let name = options.name ?? path
    self.collection = IndicatorCollection()
    swap(&self.collection, &collection)
    self.options = options
    feed = self.collection.addFeed(
      FeedDescription(name: name, format: format.name, isAllowList: options.isAllowList))
    summary = FeedSummary(feed: feed, name: name, path: path, format: format)
    firstRecord = self.collection.records.count
    firstCutLists = self.collection.cutLists
    firstValue = self.collection.values.count
    baseContext = SourceContext()
    currentContext = baseContext
    admission = options.admission
    // An allow list names private networks and well-known values on purpose.
    if options.isAllowList {
      admission.keepsPrivateAddresses = true
      admission.trustsWellKnown = true
    }
    if options.isTrusted { admission.trustsWellKnown = true }
    if format == .maltrail { admission.acceptsPaths = true }
    for label in options.labels { optionLabels.append(self.collection.intern(label)) }
    baseContext.confidence = options.confidence ?? 255
    baseContext.tlp = options.tlp
    baseContext.labels = self.collection.intern(list: optionLabels)
    currentContext = baseContext
  }

  /// Reserves room for a feed that is `growth` times as long as what was read of it.
  mutating func reserve(growth: Double?) {
    guard let growth, growth > 1 else { return }
    // Too large a guess costs address space, not memory; a few per cent more spare the last
    // reallocation.
    let more = min(growth * 1.03, 1_000_000)
    let bytes = collection.records.isEmpty ? 0 : collection.values.count - firstValue
    collection.reserve(
      records: Int(Double(entryCount) * more), valueBytes: Int(Double(bytes) * more))
  }

  /// Entries appended for this feed.
  var entryCount: Int { collection.records.count - firstRecord + gatheredDigests }

  /// Number of digests kept outside the records.
  private var gatheredDigests: Int { digestLists.reduce(0) { $0 + $1.count } }

  /// Returns the collection with the feed's entries, and its summary.
  mutating func giveBack(_ collection: inout IndicatorCollection) -> FeedSummary {
    // Only now, since some formats give an entry's context at their end.
    FeedLimiter(options).apply(
      from: firstRecord, &self.collection, &summary)
    summary.entries += gatheredDigests
    for list in digestLists { self.collection.append(list) }
    digestLists = []
    let cutLists = self.collection.cutLists - firstCutLists
    if cutLists > 0 {
      summary.warnings.append(
        FeedWarning(
          .labelsLeftOut, count: cutLists, of: UInt64(IndicatorCollection.longestList)))
    }
    swap(&self.collection, &collection)
    return summary
  }

  /// Returns the collection as if the feed had never been read.
  mutating func giveBackNothing(_ collection: inout IndicatorCollection) {
    self.collection.truncate(toRecords: firstRecord)
    self.collection.feeds.removeLast()
    swap(&self.collection, &collection)
  }

  /// Whether more than a fifth of the entries are known to be good: the feed cannot be trusted.
  var isSuspect: Bool { wellKnownEntries * 5 > entryCount }

  /// How many of the entries are known to be good, for a message.
  var wellKnownShare: String { "\(wellKnownEntries) of its \(entryCount) entries" }

  // MARK: Context

  /// The context that the options give to every entry of the feed.
  var emptyContext: SourceContext { baseContext }

  /// Sets the context of the values that follow.
  mutating func setContext(_ context: SourceContext) {
    if context == currentContext { return }
    currentContext = context
    for index in contextIDs.indices { contextIDs[index] = nil }
  }

  /// Interns a context's labels together with those of the options.
  mutating func intern(labels: [StringID]) -> StringListID {
    collection.intern(list: optionLabels.isEmpty ? labels : labels + optionLabels)
  }

  mutating func contextID(_ flags: SourceFlags) -> UInt32 {
    let flags = flags.union(currentContext.flags)
    let slot = Int(flags.rawValue)
    precondition(slot < contextIDs.count, "a flag without a slot")
    if let known = contextIDs[slot] { return known }
    var context = currentContext
    context.flags = flags
    let id = collection.intern(context)
    contextIDs[slot] = id
    return id
  }

  /// Gives records a context that was not known when they were read.
  ///
  /// Each record keeps its flags and its condition.
  mutating func assign(_ context: SourceContext, toRecords range: Range<Int>) {
    setContext(context)
    for index in range where index < collection.records.count {
      let old = collection.contexts[Int(collection.records[index].context)]
      if old.condition == 0 {
        collection.records[index].context = contextID(old.flags)
      } else {
        var own = context
        own.condition = old.condition
        own.conditionMember = old.conditionMember
        own.conditionCount = old.conditionCount
        own.conditionPort = old.conditionPort
        own.flags = context.flags.union(old.flags)
        collection.records[index].context = collection.intern(own)
      }
    }
  }

  // MARK: Values

  /// Lets a cell's values in, or counts why not; tells whether anything was let in.
  ///
  /// `nameMode` applies to names whose own form does not say how they match.
  @discardableResult
  mutating func add(
    _ cell: RawSpan, as declared: DeclaredKind = .none, nameMode: MatchMode = .withSubdomains,
    line: UInt64, id: StringID = 0
  ) -> Bool {
    summary.candidates += 1
    if let refusal = parser.parse(cell, as: declared, options: admission) {
      guard declared == .none,
        parser.readLongFileName(cell, refused: refusal, options: admission)
      else {
        refuse(refusal.rawValue, cell, line: line, id: id)
        return false
      }
    } else if declared == .none {
      parser.readFileName(cell, options: admission)
    }
    return appendResults(cell, nameMode: nameMode, line: line, id: id)
  }

  /// Lets in a cell that may hold several values of one sort, such as the digests of one file.
  ///
  /// With `isStrict`, a name needs a known top-level domain.
  @discardableResult
  mutating func addCell(
    _ cell: RawSpan, as declared: DeclaredKind, nameMode: MatchMode, isStrict: Bool = false,
    line: UInt64, id: StringID = 0
  ) -> Bool {
    guard let refusal = parser.parse(cell, as: declared, options: admission) else {
      if parser.results.first?.kind == .url {
        let urls = CellPieces.joinedURLs(cell)
        if !urls.isEmpty {
          // The whole cell may be a single URL all the same.
          _ = appendResults(cell, nameMode: nameMode, line: line, id: id)
          return add(urls, of: cell, as: declared, nameMode: nameMode, line: line, id: id)
        }
      }
      summary.candidates += 1
      if isStrict, parser.lints.contains(.unknownTopLevelDomain) {
        // It is as likely the name of a file.
        refuse(FeedRefusal.prose.rawValue, cell, line: line, id: id)
        return false
      }
      if declared == .none { parser.readFileName(cell, options: admission) }
      return appendResults(cell, nameMode: nameMode, line: line, id: id)
    }
    let pieces = CellPieces.values(of: cell, as: declared, &parser, admission)
    if pieces.isEmpty {
      // Several values as in a line of a list, or a digest beside its file's name, which is cut off.
      var noted = CellPieces.notedValues(of: cell)
      if let first = noted.first {
        noted.removeAll { $0 != first && noteKnownGood($0, of: cell, number: line) }
        return add(noted, of: cell, as: declared, nameMode: nameMode, line: line, id: id)
      }
      summary.candidates += 1
      // A bar stands in no name of a file: `label|a.pdb`.
      if declared == .none, !isStrict, cell.firstOffset(of: UInt8(ascii: "|")) == nil,
        parser.readLongFileName(cell, refused: refusal, options: admission)
      {
        return appendResults(cell, nameMode: nameMode, line: line, id: id)
      }
      refuse(refusal.rawValue, cell, line: line, id: id)
      return false
    }
    return add(pieces, of: cell, as: declared, nameMode: nameMode, line: line, id: id)
  }

  /// Lets in the values of a cell; true if any was let in.
  private mutating func add(
    _ pieces: [Range<Int>], of cell: RawSpan, as declared: DeclaredKind, nameMode: MatchMode,
    line: UInt64, id: StringID
  ) -> Bool {
    var isAny = false
    for piece in pieces
    where add(cell.extracting(piece), as: declared, nameMode: nameMode, line: line, id: id) {
      isAny = true
    }
    return isAny
  }

  /// Lets a literal in, or counts why not.
  mutating func addLiteral(_ cell: RawSpan, ignoresCase: Bool, line: UInt64) {
    summary.candidates += 1
    if let refusal = parser.parse(cell, as: .kind(.text), options: admission) {
      refuse(refusal.rawValue, cell, line: line, id: 0)
      return
    }
    _ = appendResults(cell, nameMode: .exact, ignoresCase: ignoresCase, line: line, id: 0)
  }

  /// Lets a regular expression of an allow list in, for some kinds, or counts why not.
  mutating func addPattern(_ cell: RawSpan, kinds: IndicatorKindSet?, line: UInt64) {
    summary.candidates += 1
    guard let text = ValuePattern.text(cell.copied(cell.byteOffsets), kinds: kinds) else {
      refuse(FeedRefusal.unsupportedPattern.rawValue, cell, line: line, id: 0)
      return
    }
    if let refusal = parser.parse(text.rawSpan, as: .kind(.text), options: admission) {
      refuse(refusal.rawValue, cell, line: line, id: 0)
      return
    }
    _ = appendResults(
      text.rawSpan, nameMode: .exact, isPattern: true, line: line, id: 0)
  }

  private mutating func appendResults(
    _ cell: RawSpan, nameMode: MatchMode, ignoresCase: Bool = false, isPattern: Bool = false,
    line: UInt64, id: StringID
  ) -> Bool {
    var isAny = false
    var isForced = false
    var isWellKnown = false
    for lint in parser.lints {
      note(lint.rawValue, cell, line: line, id: id)
      if lint == .wellKnownName || lint == .wellKnownAddress { isWellKnown = true }
      if lint == .wellKnownName || lint == .privateSuffixExact { isForced = true }
    }
    for result in parser.results {
      guard options.kinds.contains(result.kind) else {
        refuse(FeedRefusal.kindNotWanted.rawValue, cell, line: line, id: id)
        continue
      }
      var mode = result.mode ?? .exact
      if result.kind == .domain {
        mode = result.mode ?? nameMode
        if let names = options.names, mode != .subdomainsOnly, !isForced {
          mode = names == .exact ? .exact : .withSubdomains
        }
      }
      if isWellKnown { wellKnownEntries += 1 }
      var flags: SourceFlags = options.isAllowList ? .allow : []
      if !options.vouchesForWeakKinds, isWeak(result) { flags.insert(.weak) }
      if isForced { flags.insert(.forcedExact) }
      if isPattern { flags.insert(.pattern) }
      let record = IndicatorRecord(
        kind: result.kind, mode: mode, prefixLength: result.prefixLength,
        ignoresCase: ignoresCase || result.kind == .filename, port: result.port,
        schemeLength: result.schemeLength, feed: feed, line: UInt32(clamping: line),
        context: contextID(flags), valueLength: 0, valueOffset: 0)
      Self.append(record, parser.arena, result.start..<result.end, to: &collection)
      isAny = true
    }
    return isAny
  }

  /// Takes back all records from index `record` on, and counts why.
  mutating func retract(from record: Int, as reason: FeedRefusal) {
    guard record < collection.records.count else { return }
    for index in record..<collection.records.count { refuse(reason, recordAt: index) }
    collection.truncate(toRecords: record)
  }

  /// Takes records back that were let in, wherever they are, and counts why.
  mutating func retract(_ groups: [(records: [Range<Int>], reason: FeedRefusal)]) {
    var removed: Set<Int> = []
    for (ranges, reason) in groups {
      for range in ranges {
        for index in range { refuse(reason, recordAt: index) }
        removed.formUnion(range)
      }
    }
    guard let first = removed.min() else { return }
    var kept = first
    for index in first..<collection.records.count where !removed.contains(index) {
      collection.records[kept] = collection.records[index]
      kept += 1
    }
    collection.records.removeLast(collection.records.count - kept)
  }

  private mutating func refuse(_ reason: FeedRefusal, recordAt index: Int) {
    summary.refuse(
      reason, collection.records[index], of: collection, limit: options.diagnosticLimit)
  }

  static func append(
    _ record: IndicatorRecord, _ arena: [UInt8], _ range: Range<Int>,
    to collection: inout IndicatorCollection
  ) {
    collection.append(record, value: arena.rawSpan.extracting(range))
  }

  /// Whether a value is of a kind that good and bad software share.
  ///
  /// These are user agents, JA3 and file names without path.
  private func isWeak(_ result: ParsedIndicator) -> Bool {
    switch result.kind {
    case .userAgent, .ja3: true
    case .filename:
      !parser.arena[result.start..<result.end].contains {
        $0 == Byte.slash || $0 == Byte.backslash
      }
    default: false
    }
  }

  // MARK: Diagnostics

  /// Counts a value that was not let in.
  mutating func refuse(_ reason: FeedRefusal, _ cell: RawSpan, line: UInt64, id: StringID = 0) {
    summary.candidates += 1
    refuse(reason.rawValue, cell, line: line, id: id)
  }

  mutating func refuse(_ reason: String, _ cell: RawSpan, line: UInt64, id: StringID) {
    summary.refusals.add(reason)
    keep(.refused, reason, cell, line: line, id: id)
  }

  /// Counts a remark about a value that was let in.
  mutating func note(_ remark: String, _ cell: RawSpan, line: UInt64, id: StringID = 0) {
    summary.lints.add(remark)
    keep(.lint, remark, cell, line: line, id: id)
  }

  private mutating func keep(
    _ severity: FeedDiagnostic.Severity, _ reason: String, _ cell: RawSpan, line: UInt64,
    id: StringID
  ) {
    guard summary.diagnostics.count < options.diagnosticLimit else { return }
    summary.diagnostics.append(
      FeedDiagnostic(
        severity: severity, feed: summary.name, line: line == 0 ? nil : line,
        id: String(decoding: collection.strings.bytes(id), as: UTF8.self), reason: reason,
        excerpt: Excerpt.text(cell)))
  }
}
