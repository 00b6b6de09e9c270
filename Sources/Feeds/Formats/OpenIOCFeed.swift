import Indicators
import Parsing

/// OpenIOC 1.0 and 1.1: a tree of ORs and ANDs over terms.
///
/// A term with nothing but ORs above it is an entry of its own and is let in as it is read. An AND is
/// kept as joint conditions: its subtree is written out as alternatives, each of which needs all of
/// its terms at once.
struct OpenIOCFeed: DocumentFeed {
  private(set) var xml: XMLFeed
  private var context = SourceContext()
  private var labels: [StringID] = []
  private var malware: [StringID] = []
  private var actors: [StringID] = []
  private var hasContext = false

  /// A term as it was read.
  private struct Item {
    var id: [UInt8] = []
    var search: [UInt8] = []
    var condition: [UInt8] = []
    var isNegated = false
    var value: [UInt8] = []
    var line: UInt64 = 0
  }

  private struct Group {
    var isAll: Bool
    /// Inside an AND: what was read of the group so far, as alternatives of indices in `held`.
    var alternatives: [[Int]]
  }

  /// Groups that are open, from the outermost on.
  private var groups: [Group] = []
  private var item = Item()
  private var isInItem = false
  /// Terms of the outermost AND that is open.
  private var held: [Item] = []
  private var expansion = JointExpansion(free: freeExpansion)
  /// The outermost AND has more alternatives or terms than are written out.
  private var isTooWide = false
  private static let mostHeldItems = 4096
  /// What a term or a group adds to the expansion's allowance.
  ///
  /// A few numbers for each byte that it takes at least.
  private static let allowance = 32
  /// Numbers that any AND may write: elements are long, so that few ANDs write many.
  private static let freeExpansion = 4096
  /// Bytes of an element's text that are kept.
  private static let longestText = 1 << 20

  var stream: FeedStream { xml.stream }

  init(_ stream: FeedStream) { xml = XMLFeed(stream) }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    context = sink.emptyContext
    while true {
      switch try xml.next() {
      case .endOfInput: return
      case .start:
        begin(&sink)
        if xml.isElement("Content") || Self.isTextElement(xml) { try readText(&sink) }
      case .end: end(&sink)
      case .text: break
      }
    }
  }

  private static func isTextElement(_ xml: XMLFeed) -> Bool {
    xml.isElement("short_description") || xml.isElement("description")
      || xml.isElement("authored_date") || xml.isElement("link")
  }

  // MARK: Elements

  private mutating func begin(_ sink: inout FeedSink) {
    if xml.isElement("ioc") || xml.isElement("OpenIOC") {
      resetContext(sink)
      if let id = xml.attribute("id") { context.id = sink.collection.intern(id.rawSpan) }
    } else if xml.isElement("Indicator") {
      let operation = xml.attribute("operator") ?? []
      let isAll = operation.rawSpan.equals(ignoringCase: "AND")
      groups.append(Group(isAll: isAll, alternatives: isAll ? [[]] : []))
    } else if xml.isElement("IndicatorItem") {
      item = Item()
      item.line = xml.line
      item.id = xml.attribute("id") ?? []
      item.condition = xml.attribute("condition") ?? Array("is".utf8)
      let negation = xml.attribute("negate") ?? []
      item.isNegated = negation.rawSpan.equals(ignoringCase: "true")
      isInItem = true
    } else if xml.isElement("Context"), isInItem {
      item.search = xml.attribute("search") ?? []
    }
  }

  private mutating func end(_ sink: inout FeedSink) {
    if xml.isElement("IndicatorItem"), isInItem {
      isInItem = false
      takeValueFromIdentifier(&sink)
      use(item, &sink)
    } else if xml.isElement("Indicator"), let group = groups.popLast() {
      if let parent = groups.indices.last, groups.contains(where: \.isAll) {
        put(group.alternatives, into: parent)
      } else if group.isAll {
        addAlternatives(group.alternatives, &sink)
      }
    }
  }

  /// Reads the text of an element that just began, if it has any.
  private mutating func readText(_ sink: inout FeedSink) throws(FeedError) {
    let depth = xml.depth
    let isContent = xml.isElement("Content")
    let element = xml.name
    let relation = xml.attribute("rel") ?? []
    let target = xml.attribute("href")
    var text: [UInt8] = []
    while xml.depth >= depth {
      switch try xml.next() {
      // Text longer than any value is cut.
      case .text: text += xml.text.prefix(max(0, Self.longestText - text.count))
      case .endOfInput: return
      case .start, .end: break
      }
    }
    let trimmed = Array(text[Text.trimmed(text.rawSpan, 0..<text.count)])
    if isContent {
      if isInItem { item.value = trimmed }
      return
    }
    setContext(element, relation, target, trimmed, &sink)
  }

  // MARK: Context

  private mutating func resetContext(_ sink: FeedSink) {
    context = sink.emptyContext
    labels = []
    malware = []
    actors = []
    hasContext = false
  }

  private mutating func setContext(
    _ element: [UInt8], _ relation: [UInt8], _ target: [UInt8]?, _ text: [UInt8],
    _ sink: inout FeedSink
  ) {
    let name = element.rawSpan
    let value = sink.collection.intern(text.rawSpan)
    if name.equals(ignoringCase: "short_description") {
      context.description = value
    } else if name.equals(ignoringCase: "description") {
      if context.description == 0 { context.description = value }
    } else if name.equals(ignoringCase: "authored_date") {
      context.validFrom = FeedTime.past(text.rawSpan) ?? context.validFrom
    } else if name.equals(ignoringCase: "link") {
      if let target, !target.isEmpty { context.reference = sink.collection.intern(target.rawSpan) }
      if value == 0 { return }
      switch String(decoding: relation, as: UTF8.self).lowercased() {
      case "threatgroup", "actor", "threat_group": actors.append(value)
      case "family", "malware", "malware_family": malware.append(value)
      case "category", "threatcategory", "threat_category": labels.append(value)
      case "report", "reference", "link", "blog": context.reference = value
      default: break
      }
    }
  }

  private mutating func prepareContext(_ sink: inout FeedSink) {
    if !hasContext {
      hasContext = true
      context.labels = sink.intern(labels: labels)
      context.malware = sink.collection.intern(list: malware)
      context.actors = sink.collection.intern(list: actors)
    }
    sink.setContext(context)
  }

  // MARK: Terms

  /// An exporter once wrote the value where the term's identifier belongs, and left the content empty.
  private mutating func takeValueFromIdentifier(_ sink: inout FeedSink) {
    let id = item.id
    guard item.value.isEmpty, !id.isEmpty,
      !JSONDetection.isUUID(String(decoding: id, as: UTF8.self))
    else { return }
    item.value = id
    sink.note("value-in-id", id.rawSpan, line: item.line)
  }

  private mutating func use(_ item: Item, _ sink: inout FeedSink) {
    guard let parent = groups.indices.last, groups.contains(where: \.isAll) else {
      prepareContext(&sink)
      add([item], &sink)
      return
    }
    if !isTooWide || held.isEmpty { held.append(item) }
    put([[held.count - 1]], into: parent)
  }

  /// Adds a member's alternatives to its group: multiplied in an AND, appended in an OR.
  private mutating func put(_ alternatives: [[Int]], into parent: Int) {
    if isTooWide { return }
    expansion.allow(Self.allowance)
    let fits =
      groups[parent].isAll
      ? expansion.multiply(&groups[parent].alternatives, by: alternatives[...])
      : expansion.add(alternatives, to: &groups[parent].alternatives)
    isTooWide = !fits || held.count >= Self.mostHeldItems
  }

  /// Lets in the alternatives of the outermost AND.
  private mutating func addAlternatives(_ alternatives: [[Int]], _ sink: inout FeedSink) {
    prepareContext(&sink)
    if isTooWide {
      let shown = held.first?.value ?? []
      sink.refuse(.tooManyAlternatives, shown.rawSpan, line: held.first?.line ?? 0)
    } else {
      for alternative in alternatives where !alternative.isEmpty {
        add(alternative.map { held[$0] }, &sink)
      }
    }
    held = []
    expansion = JointExpansion(free: Self.freeExpansion)
    isTooWide = false
  }

  /// Lets in terms that must hold at once, or counts why the whole is not used.
  private func add(_ items: [Item], _ sink: inout FeedSink) {
    var parts: [JointPart] = []
    var ports: [[UInt8]] = []
    let hasDigest = items.contains { OpenIOCTerm.use($0.search) == .digest }
    for item in items {
      guard let use = OpenIOCTerm.use(item.search), use != .port || items.count > 1,
        use != .fileFact || hasDigest
      else {
        let shown = item.search + Array(": ".utf8) + item.value
        return sink.refuse(.unsupportedPath, shown.rawSpan, line: item.line)
      }
      let condition = OpenIOCTerm.Condition(item.condition)
      guard !item.isNegated, let reading = OpenIOCTerm.reading(use, condition, item.value) else {
        return sink.refuse(.unsupportedCondition, item.value.rawSpan, line: item.line)
      }
      switch use {
      case .port: ports.append(item.value)
      case _ where use == .fileFact || use == .imphash && hasDigest:
        // The file's digest makes tests of its size and its imports superfluous.
        sink.note("file-facts-not-checked", item.search.rawSpan, line: item.line)
      default:
        parts.append(
          JointPart(
            value: item.value, declared: reading.kind, nameMode: reading.nameMode,
            isIdentity: OpenIOCTerm.isFileDigest(item.search)))
      }
    }
    let addresses = parts.indices.filter { parts[$0].declared == .network }
    var responderPort: UInt16 = 0
    for port in ports {
      if addresses.count == 1, parts[addresses[0]].join(port: port) { continue }
      guard responderPort == 0, !parts.isEmpty, let number = Text.number(port.rawSpan),
        let value = UInt16(exactly: number), value > 0
      else { return sink.refuse(.unsupportedPath, port.rawSpan, line: items[0].line) }
      responderPort = value
    }
    sink.add(parts, port: responderPort, line: items[0].line, id: context.id)
  }
}
