import Feeds
import Inputs
import YAML

/// Why a suite cannot be run: one line that names file, line and remedy.
public struct SuiteError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// The file cannot be read, or is too large for a suite.
    case cannotRead = "cannot-read"
    /// The text is no suite.
    case malformed
  }

  /// What kind of fault it is.
  public let code: Code
  /// The line of what is malformed, from 1.
  public let line: Int?
  /// `PATH:LINE: what is wrong; what to do`.
  public let description: String

  init(_ error: InputError) {
    code = .cannotRead
    line = nil
    description = "\(error)"
  }

  init(path: String, _ fault: YAMLFault) {
    code = .malformed
    line = fault.line
    description = "\(path):\(fault.line): \(fault.problem)"
  }
}

extension Suite {
  /// Bytes of the largest suite that is read.
  static let sizeLimit = 4 << 20

  /// Reads a suite file; paths in it are relative to its folder.
  ///
  /// - Throws: `SuiteError` with the line of what is wrong and what to write.
  public static func read(path: String) throws(SuiteError) -> Suite {
    try read(bytes: try bytes(of: path), path: path)
  }

  /// Reads the text of a suite; the path is for messages, and its folder for the paths in it.
  public static func read(bytes: [UInt8], path: String) throws(SuiteError) -> Suite {
    do throws(YAMLFault) {
      let root = try YAMLReader.read(bytes)
      return try SuiteReader(path: path).suite(root)
    } catch {
      throw SuiteError(path: path, error)
    }
  }

  /// The bytes of a suite file.
  static func bytes(of path: String) throws(SuiteError) -> [UInt8] {
    do throws(InputError) {
      return try InputSource(path: path).readAll(limit: sizeLimit)
    } catch {
      throw SuiteError(error)
    }
  }
}

/// Turns the tree of a suite file into cases.
struct SuiteReader {
  /// Keys at the top of a suite.
  static let suiteKeys = ["name", "defaults", "cases"]
  /// Keys that a case and `defaults` have.
  static let sharedKeys = ["requires", "db", "feeds", "feeds-config", "allow", "at", "scan"]
  /// Keys that only a case has.
  static let caseKeys = ["name", "inputs", "text", "expect"]
  /// Keys of what a case expects.
  static let expectKeys = ["hits", "no-hits", "only", "summary", "problems"]
  /// Keys of a text written into the suite.
  static let textKeys = ["name", "content"]

  let path: String
  /// The suite's folder with its slash; empty for the working one.
  let folder: String

  init(path: String) {
    self.path = path
    let slash = path.lastIndex(of: "/")
    folder = slash.map { String(path[...$0]) } ?? ""
  }

  func suite(_ root: YAMLNode) throws(YAMLFault) -> Suite {
    guard case .map(let members) = root.value else {
      throw YAMLFault(line: root.line, problem: "a suite is a map with 'cases'")
    }
    var name = path
    var defaults: [YAMLMember] = []
    var nodes: [YAMLNode]?
    for member in members {
      switch member.key {
      case "name": name = try member.text()
      case "defaults": defaults = try member.members()
      case "cases":
        guard case .list(let items) = member.node.value, !items.isEmpty else {
          throw YAMLFault(
            line: member.line, problem: "'cases' is a list; begin each case with '- name: …'")
        }
        nodes = items
      default: throw .unknown(member.key, line: member.line, known: Self.suiteKeys)
      }
    }
    for member in defaults where !Self.sharedKeys.contains(member.key) {
      if Self.caseKeys.contains(member.key) {
        throw YAMLFault(
          line: member.line, problem: "'\(member.key)' belongs to one case, not to 'defaults'")
      }
      throw .unknown(member.key, line: member.line, known: Self.sharedKeys)
    }
    guard let nodes else {
      throw YAMLFault(line: root.line, problem: "there is no 'cases' with a list of cases")
    }
    var cases: [SuiteCase] = []
    var lines: [String: Int] = [:]
    for node in nodes {
      let read = try suiteCase(node, defaults)
      if let line = lines[read.name] {
        throw YAMLFault(
          line: read.line, problem: "a case in line \(line) is called '\(read.name)' already")
      }
      lines[read.name] = read.line
      cases.append(read)
    }
    return Suite(path: path, name: name, cases: cases)
  }

  /// The path of a file that the suite names.
  func resolved(_ path: String) -> String {
    path.hasPrefix("/") || path == "-" ? path : folder + path
  }
}

extension SuiteError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
