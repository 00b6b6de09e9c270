import Foundation
import Sekisho
import Synchronization
import TestSupport
import Testing

/// A scan that is read from a task, held against one that calls back.
@Suite(.timeLimit(.minutes(20))) struct ScanEventsTests {
  private let folder: TemporaryFolder
  private let database: IndicatorDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try Compilation(of: [
      .init(name: "names", bytes: Array("www.evil.example\n".utf8))
    ]).database()
  }

  private func events(
    _ inputs: [InputPath], _ options: ScanOptions = ScanOptions(), capacity: Int = 256,
    progress: ScanProgress? = nil
  ) -> ScanEvents {
    IndicatorScanner.events(
      inputs: inputs, databases: [database], options: options, capacity: capacity,
      progress: progress)
  }

  /// The section of the guide.
  private func matches(in log: InputPath, of database: IndicatorDatabase) async -> [String] {
    var values: [String] = []
    let events = IndicatorScanner.events(
      inputs: [log], databases: [database], options: ScanOptions())
    for await event in events {
      switch event {
      case .hit(let hit): values.append(String(decoding: hit.value, as: UTF8.self))
      case .problem(let problem): print(problem)
      case .end(let report): print(report.hits, report.isComplete)
      }
    }
    return values
  }

  @Test func theGuidesExample() async throws {
    let values = await matches(in: InputPath(try folder.writeHits(3)), of: database)
    #expect(values == Array(repeating: "www.evil.example", count: 3))
  }

  @Test(arguments: [(1, 1), (1, 256), (3, 2)])
  func itIsWhatAScanCallsBackWith(_ threads: Int, _ capacity: Int) async throws {
    let paths = [
      InputPath(try folder.writeHits(700)), InputPath(folder.path("none")),
      InputPath(CommandRunner.root.appendingPathComponent("Fixtures/demo-dns.log").path),
    ]
    var options = ScanOptions()
    options.threads = threads
    let told = Mutex<(lines: [[UInt8]], problems: [ScanProblem])>(([], []))
    let report = IndicatorScanner.scan(
      inputs: paths, databases: [database], options: options,
      to: .hits { hit in told.withLock { $0.lines.append(hit.json()) } }
    ) { problem in told.withLock { $0.problems.append(problem) } }
    let events = events(paths, options, capacity: capacity)
    // Each iteration is a run of its own.
    for _ in 0..<2 {
      var lines: [[UInt8]] = []
      var problems: [ScanProblem] = []
      var ends: [ScanReport] = []
      for await event in events {
        #expect(ends.isEmpty)
        switch event {
        case .hit(let hit): lines.append(hit.json())
        case .problem(let problem): problems.append(problem)
        case .end(let report): ends.append(report)
        }
      }
      told.withLock {
        #expect(lines == $0.lines && lines.count >= 700)
        #expect(problems == $0.problems && problems.map(\.code) == [.cannotOpen])
      }
      #expect(ends.count == 1)
      #expect(ends.first?.hits == report.hits && ends.first?.hasErrors == true)
      #expect(ends.first?.lines == report.lines && ends.first?.skipped == report.skipped)
    }
  }

  /// A reader that stops to think has the run wait for it: no more is held than was asked for.
  @Test func aSlowReaderIsWaitedFor() async throws {
    let progress = ScanProgress()
    var iterator = events(
      [InputPath(try folder.writeHits(20_000))], capacity: 4, progress: progress
    ).makeAsyncIterator()
    var count = 0
    while count < 10, case .hit = await iterator.next() { count += 1 }
    try await Task.sleep(for: .milliseconds(200))
    // A run that did not wait would have read the file to its end by then.
    progress.requestStop()
    var end: ScanReport?
    while let event = await iterator.next() {
      switch event {
      case .hit: count += 1
      case .problem(let problem): Issue.record("\(problem)")
      case .end(let report): end = report
      }
    }
    let report = try #require(end)
    // Those read, those that waited, and the one that was being handed over.
    #expect(count <= 10 + 4 + 1, "\(count)")
    #expect(report.isInterrupted && report.hits < 20_000)
    #expect(report.hits == UInt64(count) + report.skipped["hits-behind-the-stop"])
  }

  @Test(arguments: [false, true]) func aCancelledTaskStopsTheRun(_ follows: Bool) async throws {
    let progress = ScanProgress()
    let path = InputPath(try folder.writeHits(5000))
    let events =
      follows
      ? IndicatorScanner.events(
        following: [path], databases: [database], options: ScanOptions(), capacity: 2,
        progress: progress)
      : events([path], capacity: 2, progress: progress)
    let (begun, told) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      var count = 0
      for await event in events {
        guard case .hit = event else { return (count, true) }
        count += 1
        if count == 5 {
          told.yield()
          try? await Task.sleep(for: .seconds(60))
        }
      }
      return (count, false)
    }
    for await _ in begun { break }
    task.cancel()
    let (count, hasEnd) = await task.value
    #expect(count < 20 && !hasEnd)
    #expect(progress.isStopRequested)
  }

  /// What waits for lines that do not come ends with its task as well.
  @Test func aWaitingTaskIsCancelled() async throws {
    let path = InputPath(try folder.writeHits(1))
    let progress = ScanProgress()
    let events = IndicatorScanner.events(
      following: [path], databases: [database], options: ScanOptions(), progress: progress)
    let (begun, told) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      var count = 0
      for await case .hit in events {
        count += 1
        told.yield()
      }
      return count
    }
    for await _ in begun { break }
    task.cancel()
    #expect(await task.value == 1 && progress.isStopRequested)
  }

  /// A loop that is left needs no word more.
  @Test func aLoopThatIsLeftStopsTheRun() async throws {
    let progress = ScanProgress()
    let path = InputPath(try folder.writeHits(5000))
    for await case .hit in events([path], capacity: 2, progress: progress) { break }
    #expect(progress.isStopRequested)
  }

  @Test func aRunThatIsNotReadDoesNotBegin() throws {
    let progress = ScanProgress()
    _ = events([InputPath(try folder.writeHits(10))], progress: progress).makeAsyncIterator()
    #expect(progress.bytesRead == 0)
  }

  /// More runs at once than the cooperative pool has threads, each waiting for its reader.
  @Test func runsDoNotBlockThePool() async throws {
    let path = InputPath(try folder.writeHits(200))
    let events = events([path], capacity: 1)
    let counts = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<24 {
        group.addTask {
          var count = 0
          for await case .hit in events {
            count += 1
            if count % 10 == 0 { await Task.yield() }
          }
          return count
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts == Array(repeating: 200, count: 24))
  }
}
