import Database
import Indicators
import Parsing

/// Compares what two sides say of one entry, source by source.
struct FacetComparison {
  private let old: IndicatorDatabase
  private let new: IndicatorDatabase
  private let alignment: FeedAlignment
  private let now: Int64
  /// Whether pairs of strings are equal; kept since most entries share their contexts.
  private var knownStrings: [UInt64: Bool] = [:]
  private var knownLists: [UInt64: Bool] = [:]

  init(
    _ old: IndicatorDatabase, _ new: IndicatorDatabase, _ alignment: FeedAlignment, now: Int64
  ) {
    self.old = old
    self.new = new
    self.alignment = alignment
    self.now = now
  }

  /// What differs, losses first; empty where all is the same but for lines.
  ///
  /// `count` is called for each source with its feed, whether that is a feed of the old side, and
  /// what became of the entry there (nil: nothing); `source` is called with each source of the new
  /// side.
  mutating func compare(
    _ left: UInt32, _ right: UInt32,
    count: (UInt32, Bool, EntryChange.Kind?) -> Void, source: (DatabaseSource) -> Void
  ) -> [SideComparison.Facet] {
    let before = old.sources(of: left)
    let after = new.sources(of: right)
    for one in after { source(one) }
    var facets: [SideComparison.Facet] = []
    var matched: Set<Int> = []
    // For each new feed, the places of its sources that have no partner yet, the first one last.
    var waiting: [UInt32: [Int]] = [:]
    for place in after.indices.reversed() { waiting[after[place].feed, default: []].append(place) }
    for one in before {
      let partner = alignment.new[Int(one.feed)].map { UInt32($0) }
      guard let partner, let place = waiting[partner]?.popLast() else {
        count(one.feed, true, .removed)
        facets.append(
          SideComparison.Facet(
            cause: .sourceLost, feed: one.feed, isOldFeed: true, line: one.line))
        continue
      }
      matched.insert(place)
      count(one.feed, true, nil)
      let found = compare(one, after[place])
      count(after[place].feed, false, found.isEmpty ? nil : .changed)
      facets += found
    }
    for place in after.indices where !matched.contains(place) {
      count(after[place].feed, false, .added)
      let isAllowing =
        after[place].context.flags.contains(.allow)
        && !before.contains { $0.context.flags.contains(.allow) }
      facets.append(
        SideComparison.Facet(
          cause: isAllowing ? .allowListed : .sourceGained, feed: after[place].feed,
          line: after[place].line))
    }
    // A source that is gone costs nothing while another one blocks.
    let blocks = after.contains { !$0.context.flags.contains(.allow) }
    if !blocks, let lost = facets.firstIndex(where: { $0.cause == .sourceLost }) {
      facets[lost].cause = .removed
    }
    return facets.sorted { $0.cause.isLoss && !$1.cause.isLoss }
  }

  private mutating func compare(
    _ before: DatabaseSource, _ after: DatabaseSource
  ) -> [SideComparison.Facet] {
    var facets: [SideComparison.Facet] = []
    func add(_ cause: ChangeCause, _ detail: String = "") {
      facets.append(
        SideComparison.Facet(cause: cause, detail: detail, feed: after.feed, line: after.line))
    }
    let (a, b) = (before.context, after.context)
    let gained = b.flags.subtracting(a.flags)
    if gained.contains(.allow) { add(.allowListed) }
    if a.flags.subtracting(b.flags).contains(.allow) { add(.noLongerAllowed) }
    if gained.contains(.weak) { add(.becameWeak) }
    if gained.contains(.joint) { add(.becameJoint) }
    if a.validFrom != b.validFrom || a.validUntil != b.validUntil {
      let wasValid = a.validFrom <= now && now < a.validUntil
      if wasValid, b.validUntil <= now {
        add(.expired, "valid until \(TimeText.text(b.validUntil))")
      } else if wasValid, b.validFrom > now {
        add(.notYetValid, "valid from \(TimeText.text(b.validFrom))")
      } else {
        add(.validityChanged)
      }
    }
    if a.confidence != b.confidence {
      func shown(_ confidence: UInt8) -> String { confidence == 255 ? "none" : "\(confidence)" }
      let fell = b.confidence != 255 && (a.confidence == 255 || b.confidence < a.confidence)
      add(
        fell ? .confidenceFell : .confidenceRose,
        "confidence \(shown(a.confidence)) → \(shown(b.confidence))")
    }
    if a.tlp != b.tlp || !sameStrings(a, b) || !sameLists(a, b)
      || a.flags.contains(.joint) && !same(a.condition, b.condition)
    {
      add(.contextChanged)
    }
    return facets
  }

  private mutating func sameStrings(_ a: SourceContext, _ b: SourceContext) -> Bool {
    same(a.id, b.id) && same(a.description, b.description) && same(a.reference, b.reference)
  }

  private mutating func sameLists(_ a: SourceContext, _ b: SourceContext) -> Bool {
    sameList(a.labels, b.labels) && sameList(a.attack, b.attack) && sameList(a.malware, b.malware)
      && sameList(a.actors, b.actors)
  }

  private mutating func same(_ left: StringID, _ right: StringID) -> Bool {
    if left == 0 || right == 0 { return left == right }
    let key = UInt64(left) << 32 | UInt64(right)
    if let known = knownStrings[key] { return known }
    let isSame = Self.isEqual(left, of: old, right, of: new)
    if knownStrings.count > 1 << 20 { knownStrings.removeAll(keepingCapacity: true) }
    knownStrings[key] = isSame
    return isSame
  }

  private static func isEqual(
    _ left: StringID, of old: IndicatorDatabase, _ right: StringID, of new: IndicatorDatabase
  ) -> Bool {
    let (a, b) = (old.string(left), new.string(right))
    return a.byteCount == b.byteCount && a.copied(a.byteOffsets) == b.copied(b.byteOffsets)
  }

  private mutating func sameList(_ left: StringListID, _ right: StringListID) -> Bool {
    if left == 0 || right == 0 { return left == right }
    let key = UInt64(left) << 32 | UInt64(right)
    if let known = knownLists[key] { return known }
    let (a, b) = (old.list(left), new.list(right))
    var isSame = a.count == b.count
    for (one, other) in zip(a, b) where isSame { isSame = same(one, other) }
    if knownLists.count > 1 << 20 { knownLists.removeAll(keepingCapacity: true) }
    knownLists[key] = isSame
    return isSame
  }
}
