import Indicators
import Parsing

/// A flow in a record of Azure's flow logs, of network security groups and of virtual networks: a
/// string with values in fixed places, one of many in the record (Microsoft, "Flow logging for
/// network security groups", "Virtual network flow logs").
///
/// `1714557600,192.0.2.1,198.51.100.7,28746,443,T,I,D,…` has a time, the addresses and ports of
/// both ends, the protocol, the direction, and what became of the flow; numbers of packets and
/// bytes may follow.
struct FlowTuple {
  var time: Int64
  var source: Range<Int>
  var destination: Range<Int>
  var sourcePort: UInt16
  var destinationPort: UInt16
  var ipProtocol: UInt8
  /// It was denied, by a rule of a group (`D` in place of `A`) or of a network (in place of the
  /// flow's state).
  var isDenied: Bool

  /// Reads a flow; nil if the text is none.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = range.lowerBound
    func next() -> Range<Int>? {
      guard cursor <= range.upperBound else { return nil }
      let end = bytes.firstOffset(of: Byte.comma, from: cursor, to: range.upperBound)
      defer { cursor = (end ?? range.upperBound) + 1 }
      return cursor..<(end ?? range.upperBound)
    }
    guard let time = next(), time.count == 10 || time.count == 13, bytes.isNumber(time),
      let nanoseconds = LogTime.field(bytes, time, year: nil)?.time,
      let source = next(), Self.isAddress(bytes, source),
      let destination = next(), Self.isAddress(bytes, destination),
      let sourcePort = next(), bytes.isNumber(sourcePort),
      let destinationPort = next(), bytes.isNumber(destinationPort),
      let number = next().flatMap({ Self.ipProtocol(bytes, $0) }),
      let direction = next(), direction.count == 1,
      let state = next(), state.count == 1
    else { return nil }
    switch bytes.byte(unchecked: direction.lowerBound) {
    case UInt8(ascii: "I"), UInt8(ascii: "O"): break
    default: return nil
    }
    switch bytes.byte(unchecked: state.lowerBound) {
    case UInt8(ascii: "D"): isDenied = true
    // Allowed; or it began, goes on or has ended.
    case UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "C"), UInt8(ascii: "E"):
      isDenied = false
    default: return nil
    }
    self.time = nanoseconds
    (self.source, self.destination) = (source, destination)
    self.sourcePort = NumberText.port(bytes, sourcePort) ?? 0
    self.destinationPort = NumberText.port(bytes, destinationPort) ?? 0
    ipProtocol = number
  }

  private static func isAddress(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    2...45 ~= range.count
      && (IPAddressText.ipv4(bytes, range) != nil || IPAddressText.ipv6(bytes, range) != nil)
  }

  /// A letter in logs of groups, a number in those of networks.
  private static func ipProtocol(_ bytes: RawSpan, _ range: Range<Int>) -> UInt8? {
    if bytes.isWord(range, "T") { return IPProtocol.tcp }
    if bytes.isWord(range, "U") { return IPProtocol.udp }
    return NumberText.unsigned(bytes, range).flatMap { UInt8(exactly: $0) }
  }
}

extension Extraction {
  /// Emits the values of a flow as an event of its own, with its time and its ends; false: the text
  /// is no flow.
  mutating func scanFlowTuple(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    guard let flow = FlowTuple(bytes, unit.start..<unit.end) else { return false }
    event.hasFlowTuples = true
    keepingOuterEvent { extraction in
      extraction.emitFlow(flow, bytes, unit, into: &batch)
    }
    return true
  }

  private mutating func emitFlow(
    _ flow: FlowTuple, _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    event.forgetFacts()
    let outer = scanner.record.beginEvent(batch)
    var part = unit
    (part.sibling, part.isQuoted) = (-1, false)
    (part.start, part.end) = (flow.source.lowerBound, flow.source.upperBound)
    (part.port, part.side) = (flow.sourcePort, .originator)
    scanner.scan(bytes, part, into: &batch)
    (part.start, part.end) = (flow.destination.lowerBound, flow.destination.upperBound)
    (part.port, part.side) = (flow.destinationPort, .responder)
    scanner.scan(bytes, part, into: &batch)
    (part.start, part.end) = (flow.destination.upperBound, unit.end)
    (part.port, part.side) = (0, [])
    scanner.scan(bytes, part, into: &batch)
    if scanner.record.isInBatch {
      event.facts.note(isSource: true, bytes, flow.source, port: flow.sourcePort)
      event.facts.note(isSource: false, bytes, flow.destination, port: flow.destinationPort)
      event.facts.note(ipProtocol: flow.ipProtocol)
      event.facts.note(flow.isDenied ? Verdict.blocked : .allowed)
      scanner.record.set(time: flow.time, &batch)
      event.setContext(of: scanner.record, &batch)
    }
    scanner.record.endEvent(in: outer, &batch)
  }
}
