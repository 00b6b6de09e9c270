import Parsing

/// One object as the names and values of its members, in an arena of its own.
struct JSONRecord {
  var bytes: [UInt8] = []
  /// Each string or number with the name of its member, and each element of an array likewise.
  ///
  /// The name of a member of an inner object follows the object's name and a dot.
  var cells: [Cell] = []
  var line: UInt64 = 0
  /// Members were left out, since there were too many.
  var isCut = false
  /// How many of the first cells repeat those of the part before.
  private(set) var repeatedCount = 0

  /// A string or number.
  struct Cell {
    var name: [UInt8]
    var value: Range<Int>
    /// It is an element of an array.
    var isListed: Bool
  }

  /// What its first members hold, for a person to see.
  var text: [UInt8] {
    Array(cells.prefix(8).lazy.map { bytes[$0.value] }.joined(separator: " | ".utf8))
  }

  static let mostCells = 1 << 16
  /// Elements of arrays after which an object continues as a further record.
  static let mostListed = 1 << 14
  /// Most bytes that a further part repeats: fewer than the elements of one part take.
  static let mostRepeated = 1 << 15

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
    (isCut, repeatedCount) = (false, 0)
  }

  /// Keeps the members outside arrays, for the values of a long list that follow.
  mutating func beginNextPart() {
    let (cells, bytes) = (cells, bytes)
    removeAll()
    for cell in cells where !cell.isListed {
      let start = self.bytes.count
      guard start + cell.value.count <= Self.mostRepeated, self.cells.count < 256 else {
        isCut = true
        continue
      }
      self.bytes += bytes[cell.value]
      self.cells.append(
        Cell(name: cell.name, value: start..<self.bytes.count, isListed: false))
    }
    repeatedCount = self.cells.count
  }
}

/// The objects of a JSON file that are records of a table: those of an array or of lines, or those of
/// the array that an envelope holds.
///
/// An inner object is read if its name says that it belongs to the record (`hashes`, `attributes`);
/// any other is about something else.
struct JSONRecords {
  private(set) var json: JSONFeed
  /// The names of the members that lead from an envelope to the records.
  ///
  /// Empty if the outermost objects are records.
  let path: [[UInt8]]
  private var level = 0
  private var isAmongRecords: Bool
  /// Name prefixes for members of the objects that the reader is in, from the record on.
  private var prefixes: [[UInt8]] = []
  /// The name of the array that the reader is in.
  private var list: [UInt8]?

  /// The depth of `threat.indicator.file.hash.sha256` in the Elastic common schema, and one more.
  private static let deepestMember = 6
  /// Bytes of the longest member name, including the names of the objects that it is in.
  private static let longestName = 256

  init(_ stream: FeedStream, path: [[UInt8]]) {
    json = JSONFeed(stream)
    self.path = path
    isAmongRecords = path.isEmpty
  }

  func finish(_ sink: inout FeedSink) { json.finish(&sink) }

  /// Continues after a broken line; false at the end, or if more than a line is broken.
  mutating func resynchronize(after error: FeedError) -> Bool {
    prefixes.removeAll()
    list = nil
    return json.resynchronize(after: error)
  }

  /// Reads the next record, or the next part of one with a long list; false at the end.
  mutating func next(_ record: inout JSONRecord) throws(FeedError) -> Bool {
    if !prefixes.isEmpty {
      record.beginNextPart()
      try readMembers(into: &record)
      return true
    }
    while true {
      let token = try json.next()
      switch token.kind {
      case .endOfInput: return false
      case .beginObject where isAmongRecords:
        record.removeAll()
        record.line = json.line(of: token)
        prefixes = [[]]
        try readMembers(into: &record)
        return true
      case .key: try enter(token)
      case .endArray where !path.isEmpty: isAmongRecords = false
      case .endObject: level = max(0, level - 1)
      default: break
      }
    }
  }

  /// Steps into a member of an envelope that leads to the records, and skips any other.
  private mutating func enter(_ key: JSONToken) throws(FeedError) {
    var name: [UInt8] = []
    json.append(key, to: &name)
    let value = try json.next()
    if level < path.count, name == path[level] {
      if value.kind == .beginArray, level == path.count - 1 {
        isAmongRecords = true
        return
      }
      if value.kind == .beginObject, level < path.count - 1 {
        level += 1
        return
      }
    }
    try json.skip(value)
  }

  /// Reads to the record's end, or until `mostListed` elements of arrays were read.
  private mutating func readMembers(into record: inout JSONRecord) throws(FeedError) {
    var listed = 0
    while let prefix = prefixes.last {
      if let name = list {
        let element = try json.next()
        if element.kind == .endArray {
          list = nil
          continue
        }
        try add(element, name, isListed: true, &record)
        listed += 1
        if listed == JSONRecord.mostListed { return }
        continue
      }
      let key = try json.next()
      if key.kind == .endObject {
        prefixes.removeLast()
        continue
      }
      var name = prefix
      json.append(key, to: &name)
      let depth = prefixes.count
      let value = try json.next()
      // The name is repeated before that of every inner member.
      guard name.count <= Self.longestName else {
        record.isCut = true
        try json.skip(value)
        continue
      }
      switch value.kind {
      case .beginArray: list = name
      case .beginObject where depth > 1 && Self.isURL(name, prefix.count):
        try readURL(name, into: &record)
      case .beginObject where depth < Self.deepestMember && Self.isOwn(name, prefix.count):
        prefixes.append(name + [Byte.dot])
      default: try add(value, name, &record)
      }
    }
  }

  /// Reads a URL object under the object's name: its full text (`url.full`), not its parts.
  private mutating func readURL(
    _ name: [UInt8], into record: inout JSONRecord
  ) throws(FeedError) {
    // An object without a full URL may hold a host name alone.
    var host = JSONRecord()
    var hasWhole = false
    while true {
      let key = try json.next()
      if key.kind == .endObject { break }
      let isWhole = json.text(key, is: "full") || json.text(key, is: "original")
      let isHost = json.text(key, is: "domain")
      let value = try json.next()
      if isWhole {
        try add(value, name, &record)
        hasWhole = true
      } else if isHost {
        try add(value, name + Array(".domain".utf8), &host)
      } else {
        try json.skip(value)
      }
    }
    guard !hasWhole, let cell = host.cells.first, record.cells.count < JSONRecord.mostCells else {
      return
    }
    let start = record.bytes.count
    record.bytes += host.bytes[cell.value]
    record.cells.append(
      JSONRecord.Cell(name: cell.name, value: start..<record.bytes.count, isListed: false))
  }

  private static func isURL(_ name: [UInt8], _ start: Int) -> Bool {
    Text.key(name.rawSpan.extracting(start..<name.count)) == "url"
  }

  private mutating func add(
    _ value: JSONToken, _ name: [UInt8], isListed: Bool = false, _ record: inout JSONRecord
  ) throws(FeedError) {
    let word: StaticString? =
      value.kind == .trueLiteral ? "true" : value.kind == .falseLiteral ? "false" : nil
    guard value.kind == .string || value.kind == .number || word != nil else {
      return try json.skip(value)
    }
    guard record.cells.count < JSONRecord.mostCells else {
      record.isCut = true
      return
    }
    let range: Range<Int>
    if let word {
      let start = record.bytes.count
      record.bytes += "\(word)".utf8
      range = start..<record.bytes.count
    } else {
      range = json.append(value, to: &record.bytes)
    }
    record.cells.append(JSONRecord.Cell(name: name, value: range, isListed: isListed))
  }

  /// Names of inner objects that belong to a record.
  private static let ownObjects: Set<String> = [
    "source", "attributes", "properties", "indicator", "ioc", "observable", "threat", "file",
    "hash", "hashes", "network", "fields", "data", "value", "marking", "indicators", "iocs",
    "observables", "blocklist", "blacklist", "email", "x509",
  ]

  private static func isOwn(_ name: [UInt8], _ start: Int) -> Bool {
    let key = Text.key(name.rawSpan.extracting(start..<name.count))
    // `source` alone names who reported it; Elasticsearch gives records as `_source`.
    return ownObjects.contains(key) && (key != "source" || name[start] == UInt8(ascii: "_"))
  }
}
