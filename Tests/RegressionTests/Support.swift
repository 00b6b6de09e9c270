import Database
import Feeds
import Foundation
import Indicators
import Inputs
import Scanning

@testable import Regression

/// Feeds given as texts, compiled.
struct Compiled {
  var database: IndicatorDatabase
  var report = FeedReport()
  var errors: [FeedError] = []

  init(
    _ feeds: [(name: String, text: String)], formats: [String: FeedFormat] = [:],
    options: (inout FeedOptions, String) -> Void = { _, _ in }
  ) throws {
    var collection = IndicatorCollection()
    for (name, text) in feeds {
      var feedOptions = FeedOptions()
      feedOptions.name = name
      feedOptions.isAllowList = name.hasPrefix("allow")
      options(&feedOptions, name)
      do throws(FeedError) {
        try FeedReader.read(
          bytes: Array(text.utf8), path: name, format: formats[name], options: feedOptions,
          into: &collection, report: &report)
      } catch {
        errors.append(error)
      }
    }
    database = try IndicatorDatabase(DatabaseCompiler.compile(collection))
  }
}

/// The root of the package.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// 2024-06-01 in nanoseconds since 1970.
let june2024: Int64 = 1_717_200_000_000_000_000
