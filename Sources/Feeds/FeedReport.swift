public import Inputs

/// A line or object of a feed that was refused or let in with a remark, and why.
public struct FeedDiagnostic: Sendable, Equatable, CustomStringConvertible {
  /// How much it matters.
  public enum Severity: String, Sendable {
    /// The value was let in, with a remark.
    case lint
    /// The value was refused.
    case refused
  }

  /// How much it matters.
  public var severity: Severity
  /// The feed's name.
  public var feed: String
  /// The line from 1; nil where it is not known.
  public var line: UInt64?
  /// The object's identifier, where the format has any.
  public var id: String
  /// The reason, one word with dashes, the same for every value refused on the same ground.
  public var reason: String
  /// The value's beginning, controls escaped.
  public var excerpt: String

  /// A diagnostic of one value.
  public init(
    severity: Severity, feed: String, line: UInt64?, id: String = "", reason: String,
    excerpt: String
  ) {
    self.severity = severity
    self.feed = feed
    self.line = line
    self.id = id
    self.reason = reason
    self.excerpt = excerpt
  }

  /// `FEED:LINE: reason: excerpt`, with `note:` before the reason of a value that was let in.
  public var description: String {
    var text = feed
    if let line { text += ":\(line)" }
    text += ": " + (severity == .lint ? "note: " : "") + reason
    if !id.isEmpty { text += " (" + id + ")" }
    if !excerpt.isEmpty { text += ": " + excerpt }
    return text
  }
}

/// What came of one feed.
public struct FeedSummary: Sendable {
  /// Index of the feed in the collection.
  public var feed: UInt32
  /// The name shown on hits.
  public var name: String
  /// The path as given.
  public var path: String
  /// The format it was read as.
  public var format: FeedFormat
  /// Entries appended to the collection.
  public var entries = 0
  /// Lines, rows or objects that could have held a value.
  public var candidates: UInt64 = 0
  /// Values refused, by reason.
  public var refusals = Tally()
  /// Remarks on values that were let in, by remark.
  public var lints = Tally()
  /// Things worth a person's eye about the whole feed.
  public var warnings: [FeedWarning] = []
  /// The first diagnostics, up to the limit.
  public var diagnostics: [FeedDiagnostic] = []

  /// The summary of a feed before anything is read.
  public init(feed: UInt32, name: String, path: String, format: FeedFormat) {
    self.feed = feed
    self.name = name
    self.path = path
    self.format = format
  }
}

extension FeedSummary {
  /// The three commonest reasons for refusals with their counts, for a message.
  var reasons: String {
    let sorted = refusals.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.prefix(3).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  /// Says that nothing is left of the feed, and why.
  mutating func warnEmpty() {
    warnings.append(FeedWarning(.emptyFeed, reasons, of: candidates))
  }
}

/// What came of reading feeds: one summary for each that was recognised, in the order of reading.
public struct FeedReport: Sendable {
  /// The summaries.
  public var feeds: [FeedSummary] = []
  /// Compiled databases in folders, which were left out.
  public var databases: [String] = []
  /// What else was left out of folders, by reason.
  ///
  /// Hidden files and backups, symbolic links, devices, and what is too deep.
  public var leftOut = Tally()
  /// The reason for files that are left out because of their names.
  package static let hidden = "hidden-file-or-backup"

  /// An empty report.
  public init() {}
}
