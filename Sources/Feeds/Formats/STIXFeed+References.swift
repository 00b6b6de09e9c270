import Indicators
import Parsing

/// What objects say of one another, which is known when all were read.
extension STIXFeed {
  /// Gives every indicator the context that other objects add.
  mutating func resolve(_ sink: inout FeedSink) {
    for (id, tlp) in Marking.wellKnown { markings[sink.collection.intern(id)] = tlp }
    for entry in pending {
      var context = entry.context
      var attack = Array(strings[entry.attack])
      var malware: [StringID] = []
      var actors: [StringID] = []
      for id in indicated.isEmpty ? [] : indicated[context.id] ?? [] {
        guard let target = targets[id] else { continue }
        switch target.role {
        case .malware: malware.append(target.name)
        case .actor: actors.append(target.name)
        case .technique: attack.append(target.name)
        }
      }
      if !entry.markings.isEmpty,
        let tlp = strings[entry.markings].compactMap({ markings[$0] }).max()
      {
        context.tlp = tlp
      }
      context.attack = sink.collection.intern(list: attack)
      context.malware = sink.collection.intern(list: malware)
      context.actors = sink.collection.intern(list: actors)
      sink.assign(context, toRecords: entry.records)
    }
    dropOldVersions(&sink)
    pending.removeAll()
  }

  /// Takes back the records of versions that a newer one, or a revocation, stands beside.
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
