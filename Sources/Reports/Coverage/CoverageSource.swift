public import Inputs

/// The part that a feed of a database plays in a comparison.
public struct CoverageSource: Sendable, Equatable {
  /// What its entries are compared as.
  public enum Role: Sendable, Equatable {
    /// One of the feeds that are compared.
    case feed
    /// Values that must not be in a feed; a feed's own exceptions count as such whatever its role.
    case allow
    /// Values that should be in a feed.
    case truth
  }

  /// The feed's name in the database.
  public var name: String
  /// What the feed's entries are compared as.
  public var role: Role
  /// The feed it is a copy of, as the report calls it; copies of one feed share it.
  public var feed: String
  /// The day of the copy, in nanoseconds since 1970; nil if the feed has only one copy.
  public var date: Int64?

  /// A feed of a database; `feed` is its own name unless given.
  public init(name: String, role: Role = .feed, feed: String? = nil, date: Int64? = nil) {
    self.name = name
    self.role = role
    self.feed = feed ?? name
    self.date = date
  }
}

/// What takes part in a comparison.
public struct CoverageOptions: Sendable {
  /// The time as of which ages and validity are judged, in nanoseconds since 1970.
  public var now: Int64 = 0
  /// Whether weak kinds count as hits.
  public var includesWeak = false
  /// Whether the cost of scanning is measured, which makes two runs differ.
  public var measuresTime = true
  /// Threads that scan.
  public var threads = 1
  /// Files below the inputs' folders to which results are written, so that they are no inputs.
  public var writtenPaths: [InputPath] = []
  /// Files and folders that the feeds were read from, so that they are no inputs where they are
  /// below the inputs' folders.
  public var sourcePaths: [InputPath] = []

  /// The defaults of the command.
  public init() {}
}

/// Why feeds cannot be compared.
public struct CoverageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// There is no feed that could be read.
    case noFeed = "no-feed"
    /// More feeds than can be compared at once.
    case tooManyFeeds = "too-many-feeds"
    /// No database could be made of the feeds.
    case cannotCompile = "cannot-compile"
  }

  /// What kind of fault it is.
  public var code: Code
  /// What is wrong, and what to do.
  public var description: String

  /// An error with its message.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension CoverageError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
