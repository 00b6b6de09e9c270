import Indicators

extension DatabaseDifference {
  /// Markdown for a pull request; values are defanged and nothing from feeds or inputs is markup.
  public func markdown(exceeded: [(threshold: Threshold, value: Double)] = []) -> String {
    var text = "### Indicators: \(Self.cell(oldName)) → \(Self.cell(newName))\n\n"
    for (threshold, value) in exceeded {
      text += "**Exceeded: \(threshold) (it is \(Self.number(value)))**\n\n"
    }
    text += "\(total.old) → \(total.new) entries: \(total.added) added, \(total.removed) removed, "
    text += "\(total.changed) changed.\n"
    for problem in problems { text += "\nNot read: \(Self.cell(problem))\n" }
    if let hits {
      text += "\nHits in the inputs: \(hits.old) → \(hits.new): **\(hits.count(.lost)) lost**, "
      text += "\(hits.count(.gained)) gained, \(hits.count(.suppressed)) now suppressed.\n"
      for kind in HitDifference.Kind.allCases {
        let some = hits.changes.filter { $0.changeKind == kind }
        guard !some.isEmpty else { continue }
        text +=
          "\n| \(kind == .suppressed ? "now suppressed" : kind.rawValue) | seen in | by | cause |\n"
        text += "|---|---|---|---|\n"
        for change in some.prefix(Self.shownChanges) {
          text += "| \(Self.value(change.value, change.kind)) "
          text += "| \(Self.cell(String(decoding: change.field, as: UTF8.self))), "
          text += "\(Self.cell(change.place)) "
          text +=
            "| \(Self.value(change.indicator, change.indicatorKind)), \(Self.cell(change.feed))"
          text += (change.line.map { ":\($0)" } ?? "") + " "
          text += "| \(Self.cause(change.cause, change.markedDetail)) |\n"
        }
        text += Self.more(hits.count(kind) - min(some.count, Self.shownChanges))
      }
    }
    text += "\n| kind | old | new | added | removed | changed |\n|---|--:|--:|--:|--:|--:|\n"
    for row in kindRows { text += "| " + row.joined(separator: " | ") + " |\n" }
    text += "\n| feed | old | new | added | removed | changed | |\n|---|--:|--:|--:|--:|--:|---|\n"
    for row in feedRows {
      text += "| " + row.map { Self.cell($0) }.joined(separator: " | ") + " |\n"
    }
    for kind in EntryChange.Kind.allCases where kind != .added {
      let some = changes.filter { $0.changeKind == kind }
      guard !some.isEmpty else { continue }
      text += "\n<details><summary>\(some.count) \(kind.rawValue)</summary>\n\n"
      text += "| value | feed | cause |\n|---|---|---|\n"
      for change in some.prefix(Self.shownChanges * 5) {
        text += "| \(Self.value(change.value, change.kind)) | \(Self.cell(change.path))"
        text += (change.line.map { ":\($0)" } ?? "")
        text += " | \(Self.cause(change.cause, change.markedDetail)) |\n"
      }
      let all = kind == .removed ? total.removed : total.changed
      text += Self.more(all - min(some.count, Self.shownChanges * 5)) + "\n</details>\n"
    }
    return text
  }

  private static func more(_ count: Int) -> String {
    count > 0 ? "\nand \(count) more\n" : ""
  }

  private static func cause(_ cause: ChangeCause, _ detail: String) -> String {
    "\(cause.rawValue)" + (detail.isEmpty ? "" : " (\(cell(detail)))")
  }

  private static func value(_ value: [UInt8], _ kind: IndicatorKind) -> String {
    kind.name + " " + cell(Marks.value(value, kind))
  }

  /// Text in a cell: whatever Markdown or HTML would read as markup is escaped.
  static func cell(_ marked: String) -> String {
    var output = ""
    for scalar in Marks.forPeople(marked).unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!", "(", ")", "@", "$":
        output += "&#\(scalar.value);"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
