import Indicators
import Parsing

/// Finds out from the cells what the columns of a table hold.
extension CSVPlan {
  /// Counts of what the cells of a column hold.
  struct Evidence {
    var cells = 0
    /// Cells that fit the column's name.
    var fitting = 0
    /// Cells that are values by their shape alone.
    var shaped = 0
    var urls = 0
    var digests = 0
    /// Addresses, and names with a port.
    var addresses = 0
    var names = 0
    /// URLs of pages about indicators.
    var pages = 0
    /// URLs that begin with `http:`, which reference pages hardly ever do.
    var plainURLs = 0
    /// The distinct defanged URLs and e-mail addresses.
    var defanged: Set<[UInt8]> = []
    /// Number of defanged e-mail addresses.
    var defangedAddresses = 0
    /// Whether they are defanged addresses of several: one alone may be that of a contact.
    var holdsSenders: Bool { defanged.count > 1 && mostly(defangedAddresses) }
    /// The distinct URLs, and the number of cells for each host.
    var differentURLs: Set<[UInt8]> = []
    var hosts: [[UInt8]: Int] = [:]
    /// Cells that are not values, in rows whose type is unknown.
    var foreign = 0

    /// Whether the column holds hosts: names and addresses, at least a quarter of them addresses.
    ///
    /// References are never addresses.
    var holdsHosts: Bool { mostly(addresses + names) && addresses * 4 >= cells }

    /// Whether the column holds values of several kinds although its name promises digests.
    var hasOthersThanDigests: Bool {
      !mostly(fitting) && fitting > 0 && digests > 0 && mostly(shaped)
    }

    /// Whether the URLs are downloads.
    ///
    /// Nearly all differ, no host has many, and a quarter begin with `http:`.
    ///
    /// Reference pages repeat, are on few sites, or begin with `https:`.
    var holdsDownloads: Bool {
      mostly(urls) && urls >= Self.fewestDownloads && differentURLs.count * 10 >= urls * 9
        && plainURLs * 4 >= urls && hosts.values.allSatisfy { $0 <= max(1, urls / 5) }
    }

    /// With fewer URLs, the signs of downloads may be chance.
    private static let fewestDownloads = 12

    func mostly(_ count: Int) -> Bool { cells > 0 && count * 10 >= cells * 9 }
  }

  mutating func confirm(_ rows: [TableRow], _ test: inout ShapeTest) {
    let width = rows.reduce(columns.count) { max($0, min($1.cells.count, 256)) }
    while columns.count < width { columns.append(.unknown) }
    settleTypes(rows)
    settleNames()
    settleScores(rows)
    settleMasks(rows)
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

  /// What the cells of each column hold.
  func gather(
    _ rows: [TableRow], width: Int, _ test: inout ShapeTest
  ) -> [Evidence] {
    var evidence = [Evidence](repeating: Evidence(), count: width)
    let isTopical = holdsTopics(rows)
    for row in rows {
      let type = columns.firstIndex(of: .type).map {
        ValueType(
          key: Text.key(row.bytes.rawSpan.extracting(row.range($0))), amongTopics: isTopical)
      }
      for column in 0..<min(width, row.cells.count) {
        let cell = row.bytes.rawSpan.extracting(row.range(column))
        if NoValue.fits(cell) { continue }
        gather(cell, columns[column], type, &evidence[column], &test)
      }
    }
    return evidence
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

  private func gather(
    _ cell: RawSpan, _ column: Column, _ type: ValueType?, _ evidence: inout Evidence,
    _ test: inout ShapeTest
  ) {
    var declared = DeclaredKind.none
    switch column {
    case .value(let kind, _): declared = kind
    case .rangeStart: declared = .network
    case .typedValue:
      switch type?.settled(for: cell) {
      case .value(let kind, _): declared = kind
      case .pair(let use, _):
        guard let part = MISPType.part(of: cell, use) else { return }
        evidence.cells += 1
        if test.fitsCell(cell.extracting(part.range), as: part.kind) { evidence.fitting += 1 }
        return
      case .file: declared = ValueType.file(cell)
      // Such rows are no evidence against the column.
      case .refused, .foreignDigest: return
      case .unknown:
        if !test.fitsCell(cell, as: .none) {
          evidence.foreign += 1
          return
        }
      case nil: break
      }
    case .unknown:
      // Without a header, a value whose type has no shape is no evidence about the column.
      if !hasHeader, case .value(let kind, _) = type, kind != .none, !Self.hasShape(kind) { return }
    case _ where Self.texts.contains(column):
      evidence.cells += 1
      if Text.isDigest(cell) { evidence.digests += 1 }
      return
    default: return
    }
    // A heading among a list's values.
    if columns.count == 1 || declared == .digest,
      cell.byte(unchecked: cell.byteCount - 1) == Byte.colon
    {
      return
    }
    evidence.cells += 1
    if ReferencePage.fits(cell) { evidence.pages += 1 }
    if test.fitsCell(cell, as: declared) { evidence.fitting += 1 }
    guard column == .unknown || declared == .digest,
      let kind = test.kind(of: cell, isStrict: true)
    else { return }
    evidence.shaped += 1
    if kind == .url || kind == .email, Refanging.isDefanged(cell) {
      evidence.defanged.insert(cell.copied(cell.byteOffsets))
      if kind == .email { evidence.defangedAddresses += 1 }
    }
    switch kind {
    case .ipv4, .ipv6: evidence.addresses += 1
    case .url:
      evidence.urls += 1
      if cell.starts(ignoringCase: "http:") { evidence.plainURLs += 1 }
      evidence.differentURLs.insert(cell.copied(cell.byteOffsets))
      evidence.hosts[Self.host(ofURL: cell), default: 0] += 1
    case .domain where test.droppedPort: evidence.addresses += 1
    case .domain: evidence.names += 1
    case .email: break
    default: if kind.isDigest { evidence.digests += 1 }
    }
  }

  /// The host of a URL as it is written, with its port.
  private static func host(ofURL cell: RawSpan) -> [UInt8] {
    let start = Text.firstIndex(of: "://", in: cell).map { $0 + 3 } ?? 0
    let end = cell.firstOffset(of: Byte.slash, from: start) ?? cell.byteCount
    return cell.copied(start..<end)
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
      noteUnread(column, evidence[column].cells, evidence[column].fitting)
      columns[column] = .other
    }
    if confirmed.contains(where: { evidence[$0].cells > 0 }) {
      for column in columns.indices where columns[column] == .unknown {
        let found = evidence[column]
        if found.mostly(found.shaped) { noteUnread(column, found.cells, found.shaped) }
      }
      dropSharedDigests()
      dropContacts()
    } else {
      decideByShape(evidence)
    }
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
  private func isList(_ evidence: [Evidence]) -> Bool {
    columns.allSatisfy { $0 == .unknown }
      && evidence.allSatisfy { $0.cells == 1 && $0.shaped == 1 && $0.addresses + $0.digests == 0 }
      && (evidence.allSatisfy { $0.urls == 1 } || evidence.allSatisfy { $0.urls == 0 })
  }

  /// Chooses by shape, if no name helps, the first value column and further ones.
  ///
  /// These are columns of addresses and digests.
  ///
  /// Further names and URLs are as likely references, unless they are defanged and nearly all differ,
  /// or are downloads or senders in a table with digests. Addresses after a column of URLs are those of
  /// the URLs' hosts.
  private mutating func decideByShape(_ evidence: [Evidence]) {
    if rows == 1, isList(evidence) {
      for column in columns.indices { columns[column] = .value(.none, nameMode: .withSubdomains) }
      return
    }
    let typed = columns.contains(.type)
    var hasFirst = false
    var isOfURLs = false
    let hasDigests = evidence.contains { $0.mostly($0.digests) }
    for column in columns.indices where columns[column] == .unknown {
      let found = evidence[column]
      guard found.mostly(found.shaped) || typed && found.mostly(found.fitting) else { continue }
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
