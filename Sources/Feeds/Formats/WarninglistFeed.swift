import Indicators
import Parsing

/// A MISP warninglist as a list of what is allowed.
///
/// What its values are stands behind them in the file, so the values wait.
struct WarninglistFeed {
  private(set) var json: JSONFeed
  private var arena: [UInt8] = []
  private var values: [(range: Range<Int>, line: UInt64)] = []
  private var type = ""

  init(_ stream: FeedStream) {
    json = JSONFeed(stream)
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer {
      load(into: &sink)
      json.finish(&sink)
    }
    while true {
      let token = try json.next()
      if token.kind == .endOfInput { return }
      if token.kind == .beginObject { try readMembers() }
    }
  }

  private mutating func readMembers() throws(FeedError) {
    while true {
      let key = try json.next()
      if key.kind == .endObject { return }
      let isList = json.text(key, is: "list")
      let isType = json.text(key, is: "type")
      let value = try json.next()
      if isType, value.kind == .string {
        var text: [UInt8] = []
        json.append(value, to: &text)
        type = String(decoding: text, as: UTF8.self)
      } else if isList, value.kind == .beginArray {
        try readList()
      } else {
        try json.skip(value)
      }
    }
  }

  private mutating func readList() throws(FeedError) {
    while true {
      let element = try json.next()
      if element.kind == .endArray { return }
      if element.kind == .string {
        values.append((json.append(element, to: &arena), json.line(of: element)))
      } else {
        try json.skip(element)
      }
    }
  }

  private mutating func load(into sink: inout FeedSink) {
    guard sink.options.isAllowList else {
      sink.summary.warnings.append(
        "warninglist-not-loaded: its \(values.count) values are known to be good; "
          + "--allow loads them")
      return
    }
    for (range, line) in values {
      let cell = arena.rawSpan.extracting(range)
      switch type {
      case "hostname":
        sink.add(cell, as: .kind(.domain), nameMode: .withSubdomains, line: line)
      case "cidr": sink.add(cell, as: .network, nameMode: .exact, line: line)
      case "substring": sink.addLiteral(cell, ignoresCase: true, line: line)
      case "string", "": sink.add(cell, as: .none, nameMode: .exact, line: line)
      default: sink.refuse(.unsupportedPattern, cell, line: line)
      }
    }
    if !values.isEmpty, !["hostname", "cidr", "string", "substring", ""].contains(type) {
      sink.summary.warnings.append(
        "warninglist-\(type)-not-applied: its \(values.count) values suppress nothing; only lists of the "
          + "types string, hostname, cidr and substring do")
    }
    values.removeAll()
    arena.removeAll()
  }
}
