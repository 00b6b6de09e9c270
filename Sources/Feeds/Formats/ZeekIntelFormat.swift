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
    if Text.starts(line, "#fields") {
      setColumns(line.extracting(7..<line.byteCount))
      return
    }
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    var row = Row()
    var column = 0
    var start = 0
    while start <= line.byteCount, column < columns.count {
      let end = Text.firstIndex(of: Byte.tab, in: line, from: start) ?? line.byteCount
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
      let end = Text.firstIndex(of: Byte.tab, in: names, from: start) ?? names.byteCount
      let name = Text.trimmed(names.extracting(start..<end))
      switch true {
      case Text.equals(name, "indicator"): columns.append(.indicator)
      case Text.equals(name, "indicator_type"): columns.append(.type)
      case Text.equals(name, "meta.source"): columns.append(.source)
      case Text.equals(name, "meta.desc"): columns.append(.description)
      case Text.equals(name, "meta.url"): columns.append(.url)
      case Text.equals(name, "meta.if_in"): columns.append(.location)
      case Text.equals(name, "meta.whitelist"): columns.append(.isAllowed)
      case Text.equals(name, "meta.remove"): columns.append(.isRemoved)
      case Text.equals(name, "meta.confidence"): columns.append(.confidence)
      case Text.equals(name, "meta.tlp"): columns.append(.tlp)
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
    if let removed = row.isRemoved, Text.equals(line.extracting(removed), "T") {
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
    if let allowed = row.isAllowed, Text.equals(line.extracting(allowed), "T") {
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
    if let colon = Text.firstIndex(of: Byte.colon, in: type) {
      let start = Text.contains(type, "::", at: colon) ? colon + 2 : colon + 1
      name = type.extracting(start..<type.byteCount)
    }
    return switch true {
    case Text.equals(name, "ADDR"), Text.equals(name, "SUBNET"): .network
    case Text.equals(name, "DOMAIN"): .kind(.domain)
    case Text.equals(name, "URL"): .kind(.url)
    case Text.equals(name, "EMAIL"): .kind(.email)
    case Text.equals(name, "FILE_HASH"): .digest
    case Text.equals(name, "CERT_HASH"): .kind(.certificateSHA1)
    case Text.equals(name, "FILE_NAME"): .kind(.filename)
    case Text.equals(name, "SOFTWARE"): .kind(.userAgent)
    // Of Zeek's packages, and as our own logs write them.
    case Text.equals(name, "JA3"): .kind(.ja3)
    case Text.equals(name, "JA3S"): .kind(.ja3s)
    case Text.equals(name, "JA4"): .kind(.ja4)
    case Text.equals(name, "IMPHASH"): .kind(.imphash)
    case Text.equals(name, "CERT_SHA256"): .kind(.certificateSHA256)
    case Text.equals(name, "HASSH"): .kind(.hassh)
    case Text.equals(name, "HASSH_SERVER"), Text.equals(name, "HASSHSERVER"): .kind(.hasshServer)
    default: nil
    }
  }
}
