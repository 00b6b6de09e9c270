import Database
import Feeds
import Inputs
import Indicators
import Parsing
import Scanning

/// Finds out why an entry of the old side is not on the new one.
struct RemovalCauses {
  /// The cause, more about it, and the source of the old side that it is about.
  struct Reason {
    var cause: ChangeCause
    var detail = ""
    var source: DatabaseSource
  }

  private let old: DatabaseSide
  private let new: DatabaseSide
  private let alignment: FeedAlignment

  /// For each old feed, the number of entries removed, and the lowest line of one.
  private var removedCount: [Int]
  private var firstRemovedLine: [UInt32]
  /// For each new feed, the last line with an entry, and the number of entries added.
  private var lastLine: [UInt32]
  private var addedCount: [Int]
  /// Added entries by what their values look like.
  private var addedByLook: [[UInt8]: UInt32] = [:]
  /// Added entries by feed and line.
  private var addedByLine: [UInt64: UInt32] = [:]
  /// Reasons for refusals, by feed of the new side and by the value as it would have been printed.
  private var refusals: [String: [[UInt8]: String]] = [:]
  /// What was refused, by feed of the new side and line.
  private var refusedLines: [String: [UInt64: (text: [UInt8], reason: String)]] = [:]
  /// Rows that were refused and are no value as a whole, with their reasons.
  private var refusedRows: [String: [(row: [UInt8], reason: String)]] = [:]

  init(_ old: DatabaseSide, _ new: DatabaseSide, _ alignment: FeedAlignment) {
    self.old = old
    self.new = new
    self.alignment = alignment
    removedCount = Array(repeating: 0, count: old.feeds.count)
    firstRemovedLine = Array(repeating: .max, count: old.feeds.count)
    lastLine = Array(repeating: 0, count: new.feeds.count)
    addedCount = Array(repeating: 0, count: new.feeds.count)
    for feed in new.report.feeds {
      for diagnostic in feed.diagnostics where diagnostic.severity == .refused {
        let bytes = Array(diagnostic.excerpt.utf8)
        if let line = diagnostic.line {
          refusedLines[feed.name, default: [:]][line] = (bytes, diagnostic.reason)
        }
        if case .success(let value) = AskedValue.read(bytes) {
          refusals[feed.name, default: [:]][value.text] = diagnostic.reason
        } else if refusedRows[feed.name, default: []].count < 1000 {
          refusedRows[feed.name, default: []].append((bytes, diagnostic.reason))
        }
      }
    }
  }

  mutating func noteRemoved(_ source: DatabaseSource) {
    let feed = Int(source.feed)
    removedCount[feed] += 1
    if source.line > 0 { firstRemovedLine[feed] = min(firstRemovedLine[feed], source.line) }
  }

  mutating func noteNew(_ source: DatabaseSource, isAdded: Bool) {
    let feed = Int(source.feed)
    lastLine[feed] = max(lastLine[feed], source.moreLines.last ?? source.line)
    if isAdded { addedCount[feed] += 1 }
  }

  /// Indexes the entries that only the new side has.
  mutating func index(_ added: [UInt32]) {
    for number in added {
      addedByLook[Self.look(new.text(number))] = number
      new.database.forEachSource(of: number) { source in
        if source.line > 0 { addedByLine[Self.place(source.feed, source.line)] = number }
      }
    }
  }

  private static func place(_ feed: UInt32, _ line: UInt32) -> UInt64 {
    UInt64(feed) << 32 | UInt64(line)
  }

  /// The part of a value that is the same in other normal forms.
  ///
  /// That is the value in lower case, without scheme, `www.` and slashes or dots at its end, with
  /// escapes undone.
  private static func look(_ text: [UInt8]) -> [UInt8] {
    var bytes = text.map(Byte.lowercased)[...]
    for prefix in ["http://", "https://", "hxxp://", "hxxps://", "www."]
    where bytes.starts(with: prefix.utf8) { bytes = bytes.dropFirst(prefix.utf8.count) }
    while let last = bytes.last, last == Byte.slash || last == Byte.dot { bytes = bytes.dropLast() }
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
        let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        result.append(value)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  // MARK: The cause

  /// Why an entry is gone; with several sources, the first cause that says more than `removed`.
  ///
  /// nil for an entry without a source, which no valid database has.
  func cause(of number: UInt32) -> Reason? {
    let sources = old.database.sources(of: number)
    var reasons = sources.map { reason(number, $0) }
    if let covering = covering(number), let first = sources.first {
      reasons.append(
        Reason(cause: .covered, detail: "by \(covering)", source: first))
    }
    return reasons.first { $0.cause != .removed } ?? reasons.first
  }

  private func reason(_ number: UInt32, _ source: DatabaseSource) -> Reason {
    guard let feed = alignment.new[Int(source.feed)] else {
      return feedFault(source)
    }
    let (before, after) = (old.feeds[Int(source.feed)], new.feeds[feed])
    if before.format != after.format {
      return Reason(
        cause: .formatChanged, detail: "\(before.format) → \(after.format)", source: source)
    }
    if let reason = refusal(number, source, after.name) { return reasonOf(reason, source) }
    if let reason = otherEntry(number, source) { return reason }
    if let form = otherForm(number, source, UInt32(feed)) {
      return Reason(
        cause: .normalFormChanged,
        detail: "now \(Marks.value(new.text(form), new.database.entry(form).kind))", source: source)
    }
    if isTruncated(Int(source.feed), feed) {
      return Reason(
        cause: .feedTruncated,
        detail: "its last entry is in line \(lastLine[feed]); "
          + "\(removedCount[Int(source.feed)]) behind it are gone", source: source)
    }
    if let reason = risenRefusal(before, after) { return reasonOf(reason, source, isSure: false) }
    return Reason(cause: .removed, source: source)
  }

  /// Why the new side does not have a source's feed.
  private func feedFault(_ source: DatabaseSource) -> Reason {
    guard let error = error(ofOldFeed: source.feed) else {
      return Reason(cause: .feedRemoved, source: source)
    }
    let cause: ChangeCause =
      switch error.code {
      case .truncated: .feedTruncated
      case .suspect: .feedSuspect
      default: .feedUnreadable
      }
    return Reason(cause: cause, detail: error.commandText, source: source)
  }

  /// The error for which the new side lacks an old feed, if there is one.
  func error(ofOldFeed feed: UInt32) -> FeedError? {
    let parts = old.feedName(feed).split(separator: "/")
    let exact = new.errors.first { $0.path == old.feedName(feed) }
    return exact
      ?? new.errors.first { $0.path.split(separator: "/").last == parts.last }
      ?? (old.feeds.count == 1 ? new.errors.first : nil)
  }

  private func reasonOf(
    _ reason: String, _ source: DatabaseSource, isSure: Bool = true
  ) -> Reason {
    let probably = isSure ? "" : "probably: the feed has more lines refused as "
    return switch reason {
    case "kind-not-wanted":
      Reason(cause: .kindFiltered, detail: probably + reason, source: source)
    case "confidence-too-low":
      Reason(cause: .confidenceFell, detail: probably + reason, source: source)
    default: Reason(cause: .refused, detail: probably + reason, source: source)
    }
  }

  private func refusal(
    _ number: UInt32, _ source: DatabaseSource, _ feed: String
  ) -> String? {
    let text = old.text(number)
    if let reason = refusals[feed]?[text] { return reason }
    // The same line was refused, and its text is still like the value.
    if source.line > 0, let line = refusedLines[feed]?[UInt64(source.line)],
      Self.isAlike(text, line.text)
    {
      return line.reason
    }
    return refusedRows[feed]?.first { row, _ in Cells.holds(row, text) }?.reason
  }

  /// The same value under another kind, mode or port.
  private func otherEntry(_ number: UInt32, _ source: DatabaseSource) -> Reason? {
    let entry = old.database.entry(number)
    let key = EntryOrder.key(entry, in: old.database)
    for other in EntryOrder.run(of: key.bytes, entry.kind, in: new.database) {
      let found = new.database.entry(UInt32(other))
      if found.port != entry.port {
        return Reason(
          cause: .portChanged,
          detail: "now \(Marks.value(new.text(UInt32(other)), entry.kind))", source: source)
      }
      if found.mode != entry.mode {
        return Reason(
          cause: .modeChanged, detail: "\(Self.name(entry.mode)) → \(Self.name(found.mode))",
          source: source)
      }
    }
    for kind in IndicatorKind.allCases
    where kind != entry.kind && kind.isDigest == entry.kind.isDigest
      && kind.fixedWidth == entry.kind.fixedWidth
    {
      if !EntryOrder.run(of: key.bytes, kind, in: new.database).isEmpty {
        return Reason(
          cause: .kindChanged, detail: "\(entry.kind.name) → \(kind.name)", source: source)
      }
    }
    return nil
  }

  private static func name(_ mode: MatchMode) -> String {
    switch mode {
    case .exact: "exact"
    case .withSubdomains: "with subdomains"
    case .subdomainsOnly: "subdomains only"
    case .prefix: "prefix"
    case .path: "path"
    case .contains: "contains"
    }
  }

  /// An added entry that is probably this one in another form.
  private func otherForm(_ number: UInt32, _ source: DatabaseSource, _ feed: UInt32) -> UInt32? {
    let text = old.text(number)
    let kind = old.database.entry(number).kind
    if let other = addedByLook[Self.look(text)] { return other }
    guard !kind.isDigest, source.line > 0,
      let other = addedByLine[Self.place(feed, source.line)]
    else { return nil }
    let candidate = new.text(other)
    // Another digit of an address or letter of a name makes another value. So two values are forms
    // of one only if one of them has escapes, Punycode or bytes beyond ASCII.
    let isForm = [text, candidate].contains { bytes in
      bytes.contains { $0 >= 0x80 || $0 == UInt8(ascii: "%") } || bytes.starts(with: "xn--".utf8)
        || String(decoding: bytes, as: UTF8.self).contains(".xn--")
    }
    return isForm && Self.isAlike(text, candidate) ? other : nil
  }

  /// Whether two values have half of their bytes in common, at the beginning and the end.
  private static func isAlike(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let prefix = zip(left, right).prefix { $0 == $1 }.count
    let suffix = zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
    return (prefix + suffix) * 2 >= min(left.count, right.count)
  }

  /// Whether a feed lost a tenth or more, all of it behind its present last entry, and gained
  /// nothing.
  private func isTruncated(_ before: Int, _ after: Int) -> Bool {
    removedCount[before] >= 2 && addedCount[after] == 0 && lastLine[after] > 0
      && firstRemovedLine[before] > lastLine[after] && firstRemovedLine[before] != .max
      && UInt64(removedCount[before]) * 10 >= old.feeds[before].entries
  }

  /// The only reason for which more lines are refused than before; nil if there are none or
  /// several.
  private func risenRefusal(_ before: DatabaseFeed, _ after: DatabaseFeed) -> String? {
    let risen = after.refusals.filter { reason, count in
      count > (before.refusals.first { $0.reason == reason }?.count ?? 0)
    }
    return risen.count == 1 ? risen[0].reason : nil
  }

  /// Another entry of the new side that covers all that this one did.
  private func covering(_ number: UInt32) -> String? {
    let entry = old.database.entry(number)
    let isPlace = entry.kind == .ipv4 || entry.kind == .ipv6 || entry.kind == .domain
    guard isPlace, entry.mode == .exact || entry.mode == .withSubdomains, entry.port == 0,
      case .success(let value) = AskedValue.read(old.text(number)), !value.isNetwork
    else { return nil }
    var finder = EntryFinder([new.database])
    let found = finder.covering(value).first { covering in
      (covering.match == .cidr || covering.match == .subdomain)
        && covering.entry.sources.contains { !$0.flags.contains(.allow) }
    }
    return found.map {
      "\(Marks.value($0.entry.value, $0.entry.kind)) of \(EntryTrace.place($0.entry.sources.first))"
    }
  }
}
