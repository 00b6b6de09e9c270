import Parsing

/// The array element that states facts about the event, as long as only one does.
struct EventElement {
  /// Its object's serial number, or 0.
  private var serial: UInt32 = 0
  /// Whether several elements stated facts.
  private(set) var isSeveral = false

  /// Notes the serial number of an element that states a fact, or 0 for none.
  ///
  /// `isFirstOther` is true if it is the second such element: facts gathered so far no longer hold.
  mutating func note(_ other: UInt32) -> (isSeveral: Bool, isFirstOther: Bool) {
    let wasSeveral = isSeveral
    if other > 0 {
      if serial > 0, serial != other { isSeveral = true }
      serial = other
    }
    return (isSeveral, isSeveral && !wasSeveral)
  }
}

/// What values nested in a record say about its event; it counts only if the record itself says
/// nothing.
struct NestedFacts {
  /// What elements of arrays, and a record in a string or at the end of a line, say.
  var facts = EventFacts()
  /// What deeply nested objects say.
  var deepFacts = EventFacts()
  /// The elements of arrays that `facts` and `deepFacts` were taken from.
  private(set) var element = EventElement()
  private var deepElement = EventElement()

  /// Whether nothing names an endpoint.
  var hasNoEndpoints: Bool {
    !facts.hasEndpoints && !facts.hasLocalEndpoints && !deepFacts.hasEndpoints
  }

  /// Forgets everything.
  @inline(__always)
  mutating func reset() {
    facts.reset()
    deepFacts.reset()
    (element, deepElement) = (EventElement(), EventElement())
  }

  /// Notes a fact that a member of an array's element states.
  ///
  /// The fact is about that element. If several elements state facts, none of them is known to be
  /// the event.
  mutating func noteElement(
    _ fieldClass: FieldClass, _ bytes: RawSpan, _ range: Range<Int>, of object: JSONFrame
  ) {
    let (isSeveral, isFirstOther) = element.note(object.element)
    if isFirstOther { facts.reset() }
    if isSeveral { return }
    note(fieldClass, bytes, range, of: object)
  }

  /// Notes a fact that a deep object states.
  mutating func noteDeep(
    _ fieldClass: FieldClass, _ bytes: RawSpan, _ range: Range<Int>, of object: JSONFrame
  ) {
    let (isSeveral, isFirstOther) = deepElement.note(object.element)
    if isFirstOther { deepFacts.reset() }
    if isSeveral { return }
    deepFacts.note(
      fieldClass.fact, rank: fieldClass.factRank, bytes, range, owner: object.serial,
      depth: 1 + Int(fieldClass.namedDepth))
  }

  /// Notes a fact that a member of a record in a string states.
  mutating func note(
    _ fieldClass: FieldClass, _ bytes: RawSpan, _ range: Range<Int>, of object: JSONFrame
  ) {
    facts.note(
      fieldClass.fact, rank: fieldClass.factRank, bytes, range, owner: object.serial,
      depth: 1 + Int(fieldClass.namedDepth))
  }
}
