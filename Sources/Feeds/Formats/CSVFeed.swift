import Indicators
import Parsing

/// Rows of delimited cells, by a plan made from the file's beginning; also the abuse.ch exports.
struct CSVFeed {
  private let plan: CSVPlan
  private var test = ShapeTest()
  private var record = Record()
  /// The rows end within quotes: the file was cut.
  private(set) var endsInQuotes = false

  init(_ plan: CSVPlan) {
    self.plan = plan
    record.hasTypes = plan.columns.contains(.type)
    record.hasTopics = plan.hasTopics
    record.dateOrders = plan.dateOrders
    record.hasFractions = plan.hasFractions
  }

  /// Reads a stream to its end.
  mutating func readAll(_ stream: inout FeedStream, into sink: inout FeedSink) {
    sink.summary.warnings += plan.warnings
    var reader = CSVReader(
      delimiter: plan.delimiter, lineLimit: sink.options.lineLimit)
    while reader.next(&stream) {
      var row = reader.row
      if row.line == plan.headerLine { continue }
      if plan.endsInURL(row) {
        row.joinSurplus(behind: plan.keys.count, delimiter: plan.delimiter)
      }
      if reader.isTooLong {
        sink.refuse(.lineTooLong, row.bytes.rawSpan, line: row.line)
        continue
      }
      if let header = plan.headerLine, row.line < header {
        // A title: its cells are not what the columns below hold.
        sink.refuse(.prose, row.text.rawSpan, line: row.line)
        continue
      }
      record.fields.removeAll(keepingCapacity: true)
      record.bytes = row.bytes
      record.line = row.line
      var isBlank = true
      for column in row.cells.indices {
        let range = row.range(column)
        if range.isEmpty { continue }
        isBlank = false
        guard column < plan.columns.count else { continue }
        let isListed = plan.columns.count == 1
        record.add(
          isListed
            ? plan.column(ofListed: row.bytes.rawSpan.extracting(range), &test)
            : plan.columns[column],
          range)
      }
      if isBlank { continue }
      if record.hasValue {
        record.emit(into: &sink)
      } else {
        sink.refuse(.prose, row.text.rawSpan, line: row.line)
      }
    }
    endsInQuotes = reader.endsInQuotes
  }
}

/// MISP's export of attributes as rows: `uuid,event_id,category,type,value,comment,to_ids,date,…`.
struct MISPCSVFeed {
  private let plan: CSVPlan
  private let fields: [MISPAttributes.Field?]
  private let tagColumns: [Int]
  /// The rows end within quotes: the file was cut.
  private(set) var endsInQuotes = false
  private var attributes = MISPAttributes()

  init(_ plan: CSVPlan) {
    self.plan = plan
    fields = plan.keys.map {
      switch $0 {
      case "uuid": .uuid
      case "category": .category
      case "type": .type
      case "value": .value
      case "comment": .comment
      case "toids": .forDetection
      default: nil
      }
    }
    tagColumns = plan.keys.indices.filter {
      plan.keys[$0] == "attributetag" || plan.keys[$0] == "eventtag"
    }
  }

  /// Whether the header is that of MISP's export.
  static func fits(_ plan: CSVPlan) -> Bool {
    ["category", "type", "value", "toids"].allSatisfy { plan.keys.contains($0) }
  }

  /// Reads a stream to its end.
  mutating func readAll(_ stream: inout FeedStream, into sink: inout FeedSink) {
    var reader = CSVReader(
      delimiter: plan.delimiter, lineLimit: sink.options.lineLimit)
    while reader.next(&stream) {
      let row = reader.row
      if row.line == plan.headerLine || reader.isTooLong {
        if reader.isTooLong { sink.refuse(.lineTooLong, row.bytes.rawSpan, line: row.line) }
        continue
      }
      attributes.begin(line: row.line)
      attributes.arena = row.bytes
      for column in row.cells.indices where column < fields.count {
        let range = row.range(column)
        if let field = fields[column], !range.isEmpty { attributes.set(field, range) }
      }
      for tagColumn in tagColumns {
        for tag in row.bytes[row.range(tagColumn)].split(separator: Byte.comma) {
          attributes.tags.add(tag: tag, &sink)
        }
      }
      var pending: [MISPAttributes.Pending] = []
      _ = attributes.use(&sink, &pending)
      for entry in pending {
        var context = entry.context
        entry.tags.write(to: &context, with: MISPTags(), &sink)
        sink.assign(context, toRecords: entry.records)
      }
    }
    endsInQuotes = reader.endsInQuotes
  }
}
