import Indicators
import Parsing

/// Counts of the cells of a column, some of which are alike.
protocol CellCounts {
  /// All of them but those that say that there is no value.
  var cells: Int { get }
}

extension CellCounts {
  /// Whether a number of cells is nearly all of them.
  func mostly(_ count: Int) -> Bool { cells > 0 && count * 10 >= cells * 9 }
}

/// Counts what the cells of a table's columns hold.
extension CSVPlan {
  /// Counts of what the cells of a column hold.
  struct Evidence: CellCounts {
    var cells = 0
    /// Cells that fit the column's name.
    var fitting = 0
    /// Cells that are values by their shape alone.
    var shaped = 0
    /// Cells that are lists of values.
    var lists = 0
    /// Cells that are names of files called by their digests.
    var samples = 0
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

    /// Whether nearly all cells are values, lists of these, or samples called by their digests.
    var holdsValues: Bool { mostly(shaped + lists + samples) }

    /// Whether the column holds digests, some of which are the names of their files.
    var holdsSamples: Bool { samples > 0 && mostly(digests + samples) }

    /// Whether the column holds values, and in some cells several.
    var holdsSomeLists: Bool { lists > 0 && shaped >= lists && mostly(shaped + lists) }

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
      if !namesValues, case .value(let kind, _) = type, kind != .none, !Self.hasShape(kind) {
        return
      }
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
    guard column == .unknown || declared == .digest else { return }
    guard let kind = test.kind(of: cell, isStrict: true) else {
      if column != .unknown { return }
      if CellPieces.digestOfFile(cell) != nil {
        evidence.samples += 1
      } else if test.fitsList(cell) {
        evidence.lists += 1
      }
      return
    }
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
}
