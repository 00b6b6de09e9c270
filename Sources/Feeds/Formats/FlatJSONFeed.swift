import Indicators
import Parsing

/// JSON whose objects are records with a value each, at any depth: abuse.ch's exports, Spamhaus DROP.
///
/// An object's members are read as the columns of a row; objects without a value are envelopes.
struct FlatJSONFeed: DocumentFeed {
  private var json: JSONFeed
  private let format: FeedFormat

  var stream: FeedStream { json.stream }

  init(_ stream: FeedStream, format: FeedFormat) {
    json = JSONFeed(stream)
    self.format = format
  }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError) {
    defer { json.finish(&sink) }
    while true {
      do throws(FeedError) {
        let token = try json.next()
        if token.kind == .endOfInput { return }
        try readValue(token, named: 0, into: &sink)
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

  private mutating func readValue(
    _ token: JSONToken, named name: StringID, into sink: inout FeedSink
  ) throws(FeedError) {
    switch token.kind {
    case .beginObject: try readObject(line: json.line(of: token), named: name, into: &sink)
    case .beginArray:
      while true {
        let element = try json.next()
        if element.kind == .endArray { return }
        try readValue(element, named: name, into: &sink)
      }
    default: break
    }
  }

  private mutating func readObject(
    line: UInt64, named name: StringID, into sink: inout FeedSink
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
      case .beginArray where column == .tags || column == .category: try readTags(into: &record)
      case _ where format == .suricataDatajson && column.isValue && value.kind != .string:
        // A list or a Boolean is not a value; a list of records is read as such.
        if value.kind == .beginObject || value.kind == .beginArray {
          try readValue(value, named: 0, into: &sink)
        } else {
          sink.refuse(.malformedRow, keyText.rawSpan, line: line)
        }
      case .beginObject, .beginArray:
        // abuse.ch names each record by its number.
        let isNumber = keyText.count <= 18 && !keyText.isEmpty && keyText.allSatisfy(Byte.isDigit)
        try readValue(
          value, named: isNumber ? sink.collection.intern(keyText.rawSpan) : 0, into: &sink)
      default: break
      }
    }
    if format == .abuseIPDB, record.hasNoScore {
      // Nobody has reported the address.
      return sink.refuse(.zeroScore, record.bytes.rawSpan, line: line)
    }
    if record.hasValue { record.emit(into: &sink) }
  }

  private mutating func readTags(into record: inout Record) throws(FeedError) {
    while true {
      let element = try json.next()
      switch element.kind {
      case .endArray: return
      case .string: record.fields.append((.tags, json.append(element, to: &record.bytes)))
      default: try json.skip(element)
      }
    }
  }
}
