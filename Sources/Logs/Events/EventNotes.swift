import Parsing

/// What a record says about its event: by itself, and through what is nested in it.
///
/// The readers note facts while they read; at the end `setContext` decides which of them count. The
/// files beside this one add the readers of sentences, which touch nothing but these notes.
struct EventNotes {
  /// What the record itself says.
  var facts = EventFacts()
  /// What strings, array elements and deep objects of the record say.
  var nested = NestedFacts()
  /// The time that a record in a string or at the end of a line tells, and whether it has a zone.
  var nestedTime: Int64?
  var isNestedTimeZoned = false
  /// The endpoints were named in the text of a line, which is no field.
  var namesEndpointsInText = false
  /// The time that this text names, for a line that does not begin with one.
  var sentenceTime: Int64?

  /// Events in the record are flows, each with its own time (`FlowTuple`).
  var hasFlowTuples = false

  /// Forgets everything, since another record begins.
  @inline(__always)
  mutating func reset() {
    forgetFacts()
    (nestedTime, isNestedTimeZoned) = (nil, false)
    (namesEndpointsInText, sentenceTime, hasFlowTuples) = (false, nil, false)
  }

  /// Forgets what was said about the event, but not its times.
  @inline(__always)
  mutating func forgetFacts() {
    facts.reset()
    nested.reset()
  }

  // MARK: Members of JSON

  /// Most objects and arrays around a member that states a fact about the event: up to the first
  /// number the fact counts by itself, up to the second only if nothing around the member states
  /// it.
  static let deepestOwnFact = 3
  private static let deepestFact = 8

  /// Notes the fact that a member of the record, or of an object in it, states about the event.
  ///
  /// `isOwn` says that it is a member of the record itself, not of one in a string; `isInRecord`,
  /// that a deep member is in an object that holds the record itself.
  mutating func noteFact(
    _ bytes: RawSpan, _ token: JSONToken, _ fieldClass: FieldClass, _ top: inout JSONFrame,
    depth: Int, isOwn: Bool, isInRecord: Bool
  ) {
    guard depth <= Self.deepestFact else { return }
    if token.hasEscapes {
      var text: [UInt8] = []
      guard let range = token.appendPlain(bytes, to: &text) else { return }
      let plain = JSONToken(
        kind: token.kind, hasEscapes: false, start: range.lowerBound, end: range.upperBound)
      return noteFact(
        text.rawSpan, plain, fieldClass, &top, depth: depth, isOwn: isOwn, isInRecord: isInRecord)
    }
    // An object that holds the record itself does not count as one around its members.
    let depth = isInRecord ? depth - 1 : depth
    if depth > Self.deepestOwnFact {
      // Facts of deeper objects count only if the objects around them state none.
      nested.noteDeep(fieldClass, bytes, token.range, of: top)
      return
    }
    switch fieldClass.fact {
    case .source where !top.isInArray, .serverOrSource where !top.isInArray,
      .remote where !top.isInArray:
      top.endpoints |= 1
    case .destination where !top.isInArray, .local where !top.isInArray: top.endpoints |= 2
    default: break
    }
    if top.element > 0 {
      nested.noteElement(fieldClass, bytes, token.range, of: top)
    } else if isOwn {
      facts.note(
        fieldClass.fact, rank: fieldClass.factRank, bytes, token.range, owner: top.serial,
        depth: depth + Int(fieldClass.namedDepth))
    } else {
      // Facts of a record in a string count only if the record around it states none.
      nested.note(fieldClass, bytes, token.range, of: top)
    }
  }
}
