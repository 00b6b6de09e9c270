import Scanning

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
  /// A warning about the log as a whole.
  var notification: String?

  /// The log as JSON, ending in a newline.
  var json: [UInt8] {
    JSONWriter.document { writer in
      writer.member("$schema", plain: "https://json.schemastore.org/sarif-2.1.0.json")
      writer.member("version", plain: "2.1.0")
      writer.objects("runs", CollectionOfOne(self)) { writer, _ in
        writer.object("tool") { $0.object("driver", appendDriver) }
        writer.objects("results", results) { append($1, &$0) }
        if let notification { append(notification: notification, &writer) }
      }
    }
  }

  private func appendDriver(_ writer: inout JSONWriter) {
    writer.member("name", plain: "sekisho")
    writer.member("version", version)
    writer.objects("rules", rules) { writer, rule in
      writer.member("id", rule.id)
      writer.object("shortDescription") { $0.member("text", rule.description) }
    }
  }

  private func append(notification: String, _ writer: inout JSONWriter) {
    writer.objects("invocations", CollectionOfOne(notification)) { writer, notification in
      writer.member("executionSuccessful", true)
      writer.objects("toolExecutionNotifications", CollectionOfOne(notification)) { writer, text in
        writer.member("level", plain: "warning")
        writer.object("message") { $0.member("text", text) }
      }
    }
  }

  private func append(_ result: Result, _ writer: inout JSONWriter) {
    writer.member("ruleId", result.rule)
    writer.member("ruleIndex", ifAny: rules.firstIndex { $0.id == result.rule })
    writer.member("level", result.level.rawValue)
    writer.object("message") { $0.member("text", result.message) }
    guard !result.path.isEmpty else { return }
    writer.objects("locations", CollectionOfOne(result)) { writer, result in
      writer.object("physicalLocation") { writer in
        writer.object("artifactLocation") { $0.member("uri", Self.uri(result.path)) }
        if let line = result.line, line > 0 {
          writer.object("region") { $0.member("startLine", line) }
        }
      }
    }
  }

  /// A path as a relative or `file:` URI (RFC 3986): characters not allowed there become `%XX`.
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
