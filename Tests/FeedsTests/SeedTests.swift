import Feeds
import Foundation
import Indicators
import Testing

/// The starter feeds of the repository: one in each format that is read.
@Suite struct SeedTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("seeds/feeds")

  private static let isPresent = FileManager.default.fileExists(atPath: folder.path)

  /// Formats of which a folder of feeds has no seed: those that only allow have a folder of their own.
  private static let elsewhere: Set<FeedFormat> = [.warninglist, .mispFeed]

  @Test(.enabled(if: isPresent, "no seeds beside the tests"))
  func everyFormatThatIsReadHasASeedThatLoads() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    let requests = files.map {
      FeedRequest(path: Self.folder.appendingPathComponent($0).path)
    }
    var collection = IndicatorCollection()
    var report = FeedReport()
    #expect(FeedReader.readAll(requests, into: &collection, report: &report).isEmpty)
    #expect(report.feeds.count == files.count)
    for feed in report.feeds { #expect(feed.entries > 0, "\(feed.path)") }
    let formats = Set(report.feeds.map(\.format))
    for format in FeedFormat.allCases where !format.mustBeNamed && !Self.elsewhere.contains(format)
    {
      #expect(formats.contains(format), "no seed of \(format.name)")
    }
  }

  /// Feeds whose format has to be named: `seeds/named/FORMAT.EXTENSION`.
  @Test(.enabled(if: isPresent, "no seeds beside the tests"))
  func everyFormatThatMustBeNamedHasASeedThatLoads() throws {
    let folder = Self.folder.deletingLastPathComponent().appendingPathComponent("named")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    for format in FeedFormat.allCases where format.mustBeNamed {
      let file = try #require(files.first { $0.hasPrefix(format.name + ".") }, "\(format.name)")
      var collection = IndicatorCollection()
      var report = FeedReport()
      try FeedReader.read(
        path: folder.appendingPathComponent(file).path, format: format, into: &collection,
        report: &report)
      #expect(!collection.records.isEmpty, "\(file)")
    }
  }
}
