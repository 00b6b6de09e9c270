public import Feeds
public import Inputs
public import Reports

/// A request to compare feeds, with all that they are compared with.
public struct CoverageRequest: Sendable {
  /// The feeds; a folder means the feeds in it.
  public var feeds: [FeedRequest] = []
  /// Folders of dated copies of feeds (`SnapshotPath`).
  public var snapshots: [FeedRequest] = []
  /// Values that must not be in a feed.
  public var allow: [FeedRequest] = []
  /// Values that should be in a feed.
  public var truth: [FeedRequest] = []
  /// Captures and logs to scan.
  public var inputs: [InputPath] = []
  /// What takes part.
  public var options = CoverageOptions()
  /// Whether ages count from the day of the last copy instead of from the time in the options.
  ///
  /// Without copies they then count from now.
  public var usesLastCopy = true

  /// Creates an empty request.
  public init() {}
}
