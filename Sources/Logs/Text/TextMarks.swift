/// Places in the text being scanned that decide how values beside them are read; ascending.
struct TextMarks {
  /// Ends of ANSI sequences.
  private var ansiEnds: [Int] = []
  /// User information in URLs.
  private var userInformation: [Range<Int>] = []

  /// Forgets all places, before another text is scanned.
  @inline(__always)
  mutating func reset() {
    if !ansiEnds.isEmpty { ansiEnds.removeAll(keepingCapacity: true) }
    if !userInformation.isEmpty { userInformation.removeAll(keepingCapacity: true) }
  }

  /// Notes where an ANSI sequence ends.
  @inline(__always)
  mutating func note(ansiEnd offset: Int) { ansiEnds.append(offset) }

  /// Notes the user information of a URL.
  @inline(__always)
  mutating func note(userInformation range: Range<Int>) { userInformation.append(range) }

  /// Whether the last ANSI sequence so far ends at an offset.
  @inline(__always)
  func endsANSI(at offset: Int) -> Bool { ansiEnds.last == offset }

  /// The last end of an ANSI sequence at or before `offset`.
  func lastANSIEnd(before offset: Int) -> Int? {
    let count = ansiEnds.prefixCount { $0 <= offset }
    return count > 0 ? ansiEnds[count - 1] : nil
  }

  /// Whether an offset is inside the user information of a URL, which yields no values.
  func isInUserInformation(_ offset: Int) -> Bool {
    let count = userInformation.prefixCount { $0.lowerBound <= offset }
    return count > 0 && userInformation[count - 1].contains(offset)
  }
}
