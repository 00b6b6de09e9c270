import Parsing

/// Lines of formats that are known but not supported.
enum ForeignLine {
  /// Whether a format's files are not made of lines.
  ///
  /// One such line and a section of a rule settle the format.
  static func isSignature(_ name: String) -> Bool {
    name == "YARA rules" || name == "Sigma rules"
  }

  /// Whether a line begins a section of a YARA or Sigma rule, or is a YARA rule that holds one.
  ///
  /// Without a section, a line such as `rule hits:` is the heading of a list.
  static func isSection(_ line: RawSpan) -> Bool {
    for word in ["condition:", "strings:", "meta:", "detection:"] as [StaticString]
    where line.starts(with: word) { return true }
    return line.starts(with: "condition ") || line.starts(with: "strings ")
      || isYARARule(line) && Text.firstIndex(of: "condition", in: line) != nil
  }

  /// The format's name, or nil.
  static func name(of line: RawSpan) -> String? {
    if isYARARule(line) { return "YARA rules" }
    if line.equals(ignoringCase: "logsource:") { return "Sigma rules" }
    if isSuricataRule(line) { return suricataRules }
    for type in [" CNAME ", "\tCNAME\t", " SOA ", "\tSOA\t", " NS ", "\tNS\t"] as [StaticString]
    where Text.firstIndex(of: type, in: line) != nil { return "DNS zones without policies" }
    return delimited(line)
  }

  /// `rule name`, with or without `private` and `global` before it, tags or its body behind it.
  private static func isYARARule(_ line: RawSpan) -> Bool {
    var start = 0
    for _ in 0..<2 {
      for word in ["private", "global"] as [StaticString]
      where line.starts(with: word, at: start) {
        start = afterBlanks(line, start + word.utf8CodeUnitCount) ?? start
      }
    }
    guard line.starts(with: "rule", at: start), var end = afterBlanks(line, start + 4) else {
      return false
    }
    if line.byte(unchecked: line.byteCount - 1) == UInt8(ascii: "{")
      || start == 0 && line.byteCount < 128 && line.firstOffset(of: Byte.dot) == nil
        && line.byte(unchecked: line.byteCount - 1) != Byte.colon
    {
      return true
    }
    let name = end
    while end < line.byteCount,
      Byte.isAlphanumeric(line.byte(unchecked: end)) || line.byte(unchecked: end) == 0x5f
    {
      end += 1
    }
    guard end > name else { return false }
    while end < line.byteCount, Text.isSpace(line.byte(unchecked: end)) { end += 1 }
    guard end < line.byteCount else { return true }
    return switch line.byte(unchecked: end) {
    case UInt8(ascii: "{"), Byte.slash: true
    case Byte.colon:
      end + 1 == line.byteCount || Text.firstIndex(of: "{", in: line, from: end) != nil
    default: false
    }
  }

  /// The offset after the white space at `start`; nil if white space or text after it is missing.
  private static func afterBlanks(_ line: RawSpan, _ start: Int) -> Int? {
    var end = start
    while end < line.byteCount, Text.isSpace(line.byte(unchecked: end)) { end += 1 }
    return end > start && end < line.byteCount ? end : nil
  }

  private static let suricataRules = "Suricata rules"

  private static func isSuricataRule(_ line: RawSpan) -> Bool {
    for action in [
      "alert ", "drop ", "reject ", "pass ", "log ", "rejectsrc ", "rejectdst ", "rejectboth ",
      "sdrop ", "block ",
    ] as [StaticString] where line.starts(with: action) {
      return (Text.firstIndex(of: "->", in: line) ?? Text.firstIndex(of: "<>", in: line)) != nil
        && (Text.firstIndex(of: "(", in: line) != nil || isContinued(line))
    }
    return false
  }

  /// Whether a line of the named format continues on the next line.
  static func goesOn(_ line: RawSpan, as name: String) -> Bool {
    name == suricataRules && isContinued(line)
  }

  private static func isContinued(_ line: RawSpan) -> Bool {
    line.byte(unchecked: line.byteCount - 1) == Byte.backslash
  }

  /// ClamAV's signatures, Suricata's reputation lists and MISP's cache of hashes.
  private static func delimited(_ line: RawSpan) -> String? {
    let colons = cells(line, Byte.colon)
    if colons.count >= 3,
      Text.number(line.extracting(colons[0])) != nil
        || line.extracting(colons[0]).equals(ignoringCase: "*"),
      Text.isDigest(line.extracting(colons[1]))
    {
      return "ClamAV section hashes (.mdb, .msb)"
    }
    if colons.count >= 4, let target = Text.number(line.extracting(colons[1])), target <= 13,
      isOffset(line.extracting(colons[2])), isBody(line.extracting(colons[3]))
    {
      return "ClamAV body signatures (.ndb)"
    }
    if colons.count >= 3, colons[0].count == 1,
      ["M", "X", "Y"].contains(Text.string(line.extracting(colons[0])))
    {
      return "ClamAV lists of URL pairs (.wdb, .pdb)"
    }
    let semicolons = cells(line, UInt8(ascii: ";"))
    if semicolons.count >= 4,
      Text.firstIndex(of: "Target:", in: line.extracting(semicolons[1])) != nil
        || Text.firstIndex(of: "Engine:", in: line.extracting(semicolons[1])) != nil
    {
      return "ClamAV logical signatures (.ldb)"
    }
    return commas(line)
  }

  private static func commas(_ line: RawSpan) -> String? {
    let parts = cells(line, Byte.comma)
    guard parts.count >= 2 else { return nil }
    var first = line.extracting(parts[0])
    let last = line.extracting(parts[parts.count - 1])
    if parts.count == 3, let category = Text.number(line.extracting(parts[1])), category <= 60,
      let score = Text.number(last), score <= 127
    {
      if let slash = first.firstOffset(of: Byte.slash) {
        first = first.extracting(0..<slash)
      }
      if IPAddressText.ipv4(first) != nil || IPAddressText.ipv6(first) != nil {
        return FeedFormat.suricataIPRep.name
      }
    }
    // `id,short name,description` beside Suricata's lists.
    if parts.count == 3, let category = Text.number(first), category <= 60,
      parts.dropFirst().allSatisfy({ isName(line.extracting($0)) })
    {
      return "suricata-iprep-categories"
    }
    // `digest,uuid` of MISP's cache, and `uuid.json,md5,sha1` beside a folder's events.
    let ends = [Text.string(first), Text.string(last)]
    if ends.contains(where: {
      JSONDetection.isUUID($0.hasSuffix(".json") ? String($0.dropLast(5)) : $0)
    }), parts.count <= 3, Text.isDigest(last) || Text.isDigest(first) {
      return "misp-feed-hashes"
    }
    return nil
  }

  /// Whether text begins with a letter and holds no dot.
  private static func isName(_ text: RawSpan) -> Bool {
    let text = Text.trimmed(text)
    guard !text.isEmpty, !Byte.isDigit(text.byte(unchecked: 0)) else { return false }
    return Byte.isAlphanumeric(text.byte(unchecked: 0))
      && text.firstOffset(of: Byte.dot) == nil
  }

  /// ClamAV's offset of a body signature: `*`, `n`, `EOF-n`, `EP+n`, `S0+n`, each `,maxshift`.
  private static func isOffset(_ text: RawSpan) -> Bool {
    if text.equals(ignoringCase: "*") { return true }
    guard text.byteCount <= 32,
      text.byteOffsets.allSatisfy({ isOffsetByte(text.byte(unchecked: $0)) })
    else { return false }
    return text.starts(with: "EOF-") || text.starts(with: "EP") || text.starts(with: "S")
      || text.starts(with: "VI") || !text.isEmpty && Byte.isDigit(text.byte(unchecked: 0))
  }

  private static func isOffsetByte(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == Byte.comma || byte == Byte.plus || byte == Byte.minus
  }

  /// ClamAV's hexadecimal body with its wildcards.
  private static func isBody(_ text: RawSpan) -> Bool {
    guard text.byteCount >= 8 else { return false }
    return text.byteOffsets.allSatisfy { offset in
      let byte = text.byte(unchecked: offset)
      return Hex.value(of: byte) < 16 || "?*{}()[]|!-LBWaw".utf8.contains(byte)
    }
  }

  private static func cells(_ line: RawSpan, _ separator: UInt8) -> [Range<Int>] {
    var cells: [Range<Int>] = []
    var start = 0
    while start <= line.byteCount, cells.count < 16 {
      let end = line.firstOffset(of: separator, from: start) ?? line.byteCount
      cells.append(start..<end)
      start = end + 1
    }
    return cells
  }
}
