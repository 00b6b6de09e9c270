import ArgumentParser
import Sekisho

/// How far inputs are followed: each limit of the outside contract that concerns reading.
struct LimitArguments: ParsableArguments {
  /// The heading of these options in a command's help.
  static let title = "Limits (default in brackets; sizes as 65536, 64K, 1M, 2G)"

  @Option(
    help: ArgumentHelp(
      "Bytes of a log's line or record beyond which it is scanned in pieces (1M).",
      valueName: "size"))
  var maxLine: ByteCount?

  @Option(help: ArgumentHelp("Levels of JSON in logs, at most 128 (64).", valueName: "n"))
  var maxJsonDepth: Int?

  @Option(help: ArgumentHelp("Bytes of an HTTP request's head (64K).", valueName: "size"))
  var maxHttpHeader: ByteCount?

  @Option(help: ArgumentHelp("Compression pointers in a DNS name (32).", valueName: "n"))
  var maxDnsPointers: Int?

  @Option(
    help: ArgumentHelp(
      "Bytes that wait in one direction of a TCP connection for earlier ones (1M).",
      valueName: "size"))
  var maxStream: ByteCount?

  @Option(help: ArgumentHelp("Bytes that TCP reassembly keeps in all (256M).", valueName: "size"))
  var maxReassembly: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Bytes of one datagram that came in IP fragments, at most 64K (64K).", valueName: "size"))
  var maxDatagram: ByteCount?

  @Option(help: ArgumentHelp("Bytes of IP fragments that wait in all (16M).", valueName: "size"))
  var maxFragments: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Seconds of packet time for which IP fragments wait for the others (30).",
      valueName: "seconds"))
  var maxFragmentAge: Int?

  @Option(
    help: ArgumentHelp(
      "Flows remembered at once; the one used least recently makes room (1048576).",
      valueName: "n"))
  var maxFlows: Int?

  @Option(help: ArgumentHelp("Tunnels inside one another, at most 32 (4).", valueName: "n"))
  var maxTunnels: Int?

  @Option(
    help: ArgumentHelp(
      "How many times its size compressed data may grow to, beyond 1 GiB (1000).", valueName: "n")
  )
  var maxExpansion: UInt64?

  @Option(
    help: ArgumentHelp(
      "The window that zstd data may ask for, at most 2G (128M).", valueName: "size"))
  var maxZstdWindow: ByteCount?

  @Option(help: ArgumentHelp("Folders inside one another, at most 256 (32).", valueName: "n"))
  var maxFolders: Int?

  /// Puts the limits that were given into the options of a scan.
  ///
  /// - Throws: `ValidationError` that says which values a limit takes.
  func apply(to options: inout ScanOptions) throws {
    var limits = options.limits
    func set<Limit: FixedWidthInteger>(
      _ field: WritableKeyPath<ScanLimits, Limit>, _ value: ByteCount?,
      _ range: ClosedRange<Limit>, _ name: String
    ) throws {
      if let value { limits[keyPath: field] = try LimitRange.size(value, range, name) }
    }
    func set<Limit: FixedWidthInteger>(
      _ field: WritableKeyPath<ScanLimits, Limit>, _ value: Limit?, _ range: ClosedRange<Limit>,
      _ name: String
    ) throws {
      if let value { limits[keyPath: field] = try LimitRange.number(value, range, name) }
    }
    try set(\.lineBytes, maxLine, limits.$lineBytes, "--max-line")
    try set(\.jsonDepth, maxJsonDepth, limits.$jsonDepth, "--max-json-depth")
    try set(\.httpHeaderBytes, maxHttpHeader, limits.$httpHeaderBytes, "--max-http-header")
    try set(\.dnsPointers, maxDnsPointers, limits.$dnsPointers, "--max-dns-pointers")
    try set(\.streamBytes, maxStream, limits.$streamBytes, "--max-stream")
    try set(\.reassemblyBytes, maxReassembly, limits.$reassemblyBytes, "--max-reassembly")
    try set(\.datagramBytes, maxDatagram, limits.$datagramBytes, "--max-datagram")
    try set(\.fragmentBytes, maxFragments, limits.$fragmentBytes, "--max-fragments")
    try set(\.fragmentSeconds, maxFragmentAge, limits.$fragmentSeconds, "--max-fragment-age")
    try set(\.flows, maxFlows, limits.$flows, "--max-flows")
    try set(\.tunnelDepth, maxTunnels, limits.$tunnelDepth, "--max-tunnels")
    try set(\.folderDepth, maxFolders, limits.$folderDepth, "--max-folders")
    try set(\.expansion, maxExpansion, limits.$expansion, "--max-expansion")
    try set(\.zstdWindowBytes, maxZstdWindow, limits.$zstdWindowBytes, "--max-zstd-window")
    options.limits = limits
  }
}

/// How many hits are written: limits of a scan alone, beside those of reading.
struct HitLimitArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Hits of one input that are written (10000000).", valueName: "n"))
  var maxHits: UInt64?

  @Option(help: ArgumentHelp("Groups that hits are put together in (262144).", valueName: "n"))
  var maxGroups: Int?

  /// Puts the limits that were given into the options of a scan.
  ///
  /// - Throws: `ValidationError` that says which values a limit takes.
  func apply(to options: inout ScanOptions) throws {
    if let maxHits { options.limitPerInput = maxHits }
    if let maxGroups {
      options.limits.groups = try LimitRange.number(
        maxGroups, options.limits.$groups, "--max-groups")
    }
  }
}
