/// What a feed of a database is to a comparison.
public struct CoverageSource: Sendable, Equatable {
  /// What its entries are compared as.
  public enum Role: Sendable, Equatable {
    /// One of the feeds that are compared.
    case feed
    /// Values that must not be in a feed; so are a feed's own exceptions, whatever its role.
    case allow
    /// Values that should be in a feed.
    case truth
  }

  /// The feed's name in the database.
  public var name: String
  /// What it is.
  public var role: Role
  /// The feed it is a copy of, as the report calls it; copies of one feed share it.
  public var feed: String
  /// The day of the copy, in nanoseconds since 1970; nil for a feed of which there is one copy.
  public var date: Int64?

  /// A feed of a database; its own name is what the report calls it unless told.
  public init(name: String, role: Role = .feed, feed: String? = nil, date: Int64? = nil) {
    self.name = name
    self.role = role
    self.feed = feed ?? name
    self.date = date
  }
}

/// What takes part in a comparison.
public struct CoverageOptions: Sendable {
  /// The time from which ages are counted and by which entries are expired, in nanoseconds since 1970.
  public var now: Int64 = 0
  /// Whether weak kinds count as hits.
  public var includesWeak = false
  /// Whether the cost of scanning is measured, which makes two runs differ.
  public var measuresTime = true
  /// Threads that scan.
  public var threads = 1

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
