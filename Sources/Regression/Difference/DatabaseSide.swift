public import Database
public import Feeds
import Indicators
public import Inputs

/// One of the two states that are compared: a database file, or feeds compiled just now.
public struct DatabaseSide: Sendable {
  /// The paths as given.
  public let name: String
  /// What is matched against.
  public let database: IndicatorDatabase
  /// The lines refused while the feeds were read; empty for a database file.
  public let report: FeedReport
  /// Feeds that could not be read.
  public let errors: [FeedError]
  /// Whether it was compiled from feeds just now, so that the feeds' names are paths of files.
  public let isCompiled: Bool
  /// The feeds, by index.
  let feeds: [DatabaseFeed]
  /// The files and folders that the feeds were read from.
  private(set) var sourcePaths: [InputPath] = []

  /// Opens a database file, or compiles a feed, a folder of feeds or a feed configuration (`.yaml`).
  ///
  /// - Parameters:
  ///   - path: the file or folder; for a feed also `PATH=FORMAT`.
  ///   - allow: allow lists to compile with the feeds; ignored for a database file, which has its
  ///     own.
  /// - Returns: the side.
  /// - Throws: `DatabaseSideError` that says why there is nothing to compare.
  public static func open(
    _ path: String, allow: [FeedRequest] = []
  ) throws(DatabaseSideError) -> DatabaseSide {
    do throws(DatabaseError) {
      let database = try IndicatorDatabase.open(path: path)
      return DatabaseSide(
        name: path, database: database, report: FeedReport(), errors: [], isCompiled: false)
    } catch {
      // A folder, or a file that is no database: it holds feeds.
      guard error.code == .notADatabase || error.code == .inputOutput || error.code == .cutShort
      else { throw DatabaseSideError(.unusableDatabase, error) }
      if error.code == .cutShort, path.hasSuffix(".skdb") {
        throw DatabaseSideError(.unusableDatabase, error)
      }
    }
    var requests: [FeedRequest]
    let isConfiguration = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
    if isConfiguration {
      do throws(FeedError) {
        requests = try FeedConfiguration.read(path: path)
      } catch {
        throw DatabaseSideError(.unusableConfiguration, error)
      }
    } else {
      requests = [request(path)]
    }
    requests += allow
    // The causes of changes are found from the refused lines.
    for index in requests.indices { requests[index].options.diagnosticLimit = 100_000 }
    var side = try compile(requests, name: path)
    if isConfiguration { side.sourcePaths.append(InputPath(path)) }
    return side
  }

  /// `PATH[=FORMAT]` as a feed to read.
  private static func request(_ argument: String) -> FeedRequest {
    if let equals = argument.lastIndex(of: "="),
      let (format, dataset) = FeedFormat.named(String(argument[argument.index(after: equals)...]))
    {
      var request = FeedRequest(path: String(argument[..<equals]), format: format)
      request.options.dataset = dataset
      return request
    }
    return FeedRequest(path: argument)
  }

  /// Compiles feeds.
  public static func compile(
    _ requests: [FeedRequest], name: String
  ) throws(DatabaseSideError) -> DatabaseSide {
    let list = FeedList.expand(requests)
    var collection = IndicatorCollection()
    var report = FeedReport()
    let errors = list.errors + FeedReader.readAll(list.files, into: &collection, report: &report)
    guard !report.feeds.isEmpty else {
      throw errors.first.map { DatabaseSideError(.noFeed, $0) }
        ?? DatabaseSideError(.noFeed, "\(name): there is no feed to read")
    }
    do throws(DatabaseError) {
      var side = DatabaseSide(
        name: name, database: try IndicatorDatabase(DatabaseCompiler.compile(collection)),
        report: report, errors: errors, isCompiled: true)
      side.sourcePaths = FeedList.sourcePaths(of: requests, errors: errors)
      return side
    } catch {
      throw DatabaseSideError(.cannotCompile, "\(name): \(error.problem)", remedy: error.remedy)
    }
  }

  private init(
    name: String, database: IndicatorDatabase, report: FeedReport, errors: [FeedError],
    isCompiled: Bool
  ) {
    self.name = name
    self.database = database
    self.report = report
    self.errors = errors
    self.isCompiled = isCompiled
    feeds = database.feeds
  }

  /// The summary of the feed with this name, if it was read just now.
  func summary(ofFeed name: String) -> FeedSummary? {
    report.feeds.first { $0.name == name }
  }
}

/// Why one side of a comparison cannot be had.
public struct DatabaseSideError: Error, Sendable, Advising {
  /// What kind of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// A database file is damaged, cut short or of another version.
    case unusableDatabase = "unusable-database"
    /// A feed configuration cannot be read.
    case unusableConfiguration = "unusable-configuration"
    /// There is no feed that can be read.
    case noFeed = "no-feed"
    /// The feeds make no database.
    case cannotCompile = "cannot-compile"
  }

  /// What kind of fault it is.
  public let code: Code
  /// `PATH: what is wrong`.
  public let fault: String
  /// What to do about it; empty where nothing can be said.
  public let remedy: Advice

  init(_ code: Code, _ fault: String, remedy: Advice = "") {
    self.code = code
    self.fault = fault
    self.remedy = remedy
  }

  init(_ code: Code, _ error: DatabaseError) {
    self.init(code, error.fault, remedy: error.remedy)
  }

  init(_ code: Code, _ error: FeedError) {
    self.init(code, error.fault, remedy: error.remedy)
  }

  /// `PATH: what is wrong; what to do`.
  public var description: String { text { $0.description } }

  /// `PATH: what is wrong; what to do`, with options as a program calls them.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text(fault, naming: name)
  }
}

extension DatabaseSideError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
