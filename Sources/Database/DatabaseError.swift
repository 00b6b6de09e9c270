public import Inputs

/// Why a database was not compiled, opened or verified.
///
/// The description says what is wrong and, where it helps, what to do; it names no file, which the
/// caller knows.
public struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
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

  /// What is wrong, in one line.
  public let description: String

  /// What to do about it, in words that name options as the library does.
  public var advice: String { remedy.description }

  /// What to do about it; empty where the description says it, or nothing can be said.
  public var remedy: Advice {
    switch code {
    case .notADatabase: "give a file that \(.write) wrote, or name a feed as one with \(.compile)"
    case .cutShort, .damaged: "compile it again from its feeds"
    case .inputOutput, .otherVersion, .tooLarge: ""
    }
  }

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
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
