import Indicators
import Parsing

/// Lines that are records by themselves, recognised by their own content alone: they need no state,
/// and the format may change from line to line.
///
/// Each format is a namespace with a file of its own. It looks for the few bytes that no other line
/// has, and gives up early; what it takes for fields it appends to the `line` of the extraction.
/// Whatever no field covers is read as text, so that nothing is lost if a record says more than its
/// format foresees.
///
/// A format emits nothing. Of the extraction it writes `line` and `lineWords`, the paths of fields
/// and the facts about the event, and counts broken records.
enum LineRecordReader {
  /// The fewest bytes of a record.
  private static let fewestBytes = 8

  /// Reads a whole line as a record into `line`; false: it is text.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, isWhole: Bool = false, _ extraction: inout Extraction
  ) -> Bool {
    extraction.line.reset()
    let content = bytes.withoutReturn(range)
    guard content.count >= fewestBytes else { return false }
    let header = SyslogHeader.read(bytes, content, &extraction)
    if header == nil { extraction.line.reset() }
    extraction.line.hasHeader = header != nil
    extraction.line.isWhole = isWhole
    var message = (header ?? content.lowerBound)..<content.upperBound
    // A byte order mark says that a message is UTF-8 (RFC 5424 §6.4).
    if header != nil, bytes.starts(with: "\u{feff}", at: message.lowerBound), message.count >= 3 {
      message = message.lowerBound + 3..<message.upperBound
    }
    let count = extraction.line.fields.count
    if readMessage(bytes, message, &extraction) { return true }
    extraction.line.cut(to: count)
    extraction.line.time = nil
    extraction.event.facts.reset()
    extraction.line.text = message
    return header != nil
  }

  /// Reads a message: a line behind its syslog header, or a whole line without one.
  private static func readMessage(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard range.count >= fewestBytes else { return false }
    // With another format given, the message in a record may have any of these formats.
    if let format = extraction.options.format, format.isOfLines, format != .syslog {
      return readMessage(bytes, range, as: format, &extraction)
    }
    if extraction.readsCountedNames, CountedNames.read(bytes, range, &extraction) { return true }
    if PipedRecord.read(bytes, range, &extraction) { return true }
    switch bytes.byte(unchecked: range.lowerBound) {
    case UInt8(ascii: "%"): return FirewallMessage.read(bytes, range, &extraction)
    case UInt8(ascii: "{"): return false
    default: break
    }
    return PacketFilter.read(bytes, range, &extraction)
      || NameServerLog.read(bytes, range, &extraction)
      || AccessLog.read(bytes, range, &extraction)
      || TokenRecord.read(bytes, range, &extraction)
      || PairRecord.read(bytes, range, &extraction)
      || FirewallMessage.readBehindFront(bytes, range, &extraction)
      || ProxyRequest.read(bytes, range, &extraction)
      || RequestMessage.read(bytes, range, &extraction)
      || NameQuestion.read(bytes, range, &extraction)
  }

  /// Reads a message in the one format that was asked for.
  private static func readMessage(
    _ bytes: RawSpan, _ range: Range<Int>, as format: LogFormat, _ extraction: inout Extraction
  ) -> Bool {
    switch format {
    case .cef, .leef: PipedRecord.read(bytes, range, &extraction)
    case .asa:
      FirewallMessage.read(bytes, range, &extraction)
        || FirewallMessage.readBehindFront(bytes, range, &extraction)
    case .iptables: PacketFilter.read(bytes, range, &extraction)
    case .bind: NameServerLog.read(bytes, range, &extraction)
    case .access:
      AccessLog.read(bytes, range, &extraction) || ProxyRequest.read(bytes, range, &extraction)
    case .elb, .squid, .vpcFlow: TokenRecord.read(bytes, range, &extraction)
    case .logfmt: PairRecord.read(bytes, range, &extraction)
    case .text, .jsonl, .eve, .zeek, .csv, .tsv, .w3c, .syslog: false
    }
  }
}
