import Capture
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("Real captures")
struct CorpusTests {
  /// The captures of the corpus, which stands beside the repository where it is there at all.
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SEKISHO_CORPUS"] {
      return URL(fileURLWithPath: path).appendingPathComponent("pcaps")
    }
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("shared/corpus/pcaps")
  }()

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  @Test(
    "every capture is read to its end or to a fault that is told",
    .enabled(if: isThere, "the corpus is not beside the repository"))
  func all() throws {
    let files = FileManager.default.enumerator(at: Self.folder, includingPropertiesForKeys: nil)
    var (captures, observables, faults) = (0, 0, 0)
    while let file = files?.nextObject() as? URL {
      // The debug build takes its time; large captures are for measuring.
      guard file.pathExtension != "txt", !file.path.contains("/large/") else { continue }
      guard !file.hasDirectoryPath else { continue }
      captures += 1
      do {
        let reader = try CaptureReader(source: InputSource(path: file.path))
        var batch = ObservableBatch()
        while try reader.fill(&batch) {
          observables += batch.observables.count
          batch.removeAll()
        }
      } catch is CaptureError {
        faults += 1
      }
    }
    #expect(captures > 1000)
    #expect(observables > 12_000)
    #expect(faults < 10)
  }
}
