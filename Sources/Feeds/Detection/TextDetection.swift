import Indicators
import Inputs
import Parsing

/// Recognises feeds made of lines: by a signature, else by what at least 95 of 100 lines are.
struct TextDetection {
  /// Lines that are looked at closely.
  private static let sampledLines = 2000

  /// Lines that are neither empty nor comments.
  private(set) var lines = 0
  private(set) var fits: [FeedFormat: Int] = [:]
  /// Number of lines of known but unsupported formats, by name.
  private(set) var fitsForeign: [String: Int] = [:]
  private(set) var prefixes = 0
  /// A section of a rule was seen.
  private(set) var hasSections = false
  /// The header of a Zeek log without indicators was seen.
  private(set) var isZeekLog = false
  /// A fence of a code block in Markdown was seen.
  private var hasFences = false
  /// Paths alone, which only maltrail lists.
  private(set) var paths = 0
  /// Lines that are values with a fault, and those of them that may be any word.
  private(set) var faulty = (all: 0, bare: 0)
  /// The unsupported format whose line continues on the next one.
  private var open: String?
  /// Lines that only announce what follows.
  private var headings = 0
  /// The first line, if it is one word that is no value, as the header of a single column is.
  private var title: [UInt8] = []
  private(set) var banners: Set<String> = []
  private(set) var isZeekIntel = false
  private(set) var policies = 0
  /// Regular expressions between slashes, which ad blockers' lists may hold among their rules.
  private var expressions = 0
  private(set) var isZone = false
  private(set) var hasShownReferences = false
  private(set) var isAdblockHeader = false
  private(set) var hosts = HostsEvidence()
  var test = ShapeTest()
  private var pathTest = ShapeTest(acceptsPaths: true)

  /// The best reading as a table, once a rule has asked for it.
  var plan: CSVPlan??

  /// Judges the beginning of a text file.
  static func judge(_ sample: [UInt8], isWhole: Bool) -> Detection {
    var detection = read(sample, isWhole: isWhole)
    return detection.decide(sample).detection
  }

  /// What the lines of the beginning of a text file show.
  static func read(_ sample: [UInt8], isWhole: Bool) -> TextDetection {
    var detection = TextDetection()
    detection.readLines(sample, isWhole: isWhole)
    detection.settleCounts()
    return detection
  }

  /// Weighs the counts of lines that are what they are only beside others.
  private mutating func settleCounts() {
    if let rules = fits[.adblock], rules > expressions { fits[.adblock] = rules + expressions }
    // Above a single value the word may be anything.
    if !title.isEmpty, lines < 2 {
      let word = title
      lines += 1
      readFaulty(word.rawSpan)
    }
    // Headings among many values are no data; many headings are prose.
    if headings * 5 > lines { lines += headings }
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
    if line.starts(ignoringCase: "[Adblock") || AdblockFormat.isHeader(line) {
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
    if formats.isEmpty, foreign == nil, lines == 0, headings == 0, title.isEmpty, Self.isName(line)
    {
      title.append(line)
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

  /// Whether a line is a word such as columns are named by: `inet:url`, `observable_value`.
  private static func isName(_ line: RawSpan) -> Bool {
    line.byteCount <= 40 && !Byte.isDigit(line.byte(unchecked: 0))
      && line.byteOffsets.allSatisfy { offset in
        let byte = line.byte(unchecked: offset)
        return Byte.isAlphanumeric(byte) || byte == Byte.minus || byte == Byte.colon
          || byte == UInt8(ascii: "_")
      }
  }

  /// Counts a line that no format fits, if it is a value with a fault.
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
}
