import Indicators
import Parsing

/// Zeek's Intelligence Framework file: tab-separated, `#fields` names the columns, `-` is unset.
///
/// Read leniently, as such files are found: a blank after `#fields`, one colon in the type.
struct ZeekIntelFormat: LineFormat {
  /// What a column holds.
  private enum Column {
    case indicator, type, source, description, url, location, isAllowed, isRemoved
    case confidence, tlp, other
  }

  static var keepsIndent: Bool { true }

  private var columns: [Column] = []

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.starts(with: "#fields") {
      setColumns(line.extracting(7..<line.byteCount))
      return
    }
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    var row = Row()
    var column = 0
    var start = 0
    while start <= line.byteCount, column < columns.count {
      let end = line.firstOffset(of: Byte.tab, from: start) ?? line.byteCount
      if end > start, end - start > 1 || line.byte(unchecked: start) != Byte.minus {
        row.set(columns[column], start..<end)
      }
      column += 1
      start = end + 1
    }
    guard let value = row.indicator, let type = row.type else {
      sink.refuse(.malformedRow, line, line: number)
      return
    }
    add(line, value, type, row, number: number, to: &sink)
  }

  private struct Row {
    var indicator, type, source, description, url, location: Range<Int>?
    var isAllowed, isRemoved, confidence, tlp: Range<Int>?

    mutating func set(_ column: Column, _ range: Range<Int>) {
      switch column {
      case .indicator: indicator = range
      case .type: type = range
      case .source: source = range
      case .description: description = range
      case .url: url = range
      case .location: location = range
      case .isAllowed: isAllowed = range
      case .isRemoved: isRemoved = range
      case .confidence: confidence = range
      case .tlp: tlp = range
      case .other: break
      }
    }
  }

  private mutating func setColumns(_ header: RawSpan) {
    columns.removeAll()
    let names = Text.trimmed(header)
    var start = 0
    while start <= names.byteCount {
      let end = names.firstOffset(of: Byte.tab, from: start) ?? names.byteCount
      let name = Text.trimmed(names.extracting(start..<end))
      switch true {
      case name.equals(ignoringCase: "indicator"): columns.append(.indicator)
      case name.equals(ignoringCase: "indicator_type"): columns.append(.type)
      case name.equals(ignoringCase: "meta.source"): columns.append(.source)
      case name.equals(ignoringCase: "meta.desc"): columns.append(.description)
      case name.equals(ignoringCase: "meta.url"): columns.append(.url)
      case name.equals(ignoringCase: "meta.if_in"): columns.append(.location)
      case name.equals(ignoringCase: "meta.whitelist"): columns.append(.isAllowed)
      case name.equals(ignoringCase: "meta.remove"): columns.append(.isRemoved)
      case name.equals(ignoringCase: "meta.confidence"): columns.append(.confidence)
      case name.equals(ignoringCase: "meta.tlp"): columns.append(.tlp)
      default: columns.append(.other)
      }
      start = end + 1
    }
  }

  private func add(
    _ line: RawSpan, _ value: Range<Int>, _ type: Range<Int>, _ row: Row, number: UInt64,
    to sink: inout FeedSink
  ) {
    let cell = line.extracting(value)
    if let removed = row.isRemoved, line.extracting(removed).equals(ignoringCase: "T") {
      sink.refuse(.removed, cell, line: number)
      return
    }
    guard let declared = Self.kind(line.extracting(type)) else {
      // The columns may stand in either order.
      let shown =
        min(value.lowerBound, type.lowerBound)..<max(value.upperBound, type.upperBound)
      sink.refuse(.unsupportedKind, line.extracting(shown), line: number)
      return
    }
    var context = sink.emptyContext
    if let source = row.source {
      context.labels = sink.intern(labels: [sink.collection.intern(line.extracting(source))])
    }
    if let description = row.description {
      context.description = sink.collection.intern(line.extracting(description))
    }
    if let url = row.url { context.reference = sink.collection.intern(line.extracting(url)) }
    if let allowed = row.isAllowed, line.extracting(allowed).equals(ignoringCase: "T") {
      context.flags.insert(.allow)
    }
    if let confidence = row.confidence {
      let cell = line.extracting(confidence)
      if let value = Text.percentage(cell) {
        context.confidence = value
      } else {
        sink.note(UnreadableContext.confidence.rawValue, cell, line: number)
      }
    }
    if let marking = row.tlp {
      if let tlp = Marking.tlp(line.copied(marking)[...]) {
        context.tlp = tlp
      } else {
        sink.note(UnreadableContext.marking.rawValue, line.extracting(marking), line: number)
        context.flags.insert(.unreadableMarking)
      }
    }
    sink.setContext(context)
    let isAdded = sink.add(cell, as: declared, nameMode: .exact, line: number)
    if isAdded, let location = row.location {
      sink.note("location-not-kept", line.extracting(location), line: number)
    }
  }

  /// What an `indicator_type` declares, with or without `Intel::` before it.
  private static func kind(_ type: RawSpan) -> DeclaredKind? {
    var name = type
    if let colon = type.firstOffset(of: Byte.colon) {
      let start = type.starts(with: "::", at: colon) ? colon + 2 : colon + 1
      name = type.extracting(start..<type.byteCount)
    }
    return switch true {
    case name.equals(ignoringCase: "ADDR"), name.equals(ignoringCase: "SUBNET"): .network
    case name.equals(ignoringCase: "DOMAIN"): .kind(.domain)
    case name.equals(ignoringCase: "URL"): .kind(.url)
    case name.equals(ignoringCase: "EMAIL"): .kind(.email)
    case name.equals(ignoringCase: "FILE_HASH"): .digest
    case name.equals(ignoringCase: "CERT_HASH"): .kind(.certificateSHA1)
    case name.equals(ignoringCase: "FILE_NAME"): .kind(.filename)
    case name.equals(ignoringCase: "SOFTWARE"): .kind(.userAgent)
    // Types of Zeek's packages, and as Sekisho's own logs write them.
    case name.equals(ignoringCase: "JA3"): .kind(.ja3)
    case name.equals(ignoringCase: "JA3S"): .kind(.ja3s)
    case name.equals(ignoringCase: "JA4"): .kind(.ja4)
    case name.equals(ignoringCase: "IMPHASH"): .kind(.imphash)
    case name.equals(ignoringCase: "CERT_SHA256"): .kind(.certificateSHA256)
    case name.equals(ignoringCase: "HASSH"): .kind(.hassh)
    case name.equals(ignoringCase: "HASSH_SERVER"), name.equals(ignoringCase: "HASSHSERVER"):
      .kind(.hasshServer)
    default: nil
    }
  }
}
