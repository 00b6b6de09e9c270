import Capture
import Database
import Indicators
import Inputs
import Parsing

/// Turns the matches of a batch into hits, as the scan's options say.
///
/// It decides which sources take part, which candidate form of a value wins, what an allow list
/// suppresses, and the order of a hit's indicators.
final class HitResolver: BatchProcessor {
  let databases: [IndicatorDatabase]
  let options: ScanOptions
  let mode: ScanMode
  let lookupOptions: LookupOptions
  // Each thread has a resolver of its own, and none of its methods calls back, so accesses cannot
  // overlap.
  @safe @exclusivity(unchecked) var catalog: EntryCatalog
  @safe @exclusivity(unchecked) private var scratch: [LookupScratch]
  @safe @exclusivity(unchecked) var matches: [[EntryMatch]]
  @safe @exclusivity(unchecked) var cursors: [Int]
  @safe @exclusivity(unchecked) var lines: HitLines
  @safe @exclusivity(unchecked) var candidates: [HitCandidate] = []
  /// The joint conditions of the databases, shared by all threads and made when first needed.
  let jointConditions: JointConditions.Source
  @safe @exclusivity(unchecked) var conditionsAtHand: JointConditions?
  /// The values of joint conditions in the record `recordAtHand`.
  @safe @exclusivity(unchecked) var recordValues = JointValues()
  @safe @exclusivity(unchecked) var recordAtHand: UInt32?
  @safe @exclusivity(unchecked) var merging = EntryMerging()
  /// Scratch memory: the sources of the current entry that take part.
  @safe @exclusivity(unchecked) private var sources: [Int] = []
  /// Names of fields by their index in batches.
  @safe @exclusivity(unchecked) var fieldNames: [[UInt8]] = []
  private var allowedText: AllowedText
  /// The suppression of the last value that only an allow list covers.
  var allowedAlone: Suppression?
  let hosts: URLHosts?
  var hostScratch = LookupScratch()
  var hostMatches: [EntryMatch] = []
  @safe @exclusivity(unchecked) private var encryptedNames: EncryptedNames?
  /// For each database the index of its matcher among those that search payloads; nil if it has
  /// none.
  let payloadMatchers: [Int?]
  var flowConditions: FlowConditions?
  /// Values of joint conditions that were dropped to make room since this was last reported.
  @safe @exclusivity(unchecked) var forgottenConditions: UInt64 = 0
  /// Whether sources may be left out for another reason than being weak.
  private let excludesSources: Bool
  @safe @exclusivity(unchecked) var feedCounts = FeedCounts()

  init(
    databases: [IndicatorDatabase], options: ScanOptions, mode: ScanMode = ScanMode(),
    hosts: URLHosts? = nil, joint: JointConditions.Source? = nil
  ) {
    self.hosts = hosts
    jointConditions = joint ?? JointConditions.Source(databases)
    encryptedNames = EncryptedNames(databases, options)
    self.databases = databases
    self.options = options
    self.mode = mode
    lookupOptions = LookupOptions(options)
    catalog = EntryCatalog(databases: databases)
    allowedText = AllowedText(databases)
    var matchers = 0
    payloadMatchers = databases.map { database in
      guard database.payloadMatcher != nil else { return nil }
      matchers += 1
      return matchers - 1
    }
    scratch = databases.map { _ in LookupScratch() }
    matches = databases.map { _ in [] }
    cursors = databases.map { _ in 0 }
    lines = HitLines(
      format: options.format, home: options.home, showsSuppressed: options.showsSuppressed)
    excludesSources =
      options.minimumConfidence > 0 || !options.feedsOnly.isEmpty || options.timeMode != .any
  }

  func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput, isStopped: (inout SegmentOutput) -> Bool
  ) {
    let count = batch.observables.count
    guard count > 0 else { return }
    countObservables(batch, &output)
    if !place.countsPackets { batch.setPortsOfEndpoints(chunk: chunk) }
    var earliest = count
    for database in databases.indices {
      matches[database].removeAll(keepingCapacity: true)
      cursors[database] = 0
      databases[database].lookup(
        batch, chunk: chunk, options: lookupOptions, scratch: &scratch[database],
        matches: &matches[database])
      gatherPatterns(batch, database)
      if scratch[database].cutMatches > 0 {
        output.statistics.skipped.add("matches-over-limit", scratch[database].cutMatches)
        scratch[database].cutMatches = 0
      }
    }
    gatherHosts(batch, chunk, &output)
    encryptedNames?.gather(batch, chunk: chunk, into: &output.statistics.encryptedNames)
    for found in matches {
      if let first = found.first { earliest = min(earliest, Int(first.observable)) }
    }
    recordAtHand = nil
    flowConditions = place.conditions
    while earliest < count {
      var start = earliest
      while start > 0, !batch.observables[start].startsPlace { start -= 1 }
      var end = start + 1
      while end < count, !batch.observables[end].startsPlace { end += 1 }
      resolve(start..<end, batch: batch, chunk: chunk, place: place, output: &output)
      if output.isMuch, isStopped(&output) { break }
      earliest = count
      for database in databases.indices {
        while cursors[database] < matches[database].count,
          Int(matches[database][cursors[database]].observable) < end
        {
          cursors[database] += 1
        }
        if cursors[database] < matches[database].count {
          earliest = min(earliest, Int(matches[database][cursors[database]].observable))
        }
      }
    }
    feedCounts.tell(&output.statistics)
    if forgottenConditions > 0 {
      output.statistics.skipped.add("joint-conditions-forgotten", forgottenConditions)
      forgottenConditions = 0
    }
  }

  private func countObservables(_ batch: ObservableBatch, _ output: inout SegmentOutput) {
    var counts = InlineArray<64, UInt64>(repeating: 0)
    let observables = batch.observables.span
    for index in observables.indices where observables[index].startsPlace {
      counts[Int(observables[index].kind.rawValue) & 63] &+= 1
    }
    for kind in counts.indices where counts[kind] > 0 {
      output.statistics.observables[kind] += counts[kind]
    }
  }

  /// Resolves one place in the input: the first candidate form that matched wins.
  private func resolve(
    _ range: Range<Int>, batch: ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput
  ) {
    var unit = range.lowerBound
    while unit < range.upperBound {
      var end = unit + 1
      while end < range.upperBound, !batch.observables[end].flags.contains(.fallback) { end += 1 }
      if resolve(
        unit: unit..<end, batch: batch, chunk: chunk, place: place, output: &output)
      {
        return
      }
      unit = end
    }
  }

  private func resolve(
    unit: Range<Int>, batch: ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput
  ) -> Bool {
    let record = batch.records[Int(batch.observables[unit.lowerBound].record)]
    var allowed = gatherCandidates(unit, of: record, batch, chunk)
    guard !candidates.isEmpty else {
      if let suppression = allowed.ofValue { allowedAlone = suppression }
      return false
    }
    if !allowedText.isEmpty {
      allowByText(unit.lowerBound, batch, chunk, at: record.time, &allowed)
    }
    let suppression = applyAllowances(allowed)
    if candidates.count > 1 { candidates.sort { $0.precedes($1) } }
    let hit = hit(
      for: batch.observables[unit.lowerBound], of: record, suppression, batch: batch, chunk: chunk,
      place: place)
    let count = output.count
    deliver(hit, to: &output)
    if place.countsPackets, output.count > count {
      output.places.append(PacketPlace(packet: record.number, order: record.base))
    }
    return true
  }

  /// Fills `candidates` with the entries that a form of a value matched, and returns its
  /// allowances.
  private func gatherCandidates(
    _ unit: Range<Int>, of record: ObservableRecord, _ batch: ObservableBatch, _ chunk: RawSpan
  ) -> Allowances {
    candidates.removeAll(keepingCapacity: true)
    var allowed = Allowances()
    for database in databases.indices {
      var cursor = cursors[database]
      while cursor < matches[database].count {
        let match = matches[database][cursor]
        guard Int(match.observable) < unit.upperBound else { break }
        cursor += 1
        guard Int(match.observable) >= unit.lowerBound else { continue }
        guard let met = metConditions(match, database, batch) else { continue }
        let observed = batch.observables[Int(match.observable)]
        let entry = catalog.entry(database: database, entry: match.entry)
        let sources =
          if let joint = entry.joint, !mode.ignoresConditions {
            joint.met(
              met, port: batch.shownPort(with: observed, in: record, chunk: chunk),
              of: entry.sources)
          } else {
            entry.allSources
          }
        consider(entry, sources, match: match.kind, observed: observed, record, &allowed)
      }
    }
    return allowed
  }

  /// Drops the candidates that are allowed.
  ///
  /// If all are allowed they stay, and the suppression of their hit is returned.
  private func applyAllowances(_ allowed: Allowances) -> Suppression? {
    if allowed.isEmpty { return nil }
    let kept = candidates.filter { allowed.suppression(of: $0) == nil }
    if kept.isEmpty { return allowed.suppression(of: candidates[0]) }
    candidates = kept
    return nil
  }

  /// Adds an entry to `candidates` if at least one of its sources takes part, and notes its
  /// allowances.
  ///
  /// `met` are the indices of the sources whose conditions are met.
  private func consider(
    _ entry: ResolvedEntry, _ met: [Int], match: MatchKind, observed: Observable,
    _ record: ObservableRecord, _ allowed: inout Allowances
  ) {
    sources.removeAll(keepingCapacity: true)
    var confidence: UInt8 = 0
    var validity: Validity?
    let time = record.time
    // A source has a dozen arrays, so none is copied here.
    for index in met {
      // `AllowedText` searches values for regular expressions; the entry itself allows nothing.
      if entry.sources[index].flags.contains(.pattern) { continue }
      if entry.sources[index].flags.contains(.allow) {
        guard options.holds(entry.sources[index], at: time) else { continue }
        if match == .address || match == .urlHost {
          allowed.add(entry, suppression(entry, entry.sources[index], match))
        } else {
          allowed.add(observed.kind, suppression(entry, entry.sources[index], match))
        }
        continue
      }
      if excludesSources {
        guard options.exclusion(of: entry.sources[index], at: time) == nil else { continue }
      } else if !options.includesWeak, entry.sources[index].flags.contains(.weak) {
        continue
      }
      let statement = entry.sources[index].statement
      validity = Self.better(
        validity,
        Validity.of(time: time, from: statement.validFrom, until: statement.validUntil))
      sources.append(index)
      if let stated = entry.sources[index].confidence { confidence = max(confidence, stated) }
    }
    guard !sources.isEmpty else { return }
    candidates.append(
      HitCandidate(
        indicator: HitIndicator(
          entry: entry, match: match, validity: validity,
          sourceIndices: sources.count == entry.sources.count
            ? entry.allSources : Array(sources[...])),
        confidence: confidence, kind: observed.kind))
  }

  /// Allows all candidates if the value contains a text of an allow list.
  private func allowByText(
    _ observable: Int, _ batch: ObservableBatch, _ chunk: RawSpan, at time: Int64,
    _ allowed: inout Allowances
  ) {
    let observed = batch.observables[observable]
    guard !observed.flags.contains(.pattern) else { return }
    var value: [UInt8] = []
    batch.appendValue(of: observed, chunk: chunk, to: &value)
    let holds: (ResolvedSource) -> Bool = { [options] source in
      options.holds(source, at: time)
    }
    guard
      let (_, entry) = allowedText.entry(
        in: value, observed.kind, databases, &catalog, where: holds),
      let source = entry.sources.first(where: { $0.flags.contains(.allow) && holds($0) })
    else { return }
    let suppression = suppression(entry, source, .contains)
    for candidate in candidates { allowed.add(candidate.kind, suppression) }
  }

  private func suppression(
    _ entry: ResolvedEntry, _ source: ResolvedSource, _ match: MatchKind
  ) -> Suppression {
    Suppression(
      list: source.feed, line: source.lines.first,
      reason: source.description
        ?? Array("allowed by \(match.name) entry ".utf8) + entry.value)
  }

  /// The better of two sources' validities: one that covers the event's time wins.
  static func better(_ left: Validity?, _ right: Validity?) -> Validity? {
    guard let left, let right else { return left ?? right }
    for validity in [Validity.within, .unbounded, .after, .before]
    where left == validity || right == validity {
      return validity
    }
    return left
  }
}

extension LookupOptions {
  /// The part of a scan's options that a lookup in a database needs.
  init(_ options: ScanOptions) {
    self.init()
    kinds = options.kinds
    includesWeak = options.includesWeak
  }
}
