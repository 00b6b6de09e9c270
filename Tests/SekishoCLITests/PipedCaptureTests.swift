import Foundation
import Glibc
import Sekisho
import Synchronization
import Testing

/// Captures that come through a pipe, as their writer has them.
@Suite struct PipedCaptureTests {
  private static let captures = ["Fixtures/demo.pcap", "Fixtures/demo.pcapng"]

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: CommandRunner.root.appendingPathComponent(path)))
  }

  /// Writes bytes in pieces, with a pause behind each.
  private static func write(_ bytes: [UInt8], pieces: [Int], pause: useconds_t, to end: Int32) {
    var start = 0
    var index = 0
    while start < bytes.count {
      let count = min(pieces[index % pieces.count], bytes.count - start)
      let written = bytes.withUnsafeBytes {
        Glibc.write(end, $0.baseAddress?.advanced(by: start), count)
      }
      guard written > 0 else { break }
      start += written
      index += 1
      usleep(pause)
    }
  }

  /// Runs a body with the reading end of a pipe into which something is written beside it.
  private static func withPipe<Result>(
    _ write: @escaping @Sendable (Int32) -> Void, _ body: (InputPath) -> Result
  ) -> Result {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { fatalError("no pipe") }
    let (reader, writer) = (ends[0], ends[1])
    defer { close(reader) }
    Thread.detachNewThread {
      write(writer)
      close(writer)
    }
    return body(InputPath("/proc/self/fd/\(reader)"))
  }

  private static func observables(_ options: ScanOptions, _ inputs: [InputPath]) -> [String] {
    let lines = Mutex<[UInt8]>([])
    let report = IndicatorScanner.extract(
      inputs: inputs, options: options, to: .lines { piece in lines.withLock { $0 += piece } }
    ) { problem in Issue.record("\(problem.message)") }
    #expect(report.inputs == 1 && report.isComplete)
    return String(decoding: lines.withLock { $0 }, as: UTF8.self).split(separator: "\n").map {
      // But for the name of the input.
      let parts = $0.components(separatedBy: "\"path\":\"")
      return parts[0] + (parts.last?.drop { $0 != "\"" } ?? "")
    }
  }

  /// However a capture comes, and whoever reads it, the same is found in it, in the same order.
  @Test(arguments: captures, [1, 2, 5])
  func timingChangesNothing(_ path: String, _ threads: Int) throws {
    let bytes = try Self.bytes(path)
    var options = ScanOptions()
    options.inputsInMemory = [InputInMemory(path: InputPath("memory"), bytes: bytes)]
    let whole = Self.observables(options, [])
    #expect(whole.count > 100)
    options.inputsInMemory = []
    options.threads = threads
    for (pieces, pause) in [([1, 300, 16, 7], 100), ([59], 300), ([1500, 40], 2000)] {
      let piped = Self.withPipe { end in
        Self.write(bytes, pieces: pieces, pause: useconds_t(pause), to: end)
      } _: {
        Self.observables(options, [$0])
      }
      #expect(piped == whole, "pieces of \(pieces) bytes")
    }
  }

  /// A record with a segment on port 22 of a connection that was open before, or with the first line of a request.
  private static func segment(_ text: String, port: UInt8, at time: ArraySlice<UInt8>) -> [UInt8] {
    let length = UInt8(54 + text.utf8.count)
    let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
    let ip: [UInt8] = [
      0x45, 0, 0, length - 14, 0, 0, 0, 0, 64, 6, 0, 0, 198, 18, 0, 1, 198, 18, 0, 2,
    ]
    let tcp: [UInt8] = [
      200, 0, 0, port, 0, 0, 0, 9, 0, 0, 0, 9, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0,
    ]
    var record = Array(time)
    for part in [[length, 0, 0, 0, length, 0, 0, 0], ethernet, ip, tcp, Array(text.utf8)] {
      record += part
    }
    return record
  }

  /// Nor does it wait for what may still be told of a packet before it.
  @Test(
    arguments: [("\u{1}\u{2}\u{3}\u{4} of something", 22), ("GET / HTT", 80)] as [(String, UInt8)],
    [1, 3])
  func aHitDoesNotWaitForOthers(_ before: (text: String, port: UInt8), _ threads: Int) throws {
    let bytes = try Self.bytes("Fixtures/demo.pcap")
    let segment = Self.segment(before.text, port: before.port, at: bytes[24..<32])
    try expectToldHit(bytes[..<24] + segment + bytes[24...], threads)
  }

  /// A hit is told when its packet has come, and not when the pipe is closed.
  @Test(arguments: captures, [1, 3])
  func aHitDoesNotWaitForTheEnd(_ path: String, _ threads: Int) throws {
    try expectToldHit(Self.bytes(path)[...], threads)
  }

  private func expectToldHit(_ bytes: ArraySlice<UInt8>, _ threads: Int) throws {
    let database = try Compilation(of: [
      .init(name: "names", bytes: Array("evil.example\n".utf8))
    ]).database()
    let isTold = DispatchSemaphore(value: 0)
    let wasTold = Atomic<Bool>(false)
    var options = ScanOptions()
    options.threads = threads
    let report = Self.withPipe { end in
      // With the beginning of a record that does not come.
      Self.write(bytes + [1, 2, 3, 4, 5], pieces: [bytes.count + 5], pause: 0, to: end)
      if isTold.wait(timeout: .now() + 30) == .success { wasTold.store(true, ordering: .relaxed) }
    } _: { input in
      IndicatorScanner.scan(
        inputs: [input], databases: [database], options: options, to: .hits { _ in isTold.signal() }
      ) { _ in }
    }
    let told = wasTold.load(ordering: .relaxed)
    #expect(told)
    #expect(report.hits > 0 && report.hasErrors)
  }
}
