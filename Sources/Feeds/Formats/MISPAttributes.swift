import Indicators
import Parsing

/// One MISP attribute at a time: its members, and whether and how its value is loaded.
///
/// Serves events in JSON and attributes exported as rows alike.
struct MISPAttributes {
  /// Members that are used.
  enum Field {
    case type, value, category, forDetection, deleted, uuid, comment, firstSeen

    /// The member with a name.
    init?(_ name: RawSpan) {
      guard let (_, field) = Self.names.first(where: { name.equals(ignoringCase: $0.0) }) else {
        return nil
      }
      self = field
    }

    private static let names: [(StaticString, Field)] = [
      ("type", .type), ("value", .value), ("category", .category), ("to_ids", .forDetection),
      ("deleted", .deleted), ("uuid", .uuid), ("comment", .comment), ("first_seen", .firstSeen),
    ]
  }

  /// Records whose context is not complete before their event ends.
  struct Pending {
    var records: Range<Int>
    var context: SourceContext
    var tags: MISPTags
  }

  var arena: [UInt8] = []
  var tags = MISPTags()
  private var type, value, category, forDetection, deleted, uuid, comment, firstSeen: Range<Int>?
  private var line: UInt64 = 0
  private var pattern = STIXPattern()

  /// Whether type and value were read, without which there is no attribute.
  var hasValue: Bool { type != nil && value != nil }

  /// Forgets the previous attribute.
  mutating func begin(line: UInt64) {
    arena.removeAll(keepingCapacity: true)
    tags = MISPTags()
    (type, value, category, forDetection) = (nil, nil, nil, nil)
    (deleted, uuid, comment, firstSeen) = (nil, nil, nil, nil)
    self.line = line
  }

  mutating func set(_ field: Field, _ range: Range<Int>) {
    switch field {
    case .type: type = range
    case .value: value = range
    case .category: category = range
    case .forDetection: forDetection = range
    case .deleted: deleted = range
    case .uuid: uuid = range
    case .comment: comment = range
    case .firstSeen: firstSeen = range
    }
  }

  /// Loads the attribute's value, or counts why not; gives a reference if the attribute is one.
  mutating func use(_ sink: inout FeedSink, _ pending: inout [Pending]) -> StringID? {
    guard let type, let value else {
      sink.refuse(.malformedRow, [UInt8]().rawSpan, line: line)
      return nil
    }
    let id = uuid.map { intern($0, &sink) } ?? 0
    let typeName = String(decoding: arena[type], as: UTF8.self)
    let use = MISPType.use(typeName)
    if case .reference = use { return intern(value, &sink) }
    if let reason = refusal(typeName, use, sink.options) {
      sink.refuse(reason, arena.rawSpan.extracting(value), line: line, id: id)
      return nil
    }
    let first = sink.collection.records.count
    add(value, use, &sink, id)
    let records = first..<sink.collection.records.count
    guard !records.isEmpty else { return nil }
    var context = sink.emptyContext
    context.id = id
    if let comment { context.description = intern(comment, &sink) }
    if let firstSeen,
      let time = FeedTime.past(arena.rawSpan.extracting(firstSeen))
    {
      context.validFrom = time
    }
    pending.append(Pending(records: records, context: context, tags: tags))
    return nil
  }

  private func refusal(
    _ type: String, _ use: MISPType.Use, _ options: FeedOptions
  ) -> FeedRefusal? {
    if let category, MISPType.isPersonal(category: arena[category]) { return .personalData }
    if case .refused(.personalData) = use { return .personalData }
    if let deleted, isTrue(deleted) { return .deleted }
    let isForDetection = forDetection.map { isTrue($0) } ?? MISPType.isForDetection(type)
    if !isForDetection, !options.loadsAllMISP { return .toIDSFalse }
    if case .refused(let reason) = use { return reason }
    return nil
  }

  private func isTrue(_ range: Range<Int>) -> Bool {
    let text = arena.rawSpan.extracting(range)
    return text.equals(ignoringCase: "true") || text.equals(ignoringCase: "1")
  }

  private func intern(_ range: Range<Int>, _ sink: inout FeedSink) -> StringID {
    sink.collection.intern(arena.rawSpan.extracting(range))
  }

  private mutating func add(
    _ value: Range<Int>, _ use: MISPType.Use, _ sink: inout FeedSink, _ id: StringID
  ) {
    if case .pattern = use { return addPattern(value, &sink, id) }
    sink.add(arena.rawSpan.extracting(value), for: use, line: line, id: id)
  }

  private mutating func addPattern(_ range: Range<Int>, _ sink: inout FeedSink, _ id: StringID) {
    let arena = arena
    do throws(STIXPattern.Fault) {
      try pattern.parse(arena.rawSpan.extracting(range))
    } catch {
      sink.refuse(
        .unsupportedPattern, arena.rawSpan.extracting(range), line: line, id: id)
      return
    }
    pattern.addTests(
      to: &sink, source: arena.rawSpan.extracting(range), line: line, id: id)
  }
}
