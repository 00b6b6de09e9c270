import Feeds
import Foundation
import Indicators
import Inputs
import Testing

/// Real feeds, where they are at hand: `SEKISHO_CORPUS`, or `../shared/corpus` beside the package.
enum Corpus {
  static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["SEKISHO_CORPUS"] {
      return URL(fileURLWithPath: path)
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/corpus")
  }()

  static var feeds: URL { root.appendingPathComponent("feeds") }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: feeds.path) }

  private static func size(_ file: String) -> Int {
    let path = feeds.appendingPathComponent(file).path
    return (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  /// Every feed, by path below the folder of feeds.
  static func files() -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: feeds.path) else { return [] }
    return walk.compactMap { $0 as? String }.filter {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(
        atPath: feeds.appendingPathComponent($0).path, isDirectory: &isFolder)
      #if DEBUG
        // Without optimisation large files take minutes.
        if size($0) > 200_000 { return false }
      #endif
      return !isFolder.boolValue
    }.sorted()
  }
}

@Suite struct CorpusTests {
  /// Reads every feed of the corpus; with `SEKISHO_FEED_TABLE` set, writes what came of each there.
  @Test(.enabled(if: Corpus.isPresent, "no corpus beside the package"))
  func everyFeedIsReadOrRefusedWithAReason() {
    var table = "file\tformat\tentries\trefused\tlints\twarnings\n"
    var samples = ""
    for file in Corpus.files() {
      var collection = IndicatorCollection()
      var report = FeedReport()
      let path = Corpus.feeds.appendingPathComponent(file).path
      var options = FeedOptions()
      options.name = file
      options.isAllowList = file.hasPrefix("warninglists")
      do throws(FeedError) {
        try FeedReader.read(path: path, options: options, into: &collection, report: &report)
        let summary = report.feeds[0]
        func list(_ tally: Tally) -> String {
          tally.counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: " ")
        }
        table +=
          "\(file)\t\(summary.format.name)\t\(summary.entries)\t\(list(summary.refusals))"
          + "\t\(list(summary.lints))\t\(summary.warnings.map(\.description).joined(separator: "; "))\n"
        for diagnostic in summary.diagnostics.prefix(200) { samples += "\(diagnostic)\n" }
        #expect(collection.records.count == summary.entries)
      } catch {
        table += "\(file)\t-\t0\t\(error.code): \(error.problem); \(error.advice)\t\t\n"
      }
    }
    if let output = ProcessInfo.processInfo.environment["SEKISHO_FEED_TABLE"] {
      try? table.write(toFile: output, atomically: true, encoding: .utf8)
      try? samples.write(toFile: output + ".samples", atomically: true, encoding: .utf8)
    }
  }
}
