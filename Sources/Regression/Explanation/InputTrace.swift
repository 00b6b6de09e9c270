import Database
import Indicators
import Inputs
import Parsing
import Scanning
import Synchronization

/// Follows a value through inputs: where scans see it, and where they pass over its bytes.
struct InputTrace {
  /// The most places that are listed.
  private static let placeLimit = 5
  /// The most places of each input that are kept; all are counted.
  private static let keptLimit = 10_000

  let explainer: Explainer
  let value: AskedValue
  /// The other values that joint conditions require.
  let partners: [String]
  let covering: [EntryFinder.Covering]

  /// One place in which a scan sees a value.
  private struct Sight: Sendable {
    var hit: Hit
    /// Whether it is the value itself, or one that it covers; else bytes in a payload.
    var isObservable: Bool
  }

  /// What a scan for values sees.
  private struct Sights: Sendable {
    /// Places in which a value, or its bytes, were seen; of many in one input the first ones.
    private(set) var kept: [Sight] = []
    /// The number of places in which a value itself was seen.
    private(set) var count: UInt64 = 0
    var problems: [ScanProblem] = []
    var skipped: [String: UInt64] = [:]
    private var keptInInput: [Int: Int] = [:]

    /// The places in which a value itself was seen.
    var seen: [Sight] { kept.filter(\.isObservable) }

    /// Whether more places were seen than are kept.
    var isCut: Bool { count > UInt64(kept.count(where: \.isObservable)) }

    mutating func add(_ sight: Sight) {
      if sight.isObservable { count += 1 }
      // Bytes in payloads are counted apart, so that they crowd out no value.
      let key = sight.hit.input * 2 + (sight.isObservable ? 1 : 0)
      keptInInput[key, default: 0] += 1
      if keptInInput[key, default: 0] <= InputTrace.keptLimit { kept.append(sight) }
    }
  }

  func walk(
    _ inputs: [InputPath], _ inMemory: [InputInMemory], into result: inout Explanation
  ) {
    let sights = look(inputs, inMemory, [value], explainer.options)
    addProblems(of: sights, to: &result)
    let seen = sights.seen
    result.timesSeen = sights.count
    addSights(seen, of: sights.count, to: &result)
    judgeAtEvents(seen, into: &result)
    result.matches = isHit(sights, inputs, inMemory)
    if seen.isEmpty {
      addUnseen(inputs, inMemory, sights, to: &result)
    } else if !result.matches, let kinds = kindsThatDiffer(seen) {
      result.findings.append(
        Explanation.Finding(
          .otherKind,
          "it is listed as \(kinds.listed.name) and seen as \(kinds.seen.name): digests of different sorts, "
            + "which never match one another"))
    } else if !partners.isEmpty {
      addPartners(inputs, inMemory, seen, to: &result)
    }
  }

  private func addProblems(of sights: Sights, to result: inout Explanation) {
    for problem in sights.problems where problem.isError {
      result.findings.append(
        Explanation.Finding(
          .inputUnreadable, problem.message, place: problem.subject { $0.commandName }))
    }
  }

  /// The kind that a digest is listed as and the one that it is seen as; nil if one kind is both.
  private func kindsThatDiffer(
    _ seen: [Sight]
  ) -> (listed: IndicatorKind, seen: IndicatorKind)? {
    guard value.kind.isDigest, let listed = covering.first?.kind, let sight = seen.first,
      !seen.contains(where: { sight in covering.contains { $0.kind == sight.hit.kind } })
    else { return nil }
    return (listed, sight.hit.kind)
  }

  // MARK: Looking

  /// Scans for values and for the bytes of the first one.
  private func look(
    _ inputs: [InputPath], _ inMemory: [InputInMemory], _ values: [AskedValue],
    _ options: ScanOptions
  ) -> Sights {
    var literals: [[UInt8]] = []
    if let first = values.first {
      if first.kind == .domain, let wire = ProbeDatabase.wireForm(ofName: first.bytes) {
        literals.append(wire)
      }
      let text = first.text
      if text.count >= 4, first.kind != .text { literals.append(text) }
    }
    let probe: IndicatorDatabase
    do throws(DatabaseError) {
      probe = try ProbeDatabase.make(values, literals: literals)
    } catch {
      let path = inputs.first ?? InputPath("")
      var sights = Sights()
      sights.problems = [ScanProblem(.cannotCompile, .input(path), message: "\(error)")]
      return sights
    }
    var options = options
    options.kinds = .all
    options.feedsOnly = []
    options.minimumConfidence = 0
    options.includesWeak = true
    options.timeMode = .any
    options.inputsInMemory = inMemory
    options.limitPerInput = .max
    options.evidencePath = nil
    let found = Mutex(Sights())
    let report = IndicatorScanner.scan(
      inputs: inputs, databases: [probe], options: options,
      to: .hits { hit in
        let isObservable = hit.kind != .text || values.contains { $0.kind == .text }
        found.withLock { $0.add(Sight(hit: hit, isObservable: isObservable)) }
      }
    ) { problem in found.withLock { $0.problems.append(problem) } }
    return found.withLock {
      $0.skipped = report.statistics.skipped.counts
      return $0
    }
  }

  /// Whether a scan with the given options has a hit in one of the places.
  ///
  /// Of places that are not kept only the values are known, so hits of these count wherever they are.
  private func isHit(
    _ sights: Sights, _ inputs: [InputPath], _ inMemory: [InputInMemory]
  ) -> Bool {
    let seen = sights.seen
    guard !seen.isEmpty, !covering.isEmpty else { return false }
    let places = Set(seen.map { Place($0.hit) })
    let asked = SeenValue(kind: value.kind, value: value.text)
    let values: Set<SeenValue> =
      sights.isCut ? Set(seen.map { SeenValue($0.hit) } + [asked]) : []
    var options = explainer.options
    options.inputsInMemory = inMemory
    options.showsSuppressed = false
    options.evidencePath = nil
    let isFound = Mutex(false)
    _ = IndicatorScanner.scan(
      inputs: inputs, databases: explainer.databases, options: options,
      to: .hits { hit in
        if places.contains(Place(hit)) || values.contains(SeenValue(hit)) {
          isFound.withLock { $0 = true }
        }
      }
    ) { _ in }
    return isFound.withLock { $0 }
  }

  /// An observed value.
  private struct SeenValue: Hashable, Sendable {
    var kind: IndicatorKind
    var value: [UInt8]

    init(kind: IndicatorKind, value: [UInt8]) {
      self.kind = kind
      self.value = value
    }

    init(_ hit: Hit) { self.init(kind: hit.kind, value: hit.value) }
  }

  /// What tells the places of hits apart.
  private struct Place: Hashable, Sendable {
    var input: Int
    var number: UInt64
    var offset: UInt64
    var field: [UInt8]
    var value: [UInt8]

    init(_ hit: Hit) {
      input = hit.input
      number = hit.number
      offset = hit.offset ?? 0
      field = hit.field
      value = hit.value
    }
  }

  // MARK: What was seen

  private func addSights(_ seen: [Sight], of count: UInt64, to result: inout Explanation) {
    for sight in seen.prefix(Self.placeLimit) {
      let hit = sight.hit
      let field = String(decoding: hit.field, as: UTF8.self)
      let shown = Marks.value(hit.value, hit.kind)
      let below =
        switch hit.match {
        case .exact: ""
        case .address: ", as \(shown), its port not known"
        case .subdomain: ", as \(shown), a name below it"
        default: ", as \(shown)"
        }
      var text = "seen in field \(field)\(below)"
      if !explainer.options.kinds.contains(hit.kind) {
        text += "; --kinds leaves \(hit.kind.name) out"
      }
      result.findings.append(Explanation.Finding(.seen, text, place: Self.place(hit)))
    }
    if count > Self.placeLimit {
      result.findings.append(
        Explanation.Finding(.seen, "and in \(count - UInt64(Self.placeLimit)) places more"))
    }
  }

  static func place(_ hit: Hit) -> String {
    hit.path.description + (hit.countsPackets ? ": packet " : ":") + "\(hit.number)"
  }

  /// With `--time event` an entry's validity depends on when the value was seen.
  private func judgeAtEvents(_ seen: [Sight], into result: inout Explanation) {
    guard explainer.options.timeMode == .event, !covering.isEmpty, !seen.isEmpty else { return }
    var traces: [(trace: EntryTrace, hit: Hit)] = []
    for sight in seen.prefix(Self.placeLimit) {
      var trace = EntryTrace(options: explainer.options)
      for found in covering { trace.add(found, at: .event(sight.hit.recordTime)) }
      traces.append((trace, sight.hit))
    }
    for (trace, hit) in traces where !trace.matches {
      for finding in trace.findings
      where finding.cause == .expired || finding.cause == .notYetValid
        || finding.cause == .noEventTime
      {
        let time = hit.time.map { "at \(TimeText.text($0))" } ?? "without a time"
        result.findings.append(
          Explanation.Finding(
            finding.cause, "\(Self.place(hit)), \(time): " + finding.marked, place: finding.place))
      }
    }
  }

  // MARK: Joint conditions

  /// Which of the other values of a condition were seen, and whether with this one.
  private func addPartners(
    _ inputs: [InputPath], _ inMemory: [InputInMemory], _ seen: [Sight],
    to result: inout Explanation
  ) {
    for partner in partners {
      let (kind, text) = ConditionText.value(partner)
      guard
        case .success(let other) = AskedValue.read(
          Array(text.utf8), as: kind.flatMap { $0.isNetworkKind ? nil : $0 })
      else { continue }
      let found = look(inputs, inMemory, [other], explainer.options)
      let sights = found.seen
      if found.problems.contains(where: { $0.code == .cannotCompile }) {
        addProblems(of: found, to: &result)
        continue
      }
      guard let first = sights.first else {
        result.findings.append(
          Explanation.Finding(
            .partnerMissing,
            "\(ConditionText.marked(partner)), which the condition asks for, is not in the inputs"))
        continue
      }
      let together = sights.first { sight in seen.contains { Self.isSameScope($0.hit, sight.hit) } }
      if let together {
        result.findings.append(
          Explanation.Finding(
            .partnerSeen, "\(ConditionText.marked(partner)) is seen with it",
            place: Self.place(together.hit)))
      } else {
        result.findings.append(
          Explanation.Finding(
            .partnerMissing,
            "\(ConditionText.marked(partner)), which the condition asks for, is seen elsewhere only, not in the same "
              + "record or flow", place: Self.place(first.hit)))
      }
    }
  }

  private static func isSameScope(_ left: Hit, _ right: Hit) -> Bool {
    guard left.input == right.input else { return false }
    if let a = left.flow, let b = right.flow { return a == b }
    return left.flow == nil && right.flow == nil && left.number == right.number
  }

  // MARK: What was not seen

  private func addUnseen(
    _ inputs: [InputPath], _ inMemory: [InputInMemory], _ sights: Sights,
    to result: inout Explanation
  ) {
    let before = result.findings.count
    // For logs, `RawSearch` says more about such bytes.
    for sight in sights.kept.filter(\.hit.countsPackets).prefix(Self.placeLimit) {
      result.findings.append(
        Explanation.Finding(
          .bytesOnly,
          "its bytes stand in the payload, not in a field of a protocol that is read",
          place: Self.place(sight.hit)))
    }
    addFiltered(inputs, inMemory, to: &result)
    let limits = explainer.options.limits
    let raw = RawSearch(value: value, options: explainer.options)
    /// Searches an input; the scan has reported those that it could not read.
    func search(
      _ path: InputPath, _ open: () throws(InputError) -> InputSource
    ) {
      do throws(InputError) {
        try raw.search(open(), into: &result)
      } catch {
        if result.has(.inputUnreadable) { return }
        result.findings.append(
          Explanation.Finding(.inputUnreadable, error.message, place: path.description))
      }
    }
    for item in InputList(inputs, explainer.options).items {
      search(item.path) { () throws(InputError) in
        try InputSource(path: item.path, limits: limits.input)
      }
    }
    for input in inMemory {
      search(input.path) { () throws(InputError) in
        InputSource(bytes: input.bytes, path: input.path.description, limits: limits.input)
      }
    }
    if result.findings.count == before, !result.has(.inputUnreadable) {
      result.findings.append(
        Explanation.Finding(.notSeen, "no input holds it, not even as bytes"))
    }
    let told = sights.skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (reason, count) in told.prefix(Self.placeLimit) {
      result.findings.append(
        Explanation.Finding(.skipped, "not looked at in the inputs: \(reason) (\(count))"))
    }
  }

  /// Looks for the value in packets that the options leave out.
  private func addFiltered(
    _ inputs: [InputPath], _ inMemory: [InputInMemory], to result: inout Explanation
  ) {
    let options = explainer.options
    guard options.packetTimes != nil || options.bpf != nil else { return }
    var wider = options
    func add(_ cause: Explanation.Cause, _ text: (Hit) -> String) -> Bool {
      guard let hit = look(inputs, inMemory, [value], wider).seen.first?.hit else { return false }
      result.findings.append(
        Explanation.Finding(
          cause, "seen in field \(hit.fieldText) \(text(hit))", place: Self.place(hit)))
      return true
    }
    wider.packetTimes = nil
    if add(
      .outsideWindow, { "at \(TimeText.text($0.recordTime)), outside --from and --to" })
    {
      return
    }
    wider.bpf = nil
    _ = add(.filteredPackets) { _ in "of a packet that --bpf leaves out" }
  }
}
