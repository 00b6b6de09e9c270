import Foundation
import FuzzLogs
import Testing

/// What the fuzzer once found, and seeds for it, replayed.
@Suite("Inputs of the log fuzzer") struct LogFuzzCorpusTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("FuzzCorpus/FuzzLogs")

  static let files: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

  @Test func thereAreFiles() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files)
  func replay(_ file: String) throws {
    fuzzLogs(Array(try Data(contentsOf: Self.folder.appendingPathComponent(file))))
  }
}
