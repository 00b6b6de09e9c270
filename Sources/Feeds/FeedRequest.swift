/// A feed to read: a file, a folder of feeds, standard input, or bytes in memory.
public struct FeedRequest: Sendable {
  /// The path of a file or folder, or `-` for standard input.
  public var path: String
  /// The format, or nil to recognise it by content.
  public var format: FeedFormat?
  /// How the feed is read.
  public var options: FeedOptions
  /// The feed's content if it is in memory; the path is then only its name.
  public var bytes: [UInt8]?

  /// A request for one feed.
  public init(path: String, format: FeedFormat? = nil, options: FeedOptions = FeedOptions()) {
    self.path = path
    self.format = format
    self.options = options
  }

  /// A request for a feed that is in memory.
  public init(
    name: String, bytes: [UInt8], format: FeedFormat? = nil, options: FeedOptions = FeedOptions()
  ) {
    self.init(path: name, format: format, options: options)
    self.bytes = bytes
  }
}
