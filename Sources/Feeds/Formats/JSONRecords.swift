import Indicators
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
/// An inner object is read if its name says that it belongs to the record (`hashes`, `attributes`), or
/// if the user names a member of it; any other is about something else. What looks like values in it,
/// and in lists of objects beside or inside records, is counted.
struct JSONRecords {
  private(set) var json: JSONFeed
  /// What is not read of the first records, and of their envelope.
  private(set) var unread = UnreadMembers()
  /// The names of the members that lead from an envelope to the records.
  ///
  /// Empty if the outermost objects are records.
  let path: [[UInt8]]
  /// Keys of the inner objects that lead to members which the user names.
  private let wanted: Set<String>
  private var level = 0
  private var isAmongRecords: Bool
  private var records = 0
  /// The objects that the reader is in, from the record on.
  private var objects: [Object] = []
  /// The name of the array that the reader is in.
  private var list: [UInt8]?
  private var isListRead = true
  /// Objects in that array stand for labels by their names.
  private var isListOfLabels = false

  /// The depth of `threat.indicator.file.hash.sha256` in the Elastic common schema, and one more.
  private static let deepestMember = 6
  /// Bytes of the longest member name, including the names of the objects that it is in.
  private static let longestName = 256
  /// Records whose members are counted if they are not read.
  private let countedRecords: Int

  /// An object that the reader is in.
  private struct Object {
    /// What stands before the names of its members.
    var prefix: [UInt8]
    /// Only digests of files are read in it.
    var isOfDigests: Bool
  }

  /// The records below the members that `path` names; `columns` are members that the user names.
  init(
    _ stream: FeedStream, path: [[UInt8]], columns: [[UInt8]] = [], countedRecords: Int = 1000
  ) {
    json = JSONFeed(stream)
    self.countedRecords = countedRecords
    self.path = path
    isAmongRecords = path.isEmpty
    wanted = Set(
      columns.flatMap { name in
        name.indices.filter { name[$0] == Byte.dot }
          .map { Text.key(name.rawSpan.extracting(0..<$0)) }
      })
  }

  func finish(_ sink: inout FeedSink) { json.finish(&sink) }

  /// Continues after a broken line; false at the end, or if more than a line is broken.
  mutating func resynchronize(after error: FeedError) -> Bool {
    objects.removeAll()
    list = nil
    return json.resynchronize(after: error)
  }

  /// Reads the next record, or the next part of one with a long list; false at the end.
  mutating func next(_ record: inout JSONRecord) throws(FeedError) -> Bool {
    if !objects.isEmpty {
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
        objects = [Object(prefix: [], isOfDigests: false)]
        records += 1
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
    let names = path[..<level] + [name]
    try unread.read(
      value, under: Array(names.joined(separator: [Byte.dot])), in: .envelope, of: &json)
  }

  /// Reads to the record's end, or until `mostListed` elements of arrays were read.
  private mutating func readMembers(into record: inout JSONRecord) throws(FeedError) {
    var listed = 0
    while let object = objects.last {
      if let name = list {
        let element = try json.next()
        if element.kind == .endArray {
          list = nil
          continue
        }
        if isListOfLabels, element.kind == .beginObject {
          try addLabel(name, isListed: true, &record)
        } else {
          try add(element, name, isListed: true, isRead: isListRead, &record)
        }
        listed += 1
        if listed == JSONRecord.mostListed { return }
        continue
      }
      let key = try json.next()
      if key.kind == .endObject {
        objects.removeLast()
        continue
      }
      let prefix = object.prefix
      var name = prefix
      json.append(key, to: &name)
      let depth = objects.count
      let value = try json.next()
      // The name is repeated before that of every inner member.
      guard name.count <= Self.longestName else {
        record.isCut = true
        try json.skip(value)
        continue
      }
      switch value.kind {
      case .beginArray:
        (list, isListRead) = (name, isRead(name, in: object))
        isListOfLabels = isListRead && Self.isOfLabels(name)
      case .beginObject where depth > 1 && Self.isURL(name, prefix.count):
        try readURL(name, into: &record)
      case .beginObject where isOwn(name, prefix.count, depth):
        let isOfDigests = object.isOfDigests || Self.isOfDigests(name, prefix.count)
        objects.append(Object(prefix: name + [Byte.dot], isOfDigests: isOfDigests))
      case .beginObject where isRead(name, in: object) && Self.isOfLabels(name):
        try addLabel(name, isListed: false, &record)
      default: try add(value, name, isRead: isRead(name, in: object), &record)
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
    _ value: JSONToken, _ name: [UInt8], isListed: Bool = false, isRead: Bool = true,
    _ record: inout JSONRecord
  ) throws(FeedError) {
    guard isRead, value.kind != .beginObject, value.kind != .beginArray else {
      guard records <= countedRecords else { return try json.skip(value) }
      return try unread.read(
        value, under: name, in: isListed ? .element : .record, of: &json)
    }
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

  /// Reads an object under the object's name as the label that it stands for.
  private mutating func addLabel(
    _ name: [UInt8], isListed: Bool, _ record: inout JSONRecord
  ) throws(FeedError) {
    let label = try json.readLabel(
      name, isListed: isListed, isCounted: records <= countedRecords, &unread)
    guard record.cells.count < JSONRecord.mostCells else {
      record.isCut = true
      return
    }
    let start = record.bytes.count
    record.bytes += label
    record.cells.append(
      JSONRecord.Cell(name: name, value: start..<record.bytes.count, isListed: isListed))
  }

  // MARK: Names

  /// Whether members called so hold labels, which may be objects with a name.
  private static func isOfLabels(_ name: [UInt8]) -> Bool {
    LabelObject.isOf(Column(key: CSVPlan.key(of: name.rawSpan, .json), format: .json))
  }

  /// Names of inner objects that belong to a record.
  private static let ownObjects: Set<String> = [
    "source", "attributes", "properties", "indicator", "ioc", "observable", "threat", "file",
    "files", "sample", "hash", "network", "fields", "data", "value", "marking", "blocklist",
    "blacklist", "email", "x509", "payload", "payloads", "c2", "c2s", "cnc", "c2server",
    "c2servers", "commandandcontrol", "dropper", "loader", "implant",
  ]

  /// Last words in such names: `network_indicators`, `file_hashes`.
  private static let ownEndings = [
    "indicators", "iocs", "observables", "hashes", "samples", "artifacts", "artefacts",
  ]

  /// Inner objects that hold digests of malware beside names and addresses of other things.
  private static let holders: Set<String> = ["host", "malware"]

  private func isOwn(_ name: [UInt8], _ start: Int, _ depth: Int) -> Bool {
    if !wanted.isEmpty, wanted.contains(Text.key(name.rawSpan)) { return true }
    guard depth < Self.deepestMember else { return false }
    let part = name.rawSpan.extracting(start..<name.count)
    return Self.isOwn(part) || Self.holders.contains(Text.key(part))
  }

  /// Whether an inner object's name says that it belongs to its record.
  static func isOwn(_ name: RawSpan) -> Bool {
    let key = Text.key(name)
    // `source` alone names who reported it; Elasticsearch gives records as `_source`.
    if key == "source" { return name.byte(unchecked: 0) == UInt8(ascii: "_") }
    return ownObjects.contains(key)
      || ownEndings.contains { key.hasSuffix($0) } && !ForeignMember.fits(name)
  }

  private static func isOfDigests(_ name: [UInt8], _ start: Int) -> Bool {
    holders.contains(Text.key(name.rawSpan.extracting(start..<name.count)))
  }

  /// Whether a member of an object is read: in some, only digests of files and names of malware are.
  private func isRead(_ name: [UInt8], in object: Object) -> Bool {
    guard object.isOfDigests, wanted.isEmpty else { return true }
    let column = Column(key: CSVPlan.key(of: name.rawSpan, .json), format: .json)
    return switch column {
    case .malware, .value(.digest, _), .value(.kind(.md5), _), .value(.kind(.sha1), _),
      .value(.kind(.sha224), _), .value(.kind(.sha256), _), .value(.kind(.sha384), _),
      .value(.kind(.sha512), _):
      true
    default: false
    }
  }
}
