package import Database
import Indicators
import Parsing

/// What a database holds, for people and as JSON.
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
      "\(database.entryCount) entries of \(database.feedCount) feeds, "
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
      var text = "\(feed.entries) entries"
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
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schema", 1)
    writer.member("path", path)
    writer.member("format", database.formatVersion)
    writer.member("build", database.buildIdentifier)
    writer.member("bytes", database.byteCount)
    if let date = database.publicSuffixDate {
      writer.member("public_suffix_list", date)
    }
    if isVerified {
      writer.member("verified", true)
    }
    writer.member("entries", database.entryCount)
    writer.key("kinds")
    writer.beginArray()
    for (kind, count) in database.entryCounts {
      writer.beginObject()
      writer.member("kind", kind.name)
      writer.member("entries", count)
      writer.endObject()
    }
    writer.endArray()
    writer.key("feeds")
    writer.beginArray()
    for feed in database.feeds { append(feed, to: &writer) }
    writer.endArray()
    writer.key("sections")
    writer.beginArray()
    for section in database.sections {
      writer.beginObject()
      writer.member("name", section.name)
      writer.member("bytes", section.length)
      writer.member("count", section.count)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private static func append(_ feed: DatabaseFeed, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", feed.name)
    writer.member("format", feed.format)
    writer.key("role")
    writer.plain(feed.isAllowList ? "allow" : "block")
    if let input = feed.input {
      writer.member("bytes", input.byteCount)
      writer.member("xxh128", input.hash)
    }
    writer.member("entries", feed.entries)
    writer.key("kinds")
    writer.beginArray()
    for (kind, count) in feed.entriesByKind.sorted(by: { $0.key < $1.key }) {
      writer.beginObject()
      writer.member("kind", kind.name)
      writer.member("entries", count)
      writer.endObject()
    }
    writer.endArray()
    writer.key("refused")
    writer.beginArray()
    for refusal in feed.refusals {
      writer.beginObject()
      writer.member("reason", refusal.reason)
      writer.member("count", refusal.count)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
