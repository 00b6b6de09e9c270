import Indicators
import Inputs
import Scanning
import YAML

/// Compares the hits and figures of a case with its expectation.
struct CaseComparison {
  /// The most hits that are shown for one fault.
  private static let shownHits = 5

  let test: SuiteCase
  let result: CaseResult
  let explainer: Explainer
  private let plain: [JSONTree]
  private let suppressed: [JSONTree]

  init(test: SuiteCase, result: CaseResult, explainer: Explainer) {
    self.test = test
    self.result = result
    self.explainer = explainer
    plain = result.found.filter { $0["suppressed"] == nil }
    suppressed = result.found.filter { $0["suppressed"] != nil }
  }

  /// The expectations that do not hold, in the order of the suite.
  func faults(isComplete: Bool) -> [CaseResult.Fault] {
    guard !test.expectation.isEmpty else { return [nothingExpected] }
    var faults: [CaseResult.Fault] = []
    for pattern in test.expectation.hits { faults += fault(of: pattern) }
    for pattern in test.expectation.absentHits { faults += unwanted(pattern) }
    if test.expectation.allowsNoOthers { faults += others() }
    faults += figures(isComplete: isComplete)
    for text in test.expectation.problems
    where !result.problems.contains(where: { $0.contains(text) }) {
      faults.append(
        CaseResult.Fault(
          kind: .missingProblem, line: test.line,
          text: "no message about an input says '\(text)'",
          difference: ["- \(text)"]
            + result.problems.map { "+ \($0)" }))
    }
    return faults
  }

  /// The fault of a case that would be as expected whatever is found.
  private var nothingExpected: CaseResult.Fault {
    CaseResult.Fault(
      kind: .nothingExpected, line: test.place.member?.start.line ?? test.line,
      text: "the case expects nothing, so it checks nothing; give 'hits', 'no-hits' or "
        + "'only: true' (no hits) below 'expect', or let --update write what is found",
      difference: plain.prefix(Self.shownHits).map { "+ " + HitText.line($0) })
  }

  private func candidates(_ pattern: HitPattern) -> [JSONTree] {
    pattern.isOfSuppressed ? suppressed : plain
  }

  // MARK: Hits

  private func fault(of pattern: HitPattern) -> [CaseResult.Fault] {
    let matching = candidates(pattern).filter(pattern.matches)
    guard !pattern.count.allows(matching.count) else { return [] }
    let found = matching.count == 1 ? "1 was found" : "\(matching.count) were found"
    let isMissing = matching.count < pattern.count.least
    var fault = CaseResult.Fault(
      kind: isMissing ? .missingHit : .tooManyHits, line: pattern.line,
      text: "expected \(pattern.count.text) like \(HitText.pattern(pattern)), \(found)")
    if isMissing {
      fault.markedDifference = difference(pattern, besides: matching)
      fault.reasons = reasons(for: pattern)
    } else {
      fault.markedDifference = matching.prefix(Self.shownHits).map { "+ " + HitText.line($0) }
      if matching.count > Self.shownHits {
        fault.markedDifference.append("+ and \(matching.count - Self.shownHits) more")
      }
    }
    return [fault]
  }

  private func unwanted(_ pattern: HitPattern) -> [CaseResult.Fault] {
    let matching = candidates(pattern).filter(pattern.matches)
    guard !matching.isEmpty else { return [] }
    return [
      CaseResult.Fault(
        kind: .unwantedHit, line: pattern.line,
        text: "expected no hit like \(HitText.pattern(pattern)), \(matching.count) found",
        difference: matching.prefix(Self.shownHits).map { "+ " + HitText.line($0) })
    ]
  }

  /// A fault if there are hits that match no expectation.
  private func others() -> [CaseResult.Fault] {
    let patterns = test.expectation.hits.filter { !$0.isOfSuppressed }
    let others = plain.filter { hit in !patterns.contains { $0.matches(hit) } }
    guard !others.isEmpty else { return [] }
    return [
      CaseResult.Fault(
        kind: .unexpectedHit, line: test.line,
        text: "\(others.count) hit\(others.count == 1 ? "" : "s") that no expectation is like "
          + "('only: true')",
        difference: others.prefix(Self.shownHits).map { "+ " + HitText.line($0) }
          + (others.count > Self.shownHits ? ["+ and \(others.count - Self.shownHits) more"] : []))
    ]
  }

  /// Expected members against those of the nearest hit found.
  private func difference(_ pattern: HitPattern, besides matching: [JSONTree]) -> [String] {
    var lines = HitText.lines(pattern).map { "- " + $0 }
    let others = result.found.filter { !pattern.matches($0) || !candidates(pattern).contains($0) }
    let nearest =
      others.map { ($0, pattern.mismatches($0).count) }
      .filter { $0.1 < pattern.conditions.count }
      .min { $0.1 < $1.1 }?.0
    guard let nearest else {
      if matching.isEmpty {
        lines.append(plain.isEmpty ? "+ (no hits)" : "+ (no hit has anything of it)")
      } else {
        // Some hits match, but too few, and no other hit is near.
        lines += matching.prefix(Self.shownHits).map { "+ " + HitText.line($0) }
      }
      return lines
    }
    lines.removeAll()
    for condition in pattern.conditions {
      let single = HitPattern(conditions: [condition], line: 0)
      let text = HitText.lines(single)
      if single.matches(nearest) {
        lines += text.map { "  " + $0 }
      } else {
        lines += text.map { "- " + $0 }
        lines.append(
          "+ " + condition.path.joined(separator: ".") + ": "
            + HitText.found(nearest, condition.path[...]))
      }
    }
    if pattern.mismatches(nearest).isEmpty {
      lines.append("+ suppressed: " + HitText.found(nearest, ["suppressed"]))
    }
    return lines
  }

  /// Why a value gives no hit.
  private func reasons(for pattern: HitPattern) -> [Explanation.Finding] {
    guard let value = pattern.text("value") ?? indicatorValue(pattern) else { return [] }
    // The value may be a domain or a file's name: the expected kind says which.
    let kind = pattern.text("kind").flatMap { IndicatorKind(name: $0) }
    let explanation = explainer.explain(
      Array(value.utf8), as: kind.flatMap { $0.isNetworkKind ? nil : $0 },
      inputs: test.inputs.map { InputPath($0) }, inMemory: explainer.options.inputsInMemory)
    let decisive = explanation.decisive
    return decisive.isEmpty ? explanation.findings : decisive
  }

  private func indicatorValue(_ pattern: HitPattern) -> String? {
    for condition in pattern.conditions where condition.path == ["indicators", "value"] {
      if case .scalar(let text) = condition.value { return text }
    }
    return nil
  }

  // MARK: Figures

  private func figures(isComplete: Bool) -> [CaseResult.Fault] {
    var faults: [CaseResult.Fault] = []
    for figure in test.expectation.summary.figures {
      let value = SummaryPattern.value(figure, in: result.summary)
      guard !figure.count.allows(value) else { continue }
      let name = figure.key + (figure.name.map { "." + $0 } ?? "")
      faults.append(
        CaseResult.Fault(
          kind: .wrongFigure, line: figure.line,
          text: "summary: \(name) is \(value), expected \(Self.bounds(figure.count))",
          difference: ["- \(name): \(Self.bounds(figure.count))", "+ \(name): \(value)"]))
    }
    if let expected = test.expectation.summary.isComplete, expected != isComplete {
      faults.append(
        CaseResult.Fault(
          kind: .wrongFigure, line: test.line,
          text: "summary: complete is \(isComplete), expected \(expected)",
          difference: ["- complete: \(expected)", "+ complete: \(isComplete)"]))
    }
    return faults
  }

  private static func bounds(_ count: HitPattern.Count) -> String {
    if count.least == count.most { return "\(count.least)" }
    if count.most == .max { return "at least \(count.least)" }
    return count.least == 0 ? "at most \(count.most)" : "\(count.least) to \(count.most)"
  }
}

extension HitPattern {
  init(conditions: [Condition], line: Int) {
    self.conditions = conditions
    self.line = line
  }
}
