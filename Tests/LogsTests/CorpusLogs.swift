import Glibc
import Inputs

/// The real logs beside the package; tests that need them are skipped where they are absent.
enum CorpusLogs {
  /// Set `SEKISHO_CORPUS` to a folder that holds `logs`, or have it at `../shared/corpus`.
  static let folder: String? = {
    var candidates: [String] = []
    if let named = getenv("SEKISHO_CORPUS") { candidates.append(String(cString: named)) }
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    candidates.append("/\(package)/../shared/corpus")
    return candidates.map { "\($0)/logs" }.first { access($0, R_OK) == 0 }
  }()

  static var isAbsent: Bool { folder == nil }

  /// Paths below the folder, in order; what is compressed in a way that is not read is left out.
  static let paths: [String] = {
    guard let folder else { return [] }
    var paths: [String] = []
    var waiting = [""]
    while let below = waiting.popLast() {
      guard let directory = opendir("\(folder)/\(below)") else { continue }
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard !name.hasPrefix("."), !name.hasSuffix(".bz2") else { continue }
        let path = below.isEmpty ? name : "\(below)/\(name)"
        if entry.pointee.d_type == UInt8(DT_DIR) {
          waiting.append(path)
        } else {
          paths.append(path)
        }
      }
    }
    return paths.sorted()
  }()

  /// The log's bytes, decompressed, or nil of a log that is longer than a limit.
  static func read(_ path: String, upTo limit: Int) throws -> [UInt8]? {
    let source = try InputSource(path: "\(folder ?? "")/\(path)")
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      if bytes.count > limit { return nil }
    }
  }
}
