import Indicators
import Parsing

/// What the formats known line by line have in common: cutting a line into words and taking them
/// for fields.
extension Extraction {
  /// Cuts a range into `lineWords` at blanks; false: a quote is not closed, or there are too many.
  ///
  /// Blanks in quotes do not separate; a backslash in quotes escapes the character behind it.
  mutating func cutTokens(_ bytes: RawSpan, _ range: Range<Int>, most: Int) -> Bool {
    lineWords.removeAll(keepingCapacity: true)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.space {
        offset += 1
        continue
      }
      guard lineWords.count < most else { return false }
      if byte == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: range.upperBound) else {
          return false
        }
        // A list of strings, as `"h2","http/1.1"`, is one token.
        if close + 1 == range.upperBound || bytes.byte(unchecked: close + 1) == Byte.space {
          lineWords.append(ColumnRange(start: offset + 1, end: close, isQuoted: true))
          offset = close + 1
          continue
        }
      }
      let end = bytes.firstOffset(of: Byte.space, from: offset, to: range.upperBound)
      lineWords.append(ColumnRange(start: offset, end: end ?? range.upperBound))
      offset = end ?? range.upperBound
    }
    return true
  }

  /// Adds a word as a field under the name that its format gives it; one that is `-` has no value.
  mutating func addField(
    _ name: StaticString, _ bytes: RawSpan, _ word: ColumnRange, fact: EventFact = .none
  ) {
    let path = scanner.paths.name(name)
    let range = word.start..<word.end
    let isAbsent = range.count == 1 && bytes.byte(unchecked: word.start) == Byte.minus
    if word.isQuoted {
      line.add(isAbsent ? LineRecord.unread : path, quoted: range)
    } else {
      line.add(isAbsent ? LineRecord.unread : path, range, fact: isAbsent ? .none : fact)
    }
  }

  /// Adds a field whose value is a whole range.
  mutating func addField(_ name: StaticString, _ range: Range<Int>, fact: EventFact = .none) {
    line.add(scanner.paths.name(name), range, fact: fact)
  }

  /// Adds a field whose value is between quotes or brackets.
  mutating func addField(_ name: StaticString, quoted range: Range<Int>) {
    line.add(scanner.paths.name(name), quoted: range)
  }

  /// Adds a field that has its key in the line, before its value.
  @discardableResult mutating func addPair(
    _ bytes: RawSpan, key: Range<Int>, value: Range<Int>, escapes: LineField.Escapes = .none
  ) -> FieldPaths.ID {
    let path = scanner.paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    line.add(path, key: key.lowerBound, value: value, escapes: escapes)
    return path
  }

  /// Adds an address with its port as a field that is one end of the event.
  mutating func addEndpoint(
    _ name: StaticString, _ bytes: RawSpan, _ word: ColumnRange, isSource: Bool
  ) {
    guard let colon = bytes.lastOffset(of: Byte.colon, from: word.start, to: word.end) else {
      addField(name, bytes, word)
      return
    }
    let port = NumberText.port(bytes, colon + 1..<word.end) ?? 0
    var address = word.start..<colon
    addField(name, bytes, word)
    // The part behind the last colon is the port, though it could also be a group of an IPv6
    // address.
    if IPAddressText.ipv6(bytes, address) != nil { line.setPort(port, address: address) }
    if address.count > 2, bytes.byte(unchecked: address.lowerBound) == UInt8(ascii: "[") {
      address = address.lowerBound + 1..<address.upperBound - 1
    }
    event.facts.note(isSource: isSource, bytes, address, port: port)
    line.setSide(isSource: isSource)
  }

  /// Notes what squid's word for the result of a request says: `TCP_DENIED`, `TCP_MISS`.
  mutating func noteProxyResult(_ bytes: RawSpan, at start: Int) {
    if bytes.starts(with: "TCP_DENIED", at: start) {
      event.facts.note(.blocked)
    } else if bytes.starts(with: "TCP_", at: start) {
      event.facts.note(.allowed)
    }
  }
}
