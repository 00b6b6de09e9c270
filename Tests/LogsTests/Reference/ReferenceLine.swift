import Indicators

/// A field of a line that is a record of its own.
struct ReferenceLineField {
  /// The path, or nil where nothing is looked for.
  var keys: [[UInt8]]?
  var range: Range<Int>
  /// What belongs to the field and is not text: its key, quotes, brackets.
  var outer: Range<Int>
  var isQuoted = false
  /// Pairs of a backslash and another byte that stand for something, and what for.
  var escapes: [UInt8: UInt8] = [:]
  /// The port that the format itself gives the address.
  var port: UInt16?
  /// The format has said whether the address has a port: none is asked of siblings.
  var hasOwnPort = false
  /// The format has no name for it: of addresses in it holds what holds of text.
  var isUnnamed = false
}

/// A line read as a record of a format that is known line by line.
///
/// Formats are told as patterns; what no field covers is text.
struct ReferenceLine {
  let text: ReferenceText
  var fields: [ReferenceLineField] = []
  /// What makes a URL beside fields whose names tell that they do.
  var host: ReferenceLineField?
  var path: ReferenceLineField?
  var isTunnel = false
  /// How many fields stand in a header, and whether there is one.
  var headerCount = 0
  var hasHeader = false
  /// It is a line of the log, and no string in another record.
  let isWhole: Bool

  var bytes: [UInt8] { text.bytes }

  /// nil where the line is text.
  init?(_ whole: ReferenceText, isWhole: Bool = false) {
    self.isWhole = isWhole
    text = whole.part(whole.content(of: 0..<whole.count))
    guard text.count >= 8 else { return nil }
    let start = readHeader()
    if start == nil { fields = [] }
    let count = fields.count
    headerCount = count
    hasHeader = start != nil
    // A byte order mark stands before what is UTF-8.
    let mark = start.map { bytes[$0...].starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 } ?? 0
    if readMessage((start ?? 0) + mark) { return }
    fields.removeLast(fields.count - count)
    (host, path) = (nil, nil)
    if start == nil { return nil }
  }

  static let quoted = #"[^"\\]*+(?:\\.[^"\\]*+)*+"#

  // MARK: Building

  mutating func add(_ name: String, _ range: Range<Int>) {
    fields.append(
      ReferenceLineField(keys: [Array(name.utf8)], range: range, outer: range))
  }

  mutating func add(key: Range<Int>, _ value: Range<Int>, escapes: [UInt8: UInt8] = [:]) {
    fields.append(
      ReferenceLineField(
        keys: [Array(bytes[key])], range: value, outer: key.lowerBound..<value.upperBound,
        escapes: escapes))
  }

  mutating func skip(_ range: Range<Int>) {
    fields.append(ReferenceLineField(keys: nil, range: range, outer: range))
  }

  func word(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The range without blanks around it.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, blanks.contains(bytes[start]) { start += 1 }
    while end > start, blanks.contains(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// Whether a place is in a record in JSON that the message ends with.
  func isInNestedRecord(_ start: Int, _ place: Int) -> Bool {
    (start..<max(start, place)).contains {
      ReferenceRecord.beginsLikeRecord(bytes[$0...]) && ReferenceJSON.whole(text, from: $0) != nil
    }
  }

  // MARK: Values

  /// The observables of the fields, of the text between them, and of what fields make together.
  ///
  /// `outer` is the field of the record that the line stands in, which may end with a record if it `mayNest`.
  func observables(
    line: Int, in outer: [UInt8]? = nil, mayNest: Bool = false
  ) -> [ReferenceObservable] {
    var output: [ReferenceObservable] = []
    var place = 0
    for (index, field) in fields.enumerated() {
      if field.outer.lowerBound > place {
        output += gap(place..<field.outer.lowerBound, line: line, in: outer)
      }
      place = max(place, field.outer.upperBound)
      guard let keys = field.keys else { continue }
      var record = ReferenceRecord(line: line, outerField: outer, mayNest: outer == nil)
      record.form = .line
      record.string(
        value(field), keys: keys, isQuoted: field.isQuoted, port: field.port ?? sibling(index),
        isUnnamed: field.isUnnamed)
      output += record.output
    }
    if place < text.count, outer != nil, !mayNest {
      output += gap(place..<text.count, line: line, in: outer)
    } else if place < text.count {
      output += ReferenceLogReader.textObservables(
        text.part(place..<text.count), line: line, in: outer)
    }
    return output + joined(line: line, in: outer)
  }

  private func gap(
    _ range: Range<Int>, line: Int, in outer: [UInt8]?
  ) -> [ReferenceObservable] {
    var record = ReferenceRecord(line: line, outerField: outer, mayNest: false)
    record.walk(.string(text.part(range), isQuoted: false), keys: [])
    return record.output
  }

  /// The value, its escapes undone.
  private func value(_ field: ReferenceLineField) -> ReferenceText {
    var output = ReferenceText()
    var index = field.range.lowerBound
    while index < field.range.upperBound {
      let place = text.offsets[index]
      if bytes[index] == 0x5C, index + 1 < field.range.upperBound,
        let meant = field.escapes[bytes[index + 1]]
      {
        output.append(meant, from: place)
        index += 2
      } else {
        output.append(bytes[index], from: place)
        index += 1
      }
    }
    return output
  }

  // MARK: Siblings

  private func folded(_ field: ReferenceLineField) -> String {
    referenceFolded(field.keys?.last ?? [], digits: true)
  }

  /// The stem of an address's name, or nil where the field is none.
  private func addressStem(_ field: ReferenceLineField) -> String? {
    guard !field.hasOwnPort, field.port == nil, let keys = field.keys else { return nil }
    let value = Array(bytes[field.range])
    guard ReferenceAddress.ipv4(value) != nil || ReferenceAddress.ipv6(value) != nil else {
      return nil
    }
    let name = folded(field)
    guard !name.hasSuffix("port"), name != "spt", name != "dpt",
      !["_p", ".p", "-p"].contains(where: { (keys.last ?? []).suffix(2).elementsEqual($0.utf8) })
    else { return nil }
    var stem = name
    for ending in ["ipaddress", "ipaddr", "ip", "address", "addr"] where name.hasSuffix(ending) {
      stem = String(name.dropLast(ending.count))
      break
    }
    if stem == name, name.hasSuffix("host") { stem = String(name.dropLast(4)) }
    let last = keys.last ?? []
    for ending in ["_h", ".h", "-h"] where last.suffix(2).elementsEqual(ending.utf8) {
      stem = String(name.dropLast())
    }
    return stem
  }

  /// The port whose name says that it belongs to the address: the first one behind it and before the
  /// next address under the same key; where there is none and no other such address, the first before it.
  private func sibling(_ index: Int) -> UInt16? {
    let keys = fields[index].keys
    guard let stem = addressStem(fields[index]), stem != "http" else { return nil }
    let same = fields.indices.filter {
      fields[$0].keys?.dropLast() == keys?.dropLast() && addressStem(fields[$0]) == stem
    }
    let next = same.first { $0 > index && fields[$0].keys == keys } ?? fields.count
    if let port = port(stem, in: index..<next, keys: keys ?? []) { return port }
    return same.count == 1 ? port(stem, in: 0..<index, keys: keys ?? []) : nil
  }

  private func port(_ stem: String, in range: Range<Int>, keys: [[UInt8]]) -> UInt16? {
    var wanted: Set<String> = [stem + "port"]
    if stem == "src" { wanted.insert("spt") }
    if stem == "dst" { wanted.insert("dpt") }
    for other in fields[range] where other.keys?.dropLast() == keys.dropLast() {
      let isPort =
        wanted.contains(folded(other))
        || ["_p", ".p", "-p"].contains { (other.keys?.last ?? []).suffix(2).elementsEqual($0.utf8) }
          && folded(other) == stem + "p"
      guard isPort, let port = ReferenceRecord.port(Array(bytes[other.range])), port > 0
      else { continue }
      return port
    }
    return nil
  }

  /// The query of the URL: the first field that is called so, unless it may be what DNS was asked for.
  private func query(among fields: [ReferenceLineField]) -> [UInt8]? {
    let found = fields.first {
      $0.keys != nil && !$0.range.isEmpty
        && (ReferenceRecord.queries.contains(folded($0)) || folded($0) == "query")
    }
    guard let found, value(found).bytes != [0x2D] else { return nil }
    let bytes = value(found).bytes
    if folded(found) == "query", ReferenceRecord.isName(bytes) { return nil }
    return bytes.first == 0x3F ? Array(bytes.dropFirst()) : bytes
  }

  private func joined(line: Int, in outer: [UInt8]?) -> [ReferenceObservable] {
    var record = ReferenceRecord(line: line, outerField: outer)
    if let host, let path {
      guard !isTunnel, value(host).bytes != [0x2D] else { return [] }
      record.join(
        host: value(host).bytes, port: [], path: value(path), query: nil,
        keys: path.keys ?? [])
      return record.output
    }
    join(fields.dropFirst(headerCount).filter { $0.keys?.count == 1 }, into: &record)
    // Each element of structured data by itself.
    var element: [ReferenceLineField] = []
    for field in fields.prefix(headerCount) where field.keys?.count == 2 {
      if field.keys?[0] != element.first?.keys?[0] {
        join(element, into: &record)
        element = []
      }
      element.append(field)
    }
    join(element, into: &record)
    return record.output
  }

  /// The URL of fields that say of one thing what they say.
  private func join(_ fields: [ReferenceLineField], into record: inout ReferenceRecord) {
    func isOne(_ field: ReferenceLineField, of names: Set<String>) -> Bool {
      !field.range.isEmpty && names.contains(folded(field))
    }
    let methods: Set<String> = ["method", "httpmethod", "csmethod", "requestmethod"]
    func first(of tiers: [Set<String>]) -> ReferenceLineField? {
      tiers.lazy.compactMap { names in
        fields.first { isOne($0, of: names) && word($0.range) != "-" }
      }.first
    }
    func firstPath(of tiers: [Set<String>]) -> ReferenceLineField? {
      tiers.lazy.compactMap { names in
        fields.first { isOne($0, of: names) && [0x2F, 0x5C].contains(bytes[$0.range.lowerBound]) }
      }.first
    }
    guard let host = first(of: ReferenceRecord.hosts),
      !fields.contains(where: {
        isOne($0, of: methods) && word($0.range).lowercased() == "connect"
      })
    else { return }
    let ports = fields.filter { isOne($0, of: ["httpport"]) }.map { Array(bytes[$0.range]) }
    let port = ports.last { UInt16(String(decoding: $0, as: UTF8.self)).map { $0 > 0 } ?? false }
    let hasMethod = fields.contains {
      isOne($0, of: methods) && ReferenceRecord.isMethod(Array(bytes[$0.range]))
    }
    let atFirst: Set<String> = ReferenceRecord.paths.subtracting(["uri", "url"])
    if let path = firstPath(
      of: [atFirst, ["uri", "url"]]
        + (hasMethod
          ? [ReferenceRecord.furtherPaths] : folded(host) == "dstname" ? [["arg"]] : []))
    {
      record.join(
        host: value(host).bytes, port: port ?? [], path: value(path),
        query: value(path).bytes.contains(0x3F) ? nil : query(among: fields),
        scheme: fields.first {
          isOne($0, of: ["scheme", "urlscheme", "requestscheme", "csprotocol", "csurischeme"])
        }.map {
          Array(bytes[$0.range])
        }, keys: path.keys ?? [])
    }
  }
}
