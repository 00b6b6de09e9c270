internal import Scanning

extension SuiteReport {
  /// One JSON object, ending in a newline.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schema", 1)
    for (key, status) in [
      ("passed" as StaticString, CaseResult.Status.passed), ("failed", .failed),
      ("errors", .error), ("skipped", .skipped),
    ] {
      writer.key(key)
      writer.number(count(status))
    }
    writer.key("cases")
    writer.beginArray()
    for result in results { Self.append(result, to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  private static func append(_ result: CaseResult, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("suite", result.suite)
    writer.member("name", result.name)
    writer.member("line", result.line)
    writer.member("status", result.status.rawValue)
    writer.member("hits", result.hits)
    writer.key("seconds")
    writer.fragment(Array(Decimals.text(result.seconds, 6).utf8))
    writer.key("faults")
    writer.beginArray()
    for fault in result.faults {
      writer.beginObject()
      writer.member("kind", fault.kind.rawValue)
      writer.member("line", fault.line)
      writer.member("text", fault.text)
      writer.key("difference")
      writer.beginArray()
      for line in fault.difference { writer.string(line) }
      writer.endArray()
      writer.key("why")
      writer.beginArray()
      for reason in fault.reasons { writer.finding(reason) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
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
  /// Writes one step of an explanation.
  mutating func finding(_ finding: Explanation.Finding) {
    beginObject()
    member("cause", finding.cause.rawValue)
    member("text", finding.text)
    if !finding.place.isEmpty {
      member("place", finding.place)
    }
    endObject()
  }
}
