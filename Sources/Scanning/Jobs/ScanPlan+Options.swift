import Capture
import Database
import Indicators
import Logs
import Matchers

extension ScanPlan {
  /// The plan of a run that looks for the indicators of databases.
  init(matching setup: MatchSetup, progress: ScanProgress) {
    let (databases, options) = (setup.databases, setup.options)
    var kinds = IndicatorKindSet()
    for database in databases {
      kinds.formUnion(IndicatorKindSet(database.entryCounts.map(\.kind)))
    }
    kinds.formIntersection(options.kinds)
    // Kinds that only weak entries could match need not be looked for.
    var lookedUp = databases.reduce(into: IndicatorKindSet()) {
      $0.formUnion($1.kindsToLookUp(LookupOptions(options)))
    }
    lookedUp.formIntersection(options.kinds)
    var lookup = LookupOptions(options)
    if setup.hosts != nil {
      kinds.insert(.domain)
      lookedUp.insert(.domain)
      lookup.kinds.insert(.domain)
    } else if EncryptedNames.takePart(databases, options) {
      // The candidate finder looks for the hosts of URLs anyway.
      kinds.insert(.domain)
      lookedUp.insert(.domain)
    }
    let matchers = options.kinds.contains(.text) ? databases.compactMap(\.payloadMatcher) : []
    if matchers.isEmpty { lookup.kinds.subtract(.text) }
    var logOptions = LogOptions(.scan, kinds: kinds, options)
    logOptions.fileNames = FileNameFinderSource(
      databases: databases, options: LookupOptions(options))
    logOptions.texts = TextFinder(matchers)
    logOptions.hosts = KnownHosts(databases: databases)
    self.init(
      options: options, logOptions: logOptions,
      captureOptions: CaptureOptions(options, kinds: lookedUp, matchers: matchers),
      progress: progress,
      finder: FinderSource(
        databases: databases + (setup.hosts.map { [$0.database] } ?? []), options: lookup,
        refangs: options.refangs),
      databases: databases)
  }

  /// The plan of a run that lists observables.
  init(listing options: ScanOptions, progress: ScanProgress) {
    self.init(
      options: options, logOptions: LogOptions(.extract, kinds: options.kinds, options),
      captureOptions: CaptureOptions(options, kinds: options.kinds), progress: progress,
      finder: nil)
  }
}

extension LogOptions {
  /// The part of a scan's options that reading logs needs.
  fileprivate init(_ purpose: LogPurpose, kinds: IndicatorKindSet, _ options: ScanOptions) {
    self.init(
      purpose: purpose, kinds: kinds,
      format: options.inputFormat.flatMap { LogFormat(rawValue: $0.rawValue) },
      lineLimit: options.limits.lineBytes, jsonDepth: options.limits.jsonDepth)
    refangs = options.refangs
    year = options.logYear
  }
}

extension CaptureOptions {
  /// The part of a scan's options that reading captures needs.
  fileprivate init(
    _ options: ScanOptions, kinds: IndicatorKindSet, matchers: [LiteralMatcher] = []
  ) {
    self.init()
    payloadMatchers = matchers
    self.kinds = kinds
    filter = options.bpf
    everyPacket = options.everyPacket
    times = options.packetTimes
    let limits = options.limits
    flowLimit = limits.flows
    streamLimit = limits.streamBytes
    reassemblyLimit = limits.reassemblyBytes
    datagramLimit = limits.datagramBytes
    fragmentLimit = limits.fragmentBytes
    let (patience, isBeyond) = Int64(limits.fragmentSeconds)
      .multipliedReportingOverflow(by: 1_000_000_000)
    fragmentPatience = isBeyond ? .max : patience
    httpHeaderLimit = limits.httpHeaderBytes
    dnsPointerLimit = limits.dnsPointers
    tunnelDepthLimit = limits.tunnelDepth
  }
}
