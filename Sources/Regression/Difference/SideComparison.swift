import Database
import Feeds
import Indicators
import Parsing

/// Compares the entries of two sides in one merge, then looks for the cause of each change.
///
/// All changes have to be known before causes can be found (a removed value may be among the added
/// ones in another form), so the merge only notes entry numbers; texts are made at the end.
struct SideComparison {
  let old: DatabaseSide
  let new: DatabaseSide
  /// When validity is judged, in nanoseconds since 1970.
  let now: Int64
  let alignment: FeedAlignment
  private(set) var difference: DatabaseDifference

  private var removed: [UInt32] = []
  private var added: [UInt32] = []
  private var changed: [(old: UInt32, new: UInt32, facets: [Facet])] = []
  /// Places in `changed` by the old number.
  private var changedPlaces: [UInt32: Int] = [:]
  /// Old entries whose hits the new side's allow lists now suppress, each with the allow entry.
  private(set) var allowed: [UInt32: (text: String, feed: UInt32, line: UInt32)] = [:]
  private(set) var causes: RemovalCauses

  /// One difference between the two sides' versions of an entry.
  struct Facet {
    var cause: ChangeCause
    var detail = ""
    /// The feed's number on the new side, or on the old one if `isOldFeed` is set.
    var feed: UInt32
    var isOldFeed = false
    var line: UInt32
  }

  init(_ old: DatabaseSide, _ new: DatabaseSide, now: Int64, limit: Int) {
    self.old = old
    self.new = new
    self.now = now
    alignment = FeedAlignment(old.feeds.map(\.name), new.feeds.map(\.name))
    difference = DatabaseDifference(oldName: old.name, newName: new.name)
    difference.limit = limit
    causes = RemovalCauses(old, new, alignment)
  }

  // MARK: The merge

  mutating func run() {
    var oldFeeds = Array(repeating: DatabaseDifference.Counts(), count: old.feeds.count)
    var newFeeds = Array(repeating: DatabaseDifference.Counts(), count: new.feeds.count)
    var facets = FacetComparison(old.database, new.database, alignment, now: now)
    for kind in IndicatorKind.allCases {
      var counts = DatabaseDifference.Counts()
      counts.old = old.database.entries(of: kind).count
      counts.new = new.database.entries(of: kind).count
      if counts.old + counts.new == 0 { continue }
      EntryMerge.walk(kind, old.database, new.database) { step in
        switch step {
        case .old(let number):
          counts.removed += 1
          removed.append(number)
          old.database.forEachSource(of: number) { source in
            oldFeeds[Int(source.feed)].old += 1
            oldFeeds[Int(source.feed)].removed += 1
            causes.noteRemoved(source)
          }
        case .new(let number):
          counts.added += 1
          added.append(number)
          new.database.forEachSource(of: number) { source in
            newFeeds[Int(source.feed)].new += 1
            newFeeds[Int(source.feed)].added += 1
            causes.noteNew(source, isAdded: true)
          }
        case .both(let left, let right):
          let found = facets.compare(left, right) { feed, isOld, changeKind in
            switch (isOld, changeKind) {
            case (true, .removed):
              oldFeeds[Int(feed)].old += 1
              oldFeeds[Int(feed)].removed += 1
            case (true, _): oldFeeds[Int(feed)].old += 1
            case (false, .added):
              newFeeds[Int(feed)].new += 1
              newFeeds[Int(feed)].added += 1
            case (false, .changed):
              newFeeds[Int(feed)].new += 1
              newFeeds[Int(feed)].changed += 1
            case (false, _): newFeeds[Int(feed)].new += 1
            }
          } source: {
            causes.noteNew($0, isAdded: false)
          }
          guard !found.isEmpty else { return }
          counts.changed += 1
          changedPlaces[left] = changed.count
          changed.append((left, right, found))
        }
      }
      difference.kinds.append((kind, counts))
      difference.total.old += counts.old
      difference.total.new += counts.new
      difference.total.added += counts.added
      difference.total.removed += counts.removed
      difference.total.changed += counts.changed
    }
    difference.problems = (old.errors + new.errors).map { "\($0)" }
    do throws(DatabaseError) {
      try findAllowed()
    } catch {
      let problem = "allow lists: what they suppress cannot be compared: \(error)"
      difference.problems.append(problem)
      difference.ownProblems.append(problem)
    }
    causes.index(added)
    addFeeds(oldFeeds, newFeeds)
    addChanges()
  }

  private mutating func addFeeds(
    _ oldCounts: [DatabaseDifference.Counts], _ newCounts: [DatabaseDifference.Counts]
  ) {
    for (index, feed) in old.feeds.enumerated() {
      var result = DatabaseDifference.Feed(name: feed.name)
      result.oldName = feed.name
      result.oldFormat = feed.format
      result.counts = oldCounts[index]
      if let partner = alignment.new[index] {
        result.name = new.feeds[partner].name
        result.newName = result.name
        result.newFormat = new.feeds[partner].format
        result.counts.new = newCounts[partner].new
        result.counts.added = newCounts[partner].added
        result.counts.changed = newCounts[partner].changed
      } else {
        result.problem = causes.error(ofOldFeed: UInt32(index)).map { "\($0)" }
      }
      difference.feeds.append(result)
    }
    for (index, feed) in new.feeds.enumerated() where alignment.old[index] == nil {
      var result = DatabaseDifference.Feed(name: feed.name)
      result.newName = feed.name
      result.newFormat = feed.format
      result.counts = newCounts[index]
      difference.feeds.append(result)
    }
  }

  // MARK: Changes as they are told

  private mutating func addChanges() {
    var kept: [EntryChange.Kind: Int] = [:]
    func add(_ change: EntryChange, to difference: inout DatabaseDifference) {
      difference.causes[change.cause, default: 0] += 1
      kept[change.changeKind, default: 0] += 1
      if kept[change.changeKind, default: 0] <= difference.limit {
        difference.changes.append(change)
      }
    }
    for number in removed { add(removal(number), to: &difference) }
    for (left, right, facets) in changed { add(change(left, right, facets), to: &difference) }
    for (number, by) in allowed.sorted(by: { $0.key < $1.key }) {
      let alone = allowListing(number, by)
      if let place = changedPlaces[number] {
        // An entry that became an allow entry itself is listed already; one that changed otherwise
        // is counted already.
        if changed[place].facets[0].cause == .allowListed { continue }
      } else {
        difference.total.changed += 1
        if let row = difference.kinds.firstIndex(where: { $0.kind == alone.kind }) {
          difference.kinds[row].counts.changed += 1
        }
      }
      add(alone, to: &difference)
    }
    for number in added {
      var change = EntryChange(.added, new.database.entry(number).kind, new.text(number), .added)
      change.new = number
      if let source = new.database.sources(of: number).first {
        change.feed = new.feedName(source.feed)
        change.path = change.feed
        change.line = source.line == 0 ? nil : source.line
      }
      add(change, to: &difference)
    }
  }

  /// The change of an old entry that the new side does not have.
  func removal(_ number: UInt32) -> EntryChange {
    let reason = causes.cause(of: number)
    var change = EntryChange(
      .removed, old.database.entry(number).kind, old.text(number), reason?.cause ?? .unknown)
    change.old = number
    if let reason {
      change.markedDetail = reason.detail
      change.feed = old.feedName(reason.source.feed)
      change.path = change.feed
      change.line = reason.source.line == 0 ? nil : reason.source.line
    }
    return change
  }

  private func change(_ left: UInt32, _ right: UInt32, _ facets: [Facet]) -> EntryChange {
    let first = facets[0]
    var change = EntryChange(
      .changed, new.database.entry(right).kind, new.text(right), first.cause)
    change.markedDetail = facets.map(\.detail).filter { !$0.isEmpty }.joined(separator: "; ")
    change.old = left
    change.new = right
    change.feed = first.isOldFeed ? old.feedName(first.feed) : new.feedName(first.feed)
    change.path = change.feed
    change.line = first.line == 0 ? nil : first.line
    return change
  }

  private func allowListing(
    _ number: UInt32, _ by: (text: String, feed: UInt32, line: UInt32)
  ) -> EntryChange {
    var change = EntryChange(
      .changed, old.database.entry(number).kind, old.text(number), .allowListed)
    change.markedDetail = "by " + by.text
    change.old = number
    change.feed = new.feedName(by.feed)
    change.path = change.feed
    change.line = by.line == 0 ? nil : by.line
    return change
  }

  /// The change of an entry of both sides, by its old number; nil if it did not change.
  func facets(ofOld number: UInt32) -> EntryChange? {
    if let by = allowed[number] { return allowListing(number, by) }
    guard let place = changedPlaces[number] else { return nil }
    return change(changed[place].old, changed[place].new, changed[place].facets)
  }

  // MARK: Allow lists

  /// Finds the entries of both sides that only the new side's allow lists cover.
  private mutating func findAllowed() throws(DatabaseError) {
    guard new.feeds.contains(where: \.isAllowList) || hasAllowEntries(new.database) else { return }
    let before = try AllowCoverage(old.database)
    let after = try AllowCoverage(new.database)
    after.forEachCovered { number, by in
      guard let partner = partner(ofNew: number), !before.covers(new.database, number) else {
        return
      }
      allowed[partner] = by
    }
  }

  private func hasAllowEntries(_ database: IndicatorDatabase) -> Bool {
    (0..<database.entryCount).contains {
      database.entry(UInt32($0)).sourceFlags.contains(.allow)
    }
  }

  /// The old side's number of an entry of the new one.
  private func partner(ofNew number: UInt32) -> UInt32? {
    old.find(
      EntryOrder.key(new.database.entry(number), in: new.database), new.database.entry(number).kind)
  }
}

extension DatabaseSide {
  /// The value of an entry as it is printed.
  func text(_ number: UInt32) -> [UInt8] {
    var text: [UInt8] = []
    database.appendText(of: database.entry(number), to: &text)
    return text
  }

  func feedName(_ feed: UInt32) -> String {
    Int(feed) < feeds.count ? feeds[Int(feed)].name : "?"
  }

  /// The number of the entry with a key.
  func find(_ key: EntryOrder.Key, _ kind: IndicatorKind) -> UInt32? {
    EntryOrder.run(of: key.bytes, kind, in: database).first {
      EntryOrder.key(database.entry(UInt32($0)), in: database) == key
    }.map { UInt32($0) }
  }
}
