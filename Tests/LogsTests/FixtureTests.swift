import Foundation
import Indicators
import Inputs
import Logs
import Parsing
import Testing

/// Each log in `Fixtures/Logs` beside what `extract` finds in it: kind, field, value, place, time, and what
/// the record says of its event.
///
/// With `SEKISHO_UPDATE_FIXTURES` set the expectations are written anew; look at the difference.
@Suite("Logs of the repository")
struct FixtureTests {
  static let folder: URL = {
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return URL(fileURLWithPath: "/\(package)/Fixtures/Logs")
  }()

  static let logs: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasSuffix(".expected") && !$0.hasPrefix(".") && $0 != "README.md" }
      .sorted()
  }()

  @Test func thereAreLogs() {
    #expect(Self.logs.count >= 15)
  }

  @Test(arguments: logs)
  func findsWhatIsExpected(_ name: String) throws {
    let log = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
    let found = Self.listing(log) { $0 }
    let path = Self.folder.appendingPathComponent(name + ".expected")
    if ProcessInfo.processInfo.environment["SEKISHO_UPDATE_FIXTURES"] != nil {
      try Data(found.utf8).write(to: path)
    }
    let expected = String(decoding: try Data(contentsOf: path), as: UTF8.self)
    #expect(found == expected)
    // Nothing depends on where the bytes are cut.
    for size in [1, 7, 64, 1000] {
      #expect(Self.listing(log) { _ in size } == expected, "in pieces of \(size)")
    }
  }

  /// The reference finds the same.
  @Test(arguments: logs)
  func agreesWithTheReference(_ name: String) throws {
    let log = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
    let differences = LogDifferences(
      reference: ExtractionWay.reference.extract(log), extractor: ExtractionWay.whole.extract(log))
    #expect(differences.isEmpty, "\(differences.describe(log: name, limit: 40))")
  }

  /// Expects that every value of a line is told with the same ends and verdict, in parentheses, or with none.
  static func expectTold(_ line: String, _ says: String) {
    let found = listing(Array(line.utf8)) { $0 }.split(separator: "\n")
    #expect(!found.isEmpty, "\(line)")
    for value in found where !value.hasPrefix("#") {
      let told = value.firstIndex(of: "(").map { value[$0...] } ?? ""
      #expect(told == says, "\(value)")
    }
  }

  /// One line for each observable.
  static func listing(_ log: [UInt8], growth: (Int) -> Int) -> String {
    let options = LogOptions(purpose: .extract)
    let extractor = LogExtractor(options: options)
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var text = ""
    var (start, end, line) = (0, 0, UInt64(0))
    while true {
      end = min(log.count, end + max(1, growth(log.count)))
      let chunk = Array(log[start..<end])
      var offset = 0
      while true {
        let progress = extractor.extract(
          chunk.span.bytes, from: &offset, line: &line, state: &state, isFinal: end == log.count,
          into: &batch)
        for observable in batch.observables
        where observable.flags.isDisjoint(with: [.fallback, .joint]) {
          text += tell(observable, batch, chunk, start) + "\n"
        }
        batch.removeAll()
        if progress == .needsMore { break }
      }
      if end == log.count { break }
      start += offset
    }
    for (reason, count) in extractor.tally.counts.sorted(by: { $0.key < $1.key }) {
      text += "# \(reason): \(count)\n"
    }
    return text
  }

  private static func tell(
    _ observable: Observable, _ batch: ObservableBatch, _ chunk: [UInt8], _ base: Int
  ) -> String {
    let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
    let bytes =
      observable.flags.contains(.inArena) ? Array(batch.arena[range]) : Array(chunk[range])
    var value: [UInt8] = []
    switch observable.kind {
    case .ipv4: value = ReferenceAddress.text(ipv4: bytes)
    case .ipv6: value = ReferenceAddress.text(ipv6: bytes)
    default:
      if observable.kind.isDigest {
        Hex.encode(bytes.span.bytes, to: &value)
      } else {
        value = bytes
      }
    }
    let record = batch.records[Int(observable.record)]
    var text = "\(record.number):\(base + Int(record.base) + Int(observable.position)) "
    text +=
      "\(observable.kind.name) \(String(decoding: batch.fields.name(observable.field), as: UTF8.self)) "
    text += String(decoding: value, as: UTF8.self)
    if observable.port > 0 { text += " port \(observable.port)" }
    if observable.flags.contains(.originator) { text += " source" }
    if observable.flags.contains(.responder) { text += " destination" }
    if record.time != ObservableRecord.noTime {
      var time: [UInt8] = []
      Timestamp.append(record.time, to: &time)
      text += " at " + String(decoding: time, as: UTF8.self)
    }
    return text + tell(record, batch)
  }

  private static func tell(_ record: ObservableRecord, _ batch: ObservableBatch) -> String {
    guard record.context != ObservableRecord.noContext else { return "" }
    let event = batch.contexts[Int(record.context)]
    func tell(_ end: EventEndpoint?) -> String {
      guard let end else { return "?" }
      let text = end.address.text(isIPv4: end.isIPv4)
      return String(decoding: text, as: UTF8.self) + (end.port > 0 ? "#\(end.port)" : "")
    }
    var text = " ("
    if let number = event.ipProtocol { text += "protocol \(number) " }
    text += "\(tell(event.source)) to \(tell(event.destination))"
    if !event.state.isEmpty { text += " " + String(decoding: event.state.bytes, as: UTF8.self) }
    if let verdict = event.verdict { text += " \(verdict)" }
    return text + ")"
  }
}
