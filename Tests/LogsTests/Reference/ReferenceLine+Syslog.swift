/// Headers of syslog (RFC 3164, RFC 5424).
extension ReferenceLine {
  private static let priority = ReferencePattern(#"\A<[0-9]{1,3}>"#)
  private static let structuredName = #"[!-~&&[^=\]"]]+"#
  private static let structured = ReferencePattern(
    #"\A<[0-9]{1,3}>1 ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (-|(?:\["#
      + structuredName + #"(?: "# + structuredName + #"=""# + quoted
      + #"")*\])+)(?: (.*))?\z"#)
  private static let element = ReferencePattern(
    #"\[("# + structuredName + #")((?: "# + structuredName + #"=""# + quoted + #"")*)\]"#)
  private static let parameter = ReferencePattern(
    #" ("# + structuredName + #")="("# + quoted + #")""#)
  private static let monthTime = ReferencePattern(
    #"\A(?:<[0-9]{1,3}>)?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?: |: )"#
  )
  private static let isoTime = ReferencePattern(#"\A(?:<[0-9]{1,3}>)?([^ ]{20,40}) "#)
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

  /// Where the message begins behind a header; nil where there is none.
  mutating func readHeader() -> Int? {
    let priority = Self.priority.first(in: bytes)?[0]
    if let priority, bytes[priority.upperBound...].starts(with: "1 ".utf8) {
      return readStructured()
    }
    if let time = Self.monthTime.first(in: bytes)?[0] {
      return readTag(time.upperBound, isStrict: false)
    }
    if let time = Self.isoTime.first(in: bytes)?[1], Self.zoned.matches(bytes[time]),
      ReferenceTime.isISO(Array(bytes[time]))
    {
      return readTag(time.upperBound + 1, isStrict: priority == nil)
    }
    // What has a priority and nothing else.
    return priority?.upperBound
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
    if let name = program(first) { return isStrict ? nil : addTag(name, first) }
    guard Self.isHost(bytes[first]) else { return isStrict ? nil : start }
    let second = token(first.upperBound + 1)
    let name = program(second)
    if isStrict, name == nil || Self.levels.contains(word(first).lowercased()) { return nil }
    add("hostname", first)
    if word(second) == ":" { return min(second.upperBound + 1, text.count) }
    return name.map { addTag($0, second) } ?? min(first.upperBound + 1, text.count)
  }

  private mutating func readStructured() -> Int? {
    guard let groups = Self.structured.first(in: bytes), let time = groups[1],
      word(time) == "-" || ReferenceTime.isISO(Array(bytes[time])), let data = groups[6]
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
