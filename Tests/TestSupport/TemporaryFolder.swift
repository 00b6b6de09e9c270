package import Foundation
import Glibc

/// A folder for one test, which goes away with the last reference to it.
///
/// Names are bytes, so that a test may write files whose names are no text.
package final class TemporaryFolder: Sendable {
  /// Why the folder, or something in it, could not be made.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String

    fileprivate init(_ call: String, _ path: String) {
      description = "\(call) \(path): \(String(cString: strerror(errno)))"
    }
  }

  /// Where the folder is.
  package let path: String

  package init() throws {
    let template = FileManager.default.temporaryDirectory.path + "/sekisho-test-XXXXXX"
    var name = Array(template.utf8CString)
    guard mkdtemp(&name) != nil else { throw Failure("mkdtemp", template) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(Array(path.utf8)) }

  package var url: URL { URL(fileURLWithPath: path, isDirectory: true) }

  /// The path of a file in the folder, whether or not there is one.
  package func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, with the folders above it, and returns its path.
  @discardableResult
  package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try write(name: Array(name.utf8), Array(bytes))
    return path(name)
  }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> String {
    try write(name, text.utf8)
  }

  /// Writes a file whose name need not be text.
  package func write(name: [UInt8], _ bytes: [UInt8]) throws {
    if let end = name.lastIndex(of: 0x2f) {
      try makeFolder(String(decoding: name[..<end], as: UTF8.self))
    }
    let file = open(
      Self.text(Array(path.utf8) + [0x2f] + name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw Failure("open", path) }
    defer { close(file) }
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure("write", path) }
      offset += count
    }
  }

  /// Makes a folder in the folder, with those above it.
  package func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  /// The names of what is in the folder, in order.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// Removes a folder and what is in it; of a link the link, not what it leads to.
  private static func remove(_ path: [UInt8]) {
    guard let folder = opendir(text(path)) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == [0x2e] || name == [0x2e, 0x2e] { continue }
      let member = path + [0x2f] + name
      if unlink(text(member)) != 0 { remove(member) }
    }
    closedir(folder)
    rmdir(text(path))
  }

  /// A path as the system takes it.
  private static func text(_ path: [UInt8]) -> [CChar] {
    path.map { CChar(bitPattern: $0) } + [0]
  }
}
