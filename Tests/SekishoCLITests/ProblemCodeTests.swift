import Foundation
import Sekisho
import Synchronization
import TestSupport
import Testing

/// What programs tell problems and errors by.
@Suite struct ProblemCodeTests {
  typealias Code = ScanProblem.Code

  /// A run that is to meet one problem.
  struct Run {
    let folder: TemporaryFolder
    var inputs: [InputPath] = []
    var options = ScanOptions()
    /// Called for the first hit.
    var onHit: @Sendable () -> Void = {}
    let database: IndicatorDatabase

    /// Gives the run an input of these bytes.
    mutating func add(_ bytes: [UInt8]) {
      options.inputsInMemory.append(InputInMemory(path: InputPath("memory"), bytes: bytes))
    }

    mutating func add(fixture name: String) {
      inputs.append(InputPath(CommandRunner.root.appendingPathComponent("Fixtures/\(name)").path))
    }
  }

  struct Case: CustomTestStringConvertible {
    var code: Code
    var isError = true
    /// Whether the inputs are followed.
    var follows = false
    var prepare: @Sendable (inout Run) throws -> Void

    var testDescription: String { code.rawValue }
  }

  /// Problems for which more is needed than a test can wait for: as many hits, or names, as nothing holds.
  private static let notProvoked: Set<Code> = [.noURLHosts, .tooManyHits, .cannotCompile]

  /// A frame of zstd that holds bytes as they are, at most 255 of them.
  private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    let block = UInt32(bytes.count) << 3 | 1
    return [0x28, 0xb5, 0x2f, 0xfd, 0x20, UInt8(bytes.count)]
      + [UInt8(block & 0xff), UInt8(block >> 8 & 0xff), 0] + bytes
  }

  /// A capture of one packet of a link type, cut short or with an impossible length.
  private static func pcap(linkType: UInt8, length: UInt8 = 20) -> [UInt8] {
    [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
      + [0xff, 0xff, 0, 0, linkType, 0, 0, 0]
      + [UInt8](repeating: 0, count: 8) + [length, 0, 0, 0, length, 0, 0, 0]
      + [UInt8](repeating: 0, count: 20)
  }

  private static let line = Array("192.0.2.1 asked for www.evil.example\n".utf8)

  private static let inputCases: [Case] = [
    Case(code: .cannotOpen) { $0.inputs = [InputPath($0.folder.path("none"))] },
    // The system lets this one be opened; there is nothing at its start.
    Case(code: .cannotRead) { $0.inputs = [InputPath("/proc/self/mem")] },
    Case(code: .truncated) { $0.add(pcap(linkType: 1, length: 200)) },
    Case(code: .corrupt) { $0.add([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff]) },
    Case(code: .tooLarge) { $0.add([0x28, 0xb5, 0x2f, 0xfd, 0, 0xf0, 1, 0, 0]) },
    Case(code: .unsupported) { $0.add([0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 60)) },
    Case(code: .isOutput) { run in
      let path = InputPath(try run.folder.write("out", line))
      (run.inputs, run.options.writtenPaths) = ([path], [path])
    },
    Case(code: .emptyFolder) { $0.inputs = [InputPath($0.folder.url.path)] },
    Case(code: .notACapture) { run in
      run.options.inputFormat = .pcap
      run.add(line)
    },
    Case(code: .invalidFilter) { run in
      run.options.bpf = "tcp prot 80"
      run.add(fixture: "demo.pcap")
    },
    Case(code: .cannotWrite) { run in
      run.options.evidencePath = InputPath(run.folder.path("none/hits.pcapng"))
      run.add(fixture: "demo.pcap")
    },
    Case(code: .databaseCut) { run in
      let database = run.folder.path("names.skdb")
      run.onHit = { truncate(database, 0) }
      for number in 0..<2 { run.add(line + Array("\(number)\n".utf8)) }
    },
    Case(code: .empty, isError: false) { $0.add([]) },
    Case(code: .binary, isError: false) { $0.add([UInt8](repeating: 1, count: 200)) },
    Case(code: .compressedTwice, isError: false) { run in
      run.options.inputFormat = .text
      run.add(zstd(zstd(line)))
    },
    Case(code: .unknownLinkType, isError: false) { $0.add(pcap(linkType: 147)) },
    Case(code: .readWhole, isError: false) { run in
      run.options.bpf = "tcp"
      run.add(line)
    },
  ]

  private static let followCases: [Case] = [
    Case(code: .cannotFollow, follows: true) { $0.add(fixture: "demo.pcap") },
    Case(code: .absent, isError: false, follows: true) { run in
      run.inputs = [InputPath(run.folder.path("none"))]
    },
    Case(code: .shortened, isError: false, follows: true) { run in
      let path = try run.folder.write("log", line)
      run.onHit = { truncate(path, 5) }
      run.inputs = [InputPath(path)]
    },
    Case(code: .replaced, isError: false, follows: true) { run in
      let path = try run.folder.write("log", line)
      let new = try run.folder.write("new", "192.0.2.1\n")
      run.onHit = { rename(new, path) }
      run.inputs = [InputPath(path)]
    },
  ]

  /// A run whose database, of one name of the lines and those of the capture, is mapped.
  private func run(_ test: Case) throws -> Run {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    let compilation = Compilation(of: [
      .init(name: "names", bytes: Array("www.evil.example\n".utf8))
    ])
    let path = test.code == .databaseCut ? folder.path("names.skdb") : other.path("names.skdb")
    try compilation.compiled().write(to: path)
    var run = Run(folder: folder, database: try IndicatorDatabase.open(path: path))
    try test.prepare(&run)
    return run
  }

  /// Every problem of a run, which ends with the first when it follows.
  private func problems(of run: Run, follows: Bool) -> [ScanProblem] {
    let problems = Mutex<[ScanProblem]>([])
    let progress = ScanProgress()
    let hasHit = Atomic<Bool>(false)
    let destination = ResultDestination.hits { [onHit = run.onHit] _ in
      if !hasHit.exchange(true, ordering: .relaxed) { onHit() }
    }
    let onProblem: @Sendable (ScanProblem) -> Void = { problem in
      problems.withLock { $0.append(problem) }
      if follows { progress.requestStop() }
    }
    if follows {
      _ = IndicatorScanner.follow(
        paths: run.inputs, databases: [run.database], options: run.options, to: destination,
        progress: progress, onProblem: onProblem)
    } else {
      _ = IndicatorScanner.scan(
        inputs: run.inputs, databases: [run.database], options: run.options, to: destination,
        onProblem: onProblem)
    }
    return problems.withLock { $0 }
  }

  @Test(arguments: inputCases + followCases) func everyProblemHasItsCode(_ test: Case) throws {
    if test.code == .databaseCut { #expect(IndicatorDatabase.guardMappedFiles()) }
    let problems = problems(of: try run(test), follows: test.follows)
    #expect(problems.map(\.code) == [test.code], "\(problems)")
    #expect(problems.map(\.isError) == [test.isError], "\(problems)")
  }

  /// A pipe is gone when the packets of flows that hit are to be written.
  @Test func whatIsReadOnceHasItsCode() throws {
    var test = Case(code: .cannotReadAgain) { _ in }
    let pipe = Pipe()
    test.prepare = { run in
      let capture = CommandRunner.root.appendingPathComponent("Fixtures/demo.pcap")
      try pipe.fileHandleForWriting.write(contentsOf: try Data(contentsOf: capture))
      try pipe.fileHandleForWriting.close()
      run.inputs = [InputPath("/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")]
      run.options.evidencePath = InputPath(run.folder.path("hits.pcapng"))
    }
    let seeds = CommandRunner.root.appendingPathComponent("seeds/feeds").path
    let database = try Compilation(of: [.init(path: seeds)]).database()
    var run = Run(folder: try TemporaryFolder(), database: database)
    try test.prepare(&run)
    let problems = withExtendedLifetime(pipe) { self.problems(of: run, follows: false) }
    #expect(problems.map(\.code) == [test.code], "\(problems)")
  }

  @Test func noCodeIsLeftOut() {
    let provoked = Set((Self.inputCases + Self.followCases).map(\.code)).union([.cannotReadAgain])
    #expect(provoked.isDisjoint(with: Self.notProvoked))
    #expect(provoked.union(Self.notProvoked) == Set(Code.allCases))
  }

  /// What a program stores or compares is a word that needs no quotes.
  @Test func codesAreWords() {
    let words: [[String]] = [
      Code.allCases.map(\.rawValue), InputError.Code.allCases.map(\.rawValue),
      FeedError.Code.allCases.map(\.rawValue), DatabaseError.Code.allCases.map(\.rawValue),
      CoverageError.Code.allCases.map(\.rawValue), SuiteError.Code.allCases.map(\.rawValue),
      DatabaseSideError.Code.allCases.map(\.rawValue),
    ]
    for word in words.joined() {
      #expect(word.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(word)")
    }
  }

  @Test func errorsOfComparisonsHaveCodes() throws {
    let folder = try TemporaryFolder()
    let cases: [(path: String, code: DatabaseSideError.Code)] = [
      (folder.path("none"), .noFeed), (folder.path("none.yaml"), .unusableConfiguration),
    ]
    for (path, code) in cases {
      let error = #expect(throws: DatabaseSideError.self) { try DatabaseSide.open(path) }
      #expect(error?.code == code)
    }
    let suite = try folder.write("suite.yaml", "name: x\ncases: none\n")
    var error = #expect(throws: SuiteError.self) { try Suite.read(path: suite) }
    #expect(error?.code == .malformed && error?.line == 2)
    error = #expect(throws: SuiteError.self) { try Suite.read(path: folder.path("none")) }
    #expect(error?.code == .cannotRead && error?.line == nil)
  }
}
