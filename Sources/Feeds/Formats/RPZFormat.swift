import Indicators
import Parsing

/// A response policy zone: a DNS zone whose owners are names and addresses to be answered otherwise.
///
/// `name CNAME .` and every other policy is an exact name, `*.name` the names below it, and
/// `rpz-passthru.` allows. `24.0.2.0.192.rpz-ip` is the prefix 192.0.2.0/24 as an answer. Triggers on
/// clients and name servers say nothing that could be observed.
struct RPZFormat: LineFormat {
  static var keepsIndent: Bool { true }

  private var origin: [UInt8] = []
  private var owner: [UInt8] = []
  /// Open parentheses: a record goes on over line ends within them.
  private var depth = 0
  private var record: [Range<Int>] = []

  init() {}

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    let isIndented = Text.isSpace(line.byte(unchecked: 0))
    let wasOpen = depth > 0
    tokenize(line)
    // A record of several lines is the zone's own SOA, or data that decides nothing.
    if wasOpen || record.isEmpty { return }
    if line.byte(unchecked: record[0].lowerBound) == UInt8(ascii: "$") {
      let word = line.extracting(record[0])
      if record.count > 1, Text.equals(word, "$ORIGIN") {
        origin = Self.name(line.extracting(record[1]))
      } else if !Text.equals(word, "$TTL") {
        // `$INCLUDE` and `$GENERATE` stand for records that are not here.
        sink.refuse(.unsupportedRule, line, line: number)
      }
      return
    }
    var rest = record[...]
    if !isIndented, let first = rest.popFirst() { owner = Self.name(line.extracting(first)) }
    skipClassAndTime(line, &rest)
    guard let type = rest.popFirst() else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    let typeName = line.extracting(type)
    for own in ["SOA", "NS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "ZONEMD"] as [StaticString]
    where Text.equals(typeName, own) { return }
    guard Self.isType(typeName) else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    add(line, typeName, rest.first, number, &sink)
  }

  private func add(
    _ line: RawSpan, _ type: RawSpan, _ target: Range<Int>?, _ number: UInt64,
    _ sink: inout FeedSink
  ) {
    let trigger = self.trigger
    // The zone's own name is no trigger.
    if trigger.isEmpty || trigger == [UInt8(ascii: "@")] { return }
    var context = sink.emptyContext
    if let target, Text.equals(type, "CNAME"), allows(line.extracting(target), trigger) {
      context.flags.insert(.allow)
    }
    sink.setContext(context)
    let bytes = trigger.rawSpan
    for kind in [".rpz-client-ip", ".rpz-nsdname", ".rpz-nsip"] as [StaticString]
    where Self.ends(bytes, kind) {
      sink.refuse(.unsupportedRule, bytes, line: number)
      return
    }
    guard Self.ends(bytes, ".rpz-ip") else {
      sink.add(bytes, as: .kind(.domain), nameMode: .exact, line: number)
      return
    }
    guard let prefix = Self.prefix(bytes.extracting(0..<bytes.byteCount - 7)) else {
      sink.refuse(.malformedLine, bytes, line: number)
      return
    }
    sink.add(prefix.rawSpan, as: .network, line: number)
  }

  /// Whether an alias means to let the answer pass: by its name, or, as zones were written before
  /// that was one, by being the trigger itself.
  private func allows(_ target: RawSpan, _ trigger: [UInt8]) -> Bool {
    Text.starts(target, "rpz-passthru", ignoringCase: true)
      || Self.name(target) == trigger + [Byte.dot]
  }

  /// The owner without the zone's name behind it.
  private var trigger: [UInt8] {
    guard owner.last == Byte.dot else { return owner }
    let absolute = owner.dropLast()
    let zone = origin.last == Byte.dot ? origin.dropLast() : origin[...]
    if zone.isEmpty { return Array(absolute) }
    if absolute.elementsEqual(zone) { return [] }
    guard absolute.count > zone.count + 1, absolute.suffix(zone.count).elementsEqual(zone),
      absolute[absolute.endIndex - zone.count - 1] == Byte.dot
    else { return Array(absolute) }
    return Array(absolute.dropLast(zone.count + 1))
  }

  // MARK: Syntax

  /// Cuts a line at white space; comments are left out, what stands in quotes is one.
  private mutating func tokenize(_ line: RawSpan) {
    record.removeAll(keepingCapacity: true)
    var offset = 0
    while offset < line.byteCount {
      let byte = line.byte(unchecked: offset)
      switch byte {
      case UInt8(ascii: ";"): return
      case UInt8(ascii: "("):
        depth = min(depth + 1, 8)
        offset += 1
      case UInt8(ascii: ")"):
        depth = max(depth - 1, 0)
        offset += 1
      case _ where Text.isSpace(byte): offset += 1
      default:
        let start = offset
        if byte == Byte.quote {
          offset = (Text.firstIndex(of: Byte.quote, in: line, from: offset + 1) ?? line.byteCount)
          offset = min(offset + 1, line.byteCount)
        } else {
          while offset < line.byteCount, !Self.endsToken(line.byte(unchecked: offset)) {
            // `\.` and its kin belong to a label.
            offset += line.byte(unchecked: offset) == Byte.backslash ? 2 : 1
          }
          offset = min(offset, line.byteCount)
        }
        record.append(start..<offset)
      }
    }
  }

  private static func endsToken(_ byte: UInt8) -> Bool {
    Text.isSpace(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "(")
      || byte == UInt8(ascii: ")")
  }

  private func skipClassAndTime(_ line: RawSpan, _ rest: inout ArraySlice<Range<Int>>) {
    for _ in 0..<2 {
      guard let first = rest.first else { return }
      let word = line.extracting(first)
      let isTime = Text.isDigit(word.byte(unchecked: 0)) && word.byteCount <= 12
      guard isTime || Text.equals(word, "IN") else { return }
      rest.removeFirst()
    }
  }

  /// Record types that policies use; with others the line is no record.
  static func isType(_ word: RawSpan) -> Bool {
    for type in [
      "CNAME", "A", "AAAA", "TXT", "DNAME", "MX", "SRV", "PTR", "NAPTR", "HTTPS", "SVCB",
    ] as [StaticString] where Text.equals(word, type) { return true }
    return false
  }

  private static func name(_ text: RawSpan) -> [UInt8] {
    text.copied(0..<text.byteCount).map { Text.lowercased($0) }
  }

  private static func ends(_ text: RawSpan, _ suffix: StaticString) -> Bool {
    Text.contains(text, suffix, at: text.byteCount - suffix.utf8CodeUnitCount)
      && text.byteCount > suffix.utf8CodeUnitCount
  }

  /// `24.0.2.0.192` as `192.0.2.0/24`; of IPv6 the groups stand in reverse and `zz` is `::`.
  private static func prefix(_ text: RawSpan) -> [UInt8]? {
    var parts = text.copied(0..<text.byteCount).split(
      separator: Byte.dot, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    let length = parts.removeFirst()
    guard length.count <= 3, length.allSatisfy({ Text.isDigit($0) }) else { return nil }
    parts.reverse()
    var output: [UInt8] = []
    if parts.count == 4, parts.allSatisfy({ $0.allSatisfy { Text.isDigit($0) } }) {
      output = Array(parts.joined(separator: [Byte.dot]))
    } else {
      guard parts.count <= 8 else { return nil }
      for (index, part) in parts.enumerated() {
        if part.elementsEqual("zz".utf8) {
          // A run of zero groups: two colons, of which one separates already.
          output.append(contentsOf: index == 0 ? [Byte.colon, Byte.colon] : [Byte.colon])
          continue
        }
        output.append(contentsOf: part)
        if index + 1 < parts.count { output.append(Byte.colon) }
      }
    }
    output.append(Byte.slash)
    output.append(contentsOf: length)
    return output
  }

  // MARK: Recognition

  /// Whether a line is a policy: an alias of a name that means what to do.
  static func isPolicy(_ line: RawSpan) -> Bool {
    var format = RPZFormat()
    format.tokenize(line)
    guard format.record.count >= 3, let target = format.record.last else { return false }
    let type = line.extracting(format.record[format.record.count - 2])
    guard Text.equals(type, "CNAME") else { return false }
    let name = line.extracting(target)
    return Text.equals(name, ".") || Text.equals(name, "*.")
      || Text.starts(name, "rpz-", ignoringCase: true)
  }
}
