import Indicators
import Parsing

/// Lines that are records by themselves, recognised by their own content alone: they need no state,
/// and the format may change from line to line.
///
/// Each format has one file. A reader looks for the few bytes that no other line has, and gives up
/// early; what it takes for fields it appends to `line`. Whatever no field covers is read as text,
/// so that nothing is lost if a record says more than its format foresees.
///
/// A reader writes nothing but what is here and what its signature names: paths of fields, facts
/// about the event.
struct LineRecordReader {
  /// The line being read as a record.
  var line = LineRecord()
  /// Its words, for the formats that have them in a fixed order.
  var words: [ColumnRange] = []
  /// The names in the log have the length of each label before it (`CountedNames`).
  var readsCountedNames = false

  let classes = ByteClasses.shared
  /// The format that was asked for, and the year of times that name none.
  let format: LogFormat?
  let year: Int?

  init(options: LogOptions) {
    format = options.format
    year = options.year
  }
}

extension LineRecordReader {
  /// Pairs of a line beyond which it is text: no real record has so many, and each new key costs a
  /// little.
  static let mostPairs = 512

  /// Reads a whole line as a record into `line`; false: it is text.
  mutating func read(
    _ bytes: RawSpan, _ range: Range<Int>, isWhole: Bool = false,
    _ paths: inout FieldPaths, _ facts: inout EventFacts, _ nested: inout NestedReading,
    _ counters: inout LogCounters
  ) -> Bool {
    line.reset()
    let content = bytes.withoutReturn(range)
    guard content.count >= 8 else { return false }
    let header = readSyslogHeader(bytes, content, &paths, &facts)
    if header == nil { line.reset() }
    line.hasHeader = header != nil
    line.isWhole = isWhole
    var message = (header ?? content.lowerBound)..<content.upperBound
    // A byte order mark says that a message is UTF-8 (RFC 5424 §6.4).
    if header != nil, bytes.starts(with: "\u{feff}", at: message.lowerBound), message.count >= 3 {
      message = message.lowerBound + 3..<message.upperBound
    }
    let count = line.fields.count
    if readMessage(bytes, message, &paths, &facts, &nested, &counters) { return true }
    line.cut(to: count)
    line.time = nil
    facts.reset()
    line.text = message
    return header != nil
  }

  /// Reads a message: a line behind its syslog header, or a whole line without one.
  private mutating func readMessage(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts, _ nested: inout NestedReading,
    _ counters: inout LogCounters
  ) -> Bool {
    guard range.count >= 8 else { return false }
    // With another format given, the message in a record may have any of these formats.
    if let format = format, format.isOfLines, format != .syslog {
      return readMessage(bytes, range, as: format, &paths, &facts, &nested, &counters)
    }
    if readsCountedNames, readCountedName(bytes, range, &paths, &facts) { return true }
    if readPiped(bytes, range, &paths, &nested, &counters) { return true }
    switch bytes.byte(unchecked: range.lowerBound) {
    case UInt8(ascii: "%"): return readFirewallMessage(bytes, range, &paths, &facts)
    case UInt8(ascii: "{"): return false
    default: break
    }
    if readPacketFilter(bytes, range, &paths, &facts, &nested)
      || readNameServerQuery(bytes, range, &paths, &facts)
      || readAccessLog(bytes, range, &paths, &facts)
    {
      return true
    }
    return readTokens(bytes, range, &paths, &facts) || readPairs(bytes, range, &paths, &facts)
      || readFirewallMessageBehind(bytes, range, &paths, &facts)
      || readProxyRequest(bytes, range, &paths, &facts)
      || readRequestMessage(bytes, range, &paths)
      || readNameQuestion(bytes, range, &paths, &facts, &nested)
  }

  /// Reads a message in the one format that was asked for.
  private mutating func readMessage(
    _ bytes: RawSpan, _ range: Range<Int>, as format: LogFormat,
    _ paths: inout FieldPaths, _ facts: inout EventFacts, _ nested: inout NestedReading,
    _ counters: inout LogCounters
  ) -> Bool {
    switch format {
    case .cef, .leef: readPiped(bytes, range, &paths, &nested, &counters)
    case .asa:
      readFirewallMessage(bytes, range, &paths, &facts)
        || readFirewallMessageBehind(bytes, range, &paths, &facts)
    case .iptables: readPacketFilter(bytes, range, &paths, &facts, &nested)
    case .bind: readNameServerQuery(bytes, range, &paths, &facts)
    case .access:
      readAccessLog(bytes, range, &paths, &facts) || readProxyRequest(bytes, range, &paths, &facts)
    case .elb, .squid, .vpcFlow: readTokens(bytes, range, &paths, &facts)
    case .logfmt: readPairs(bytes, range, &paths, &facts)
    case .text, .jsonl, .eve, .zeek, .csv, .tsv, .w3c, .syslog: false
    }
  }

  // MARK: Tokens

  /// Cuts a range into `words` at blanks; false: a quote is not closed, or there are too many.
  ///
  /// Blanks in quotes do not separate; a backslash in quotes escapes the character behind it.
  mutating func cutTokens(_ bytes: RawSpan, _ range: Range<Int>, most: Int) -> Bool {
    words.removeAll(keepingCapacity: true)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.space {
        offset += 1
        continue
      }
      guard words.count < most else { return false }
      if byte == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: range.upperBound) else {
          return false
        }
        // A list of strings, as `"h2","http/1.1"`, is one token.
        if close + 1 == range.upperBound || bytes.byte(unchecked: close + 1) == Byte.space {
          words.append(ColumnRange(start: offset + 1, end: close, isQuoted: true))
          offset = close + 1
          continue
        }
      }
      let end = bytes.firstOffset(of: Byte.space, from: offset, to: range.upperBound)
      words.append(ColumnRange(start: offset, end: end ?? range.upperBound))
      offset = end ?? range.upperBound
    }
    return true
  }

  /// Adds a token as a field; one that is `-` has no value.
  mutating func add(
    _ path: FieldPaths.ID, _ bytes: RawSpan, _ token: ColumnRange, fact: EventFact = .none
  ) {
    let range = token.start..<token.end
    let isAbsent = range.count == 1 && bytes.byte(unchecked: token.start) == Byte.minus
    if token.isQuoted {
      line.add(isAbsent ? LineRecord.unread : path, quoted: range)
    } else {
      line.add(isAbsent ? LineRecord.unread : path, range, fact: isAbsent ? .none : fact)
    }
  }
}
