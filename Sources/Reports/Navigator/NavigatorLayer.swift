import Indicators
import Parsing
import Scanning

/// The techniques that feeds cover, as a layer of MITRE's ATT&CK Navigator (layer format 4.5).
public enum NavigatorLayer {
  /// The layer, ending in a newline.
  ///
  /// A technique's score is the number of feeds that link values to it; its comment and metadata say
  /// which, with how many values, and how many hits. Values and names are data of feeds: the Navigator
  /// shows them as text.
  public static func write(_ report: CoverageReport) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("name")
    writer.plain("Feeds compared by sekisho")
    writer.key("versions")
    writer.beginObject()
    // No version of ATT&CK is named: feeds mix them.
    writer.key("navigator")
    writer.plain("4.9.0")
    writer.key("layer")
    writer.plain("4.5")
    writer.endObject()
    writer.key("domain")
    writer.plain("enterprise-attack")
    writer.key("description")
    writer.string(
      "Score: number of feeds (of \(report.feeds.count)) that link values to a technique.")
    writer.member("sorting", 3)
    writer.member("hideDisabled", false)
    writer.key("techniques")
    writer.beginArray()
    for technique in report.techniques { append(technique, report, to: &writer) }
    writer.endArray()
    writer.key("gradient")
    writer.beginObject()
    writer.key("colors")
    writer.beginArray()
    writer.plain("#dce9f7")
    writer.plain("#1f5fa8")
    writer.endArray()
    writer.member("minValue", 0)
    writer.member("maxValue", max(report.techniques.map(\.feeds.count).max() ?? 0, 1))
    writer.endObject()
    writer.endObject()
    return writer.bytes + [Byte.lineFeed]
  }

  /// Feeds named in a comment.
  private static let namedFeeds = 20

  private static func append(
    _ technique: CoverageReport.Technique, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    let feeds = technique.feeds.sorted { ($1.values, $0.feed) < ($0.values, $1.feed) }
    writer.beginObject()
    writer.member("techniqueID", technique.identifier)
    writer.member("score", feeds.count)
    var comment: [UInt8] = []
    for (index, part) in feeds.prefix(namedFeeds).enumerated() {
      if index > 0 { comment += Array("; ".utf8) }
      comment += DisplayText.escaped(Array(report.feeds[part.feed].name.utf8))
      comment += Array(": \(part.values)".utf8)
    }
    if feeds.count > namedFeeds {
      comment += Array("; \(feeds.count - namedFeeds) more".utf8)
    }
    writer.member("comment", comment)
    writer.key("metadata")
    writer.beginArray()
    append("values", feeds.reduce(0) { $0 + $1.values }, to: &writer)
    if report.inputs != nil { append("hits", technique.hits, to: &writer) }
    writer.endArray()
    writer.endObject()
  }

  private static func append(_ name: StaticString, _ value: UInt64, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.plain(name)
    writer.member("value", "\(value)")
    writer.endObject()
  }
}
