public import Database
public import Feeds
package import Indicators
public import Inputs
import Parsing
public import Scanning

/// Explains why values are hits or not.
///
/// The rules are those of the scan itself: entries are looked up by the same function, sources are let
/// in by the same test, and inputs are scanned with a database that holds nothing but the value.
public struct Explainer: Sendable {
  let databases: [IndicatorDatabase]
  let options: ScanOptions
  /// What the feeds refused, if they were compiled just now.
  let report: FeedReport
  let errors: [FeedError]

  /// An explainer for a scan with these databases and options.
  ///
  /// - Parameters:
  ///   - databases: what is matched against.
  ///   - options: the options of the scan whose hits are missing or surprise.
  ///   - report: what feeds refused, where they were compiled just now.
  ///   - errors: feeds that could not be read.
  public init(
    databases: [IndicatorDatabase], options: ScanOptions, report: FeedReport = FeedReport(),
    errors: [FeedError] = []
  ) {
    self.databases = databases
    self.options = options
    self.report = report
    self.errors = errors
  }

  /// Follows a value through the entries, and through the inputs if there are any.
  ///
  /// Inputs in memory (`ScanOptions.inputsInMemory`) take part as well. Inputs are read more than
  /// once, so standard input and pipes are kept in memory, up to `InputInMemory.mostKept` bytes of
  /// what they hold.
  public func explain(_ value: [UInt8], inputs: [InputPath] = []) -> Explanation {
    var files: [InputPath] = []
    var kept = options.inputsInMemory
    var faults: [Explanation.Finding] = []
    for path in inputs {
      do throws(InputError) {
        if let input = try InputInMemory(keeping: path) {
          kept.append(input)
        } else {
          files.append(path)
        }
      } catch {
        faults.append(
          Explanation.Finding(.inputUnreadable, error.message, place: path.description))
      }
    }
    var result = explain(value, as: nil, inputs: files, inMemory: kept)
    result.findings += faults
    return result
  }

  /// Explains a value over files and inputs in memory; `kind` is nil if its shape is to tell.
  package func explain(
    _ asked: [UInt8], as kind: IndicatorKind?, inputs: [InputPath], inMemory: [InputInMemory]
  ) -> Explanation {
    var result = Explanation(asked: asked)
    var finder = EntryFinder(databases)
    let value: AskedValue
    var covering: [EntryFinder.Covering] = []
    switch read(asked, as: kind, &finder, &covering) {
    case .success(let read): value = read
    case .failure(let refused):
      result.findings.append(Self.finding(refused))
      addFeedFaults(asked, nil, to: &result)
      return result
    }
    result.kind = value.kind
    result.normalForm = value.text
    addReading(value, to: &result)
    guard !value.isNetwork else {
      result.findings.append(
        Explanation.Finding(
          .notAnIndicator, "a network is not one value; ask for an address in it"))
      return result
    }
    if value.kind == .domain { covering += finder.hosted(on: value.bytes, options.urlHosts) }
    var trace = EntryTrace(options: options)
    for found in covering { trace.add(found, at: .noEventTime) }
    result.findings += trace.findings
    result.matches = trace.matches
    if covering.isEmpty {
      result.findings.append(Explanation.Finding(.noEntry, "no entry covers it"))
      var near = NearMisses(finder: finder, value: value)
      result.findings += near.findings()
      addFeedFaults(asked, value, to: &result)
    }
    if !inputs.isEmpty || !inMemory.isEmpty {
      InputTrace(explainer: self, value: value, partners: trace.partners, covering: covering)
        .walk(inputs, inMemory, into: &result)
    }
    return result
  }

  /// Reads a value by its shape, or as what entries cover.
  ///
  /// What has no shape may be a file name, a registry key or another text. The entries that cover it are
  /// given as well.
  private func read(
    _ asked: [UInt8], as kind: IndicatorKind?, _ finder: inout EntryFinder,
    _ covering: inout [EntryFinder.Covering]
  ) -> Result<AskedValue, RefusedValue> {
    let shaped = AskedValue.read(asked, as: kind)
    if case .success(let value) = shaped, !value.isNetwork { covering = finder.covering(value) }
    if kind != nil { return shaped }
    var covered: AskedValue?
    let others = AskedValue.opaque(asked)
    for other in others {
      let found = finder.covering(other)
      if found.isEmpty { continue }
      if covering.isEmpty { covered = other }
      covering += found
    }
    if let covered { return .success(covered) }
    if case .failure = shaped, let path = others.first(where: \.isPath) { return .success(path) }
    return shaped
  }

  private static func finding(_ refused: RefusedValue) -> Explanation.Finding {
    guard let refusal = refused.refusal else {
      return Explanation.Finding(.notAnIndicator, "a range is not one value; ask for an address")
    }
    return Explanation.Finding(
      .notAnIndicator, "not something an indicator can be: \(refusal.rawValue)")
  }

  private func addReading(_ value: AskedValue, to result: inout Explanation) {
    let text = value.text
    var isRefanged = false
    if value.kind.isNetworkKind {
      // A value that cannot be read without refanging was written defanged.
      var admission = AdmissionOptions()
      admission.refangs = false
      admission.keepsPrivateAddresses = true
      admission.keepsPublicSuffixes = true
      var parser = IndicatorParser()
      isRefanged = parser.parse(value.asked.rawSpan, as: .none, options: admission) != nil
    }
    let shown = Marks.value(text, value.kind)
    if isRefanged {
      result.findings.append(
        Explanation.Finding(.refanged, "written defanged; read as \(value.kind.name) \(shown)"))
    } else if text != value.asked {
      result.findings.append(
        Explanation.Finding(.normalised, "its normal form is \(value.kind.name) \(shown)"))
    }
    if value.kind == .url, let escape = URLPieces(value.bytes)?.reservedEscape {
      result.findings.append(
        Explanation.Finding(
          .zeekDecodes,
          "cannot hit in the uri of Zeek's logs, which is percent-decoded already: its "
            + "\(escape) is no longer told from the character there"))
    }
    if let refusal = value.usualRefusal {
      result.findings.append(
        Explanation.Finding(
          .feedsRefuse,
          "feeds refuse such a value (\(refusal.rawValue))" + Self.remedy(refusal)))
    }
    for lint in value.usualLints where lint == .privateSuffixExact || lint == .wellKnownName {
      result.findings.append(
        Explanation.Finding(
          .feedsRefuse,
          "feeds load it for the name alone, not for names below it (\(lint.rawValue)); "
            + (lint == .wellKnownName ? "'trusted: true'" : "'public-suffixes: keep'")
            + " in the feed's configuration changes that"))
    }
  }

  private static func remedy(_ refusal: Refusal) -> String {
    switch refusal {
    case .privateAddress: " unless the feed's configuration says 'private: keep'"
    case .publicSuffix: " unless the feed's configuration says 'public-suffixes: keep'"
    case .pathOnly: " but those of maltrail, where it meets the path of http.url in captures alone"
    default: ""
    }
  }

  /// Adds what the feeds say of the value: lines refused, files not read.
  private func addFeedFaults(_ asked: [UInt8], _ value: AskedValue?, to result: inout Explanation) {
    let text = value?.text ?? asked
    for feed in report.feeds {
      for diagnostic in feed.diagnostics where diagnostic.severity == .refused {
        let excerpt = Array(diagnostic.excerpt.utf8)
        var isSame = excerpt == asked || excerpt == text
        if !isSame, case .success(let other) = AskedValue.read(excerpt) {
          isSame = other.text == text && other.kind == value?.kind
        }
        guard isSame || Cells.holds(excerpt, text) else { continue }
        let line = diagnostic.line.map { ":\($0)" } ?? ""
        result.findings.append(
          Explanation.Finding(
            .refusedByFeed, "refused by \(feed.name)\(line): \(diagnostic.reason)",
            place: feed.name + line))
      }
    }
    for error in errors {
      result.findings.append(
        Explanation.Finding(.feedUnreadable, "not read: \(error.commandText)", place: error.path))
    }
  }
}
