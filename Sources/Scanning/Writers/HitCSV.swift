import Indicators
import Inputs
import Parsing

/// Writes hits as CSV (RFC 4180), one row a hit.
struct HitCSV {
  /// The header row; it has a column for the allow list if suppressed hits are shown.
  static func header(showsSuppressed: Bool) -> String {
    columns + (showsSuppressed ? ",suppressed_by\n" : "\n")
  }

  private static let columns =
    "time,kind,field,value,match,indicator,feed,feed_line,confidence,tlp,labels,path,number,offset,src,src_port,dst,dst_port,direction,state,verdict,seen_from"

  private var text: [UInt8] = []
  private let home: HomeNetworks
  private let showsSuppressed: Bool

  /// - Parameters:
  ///   - home: the networks that count as ours, for the direction of flows.
  ///   - showsSuppressed: whether rows have a column for the allow list that suppresses a hit.
  init(home: HomeNetworks, showsSuppressed: Bool) {
    self.home = home
    self.showsSuppressed = showsSuppressed
  }

  /// Appends one hit as a row without its end.
  mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    let first = hit.indicators[0]
    let source = first.firstSource
    text.removeAll(keepingCapacity: true)
    if let time = hit.time { Timestamp.append(time, to: &text) }
    output.append(contentsOf: text)
    cell(Array(hit.kind.name.utf8), to: &output)
    cell(hit.field, to: &output)
    cell(hit.value, to: &output)
    cell(Array(hit.match.name.utf8), to: &output)
    cell(first.entry.value, to: &output)
    cell(source.feed, to: &output)
    cell(source.lines.first.map { Array("\($0)".utf8) } ?? [], to: &output)
    cell(source.confidence.map { Array("\($0)".utf8) } ?? [], to: &output)
    cell(Array((source.tlp.name ?? "").utf8), to: &output)
    cell(Array(source.labels.joined(separator: Array(";".utf8))), to: &output)
    cell(hit.path.bytes, to: &output)
    cell(Array("\(hit.number)".utf8), to: &output)
    cell(hit.offset.map { Array("\($0)".utf8) } ?? [], to: &output)
    cell(hit.sourceEndpoint, to: &output)
    cell(hit.destinationEndpoint, to: &output)
    let flow = hit.flow ?? hit.event?.flow
    cell(flow.map { home.direction(of: $0).rawValue } ?? "", to: &output)
    if hit.flow?.hasOverlap == true {
      cell("overlap", to: &output)
    } else if hit.flow != nil, let code = hit.responseCode {
      cell(code.name, to: &output)
    } else {
      cell(hit.event?.state.bytes ?? [], to: &output)
    }
    let verdict = hit.event?.verdict
    cell(verdict.map { "\($0.name)" } ?? "", to: &output)
    cell(hit.endpoint.map { "\($0.name)" } ?? "", to: &output)
    if showsSuppressed { cell(hit.suppression?.list ?? [], to: &output) }
  }

  private func cell(_ value: String, to output: inout [UInt8]) {
    cell(Array(value.utf8), to: &output)
  }

  /// Appends two cells for an address and a port, each of which may be unknown.
  private func cell(_ endpoint: EventEndpoint?, to output: inout [UInt8]) {
    cell(endpoint.map(\.text) ?? [], to: &output)
    let port = endpoint.map(\.port) ?? 0
    cell(port > 0 ? Array("\(port)".utf8) : [], to: &output)
  }

  private func cell(_ value: [UInt8], to output: inout [UInt8]) {
    let value = UTF8Decoder.isValid(value.rawSpan) ? value : Self.escaped(value)
    output.append(UInt8(ascii: ","))
    let needsQuotes = value.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte < 0x20
    }
    guard needsQuotes else {
      output.append(contentsOf: value)
      return
    }
    output.append(UInt8(ascii: "\""))
    for byte in value {
      if byte == UInt8(ascii: "\"") { output.append(byte) }
      output.append(byte)
    }
    output.append(UInt8(ascii: "\""))
  }
}

extension HitCSV {
  /// Escapes bytes that are not UTF-8 as a hit's JSON does.
  ///
  /// Each byte that belongs to no character becomes `\xnn`, and each backslash is doubled.
  private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let length = UTF8Decoder.sequenceLength(bytes.rawSpan, at: offset)
      if length == 0 {
        text += "\\x".utf8
        text.append(Hex.digit(bytes[offset] >> 4))
        text.append(Hex.digit(bytes[offset]))
      } else {
        if bytes[offset] == Byte.backslash { text.append(Byte.backslash) }
        text += bytes[offset..<offset + length]
      }
      offset += max(length, 1)
    }
    return text
  }
}

extension FlowRecord {
  /// An endpoint's address as text.
  func addressText(_ address: IPAddress) -> [UInt8] { address.text(isIPv4: ipVersion == 4) }
}

extension Verdict {
  /// The word for it in every format.
  var name: StaticString { self == .blocked ? "blocked" : "allowed" }
}

extension FlowEndpoint {
  /// The word for it in every format.
  var name: StaticString { self == .originator ? "originator" : "responder" }
}

extension EventEndpoint {
  /// The address as text.
  var text: [UInt8] { address.text(isIPv4: isIPv4) }
}
