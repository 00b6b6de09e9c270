extension SuiteReport {
  /// The Test Anything Protocol, version 14.
  public func tap() -> String {
    var text = "TAP version 14\n1..\(results.count)\n"
    for (index, result) in results.enumerated() {
      let isOK = result.status == .passed || result.status == .skipped
      text += "\(isOK ? "ok" : "not ok") \(index + 1) - \(Self.tapName(result))"
      if result.status == .skipped {
        text += " # SKIP " + Self.oneLine(result.faults.first?.text ?? "")
      }
      text += "\n"
      guard !isOK else { continue }
      text +=
        "  ---\n  suite: \(YAMLText.quoted(result.suite))\n  line: \(result.line)\n  faults:\n"
      for fault in result.faults {
        text += "    - kind: \(fault.kind.rawValue)\n      line: \(fault.line)\n"
        text += "      message: \(YAMLText.quoted(fault.text))\n"
        for (key, lines) in [
          ("difference", fault.difference), ("why", fault.reasons.map(\.text)),
        ] where !lines.isEmpty {
          text += "      \(key):\n"
          for line in lines { text += "        - \(YAMLText.quoted(line))\n" }
        }
      }
      text += "  ...\n"
    }
    return text
  }

  /// `#` and backslashes are escaped in TAP 14; a name must not look like a directive.
  private static func tapName(_ result: CaseResult) -> String {
    var text = ""
    for character in oneLine(result.name) {
      if character == "#" || character == "\\" { text += "\\" }
      text.append(character)
    }
    return text
  }

  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
  }

  /// Workflow commands that GitHub shows beside the suite's lines, then the tally.
  public func github() -> String {
    var text = ""
    for result in results where result.status == .failed || result.status == .error {
      for fault in result.faults {
        text += "::error file=\(GitHubText.property(result.suite)),line=\(fault.line)"
        text += ",title=\(GitHubText.property(result.name))::"
        text += GitHubText.message(fault.plainLines.joined(separator: "\n")) + "\n"
      }
    }
    for result in results where result.status == .skipped {
      text += "::notice file=\(GitHubText.property(result.suite)),line=\(result.line)"
      text += ",title=\(GitHubText.property(result.name + " was skipped"))::"
      text += GitHubText.message(result.faults.first?.text ?? "") + "\n"
    }
    return text + tally + "\n"
  }
}

/// Text inside GitHub's workflow commands.
enum GitHubText {
  static func message(_ text: String) -> String { escaped(text, isProperty: false) }
  static func property(_ text: String) -> String { escaped(text, isProperty: true) }

  private static func escaped(_ text: String, isProperty: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": output += "%25"
      case "\r": output += "%0D"
      case "\n": output += "%0A"
      case ":" where isProperty: output += "%3A"
      case "," where isProperty: output += "%2C"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
