import Database
import Indicators
import Inputs
import Logs
import Testing

@testable import Scanning

/// The output of a chunk full of hits is handed on in pieces, however many lines are around each
/// hit.
@Suite struct SegmentTests {
  @Test(arguments: [0, 1000])
  func muchIsHandedOn(contextLines: Int) throws {
    var options = ScanOptions()
    options.contextLines = contextLines
    let hits = contextLines == 0 ? 40_000 : 2_000
    let line = Array(
      "from 192.0.2.1 to 192.0.2.1 and some more words that make a line longer\n".utf8)
    let log = Array(repeatElement(line, count: hits / 2).joined())
    let worker = ScanWorker(
      processor: HitResolver(databases: [try Self.database()], options: options),
      tools: WorkerTools(logOptions: LogOptions(purpose: .scan), finder: nil))
    let place = SegmentPlace(
      input: 0, path: InputPath("test"), numberBase: 0, offsetBase: 0, countsPackets: false)
    var segment = SegmentOutput()
    var (pieces, lines, greatest) = (0, 0, 0)
    let state = LogState.initial(
      firstBytes: log.span.bytes, isFinal: true, options: LogOptions(purpose: .scan))
    _ = worker.scanText(
      log.span.bytes, from: state, place: place, isFinal: true, output: &segment
    ) { segment in
      greatest = max(greatest, segment.byteCount)
      guard segment.isMuch else { return false }
      lines += segment.count
      pieces += 1
      segment = SegmentOutput()
      return false
    }
    #expect(lines + segment.count == hits)
    #expect(pieces > 1)
    // At most one hit beyond the size at which a segment is handed on.
    #expect(greatest < 5 << 20)
  }

  private static func database() throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "test", format: "plain"))
    let record = IndicatorRecord(
      kind: .ipv4, mode: .exact, prefixLength: 32, schemeLength: 0, feed: feed, line: 1,
      context: 0, valueLength: 0, valueOffset: 0)
    let value: [UInt8] = [192, 0, 2, 1]
    indicators.append(record, value: value.span.bytes)
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}
