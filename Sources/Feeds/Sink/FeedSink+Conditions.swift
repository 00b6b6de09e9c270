import Indicators
import Inputs
import Parsing

extension FeedSink {
  /// Lets in values that mean something only together, or counts why the whole is not used.
  ///
  /// Each becomes an entry whose source names the condition, its number of members, and which of
  /// them it is; a single value is an entry like any other. The responder's port, where it is not that
  /// of an address among the values, is a further condition.
  mutating func add(
    _ parts: [JointPart], port: UInt16 = 0, line: UInt64, id: StringID = 0
  ) {
    if let alternatives = Self.alternatives(of: parts) {
      for parts in alternatives { add(parts, port: port, line: line, id: id) }
      return
    }
    if parts.count == 1, port == 0 {
      let value = parts[0].value
      add(
        value.rawSpan, as: parts[0].declared, nameMode: parts[0].nameMode, line: line, id: id)
      return
    }
    var members: [JointMember] = []
    for part in parts {
      let value = part.value
      let cell = value.rawSpan
      summary.candidates += 1
      if let refusal = parser.parse(cell, as: part.declared, options: admission) {
        return refuse(refusal.rawValue, cell, line: line, id: id)
      }
      // A range of addresses would be an OR in the middle of the AND.
      guard parser.results.count == 1, let result = parser.results.first else {
        return refuse(FeedRefusal.unsupportedPattern.rawValue, cell, line: line, id: id)
      }
      guard options.kinds.contains(result.kind) else {
        return refuse(FeedRefusal.kindNotWanted.rawValue, cell, line: line, id: id)
      }
      for lint in parser.lints { note(lint.rawValue, cell, line: line, id: id) }
      let member = JointMember(
        result, mode: result.mode ?? part.nameMode,
        value: Array(parser.arena[result.start..<result.end]))
      if members.contains(where: { $0.text == member.text }) { continue }
      members.append(member)
      guard members.count <= SourceContext.mostConditionMembers else {
        let value = parts[0].value
        return refuse(FeedRefusal.tooManyAlternatives.rawValue, value.rawSpan, line: line, id: id)
      }
    }
    members.sort { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    let common = currentContext
    var context = common
    if members.count > 1 || port != 0 {
      let texts = members.map(\.text) + (port == 0 ? [] : ["port:\(port)"])
      context.condition = collection.intern(texts.joined(separator: " AND "))
      context.conditionCount = UInt8(members.count)
      context.conditionPort = port
      context.flags.insert(.joint)
    }
    for (index, member) in members.enumerated() {
      context.conditionMember = UInt8(index)
      setContext(context)
      var flags: SourceFlags = options.isAllowList ? .allow : []
      if members.count == 1, !options.vouchesForWeakKinds, member.isWeak { flags.insert(.weak) }
      let record = member.record(
        feed: feed, line: UInt32(clamping: line), context: contextID(flags))
      let value = member.value
      collection.append(record, value: value.rawSpan)
    }
    setContext(common)
  }

  /// The condition once for each digest, if several digests are of one thing.
  ///
  /// Nil if there is nothing to split.
  ///
  /// Each digest implies the others, and a log that holds one of them rarely holds the rest.
  private static func alternatives(of parts: [JointPart]) -> [[JointPart]]? {
    let digests = parts.filter(\.isIdentity)
    // Two digests of one length cannot be of one thing: such a condition stays as it is.
    guard digests.count > 1, Set(digests.map(\.value.count)).count == digests.count else {
      return nil
    }
    let others = parts.filter { !$0.isIdentity }
    return digests.map { others + [$0] }
  }
}
