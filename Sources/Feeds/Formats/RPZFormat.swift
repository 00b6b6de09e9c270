import Indicators
import Parsing

/// A response policy zone: a DNS zone whose owners are names and addresses to be answered otherwise.
///
/// `name CNAME .` and every other policy is an exact name, `*.name` the names below it, and
/// `rpz-passthru.` allows. `24.0.2.0.192.rpz-ip` is the prefix 192.0.2.0/24 as an answer. Triggers on
/// clients and name servers say nothing that could be observed.
struct RPZFormat: LineFormat {
  static var keepsIndent: Bool { true }

  /// The origin of relative names, without its last dot; nil until a directive sets it.
  private var origin: [UInt8]?
  /// The zone's own name, without its last dot.
  ///
  /// The owner of its SOA, or until that the first `$ORIGIN`.
  private var zone: [UInt8]?
  private var isZoneKnown = false
  private var owner = Name()
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
      if record.count > 1, word.equals(ignoringCase: "$ORIGIN") {
        setOrigin(line, line.extracting(record[1]), number, &sink)
      } else if !word.equals(ignoringCase: "$TTL") {
        // `$INCLUDE` and `$GENERATE` mean records that are not in the file.
        sink.refuse(.unsupportedRule, line, line: number)
      }
      return
    }
    var rest = record[...]
    if !isIndented, let first = rest.popFirst() {
      // Any number of indented lines repeat the owner, so its length is limited.
      guard first.count <= Self.longestName else {
        owner = Name()
        sink.refuse(.malformedLine, line, line: number)
        return
      }
      owner = name(line.extracting(first))
    }
    skipClassAndTime(line, &rest)
    guard let type = rest.popFirst() else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    let typeName = line.extracting(type)
    if typeName.equals(ignoringCase: "SOA"), owner.isAbsolute {
      zone = owner.bytes
      isZoneKnown = true
    }
    for own in ["SOA", "NS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "ZONEMD"] as [StaticString]
    where typeName.equals(ignoringCase: own) { return }
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
    if trigger.isEmpty { return }
    var context = sink.emptyContext
    if let target, type.equals(ignoringCase: "CNAME"), allows(line.extracting(target), trigger) {
      context.flags.insert(.allow)
    }
    sink.setContext(context)
    let bytes = trigger.rawSpan
    if bytes.firstOffset(of: Byte.backslash, from: 0) != nil {
      // `\.` is a dot within a label (RFC 1035 §5.1), not one that a report made harmless.
      sink.refuse(.malformedLine, bytes, line: number)
      return
    }
    for kind in [".rpz-client-ip", ".rpz-nsdname", ".rpz-nsip"] as [StaticString]
    where Self.ends(bytes, kind) {
      sink.refuse(.unsupportedRule, bytes, line: number)
      return
    }
    guard Self.ends(bytes, ".rpz-ip") else {
      if Text.firstIndex(of: ".rpz-ip.", in: bytes) != nil {
        // A prefix in a zone whose name is not known.
        sink.refuse(.malformedLine, bytes, line: number)
        return
      }
      sink.add(bytes, as: .kind(.domain), nameMode: .exact, line: number)
      return
    }
    guard let prefix = Self.prefix(bytes.extracting(0..<bytes.byteCount - 7)) else {
      sink.refuse(.malformedLine, bytes, line: number)
      return
    }
    sink.add(prefix.rawSpan, as: .network, line: number)
  }

  /// Whether a CNAME's target lets the answer pass.
  ///
  /// This is `rpz-passthru`, or, in older zones, the trigger itself.
  private func allows(_ target: RawSpan, _ trigger: [UInt8]) -> Bool {
    if target.starts(ignoringCase: "rpz-passthru") { return true }
    let name = name(target)
    return name.isAbsolute && name.bytes == trigger
  }

  // MARK: Names

  /// A name in lower case without its last dot.
  private struct Name {
    var bytes: [UInt8] = []
    /// False if it is relative to a zone whose name is not known.
    var isAbsolute = false
  }

  /// Most bytes of a name that is put together; no valid name is as long.
  private static let longestName = 1 << 10

  /// Resolves a name in the file against the origin (RFC 1035 §5.1).
  private func name(_ text: RawSpan) -> Name {
    var bytes = text.copied(0..<text.byteCount).map { Byte.lowercased($0) }
    if Self.endsInDot(bytes) {
      bytes.removeLast()
      return Name(bytes: bytes, isAbsolute: true)
    }
    if bytes == [UInt8(ascii: "@")] { bytes.removeAll() }
    guard let origin else { return Name(bytes: bytes) }
    if !bytes.isEmpty, !origin.isEmpty { bytes.append(Byte.dot) }
    return Name(bytes: bytes + origin, isAbsolute: true)
  }

  private mutating func setOrigin(
    _ line: RawSpan, _ text: RawSpan, _ number: UInt64, _ sink: inout FeedSink
  ) {
    // The first origin is absolute, with or without its dot: it cannot be relative to anything.
    let name = name(text).bytes
    guard name.count <= Self.longestName else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    origin = name
    if isZoneKnown { return }
    if let zone, !zone.isEmpty, Self.part(of: name, below: zone) != nil { return }
    zone = name
  }

  /// The owner without the zone's name at its end; an owner in another zone is unchanged.
  private var trigger: [UInt8] {
    guard owner.isAbsolute, let zone else { return owner.bytes }
    return Self.part(of: owner.bytes, below: zone) ?? owner.bytes
  }

  /// The part of a name before the zone's name, empty for the zone itself.
  ///
  /// Nil if the name is not in the zone.
  private static func part(of name: [UInt8], below zone: [UInt8]) -> [UInt8]? {
    if zone.isEmpty { return name }
    guard name.count >= zone.count, name.suffix(zone.count).elementsEqual(zone) else { return nil }
    if name.count == zone.count { return [] }
    let head = name.dropLast(zone.count)
    return endsInDot(head) ? Array(head.dropLast()) : nil
  }

  /// Whether a name ends in a dot that separates labels; one after a backslash does not.
  private static func endsInDot(_ name: some BidirectionalCollection<UInt8>) -> Bool {
    guard name.last == Byte.dot else { return false }
    return name.dropLast().reversed().prefix { $0 == Byte.backslash }.count.isMultiple(of: 2)
  }

  // MARK: Syntax

  /// Splits a line at white space; leaves out comments and keeps quoted text together.
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
          offset = (line.firstOffset(of: Byte.quote, from: offset + 1) ?? line.byteCount)
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
      let isTime = Byte.isDigit(word.byte(unchecked: 0)) && word.byteCount <= 12
      guard isTime || word.equals(ignoringCase: "IN") else { return }
      rest.removeFirst()
    }
  }

  /// Whether a word is a record type that policies use; a line with any other is malformed.
  static func isType(_ word: RawSpan) -> Bool {
    for type in [
      "CNAME", "A", "AAAA", "TXT", "DNAME", "MX", "SRV", "PTR", "NAPTR", "HTTPS", "SVCB",
    ] as [StaticString] where word.equals(ignoringCase: type) { return true }
    return false
  }

  private static func ends(_ text: RawSpan, _ suffix: StaticString) -> Bool {
    text.starts(with: suffix, at: text.byteCount - suffix.utf8CodeUnitCount)
      && text.byteCount > suffix.utf8CodeUnitCount
  }

  /// `24.0.2.0.192` as `192.0.2.0/24`; for IPv6, the groups are in reverse order and `zz` is `::`.
  private static func prefix(_ text: RawSpan) -> [UInt8]? {
    var parts = text.copied(0..<text.byteCount).split(
      separator: Byte.dot, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    let length = parts.removeFirst()
    guard length.count <= 3, length.allSatisfy({ Byte.isDigit($0) }) else { return nil }
    parts.reverse()
    var output: [UInt8] = []
    if parts.count == 4, parts.allSatisfy({ $0.allSatisfy { Byte.isDigit($0) } }) {
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

  /// Whether a line is a policy: a CNAME whose target says what to do.
  static func isPolicy(_ line: RawSpan) -> Bool {
    var format = RPZFormat()
    format.tokenize(line)
    guard format.record.count >= 3, let target = format.record.last else { return false }
    let type = line.extracting(format.record[format.record.count - 2])
    guard type.equals(ignoringCase: "CNAME") else { return false }
    let name = line.extracting(target)
    return name.equals(ignoringCase: ".") || name.equals(ignoringCase: "*.")
      || name.starts(ignoringCase: "rpz-")
  }
}
