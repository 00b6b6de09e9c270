import Indicators
import Parsing

/// Context that objects give one another, which is known when all were read.
extension STIXFeed {
  /// Gives every indicator the context that other objects add.
  mutating func resolve(_ sink: inout FeedSink) {
    for (id, tlp) in Marking.wellKnown { markings[sink.collection.intern(id)] = tlp }
    var indications: [StringID: Indication] = [:]
    for entry in pending {
      var context = entry.context
      let indication = indication(of: context.id, &indications, &sink)
      var tlp = entry.labelled
      for marking in strings[entry.markings] {
        tlp = max(tlp, markings[marking] ?? .none)
        if unreadableMarkings.contains(marking) { context.flags.insert(.unreadableMarking) }
      }
      if tlp != .none { context.tlp = tlp }
      context.attack = sink.collection.intern(
        list: IndicatorCollection.list(strings[entry.attack], before: indication.attack))
      (context.malware, context.actors) = (indication.malware, indication.actors)
      sink.assign(context, toRecords: entry.records)
    }
    dropOldVersions(&sink)
    pending.removeAll()
  }

  /// What an indicator indicates.
  private struct Indication {
    var attack: [StringID] = []
    var malware: StringListID = 0
    var actors: StringListID = 0
  }

  /// What the object with an identifier indicates; all its versions share it.
  private func indication(
    of id: StringID, _ known: inout [StringID: Indication], _ sink: inout FeedSink
  ) -> Indication {
    guard let ids = indicated[id] else { return Indication() }
    if let indication = known[id] { return indication }
    var indication = Indication()
    var (malware, actors): ([StringID], [StringID]) = ([], [])
    for id in ids {
      guard let target = targets[id] else { continue }
      switch target.role {
      case .malware: malware.append(target.name)
      case .actor: actors.append(target.name)
      case .technique: indication.attack.append(target.name)
      }
    }
    indication.malware = sink.collection.intern(list: malware)
    indication.actors = sink.collection.intern(list: actors)
    known[id] = indication
    return indication
  }

  /// Takes back the records of versions that were replaced by a newer one or revoked.
  private func dropOldVersions(_ sink: inout FeedSink) {
    if repeated.isEmpty { return }
    var newest: [StringID: Int64] = [:]
    for entry in pending where repeated.contains(entry.context.id) {
      newest[entry.context.id] = max(newest[entry.context.id] ?? .min, entry.modified)
    }
    var revoked: [StringID: Int64] = [:]
    for entry in revocations where repeated.contains(entry.id) {
      revoked[entry.id] = max(revoked[entry.id] ?? .min, entry.modified)
    }
    let (old, withdrawn) = pending.reduce(into: ([Range<Int>](), [Range<Int>]())) { found, entry in
      let id = entry.context.id
      if let time = revoked[id], time >= entry.modified {
        found.1.append(entry.records)
      } else if let time = newest[id], time > entry.modified {
        found.0.append(entry.records)
      }
    }
    sink.retract([(old, .superseded), (withdrawn, .revoked)])
  }
}
