import Foundation
import TestSupport
import Testing

/// Captures of several stretches, read by one thread and by several.
@Suite struct ThreadTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A capture of raw IP in which flows wait for bytes while many others come and go.
  private struct Capture {
    var bytes: [UInt8] = []
    private var packets: UInt32 = 0

    init() {
      for word: UInt32 in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 101] { append(word) }
    }

    private mutating func append(_ word: UInt32) {
      for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    private static func big(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    private mutating func packet(_ ipProtocol: UInt8, _ source: Int, _ payload: [UInt8]) {
      let length = 20 + payload.count
      for word in [1_700_000_000 + packets / 1000, packets % 1000, UInt32(length), UInt32(length)] {
        append(word)
      }
      packets += 1
      bytes += [0x45, 0] + Self.big(length, 2) + [0, 0, 0, 0, 64, ipProtocol, 0, 0]
      bytes += Self.big(0xc612_0000 + source, 4) + [192, 0, 2, 2] + payload
    }

    mutating func segment(_ port: Int, _ sequence: Int, _ flags: UInt8, _ text: String = "") {
      let head = Self.big(port, 2) + [0, 80] + Self.big(sequence, 4) + [0, 0, 0, 1, 0x50, flags]
      packet(6, 1, head + [32, 0, 0, 0, 0, 0] + Array(text.utf8))
    }

    mutating func questions(_ count: Int) {
      for index in 0..<count {
        let name = Array("q\(index).example".utf8)
        let split = name.firstIndex(of: 0x2e) ?? 0
        let question =
          [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, UInt8(split)] + name[..<split] + [7]
          + name[(split + 1)...] + [0, 0, 1, 0, 1]
        packet(
          17, 2 + index & 0xffff,
          Self.big(4000 + index % 50_000, 2) + [0, 53] + Self.big(8 + question.count, 2) + [0, 0]
            + question)
      }
    }
  }

  private func capture() throws -> String {
    let request = "GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n"
    var capture = Capture()
    capture.segment(1000, 999, 2)
    capture.segment(1000, 1010, 0x18, String(request.dropFirst(10)))
    capture.questions(12_000)
    capture.segment(1000, 1000, 0x18, String(request.prefix(10)))
    capture.segment(3000, 999, 2)
    capture.segment(3000, 1100, 0x18, request)
    for _ in 0..<2 { capture.questions(12_000) }
    return try folder.write("order.pcap", capture.bytes)
  }

  /// Lines with much text are packed until they are written, among others that are not.
  @Test func longLinesStandInTheirPlaces() throws {
    var capture = Capture()
    for _ in 0..<30 { capture.questions(40) }
    let path = try folder.write("long.pcap", capture.bytes)
    var feed = "domain,description\n"
    for index in 0..<40 {
      for row in 0..<(index % 2 == 0 ? 150 : 1) {
        feed += "q\(index).example,what row \(row) says\n"
      }
    }
    let arguments = ["scan", "--quiet", "--feed", try folder.write("long.csv", feed)]
    for format in ["ndjson", "csv"] {
      let outputs = try ["1", "2", "5"].map {
        try CommandRunner.run(arguments + ["--format", format, "--threads", $0, path]).lines
      }
      #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
      let lines = outputs[0].suffix(1200)
      #expect(lines.count == 1200)
      for (packet, line) in lines.enumerated() {
        let sources = line.components(separatedBy: "what row ").count - 1
        // A row of a table tells of one source.
        if format == "ndjson" {
          #expect(sources == (packet % 2 == 0 ? 150 : 1))
          #expect(line.contains("\"packet\":\(packet + 1)}"))
        }
      }
    }
  }

  @Test(arguments: [
    [], ["--max-stream", "65M"], ["--max-flows", "64"], ["--max-reassembly", "3M"],
  ])
  func anyNumberOfThreadsWritesTheSame(_ limits: [String]) throws {
    let capture = try capture()
    let arguments = ["extract"] + limits
    let one = try CommandRunner.run(arguments + ["--threads", "1", capture])
    #expect(one.status == 0)
    #expect(one.lines.count > 50_000)
    var last = 0
    for line in one.lines {
      let number = line.firstRange(of: "\"packet\":").flatMap {
        Int(line[$0.upperBound...].prefix { $0.isNumber })
      }
      let packet = try #require(number)
      if packet < last { Issue.record("\(line) behind packet \(last)") }
      last = packet
    }
    for threads in ["2", "5"] {
      let many = try CommandRunner.run(arguments + ["--threads", threads, capture])
      #expect(many.status == 0)
      #expect(one.output == many.output, "\(threads)")
    }
  }

  /// An input that was read in part is one input, wherever the limit ends it.
  @Test(arguments: ["1", "11000"])
  func anInputIsCountedOnce(_ limit: String) throws {
    let feed = try folder.write("feed.txt", "192.0.2.2\n")
    let summary = folder.path("summary.json")
    _ = try CommandRunner.run([
      "scan", "--quiet", "--feed", feed, "--limit", limit, "--threads", "1", "--summary", summary,
      try capture(),
    ])
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(text.contains("\"inputs\":1,") && text.contains("\"complete\":false"), "\(text)")
  }

  /// What nobody wants to read any more was not read to its end.
  @Test func aBrokenPipeLeavesTheRunIncomplete() throws {
    let feed = try folder.write("feed.txt", "192.0.2.2\n")
    let log = try folder.write(
      "many.log", (0..<20_000).map { "\($0) from 192.0.2.2 and so on\n" }.joined())
    let summary = folder.path("summary.json")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--format", "ndjson", "--quiet", "--summary", summary, log],
      redirect: "| head -n 1")
    #expect(result.lines.count == 1)
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(text.contains("\"inputs\":1,") && text.contains("\"complete\":false"), "\(text)")
  }

  /// So many hits in each chunk that they are handed on before its end, and not held before its turn.
  @Test func chunksFullOfHitsAreWrittenTheSame() throws {
    let feed = try folder.write("feed.txt", Array("192.0.2.1\n192.0.2.2\n".utf8))
    var log: [UInt8] = []
    for line in 0..<20_000 {
      log += Array("\(line) from 192.0.2.\(line % 3) and so on and on until a chunk is full\n".utf8)
      if line % 7 == 0 { log += Array("{\"ip\":\n\"192.0.2.2\"}\n".utf8) }
    }
    log += log
    let path = try folder.write("dense.log", log)
    let arguments = ["scan", "--feed", feed, "--format", "ndjson", "--quiet"]
    let one = try CommandRunner.run(arguments + ["--threads", "1", path])
    #expect(one.status == 1)
    #expect(one.lines.count == 2 * (13_333 + 2_858))
    var last = 0
    for line in one.lines {
      let start = line.range(of: "\"line\":", options: .backwards)?.upperBound ?? line.startIndex
      let number = Int(line[start...].prefix { $0.isNumber }) ?? 0
      #expect(number >= last)
      last = number
    }
    let three = try CommandRunner.run(arguments + ["--threads", "3", path])
    #expect(three.output == one.output)
    // Inputs whose turn has not come wait with what is much.
    let part = Array(log.prefix(log.count / 8))
    let inputs = [
      "--context", "20", try folder.write("a.log", part), try folder.write("b.log", part),
    ]
    let inTurn = try CommandRunner.run(arguments + ["--threads", "1"] + inputs)
    let atOnce = try CommandRunner.run(arguments + ["--threads", "3"] + inputs)
    #expect(inTurn.lines.count > 4_000)
    #expect(atOnce.output == inTurn.output)
  }
}
