import Indicators
import Parsing

/// Where the records of a JSON file are and what their members hold, by the file's beginning.
///
/// Members are columns: their names propose and what the first thousand records hold decides, as in
/// a table of rows.
struct JSONTablePlan {
  private(set) var path: [[UInt8]] = []
  private(set) var columns: [[UInt8]: Column] = [:]
  /// Each of the outermost objects is a record by itself.
  private(set) var isOfLines = false
  /// Content and names leave no doubt that it is a list of indicators.
  private(set) var isCertain = false
  /// The words in the column of types are topics.
  private(set) var hasTopics = false
  /// Which of two numbers in dates is the day.
  private(set) var dateOrders = FeedTime.Orders()
  /// The confidences of the records go from 0 to 1.
  private(set) var hasFractions = false
  /// What a person should know of the members that are not read.
  private(set) var warnings: [FeedWarning] = []
  /// The fault in the sample, if it costs more than a line.
  private(set) var fault: FeedError?
  /// The members that the user names.
  private(set) var named: [[UInt8]] = []

  /// Whether any member holds values.
  var hasValues: Bool { columns.values.contains { $0.isValue } }

  private static let sampledRecords = 1000
  private static let mostColumns = 256

  /// The plan for a file, by its beginning, or by what the user says of its members.
  init(
    _ sample: [UInt8], path filePath: String, roles: [String: String]? = nil,
    isAllowList: Bool = false, _ test: inout ShapeTest
  ) {
    named = roles.map { $0.keys.map { Array($0.utf8) } } ?? []
    let stream = FeedStream(bytes: sample, path: filePath)
    path = Self.envelope(of: stream)
    isOfLines = path.isEmpty && sample.first { !Text.isSpace($0) } == UInt8(ascii: "{")
    var names: [[UInt8]] = []
    var places: [[UInt8]: Int] = [:]
    var rows: [TableRow] = []
    // Of lists that are not read only a single object is asked.
    var records = JSONRecords(
      stream, path: path, columns: named, countedRecords: isOfLines ? 1 : 0)
    var record = JSONRecord()
    // Members that hold several values.
    var lists: Set<[UInt8]> = []
    while rows.count < Self.sampledRecords {
      do throws(FeedError) {
        guard try records.next(&record) else { break }
        for cell in record.cells where cell.isListed { lists.insert(cell.name) }
        rows.append(Self.row(of: record, &names, &places))
      } catch {
        // The sample's last record may be cut; in JSON lines, a bad line costs a line.
        guard isOfLines, error.code == .malformed, records.resynchronize(after: error) else {
          if error.code == .malformed { fault = error }
          // The record that was cut may be the only one.
          if rows.isEmpty, !record.cells.isEmpty {
            for cell in record.cells where cell.isListed { lists.insert(cell.name) }
            rows.append(Self.row(of: record, &names, &places))
          }
          break
        }
      }
    }
    guard !rows.isEmpty else { return }
    let plan = CSVPlan(
      names: names, rows: rows, roles: roles, isAllowList: isAllowList, &test)
    warnings = plan.warnings
    guard plan.hasValues else {
      warnings += records.unread.warnings
      return
    }
    for (name, column) in zip(names, plan.columns) where column != .other && column != .unknown {
      columns[name] = column
    }
    if !plan.missingNames.isEmpty {
      let names = plan.missingNames.map { "'\($0)'" }.joined(separator: ", ")
      warnings.append(FeedWarning(.columnNotFound, names, of: UInt64(rows.count)))
    }
    hasTopics = plan.hasTopics
    dateOrders = plan.dateOrders
    hasFractions = plan.hasFractions
    // The Elastic common schema leaves no doubt, even if some of its records hold no value.
    let needed = names.contains(where: Self.isIndicator) ? 50 : 95
    // A single object may be anything, unless it lists values.
    let hasShapes = columns.values.contains(where: Self.hasShape)
    let isList = lists.contains { name in
      guard let column = columns[name], column.isValue else { return false }
      // Beside lists that are not read, those of paths of files alone are not what it is about.
      return hasShapes || !records.unread.holdsLists
    }
    isCertain =
      plan.isNamed && plan.fittingRows * 100 >= rows.count * needed && !Self.isLog(plan.keys)
      && (!isOfLines || rows.count > 1 || isList) && !isListing(plan, rows) && !isManifest
  }

  /// Whether a column holds values that are told by their looks.
  private static func hasShape(_ column: Column) -> Bool {
    guard case .value(let kind, _) = column else { return column.isValue }
    return kind == .none || CSVPlan.hasShape(kind)
  }

  /// Whether all values are those of files, as lists of what programs consist of have them.
  private var isManifest: Bool {
    columns.allSatisfy { name, column in
      if !column.isValue { return true }
      let objects = (path + name.split(separator: Byte.dot).dropLast().map(Array.init))
        .map { Text.key($0.rawSpan) }
      return objects.contains(where: Self.contents.contains)
        && !objects.contains(where: Self.telling.contains)
    }
  }

  /// Names of objects that may hold what a program or a release consists of.
  private static let contents: Set<String> = [
    "files", "artifacts", "artefacts", "payload", "payloads",
  ]

  /// Whether a member is one of an indicator in the Elastic common schema.
  static func isIndicator(_ name: [UInt8]) -> Bool { name.starts(with: "threat.indicator.".utf8) }

  private static func row(
    of record: JSONRecord, _ names: inout [[UInt8]], _ places: inout [[UInt8]: Int]
  ) -> TableRow {
    var row = TableRow()
    row.bytes = record.bytes
    row.line = record.line
    for cell in record.cells {
      let place = places[cell.name] ?? names.count
      if place == names.count {
        guard place < mostColumns else { continue }
        places[cell.name] = place
        names.append(cell.name)
      }
      while row.cells.count <= place { row.cells.append(0..<0) }
      // The first element of a list represents all.
      if row.cells[place].isEmpty { row.cells[place] = cell.value }
    }
    return row
  }

  /// Whether members are those of event logs: who began a flow may be its victim, or anyone.
  private static func isLog(_ keys: [String]) -> Bool {
    let telling: Set<String> = [
      "message", "msg", "level", "loglevel", "eventtype", "eventid", "pid", "statuscode",
      "requestmethod", "httpmethod", "logger", "thread", "src", "srcip", "srcport", "sourceip",
      "sourceport", "clientip", "remoteaddr", "idorigh",
    ]
    return keys.contains { telling.contains($0) }
  }

  /// Whether records are a directory of files or services.
  ///
  /// Each has a name and a URL, and neither a member nor the envelope is one that indicators have.
  private func isListing(_ plan: CSVPlan, _ rows: [TableRow]) -> Bool {
    let values = plan.columns.indices.filter { plan.columns[$0].isValue }
    guard plan.keys.contains(where: { $0 == "name" || $0 == "path" || $0 == "title" }),
      !plan.keys.contains(where: Self.isDate),
      values.allSatisfy({ Self.neutral.contains(plan.keys[$0]) }),
      !plan.columns.contains(where: { Self.judging.contains($0) }),
      !path.contains(where: { Self.telling.contains(Text.key($0.rawSpan)) })
    else { return false }
    return values.allSatisfy { column in
      switch plan.columns[column] {
      case .value(.kind(.url), _), .value(.kind(.email), _):
        !rows.contains { Refanging.isDefanged($0.bytes.rawSpan.extracting($0.range(column))) }
      default: false
      }
    }
  }

  /// Whether a member says when something was first or last seen.
  private static func isDate(_ key: String) -> Bool {
    key == "date" || [.firstSeen, .validFrom].contains(Column(key: key, format: .json))
      || ["firstseen", "lastseen", "created", "detected"].contains { key.hasPrefix($0) }
  }

  /// Names of URLs and e-mail addresses that do not say that they are bad.
  private static let neutral: Set<String> = [
    "url", "urls", "uri", "link", "href", "htmlurl", "downloadurl", "weburl", "fullurl", "email",
    "emails", "emailaddress", "emailaddr",
  ]

  /// Names of envelopes that hold indicators.
  private static let telling: Set<String> = [
    "indicators", "iocs", "observables", "threats", "blocklist", "blacklist",
  ]

  /// Columns that indicators have, and files and services hardly.
  private static let judging: [Column] = [
    .malware, .actor, .confidence, .tlp, .validUntil, .tags, .category, .forDetection, .withdrawn,
    .upheld, .active, .judgement, .classification, .action,
  ]

  // MARK: Envelopes

  /// Names of members in which programs return records.
  static let envelopes: Set<String> = [
    "data", "result", "results", "response", "items", "records", "rows", "entries", "list", "feed",
    "indicators", "iocs", "observables", "threats", "values", "hits", "objects", "attributes",
    "urls", "domains", "ips", "hashes", "blocklist", "blacklist", "resources", "value",
  ]
  private static let deepestEnvelope = 3

  /// The names that lead from a first object to an array of objects, if it is an envelope.
  private static func envelope(of stream: FeedStream) -> [[UInt8]] {
    var json = JSONFeed(stream)
    var path: [[UInt8]] = []
    guard let first = try? json.next(), first.kind == .beginObject else { return [] }
    while let token = try? json.next() {
      switch token.kind {
      case .endObject:
        if path.isEmpty { return [] }
        path.removeLast()
      case .key:
        var name: [UInt8] = []
        json.append(token, to: &name)
        guard let value = try? json.next() else { return [] }
        let leads = envelopes.contains(Text.key(name.rawSpan))
        if leads, value.kind == .beginObject, path.count < deepestEnvelope - 1 {
          path.append(name)
        } else if leads, value.kind == .beginArray {
          guard let element = try? json.next() else { return [] }
          if element.kind == .beginObject { return path + [name] }
          if element.kind != .endArray {
            guard (try? json.skip(element)) != nil, leave(&json, json.depth - 1) else { return [] }
          }
        } else if (try? json.skip(value)) == nil {
          return []
        }
      default: return []
      }
    }
    return []
  }

  private static func leave(_ json: inout JSONFeed, _ depth: Int) -> Bool {
    while json.depth > depth {
      guard let token = try? json.next(), token.kind != .endOfInput else { return false }
    }
    return true
  }
}

/// Objects of JSON read as rows by a plan made from the file's beginning.
struct JSONTableFeed: DocumentFeed {
  private var records: JSONRecords
  private let plan: JSONTablePlan
  private var record = Record()

  var stream: FeedStream { records.json.stream }

  init(_ stream: FeedStream, _ plan: JSONTablePlan) {
    records = JSONRecords(stream, path: plan.path, columns: plan.named)
    self.plan = plan
    record.hasTypes = plan.columns.values.contains(.type)
    record.hasTopics = plan.hasTopics
    record.dateOrders = plan.dateOrders
    record.hasFractions = plan.hasFractions
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    sink.summary.warnings += plan.warnings
    defer {
      records.finish(&sink)
      sink.summary.warnings += records.unread.warnings(for: plan)
    }
    var object = JSONRecord()
    while true {
      do throws(FeedError) {
        guard try records.next(&object) else { return }
      } catch {
        // In JSON lines, a bad line costs a line.
        guard plan.isOfLines, error.code == .malformed, records.resynchronize(after: error) else {
          throw error
        }
        sink.refuse(.malformedJSON, [UInt8]().rawSpan, line: error.line ?? 0)
        continue
      }
      use(object, &sink)
    }
  }

  private mutating func use(_ object: JSONRecord, _ sink: inout FeedSink) {
    if object.isCut { sink.refuse(.lineTooLong, [UInt8]().rawSpan, line: object.line) }
    record.fields.removeAll(keepingCapacity: true)
    record.bytes = object.bytes
    record.line = object.line
    for (index, cell) in object.cells.enumerated() {
      guard let column = plan.columns[cell.name],
        // A repeated value was let in with the part before.
        index >= object.repeatedCount || !column.isValue
      else { continue }
      record.add(column, Text.trimmed(record.bytes.rawSpan, cell.value))
    }
    if record.hasValue {
      record.emit(into: &sink)
    } else if object.repeatedCount == 0, !object.isCut, !object.cells.isEmpty {
      sink.refuse(record.reasonWithoutValue, object.text.rawSpan, line: object.line)
    }
  }
}
