import Foundation
import FuzzFeed
import Testing

/// What the fuzzer once found, and seeds for it, replayed.
@Suite struct FuzzCorpusTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("FuzzCorpus/FuzzFeed")

  static let files: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

  @Test func thereAreFiles() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files)
  func replay(_ file: String) throws {
    fuzzFeed(Array(try Data(contentsOf: Self.folder.appendingPathComponent(file))))
  }
}
