import Indicators
import Parsing

/// Finds out from the cells what the columns of a table hold.
extension CSVPlan {
  /// Settles what each column holds, whatever its name proposes.
  mutating func confirm(_ rows: [TableRow], _ test: inout ShapeTest) {
    let width = rows.reduce(columns.count) { max($0, min($1.cells.count, 256)) }
    while columns.count < width { columns.append(.unknown) }
    settleTypes(rows)
    settleNames()
    settleScores(rows)
    settleMasks(rows)
    for column in members.indices where !columns[column].isValue && isList(column, ofGood: false) {
      // `malicious` is a judgement, too.
      if holdsOnly(column, rows, { test.fitsStrictly($0) }) { columns[column] = .unknown }
    }
    let evidence = gather(rows, width: width, &test)
    isMixedList =
      keys.count == 1 && Self.isOfLists(columns[0]) && evidence[0].fitting < evidence[0].cells
      && (hasColonInHeader || holdsHeadings(rows))
    decide(evidence)
    if !hasHeader { settleRanges(rows) }
  }

  /// Without a header, reads two addresses and the length of the prefix that they span as a range.
  ///
  /// DShield's list of networks is written so.
  private mutating func settleRanges(_ rows: [TableRow]) {
    guard columns.count > 2, columns[0].isValue, !rows.isEmpty,
      rows.count(where: Self.isRange) * 20 >= rows.count * 19
    else { return }
    columns.replaceSubrange(0..<3, with: [.rangeStart, .rangeEnd, .other])
  }

  private static func isRange(_ row: TableRow) -> Bool {
    let bytes = row.bytes.rawSpan
    guard row.cells.count > 2, let first = IPAddressText.ipv4(bytes.extracting(row.range(0))),
      let last = IPAddressText.ipv4(bytes.extracting(row.range(1))),
      let length = Text.number(bytes.extracting(row.range(2))), length <= 32
    else { return false }
    let hosts = UInt32(truncatingIfNeeded: (UInt64(1) << (32 - UInt64(length))) - 1)
    return first & hosts == 0 && first | hosts == last
  }

  /// Whether a row below the header ends in a colon or is the name of a value column.
  private func holdsHeadings(_ rows: [TableRow]) -> Bool {
    rows.contains { row in
      let cell = row.bytes.rawSpan.extracting(row.range(0))
      guard let last = cell.byteOffsets.last else { return false }
      return cell.byte(unchecked: last) == Byte.colon
        || Column(key: Text.key(cell), format: format).isValue
    }
  }

  /// Whether a column's name may also be the heading of a list's first part.
  private static func isOfLists(_ column: Column) -> Bool {
    switch column {
    case .value(.network, _), .value(.digest, _), .value(.none, _), .typedValue: true
    case .value(.kind(let kind), _):
      [.domain, .url, .md5, .sha1, .sha256, .sha512].contains(kind)
    default: false
    }
  }

  /// A column whose cells are names of types holds types, whatever it is called.
  private mutating func settleTypes(_ rows: [TableRow]) {
    if columns.contains(.type) { return }
    for column in columns.indices where columns[column] != .type {
      guard columns[column].isValue || columns[column] == .unknown else { continue }
      var cells = 0
      var types = 0
      var telling = 0
      for row in rows {
        let cell = row.bytes.rawSpan.extracting(row.range(column))
        if NoValue.fits(cell) { continue }
        cells += 1
        let key = Text.key(cell)
        guard ValueType.isKnown(key) else { continue }
        types += 1
        if !ValueType.isTopic(key) { telling += 1 }
      }
      if telling > 0, types * 10 >= cells * 8 {
        columns[column] = .type
        return
      }
    }
  }

  /// Whether all words in the type column are topics or unknown, and none tells what its value is.
  func holdsTopics(_ rows: [TableRow]) -> Bool {
    guard let column = columns.firstIndex(of: .type) else { return false }
    return rows.allSatisfy { row in
      let key = Text.key(row.bytes.rawSpan.extracting(row.range(column)))
      if ValueType.isTopic(key) { return true }
      if case .unknown = ValueType(key: key) { return true }
      return false
    }
  }

  /// A `name` column may hold values if no other column is named for them: its cells decide.
  private mutating func settleNames() {
    guard !hasValues else { return }
    for column in keys.indices where keys[column] == "name" { columns[column] = .unknown }
  }

  /// Names of scores: Mandiant's, OpenCTI's and Recorded Future's among them.
  private static let scores: Set<String> = [
    "score", "icscore", "micscore", "mscore", "xopenctiscore", "risk", "riskscore", "threatscore",
  ]

  /// A score is a confidence where it goes from 0 to 100 and nothing else says how sure a feed is.
  private mutating func settleScores(_ rows: [TableRow]) {
    guard !columns.contains(.confidence), let column = keys.firstIndex(where: Self.scores.contains),
      columns[column] == .other || columns[column] == .unknown,
      holdsOnly(column, rows, { cell in Text.number(cell).map { $0 <= 100 } ?? false })
    else { return }
    columns[column] = .confidence
  }

  /// Prefix lengths and netmasks beside addresses are not values, whatever their column is called.
  private mutating func settleMasks(_ rows: [TableRow]) {
    let networks = columns.indices.filter { isNetwork(columns[$0]) }
    let masks = networks.filter { holdsOnly($0, rows, NetworkMask.fits) }
    if masks.count < networks.count, !columns.contains(.mask), let column = masks.first {
      columns[column] = .mask
    }
    for column in columns.indices where columns[column] == .mask {
      if !holdsOnly(column, rows, NetworkMask.fits) { columns[column] = .other }
    }
  }

  private func isNetwork(_ column: Column) -> Bool {
    if case .value(.network, _) = column { true } else { false }
  }

  /// Whether a column has cells that say something, and all of them satisfy `isOfSort`.
  func holdsOnly(
    _ column: Int, _ rows: [TableRow], _ isOfSort: (RawSpan) -> Bool
  ) -> Bool {
    var cells = 0
    for row in rows {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if NoValue.fits(cell) { continue }
      guard isOfSort(cell) else { return false }
      cells += 1
    }
    return cells > 0
  }

  private mutating func decide(_ evidence: [Evidence]) {
    noteTexts(evidence)
    for column in columns.indices
    where evidence[column].cells > 0 && evidence[column].pages == evidence[column].cells {
      // Pages about indicators are not indicators themselves.
      columns[column] = columns.contains(.reference) ? .other : .reference
    }
    let named = columns.indices.filter { columns[$0].isValue }
    for column in named where evidence[column].hasOthersThanDigests {
      // Several lists in one column, for example, under the title of the first.
      columns[column] = .value(.none, nameMode: .withSubdomains)
    }
    var confirmed = named.filter {
      let found = evidence[$0]
      return found.cells + found.foreign == 0 || found.mostly(found.fitting)
        || found.hasOthersThanDigests
    }
    if !confirmed.contains(where: { evidence[$0].cells > 0 }) {
      // If half of a column's cells fit its name, nothing else can be meant.
      confirmed += named.filter {
        evidence[$0].cells > 0 && evidence[$0].fitting * 2 >= evidence[$0].cells
      }
    }
    var isConfirmed = [Bool](repeating: false, count: columns.count)
    for column in confirmed { isConfirmed[column] = true }
    for column in named where !isConfirmed[column] {
      noteUnread(named: column, evidence[column].cells, evidence[column].fitting)
      columns[column] = .other
    }
    if confirmed.contains(where: { evidence[$0].cells > 0 }) {
      for column in columns.indices where columns[column] == .unknown {
        let found = evidence[column]
        if found.holdsValues {
          noteUnread(column, found.cells, found.shaped + found.lists + found.samples)
        }
      }
      dropSharedDigests()
      dropContacts()
    } else {
      let hasLists = settleLists(evidence)
      leaveOutOthers(evidence)
      decideByShape(evidence, besideLists: hasLists)
    }
  }

  /// Of lists in JSON whose names tell good from bad reads those that are asked for, and none of the
  /// opposite sort: `{"allow":[…],"deny":[…]}`; true if there are such.
  ///
  /// Beside lists of what is good, any other may be of what is bad.
  private mutating func settleLists(_ evidence: [Evidence]) -> Bool {
    let lists = members.indices.filter {
      columns[$0] == .unknown && evidence[$0].mostly(evidence[$0].shaped)
    }
    let asked = lists.filter { isList($0, ofGood: isAllowList) }
    for column in lists {
      if asked.contains(column) {
        columns[column] = .value(.none, nameMode: .withSubdomains)
      } else if isAllowList && !asked.isEmpty || isList(column, ofGood: !isAllowList) {
        noteUnread(column, evidence[column].cells, evidence[column].shaped)
        columns[column] = .other
      }
    }
    return !asked.isEmpty
  }

  /// Whether a member's name says that it lists what is good, or what is bad.
  private func isList(_ column: Int, ofGood isGood: Bool) -> Bool {
    let name = members[column]
    return isGood ? ForeignMember.isAllowed(name.rawSpan) : ForeignMember.isDenied(name.rawSpan)
  }

  /// Import hashes are shared by good and bad files: beside a file's own digest they are context.
  private mutating func dropSharedDigests() {
    let hasDigest = columns.contains {
      guard case .value(let kind, _) = $0 else { return false }
      return kind == .digest || kind == .kind(.md5) || kind == .kind(.sha1)
        || kind == .kind(.sha256)
    }
    guard hasDigest else { return }
    for column in columns.indices {
      if case .value(.kind(.imphash), _) = columns[column] { columns[column] = .other }
    }
  }

  /// E-mail addresses beside address ranges are contacts, not indicators.
  private mutating func dropContacts() {
    guard columns.contains(.rangeStart) else { return }
    for column in columns.indices {
      if case .value(.kind(.email), _) = columns[column] { columns[column] = .other }
    }
  }

  /// Whether a table's only row is a list: names alone, or URLs alone.
  private static func isList(_ evidence: [Evidence]) -> Bool {
    evidence.allSatisfy { $0.cells == 1 && $0.shaped == 1 && $0.addresses + $0.digests == 0 }
      && (evidence.allSatisfy { $0.urls == 1 } || evidence.allSatisfy { $0.urls == 0 })
  }

  /// Chooses by shape, if no name helps, the first value column and further ones.
  ///
  /// These are columns of addresses and digests.
  ///
  /// Further names and URLs are as likely references, unless they are defanged and nearly all differ,
  /// or are downloads or senders in a table with digests. Addresses after a column of URLs are those of
  /// the URLs' hosts.
  private mutating func decideByShape(_ evidence: [Evidence], besideLists hasLists: Bool) {
    let open = columns.indices.filter { columns[$0] == .unknown }
    if rows == 1, hasLists || open.count == columns.count, Self.isList(open.map { evidence[$0] }) {
      for column in open { columns[column] = .value(.none, nameMode: .withSubdomains) }
      return
    }
    let typed = columns.contains(.type)
    var hasFirst = hasLists
    var isOfURLs = false
    let hasDigests = evidence.contains { $0.mostly($0.digests) }
    for column in columns.indices where columns[column] == .unknown {
      let found = evidence[column]
      if !typed, found.holdsSamples {
        // What files are called does not make the names of hosts beside them references.
        columns[column] = .value(.digest, nameMode: .exact)
        continue
      }
      guard
        found.mostly(found.shaped) || typed && found.mostly(found.fitting)
          || !hasFirst && found.holdsSomeLists
      else {
        if found.holdsValues {
          noteUnread(column, found.cells, found.shaped + found.lists + found.samples)
        }
        continue
      }
      if hasFirst, isOfURLs || !found.mostly(found.addresses) && !found.holdsHosts,
        !found.mostly(found.digests), !hasDigests || !found.holdsDownloads,
        !hasDigests || !found.holdsSenders, !found.mostly(found.defanged.count)
      {
        noteUnread(column, found.cells, found.shaped)
        continue
      }
      columns[column] = typed && !hasFirst ? .typedValue : .value(.none, nameMode: .withSubdomains)
      if !hasFirst { isOfURLs = found.mostly(found.urls) }
      hasFirst = true
    }
    if typed, !hasFirst, let column = columnBesideType(), columns[column] == .unknown,
      evidence[column].shaped * 2 >= evidence[column].cells
    {
      columns[column] = .typedValue
    }
  }

  /// The column beside one of types that is the first or the last.
  private func columnBesideType() -> Int? {
    guard columns.count > 1 else { return nil }
    if columns[0] == .type { return 1 }
    return columns.last == .type ? columns.count - 2 : nil
  }
}
