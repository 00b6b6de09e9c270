import Database
import Indicators
import Parsing

/// Values that count only together with others.
extension HitResolver {
  /// The names of the matched entry's conditions that are met; nil if no source of the entry can
  /// count.
  ///
  /// In a record the order of values means nothing: all its values are added before any is
  /// reported. In a flow values come one after another, so each value is added when it matches.
  func metConditions(
    _ match: EntryMatch, _ database: Int, _ batch: ObservableBatch
  ) -> [UInt32]? {
    guard !mode.ignoresConditions,
      databases[database].sourceFlags(ofEntry: match.entry).contains(.joint)
    else { return [] }
    let conditions = conditionsAtHand ?? jointConditions.conditions
    conditionsAtHand = conditions
    guard let value = conditions.place(database: database, entry: match.entry) else { return [] }
    let index = batch.observables[Int(match.observable)].record
    let flow = batch.records[Int(index)].flow
    let met: [UInt32]
    if flow != ObservableRecord.noFlow, Int(flow) < batch.flows.count, let flowConditions {
      met = flowConditions.meet(
        value, in: batch.flows[Int(flow)], conditions, forgotten: &forgottenConditions)
    } else {
      if recordAtHand.map({ !batch.areOfOnePlace($0, index) }) ?? true {
        beginRecord(index, batch, conditions)
      }
      met = recordValues.metConditions(of: value)
    }
    if met.isEmpty, conditions.isOnlyJoint(value) { return nil }
    return met.map(conditions.name)
  }

  /// Collects in `recordValues` the values of joint conditions that a record holds.
  private func beginRecord(
    _ index: UInt32, _ batch: ObservableBatch, _ conditions: JointConditions
  ) {
    recordAtHand = index
    recordValues.removeAll()
    func record(_ match: EntryMatch) -> UInt32 {
      batch.observables[Int(match.observable)].record
    }
    // Events inside a string of a log record are records at the same place. They count together
    // with the values around them.
    func isThere(_ record: UInt32) -> Bool { batch.areOfOnePlace(record, index) }
    for database in databases.indices {
      var cursor = cursors[database]
      while cursor > 0, case let before = record(matches[database][cursor - 1]),
        before >= index || isThere(before)
      {
        cursor -= 1
      }
      while cursor < matches[database].count,
        case let found = record(matches[database][cursor]), found <= index || isThere(found)
      {
        let match = matches[database][cursor]
        cursor += 1
        guard isThere(found),
          databases[database].sourceFlags(ofEntry: match.entry).contains(.joint),
          let value = conditions.place(database: database, entry: match.entry)
        else { continue }
        recordValues.add(value, conditions)
      }
    }
  }
}

extension ObservableBatch {
  /// Whether two records belong to the same line, packet or list element.
  func areOfOnePlace(_ first: UInt32, _ second: UInt32) -> Bool {
    first == second
      || records[Int(first)].base == records[Int(second)].base
        && records[Int(first)].number == records[Int(second)].number
  }

  /// The responder's port that a value was seen with; nil if unknown.
  ///
  /// It is the destination port of the flow or of the record's event, or the port written after the
  /// value as `name:port`.
  func shownPort(
    with observed: Observable, in record: ObservableRecord, chunk: RawSpan
  ) -> UInt16? {
    if record.flow != ObservableRecord.noFlow, Int(record.flow) < flows.count {
      return flows[Int(record.flow)].destinationPort
    }
    if let endpoint = context(of: record)?.destination, endpoint.port != 0 { return endpoint.port }
    guard !observed.flags.contains(.inArena) else { return nil }
    return Self.portBehind(Int(observed.offset) + Int(observed.length), in: chunk)
  }

  /// The port of a `:port` that begins at an offset, or nil.
  private static func portBehind(_ offset: Int, in text: RawSpan) -> UInt16? {
    guard offset < text.byteCount, text.byte(unchecked: offset) == Byte.colon else { return nil }
    var value = 0
    var place = offset + 1
    while place < text.byteCount, place <= offset + 6 {
      let digit = text.byte(unchecked: place) &- Byte.zero
      guard digit <= 9 else { break }
      value = value * 10 + Int(digit)
      place += 1
    }
    return place > offset + 1 && value > 0 ? UInt16(exactly: value) : nil
  }
}
