public import Inputs

/// Why a database was not compiled, opened or verified.
///
/// The description names the file, if there is one, and says what is wrong and what to do.
public struct DatabaseError: Error, Sendable, Equatable, Advising {
  /// What sort of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// The file could not be opened, read, mapped or written.
    case inputOutput = "input-output"
    /// The bytes do not begin as a database does.
    case notADatabase = "not-a-database"
    /// Another major version, another byte order, or a section that this version must not skip.
    case otherVersion = "other-version"
    /// The bytes end before the length in the header.
    case cutShort = "cut-short"
    /// The bytes contradict themselves.
    case damaged
    /// More than a database can hold.
    case tooLarge = "too-large"
  }

  /// What sort of fault it is.
  public let code: Code

  /// The file's path; nil for a database in memory.
  public private(set) var path: String?

  /// What is wrong: lower case, no full stop.
  public let problem: String

  /// What to do about it; empty where the problem says it, or nothing can be said.
  public let remedy: Advice

  /// `PATH: what is wrong; what to do`.
  public var description: String { text { $0.description } }

  /// `PATH: what is wrong; what to do`, with options as a program calls them.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text(fault, naming: name)
  }

  /// `PATH: what is wrong`.
  package var fault: String { path.map { "\($0): \(problem)" } ?? problem }

  init(_ code: Code, _ problem: String, remedy: Advice? = nil) {
    self.code = code
    self.problem = problem
    self.remedy = remedy ?? Self.remedy(for: code)
  }

  private static func remedy(for code: Code) -> Advice {
    switch code {
    case .notADatabase: "give a file that \(.write) wrote, or name a feed as one with \(.compile)"
    case .cutShort, .damaged: "compile it again from its feeds"
    case .inputOutput, .otherVersion, .tooLarge: ""
    }
  }

  /// The same error of a file; an error that names its file stays as it is.
  func ofFile(_ path: String?) -> DatabaseError {
    var error = self
    error.path = error.path ?? path
    return error
  }

  static let notADatabase = DatabaseError(.notADatabase, "not a Sekisho database")

  static func otherVersion(_ what: String) -> DatabaseError {
    DatabaseError(
      .otherVersion, "made by another version (\(what)); compile it again with this version")
  }

  static func cutShort(found: UInt64, expected: UInt64) -> DatabaseError {
    DatabaseError(.cutShort, "file is cut short: \(found) of \(expected) bytes")
  }

  static func damaged(_ what: String) -> DatabaseError {
    DatabaseError(.damaged, "damaged database: \(what)")
  }
}

extension DatabaseError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
