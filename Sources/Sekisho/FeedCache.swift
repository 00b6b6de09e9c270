/// A folder that keeps feeds as they were read, so that unchanged ones need not be read again.
///
/// A file in it is found by the hash of the feed's bytes, the options for reading the feed, and the
/// program that read it. So a file is never wrong, only useless at worst: another program, version
/// or option leads to other files. Files are put in place whole, under names that say what is in
/// them, so any number of programs may share a folder.
public struct FeedCache: Sendable {
  /// The folder's path; the folder is made when it is first written to.
  public var folder: String
  /// The number of bytes that the folder may hold; files unused for longest are removed first.
  public var byteLimit: UInt64

  /// Creates a cache in a folder.
  public init(folder: String, byteLimit: UInt64 = 4 << 30) {
    self.folder = folder
    self.byteLimit = byteLimit
  }

  /// How a cache was used in one compilation.
  public struct Use: Sendable {
    /// The number of feeds that were found and not read again.
    public var found = 0
    /// The number of feeds that were read and stored.
    public var kept = 0
    /// Messages for people about files that could not be used or written.
    public var notes: [String] = []

    /// Creates an empty record of use.
    public init() {}
  }
}
