public import Inputs

/// Why a feed was not read, or not to its end: one line that says what to do.
public struct FeedError: Error, Sendable, Equatable, Advising {
  /// What kind of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// The file cannot be opened or read.
    case cannotRead = "cannot-read"
    /// The file ends in the middle; its entries were dropped unless asked for.
    case truncated
    /// The compressed file is damaged.
    case corrupt
    /// The content is not what the format asks for.
    case malformed
    /// A format that is known but not read by this version.
    case unsupportedFormat = "unsupported-format"
    /// The content fits no format, or more than one.
    case unrecognized
    /// Nothing in the file can be used.
    case noUsableLine = "no-usable-line"
    /// Too many of its entries are known to be good.
    case suspect
    /// A limit was exceeded.
    case tooLarge = "too-large"
  }

  /// What kind of fault it is.
  public var code: Code
  /// The path as the user gave it.
  public var path: String
  /// The line from 1, where one is to blame.
  public var line: UInt64?
  /// Whether the feed was to be read as an allow list: without it, hits that it should suppress are
  /// reported.
  public var isOfAllowList = false
  /// What is wrong: lower case, no full stop.
  public var problem: String
  /// What to do about it; empty where nothing can be said.
  public var remedy: Advice
  /// What to do about it, in words that name options as the library does.
  public var advice: String {
    get { remedy.description }
    set { remedy = Advice(newValue) }
  }

  /// An error of one file.
  public init(
    _ code: Code, path: String, line: UInt64? = nil, problem: String, advice: Advice = ""
  ) {
    self.code = code
    self.path = path
    self.line = line
    self.problem = problem
    remedy = advice
  }

  /// `PATH:LINE: what is wrong; what to do`.
  public var description: String { text { $0.description } }

  /// `PATH:LINE: what is wrong; what to do`, with options named as `name` gives them.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text(fault, naming: name)
  }

  /// `PATH:LINE: what is wrong`.
  package var fault: String {
    line.map { "\(path):\($0): \(problem)" } ?? "\(path): \(problem)"
  }
}

extension FeedError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
