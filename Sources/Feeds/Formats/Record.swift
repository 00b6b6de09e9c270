import Indicators
import Inputs
import Parsing

/// One row or flat object as columns and their cells, turned into entries with their context.
struct Record {
  /// Columns and where their cells are in `bytes`; empty cells are left out.
  var fields: [(column: Column, range: Range<Int>)] = []
  var bytes: [UInt8] = []
  var line: UInt64 = 0
  /// The identifier given outside the record, such as the name of a JSON member.
  var outerID: StringID = 0

  /// The records of a file have types.
  var hasTypes = false
  /// Types may be topics, which say nothing about the values.
  var hasTopics = false
  /// Which of two numbers in a date is the day, if other dates show it.
  var dateOrders = FeedTime.Orders()
  /// Confidences go from 0 to 1.
  var hasFractions = false

  private var labels: [StringID] = []
  private var attack: [StringID] = []
  private var malware: [StringID] = []
  private var actors: [StringID] = []

  init() {}

  /// Most bytes of a range's end: no address is longer.
  private static let longestRangeEnd = 64

  /// Whether any field is a value.
  var hasValue: Bool { fields.contains { $0.column.isValue } }

  /// Why a record without a value is no entry: its type is unsupported, or it is prose.
  var reasonWithoutValue: FeedRefusal {
    for field in fields where field.column == .type {
      switch ValueType(key: Text.key(bytes.rawSpan.extracting(field.range))) {
      case .refused(let reason): return reason
      case .foreignDigest: return .unsupportedKind
      default: break
      }
    }
    return .prose
  }

  /// Whether a confidence is given and is zero.
  var hasNoScore: Bool {
    fields.contains {
      $0.column == .confidence && bytes.rawSpan.extracting($0.range).equals(ignoringCase: "0")
    }
  }

  /// Whether the record is said not to be meant for detection.
  private var isForbidden: Bool {
    fields.contains { field in
      let cell = bytes.rawSpan.extracting(field.range)
      return field.column == .forDetection
        && (cell.equals(ignoringCase: "0") || cell.equals(ignoringCase: "false")
          || cell.equals(ignoringCase: "no"))
    }
  }

  /// Whether the record is a MISP attribute about persons or victims, by its category.
  ///
  /// MISP's `Financial fraud` never holds host names, addresses or digests: beside these, the words
  /// are another table's own.
  private func isPersonal(_ type: ValueType) -> Bool {
    guard hasTypes else { return false }
    return fields.contains { field in
      field.column == .category && MISPType.isPersonal(category: bytes[field.range])
        && !(type.isOfNetworkOrDigest && bytes[field.range].elementsEqual("Financial fraud".utf8))
    }
  }

  /// Whether the record is a MISP attribute that refers to a page about an event, by its category.
  private var isReference: Bool {
    fields.contains {
      $0.column == .category && MISPType.isReference(category: bytes[$0.range])
    }
  }

  /// Why the entry is not valid, or nil: it was withdrawn, has expired, or is considered good.
  ///
  /// In an allow list only words such as `expired` count, since its values are good.
  private func withdrawal(allows: Bool) -> FeedRefusal? {
    func isAny(_ cell: RawSpan, _ words: [StaticString]) -> Bool {
      words.contains { cell.equals(ignoringCase: $0) }
    }
    for field in fields {
      let cell = bytes.rawSpan.extracting(field.range)
      switch field.column {
      case .withdrawn where !allows && isAny(cell, ["true", "yes", "1", "y", "t"]):
        return .revoked
      case .upheld where !allows && isAny(cell, Self.denials): return .revoked
      case .active where !allows && (isAny(cell, Self.denials) || cell.equals(ignoringCase: "0")):
        return .revoked
      case .judgement where isAny(cell, Self.pastWords),
        .classification where isAny(cell, Self.pastWords):
        return .revoked
      case .judgement where !allows && isAny(cell, Self.goodWords),
        .classification where !allows && isAny(cell, Self.goodWords):
        return .benign
      case .classification where isAny(cell, ["victim", "victims"]): return .personalData
      default: break
      }
    }
    return nil
  }

  private static let denials: [StaticString] = ["false", "no", "f", "n"]
  private static let pastWords: [StaticString] = [
    "revoked", "expired", "inactive", "deleted", "removed", "retired", "withdrawn", "deprecated",
    "disabled", "not active", "not-active", "not_active",
  ]
  private static let goodWords: [StaticString] = [
    "benign", "clean", "good", "harmless", "false positive", "false-positive", "false_positive",
    "falsepositive", "falsepos", "false pos", "false-pos", "false_pos", "fp", "whitelist",
    "whitelisted", "allowlist", "allowlisted", "known good",
    "safe", "legitimate", "legit", "goodware", "trusted", "not malicious", "not-malicious",
    "not_malicious", "non malicious", "non-malicious", "non_malicious", "nonmalicious",
  ]

  /// Adds a field unless it is empty; in a column of values, a word for no value counts as empty.
  mutating func add(_ column: Column, _ range: Range<Int>) {
    switch column {
    case .other, .unknown: return
    case .value, .typedValue, .rangeStart, .rangeEnd, .mask:
      if NoValue.fits(bytes.rawSpan.extracting(range)) { return }
    default: if range.isEmpty { return }
    }
    fields.append((column, range))
  }

  /// Lets the values in; several of one record are several entries with one context.
  mutating func emit(into sink: inout FeedSink) {
    let bytes = bytes
    let context = makeContext(bytes, &sink)
    sink.setContext(context)
    // In a table whose values have types, a value without one may be anything.
    var type = hasTypes ? ValueType.unknown : .value(.none, nameMode: .withSubdomains)
    var judgement: FeedRefusal?
    for field in fields where field.column == .type {
      let key = Text.key(bytes.rawSpan.extracting(field.range))
      if !sink.options.isAllowList { judgement = ValueType.judgement(key: key) }
      type =
        key == "link" && isReference
        ? .refused(.unsupportedKind) : ValueType(key: key, amongTopics: hasTopics)
    }
    let isForbidden = !sink.options.loadsAllMISP && isForbidden
    let reason: FeedRefusal? =
      isPersonal(type) ? .personalData : isForbidden ? .toIDSFalse : judgement
    if let reason = reason ?? withdrawal(allows: sink.options.isAllowList) {
      return refuse(reason, id: context.id, into: &sink)
    }
    var mask = fields.first { $0.column == .mask }?.range
    // Appended to each range start. An end that is too long is cut, and makes all of them
    // malformed.
    let rangeEnd = fields.first { $0.column == .rangeEnd }
      .map { [Byte.minus] + bytes[$0.range].prefix(Self.longestRangeEnd) }
    for field in fields {
      let cell = bytes.rawSpan.extracting(field.range)
      if field.column.isValue, addPattern(cell, id: context.id, &sink) { continue }
      switch field.column {
      case .value(.network, let nameMode) where mask != nil:
        let prefix = NetworkMask.prefix(bytes[field.range], bytes[mask ?? 0..<0])
        mask = nil
        sink.addCell(prefix.rawSpan, as: .network, nameMode: nameMode, line: line, id: context.id)
      case .value(.digest, let nameMode):
        // Digests of one length may be of several kinds; the row's type may name one.
        if case .foreignDigest = type {
          sink.refuse(.unsupportedKind, cell, line: line, id: context.id)
          continue
        }
        sink.addCell(
          cell, as: Self.digest(of: type), nameMode: nameMode, line: line, id: context.id)
      case .value(let kind, let nameMode):
        sink.addCell(cell, as: kind, nameMode: nameMode, line: line, id: context.id)
      case .rangeStart:
        let range = Array(bytes[field.range]) + (rangeEnd ?? [])
        sink.addCell(
          range.rawSpan, as: .network, nameMode: .withSubdomains, line: line, id: context.id)
      case .typedValue:
        switch type.settled(for: cell) {
        case .pair(let use, _): sink.add(cell, for: use, line: line, id: context.id)
        case .value(let kind, let nameMode):
          sink.addCell(cell, as: kind, nameMode: nameMode, line: line, id: context.id)
        case .file:
          sink.addCell(
            cell, as: ValueType.file(cell), nameMode: .exact, line: line, id: context.id)
        case .unknown:
          sink.addCell(
            cell, as: .none, nameMode: .withSubdomains, isStrict: true, line: line, id: context.id)
        case .refused(let reason): sink.refuse(reason, cell, line: line, id: context.id)
        case .foreignDigest: sink.refuse(.unsupportedKind, cell, line: line, id: context.id)
        }
      default: break
      }
    }
  }

  /// Refuses all values.
  func refuse(_ reason: FeedRefusal, id: StringID = 0, into sink: inout FeedSink) {
    for field in fields where field.column.isValue {
      sink.refuse(reason, bytes.rawSpan.extracting(field.range), line: line, id: id)
    }
  }

  /// Lets in the values of the STIX pattern in a cell; false if the cell is not a pattern.
  private func addPattern(_ cell: RawSpan, id: StringID, _ sink: inout FeedSink) -> Bool {
    guard let pattern = STIXPattern(cell: cell) else { return false }
    pattern.addTests(to: &sink, source: cell, line: line, id: id)
    return true
  }

  /// The kind of digest that a type names, or any.
  private static func digest(of type: ValueType) -> DeclaredKind {
    guard case .value(.kind(let kind), _) = type, kind.isDigest else { return .digest }
    return .kind(kind)
  }

  // MARK: Context

  private mutating func makeContext(_ bytes: [UInt8], _ sink: inout FeedSink) -> SourceContext {
    var context = sink.emptyContext
    context.id = outerID
    labels.removeAll(keepingCapacity: true)
    attack.removeAll(keepingCapacity: true)
    malware.removeAll(keepingCapacity: true)
    actors.removeAll(keepingCapacity: true)
    var port, source, title: Range<Int>?
    for (column, range) in fields {
      let cell = bytes.rawSpan.extracting(range)
      if NoValue.fits(cell) { continue }
      switch column {
      case .description where context.description == 0:
        context.description = sink.collection.intern(cell)
      case .malware: Self.addNames(cell, to: &malware, &sink)
      case .actor: Self.addNames(cell, to: &actors, &sink)
      case .reference where context.reference == 0:
        context.reference = sink.collection.intern(cell)
      case .title where title == nil: title = range
      case .source where source == nil: source = range
      case .id: context.id = sink.collection.intern(cell)
      case .tags, .category, .classification: addTags(cell, &context, &sink)
      case .confidence:
        context.confidence =
          known(confidence(cell, &sink), .confidence, cell, &sink) ?? context.confidence
      case .tlp:
        if let tlp = known(Marking.strictest(cell), .marking, cell, &sink) {
          context.tlp = tlp
        } else {
          context.flags.insert(.unreadableMarking)
        }
      case .firstSeen:
        context.validFrom =
          known(FeedTime.past(cell, orders: dateOrders), .time, cell, &sink) ?? context.validFrom
      case .validFrom:
        context.validFrom =
          known(FeedTime.nanoseconds(cell, orders: dateOrders), .time, cell, &sink)
          ?? context.validFrom
      case .validUntil:
        context.validUntil =
          known(FeedTime.nanoseconds(cell, orders: dateOrders), .time, cell, &sink)
          ?? context.validUntil
      case .port: port = range
      case .action where cell.equals(ignoringCase: "allow") || cell.equals(ignoringCase: "allowed"):
        // The entry is an exception from what a product blocks.
        context.flags.insert(.allow)
      default: break
      }
    }
    if context.reference == 0, let source {
      context.reference = sink.collection.intern(bytes.rawSpan.extracting(source))
    }
    if context.description == 0, let title {
      context.description = sink.collection.intern(bytes.rawSpan.extracting(title))
    }
    if context.description == 0, let port, Text.number(bytes.rawSpan.extracting(port)) != nil {
      // A port in a column of its own tells where the value was seen; it is not a condition.
      context.description = sink.collection.intern(
        "port " + Text.string(bytes.rawSpan.extracting(port)))
    }
    context.labels = sink.intern(labels: labels)
    context.attack = sink.collection.intern(list: attack)
    context.malware = sink.collection.intern(list: malware)
    context.actors = sink.collection.intern(list: actors)
    return context
  }

  /// Returns `value`, which was read from a cell; if it is nil, notes that the cell cannot be read.
  private func known<Value>(
    _ value: Value?, _ what: UnreadableContext, _ cell: RawSpan, _ sink: inout FeedSink
  ) -> Value? {
    if value == nil { sink.note(what.rawValue, cell, line: line, id: outerID) }
    return value
  }

  /// Adds the names in a cell, which commas and semicolons separate.
  private static func addNames(
    _ cell: RawSpan, to names: inout [StringID], _ sink: inout FeedSink
  ) {
    for range in TagList.tags(of: cell) {
      let name = cell.extracting(range)
      if !NoValue.fits(name) { names.append(sink.collection.intern(name)) }
    }
  }

  private mutating func addTags(
    _ cell: RawSpan, _ context: inout SourceContext, _ sink: inout FeedSink
  ) {
    for range in TagList.tags(of: cell) {
      let tag = cell.extracting(range)
      if NoValue.fits(tag) { continue }
      if tag.byte(unchecked: 0) == UInt8(ascii: "#") {
        addSigned(tag, &sink)
        continue
      }
      let text = tag.copied(0..<tag.byteCount)
      if Technique.isIdentifier(text[...]) {
        attack.append(sink.collection.intern(tag))
      } else if tag.starts(ignoringCase: "tlp:"), let tlp = Marking.tlp(text[...]) {
        context.tlp = tlp
      } else {
        labels.append(sink.collection.intern(tag))
      }
    }
  }

  /// Adds tags as posts write them: `#phishing #kit`.
  private mutating func addSigned(_ tags: RawSpan, _ sink: inout FeedSink) {
    let isBorder: (UInt8) -> Bool = { $0 == UInt8(ascii: "#") || Text.isSpace($0) }
    var start = 0
    while start < tags.byteCount {
      while start < tags.byteCount, isBorder(tags.byte(unchecked: start)) { start += 1 }
      var end = start
      while end < tags.byteCount, !isBorder(tags.byte(unchecked: end)) { end += 1 }
      if end > start { labels.append(sink.collection.intern(tags.extracting(start..<end))) }
      start = end
    }
  }

  /// 0–100, or the words of STIX 2.1's appendix A for low, medium and high; 0–1 where all are.
  private func confidence(_ cell: RawSpan, _ sink: inout FeedSink) -> UInt8? {
    if hasFractions, let share = Text.hundredths(cell) {
      sink.summary.lints.add("confidence-from-0-to-1")
      return share.value
    }
    if let number = Text.percentage(cell) { return hasFractions ? nil : number }
    if cell.equals(ignoringCase: "low") { return 15 }
    let medium: [StaticString] = ["medium", "med", "moderate"]
    if medium.contains(where: { cell.equals(ignoringCase: $0) }) { return 50 }
    return cell.equals(ignoringCase: "high") ? 85 : nil
  }
}
