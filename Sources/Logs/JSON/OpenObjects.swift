/// The objects and arrays that a walk over a JSON record is in.
struct OpenObjects {
  /// Those around the innermost one, outermost first.
  var frames: [JSONFrame] = []
  /// Numbers the objects, so that siblings are distinguished from members of other objects; the
  /// fields of a line count as those of one object.
  private(set) var serial: UInt32 = 0
  /// The array element that is, or holds, the string that may be a record itself; 0 if there is
  /// none.
  var outerElement: UInt32 = 0

  /// The number of a new object.
  @inline(__always)
  mutating func nextSerial() -> UInt32 {
    serial &+= 1
    return serial
  }

  /// Notes the array element that a string is or is inside of, since the string may be a record
  /// itself.
  @inline(__always)
  mutating func noteOuter(of frame: JSONFrame, depth: Int) {
    outerElement = frame.element
    // A string that is itself an element counts as one, as an object does.
    if outerElement == 0, !frame.isObject, depth > 0 { outerElement = nextSerial() }
  }

  /// Notes the value of a request's header that names the host, for the object that holds the list
  /// of headers; that object's own host comes first.
  mutating func noteHeader(_ index: Int, below depth: Int) {
    // The header's object, the list, and what the list is a member of.
    let outer = frames.count - 2
    guard depth > 2, frames[outer].isObject, !frames[outer + 1].isObject else { return }
    frames[outer].noteHost(index, rank: FieldClass.furtherURLPart - 1)
  }
}
