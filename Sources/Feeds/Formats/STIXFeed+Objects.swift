import Indicators
import Parsing

/// What objects say, once each is read.
extension STIXFeed {
  /// Uses the object that was read to its end.
  mutating func use(_ sink: inout FeedSink, line: UInt64) {
    guard let type = object.type, !isExample else { return }
    hasObjects = true
    // A revoked object says nothing any more; a revoked indicator also withdraws its earlier
    // versions.
    if object.isRevoked, !object.text(type, is: "indicator") { return }
    if object.text(type, is: "indicator") {
      useIndicator(&sink, line: line)
    } else if object.text(type, is: "relationship") {
      guard let kind = object.relationship, object.text(kind, is: "indicates"),
        let source = object.source, let target = object.target
      else { return }
      indicated[intern(source, &sink), default: []].append(intern(target, &sink))
    } else if object.text(type, is: "malware") || object.text(type, is: "tool") {
      setTarget(.malware, &sink)
    } else if object.text(type, is: "intrusion-set") || object.text(type, is: "threat-actor")
      || object.text(type, is: "campaign")
    {
      setTarget(.actor, &sink)
    } else if object.text(type, is: "attack-pattern") {
      guard let id = object.id, let technique = object.attack.first else { return }
      targets[intern(id, &sink)] = Target(role: .technique, name: intern(technique, &sink))
    } else if object.text(type, is: "marking-definition") {
      guard let id = object.id else { return }
      let level = object.level ?? object.name
      if let level, let tlp = Marking.tlp(object.arena[level]) {
        markings[intern(id, &sink)] = tlp
      } else if object.level != nil {
        note(.marking, object.level, &sink, line, intern(id, &sink))
        unreadableMarkings.insert(intern(id, &sink))
      }
    } else if object.isObservable {
      observables += 1
    }
  }

  private mutating func setTarget(_ role: Target.Role, _ sink: inout FeedSink) {
    guard let id = object.id, let name = object.name else { return }
    targets[intern(id, &sink)] = Target(role: role, name: intern(name, &sink))
  }

  private func intern(_ range: Range<Int>, _ sink: inout FeedSink) -> StringID {
    sink.collection.intern(object.arena.rawSpan.extracting(range))
  }

  private mutating func useIndicator(_ sink: inout FeedSink, line: UInt64) {
    indicators += 1
    if indicators == 4096 { sink.reserve(growth: stream.growth) }
    let known = sink.collection.strings.count
    let id = object.id.map { intern($0, &sink) } ?? 0
    if id != 0, id < known { repeated.insert(id) }
    guard let pattern = object.pattern else {
      refuse(.unsupportedPattern, object.id ?? 0..<0, &sink, line, id)
      return
    }
    if object.isRevoked {
      revocations.append((id, time(object.modified) ?? .min))
      return refuse(.revoked, pattern, &sink, line, id)
    }
    if object.isBenign, !sink.options.isAllowList {
      return refuse(.benign, pattern, &sink, line, id)
    }
    if let type = object.patternType, !object.text(type, is: "stix") {
      return refuse(.unsupportedPattern, type, &sink, line, id)
    }
    let first = sink.collection.records.count
    addTests(of: pattern, &sink, line, id)
    let records = first..<sink.collection.records.count
    if records.isEmpty { return }
    var context = sink.emptyContext
    context.id = id
    // A description may be there and empty.
    let description = object.description.flatMap { $0.isEmpty ? nil : $0 } ?? object.name
    if let description { context.description = intern(description, &sink) }
    if let reference = object.reference { context.reference = intern(reference, &sink) }
    let from = knownFrom.time(object.validFrom, object.arena)
    if from == nil { note(.time, object.validFrom, &sink, line, id) }
    context.validFrom = from ?? .min
    let until = time(object.validUntil)
    if until == nil { note(.time, object.validUntil, &sink, line, id) }
    context.validUntil = until ?? .max
    if context.validUntil <= context.validFrom, context.validUntil != .max {
      note(.validity, object.validUntil, &sink, line, id)
    }
    if let text = object.confidence {
      if let value = Text.percentage(object.arena.rawSpan.extracting(text)) {
        context.confidence = value
      } else {
        note(.confidence, text, &sink, line, id)
      }
    }
    if !object.labels.isEmpty {
      let first = strings.count
      let labels = Array(strings[keep(object.labels, &sink)])
      strings.removeLast(strings.count - first)
      context.labels = sink.intern(labels: labels)
    }
    // Some exporters tag as they do elsewhere: `labels: ["tlp:amber"]`.
    var labelled = TLP.none
    for label in object.labels
    where object.arena.rawSpan.starts(ignoringCase: "tlp:", at: label.lowerBound) {
      labelled = max(labelled, Marking.tlp(object.arena[label]) ?? .none)
    }
    var attack = keep(object.attack, &sink)
    for label in object.labels where Technique.isIdentifier(object.arena[label]) {
      strings.append(intern(label, &sink))
      attack = attack.lowerBound..<strings.count
    }
    pending.append(
      Pending(
        records: records, context: context,
        modified: knownModified.time(object.modified, object.arena) ?? .min,
        attack: attack, markings: keep(object.markings, &sink), labelled: labelled))
  }

  private func time(_ range: Range<Int>?) -> Int64? {
    range.flatMap { FeedTime.nanoseconds(object.arena.rawSpan.extracting($0)) }
  }

  private mutating func keep(_ ranges: [Range<Int>], _ sink: inout FeedSink) -> Range<Int> {
    let first = strings.count
    for range in ranges { strings.append(intern(range, &sink)) }
    return first..<strings.count
  }

  private mutating func addTests(
    of source: Range<Int>, _ sink: inout FeedSink, _ line: UInt64, _ id: StringID
  ) {
    let arena = object.arena
    if let (kind, value) = STIXPattern.simple(arena.rawSpan.extracting(source)) {
      let start = source.lowerBound
      sink.add(
        arena.rawSpan.extracting(start + value.lowerBound..<start + value.upperBound), as: kind,
        nameMode: .exact, line: line, id: id)
      return
    }
    do throws(STIXPattern.Fault) {
      try pattern.parse(arena.rawSpan.extracting(source))
    } catch {
      return refuse(.unsupportedPattern, source, &sink, line, id)
    }
    pattern.addTests(
      to: &sink, source: arena.rawSpan.extracting(source), line: line, id: id)
  }

  private func refuse(
    _ reason: FeedRefusal, _ range: Range<Int>, _ sink: inout FeedSink, _ line: UInt64,
    _ id: StringID
  ) {
    sink.refuse(reason, object.arena.rawSpan.extracting(range), line: line, id: id)
  }

  /// Notes that a member of an object cannot be read; the object is used without it.
  private func note(
    _ what: UnreadableContext, _ range: Range<Int>?, _ sink: inout FeedSink, _ line: UInt64,
    _ id: StringID
  ) {
    guard let range else { return }
    sink.note(what.rawValue, object.arena.rawSpan.extracting(range), line: line, id: id)
  }
}
