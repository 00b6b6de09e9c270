import Indicators
import Inputs
import Parsing

/// Recognises feeds made of lines: by a signature, else by what at least 95 of 100 lines are.
struct TextDetection {
  /// Lines that are looked at closely.
  private static let sampledLines = 2000

  /// Lines that are neither empty nor comments.
  private var lines = 0
  private var fits: [FeedFormat: Int] = [:]
  /// Number of lines of known but unsupported formats, by name.
  private var fitsForeign: [String: Int] = [:]
  private var prefixes = 0
  /// A section of a rule was seen.
  private var hasSections = false
  /// The header of a Zeek log without indicators was seen.
  private var isZeekLog = false
  /// A fence of a code block in Markdown was seen.
  private var hasFences = false
  /// Paths alone, which only maltrail lists.
  private var paths = 0
  /// Lines that are values with a fault, and those of them that may be any word.
  private var faulty = (all: 0, bare: 0)
  /// The unsupported format whose line continues on the next one.
  private var open: String?
  /// Lines that only announce what follows.
  private var headings = 0
  private var banners: Set<String> = []
  private var isZeekIntel = false
  private var policies = 0
  /// Regular expressions between slashes, which ad blockers' lists may hold among their rules.
  private var expressions = 0
  private var isZone = false
  private var hasShownReferences = false
  private var isAdblockHeader = false
  private var hosts = HostsEvidence()
  private var test = ShapeTest()
  private var pathTest = ShapeTest(acceptsPaths: true)

  /// Judges the beginning of a text file.
  static func judge(_ sample: [UInt8], isWhole: Bool) -> Detection {
    var detection = TextDetection()
    detection.readLines(sample, isWhole: isWhole)
    return detection.decide(sample)
  }

  // MARK: Lines

  private mutating func readLines(_ sample: [UInt8], isWhole: Bool) {
    var stream = FeedStream(bytes: sample, path: "")
    stream.prefill(sample.count)
    while lines < Self.sampledLines {
      stream.skipEmptyLines()
      guard let line = stream.nextLine(limit: 1 << 16) else { return }
      // The last line of a part may be half a line.
      if !isWhole, stream.start == sample.count, lines > 0 { return }
      let text = Text.trimmed(stream.window.rawSpan.extracting(line.range))
      if !text.isEmpty { read(text) }
    }
  }

  private mutating func read(_ line: RawSpan) {
    if let open {
      if !ForeignLine.goesOn(line, as: open) { self.open = nil }
      return
    }
    if line.starts(with: "#fields"), line.byteCount > 7, Text.isSpace(line.byte(unchecked: 7)) {
      if Text.firstIndex(of: "indicator", in: line) != nil {
        isZeekIntel = true
      } else {
        isZeekLog = true
      }
    }
    if line.byte(unchecked: 0) == UInt8(ascii: "#"), !AdblockCosmetic.fits(line) {
      readBanner(line)
      return
    }
    if line.starts(ignoringCase: "[Adblock") {
      isAdblockHeader = true
      return
    }
    // Lists for unbound begin with `server:`, which shows nothing.
    if Comment.isWhole(line) || line.equals(ignoringCase: "server:") { return }
    if RPZFormat.isPolicy(line) { policies += 1 }
    if line.starts(with: "$TTL") || line.starts(with: "$ORIGIN")
      || Text.firstIndex(of: "SOA", in: line) != nil
    {
      isZone = true
    }
    // Rules in a report, between fences as Markdown has them, do not make it a file of rules.
    if line.starts(with: "```") { hasFences = true }
    let foreign = hasFences ? nil : ForeignLine.name(of: line)
    if let foreign, ForeignLine.goesOn(line, as: foreign) { open = foreign }
    if !hasFences, ForeignLine.isSection(line) { hasSections = true }
    let formats = Self.formats(of: line, &test, &pathTest)
    if formats.isEmpty, foreign.map(ForeignLine.isSignature) ?? true, line.byteCount <= 60,
      line.byte(unchecked: line.byteCount - 1) == Byte.colon
    {
      headings += 1
      if let foreign { fitsForeign[foreign, default: 0] += 1 }
      return
    }
    lines += 1
    if formats.contains(.hosts) { hosts.add(line) }
    if formats == [.maltrail] { paths += 1 }
    if AdblockFormat.isExpression(line) { expressions += 1 }
    for format in formats { fits[format, default: 0] += 1 }
    if let foreign { fitsForeign[foreign, default: 0] += 1 }
    let value = line.extracting(NotedValue.value(in: line))
    if test.isPrefix(value) { prefixes += 1 }
    if formats.isEmpty, foreign == nil { readFaulty(value) }
  }

  private mutating func readFaulty(_ value: RawSpan) {
    let hasScheme = Text.firstIndex(of: "://", in: value) != nil
    let hasSpace = value.byteOffsets.contains { Text.isSpace(value.byte(unchecked: $0)) }
    guard hasScheme || !hasSpace, let fault = test.fault(value) else { return }
    faulty.all += 1
    // Any word may have such a fault.
    if fault == .singleLabel || fault == .badName { faulty.bare += 1 }
  }

  private mutating func readBanner(_ line: RawSpan) {
    // Words by which publishers name what follows.
    let words: [(StaticString, String)] = [
      ("maltrail", "maltrail"), ("feodo tracker", "feodo"), ("urlhaus", "urlhaus"),
      ("threatfox", "threatfox"), ("malwarebazaar", "malwarebazaar"), ("sslbl", "sslbl"),
      ("loki file name", "loki-names"), ("loki custom evil hashes", "loki"),
    ]
    for (word, name) in words
    where Text.firstIndex(of: word, in: line, ignoringCase: true) != nil {
      banners.insert(name)
    }
    if line.starts(ignoringCase: "# Reference:") { hasShownReferences = true }
  }

  /// The formats that a line can belong to.
  private static func formats(
    of line: RawSpan, _ test: inout ShapeTest, _ pathTest: inout ShapeTest
  ) -> [FeedFormat] {
    var formats: [FeedFormat] = []
    if HostsEvidence.fits(line) { return [.hosts] }
    let value = line.extracting(NotedValue.value(in: line))
    if Text.isDigest(value) || test.fitsStrictly(value) {
      formats.append(.plain)
      if test.fitsAddress(value) { formats.append(.netset) }
    }
    if NetsetFormat.fits(line) { formats.append(.netset) }
    if formats.contains(.plain) || value.starts(with: "/") && pathTest.fits(value) {
      formats.append(.maltrail)
    }
    if LokiFormat.fits(line) { formats.append(.loki) }
    if ClamAVHashFormat.fits(line) { formats.append(.clamAVHash) }
    if SpamhausDropFormat.fits(line) { formats.append(.spamhausDrop) }
    if AdblockFormat.fits(line) || AdblockCosmetic.fits(line) {
      formats.append(.adblock)
    }
    if DnsmasqFormat.firstName(of: line) != nil || UnboundZone(line) != nil {
      formats.append(.dnsmasq)
    }
    return formats
  }

  // MARK: Decision

  private func isMost(_ count: Int, of total: Int) -> Bool {
    total > 0 && count * 100 >= total * 95
  }

  private mutating func decide(_ sample: [UInt8]) -> Detection {
    if let rules = fits[.adblock], rules > expressions { fits[.adblock] = rules + expressions }
    // Headings among many values are no data; many headings are prose.
    if headings * 5 > lines { lines += headings }
    if isZeekIntel { return .format(.zeekIntel, nil) }
    if isZeekLog {
      return .refused("a log of Zeek's", advice: "scan it against feeds instead")
    }
    if banners.contains("loki-names") {
      return .refused(
        "a list of regular expressions for file names (LOKI)",
        advice: "leave the file out, or list the file names themselves")
    }
    if policies > 0, isZone || isMost(policies, of: lines) { return .format(.rpz, nil) }
    let known = fitsForeign.max { ($0.value, $1.key) < ($1.value, $0.key) }
    if let (name, count) = known, isMost(count, of: lines) { return foreign(name) }
    if isAdblockHeader, (fits[.adblock] ?? 0) * 2 >= lines { return .format(.adblock, nil) }
    let plan = CSVPlan.best(for: sample, format: csvFormat, &test)
    if let name = known?.key, ForeignLine.isSignature(name), hasSections {
      // A rule may be the content of a table's cell.
      guard let plan, plan.hasHeader, isMost(plan.fittingRows, of: plan.rows) else {
        return foreign(name)
      }
    }
    if let plan, plan.holdsAddressesWithPorts, isMost(fits[.plain] ?? 0, of: lines) {
      return .format(.plain, nil)
    }
    if let plan, plan.headerLine != nil, isMost(plan.fittingRows, of: plan.rows) {
      // The header may be the first heading of a list, which may not count as a line.
      let isList = plan.isMixedList && isMost(fits[.plain] ?? 0, of: lines - 1)
      return isList ? .format(.plain, nil) : table(plan)
    }
    for format in [
      FeedFormat.clamAVHash, .loki, .spamhausDrop, .hosts, .adblock, .dnsmasq,
    ] where isMost(fits[format] ?? 0, of: lines) {
      // What follows the hash is not a comment if the table has further values.
      if format == .loki, let plan, plan.columns.count(where: \.isValue) > 1,
        isMost(plan.fittingRows, of: plan.rows)
      {
        return table(plan)
      }
      return format == .hosts && !hosts.isFile ? HostsEvidence.doubt : .format(format, nil)
    }
    if let plan, plan.hasHeader, isMost(plan.fittingRows, of: plan.rows) { return table(plan) }
    if let plan, plan.isPlainlyRows, !isMost(fits[.netset] ?? 0, of: lines),
      isMost(plan.fittingRows, of: plan.rows)
    {
      return table(plan)
    }
    // Paths alone may be those of files.
    let hasTrails = paths > 0 && (fits[.plain] ?? 0) > 0
    if banners.contains("maltrail") || hasShownReferences || hasTrails,
      isMost(fits[.maltrail] ?? 0, of: lines)
    {
      return .format(.maltrail, nil)
    }
    if isMost(fits[.netset] ?? 0, of: lines),
      prefixes > 0 || (fits[.plain] ?? 0) < (fits[.netset] ?? 0)
    {
      return .format(.netset, nil)
    }
    if isMost(fits[.plain] ?? 0, of: lines) { return .format(.plain, nil) }
    if let plan, isMost(plan.fittingRows, of: plan.rows) { return table(plan) }
    // A header and nothing below it.
    if let plan, plan.hasHeader, plan.rows == 0, plan.columns.count > 1 { return table(plan) }
    if lines == 0 { return noLines() }
    return isFaultyList ? .format(.plain, nil) : unknown(plan, sample)
  }

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
    if name == "misp-feed-hashes" {
      return .index(.mispFeed, name + ": an index, the events are beside it")
    }
    if name == "suricata-iprep-categories" {
      return .index(.suricataIPRep, name + ": names of categories, no addresses")
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
    return plan.columns.count > 1 && isMost(plan.fittingRows, of: plan.rows)
  }

  private mutating func unknown(_ plan: CSVPlan?, _ sample: [UInt8]) -> Detection {
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

/// Exports of abuse.ch by the names of their columns.
enum AbuseCH {
  /// Whether keys of a header are those of an export.
  static func fits(_ keys: [String], _ format: FeedFormat) -> Bool {
    func has(_ names: String...) -> Bool { names.allSatisfy { keys.contains($0) } }
    return switch format {
    case .feodo: has("dstip", "malware") && (has("c2status") || has("dstport"))
    case .urlhaus: has("url", "urlstatus", "threat")
    case .threatfox: has("iocvalue", "ioctype") && (has("fkmalware") || has("malwareprintable"))
    case .malwarebazaar: has("sha256hash", "md5hash", "filetypeguess")
    case .sslbl: has("listingreason")
    default: false
    }
  }
}

/// Cosmetic rules of ad blockers, which begin like comments or hold two number signs.
enum AdblockCosmetic {
  static func fits(_ line: RawSpan) -> Bool {
    for sign in ["##", "#@#", "#?#", "#$#", "#%#"] as [StaticString] {
      guard let place = Text.firstIndex(of: sign, in: line) else { continue }
      let end = place + sign.utf8CodeUnitCount
      // A banner of number signs is a comment.
      guard end < line.byteCount, isDomainList(line.extracting(0..<place)) else { continue }
      let next = line.byte(unchecked: end)
      if next == Byte.dot || next == UInt8(ascii: "[") { return true }
      // Without a site before the sign, other text after it may be the words of a comment.
      if place > 0, Byte.isAlphanumeric(next) || "#*:+^/".utf8.contains(next) { return true }
    }
    return false
  }

  /// Whether the text before a rule is a list of sites, which may be empty.
  private static func isDomainList(_ text: RawSpan) -> Bool {
    text.byteOffsets.allSatisfy { offset in
      let byte = text.byte(unchecked: offset)
      return Byte.isAlphanumeric(byte) || byte >= 0x80 || ".-_,~*".utf8.contains(byte)
    }
  }
}
