import Database
import Indicators
import Inputs

/// What a run matches against, shared by its threads, and what its report says of it.
struct MatchSetup: Sendable {
  let databases: [IndicatorDatabase]
  let options: ScanOptions
  let mode: ScanMode
  /// The hosts of URL indicators, if they take part.
  let hosts: URLHosts?
  private let joint: JointConditions.Source
  /// Whether the hosts of URL indicators take no part since they make no database.
  private let lacksHosts: Bool

  init(
    _ databases: [IndicatorDatabase], _ options: ScanOptions, to destination: ResultDestination,
    onProblem: (ScanProblem) -> Void
  ) {
    self.databases = databases
    self.options = options
    mode = ScanMode(collectsHits: destination.takesValues)
    joint = JointConditions.Source(databases)
    guard options.urlHosts != .off, options.kinds.contains(.url) else {
      (hosts, lacksHosts) = (nil, false)
      return
    }
    do {
      (hosts, lacksHosts) = (try URLHosts(databases), false)
    } catch {
      onProblem(
        ScanProblem(
          .noURLHosts, .option(.urlHosts),
          message: "the hosts of URLs take no part, since they make no database: \(error)"))
      (hosts, lacksHosts) = (nil, true)
    }
  }

  /// Turns matches into hits; each thread has one of its own.
  func resolver() -> HitResolver {
    HitResolver(databases: databases, options: options, mode: mode, hosts: hosts, joint: joint)
  }

  /// Adds to a report what only the databases tell.
  func complete(_ report: inout ScanReport) {
    if lacksHosts { report.hasErrors = true }
    if let hosts {
      report.encryptedURLs = hosts.count(of: report.statistics.encryptedHosts)
    } else if EncryptedNames.takePart(databases, options) {
      report.encryptedURLs = URLHosts.count(on: report.statistics.encryptedNames, in: databases)
    }
    report.topEntries = report.statistics.hitsByEntry.top(10).map { reference, hits in
      (EntryCatalog.read(reference, from: databases[reference.database]), hits)
    }
  }
}
