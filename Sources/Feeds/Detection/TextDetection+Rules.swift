import Inputs
import Parsing

extension TextDetection {
  /// What may decide of which format a file is; the rules are asked in this order, and the first
  /// one that answers decides.
  ///
  /// What only one format has goes first, then what nearly all lines are, from the most particular
  /// format to those that many lines fit, then what is left to a table or a list with faults.
  enum Rule: CaseIterable {
    /// The header of a feed of Zeek's intelligence framework.
    case zeekIntel
    /// The header of another log of Zeek's.
    case zeekLog
    /// The banner of LOKI's expressions for names of files.
    case lokiNames
    /// A zone, or nearly only lines, of response policies.
    case policyZone
    /// Nearly all lines are of one format that is not read.
    case foreignLines
    /// The header of a list for ad blockers, and half of the lines.
    case adblockHeader
    /// Rules of a detection program, unless they stand in the cells of a table.
    case signatures
    /// Addresses with their ports, as `192.0.2.7|443` is written.
    case addressesWithPorts
    /// A header and rows that fit it, unless the header is the first heading of a list.
    case tableBelowHeader
    /// Nearly all lines are of one of the formats of lines that hold more than values.
    case lineFormat
    /// Rows below a comment that names their columns, and that they fit.
    case tableBelowComment
    /// Rows without a header, of which each could be a URL as a whole.
    case plainRows
    case maltrail
    case netset
    case plain
    /// Rows that fit a table, whatever it is.
    case anyTable
    /// A header and nothing below it.
    case emptyTable
    /// Only comments, if anything.
    case noLines
    /// A list with faulty values.
    case faultyList
  }

  /// Which format it is, and the rule that says so; nil where none does.
  mutating func decide(_ sample: [UInt8]) -> (rule: Rule?, detection: Detection) {
    for rule in Rule.allCases {
      if let detection = answer(rule, sample) { return (rule, detection) }
    }
    return (nil, unknown(plan(for: sample), sample))
  }

  private mutating func answer(_ rule: Rule, _ sample: [UInt8]) -> Detection? {
    switch rule {
    case .zeekIntel: return isZeekIntel ? .format(.zeekIntel, nil) : nil
    case .zeekLog:
      return isZeekLog
        ? .unknown(
          "the file is a log of Zeek's", candidates: [], advice: "scan it against feeds instead")
        : nil
    case .lokiNames:
      return banners.contains("loki-names")
        ? .refused(
          "a list of regular expressions for file names (LOKI)",
          advice: "leave the file out, or list the file names themselves") : nil
    case .policyZone:
      return policies > 0 && (isZone || isMost(policies, of: lines)) ? .format(.rpz, nil) : nil
    case .foreignLines:
      return mostForeign.flatMap { isMost($0.count, of: lines) ? foreign($0.name) : nil }
    case .adblockHeader:
      return isAdblockHeader && count(.adblock) * 2 >= lines ? .format(.adblock, nil) : nil
    case .maltrail:
      // Paths alone may be those of files.
      let hasTrails = paths > 0 && count(.plain) > 0
      return (banners.contains("maltrail") || hasShownReferences || hasTrails)
        && isMost(.maltrail) ? .format(.maltrail, nil) : nil
    case .netset:
      return isMost(.netset) && (prefixes > 0 || count(.plain) < count(.netset))
        ? .format(.netset, nil) : nil
    case .plain: return isMost(.plain) ? .format(.plain, nil) : nil
    case .noLines: return lines == 0 ? noLines() : nil
    case .faultyList: return isFaultyList ? .format(.plain, nil) : nil
    case .signatures, .addressesWithPorts, .tableBelowHeader, .lineFormat, .tableBelowComment,
      .plainRows, .anyTable, .emptyTable:
      return answer(rule, plan(for: sample))
    }
  }

  /// The answer of a rule that asks how the file reads as a table.
  private func answer(_ rule: Rule, _ plan: CSVPlan?) -> Detection? {
    if rule == .signatures {
      guard let name = mostForeign?.name, ForeignLine.isSignature(name), hasSections else {
        return nil
      }
      // A rule may be the content of a table's cell.
      if let plan, plan.hasHeader, fitsMost(plan) { return nil }
      return foreign(name)
    }
    if rule == .lineFormat { return lineFormat(plan) }
    guard let plan else { return nil }
    switch rule {
    case .addressesWithPorts:
      return plan.holdsAddressesWithPorts && isMost(.plain) ? .format(.plain, nil) : nil
    case .tableBelowHeader:
      guard plan.headerLine != nil, fitsMost(plan) else { return nil }
      // The header may be the first heading of a list, which may not count as a line.
      let isList = plan.isMixedList && isMost(count(.plain), of: lines - 1)
      return isList ? .format(.plain, nil) : table(plan)
    case .tableBelowComment: return plan.hasHeader && fitsMost(plan) ? table(plan) : nil
    case .plainRows:
      return plan.isPlainlyRows && !isMost(.netset) && fitsMost(plan) ? table(plan) : nil
    case .anyTable: return fitsMost(plan) && !plan.isSentence ? table(plan) : nil
    case .emptyTable:
      return plan.hasHeader && plan.rows == 0 && plan.columns.count > 1 ? table(plan) : nil
    default: return nil
    }
  }

  private func lineFormat(_ plan: CSVPlan?) -> Detection? {
    let formats: [FeedFormat] = [.clamAVHash, .loki, .spamhausDrop, .hosts, .adblock, .dnsmasq]
    guard let format = formats.first(where: isMost) else { return nil }
    // What follows the hash is not a comment if the table has further values.
    if format == .loki, let plan, plan.columns.count(where: \.isValue) > 1, fitsMost(plan) {
      return table(plan)
    }
    return format == .hosts && !hosts.isFile ? HostsEvidence.doubt : .format(format, nil)
  }

  // MARK: Counts

  private func count(_ format: FeedFormat) -> Int { fits[format] ?? 0 }

  private func isMost(_ count: Int, of total: Int) -> Bool {
    total > 0 && count * 100 >= total * 95
  }

  private func isMost(_ format: FeedFormat) -> Bool { isMost(count(format), of: lines) }

  private func fitsMost(_ plan: CSVPlan) -> Bool { isMost(plan.fittingRows, of: plan.rows) }

  /// The unsupported format that most lines fit.
  private var mostForeign: (name: String, count: Int)? {
    fitsForeign.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }

  /// How the file reads best as a table.
  private mutating func plan(for sample: [UInt8]) -> CSVPlan? {
    if let plan { return plan }
    let best = CSVPlan.best(for: sample, format: csvFormat, &test)
    plan = .some(best)
    return best
  }

  // MARK: Answers

  /// Whether the lines are a list with faulty values, each of which is reported when it is read.
  private var isFaultyList: Bool {
    let plain = fits[.plain] ?? 0
    return plain * 10 >= lines && plain >= faulty.bare && isMost(plain + faulty.all, of: lines)
  }

  /// The abuse.ch export that a banner names, whose columns have meanings of their own.
  private var csvFormat: FeedFormat {
    for format in [FeedFormat.feodo, .urlhaus, .threatfox, .malwarebazaar, .sslbl]
    where banners.contains(format.name) { return format }
    return .csv
  }

  private func table(_ plan: CSVPlan) -> Detection {
    if MISPCSVFeed.fits(plan) { return .format(.mispCSV, plan) }
    for format in [FeedFormat.feodo, .urlhaus, .threatfox, .malwarebazaar, .sslbl]
    where AbuseCH.fits(plan.keys, format) || plan.hasHeader && banners.contains(format.name) {
      return .format(format, nil)
    }
    return .format(.csv, plan)
  }

  private func noLines() -> Detection {
    for format in [
      FeedFormat.maltrail, .feodo, .urlhaus, .threatfox, .malwarebazaar, .sslbl, .loki,
    ]
    where banners.contains(format.name) { return .format(format, nil) }
    return .empty
  }

  private func foreign(_ name: String) -> Detection {
    if let format = FeedFormat(name: name) { return .format(format, nil) }
    switch FeedWarning.Code(rawValue: name) {
    case .mispHashes: return .index(.mispFeed, FeedWarning(.mispHashes))
    case .reputationCategories: return .index(.suricataIPRep, FeedWarning(.reputationCategories))
    default: break
    }
    return .refused(name, advice: "leave the file out")
  }

  /// Whether rows that hold values are below a header in which no column name is known.
  private mutating func isTableOfUnknownColumns(_ sample: [UInt8]) -> Bool {
    var stream = FeedStream(bytes: sample, path: "")
    stream.prefill(sample.count)
    repeat {
      stream.skipEmptyLines()
      guard let line = stream.nextLine(limit: 1 << 16) else { return false }
      let text = Text.trimmed(stream.window.rawSpan.extracting(line.range))
      if !text.isEmpty, text.byte(unchecked: 0) != UInt8(ascii: "#") { break }
    } while true
    // A few rows suffice: the whole sample was planned once.
    var rows: [UInt8] = []
    for _ in 0..<50 {
      guard let line = stream.nextLine(limit: 1 << 16) else { break }
      rows += stream.window[line.range] + [Byte.lineFeed]
    }
    guard let plan = CSVPlan.best(for: rows, format: .csv, &test) else { return false }
    return plan.columns.count > 1 && fitsMost(plan)
  }

  private mutating func unknown(_ plan: CSVPlan?, _ sample: [UInt8]) -> Detection {
    if Detection.isConfiguration(sample) { return Detection.configuration }
    if isTableOfUnknownColumns(sample) {
      return .unknown(
        "a table of whose columns none has a name that is known", candidates: [],
        advice: "say with 'columns' in \(.feedConfiguration) what each column holds")
    }
    let near = fits.filter {
      $0.value * 10 >= lines && ($0.key != .maltrail || $0.value != fits[.plain])
    }
    .sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }
    let candidates = near.prefix(3).map(\.key)
    guard let (format, count) = near.first else {
      if let plan, plan.keys.count == 1 {
        return .unknown(
          "its first line names a column, but the others may be anything", candidates: [.csv])
      }
      return .unknown("no format fits", candidates: [.csv, .plain, .report])
    }
    return .unknown(
      isMost(count, of: lines)
        ? "its lines may be \(format.name) or something else"
        : "no format fits 95 % of its lines (\(format.name): \(count) of \(lines))",
      candidates: candidates + [.report])
  }
}
