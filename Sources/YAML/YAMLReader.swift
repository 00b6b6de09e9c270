/// Reads one YAML document (what libyaml reads: YAML 1.1, JSON included) into a tree with places.
///
/// Depth, size and the number of values are limited, so that a file whose aliases multiply (`&a
/// [*b, *b, …]`) is refused instead of filling memory. A key that occurs twice in one map is an
/// error that names both lines; tags other than `!!str` are refused by name. Anchors, aliases and
/// the merge key `<<` are followed. An anchor is known only behind its value, so no value can
/// contain itself.
package struct YAMLReader {
  private let events: YAMLEvents
  private let limits: YAMLLimits
  private var anchors: [String: (node: YAMLNode, size: Int, height: Int)] = [:]
  private var nodes = 0

  /// The document's value.
  ///
  /// - Throws: `YAMLFault` with the line of what is wrong.
  package static func read(
    _ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLFault) -> YAMLNode {
    guard bytes.count <= limits.bytes else {
      throw YAMLFault(line: 1, problem: "the file has more than \(limits.bytes) bytes")
    }
    guard let events = YAMLEvents(bytes) else {
      throw YAMLFault(line: 1, problem: "there is no memory to read it")
    }
    var reader = YAMLReader(events: events, limits: limits)
    return try reader.document()
  }

  private init(events: YAMLEvents, limits: YAMLLimits) {
    self.events = events
    self.limits = limits
  }

  private mutating func document() throws(YAMLFault) -> YAMLNode {
    let first = try events.next()
    guard first.kind == .beginDocument else {
      throw YAMLFault(line: 1, problem: "the file holds nothing")
    }
    let node = try value(of: try events.next(), depth: 0)
    var rest = try events.next()
    if rest.kind == .endDocument { rest = try events.next() }
    guard rest.kind == .endOfStream else {
      throw YAMLFault(
        line: rest.start.line, problem: "a second document begins; one file holds one document")
    }
    return node
  }

  /// Reads a value that is inside `depth` lists and maps.
  private mutating func value(
    of event: YAMLEvents.Event, depth: Int
  ) throws(YAMLFault) -> YAMLNode {
    let before = nodes
    try count(1, event)
    var isPlainTextOnly = true
    if let tag = event.tag {
      guard tag == "!" || tag == "tag:yaml.org,2002:str" else {
        throw YAMLFault(
          line: event.start.line, problem: "the tag '\(tag)' is not read; write the value without")
      }
      isPlainTextOnly = false
    }
    let node: YAMLNode
    switch event.kind {
    case .scalar(let text, let isPlain):
      node = YAMLNode(
        .scalar(text, isPlain: isPlain && isPlainTextOnly), start: event.start, end: event.end)
    case .alias(let name):
      guard let anchor = anchors[name] else {
        throw YAMLFault(
          line: event.start.line, problem: "'*\(name)' names no anchor that stands before it")
      }
      try count(anchor.size - 1, event)
      try check(depth + anchor.height, event)
      node = YAMLNode(anchor.node.value, start: event.start, end: event.end)
    case .beginList(let isFlow): node = try list(from: event, isFlow, depth: depth + 1)
    case .beginMap(let isFlow): node = try map(from: event, isFlow, depth: depth + 1)
    default:
      throw YAMLFault(line: event.start.line, problem: "a value is missing")
    }
    if let name = event.anchor { anchors[name] = (node, nodes - before, Self.height(node)) }
    return node
  }

  /// The nesting of lists and maps in a value.
  private static func height(_ node: YAMLNode) -> Int {
    switch node.value {
    case .scalar: 0
    case .list(let items): 1 + (items.map(height).max() ?? 0)
    case .map(let members): 1 + (members.map { height($0.node) }.max() ?? 0)
    }
  }

  private mutating func count(_ more: Int, _ event: YAMLEvents.Event) throws(YAMLFault) {
    nodes += more
    guard nodes <= limits.nodes else {
      throw YAMLFault(
        line: event.start.line,
        problem:
          "more than \(limits.nodes) values, what aliases repeat included; use fewer aliases, or write several files"
      )
    }
  }

  private func check(_ depth: Int, _ event: YAMLEvents.Event) throws(YAMLFault) {
    guard depth <= limits.depth else {
      throw YAMLFault(
        line: event.start.line, problem: "lists and maps are nested deeper than \(limits.depth)")
    }
  }

  private mutating func list(
    from begin: YAMLEvents.Event, _ isFlow: Bool, depth: Int
  ) throws(YAMLFault) -> YAMLNode {
    try check(depth, begin)
    var items: [YAMLNode] = []
    while true {
      let event = try events.next()
      guard event.kind != .endList else {
        // In block style the end event is where the next thing begins, so the last item tells the
        // end.
        let end = isFlow ? event.end : items.last?.end ?? begin.end
        return YAMLNode(.list(items), start: begin.start, end: end)
      }
      items.append(try value(of: event, depth: depth))
    }
  }

  private mutating func map(
    from begin: YAMLEvents.Event, _ isFlow: Bool, depth: Int
  ) throws(YAMLFault) -> YAMLNode {
    try check(depth, begin)
    var members: [YAMLMember] = []
    var lines: [String: Int] = [:]
    var merged: [YAMLMember] = []
    var end = begin.end
    while true {
      let event = try events.next()
      guard event.kind != .endMap else {
        let end = isFlow ? event.end : end
        for member in merged where lines[member.key] == nil {
          lines[member.key] = member.line
          members.append(member)
        }
        return YAMLNode(.map(members), start: begin.start, end: end)
      }
      guard case .scalar(let key, let isPlain) = event.kind else {
        throw YAMLFault(line: event.start.line, problem: "a key is a word, not a list or a map")
      }
      if let anchor = event.anchor {
        throw YAMLFault(
          line: event.start.line, problem: "the anchor '&\(anchor)' belongs behind the colon")
      }
      try count(1, event)
      let node = try value(of: try events.next(), depth: depth)
      end = node.end
      if isPlain, key == "<<" {
        merged += try Self.mergedMembers(node)
        continue
      }
      if let line = lines[key] {
        throw YAMLFault(
          line: event.start.line,
          problem: "the key '\(Self.shown(key))' stands in line \(line) already")
      }
      lines[key] = event.start.line
      members.append(YAMLMember(key: key, start: event.start, node: node))
    }
  }

  /// The members that `<<: *anchor` or `<<: [*a, *b]` brings in, earlier ones first.
  private static func mergedMembers(_ node: YAMLNode) throws(YAMLFault) -> [YAMLMember] {
    switch node.value {
    case .map(let members): return members
    case .list(let items):
      var all: [YAMLMember] = []
      for item in items {
        guard case .map(let members) = item.value else { continue }
        all += members
      }
      return all
    case .scalar:
      throw YAMLFault(line: node.line, problem: "'<<' takes a map in, as in '<<: *common'")
    }
  }

  private static func shown(_ key: String) -> String {
    var text = ""
    for scalar in key.unicodeScalars.prefix(64) {
      text.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7f ? "?" : scalar)
    }
    return text
  }
}
