import Indicators
import Parsing

/// Lines that are records by themselves, recognised by their own content alone: they need no state,
/// and the format may change from line to line.
///
/// Each format has one file. A reader looks for the few bytes that no other line has, and gives up
/// early; what it takes for fields it appends to `line`. Whatever no field covers is read as text,
/// so that nothing is lost if a record says more than its format foresees.
extension Extraction {
  /// Pairs of a line beyond which it is text: no real record has so many, and each new key costs a
  /// little.
  static let mostPairs = 512

  /// Whether lines may be records of these formats.
  var readsLineRecords: Bool { options.format?.isOfLines ?? true }

  /// Whether a line may be the header of VPC flow logs.
  var readsFlowHeaders: Bool { options.format == nil || options.format == .vpcFlow }

  /// Reads a whole line as a record into `line`; false: it is text.
  mutating func readLineRecord(
    _ bytes: RawSpan, _ range: Range<Int>, isWhole: Bool = false
  ) -> Bool {
    line.reset()
    let content = withoutReturn(bytes, range)
    guard content.count >= 8 else { return false }
    let header = readSyslogHeader(bytes, content)
    if header == nil { line.reset() }
    line.hasHeader = header != nil
    line.isWhole = isWhole
    var message = (header ?? content.lowerBound)..<content.upperBound
    // A byte order mark says that a message is UTF-8 (RFC 5424 §6.4).
    if header != nil, bytes.starts(with: "\u{feff}", at: message.lowerBound), message.count >= 3 {
      message = message.lowerBound + 3..<message.upperBound
    }
    let count = line.fields.count
    if readMessage(bytes, message) { return true }
    line.cut(to: count)
    line.time = nil
    facts.reset()
    line.text = message
    return header != nil
  }

  /// Reads a message: a line behind its syslog header, or a whole line without one.
  private mutating func readMessage(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count >= 8 else { return false }
    // With another format given, the message in a record may have any of these formats.
    if let format = options.format, format.isOfLines, format != .syslog {
      return readMessage(bytes, range, as: format)
    }
    if readsCountedNames, readCountedName(bytes, range) { return true }
    if readPiped(bytes, range) { return true }
    switch bytes.byte(unchecked: range.lowerBound) {
    case UInt8(ascii: "%"): return readFirewallMessage(bytes, range)
    case UInt8(ascii: "{"): return false
    default: break
    }
    if readPacketFilter(bytes, range) || readNameServerQuery(bytes, range)
      || readAccessLog(bytes, range)
    {
      return true
    }
    return readTokens(bytes, range) || readPairs(bytes, range)
      || readFirewallMessageBehind(bytes, range) || readProxyRequest(bytes, range)
      || readRequestMessage(bytes, range) || readNameQuestion(bytes, range)
  }

  /// Reads a message in the one format that was asked for.
  private mutating func readMessage(
    _ bytes: RawSpan, _ range: Range<Int>, as format: LogFormat
  ) -> Bool {
    switch format {
    case .cef, .leef: readPiped(bytes, range)
    case .asa: readFirewallMessage(bytes, range) || readFirewallMessageBehind(bytes, range)
    case .iptables: readPacketFilter(bytes, range)
    case .bind: readNameServerQuery(bytes, range)
    case .access:
      readAccessLog(bytes, range) || readProxyRequest(bytes, range)
    case .elb, .squid, .vpcFlow: readTokens(bytes, range)
    case .logfmt: readPairs(bytes, range)
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
        guard let close = closingQuote(bytes, from: offset + 1, to: range.upperBound) else {
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

  /// The quote that closes a string, not counting those behind a backslash.
  func closingQuote(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    var offset = start
    while offset < end {
      switch bytes.byte(unchecked: offset) {
      case Byte.quote: return offset
      case Byte.backslash: offset += 2
      default: offset += 1
      }
    }
    return nil
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

  /// The end of the token that begins at an offset.
  func tokenEnd(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    bytes.firstOffset(of: Byte.space, from: start, to: end) ?? end
  }

  /// Whether a token is a number: digits, perhaps behind a minus sign, and with a fraction if
  /// `withFraction`.
  func isNumber(_ bytes: RawSpan, _ range: Range<Int>, withFraction: Bool = false) -> Bool {
    var start = range.lowerBound
    if start < range.upperBound, bytes.byte(unchecked: start) == Byte.minus { start += 1 }
    var end = LogTime.digits(bytes, from: start, to: range.upperBound).upperBound
    guard end > start else { return false }
    if withFraction, end < range.upperBound, bytes.byte(unchecked: end) == Byte.dot {
      end = LogTime.digits(bytes, from: end + 1, to: range.upperBound).upperBound
    }
    return end == range.upperBound
  }
}
