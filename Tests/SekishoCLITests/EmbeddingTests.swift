import Foundation
import Sekisho
import Synchronization
import TestSupport
import Testing

/// What an embedder sees of the library, held against what the command writes.
@Suite struct EmbeddingTests {
  private let folder: TemporaryFolder
  private let database: IndicatorDatabase
  private let databasePath: String

  init() throws {
    folder = try TemporaryFolder()
    databasePath = folder.path("seeds.skdb")
    let compiled = try CommandRunner.run(["compile", "seeds/feeds", "-o", databasePath, "--quiet"])
    #expect(compiled.status == 0, "\(compiled.errors)")
    database = try IndicatorDatabase.open(path: databasePath)
  }

  private static let inputs = [
    "Fixtures/demo.pcap", "Fixtures/demo-access.log", "Fixtures/demo-dns.log",
    "Fixtures/demo-eve.json",
  ]

  /// Options with the inputs in memory, under the paths that the command is given.
  private static func options() throws -> ScanOptions {
    var options = ScanOptions()
    options.inputsInMemory = try inputs.map {
      InputInMemory(
        path: InputPath($0),
        bytes: Array(try Data(contentsOf: CommandRunner.root.appendingPathComponent($0))))
    }
    return options
  }

  private func hits(_ options: ScanOptions, _ inputs: [InputPath] = []) -> [Hit] {
    let hits = Mutex<[Hit]>([])
    let report = IndicatorScanner.scan(
      inputs: inputs, databases: [database], options: options,
      to: .hits { hit in hits.withLock { $0.append(hit) } }
    ) { problem in Issue.record("\(problem)") }
    #expect(!report.hasErrors)
    return hits.withLock { $0 }
  }

  private struct Line: Decodable {
    struct Flow: Decodable {
      var src: String?
      var src_port: UInt16?
      var dst: String?
      var dst_port: UInt16?
      var community_id: String?
      var direction: String?
    }

    var flow: Flow?
  }

  @Test func aHitIsTheLineThatTheCommandWrites() throws {
    let written = try CommandRunner.run(
      ["scan", "--quiet", "--db", databasePath, "--format", "ndjson"] + Self.inputs)
    let hits = hits(try Self.options())
    #expect(!hits.isEmpty)
    #expect(hits.contains { $0.flow != nil } && hits.contains { $0.event?.source != nil })
    #expect(String(decoding: hits.flatMap { $0.json() }, as: UTF8.self) == written.output)
    for (hit, line) in zip(hits, written.lines) {
      let flow = try JSONDecoder().decode(Line.self, from: Data(line.utf8)).flow
      #expect(hit.sourceEndpoint?.addressText == flow?.src)
      #expect(hit.sourceEndpoint?.port ?? 0 == flow?.src_port ?? 0)
      #expect(hit.destinationEndpoint?.addressText == flow?.dst)
      #expect(hit.destinationEndpoint?.port ?? 0 == flow?.dst_port ?? 0)
      #expect(hit.communityID == flow?.community_id)
      #expect(hit.direction()?.rawValue == flow?.direction)
    }
  }

  @Test func whatIsOursIsAskedFor() throws {
    let written = try CommandRunner.run(
      ["scan", "--quiet", "--db", databasePath, "--format", "ndjson", "--home", "2001:db8::/32"]
        + Self.inputs)
    var home = HomeNetworks()
    let isAdded = home.add("2001:db8::/32")
    #expect(isAdded)
    let json = hits(try Self.options()).flatMap { $0.json(home: home) }
    #expect(String(decoding: json, as: UTF8.self) == written.output)
  }

  @Test(arguments: [
    (
      EventEndpoint(address: IPAddress(ipv4: 0xc000_0207), isIPv4: true, port: 443), "192.0.2.7:443"
    ),
    (EventEndpoint(address: IPAddress(ipv4: 0xc000_0207), isIPv4: true), "192.0.2.7"),
    (
      EventEndpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 7), isIPv4: false, port: 443),
      "[2001:db8::7]:443"
    ),
    (
      EventEndpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 7), isIPv4: false),
      "2001:db8::7"
    ),
  ])
  func anEndpointIsShown(_ end: EventEndpoint, _ text: String) {
    #expect("\(end)" == text)
  }

  @Test func observablesAreTheLinesThatTheCommandWrites() throws {
    let written = try CommandRunner.run(["extract", "--quiet"] + Self.inputs)
    let lines = Mutex<[UInt8]>([])
    let report = IndicatorScanner.extract(
      inputs: [], options: try Self.options(),
      to: .lines { piece in lines.withLock { $0 += piece } }
    ) { _ in }
    #expect(!report.hasErrors && report.hits == 0)
    #expect(lines.withLock { String(decoding: $0, as: UTF8.self) } == written.output)
  }

  /// A pipe into which a program writes lines is an input like any other.
  @Test func linesArePushedThroughAPipe() throws {
    let pipe = Pipe()
    for name in ["www.evil.example", "www.example.org"] {
      try pipe.fileHandleForWriting.write(contentsOf: Data("asked for \(name)\n".utf8))
    }
    try pipe.fileHandleForWriting.close()
    let path = InputPath("/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    let hits = withExtendedLifetime(pipe) { self.hits(ScanOptions(), [path]) }
    #expect(hits.map { String(decoding: $0.value, as: UTF8.self) } == ["www.evil.example"])
    #expect(hits.first?.number == 1)
  }

  /// The two ends of a pipe or of a stream between sockets.
  private func ends(_ isSocket: Bool) throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    let isMade =
      isSocket
      ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 : pipe(&ends) == 0
    try #require(isMade)
    return (ends[0], ends[1])
  }

  /// What is open already is read like a file of that content, from where it stands, and stays open.
  @Test(arguments: [false, true], ["demo.pcap", "demo-dns.log"])
  func whatIsOpenIsAnInput(_ isSocket: Bool, _ name: String) throws {
    let file = CommandRunner.root.appendingPathComponent("Fixtures/\(name)")
    let content = Array(try Data(contentsOf: file))
    let (reading, writing) = try ends(isSocket)
    defer { close(reading) }
    Thread.detachNewThread {
      var rest = content[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(writing, $0.baseAddress, min($0.count, 1000)) }
        guard count > 0 else { break }
        rest = rest.dropFirst(count)
      }
      close(writing)
    }
    let path = InputPath(file.path)
    var options = ScanOptions()
    options.inputsInMemory = [InputInMemory(path: path, bytes: content)]
    let hits = Mutex<[Hit]>([])
    let report = IndicatorScanner.scan(
      inputs: [path], openInputs: [OpenInput(path: path, descriptor: reading)],
      databases: [database], options: options,
      to: .hits { hit in hits.withLock { $0.append(hit) } }
    ) { problem in Issue.record("\(problem)") }
    #expect(report.isComplete && report.inputs == 3)
    let all = hits.withLock { $0 }
    let parts = (0..<3).map { input in all.filter { $0.input == input }.map { $0.json() } }
    #expect(all.map(\.input) == all.map(\.input).sorted())
    #expect(!parts[0].isEmpty && parts[0] == parts[1] && parts[0] == parts[2])
    #expect(fcntl(reading, F_GETFD) >= 0)
  }

  @Test func whatIsOpenIsReadFromWhereItStands() throws {
    let path = try folder.write("log", "www.evil.example\nwww.example.org\nwww.evil.example\n")
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    #expect(lseek(descriptor, 17, SEEK_SET) == 17)
    let lines = Mutex<[UInt8]>([])
    let hits = Mutex<[Hit]>([])
    _ = IndicatorScanner.scan(
      inputs: [], openInputs: [OpenInput(path: InputPath("rest"), descriptor: descriptor)],
      databases: [database], options: ScanOptions(),
      to: .hits { hit in hits.withLock { $0.append(hit) } }
    ) { problem in Issue.record("\(problem)") }
    #expect(hits.withLock { $0.map(\.number) } == [2])
    #expect(hits.withLock { $0.first?.path.description } == "rest")
    #expect(lseek(descriptor, 0, SEEK_SET) == 0)
    _ = IndicatorScanner.extract(
      inputs: [], openInputs: [OpenInput(path: InputPath("rest"), descriptor: descriptor)],
      options: ScanOptions(), to: .lines { piece in lines.withLock { $0 += piece } }
    ) { problem in Issue.record("\(problem)") }
    #expect(lines.withLock { $0.count { $0 == UInt8(ascii: "\n") } } == 3)
  }

  /// A run that waits for more of it ends when it is asked to.
  @Test(arguments: [false, true]) func waitingForWhatIsOpenEnds(_ isSocket: Bool) throws {
    let (reading, writing) = try ends(isSocket)
    defer { for end in [reading, writing] { close(end) } }
    let line = Array("www.evil.example\n".utf8)
    #expect(write(writing, line, line.count) == line.count)
    let progress = ScanProgress()
    let report = IndicatorScanner.scan(
      inputs: [], openInputs: [OpenInput(path: InputPath("open"), descriptor: reading)],
      databases: [database], options: ScanOptions(), to: .hits { _ in progress.requestStop() },
      progress: progress
    ) { problem in Issue.record("\(problem)") }
    #expect(report.isInterrupted && report.hits == 1)
  }

  @Test func noDescriptorIsAProblem() {
    let problems = Mutex<[ScanProblem]>([])
    let report = IndicatorScanner.scan(
      inputs: [], openInputs: [OpenInput(path: InputPath("none"), descriptor: -1)],
      databases: [database], options: ScanOptions(), to: .hits { _ in }
    ) { problem in problems.withLock { $0.append(problem) } }
    #expect(report.hasErrors && problems.withLock { $0.map(\.code) } == [.cannotOpen])
  }

  /// Whoever asks a run to stop gets the hit that is being handed over, and none behind it.
  @Test(arguments: [1, 2])
  func nothingIsHandedOverBehindTheStop(_ threads: Int) throws {
    let progress = ScanProgress()
    let hits = Atomic<Int>(0)
    var options = ScanOptions()
    options.threads = threads
    let report = IndicatorScanner.scan(
      inputs: [InputPath(try folder.writeHits(9000))], databases: [database], options: options,
      to: .hits { _ in
        if hits.add(1, ordering: .relaxed).newValue == 7 { progress.requestStop() }
      }, progress: progress
    ) { _ in }
    let count = hits.load(ordering: .relaxed)
    #expect(count == 7)
    #expect(report.isInterrupted && !report.isComplete && report.inputs == 1)
    #expect(report.hits == 7 + report.skipped["hits-behind-the-stop"])
  }

  @Test func whatALimitLeavesOutIsTold() throws {
    var options = ScanOptions()
    options.limitPerInput = 0
    var report = IndicatorScanner.scan(
      inputs: [InputPath(try folder.writeHits(3))], databases: [database], options: options,
      to: .hits { _ in }
    ) { _ in }
    #expect(report.isComplete && report.skipped["hits-over-limit"] == 3)
    options.limitPerInput = 2
    options.limit = 1
    report = IndicatorScanner.scan(
      inputs: [InputPath(try folder.writeHits(3))], databases: [database], options: options,
      to: .hits { _ in }
    ) { _ in }
    #expect(report.isLimited && !report.isComplete)
    #expect(report.skipped["hits-over-limit"] == 2)
  }

  /// What options ask for that a scan cannot do, and words of the fault.
  private static let faults: [(change: @Sendable (inout ScanOptions) -> Void, words: String?)] = [
    ({ _ in }, nil),
    ({ $0.feedsOnly = ["seeds/feeds/plain.txt"] }, nil),
    ({ $0.feedsOnly = ["seeds/feeds/plain.txt", "plain"] }, "feedsOnly: plain is no feed"),
    ({ $0.bpf = "tcp port 80" }, nil),
    ({ $0.bpf = "tcp prot 80" }, "bpf: "),
    ({ ($0.format, $0.grouping) = (.csv, .host) }, nil),
    ({ ($0.format, $0.grouping) = (.eve, .indicator) }, "format eve has no groups"),
    ({ ($0.format, $0.grouping) = (.zeekIntel, .day) }, "format zeek-intel has no groups"),
    ({ ($0.format, $0.contextLines) = (.table, 1000) }, nil),
    ({ ($0.format, $0.contextLines) = (.table, 1001) }, "between 0 and 1000"),
    ({ $0.contextLines = -1 }, "between 0 and 1000"),
    ({ ($0.format, $0.contextLines) = (.csv, 1) }, "not in csv"),
    ({ ($0.grouping, $0.contextLines) = (.flow, 1) }, "not of groups"),
  ]

  @Test(arguments: faults.indices) func optionsHaveFaults(_ index: Int) {
    var options = ScanOptions()
    Self.faults[index].change(&options)
    let fault = options.fault(for: [database])?.description
    if let words = Self.faults[index].words {
      #expect(fault?.contains(words) == true, "\(fault ?? "none")")
    } else {
      #expect(fault == nil)
    }
  }

  /// Feeds in memory are read beside files, under the names that they are given.
  @Test func feedsInMemory() throws {
    let file = try folder.write("file.txt", "bad.example\n")
    var options = FeedOptions()
    options.isAllowList = true
    let compilation = Compilation(of: [
      .init(name: "mine", bytes: Array("evil.example\n192.0.2.7\n".utf8)), .init(path: file),
      .init(name: "good", bytes: Array("www.evil.example\n".utf8), options: options),
      .init(name: "empty", bytes: []),
    ])
    #expect(compilation.errors.map(\.path) == ["empty"])
    #expect(Set(compilation.report.feeds.map(\.name)) == ["mine", "good", file])
    var lookup = ValueLookup(databases: [try compilation.database()])
    #expect(lookup.ask(Array("bad.example".utf8)).hit != nil)
    #expect(lookup.ask(Array("a.evil.example".utf8)).hit?.suppression == nil)
    #expect(lookup.ask(Array("www.evil.example".utf8)).hit?.suppression != nil)
    let cache = FeedCache(folder: folder.path("cache"))
    let cached = Compilation(
      of: [.init(name: "mine", bytes: Array("evil.example\n".utf8))], cache: cache)
    #expect(cached.errors.isEmpty && cached.cacheUse.kept == 0)
  }

  /// A limit beyond its range is the nearest one in it: nothing traps, nothing takes for ever.
  @Test(arguments: [Int.min, -1, 0, 1, Int.max])
  func everyNumberIsALimit(_ number: Int) throws {
    var options = try Self.options()
    let fields: [WritableKeyPath<ScanLimits, Int>] = [
      \.lineBytes, \.jsonDepth, \.httpHeaderBytes, \.dnsPointers, \.streamBytes, \.reassemblyBytes,
      \.datagramBytes, \.fragmentBytes, \.fragmentSeconds, \.flows, \.tunnelDepth, \.groups,
      \.folderDepth,
    ]
    for field in fields { options.limits[keyPath: field] = number }
    options.limits.expansion = UInt64(clamping: number)
    options.limits.zstdWindowBytes = UInt64(clamping: number)
    let written = folder.path("grouped-\(number).txt")
    for grouping in [ScanOptions.Grouping.none, .indicator] {
      options.grouping = grouping
      let report = IndicatorScanner.scan(
        inputs: [], databases: [database], options: options, to: .file(written)
      ) { _ in }
      #expect(report.writeError == nil)
      if number > 1 { #expect(report.hits > 0) }
    }
  }

  @Test func limitsOfFeeds() throws {
    var options = FeedOptions()
    for number in [Int.min, -1, 0, Int.max] {
      options.lineLimit = number
      options.depthLimit = number
      options.admission.literalLimit = number
      #expect(options.$lineLimit.contains(options.lineLimit))
      #expect((1...128).contains(options.depthLimit))
      #expect((4...4096).contains(options.admission.literalLimit))
      var collection = IndicatorCollection()
      var report = FeedReport()
      try FeedReader.read(
        bytes: Array("evil.example\n".utf8), path: "names", options: options, into: &collection,
        report: &report)
      #expect(collection.records.count == 1)
    }
  }

  /// 255 is what hits show where no feed states a confidence.
  @Test(
    arguments: [(0, 0), (80, 80), (100, 100), (101, 100), (200, 100), (255, nil), (nil, nil)]
      as [(UInt8?, UInt8?)])
  func confidenceIsAtMostAHundred(_ given: UInt8?, _ kept: UInt8?) {
    var options = FeedOptions()
    options.confidence = given
    #expect(options.confidence == kept)
  }

  /// The system takes a path up to its first NUL, which would be another file.
  @Test func noPathHoldsNUL() throws {
    let feed = try folder.write("feed.txt", Array("evil.example\n".utf8))
    let log = try folder.write("log.txt", Array("www.evil.example\n".utf8))
    let problems = Mutex<[String]>([])
    let report = IndicatorScanner.scan(
      inputs: [InputPath(log + "\0x")], databases: [database], options: ScanOptions(),
      to: .hits { _ in Issue.record("a hit in an input that there is not") }
    ) { problem in problems.withLock { $0.append(problem.message) } }
    #expect(report.hasErrors)
    #expect(problems.withLock { $0 } == ["cannot open: no path holds a NUL byte, as this one"])
    #expect(Compilation(of: [.init(path: feed + "\0x")]).errors.count == 1)
    #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: databasePath + "\0x") }
    #expect(throws: InputError.self) { try ResultFile.write([1], to: folder.path("out") + "\0x") }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    #expect(FeedInput(path: feed + "\0x") == nil)
    let cache = FeedCache(folder: folder.path("cache") + "\0x")
    #expect(Compilation(of: [.init(path: feed)], cache: cache).cacheUse.kept == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path("cache")))
    var options = ScanOptions()
    options.bpf = "tcp\0udp"
    #expect(options.filterFault != nil)
  }

  /// Numbers that mean nothing give nothing.
  @Test func numbersOfNothing() {
    let entry = database.entry(UInt32(database.entryCount))
    #expect(database.value(of: entry).isEmpty && database.sources(of: entry.number).isEmpty)
    #expect(database.entry(.max).kind == .text)
    #expect(StringPool().bytes(7).isEmpty && FieldTable().name(7).isEmpty)
    var collection = IndicatorCollection()
    collection.records.append(
      IndicatorRecord(
        kind: .domain, mode: .exact, prefixLength: 0, ignoresCase: false, port: 0, schemeLength: 0,
        feed: 0, line: 0, context: 0, valueLength: 100, valueOffset: 5000))
    collection.truncate(toRecords: -1)
    #expect(collection.records.isEmpty)
  }

  /// An answer may be handed to another thread.
  @Test func answersAreSendable() async {
    let database = database
    let reason = await Task.detached { () -> ValueLookup.Answer in
      var lookup = ValueLookup(databases: [database])
      return lookup.ask(Array("www.evil.example".utf8))
    }.value
    #expect(reason.hit != nil)
  }
}
