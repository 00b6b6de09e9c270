/// Headers of syslog (RFC 3164, RFC 5424).
extension ReferenceLine {
  private static let octetCount = ReferencePattern(#"\A[0-9]{1,6} (?=<)"#)
  private static let gatewayTime = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>(?::(?!:) *)?)?([0-9]{4}):([0-9]{2}):([0-9]{2})-([0-9:]{8})(?= )"#)
  private static let priority = ReferencePattern(#"\A<[0-9]{1,3}>(?::(?!:) *)?"#)
  private static let structuredName = #"[!-~&&[^=\]"]]+"#
  private static let structured = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>)?[0-9]{1,3} ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (-|(?:\["#
      + structuredName + #"(?: "# + structuredName + #"=""# + quoted
      + #"")*\])+)(?: (.*))?\z"#)
  private static let version = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>(?:1 |[0-9]{1,3} (?=[0-9]{4}-[0-9]{2}-[0-9]{2}T))|1 (?=[0-9]{4}-[0-9]{2}-[0-9]{2}T))"#
  )
  private static let element = ReferencePattern(
    #"\[("# + structuredName + #")((?: "# + structuredName + #"=""# + quoted + #"")*)\]"#)
  private static let parameter = ReferencePattern(
    #" ("# + structuredName + #")="("# + quoted + #")""#)
  private static let monthTime = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>(?::(?!:) *)?)?(?:[0-9]{1,12}: (?:([A-Za-z0-9._:-]{0,62}[A-Za-z0-9._-]): )?[*.]?|[*.])?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*){0,2}(?:[+-][0-9]{2}:[0-9]{2})?(?:(?= (?:"#
      + zones + #")[ :]) [A-Z]+:?|(?= )|:(?= ))"#)
  private static let zones =
    "Z|UTC|GMT|CET|CEST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|AKST|AKDT|HST|BST|IST|WET|WEST|EET|EEST|MSK|TRT|"
    + "SAST|PKT|WIB|HKT|SGT|JST|KST|AWST|ACST|ACDT|AEST|AEDT|NZST|NZDT|BRT|ART|CLT"
  private static let isoTime = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>(?::(?!:) *)?)?([^ ]{20,41}?):? "#)
  private static let container = ReferencePattern(#"\A (?:stdout|stderr) [FP] "#)
  private static let deviceMark = ReferencePattern(#"\A%[A-Z][A-Za-z0-9._-]*(?::|(?<=-[0-9]{6}) )"#)
  private static let zoned = ReferencePattern(#"\A.{10}T.*(?:Z|[+-].{4}|[+-].{5})\z"#)
  private static let token = ReferencePattern(#"\A[^ ]*"#)
  private static let tag = ReferencePattern(
    #"\A(?!CEF[:\[]|LEEF[:\[])([A-Za-z0-9._/()-]+)(?:\[[^ ]*\])?:\z"#)
  private static let hostName = ReferencePattern(#"\A[A-Za-z0-9._:-]{1,255}(?<!:)\z"#)
  private static let levels: Set<String> = [
    "emerg", "alert", "crit", "critical", "err", "error", "warn", "warning", "notice", "info",
    "debug", "trace", "fatal", "severe", "fine",
  ]

  static func isHost(_ bytes: some Collection<UInt8>) -> Bool { hostName.matches(bytes) }

  /// Where the message begins behind a header, or behind two; nil where there is none.
  mutating func readHeader() -> Int? {
    let octets = Self.octetCount.first(in: bytes)?[0]?.count ?? 0
    if octets > 0 { skip(0..<octets) }
    guard let first = readHeader(from: octets) else { return nil }
    let message = blanksEnd(first)
    let count = fields.count
    guard text.count - message >= 24, message > octets else { return message }
    if let inner = readHeader(from: message),
      isDeviceMark(inner) || bytes[inner...].starts(with: "CISE_".utf8) || isStructured(message)
    {
      return inner
    }
    fields.removeLast(fields.count - count)
    return message
  }

  private mutating func readHeader(from start: Int) -> Int? {
    let whole = bytes[start...]
    let priority = Self.priority.first(in: whole)?[0]
    if isStructured(start) { return readStructured(from: start) }
    if let groups = Self.monthTime.first(in: whole), let time = groups[0] {
      if let origin = groups[1] {
        let name = start + origin.lowerBound..<start + origin.upperBound
        if !bytes[name].allSatisfy({ 0x30...0x39 ~= $0 }) { add("hostname", name) }
      }
      return readTag(blanksEnd(start + time.upperBound), isStrict: false)
    }
    if let groups = Self.gatewayTime.first(in: whole), let all = groups[0],
      let year = groups[1], let month = groups[2], let day = groups[3], let clock = groups[4]
    {
      let parts = [year, month, day, clock].map { part in
        String(decoding: whole.dropFirst(part.lowerBound).prefix(part.count), as: UTF8.self)
      }
      if ReferenceTime.isISO(Array("\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3])".utf8)) {
        return readTag(blanksEnd(start + all.upperBound), isStrict: false)
      }
    }
    if let found = Self.isoTime.first(in: whole), let time = found[1], let all = found[0],
      time.count <= 40
    {
      let written = Array(whole.dropFirst(time.lowerBound).prefix(time.count))
      guard Self.zoned.matches(written), ReferenceTime.isISO(written) else {
        return priority.map { start + $0.count }
      }
      let behind = start + all.upperBound - 1
      if priority == nil, let mark = Self.container.first(in: bytes[behind...])?[0],
        behind + mark.count < text.count
      {
        return behind + mark.count
      }
      let count = fields.count
      if let message = readTag(blanksEnd(behind), isStrict: priority == nil) { return message }
      fields.removeLast(fields.count - count)
      return nil
    }
    // What has a priority and nothing else.
    return priority.map { start + $0.count }
  }

  private func isStructured(_ start: Int) -> Bool {
    guard Self.version.first(in: bytes[start...]) != nil else { return false }
    if bytes[start] == UInt8(ascii: "<") { return true }
    // Without a priority, a host must follow.
    let host = Array(bytes[token(min(token(start + 2).upperBound + 1, text.count))])
    if host == [UInt8(ascii: "-")] { return true }
    guard Self.isHost(host) else { return false }
    if host.contains(UInt8(ascii: ":")) { return ReferenceAddress.ipv6(host) != nil }
    let stem = host.prefix { Character(Unicode.Scalar($0)).isHexDigit }
    return ![32, 40, 64].contains(stem.count)
  }

  private func blanksEnd(_ start: Int) -> Int {
    var place = min(start, text.count)
    while place < text.count, bytes[place] == 0x20 { place += 1 }
    return place
  }

  private func isDeviceMark(_ start: Int) -> Bool {
    guard start < text.count, let mark = Self.deviceMark.first(in: bytes[start...])?[0] else {
      return false
    }
    return mark.count <= 64
  }

  /// Whether what begins at a place is known without a header.
  private func isKnownMessage(_ start: Int) -> Bool {
    guard start < text.count else { return false }
    var trial = self
    return isDeviceMark(start) || trial.readPairs(start)
  }

  private func token(_ start: Int) -> Range<Int> {
    let length = Self.token.first(in: bytes[min(start, text.count)...])?[0]?.count ?? 0
    return min(start, text.count)..<min(start, text.count) + length
  }

  private func program(_ token: Range<Int>) -> Range<Int>? {
    guard (2...128).contains(token.count),
      let name = Self.tag.first(in: bytes[token])?[1]
    else { return nil }
    return token.lowerBound + name.lowerBound..<token.lowerBound + name.upperBound
  }

  private mutating func addTag(_ name: Range<Int>, _ token: Range<Int>) -> Int {
    add("appname", name)
    let end = min(token.upperBound + 1, text.count)
    skip(name.upperBound..<end)
    return end
  }

  private mutating func readTag(_ start: Int, isStrict: Bool) -> Int? {
    guard start < text.count else { return min(start, text.count) }
    let first = token(start)
    if let name = program(first) {
      if isStrict, !isKnownMessage(blanksEnd(first.upperBound + 1)) { return nil }
      return addTag(name, first)
    }
    guard Self.isHost(bytes[first]) else {
      let message = word(first) == ":" ? blanksEnd(first.upperBound) : start
      return isStrict && !isKnownMessage(message) ? nil : message
    }
    let second = token(blanksEnd(first.upperBound))
    let name = program(second)
    let message =
      word(second) == ":" ? blanksEnd(second.upperBound) : blanksEnd(first.upperBound)
    if isStrict {
      guard !Self.levels.contains(word(first).lowercased()),
        name != nil || isKnownMessage(message)
      else { return nil }
    }
    add("hostname", first)
    return name.map { addTag($0, second) } ?? message
  }

  private mutating func readStructured(from start: Int) -> Int? {
    let groups = (Self.structured.first(in: bytes[start...]) ?? []).map { group in
      group.map { start + $0.lowerBound..<start + $0.upperBound }
    }
    guard groups.count > 6, let time = groups[1],
      word(time) == "-" || time.count > 10 && ReferenceTime.isISO(Array(bytes[time])),
      let data = groups[6]
    else { return nil }
    for (group, name) in [(2, "hostname"), (3, "appname"), (4, "procid"), (5, "msgid")] {
      guard let range = groups[group], word(range) != "-" else { continue }
      add(name, range)
    }
    for element in Self.element.all(in: bytes[data]) {
      guard let whole = element[0], let id = element[1], let parameters = element[2] else {
        continue
      }
      let base = data.lowerBound
      skip(base + whole.lowerBound..<base + id.upperBound)
      let start = base + parameters.lowerBound
      for parameter in Self.parameter.all(in: bytes[start..<base + parameters.upperBound]) {
        guard let all = parameter[0], let name = parameter[1], let value = parameter[2] else {
          continue
        }
        fields.append(
          ReferenceLineField(
            keys: [
              Array(bytes[base + id.lowerBound..<base + id.upperBound]),
              Array(bytes[start + name.lowerBound..<start + name.upperBound]),
            ],
            range: start + value.lowerBound..<start + value.upperBound,
            outer: start + all.lowerBound..<start + all.upperBound, isQuoted: true,
            escapes: [0x5C: 0x5C, 0x22: 0x22, 0x5D: 0x5D]))
      }
      skip(base + whole.upperBound - 1..<base + whole.upperBound)
    }
    return min(data.upperBound + 1, text.count)
  }
}
