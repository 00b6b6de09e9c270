extension SuiteReport {
  /// Lines for people: each case, what of it is not as expected, and why.
  public func table() -> String {
    var text = ""
    var suite: String?
    for result in results {
      if suite != result.suite {
        suite = result.suite
        text += Marks.forPeople(result.suite)
        if result.suiteName != result.suite { text += ": " + Marks.forPeople(result.suiteName) }
        text += "\n"
      }
      let name = Marks.forPeople(result.name)
      switch result.status {
      case .passed:
        text += "  ok    \(name) (\(result.hits) hit\(result.hits == 1 ? "" : "s"))\n"
      case .skipped:
        text += "  skip  \(name): \(Marks.forPeople(result.faults.first?.marked ?? ""))\n"
      case .failed, .error:
        text += (result.status == .failed ? "  FAIL  " : "  ERROR ") + name + "\n"
        for fault in result.faults { text += Self.lines(fault, of: result) }
      }
    }
    return text + tally + "\n"
  }

  private static func lines(_ fault: CaseResult.Fault, of result: CaseResult) -> String {
    var text =
      "        \(Marks.forPeople(result.suite)):\(fault.line): \(Marks.forPeople(fault.marked))\n"
    for line in fault.markedDifference {
      // The sign stays outside, where a cell's guard against formulas does not take it for one.
      text += "          \(line.prefix(2))\(Marks.forPeople(String(line.dropFirst(2))))\n"
    }
    for reason in fault.reasons {
      text += "        why: \(Marks.forPeople(reason.marked))"
      let place = Marks.forPeople(reason.place)
      if !place.isEmpty, !reason.marked.contains(reason.place) { text += " (\(place))" }
      text += "\n"
    }
    return text
  }

  /// `40 passed, 1 failed, 2 skipped`.
  public var tally: String {
    var parts = ["\(count(.passed)) passed"]
    for (status, word) in [
      (CaseResult.Status.failed, "failed"), (.error, "could not be run"), (.skipped, "skipped"),
    ] where count(status) > 0 {
      parts.append("\(count(status)) \(word)")
    }
    if isInterrupted { parts.append("interrupted") }
    return parts.joined(separator: ", ")
  }
}

extension CaseResult.Fault {
  /// All that is said of the fault, without marks, in lines.
  var plainLines: [String] {
    [text] + difference.map { "  " + $0 }
      + reasons.map { reason in
        let text = reason.text
        let place =
          reason.place.isEmpty || text.contains(reason.place) ? "" : " (\(reason.place))"
        return "why: " + text + place
      }
  }
}
