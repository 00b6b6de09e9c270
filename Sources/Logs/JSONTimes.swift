import Parsing

/// Which of a record's members may tell its time, gathered during the walk and read only where a value was
/// found.
struct JSONTimes {
  /// Where a member stands decides before its name does.
  enum Place: UInt8 {
    /// In the record itself.
    case record
    /// In the object that holds both ends of the event, or in the nearest around that one.
    case besideEnds
    /// In an object that by its name holds the event.
    case wrapper
    /// In the only member of the record.
    case onlyMember
  }

  private var first: (token: JSONToken, rank: UInt8)?
  private var second: (token: JSONToken, rank: UInt8)?
  private var date: (token: JSONToken, place: Place)?
  private var zone: JSONToken?

  private static let namesOfPlace: UInt8 = 32

  /// Notes a member whose name says that it tells a time.
  mutating func note(_ token: JSONToken, _ place: Place, rank: UInt8) {
    let rank = place.rawValue * Self.namesOfPlace + min(rank, Self.namesOfPlace - 1)
    if rank < first?.rank ?? .max {
      (first, second) = ((token, rank), first)
    } else if rank < second?.rank ?? .max {
      second = (token, rank)
    }
  }

  /// Notes a member that tells the day, and perhaps the time of day as well.
  mutating func note(date token: JSONToken, _ place: Place) {
    if date.map({ place.rawValue < $0.place.rawValue }) ?? true { date = (token, place) }
  }

  /// Notes the zone of a date and a time of day in members of their own.
  mutating func note(zone token: JSONToken) { zone = token }

  /// The time that the members tell, in nanoseconds since 1970.
  func time(_ bytes: RawSpan) -> Int64? {
    if let first, let time = Self.time(bytes, first.token) { return time }
    if let second, let time = Self.time(bytes, second.token) { return time }
    guard let date, !date.token.hasEscapes else {
      return date.flatMap { Self.time(bytes, $0.token) }
    }
    for clock in [first, second] {
      guard let clock, clock.rank / Self.namesOfPlace == date.place.rawValue,
        !clock.token.hasEscapes
      else { continue }
      let time = LogTime.dateAndTime(
        bytes, date: date.token.range, clock: clock.token.range,
        zone: zone.flatMap { $0.hasEscapes ? nil : $0.range } ?? 0..<0)
      if let time { return time }
    }
    // A day alone is no time.
    return date.token.range.count > 10 ? Self.time(bytes, date.token) : nil
  }

  private static func time(_ bytes: RawSpan, _ token: JSONToken) -> Int64? {
    guard token.hasEscapes else { return LogTime.field(bytes, token.range) }
    // PHP writes each slash with a backslash.
    guard token.range.count <= 128 else { return nil }
    var text: [UInt8] = []
    JSONTokenizer.unescape(bytes.extracting(token.range), to: &text)
    return LogTime.field(text.rawSpan, 0..<text.count)
  }
}

extension Extraction {
  /// Notes a member that tells a time: of the record itself, or of something in it, which may be the event.
  func noteTime(
    _ token: JSONToken, _ index: Int, _ fieldClass: FieldClass, _ top: inout JSONFrame,
    _ walk: inout JSONWalk, depth: Int
  ) {
    // Of an object that stands for one value, that is where it stands.
    let isWrapped = fieldClass.traits.contains(.isWrapped)
    let depth = isWrapped ? depth - 1 : depth
    guard depth > 1 || !top.isInArray else { return }
    switch fieldClass.role {
    case .date:
      if depth == 1 {
        walk.times.note(date: token, .record)
      } else if !top.isInArray, !paths.isApart(top.path) {
        walk.times.note(date: token, .wrapper)
      }
      return
    case .zone:
      if depth == 1 { walk.times.note(zone: token) }
      return
    default: break
    }
    let rank = fieldClass.rank
    if depth == 1 {
      walk.times.note(token, .record, rank: rank)
      return
    }
    guard !top.isInArray else { return }
    if !isWrapped, rank < top.timeRank { (top.time, top.timeRank) = (index, rank) }
    let path = isWrapped ? paths.parent(of: top.path) : top.path
    if rank <= KeyName.lastOfEvents, !paths.isApart(path) {
      walk.times.note(token, .wrapper, rank: rank)
    }
    if depth == 2, rank <= KeyName.lastOfAny, rank < walk.rankOfMember {
      (walk.timeOfMember, walk.rankOfMember) = (index, rank)
    }
  }
}
