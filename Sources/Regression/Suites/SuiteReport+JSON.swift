import Inputs
import Scanning

extension SuiteReport {
  /// One JSON object, ending in a newline.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("passed", count(.passed))
      writer.member("failed", count(.failed))
      writer.member("errors", count(.error))
      writer.member("skipped", count(.skipped))
      writer.objects("cases", results) { Self.append($1, to: &$0) }
    }
  }

  private static func append(_ result: CaseResult, to writer: inout JSONWriter) {
    writer.member("suite", result.suite)
    writer.member("name", result.name)
    writer.member("line", result.line)
    writer.member("status", result.status.rawValue)
    writer.member("hits", result.hits)
    if !result.skipped.isEmpty { writer.skipped(result.skipped) }
    writer.key("seconds")
    writer.fragment(Array(Decimals.text(result.seconds, 6).utf8))
    writer.objects("faults", result.faults) { writer, fault in
      writer.member("kind", fault.kind.rawValue)
      writer.member("line", fault.line)
      writer.member("text", fault.text)
      writer.strings("difference", fault.difference)
      writer.objects("why", fault.reasons) { $0.members(of: $1) }
    }
  }

  /// SARIF whose results point at the lines of the suites.
  ///
  /// - Parameter version: the version of the tool.
  /// - Returns: JSON, ending in a newline.
  public func sarif(version: String) -> [UInt8] {
    let log = SARIFLog(
      version: version,
      rules: [
        .init(id: "missing-hit", description: "A hit that is expected was not found."),
        .init(id: "too-many-hits", description: "There are more hits than expected."),
        .init(id: "unwanted-hit", description: "A hit was found that must not be."),
        .init(id: "unexpected-hit", description: "A hit is none of those expected."),
        .init(id: "wrong-figure", description: "A figure of the summary is not as expected."),
        .init(id: "missing-problem", description: "A message that is expected was not given."),
        .init(id: "unexpected-problem", description: "An input could not be read to its end."),
        .init(id: "nothing-expected", description: "The case expects nothing."),
        .init(id: "cannot-run", description: "The case could not be run."),
      ],
      results: results.filter { $0.status == .failed || $0.status == .error }.flatMap { result in
        result.faults.map { fault in
          SARIFLog.Result(
            rule: fault.kind.rawValue, level: .error,
            message: result.name + ": " + fault.plainLines.joined(separator: "\n"),
            path: result.suite, line: fault.line)
        }
      })
    return log.json
  }
}

extension JSONWriter {
  /// Writes the members of one step of an explanation.
  mutating func members(of finding: Explanation.Finding) {
    member("cause", finding.cause.rawValue)
    member("text", finding.text)
    if !finding.place.isEmpty { member("place", finding.place) }
  }
}
