import Indicators
import Inputs
import Parsing

extension FeedReader {
  /// Reads a prefilled stream in the given format, or in the one that its content shows.
  static func read(
    _ stream: inout FeedStream, _ format: FeedFormat?, _ options: FeedOptions,
    _ collection: inout IndicatorCollection, _ report: inout FeedReport
  ) throws(FeedError) {
    if let fault = stream.fault, stream.window.isEmpty { throw FeedError(fault) }
    let end = min(stream.window.count, stream.start + Detection.sampleLength)
    let sample = Array(stream.window[stream.start..<end])
    let isWhole = stream.isAtEnd && end == stream.window.count
    // A feed whose columns are named is a table.
    let table = holdsObjects(stream) ? FeedFormat.json : .csv
    let named = format ?? (options.columns == nil ? nil : table)
    let choice: Choice
    do throws(FeedError) {
      choice = try choose(named, sample, isWhole: isWhole, path: stream.path)
    } catch {
      // The input's fault may be why the format was not recognised: it is reported first.
      guard var fault = stream.fault.map({ FeedError($0) }) else { throw error }
      if options.keepsPartial, fault.isAboutTheEnd {
        fault.advice = "fetch the file again: what is there of it does not tell what it is"
      }
      throw fault
    }
    var sink = FeedSink(
      taking: &collection, path: stream.path, format: choice.format, options: options)
    do throws(FeedError) {
      try readEntries(&stream, choice, &sink)
      try judge(sink, path: stream.path)
      if let format, sink.entryCount == 0 {
        try judgeEmpty(sink, as: format, sample, isWhole: isWhole, path: stream.path)
      }
    } catch {
      guard options.keepsPartial, error.isAboutTheEnd else {
        sink.giveBackNothing(&collection)
        throw error
      }
      sink.summary.warnings.append(FeedWarning(.partial, error.problem))
    }
    if stream.wasTranscoded { sink.summary.lints.add("transcoded-from-utf-16") }
    if let warning = choice.warning { sink.summary.warnings.append(warning) }
    warn(&sink)
    report.feeds.append(sink.giveBack(&collection))
  }

  /// The format that a feed is read by.
  private struct Choice {
    var format: FeedFormat
    var plan: CSVPlan?
    var warning: FeedWarning?
    var isIndex = false
    /// The user names the format.
    var isNamed = false
  }

  private static func choose(
    _ forced: FeedFormat?, _ sample: [UInt8], isWhole: Bool, path: String
  ) throws(FeedError) -> Choice {
    if forced == .mispFeed { return try chooseInFolder(sample, isWhole: isWhole, path: path) }
    if let forced { return Choice(format: forced, isNamed: true) }
    switch Detection.judge(sample, isWhole: isWhole) {
    case .format(let format, let plan):
      return Choice(format: format, plan: plan)
    case .index(let format, let warning):
      return Choice(format: format, warning: warning, isIndex: true)
    case .refused(let name, let advice):
      throw FeedError(
        .unsupportedFormat, path: path,
        problem: "\(name) \(Detection.isSeveral(name) ? "are" : "is") not read by this version",
        advice: advice)
    case .unknown(let problem, let candidates, let other):
      throw FeedError(
        .unrecognized, path: path, problem: "not recognised as a feed: " + problem,
        advice: other ?? advice(candidates))
    case .broken(var error):
      error.path = path
      throw error
    case .wrapped(let problem):
      throw FeedError(
        .unrecognized, path: path, problem: "not recognised as a feed: " + problem,
        advice: "unpack it first; a feed may be gzip or zstd")
    case .empty:
      throw FeedError(
        .noUsableLine, path: path, problem: "holds nothing to recognise a feed by",
        advice: "check that it was fetched whole, or name the format with \(.format(nil))")
    }
  }

  /// Tells whether a file in a folder of MISP events is an event or an index.
  private static func chooseInFolder(
    _ sample: [UInt8], isWhole: Bool, path: String
  ) throws(FeedError) -> Choice {
    switch Detection.judge(sample, isWhole: isWhole) {
    case .format(.misp, _): return Choice(format: .misp)
    case .index(.mispFeed, let warning):
      return Choice(format: .mispFeed, warning: warning, isIndex: true)
    default:
      throw FeedError(
        .malformed, path: path,
        problem: "neither a MISP event nor an index of a folder of events",
        advice: "leave \(.format("misp-feed")) out, so that its format is told by its content")
    }
  }

  private static func advice(_ candidates: [FeedFormat]) -> Advice {
    let formats = candidates.filter { $0 != .report }
    var advice: Advice
    if formats.isEmpty {
      advice = "give a feed, or name the format with \(.format(nil))"
    } else {
      advice = "if it is one, name the format with \(.format(nil)), such as "
      for (index, format) in formats.enumerated() {
        advice += "\(index == 0 ? "" : " or ")\(.format(format.name))"
      }
    }
    if candidates.contains(.report) { advice += "; prose is \(.format(FeedFormat.report.name))" }
    return advice
  }

  private static func judge(_ sink: FeedSink, path: String) throws(FeedError) {
    guard sink.isSuspect else { return }
    throw FeedError(
      .suspect, path: path,
      problem: "suspect: \(sink.wellKnownShare) are known to be good",
      advice:
        "use it as \(.isAllowList), or vouch for it with \(.isTrusted) or 'trusted: true' in a configuration"
    )
  }

  /// Throws for a feed without entries if nothing but the user's word shows its format.
  ///
  /// A feed whose content shows the format is merely empty.
  private static func judgeEmpty(
    _ sink: FeedSink, as format: FeedFormat, _ sample: [UInt8], isWhole: Bool, path: String
  ) throws(FeedError) {
    let candidates = sink.summary.candidates
    if sink.summary.refusals.counts[FeedRefusal.kindNotWanted.rawValue] != nil { return }
    switch Detection.judge(sample, isWhole: isWhole) {
    case .format(let found, _)
    where found == format || isList(found) && isList(format)
      || isOfAbuseCH(found) && isOfAbuseCH(format):
      return
    case .index: return
    case .empty where candidates == 0 && !Detection.holdsStrings(sample): return
    case _ where candidates == 0 && isWhole && isOnlyComments(sample): return
    // The content never shows these formats.
    case _ where candidates == 0 && (format == .report || format == .suricataDataset): return
    default: break
    }
    let problem =
      candidates == 0
      ? "there is nothing in it that is \(format.name)"
      : "none of its \(candidates) values can be used as \(format.name) (\(sink.summary.reasons))"
    throw FeedError(
      .noUsableLine, path: path, problem: problem,
      advice: "check the format named with \(.format(nil)), and that the file was fetched whole")
  }

  /// Whether a format is a list of values; several of these formats may fit the same list.
  private static func isList(_ format: FeedFormat) -> Bool {
    format == .plain || format == .netset || format == .csv
  }

  /// Whether a format is one of abuse.ch's, whose services answer alike where nothing was found.
  private static func isOfAbuseCH(_ format: FeedFormat) -> Bool {
    format == .threatfox || format == .urlhaus || format == .malwarebazaar
  }

  /// Adds warnings about what a person should not have to look for in the counts.
  private static func warn(_ sink: inout FeedSink) {
    let refused = sink.summary.refusals.counts
    let notForDetection = refused[FeedRefusal.toIDSFalse.rawValue] ?? 0
    if notForDetection > 0 {
      sink.summary.warnings.append(FeedWarning(.notForDetection, count: notForDetection))
    }
    if sink.entryCount == 0, sink.summary.warnings.allSatisfy(\.isOfParts) {
      sink.summary.warnEmpty()
    }
  }

  // MARK: Readers

  private static func readEntries(
    _ stream: inout FeedStream, _ choice: Choice, _ sink: inout FeedSink
  ) throws(FeedError) {
    if choice.isIndex { return }
    switch choice.format {
    case .stix: try readDocument(STIXFeed(stream), &stream, &sink)
    case .misp: try readDocument(MISPFeed(stream), &stream, &sink)
    case .warninglist: try readDocument(WarninglistFeed(stream), &stream, &sink)
    case .openIOC: try readDocument(OpenIOCFeed(stream), &stream, &sink)
    case .otx: try readDocument(OTXFeed(stream), &stream, &sink)
    case .suricataDatajson, .abuseIPDB:
      try readDocument(FlatJSONFeed(stream, format: choice.format), &stream, &sink)
    case .json: try readRecords(&stream, &sink)
    case .csv, .mispCSV: try readTable(&stream, choice, &sink)
    case .urlhaus, .threatfox, .feodo, .sslbl, .malwarebazaar, .spamhausDrop:
      if isJSON(stream) {
        try readDocument(FlatJSONFeed(stream, format: choice.format), &stream, &sink)
      } else if choice.format == .spamhausDrop {
        try readLines(SpamhausDropFormat(), &stream, &sink)
      } else {
        try readTable(&stream, choice, &sink)
      }
    case .plain where JSONListFeed.fits(stream):
      try readDocument(JSONListFeed(stream), &stream, &sink)
    case .plain: try readLines(PlainFormat(isNamed: choice.isNamed), &stream, &sink)
    case .netset: try readLines(NetsetFormat(), &stream, &sink)
    case .hosts: try readLines(HostsFormat(), &stream, &sink)
    case .zeekIntel: try readLines(ZeekIntelFormat(), &stream, &sink)
    case .clamAVHash:
      try readLines(ClamAVHashFormat(path: stream.path), &stream, &sink)
    case .loki: try readLines(LokiFormat(), &stream, &sink)
    case .adblock: try readLines(AdblockFormat(), &stream, &sink)
    case .dnsmasq: try readLines(DnsmasqFormat(), &stream, &sink)
    case .maltrail: try readLines(MaltrailFormat(), &stream, &sink)
    case .suricataDataset:
      try readLines(SuricataDatasetFormat(kind: sink.options.dataset), &stream, &sink)
    case .suricataIPRep: try readLines(SuricataIPRepFormat(), &stream, &sink)
    case .rpz: try readLines(RPZFormat(), &stream, &sink)
    case .report: try readLines(ReportFormat(), &stream, &sink)
    // Only index files have this format; events are read as `.misp`.
    case .mispFeed: return
    }
  }

  /// Runs the reader of a document and takes its stream back.
  ///
  /// A fault of the input is thrown in place of what the document says of its end.
  private static func readDocument(
    _ feed: consuming some DocumentFeed, _ stream: inout FeedStream, _ sink: inout FeedSink
  ) throws(FeedError) {
    do throws(FeedError) {
      try feed.readAll(into: &sink)
    } catch {
      stream = feed.stream
      try checkEnd(stream)
      throw error
    }
    stream = feed.stream
    try checkEnd(stream)
  }

  private static func readLines<Format: LineFormat>(
    _ format: Format, _ stream: inout FeedStream, _ sink: inout FeedSink
  ) throws(FeedError) {
    var format = format
    format.readAll(&stream, into: &sink)
    try checkEnd(stream)
  }

  private static func readTable(
    _ stream: inout FeedStream, _ choice: Choice, _ sink: inout FeedSink
  ) throws(FeedError) {
    let end = min(stream.window.count, stream.start + Detection.sampleLength)
    let sample = Array(stream.window[stream.start..<end])
    var test = ShapeTest()
    let names = choice.format == .csv ? sink.options.columns : nil
    let found =
      names == nil
      ? choice.plan ?? CSVPlan.best(for: sample, format: choice.format, &test)
      : CSVPlan.best(for: sample, format: choice.format, names: names, &test)
    guard var plan = found else {
      // If the input was cut, that is the error: its first row may be missing.
      try checkEnd(stream)
      if Text.trimmed(sample.rawSpan).isEmpty || isOnlyComments(sample) { return }
      throw FeedError(
        .noUsableLine, path: stream.path,
        problem: names == nil
          ? "no column holds indicators" : "it has none of the columns that 'columns' names",
        advice: names == nil
          ? """
          check that the format is \(choice.format.name), or say with 'columns' in \
          \(.feedConfiguration) what each column holds
          """
          : "compare the feed's header with 'columns' in the configuration")
    }
    if !plan.missingNames.isEmpty {
      let names = plan.missingNames.map { "'\($0)'" }.joined(separator: ", ")
      throw FeedError(
        .noUsableLine, path: stream.path, line: plan.headerLine,
        problem: "the header has no column \(names), which 'columns' names",
        advice: "compare the feed's header with 'columns' in the configuration")
    }
    var isCut = false
    // The sample begins at the stream's position, which may be below the first line.
    plan.addLinesBefore(stream.lineNumber - 1)
    if choice.format == .mispCSV {
      guard MISPCSVFeed.fits(plan) else {
        throw FeedError(
          .malformed, path: stream.path, line: plan.headerLine,
          problem: "the header lacks one of category, type, value and to_ids",
          advice: "read it as \(.format("csv"))")
      }
      var feed = MISPCSVFeed(plan)
      feed.readAll(&stream, into: &sink)
      isCut = feed.endsInQuotes
    } else {
      var feed = CSVFeed(plan)
      feed.readAll(&stream, into: &sink)
      isCut = feed.endsInQuotes
    }
    try checkEnd(stream)
    if isCut {
      throw FeedError(
        .truncated, path: stream.path, line: stream.lineNumber,
        problem: "the last row ends within quotes",
        advice: .fetchAgain)
    }
  }

  private static func readRecords(
    _ stream: inout FeedStream, _ sink: inout FeedSink
  ) throws(FeedError) {
    let end = min(stream.window.count, stream.start + Detection.sampleLength)
    var test = ShapeTest()
    var roles: [String: String]?
    switch sink.options.columns {
    case .byHeader(let names): roles = names
    case .inOrder:
      throw FeedError(
        .noUsableLine, path: stream.path,
        problem: "members of objects have names, and 'columns' is a list without any",
        advice: "write it as a map from names of members, such as file.sha256, to what they hold")
    case nil: break
    }
    let plan = JSONTablePlan(
      Array(stream.window[stream.start..<end]), path: stream.path, roles: roles,
      isAllowList: sink.options.isAllowList, &test)
    guard plan.hasValues else {
      try checkEnd(stream)
      if let fault = plan.fault { throw fault }
      if roles != nil {
        throw FeedError(
          .noUsableLine, path: stream.path,
          problem: "its objects have none of the members that 'columns' names",
          advice: "compare the names of its members with 'columns' in the configuration")
      }
      if let left = plan.warnings.first {
        throw FeedError(
          .noUsableLine, path: stream.path,
          problem:
            "of what its beginning holds only \(left.subject) looks like values, and is not read",
          advice: left.code == .listNotRead
            ? "write the objects of such a list as records: one list of them in a file of its own"
            : "say with 'columns' in \(.feedConfiguration) which members hold what is asked for"
        )
      }
      throw FeedError(
        .noUsableLine, path: stream.path, problem: "no member of its objects holds indicators",
        advice: "check that it is JSON, and call what holds the values 'indicator' or by its kind")
    }
    try readDocument(JSONTableFeed(stream, plan), &stream, &sink)
  }

  /// Whether a stream begins with an object of named members, or with an array of objects.
  private static func holdsObjects(_ stream: FeedStream) -> Bool {
    let start = Array(stream.window[stream.start...].lazy.filter { !Text.isSpace($0) }.prefix(2))
    return start.elementsEqual(#"{""#.utf8) || start.elementsEqual("[{".utf8)
  }

  /// Whether the first byte that is no white space opens an object or array.
  private static func isJSON(_ stream: FeedStream) -> Bool {
    let first = stream.window[stream.start...].first { !Text.isSpace($0) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  private static func isOnlyComments(_ sample: [UInt8]) -> Bool {
    var stream = FeedStream(bytes: sample, path: "")
    var reader = CSVReader(delimiter: Byte.comma)
    return !reader.next(&stream)
  }

  private static func checkEnd(_ stream: FeedStream) throws(FeedError) {
    if let fault = stream.fault { throw FeedError(fault) }
  }
}

extension FeedError {
  /// Whether the rest of the file is missing or damaged, so that what came before can be kept.
  var isAboutTheEnd: Bool {
    code == .truncated || code == .corrupt || code == .malformed || code == .cannotRead
  }

  /// What an input's fault means for a feed.
  init(_ error: InputError) {
    let (code, advice): (Code, Advice) =
      switch error.code {
      case .cannotOpen, .cannotRead, .cannotWrite, .isOutput: (.cannotRead, "")
      case .truncated: (.truncated, .fetchAgain)
      case .corrupt: (.corrupt, .fetchAgain)
      case .tooLarge: (.tooLarge, error.remedy)
      case .unsupported: (.unsupportedFormat, "")
      }
    self.init(code, path: error.path, problem: error.message, advice: advice)
  }
}

extension Advice {
  /// About a file that ends in the middle or is damaged.
  static let fetchAgain: Advice =
    "fetch the file again, or keep what was read with \(.keepsPartial)"
}
