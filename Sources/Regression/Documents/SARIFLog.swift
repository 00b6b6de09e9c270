internal import Scanning

/// A log in OASIS' SARIF 2.1.0, which code hosts show beside the lines it points at.
struct SARIFLog {
  /// A sort of finding.
  struct Rule {
    var id: String
    var description: String
  }

  enum Level: String { case error, warning, note }

  /// A finding in a line of a file.
  struct Result {
    var rule: String
    var level: Level
    var message: String
    /// The file; empty where there is none to point at.
    var path: String
    var line: Int?
  }

  var version: String
  var rules: [Rule]
  var results: [Result]
  /// What a reader has to know of the whole.
  var notification: String?

  /// The log as JSON, ending in a newline.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("$schema")
    writer.plain("https://json.schemastore.org/sarif-2.1.0.json")
    writer.key("version")
    writer.plain("2.1.0")
    writer.key("runs")
    writer.beginArray()
    writer.beginObject()
    writer.key("tool")
    writer.beginObject()
    writer.key("driver")
    writer.beginObject()
    writer.key("name")
    writer.plain("sekisho")
    writer.member("version", version)
    writer.key("rules")
    writer.beginArray()
    for rule in rules {
      writer.beginObject()
      writer.member("id", rule.id)
      writer.key("shortDescription")
      text(rule.description, &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endObject()
    writer.key("results")
    writer.beginArray()
    for result in results { append(result, &writer) }
    writer.endArray()
    if let notification { appendInvocation(notification, &writer) }
    writer.endObject()
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  private func appendInvocation(_ notification: String, _ writer: inout JSONWriter) {
    writer.key("invocations")
    writer.beginArray()
    writer.beginObject()
    writer.member("executionSuccessful", true)
    writer.key("toolExecutionNotifications")
    writer.beginArray()
    writer.beginObject()
    writer.key("level")
    writer.plain("warning")
    writer.key("message")
    text(notification, &writer)
    writer.endObject()
    writer.endArray()
    writer.endObject()
    writer.endArray()
  }

  private func append(_ result: Result, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("ruleId", result.rule)
    if let index = rules.firstIndex(where: { $0.id == result.rule }) {
      writer.member("ruleIndex", index)
    }
    writer.member("level", result.level.rawValue)
    writer.key("message")
    text(result.message, &writer)
    if !result.path.isEmpty {
      writer.key("locations")
      writer.beginArray()
      writer.beginObject()
      writer.key("physicalLocation")
      writer.beginObject()
      writer.key("artifactLocation")
      writer.beginObject()
      writer.member("uri", Self.uri(result.path))
      writer.endObject()
      if let line = result.line, line > 0 {
        writer.key("region")
        writer.beginObject()
        writer.member("startLine", line)
        writer.endObject()
      }
      writer.endObject()
      writer.endObject()
      writer.endArray()
    }
    writer.endObject()
  }

  private func text(_ text: String, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("text", text)
    writer.endObject()
  }

  /// A path as a relative or `file:` URI (RFC 3986): what may not stand in one is `%XX`.
  static func uri(_ path: String) -> String {
    var uri = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x2f, 0x5f, 0x7e:
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        uri += "%" + String(repeating: "0", count: 2 - digits.count) + digits
      }
    }
    return uri
  }
}
