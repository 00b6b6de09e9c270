import Indicators
import Inputs
import Parsing

/// JSON whose objects are records with a value each: abuse.ch's exports, Spamhaus DROP.
///
/// An object's members are read as the columns of a row; objects without a value are envelopes, of which
/// all is read whose name does not say that it is something else. Of the objects inside a record those
/// are read that JSON of any publisher may have there (`JSONRecords`), and what abuse.ch's own answers
/// have there; what looks like values in others is counted.
struct FlatJSONFeed: DocumentFeed {
  private var json: JSONFeed
  private let format: FeedFormat
  /// Names of records, or lists of them, inside others in abuse.ch's answers to queries.
  private let ownNames: Set<String>
  /// What is not read of the records.
  private var unread = UnreadMembers()
  private var hasRecords = false

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream, format: FeedFormat) {
    json = JSONFeed(stream)
    self.format = format
    ownNames =
      switch format {
      case .urlhaus: ["payloads", "urls"]
      case .threatfox: ["malwaresamples"]
      case .malwarebazaar: ["metadata", "payloads"]
      default: []
      }
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer {
      json.finish(&sink)
      sink.summary.warnings += unread.warnings
    }
    while true {
      do throws(FeedError) {
        let token = try json.next()
        if token.kind == .endOfInput { return try checkRecords() }
        try readValue(token, named: 0, in: .envelope, into: &sink)
      } catch {
        // In JSON lines, a bad line costs a line.
        guard format == .spamhausDrop || format == .suricataDatajson, error.code == .malformed,
          json.resynchronize(after: error)
        else {
          throw error
        }
        sink.refuse(.malformedJSON, [UInt8]().rawSpan, line: error.line ?? 0)
      }
    }
  }

  /// That no record was found, but values, is more than an empty feed.
  private func checkRecords() throws(FeedError) {
    guard !hasRecords, !unread.warnings.isEmpty else { return }
    throw FeedError(
      .noUsableLine, path: stream.path,
      problem: "none of its objects is a record of \(format.name)",
      advice: "read it as \(.format("json")), and say with 'columns' what its members hold")
  }

  /// Where an object stands: among those around the records, or in one.
  private enum Place {
    case envelope, record
  }

  private mutating func readValue(
    _ token: JSONToken, named name: StringID, in place: Place, into sink: inout FeedSink
  ) throws(FeedError) {
    switch token.kind {
    case .beginObject:
      try readObject(line: json.line(of: token), named: name, in: place, into: &sink)
    case .beginArray:
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        try readValue(element, named: name, in: place, into: &sink)
      }
    default: break
    }
  }

  private mutating func readObject(
    line: UInt64, named name: StringID, in place: Place, into sink: inout FeedSink
  ) throws(FeedError) {
    var record = Record()
    record.line = line
    record.outerID = name
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      var keyText: [UInt8] = []
      json.append(key, to: &keyText)
      let column = Column(key: Text.key(keyText.rawSpan), format: format)
      let value = try json.next()
      switch value.kind {
      case .string, .number:
        if column != .other, column != .unknown {
          let whole = json.append(value, to: &record.bytes)
          record.add(column, Text.trimmed(record.bytes.rawSpan, whole))
        }
      case .trueLiteral where format == .abuseIPDB && column == .withdrawn:
        record.bytes.append(contentsOf: "true".utf8)
        record.add(column, record.bytes.count - 4..<record.bytes.count)
      case .beginArray where LabelObject.isOf(column):
        try readLabels(column, keyText, into: &record)
      case _ where format == .suricataDatajson && column.isValue && value.kind != .string:
        // A list or a Boolean is not a value; a list of records is read as such.
        if value.kind == .beginObject || value.kind == .beginArray {
          try readValue(value, named: 0, in: .record, into: &sink)
        } else {
          sink.refuse(.malformedRow, keyText.rawSpan, line: line)
        }
      case .beginObject, .beginArray:
        let place = record.hasValue ? .record : place
        try readMember(value, keyText, column, in: place, of: &record, into: &sink)
      default: break
      }
    }
    if format == .abuseIPDB, record.hasNoScore {
      // Nobody has reported the address.
      return record.refuse(.zeroScore, into: &sink)
    }
    if record.hasValue {
      hasRecords = true
      record.emit(into: &sink)
    }
  }

  /// Reads an inner object or a list: as records, as values, or to count what is not read.
  private mutating func readMember(
    _ value: JSONToken, _ key: [UInt8], _ column: Column, in place: Place, of record: inout Record,
    into sink: inout FeedSink
  ) throws(FeedError) {
    // abuse.ch names each record by its number.
    if key.count <= 18, !key.isEmpty, key.allSatisfy(Byte.isDigit) {
      let name = sink.collection.intern(key.rawSpan)
      return try readValue(value, named: name, in: place, into: &sink)
    }
    let name = Text.key(key.rawSpan)
    if Self.context.contains(name) { return try json.skip(value) }
    let isRead = isRead(key, name, isList: value.kind == .beginArray, in: place)
    if value.kind == .beginArray, column.isValue {
      return try readValues(column, key, isRead ? place : nil, into: &record, &sink)
    }
    guard isRead else { return try unread.read(value, under: key, in: .record, of: &json) }
    try readValue(value, named: 0, in: place, into: &sink)
  }

  /// Reads a list under the name of values: strings are values of the record, objects are records if they
  /// have a place.
  private mutating func readValues(
    _ column: Column, _ key: [UInt8], _ place: Place?, into record: inout Record,
    _ sink: inout FeedSink
  ) throws(FeedError) {
    while true {
      let element = try json.next()
      switch element.kind {
      case .endArray: return
      case .string:
        guard record.fields.count < JSONRecord.mostCells else {
          sink.refuse(.lineTooLong, [UInt8]().rawSpan, line: record.line)
          continue
        }
        let whole = json.append(element, to: &record.bytes)
        record.add(column, Text.trimmed(record.bytes.rawSpan, whole))
      default:
        if let place {
          try readValue(
            element, named: 0, in: record.hasValue ? .record : place, into: &sink)
        } else {
          try unread.read(element, under: key, in: .element, of: &json)
        }
      }
    }
  }

  private mutating func readLabels(
    _ column: Column, _ key: [UInt8], into record: inout Record
  ) throws(FeedError) {
    while true {
      let element = try json.next()
      switch element.kind {
      case .endArray: return
      case .string: record.add(column, json.append(element, to: &record.bytes))
      case .beginObject:
        let label = try json.readLabel(key, isListed: true, &unread)
        record.bytes += label
        record.add(column, record.bytes.count - label.count..<record.bytes.count)
      default: try json.skip(element)
      }
    }
  }

  // MARK: Names

  /// What abuse.ch knows of a sample besides its digests: pages and signatures, and what dropped it.
  private static let context: Set<String> = ["fileinformation", "codesign"]

  /// Whether objects called so are read as records, or lists of them.
  private func isRead(_ key: [UInt8], _ name: String, isList: Bool, in place: Place) -> Bool {
    if format == .suricataDatajson || format == .abuseIPDB || ownNames.contains(name) {
      return true
    }
    if place == .envelope,
      JSONTablePlan.envelopes.contains(name) || !ForeignMember.fits(key.rawSpan)
    {
      return true
    }
    return !isList && JSONRecords.isOwn(key.rawSpan)
  }
}
