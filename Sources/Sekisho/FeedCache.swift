/// A folder that keeps what was read of feeds, so that those that did not change need not be read again.
///
/// A file of it is found by the hash of the feed's bytes, how the feed is read, and the program that read it. So nothing
/// in it is ever wrong, at most useless: another program, another version or another option leads to other files. Files are
/// put in place whole, under names that say what is in them, so that any number of programs may share a folder.
public struct FeedCache: Sendable {
  /// Its path; made when first written to.
  public var folder: String
  /// Bytes that the folder may hold; the files unused for longest go first.
  public var byteLimit: UInt64

  /// A cache in a folder.
  public init(folder: String, byteLimit: UInt64 = 4 << 30) {
    self.folder = folder
    self.byteLimit = byteLimit
  }

  /// What a cache was good for in one compilation.
  public struct Use: Sendable {
    /// Feeds that were not read again.
    public var found = 0
    /// Feeds that were read and kept.
    public var kept = 0
    /// What could not be used or written, for a person's eye.
    public var notes: [String] = []

    /// No use.
    public init() {}
  }
}
