import Inputs
import YAML

/// Rewrites the expectations of failed cases to what was found.
///
/// Everything else of the file stays as it is, byte for byte, remarks included. Inside a rewritten
/// `expect`, expectations that match hits are kept, with the count found if theirs does not hold;
/// the others are replaced by the hits that no kept one matches. Remarks there are lost.
public struct SuiteUpdate: Sendable {
  /// The suite's file.
  public var path: String
  /// The new content of the file.
  public var bytes: [UInt8]
  /// Lines taken away (`-`) and put in (`+`), with the numbers of those taken away.
  public var difference: [String]
  /// Cases that have to be changed by hand, with the reason.
  public var refused: [String]

  /// The update that results ask for; nil where nothing is to be changed.
  ///
  /// - Throws: `SuiteError` where the file cannot be read.
  public init?(_ suite: Suite, _ report: SuiteReport) throws(SuiteError) {
    path = suite.path
    let bytes = try Suite.bytes(of: suite.path)
    var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
    difference = []
    refused = []
    let failed = report.results.filter { $0.suite == suite.path && $0.status == .failed }
    // From the last to the first, so that line numbers stay right.
    for result in failed.reversed() {
      guard let test = suite.cases.first(where: { $0.name == result.name }) else { continue }
      guard let range = Self.range(of: test.place, in: lines) else {
        refused.append(
          "\(suite.path):\(test.line): '\(test.name)' is written in braces or in a line "
            + "with something else; change it by hand")
        continue
      }
      let indent = test.place.caseStart.column - 1
      let new = ExpectationText(test: test, result: result).lines(indent: indent)
      var told = ["\(suite.path):\(range.lowerBound + 1): \(test.name)"]
      told += lines[range].map { "- " + String(decoding: $0, as: UTF8.self) }
      told += new.map { "+ " + $0 }
      difference = told + difference
      lines.replaceSubrange(range, with: new.map { Array($0.utf8) })
    }
    guard !difference.isEmpty || !refused.isEmpty else { return nil }
    self.bytes = Array(lines.joined(separator: [0x0a]))
  }

  /// The lines of a case's `expect`, or the empty range after the case; nil if it cannot be
  /// rewritten.
  private static func range(of place: ExpectationPlace, in lines: [[UInt8]]) -> Range<Int>? {
    guard !place.isFlow else { return nil }
    guard let member = place.member else {
      let end = lastLine(place.caseEnd, place.caseStart)
      return end <= lines.count ? end..<end : nil
    }
    let first = member.start.line - 1
    let last = lastLine(member.end, member.start)
    guard first < last, last <= lines.count else { return nil }
    // The key must be alone on its line, apart from blanks; `- expect:` would lose the dash.
    guard lines[first].prefix(member.start.column - 1).allSatisfy({ $0 == 0x20 }) else {
      return nil
    }
    return first..<last
  }

  /// How many lines there are up to an end; an end in the first column leaves its own line out.
  private static func lastLine(_ end: YAMLPlace, _ start: YAMLPlace) -> Int {
    end.column == 1 && end.line > start.line ? end.line - 1 : end.line
  }
}

/// Writes what was found as an expectation.
private struct ExpectationText {
  let test: SuiteCase
  let result: CaseResult

  func lines(indent: Int) -> [String] {
    let space = String(repeating: " ", count: indent)
    let others = otherLines(space)
    let patterns = hitLines(areAll: others.isEmpty)
    var lines = [space + "expect:"]
    if !patterns.isEmpty {
      lines.append(space + "  hits:")
      lines += patterns.map { space + "    - " + $0 }
    }
    lines += others
    // What is left has to check something: that there are no hits.
    return lines.count > 1 ? lines : lines + [space + "  only: true"]
  }

  /// The lines of all that is expected but hits.
  private func otherLines(_ space: String) -> [String] {
    var lines: [String] = []
    let absent = test.expectation.absentHits.filter { pattern in
      !result.found.contains { hit in
        (hit["suppressed"] != nil) == pattern.isOfSuppressed && pattern.matches(hit)
      }
    }
    if !absent.isEmpty {
      lines.append(space + "  no-hits:")
      lines += absent.map { space + "    - " + Self.flow($0, count: nil) }
    }
    if test.expectation.allowsNoOthers { lines.append(space + "  only: true") }
    lines += summaryLines(space + "  ")
    if !result.problems.isEmpty {
      lines.append(space + "  problems:")
      lines += result.problems.map { space + "    - " + YAMLText.scalar($0) }
    }
    return lines
  }

  /// The patterns that match hits, with counts that hold, then the hits that no pattern matches.
  ///
  /// Where nothing else is expected (`areAll`), these are those of all hits.
  private func hitLines(areAll: Bool) -> [String] {
    var lines: [String] = []
    var rest = result.found
    for pattern in test.expectation.hits {
      let matching = result.found.filter { hit in
        (hit["suppressed"] != nil) == pattern.isOfSuppressed && pattern.matches(hit)
      }
      guard !matching.isEmpty || pattern.count.least == 0 else { continue }
      let isFine = pattern.count.allows(matching.count)
      let count =
        isFine ? pattern.count : HitPattern.Count(least: matching.count, most: matching.count)
      lines.append(Self.flow(pattern, count: count))
      rest.removeAll { pattern.matches($0) }
    }
    // A case whose `expect` says nothing about hits does not begin to.
    let speaksOfHits =
      !test.expectation.hits.isEmpty || test.expectation.allowsNoOthers || test.place.member == nil
      || areAll
    guard speaksOfHits else { return lines }
    // Suppressed hits are written only if the case expects some.
    if !test.expectation.hits.contains(where: \.isOfSuppressed) {
      rest.removeAll { $0["suppressed"] != nil }
    }
    var counts: [(line: String, count: Int)] = []
    for hit in rest {
      let line = Self.members(of: hit)
      if !counts.contains(where: { $0.line == line }) {
        // Hits that a kept pattern matches count as well, since this line matches them too.
        let isSuppressed = hit["suppressed"] != nil
        let all = result.found.count {
          ($0["suppressed"] != nil) == isSuppressed && Self.members(of: $0) == line
        }
        counts.append((line, all))
      }
    }
    return lines + counts.map { "{\($0.line), count: \($0.count)}" }
  }

  private static func members(of hit: JSONTree) -> String {
    var members: [String] = []
    for key in ["kind", "field", "value", "match"] {
      if let text = hit[key]?.text { members.append("\(key): \(YAMLText.scalar(text))") }
    }
    if let path = hit["source"]?["path"]?.text?.split(separator: "/").last {
      members.append("path: \(YAMLText.scalar(String(path)))")
    }
    return members.joined(separator: ", ")
  }

  private static func flow(_ pattern: HitPattern, count: HitPattern.Count?) -> String {
    var members = pattern.conditions.map { condition in
      let short = HitShape.shorthands.first { $0.path == condition.path }?.key
      let key = short ?? condition.path.joined(separator: ".")
      return "\(key): \(text(condition.value))"
    }
    if let count, count != .some {
      if count.least == count.most {
        members.append("count: \(count.least)")
      } else {
        if count.least != 0 { members.append("min: \(count.least)") }
        if count.most != .max { members.append("max: \(count.most)") }
      }
    }
    return "{" + members.joined(separator: ", ") + "}"
  }

  private static func text(_ value: HitPattern.Value) -> String {
    switch value {
    case .absent: "null"
    case .scalar(let text): YAMLText.scalar(text)
    case .list(let items): "[" + items.map(text).joined(separator: ", ") + "]"
    case .map(let members):
      "{" + members.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private func summaryLines(_ space: String) -> [String] {
    let summary = test.expectation.summary
    guard !summary.isEmpty else { return [] }
    var lines = [space + "summary:"]
    for figure in summary.figures where figure.name == nil {
      lines.append("\(space)  \(figure.key): \(value(figure))")
    }
    for table in SummaryPattern.tables {
      let rows = summary.figures.filter { $0.key == table.key }
      guard !rows.isEmpty else { continue }
      lines.append("\(space)  \(table.key):")
      for row in rows {
        lines.append("\(space)    \(YAMLText.scalar(row.name ?? "")): \(value(row))")
      }
    }
    if summary.isComplete != nil, case .boolean(let flag)? = result.summary["complete"] {
      lines.append("\(space)  complete: \(flag)")
    }
    return lines
  }

  private func value(_ figure: SummaryPattern.Figure) -> String {
    let found = SummaryPattern.value(figure, in: result.summary)
    guard figure.count.allows(found), figure.count.least != figure.count.most else {
      return "\(found)"
    }
    var bounds: [String] = []
    if figure.count.least != 0 { bounds.append("min: \(figure.count.least)") }
    if figure.count.most != .max { bounds.append("max: \(figure.count.most)") }
    return "{" + bounds.joined(separator: ", ") + "}"
  }
}
