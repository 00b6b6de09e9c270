import Database
import Feeds
import Foundation
import Indicators
import Inputs
import Scanning

@testable import Regression

/// A folder that goes away with the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("sekisho-regression-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }
}

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
