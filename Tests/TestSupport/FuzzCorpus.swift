import Foundation

/// Inputs with which a fuzz target once found a fault, and its seeds: the files of
/// `Tests/FuzzCorpus/TARGET`.
package struct FuzzCorpus: Sendable {
  private let folder: URL
  /// Names of the inputs, in order.
  package let files: [String]

  /// The inputs of a fuzz target, by its name.
  package init(_ target: String) {
    folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("FuzzCorpus/\(target)")
    files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
  }

  /// One of the inputs.
  package func input(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(file)))
  }
}
