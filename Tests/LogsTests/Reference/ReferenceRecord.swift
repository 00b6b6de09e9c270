import Indicators

/// Turns one record into observables: its strings, its joined URLs, its ports (§1.7, §4, §7).
struct ReferenceRecord {
  /// What is reported for every value instead of its own path: the outer field of a nested record.
  var outerField: [UInt8]?
  /// Whether strings may be records themselves: only one level deep.
  var mayNest: Bool
  /// Whether a message may be a line of another program's where strings may not be records: at the end of a line.
  var mayWrap = false
  var line: Int
  /// How the record is written.
  var form = Form.json
  var output: [ReferenceObservable] = []

  enum Form { case json, csv, row, line }

  typealias Members = [(key: [UInt8], value: ReferenceNode)]

  init(line: Int, outerField: [UInt8]? = nil, mayNest: Bool = true) {
    self.line = line
    self.outerField = outerField
    self.mayNest = mayNest
  }

  /// Every string below a node, under the keys that lead to it.
  ///
  /// `attribute` is what the value of an attribute is, whose object the node is.
  mutating func walk(
    _ node: ReferenceNode, keys: [[UInt8]], port: UInt16? = nil, attribute: [UInt8]? = nil
  ) {
    switch node {
    case .object(let written):
      // A list of one string or number stands for it.
      let members = written.map { ($0.key, Self.only($0.value)) }
      // A header of HTTP, a property: the name in one member, the value in another.
      var name: [UInt8]?
      for (index, (key, value)) in members.enumerated() {
        var nameBehind: [UInt8]?
        let isName =
          form == .json && ["name", "key", "field"].contains(referenceFolded(key, digits: false))
        if isName, case .string(let text, _) = value, text.count <= 64 {
          name = text.bytes
          // The key of an attribute is no value.
          if referenceFolded(key, digits: false) == "key", index + 1 < members.count,
            members[index + 1].0 == Array("value".utf8), case .object = members[index + 1].1
          {
            continue
          }
        }
        if form == .json, let attribute, referenceFolded(key, digits: false) == "stringvalue",
          case .string(let text, let isQuoted) = value
        {
          string(
            text, keys: keys + [key], isQuoted: isQuoted,
            port: siblingPort(of: key, in: members), named: keys.dropLast() + [attribute])
          continue
        }
        // Some write the value first.
        if name == nil, form == .json, index + 1 < members.count,
          ["name", "field"].contains(referenceFolded(members[index + 1].0, digits: false)),
          case .string(let text, _) = members[index + 1].1
        {
          nameBehind = text.bytes
        }
        if let name = name ?? nameBehind, Self.isPairValue(key),
          case .string(let text, let isQuoted) = value
        {
          string(
            text, keys: keys + [key], isQuoted: isQuoted,
            port: siblingPort(of: key, in: members), named: keys + [name])
          continue
        }
        let port =
          siblingPort(of: key, in: members) ?? requestPort(of: key, in: members, keys: keys)
        walk(
          value, keys: keys + [key], port: port,
          attribute: referenceFolded(key, digits: false) == "value" ? name : nil)
      }
      // A set of a log of Zeek's is no part of a URL.
      let parts = form == .row ? written : members
      join(parts, keys: keys)
      // Keys that are paths are members of the objects that they name.
      for (prefix, own) in Self.dotted(parts) { join(own, keys: keys + prefix) }
    case .array(let elements):
      for element in elements { walk(element, keys: keys) }
    case .string(let text, let isQuoted):
      string(text, keys: keys, isQuoted: isQuoted, port: port)
    case .plain: break
    }
  }

  /// Whether a member holds the value of a pair; converters of XML call an element's text so.
  private static func isPairValue(_ key: [UInt8]) -> Bool {
    referenceFolded(key, digits: false) == "value"
      || referenceLowercased(key) == Array("#text".utf8)
  }

  /// The members whose keys are paths, by the components before the last.
  private static func dotted(_ members: Members) -> [(prefix: [[UInt8]], members: Members)] {
    var groups: [(prefix: [[UInt8]], members: Members)] = []
    for (key, value) in members {
      var components = key.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init)
      guard components.count > 1 else { continue }
      let last = components.removeLast()
      let place = groups.firstIndex { $0.prefix == components } ?? groups.count
      if place == groups.count { groups.append((components, [])) }
      groups[place].members.append((last, value))
    }
    return groups
  }

  static func only(_ node: ReferenceNode) -> ReferenceNode {
    guard case .array(let elements) = node, elements.count == 1, elements[0].scalarText != nil
    else {
      return node
    }
    return elements[0]
  }

  func name(_ keys: [[UInt8]]) -> [UInt8] {
    if let outerField { return outerField }
    return keys.isEmpty ? Array("text".utf8) : Array(keys.joined(separator: [0x2E]))
  }

  mutating func string(
    _ text: ReferenceText, keys: [[UInt8]], isQuoted: Bool, port: UInt16?,
    named: [[UInt8]]? = nil, isUnnamed: Bool = false
  ) {
    var field = ReferenceField(
      keys: named ?? keys, holdsSlash: text.bytes.contains(0x2F),
      isQuoted: isQuoted)
    field.isUnnamed = isUnnamed
    if mayNest, !field.isCipher, ReferenceRecord.beginsLikeRecord(text.bytes[...]),
      let node = ReferenceJSON.whole(text)
    {
      var nested = ReferenceRecord(line: line, outerField: name(keys), mayNest: false)
      nested.walk(node, keys: [])
      output += nested.output
      return
    }
    if mayNest || mayWrap, form == .json || form == .csv, Self.isMessage(keys),
      let inner = Self.wrappedLine(text)
    {
      output += inner.observables(line: line, in: name(keys), mayNest: mayNest)
      return
    }
    // Such a line may end with a record whatever it begins with.
    if mayNest, form == .json || form == .csv, Self.isMessage(keys), !field.isCipher,
      let tail = ReferenceLogReader.tail(of: text)
    {
      var front = ReferenceRecord(line: line, outerField: outerField, mayNest: false)
      front.string(text.part(0..<tail.start), keys: keys, isQuoted: false, port: nil)
      var nested = ReferenceRecord(line: line, outerField: name(keys), mayNest: false)
      nested.walk(tail.node, keys: [])
      output += front.output + nested.output
      return
    }
    if form == .json || form == .csv,
      keys.last.map({ referenceFolded($0, digits: false) }) == "flowtuples",
      flow(text, keys: keys)
    {
      return
    }
    let isUnset = ["-", "n/a"].contains(String(decoding: text.bytes, as: UTF8.self).lowercased())
    if field.isUserAgent, text.count > 0, !isUnset {
      let agent = ReferenceValue(
        kind: .userAgent, value: text.bytes, start: 0, extent: 0..<text.count)
      add(agent, of: text, keys: keys)
    }
    for var value in ReferenceScanner.scan(text, field: field) {
      // The address is the whole string, without a dot behind it, and not a name that stands for it.
      let isWhole =
        value.start == 0 && value.extent == 0..<text.count
        && text.bytes.last.map { Character(Unicode.Scalar($0)).isHexDigit || $0 == 0x3A } ?? false
        && !String(decoding: text.bytes, as: UTF8.self).lowercased().hasSuffix(".arpa")
      if value.port == nil, isWhole { value.port = port }
      add(value, of: text, keys: keys)
    }
  }

  private static let tuple = ReferencePattern(
    #"\A(?:[0-9]{10}|[0-9]{13}),[0-9A-Fa-f.:]{2,45},[0-9A-Fa-f.:]{2,45},[0-9]+,[0-9]+,(?:T|U|[0-9]+),[IO],[ABCDE](?:,|\z)"#
  )

  /// A flow whose places say which addresses and ports are its ends; false: the text is none.
  private mutating func flow(_ text: ReferenceText, keys: [[UInt8]]) -> Bool {
    guard Self.tuple.matches(text.bytes) else { return false }
    let cells = text.bytes.split(separator: 0x2C, omittingEmptySubsequences: false)
    guard
      cells[1...2].allSatisfy({
        ReferenceAddress.ipv4(Array($0)) != nil || ReferenceAddress.ipv6(Array($0)) != nil
      }),
      UInt8(String(decoding: cells[5], as: UTF8.self)) != nil
        || ["T", "U"].contains(String(decoding: cells[5], as: UTF8.self))
    else { return false }
    for index in 1...2 {
      let port = Self.port(Array(cells[index + 2])).flatMap { $0 > 0 ? $0 : nil }
      var part = ReferenceRecord(line: line, outerField: outerField, mayNest: false)
      part.string(
        text.part(cells[index].startIndex..<cells[index].endIndex), keys: keys,
        isQuoted: false, port: port)
      output += part.output
    }
    var rest = ReferenceRecord(line: line, outerField: outerField, mayNest: false)
    rest.string(
      text.part(cells[2].endIndex..<text.count), keys: keys, isQuoted: false, port: nil)
    output += rest.output
    return true
  }

  private static let messages: Set<String> = [
    "message", "log", "msg", "fullmessage", "shortmessage", "syslogmessage", "textpayload",
    "fulllog", "rawlog", "rawmessage", "rawevent", "rawdata", "raw", "eventoriginal",
    "logmessage", "line", "event", "rendereddescription", "eventdescription",
  ]

  /// Whether a member may hold a line as another program wrote it.
  private static func isMessage(_ keys: [[UInt8]]) -> Bool {
    let names = keys.suffix(2).map { referenceFolded($0, digits: false) }
    return names.last.map(messages.contains) ?? false || names == ["event", "original"]
  }

  /// The line of a format known line by line that a string is.
  private static func wrappedLine(_ text: ReferenceText) -> ReferenceLine? {
    var (start, end) = (0, text.count)
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    while start < end, blanks.contains(text.bytes[start]) { start += 1 }
    while end > start, text.bytes[end - 1] == 0 || blanks.contains(text.bytes[end - 1]) { end -= 1 }
    guard (16...32_768).contains(end - start) else { return nil }
    return ReferenceLine(text.part(start..<end))
  }

  mutating func add(_ value: ReferenceValue, of text: ReferenceText, keys: [[UInt8]]) {
    output.append(
      ReferenceObservable(
        kind: value.kind.name, field: name(keys), value: value.value, line: line,
        offset: text.offsets[value.start],
        port: [.ipv4, .ipv6].contains(value.kind) ? value.port : nil))
  }

  /// `{` or `[{` at the very beginning.
  static func beginsLikeRecord(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first == 0x7B || bytes.first == 0x5B && bytes.dropFirst().first == 0x7B
  }
}
