import Database
import Feeds
import Glibc
import Indicators
import Parsing

/// Reads feeds through a cache.
struct CachedFeedReader {
  private let cache: FeedCache
  private var use = FeedCache.Use()
  /// Names of the cache's files that were used in this run, which are not removed.
  private var used: Set<String> = []
  private var isWritable = true

  init(_ cache: FeedCache) { self.cache = cache }

  /// Adds a feed as `FeedReader.read` does.
  ///
  /// - Returns: the hash of the feed's file; nil if the feed has to be read without a cache.
  mutating func read(
    _ request: FeedRequest, into collection: inout IndicatorCollection,
    report: inout FeedReport
  ) throws(FeedError) -> FeedInput? {
    // Taken before the hash, to notice below if the file changes between hashing and reading.
    let before = FileState(request.path)
    guard request.bytes == nil, request.path != "-", let input = FeedInput(path: request.path)
    else { return nil }
    let name = Self.name(request, input)
    let path = cache.folder + "/" + name
    if let found = load(path, request, into: &collection) {
      used.insert(name)
      use.found += 1
      // Update the file's time, which says when it was used last.
      // SAFETY: the call only reads the path.
      _ = unsafe utimes(path, nil)
      report.feeds.append(found)
      return input
    }
    let first = collection.records.count
    let count = report.feeds.count
    try FeedReader.read(
      path: request.path, format: request.format, options: request.options.withoutLimits,
      into: &collection, report: &report)
    guard report.feeds.count == count + 1 else { return input }
    // A file that changed meanwhile may not match its hash, so it is not kept.
    let isSame = FileState(request.path) == before
    if isSame { keep(CachedFeed(collection, from: first, report.feeds[count]), path, name) }
    FeedReader.applyLimits(
      of: request.options, from: first, &collection, &report.feeds[count])
    // The feed is in the collection now, so it must not be read once more without a cache.
    return isSame ? input : FeedInput(path: request.path) ?? input
  }

  private static func name(_ request: FeedRequest, _ input: FeedInput) -> String {
    // The file's name matters, since a format may look at it (`.fp`).
    let file = request.path.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" }
    let facts = [
      "\(CachedFeed.version)", sekishoVersion, Program.identity, input.hash, "\(input.byteCount)",
      file ?? "", request.format?.name ?? "", request.options.readingKey,
    ]
    return FeedInput(bytes: Array(facts.joined(separator: "\0").utf8).rawSpan).hash + ".feed"
  }

  private mutating func load(
    _ path: String, _ request: FeedRequest, into collection: inout IndicatorCollection
  ) -> FeedSummary? {
    guard let bytes = CacheFile.read(path) else { return nil }
    let first = collection.records.count
    let feed = CachedFeed(bytes: bytes)
    guard var summary = feed.append(to: &collection, of: request) else {
      use.notes.append("\(path): damaged, and not used")
      return nil
    }
    FeedReader.applyLimits(of: request.options, from: first, &collection, &summary)
    return summary
  }

  private mutating func keep(_ feed: CachedFeed, _ path: String, _ name: String) {
    guard isWritable else { return }
    if let problem = CacheFile.write(feed.bytes, to: path, folder: cache.folder) {
      isWritable = false
      use.notes.append("\(cache.folder): cannot be written, so nothing is kept: \(problem)")
      return
    }
    used.insert(name)
    use.kept += 1
  }

  /// Removes old files if the folder is too large, and returns how the cache was used.
  consuming func finish() -> FeedCache.Use {
    CacheFile.trim(cache.folder, to: cache.byteLimit, keeping: used)
    return use
  }
}

/// The properties of a file that show whether it was changed.
private struct FileState: Equatable {
  private var number: UInt64 = 0
  private var length: Int = -1
  private var seconds = 0
  private var nanoseconds = 0

  init(_ path: String) {
    var facts = stat()
    // SAFETY: the call reads the path and fills the local structure.
    guard unsafe stat(path, &facts) == 0 else { return }
    number = UInt64(facts.st_ino)
    length = Int(facts.st_size)
    seconds = facts.st_mtim.tv_sec
    nanoseconds = facts.st_mtim.tv_nsec
  }
}

/// The running program.
private enum Program {
  /// Identifies the build of the program, which its version need not.
  static let identity: String = {
    var facts = stat()
    // SAFETY: the call reads the path and fills the local structure.
    guard unsafe stat("/proc/self/exe", &facts) == 0 else { return "" }
    return "\(facts.st_size) \(facts.st_mtim.tv_sec) \(facts.st_mtim.tv_nsec)"
  }()
}
