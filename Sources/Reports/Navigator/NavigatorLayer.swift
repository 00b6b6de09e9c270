import Indicators
import Parsing
import Scanning

extension CoverageReport {
  /// The techniques that feeds cover, as a layer of MITRE's ATT&CK Navigator (layer format 4.5),
  /// ending in a newline.
  ///
  /// A technique's score is the number of feeds that link values to it; its comment and metadata say
  /// which, with how many values, and how many hits. Values and names are data of feeds: the Navigator
  /// shows them as text.
  public func navigatorLayer() -> [UInt8] { NavigatorLayer.bytes(of: self) }
}

/// The techniques that feeds cover, as a layer of the Navigator.
enum NavigatorLayer {
  static func bytes(of report: CoverageReport) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("name", plain: "Feeds compared by sekisho")
      writer.object("versions") {
        // No version of ATT&CK is named: feeds mix them.
        $0.member("navigator", plain: "4.9.0")
        $0.member("layer", plain: "4.5")
      }
      writer.member("domain", plain: "enterprise-attack")
      writer.member(
        "description",
        "Score: number of feeds (of \(report.feeds.count)) that link values to a technique.")
      writer.member("sorting", 3)
      writer.member("hideDisabled", false)
      writer.objects("techniques", report.techniques) { append($1, report, to: &$0) }
      writer.object("gradient") {
        $0.strings("colors", ["#dce9f7", "#1f5fa8"])
        $0.member("minValue", 0)
        $0.member("maxValue", max(report.techniques.map(\.feeds.count).max() ?? 0, 1))
      }
    }
  }

  /// The most feeds that a comment names.
  private static let namedFeeds = 20

  private static func append(
    _ technique: CoverageReport.Technique, _ report: CoverageReport, to writer: inout JSONWriter
  ) {
    let feeds = technique.feeds.sorted { ($1.values, $0.feed) < ($0.values, $1.feed) }
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
    var metadata = [("values", feeds.reduce(0) { $0 + $1.values })]
    if report.inputs != nil { metadata.append(("hits", technique.hits)) }
    writer.objects("metadata", metadata) {
      $0.member("name", $1.0)
      $0.member("value", "\($1.1)")
    }
  }
}
