import Indicators
import Parsing

extension EventNotes {
  /// Adds to the batch what the record says about its event, if the record has observables.
  ///
  /// Events nested in the record get the same context if the record itself says something;
  /// otherwise they keep what they say themselves.
  @inline(__always)
  mutating func setContext(of record: borrowing RecordCursor, _ batch: inout ObservableBatch) {
    guard record.isInBatch else { return }
    var own = facts.found
    let isDeep =
      !facts.hasLocalEndpoints && !nested.facts.hasLocalEndpoints && nested.deepFacts.hasEndpoints
      && own.map(\.hasEndpoints) != true && nested.facts.found.map(\.hasEndpoints) != true
    var said: EventContext?
    if isDeep {
      // The endpoints come from deep objects; the objects around them may still say what became of
      // the event.
      (said, own) = (own ?? nested.facts.found, nil)
      nested.facts = nested.deepFacts
    }
    let isNested = own == nil && !facts.hasLocalEndpoints
    let isSentence = !isNested && namesEndpointsInText
    let decidesSides = isSentence || (isNested ? nested.facts.decidesSides : facts.decidesSides)
    let context = (own ?? nested.facts.found)?.filled(from: said)
    if decidesSides || context?.source != nil && context?.destination != nil {
      let isNew =
        isSentence || (isNested ? nested.facts.hasLocalEndpoints : facts.hasLocalEndpoints)
      Self.setSides(
        context ?? EventContext(), isNew: isNew, from: record.firstObservable,
        of: own == nil || hasFlowTuples ? record.index : nil, &batch)
    }
    guard let context else { return }
    let index = UInt32(truncatingIfNeeded: batch.contexts.count)
    batch.records[Int(record.index)].context = index
    if own != nil {
      // Each flow in a record has its own ends.
      for event in record.firstRecord..<batch.records.count
      where !hasFlowTuples || batch.records[event].context == ObservableRecord.noContext {
        batch.records[event].context = index
      }
    }
    batch.contexts.append(context)
  }

  /// Sets again which endpoint each address of a record is, from the observable `first` on.
  ///
  /// The names of the fields told it for a single packet only, or for objects other than the one
  /// that the endpoints were taken from. `isNew` says that the names of the fields told nothing.
  /// `only` restricts the change to one record, which leaves out the events nested in it.
  private static func setSides(
    _ context: EventContext, isNew: Bool, from first: Int, of only: UInt32?,
    _ batch: inout ObservableBatch
  ) {
    func isEndpoint(_ observable: Observable, _ endpoint: EventEndpoint?) -> Bool {
      guard let endpoint, observable.flags.contains(.inArena),
        endpoint.isIPv4 == (observable.kind == .ipv4)
      else { return false }
      var address = IPAddress(high: 0, low: 0)
      for index in 0..<Int(observable.length) {
        let byte = UInt64(batch.arena[Int(observable.offset) + index])
        if index < 8 {
          address.high |= byte << UInt64(56 - 8 * index)
        } else {
          address.low |= byte << UInt64(120 - 8 * index)
        }
      }
      return address == endpoint.address
    }
    for index in first..<batch.observables.count {
      let observable = batch.observables[index]
      guard observable.kind == .ipv4 || observable.kind == .ipv6,
        only == nil || observable.record == only,
        isNew || !observable.flags.isDisjoint(with: [.originator, .responder])
      else { continue }
      let isSource = isEndpoint(observable, context.source)
      let isDestination = isEndpoint(observable, context.destination)
      if isSource && isDestination { continue }
      batch.observables[index].flags.remove([.originator, .responder])
      guard isSource || isDestination else { continue }
      batch.observables[index].flags.insert(isSource ? .originator : .responder)
    }
  }
}
