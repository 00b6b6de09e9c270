import Parsing

/// The members of a record that may tell its time, gathered during the walk and read only if a
/// value was found.
struct JSONTimes {
  /// The place of a member, which decides before its name does.
  enum Place: UInt8 {
    /// In the properties of a record around them that tells only when they were published.
    case published
    /// In the record itself.
    case record
    /// In an object that by its name holds the whole record, and with an object in it that has both
    /// ends and their time.
    case holder
    /// In the object that holds both ends of the event, or in the nearest around that one.
    case besideEndpoints
    /// In an object that by its name holds the whole record.
    case document
    /// The same within another such object.
    case innerDocument
    /// In another object that by its name holds the event.
    case wrapper
    /// In the only member of the record.
    case onlyMember

    /// Whether a time at this place goes with a day or zone at the other one.
    ///
    /// All days and zones below the record itself are noted as `wrapper`.
    func isBeside(_ other: Place) -> Bool { self == other || other == .wrapper && self != .record }
  }

  private var first: (token: JSONToken, rank: UInt8)?
  private var second: (token: JSONToken, rank: UInt8)?
  private var date: (token: JSONToken, place: Place)?
  private var zone: (token: JSONToken, place: Place)?

  private static let namesOfPlace: UInt8 = 32

  /// Notes a member whose name says that it tells a time.
  mutating func note(_ token: JSONToken, _ place: Place, rank: UInt8) {
    let rank = place.rawValue * Self.namesOfPlace + min(rank, Self.namesOfPlace - 1)
    if rank < first?.rank ?? .max {
      put(first: token, rank)
    } else if rank < second?.rank ?? .max {
      second = (token, rank)
    }
  }

  /// Notes the time of an object that holds the record; it comes before the times of objects in it.
  mutating func note(holder token: JSONToken) {
    let rank = Place.holder.rawValue * Self.namesOfPlace
    if first.map({ $0.rank < rank }) ?? false {
      second = (token, rank)
    } else {
      put(first: token, rank)
    }
  }

  /// Puts a member first, which may be first already because of another place.
  private mutating func put(first token: JSONToken, _ rank: UInt8) {
    if first?.token.start != token.start { second = first }
    first = (token, rank)
  }

  /// Notes a member that tells the day, and perhaps the time of day as well.
  mutating func note(date token: JSONToken, _ place: Place) {
    if date.map({ place.rawValue < $0.place.rawValue }) ?? true { date = (token, place) }
  }

  /// Notes the zone of the times beside it.
  mutating func note(zone token: JSONToken, _ place: Place) {
    if zone.map({ place.rawValue < $0.place.rawValue }) ?? true { zone = (token, place) }
  }

  /// The time that the members tell, in nanoseconds since 1970.
  ///
  /// `year` is the year of dates that name none.
  func time(_ bytes: RawSpan, year: Int?) -> Int64? { found(bytes, year: year)?.time }

  /// The time that the members tell, and whether it has a zone of its own.
  func found(_ bytes: RawSpan, year: Int?) -> (time: Int64, isZoned: Bool)? {
    if let first, let found = found(bytes, first.token, first.rank, year) {
      return preciser(bytes, than: found, year) ?? found
    }
    if let second, let found = found(bytes, second.token, second.rank, year) { return found }
    guard let date else { return nil }
    for clock in [first, second] {
      guard let clock, Self.place(clock.rank)?.isBeside(date.place) ?? false else { continue }
      let zone = zone.flatMap { $0.place == date.place ? $0.token : nil }
      if let found = Self.found(bytes, date: date.token, clock: clock.token, zone: zone) {
        return found
      }
    }
    return date.token.plain(bytes) {
      // A day alone is no time.
      $1.count > 10 ? LogTime.field($0, $1, year: year) : nil
    }
  }

  /// The time of a day and a time of day in members of their own, and perhaps of a zone.
  private static func found(
    _ bytes: RawSpan, date: JSONToken, clock: JSONToken, zone: JSONToken?
  ) -> (time: Int64, isZoned: Bool)? {
    // The parts one behind the other, with their escapes undone.
    var text: [UInt8] = []
    guard let day = date.appendPlain(bytes, to: &text),
      let clock = clock.appendPlain(bytes, to: &text)
    else { return nil }
    let offset = zone.map { $0.appendPlain(bytes, to: &text) ?? 0..<0 } ?? 0..<0
    return LogTime.dateAndTime(text.rawSpan, date: day, clock: clock, zone: offset).map {
      ($0, zone != nil || LogTime.isZoned(text.rawSpan, clock))
    }
  }

  /// The time of the object that holds both ends, if it is the record's time with a fraction of a
  /// second; else nil.
  ///
  /// Services that forward what others logged write whole seconds around it.
  private func preciser(
    _ bytes: RawSpan, than outer: (time: Int64, isZoned: Bool), _ year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    guard let first, let second, Self.place(first.rank) == .record,
      let place = Self.place(second.rank), place == .holder || place == .besideEndpoints,
      outer.time % Self.wholeSecond == 0,
      let inner = found(bytes, second.token, second.rank, year),
      1..<Self.wholeSecond ~= inner.time &- outer.time
    else { return nil }
    return inner
  }

  private static let wholeSecond: Int64 = 1_000_000_000

  /// The time of a member; if it has no zone, that of the zone beside it is used.
  private func found(
    _ bytes: RawSpan, _ token: JSONToken, _ rank: UInt8, _ year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    guard let found = Self.found(bytes, token, year) else { return nil }
    guard !found.isZoned, let zone, Self.place(rank)?.isBeside(zone.place) ?? false else {
      return found
    }
    return zone.token.plain(bytes, LogTime.offset).map { (found.time &- $0, true) }
  }

  private static func place(_ rank: UInt8) -> Place? { Place(rawValue: rank / namesOfPlace) }

  private static func found(
    _ bytes: RawSpan, _ token: JSONToken, _ year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    token.plain(bytes) { LogTime.field($0, $1, year: year) }
  }
}

extension JSONWalk {
  /// Notes the time of an object that has ended, if it holds both ends of the event, and tells the
  /// object around it which ends it holds.
  @inline(__always)
  mutating func noteTime(
    _ tokens: borrowing [JSONToken], of object: JSONFrame, in outer: inout JSONFrame,
    _ paths: borrowing FieldPaths
  ) {
    guard object.time >= 0, object.endpoints >= 3 else {
      outer.endpoints |= object.endpoints
      return
    }
    outer.endpoints |= 4
    if object.endpoints & 4 == 0 {
      times.note(tokens[object.time], .besideEndpoints, rank: object.timeRank)
    } else if paths.fieldClass(object.path).traits.contains(.isRecord) {
      // The outermost goes first, and it ends last.
      times.note(holder: tokens[object.time])
    } else if object.endpoints & 3 == 3 {
      times.note(tokens[object.time], .besideEndpoints, rank: object.timeRank)
    }
  }

  /// Notes a member that tells a time: of the record itself, or of something in it, which may be
  /// the event.
  mutating func noteTime(
    _ token: JSONToken, _ index: Int, _ fieldClass: FieldClass, _ top: inout JSONFrame,
    depth: Int, _ paths: borrowing FieldPaths
  ) {
    // A value in an object that only wraps it (`$date`) counts as being where that object is.
    let isWrapped = fieldClass.traits.contains(.isWrapped)
    var (depth, path) = (depth, top.path)
    if isWrapped { (depth, path) = (depth - 1, paths.parent(of: path)) }
    if isWrapped, paths.fieldClass(top.path).traits.contains(.isWrapped) {
      (depth, path) = (depth - 1, paths.parent(of: path))
    }
    guard depth > 1 || !top.isInArray else { return }
    switch fieldClass.role {
    case .date:
      if depth == 1 {
        times.note(date: token, .record)
      } else if !top.isInArray, !paths.isApart(top.path, in: self.top) {
        times.note(date: token, .wrapper)
      }
      return
    case .zone:
      guard token.kind == .string else { return }
      if depth == 1 {
        times.note(zone: token, .record)
      } else if !top.isInArray, !paths.isApart(top.path, in: self.top) {
        times.note(zone: token, .wrapper)
      }
      return
    default: break
    }
    let rank = fieldClass.rank
    if depth == 1 {
      times.note(token, .record, rank: rank)
      return
    }
    guard !top.isInArray else { return }
    if !isWrapped, rank < top.timeRank { (top.time, top.timeRank) = (index, rank) }
    if paths.isRecord(path, in: self.top) {
      times.note(token, depth == 2 ? .document : .innerDocument, rank: rank)
    } else if rank <= KeyName.lastOfEvents
      || paths.fieldClass(path).traits.contains(.isRecord), !paths.isApart(path, in: self.top)
    {
      times.note(token, .wrapper, rank: rank)
    }
    guard depth == 2 else { return }
    if rank <= KeyName.lastOfAny, rank < rankOfMember {
      (timeOfMember, rankOfMember) = (index, rank)
    }
    if rank == 1, paths.isKey(path, "properties") { timeOfProperties = index }
  }

  /// Notes the time in the properties of a record that has ended, if Microsoft Defender XDR streams
  /// such records: their own `time` is that of publishing.
  mutating func notePublished(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ record: Range<Int>
  ) {
    guard timeOfProperties >= 0 else { return }
    var index = record.lowerBound + 1
    while index + 1 < record.upperBound, tokens[index].kind == .key {
      let value = tokens[index + 1]
      if value.kind == .string, bytes.isWord(tokens[index].range, "category"),
        value.range.count > 16, bytes.starts(with: "AdvancedHunting-", at: value.start)
      {
        times.note(tokens[timeOfProperties], .published, rank: 0)
        return
      }
      // Null has no token.
      let isNull = value.kind == .key || value.kind == .endObject
      index = isNull ? index + 1 : JSONToken.valueEnd(tokens, from: index + 1)
    }
  }
}
