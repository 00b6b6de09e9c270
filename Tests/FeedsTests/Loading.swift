import Feeds
import Indicators
import Parsing
import Testing

/// What came of reading a text as a feed, as lines that a test can compare.
struct Loaded {
  var collection = IndicatorCollection()
  var report = FeedReport()
  var error: FeedError?

  var summary: FeedSummary? { report.feeds.first }
  var format: FeedFormat? { summary?.format }

  /// `LINE KIND VALUE MODE`, and `port`, `weak`, `allow` where they hold.
  var entries: [String] { collection.records.map { describe($0) } }

  /// `LINE REASON`, in the order of the file; remarks with `(…)`.
  var diagnostics: [String] {
    (summary?.diagnostics ?? []).map {
      "\($0.line ?? 0) " + ($0.severity == .lint ? "(\($0.reason))" : $0.reason)
    }
  }

  /// The words before the colons of the warnings.
  var warnings: [String] {
    (summary?.warnings ?? []).map { String($0.description.prefix { $0 != ":" }) }
  }

  /// Refusals as `LINE REASON: EXCERPT`.
  var refusals: [String] {
    (summary?.diagnostics ?? []).filter { $0.severity == .refused }
      .map { "\($0.line ?? 0) \($0.reason): \($0.excerpt)" }
  }

  /// Reads a text as a feed.
  init(
    _ text: String, path: String = "feed", format: FeedFormat? = nil,
    options: FeedOptions = FeedOptions()
  ) {
    self.init(bytes: Array(text.utf8), path: path, format: format, options: options)
  }

  init(
    bytes: [UInt8], path: String = "feed", format: FeedFormat? = nil,
    options: FeedOptions = FeedOptions()
  ) {
    do throws(FeedError) {
      try FeedReader.read(
        bytes: bytes, path: path, format: format, options: options, into: &collection,
        report: &report)
    } catch {
      self.error = error
    }
  }

  func describe(_ record: IndicatorRecord) -> String {
    var text = "\(record.line) \(record.kind.name) \(value(record)) \(record.mode)"
    if record.port != 0 { text += " port \(record.port)" }
    let flags = context(record).flags
    if flags.contains(.weak) { text += " weak" }
    if flags.contains(.allow) { text += " allow" }
    if flags.contains(.joint) { text += " joint" }
    return text
  }

  func value(_ record: IndicatorRecord) -> String {
    let start = Int(record.valueOffset)
    let bytes = Array(collection.values[start..<start + Int(record.valueLength)])
    var text: [UInt8] = []
    switch record.kind {
    case .ipv4 where bytes.count == 4:
      IPAddressText.append(
        ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) }, to: &text)
      if record.prefixLength < 32 { text += Array("/\(record.prefixLength)".utf8) }
    case .ipv6 where bytes.count == 16:
      IPAddressText.append(
        ipv6: (
          bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
          bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
        ), to: &text)
      if record.prefixLength < 128 { text += Array("/\(record.prefixLength)".utf8) }
    case let kind where kind.isDigest:
      Hex.encode(bytes.rawSpan, to: &text)
    default: text = bytes
    }
    return String(decoding: text, as: UTF8.self)
  }

  func context(_ record: IndicatorRecord) -> SourceContext {
    collection.contexts[Int(record.context)]
  }

  func string(_ id: StringID) -> String {
    String(decoding: collection.strings.bytes(id), as: UTF8.self)
  }

  func list(_ id: StringListID) -> [String] { collection.lists[Int(id)].map { string($0) } }

  /// The context of the first entry with a value, as `key=value` in a fixed order.
  func context(of value: String) -> [String] {
    guard let record = collection.records.first(where: { self.value($0) == value }) else {
      return ["no entry"]
    }
    let context = context(record)
    var facts: [String] = []
    func add(_ name: String, _ text: String) {
      if !text.isEmpty { facts.append(name + "=" + text) }
    }
    add("id", string(context.id))
    add("description", string(context.description))
    add("reference", string(context.reference))
    add("labels", list(context.labels).joined(separator: ","))
    add("attack", list(context.attack).joined(separator: ","))
    add("malware", list(context.malware).joined(separator: ","))
    add("actors", list(context.actors).joined(separator: ","))
    add("tlp", context.tlp.name ?? "")
    add("condition", string(context.condition))
    if context.confidence != 255 { add("confidence", "\(context.confidence)") }
    if context.validFrom != .min { add("from", time(context.validFrom)) }
    if context.validUntil != .max { add("until", time(context.validUntil)) }
    return facts
  }

  private func time(_ nanoseconds: Int64) -> String {
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// SHA-256 and others of files that stand for malware.
enum Sample {
  static let md5 = "0123456789abcdef0123456789abcdef"
  static let sha1 = "0123456789abcdef0123456789abcdef01234567"
  static let sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}
