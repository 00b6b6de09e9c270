import Database
import Glibc
import Indicators
import Inputs
import Scanning

/// What feeds cost: bytes of the database, and time of a scan.
enum CoverageCost {
  // MARK: Bytes

  /// Bytes of the database by feed.
  ///
  /// Each entry costs an equal share of what the database holds for its kind, values and look-up
  /// structure; that is shared by its sources. What is left (contexts, strings, source lists,
  /// tables) is shared by all sources alike. So the bytes of all feeds, allow lists and the truth
  /// add up to the database's.
  static func bytes(
    _ database: IndicatorDatabase, sources: [CoverageSource], feeds: [String]
  ) -> [Double] {
    var index: [String: Int] = [:]
    for (number, feed) in feeds.enumerated() { index[feed] = number }
    var feedOf: [Int?] = []
    let byName = Dictionary(
      sources.filter { $0.role == .feed }.map { ($0.name, $0.feed) },
      uniquingKeysWith: { a, _ in a })
    for feed in database.feeds { feedOf.append(byName[feed.name].flatMap { index[$0] }) }
    let perEntry = lookupBytes(database)
    var result = [Double](repeating: 0, count: feeds.count)
    var attributed = 0.0
    var sourceCount = 0.0
    var sourcesOfFeed = [Double](repeating: 0, count: feeds.count)
    var places: [Int?] = []
    for number in 0..<UInt32(database.entryCount) {
      let entry = database.entry(number)
      places.removeAll(keepingCapacity: true)
      database.forEachSource(of: number) { source in
        places.append(Int(source.feed) < feedOf.count ? feedOf[Int(source.feed)] : nil)
      }
      guard !places.isEmpty else { continue }
      let bytes = perEntry[Int(entry.kind.rawValue)]
      attributed += bytes
      sourceCount += Double(places.count)
      for case .some(let feed) in places {
        result[feed] += bytes / Double(places.count)
        sourcesOfFeed[feed] += 1
      }
    }
    let rest = max(0, Double(database.byteCount) - attributed)
    if sourceCount > 0 {
      for feed in result.indices { result[feed] += rest * sourcesOfFeed[feed] / sourceCount }
    }
    return result
  }

  /// Bytes that the database holds for an entry of each kind.
  private static func lookupBytes(_ database: IndicatorDatabase) -> [Double] {
    var result = [Double](repeating: 0, count: 64)
    var lengths: [String: Int] = [:]
    for section in database.sections { lengths[section.name, default: 0] += section.length }
    for (kind, count) in database.entryCounts where count > 0 {
      var names = ["keys", "head-numbers", "values", "lengths", "value-blocks"]
        .map { "\(kind.name)-\($0)" }
      switch kind {
      case .ipv4: names += ["ipv4-trie", "ipv4-runs"]
      case .ipv6: names += ["ipv6-trie", "ipv6-runs"]
      case .url: names += ["url-paths", "url-prefixes", "url-prefix-authorities"]
      case .text: names.append("literals")
      default: break
      }
      let length = names.reduce(0) { $0 + (lengths[$1] ?? 0) }
      result[Int(kind.rawValue)] = Double(length) / Double(count)
    }
    return result
  }

  // MARK: Time

  /// Nanoseconds of processor time a megabyte: of a scan without any kind, and what each kind adds.
  struct Time: Sendable {
    var base: Double
    var kinds: [(kind: IndicatorKind, nanoseconds: Double)]
  }

  private static let sampleLength = 4 << 20
  private static let sampleFiles = 4
  private static let leastSample: UInt64 = 1 << 20
  private static let rounds = 3

  /// Measures on the start of the largest inputs; nil if these are too short or cannot be read.
  static func time(
    _ database: IndicatorDatabase, inputs: [InputPath], options: ScanOptions,
    progress: ScanProgress
  ) -> Time? {
    let samples = sampled(inputs, options)
    guard !samples.isEmpty else { return nil }
    let paths = samples.map(\.path)
    defer { withExtendedLifetime(samples) {} }
    var present = IndicatorKindSet()
    for (kind, _) in database.entryCounts { present.formUnion(IndicatorKindSet(kind)) }
    present.formIntersection(options.kinds)
    let kinds = IndicatorKind.allCases.filter { present.contains($0) }
    var best = [Double](repeating: .infinity, count: kinds.count + 2)
    // One round after another, so that a busy moment of the machine does not hit one kind alone.
    for _ in 0..<rounds {
      for variant in best.indices {
        if progress.isStopRequested { return nil }
        var options = options
        options.threads = 1
        options.kinds =
          switch variant {
          case 0: present
          case 1: []
          default: present.subtracting(IndicatorKindSet(kinds[variant - 2]))
          }
        let start = SystemClock.processorSeconds
        let report = IndicatorScanner.scan(
          inputs: paths, databases: [database], options: options, to: .hits { _ in }
        ) { _ in }
        // The start of a scan would outweigh the cost of a few lines.
        guard report.statistics.bytes >= leastSample else { return nil }
        let bytes = Double(report.statistics.bytes)
        best[variant] = min(
          best[variant], (SystemClock.processorSeconds - start) * 1e9 / (bytes / 1e6))
      }
    }
    return Time(
      base: best[1],
      kinds: kinds.indices.map { (kinds[$0], max(0, best[0] - best[$0 + 2])) })
  }

  /// The first megabytes of the largest inputs, in files without a name.
  private static func sampled(_ inputs: [InputPath], _ options: ScanOptions) -> [Sample] {
    let items = InputList(inputs, options).items.filter { ($0.size ?? 0) > 0 }
      .sorted { ($0.size ?? 0) > ($1.size ?? 0) }
    return items.prefix(sampleFiles).compactMap { Sample(start: sampleLength, of: $0.path) }
  }
}
