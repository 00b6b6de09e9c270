import Indicators
import Parsing

/// A MISP warninglist as a list of what is allowed.
///
/// The file says what its values are after the values, so they wait.
struct WarninglistFeed: DocumentFeed {
  private var json: JSONFeed
  private var arena: [UInt8] = []
  private var values: [(range: Range<Int>, line: UInt64)] = []
  private var type = ""
  /// Kinds of the attributes that the list applies to; nil where it names none.
  private var kinds: IndicatorKindSet?

  var stream: FeedStream { json.stream }

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
      let isAttributes = json.text(key, is: "matching_attributes")
      let value = try json.next()
      if isType, value.kind == .string {
        var text: [UInt8] = []
        json.append(value, to: &text)
        type = String(decoding: text, as: UTF8.self)
      } else if isList, value.kind == .beginArray {
        try readList()
      } else if isAttributes, value.kind == .beginArray {
        try readAttributes()
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

  private mutating func readAttributes() throws(FeedError) {
    while true {
      let element = try json.next()
      if element.kind == .endArray { return }
      if element.kind == .string {
        var text: [UInt8] = []
        json.append(element, to: &text)
        kinds = (kinds ?? []).union(MISPType.kinds(String(decoding: text, as: UTF8.self)))
      } else {
        try json.skip(element)
      }
    }
  }

  private mutating func load(into sink: inout FeedSink) {
    guard sink.options.isAllowList else {
      sink.summary.warnings.append(
        FeedWarning(.warninglistNotLoaded, count: UInt64(values.count)))
      return
    }
    let limitsTexts = type == "substring" && !(kinds.map(Self.coverTexts) ?? true)
    for (range, line) in values {
      let cell = arena.rawSpan.extracting(range)
      switch type {
      case "hostname":
        add(cell, as: .kind(.domain), .withSubdomains, line, &sink)
      case "cidr": add(cell, as: .network, .exact, line, &sink)
      case "substring" where limitsTexts: sink.refuse(.otherAttribute, cell, line: line)
      case "substring": sink.addLiteral(cell, ignoresCase: true, line: line)
      case "regex" where kinds.map(\.isEmpty) ?? false:
        sink.refuse(.otherAttribute, cell, line: line)
      case "regex": sink.addPattern(cell, kinds: kinds, line: line)
      case "string", "": addString(cell, line, &sink)
      default: sink.refuse(.unsupportedPattern, cell, line: line)
      }
    }
    let isKnown = ["hostname", "cidr", "string", "substring", "regex", ""].contains(type)
    if !values.isEmpty, limitsTexts || !isKnown {
      sink.summary.warnings.append(
        FeedWarning(.warninglistNotApplied, type, count: UInt64(values.count)))
    }
    values.removeAll()
    arena.removeAll()
  }

  // MARK: Attributes

  /// Kinds that are recognised by a value's shape; any other has to be declared.
  private static let shaped = IndicatorKindSet([
    .ipv4, .ipv6, .domain, .url, .email, .md5, .sha1, .sha224, .sha256, .sha384, .sha512,
  ])

  /// Whether a list for these kinds may be loaded as texts, which are looked for in any value.
  private static func coverTexts(_ kinds: IndicatorKindSet) -> Bool {
    kinds.contains(.domain) || kinds.contains(.url)
  }

  /// Lets a value in as each kind that the list applies to and that it can be.
  private func addString(_ cell: RawSpan, _ line: UInt64, _ sink: inout FeedSink) {
    guard let kinds else {
      sink.add(cell, as: .none, nameMode: .exact, line: line)
      return
    }
    var isAny = false
    for kind in IndicatorKind.allCases where kinds.contains(kind) && !Self.shaped.contains(kind) {
      if Self.fits(cell, as: .kind(kind), IndicatorKindSet(kind), &sink) {
        sink.add(cell, as: .kind(kind), nameMode: .exact, line: line)
        isAny = true
      }
    }
    // A value that was already let in does not need a shape as well.
    if isAny, !Self.fits(cell, as: .none, kinds, &sink) { return }
    add(cell, as: .none, .exact, line, &sink)
  }

  /// Lets a value in if the list applies to what it is.
  private func add(
    _ cell: RawSpan, as declared: DeclaredKind, _ nameMode: MatchMode, _ line: UInt64,
    _ sink: inout FeedSink
  ) {
    if let kinds, !Self.fits(cell, as: declared, kinds, &sink),
      Self.fits(cell, as: declared, .all, &sink)
    {
      sink.refuse(.otherAttribute, cell, line: line)
      return
    }
    sink.add(cell, as: declared, nameMode: nameMode, line: line)
  }

  /// Whether a value can be let in and is of these kinds.
  private static func fits(
    _ cell: RawSpan, as declared: DeclaredKind, _ kinds: IndicatorKindSet, _ sink: inout FeedSink
  ) -> Bool {
    guard sink.parser.parse(cell, as: declared, options: sink.admission) == nil else {
      return false
    }
    return sink.parser.results.allSatisfy { kinds.contains($0.kind) }
  }
}
