import Capture
import Indicators
import Inputs
import TestSupport
import Parsing
import Testing

/// What a reader made of a capture, as text.
struct Observed {
  /// `packet field value`, with the port behind addresses that have one.
  var lines: [String] = []
  /// `packet field value code` for what responses of DNS hold.
  var responses: [String] = []
  /// The same with everything that an observable, its record and its flow say.
  var details: [String] = []
  var counts: [String: UInt64] = [:]
  var packets: UInt64 = 0
  var error: CaptureError?

  /// Reads a whole capture; a fault is in `error`.
  init(_ capture: [UInt8], _ options: CaptureOptions = CaptureOptions()) {
    self.init(InputSource(bytes: capture, path: "test"), options)
  }

  init(_ source: InputSource, _ options: CaptureOptions = CaptureOptions()) {
    do {
      let reader = try CaptureReader(source: source, options: options)
      try read(reader)
    } catch {
      self.error = error
    }
  }

  private mutating func read(_ reader: CaptureReader) throws(CaptureError) {
    defer {
      counts = reader.tally.counts
      packets = reader.packetCount
    }
    var batch = ObservableBatch()
    while try reader.fill(&batch) {
      for observable in batch.observables { append(observable, batch) }
      batch.removeAll()
    }
  }

  /// The lines whose field is neither an address of a header nor a fingerprint.
  var values: [String] { lines.filter { !$0.contains(" ip.") && !$0.contains(" tls.ja") } }

  /// The lines whose field is a fingerprint.
  var fingerprints: [String] { lines.filter { $0.contains(" tls.ja") } }

  /// The lines whose field begins with `ip.`.
  var addresses: [String] { lines.filter { $0.contains(" ip.") } }

  private mutating func append(_ observable: Observable, _ batch: ObservableBatch) {
    let record = batch.records[Int(observable.record)]
    let field = String(decoding: batch.fields.name(observable.field), as: UTF8.self)
    let start = Int(observable.offset)
    let bytes = Array(batch.arena[start..<start + Int(observable.length)])
    var text: [UInt8] = []
    switch observable.kind {
    case .ipv4:
      IPAddressText.append(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) }, to: &text)
    case .ipv6:
      IPAddressText.append(
        ipv6: (
          bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
          bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        ), to: &text)
    case let kind where kind.isDigest:
      text = Array(hex(bytes).utf8)
    default: text = bytes
    }
    var line = "\(record.number) \(field) \(String(decoding: text, as: UTF8.self))"
    if observable.port != 0 { line += ":\(observable.port)" }
    lines.append(line)
    if let code = record.responseCode { responses.append("\(line) \(code.name)") }
    let flow = record.flow == ObservableRecord.noFlow ? nil : batch.flows[Int(record.flow)]
    details.append(
      "\(line) \(observable.kind.name) \(observable.flags.rawValue) \(observable.schemeLength) "
        + "\(record.time) \(String(describing: flow))")
  }
}

/// A named capture and what is seen in it.
struct CaptureCase: CustomTestStringConvertible, Sendable {
  var name: String
  var capture: [UInt8]
  var expected: [String]
  var testDescription: String { name }

  init(_ name: String, _ capture: [UInt8], _ expected: [String]) {
    self.name = name
    self.capture = capture
    self.expected = expected
  }
}

/// Lists cases one to a statement, which the compiler checks one by one.
@resultBuilder
enum CaseTable {
  static func buildBlock(_ cases: CaptureCase...) -> [CaptureCase] { cases }
}
