package import Database
import Indicators
import Parsing

/// Describes the content of a database, for people and as JSON.
package enum InspectionText {
  /// Tables for people.
  package static func table(
    _ database: IndicatorDatabase, path: String, isVerified: Bool
  ) -> [UInt8] {
    var output: [UInt8] = []
    func line(_ text: String) { output.append(contentsOf: (text + "\n").utf8) }
    line(String(decoding: DisplayText.escaped(Array(path.utf8)), as: UTF8.self))
    line(
      "format \(database.formatVersion), build \(database.buildIdentifier), "
        + "\(database.byteCount) bytes" + (isVerified ? ", verified" : ""))
    if let date = database.publicSuffixDate { line("public suffix list of \(date)") }
    let entries = max(database.entryCount, 1)
    line(
      "\(database.entryCount) \(database.entryCount == 1 ? "entry" : "entries") of \(database.feedCount) "
        + "\(database.feedCount == 1 ? "feed" : "feeds"), "
        + "\(database.byteCount / entries) bytes an entry")
    line("")
    for (kind, count) in database.entryCounts {
      HitTable.column(kind.name, 20, to: &output)
      line("\(count)")
    }
    line("")
    for feed in database.feeds {
      HitTable.column(DisplayText.escaped(Array(feed.name.utf8)), 44, to: &output)
      HitTable.column(feed.format + (feed.isAllowList ? " (allow)" : ""), 16, to: &output)
      var text = "\(feed.entries) \(feed.entries == 1 ? "entry" : "entries")"
      let refused = feed.refusals.reduce(0) { $0 + $1.count }
      if refused > 0 {
        text += ", \(refused) refused: "
        text += feed.refusals.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
          .map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
      }
      if let input = feed.input { text += ", \(input.byteCount) bytes, xxh128 \(input.hash)" }
      line(text)
    }
    line("")
    for section in database.sections {
      HitTable.column(section.name, 20, to: &output)
      line("\(section.length) bytes")
    }
    return output
  }

  /// One JSON object, ending in a newline.
  package static func json(
    _ database: IndicatorDatabase, path: String, isVerified: Bool
  ) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("path", path)
      writer.member("format", database.formatVersion)
      writer.member("build", database.buildIdentifier)
      writer.member("bytes", database.byteCount)
      writer.member("public_suffix_list", ifAny: database.publicSuffixDate)
      if isVerified { writer.member("verified", true) }
      writer.member("entries", database.entryCount)
      writer.objects("kinds", database.entryCounts) {
        $0.member("kind", $1.kind.name)
        $0.member("entries", $1.count)
      }
      writer.objects("feeds", database.feeds) { append($1, to: &$0) }
      writer.objects("sections", database.sections) {
        $0.member("name", $1.name)
        $0.member("bytes", $1.length)
        $0.member("count", $1.count)
      }
    }
  }

  private static func append(_ feed: DatabaseFeed, to writer: inout JSONWriter) {
    writer.member("name", feed.name)
    writer.member("format", feed.format)
    writer.member("role", plain: feed.isAllowList ? "allow" : "block")
    writer.member("bytes", ifAny: feed.input?.byteCount)
    writer.member("xxh128", ifAny: feed.input?.hash)
    writer.member("entries", feed.entries)
    writer.objects("kinds", feed.entriesByKind.sorted { $0.key < $1.key }) {
      $0.member("kind", $1.key.name)
      $0.member("entries", $1.value)
    }
    writer.objects("refused", feed.refusals) {
      $0.member("reason", $1.reason)
      $0.member("count", $1.count)
    }
  }
}
