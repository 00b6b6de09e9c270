import Parsing

extension SuiteReport {
  /// JUnit's XML, valid by the schemas of both the Jenkins xUnit plugin and windyroad.
  ///
  /// - Parameter time: the start of the run in nanoseconds since 1970.
  /// - Returns: the document, ending in a newline.
  public func junit(at time: Int64) -> String {
    var stamp: [UInt8] = []
    Timestamp.append(time, to: &stamp)
    // Both schemas want a time without fraction and zone.
    let timestamp = String(decoding: stamp.prefix(19), as: UTF8.self)
    var suites: [(path: String, results: [CaseResult])] = []
    for result in results {
      if suites.last?.path != result.suite { suites.append((result.suite, [])) }
      suites[suites.count - 1].results.append(result)
    }
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
    for (index, suite) in suites.enumerated() {
      let results = suite.results
      func count(_ status: CaseResult.Status) -> Int { results.count { $0.status == status } }
      xml += "  <testsuite name=\"\(XMLText.attribute(results[0].suiteName))\" package=\"sekisho\""
      xml += " id=\"\(index)\" hostname=\"localhost\" timestamp=\"\(timestamp)\""
      xml += " tests=\"\(results.count)\" failures=\"\(count(.failed))\""
      xml += " errors=\"\(count(.error))\" skipped=\"\(count(.skipped))\""
      xml += " time=\"\(Decimals.text(results.reduce(0) { $0 + $1.seconds }, 3))\">\n"
      xml += "    <properties/>\n"
      for result in results { xml += Self.testcase(result) }
      xml += "    <system-out/>\n    <system-err/>\n  </testsuite>\n"
    }
    return xml + "</testsuites>\n"
  }

  private static func testcase(_ result: CaseResult) -> String {
    var xml = "    <testcase classname=\"\(XMLText.attribute(result.suite))\""
    xml += " name=\"\(XMLText.attribute(result.name))\""
    xml += " time=\"\(Decimals.text(result.seconds, 3))\""
    switch result.status {
    case .passed: return xml + "/>\n"
    case .skipped:
      let reason = XMLText.attribute(result.faults.first?.text ?? "")
      return xml + ">\n      <skipped message=\"\(reason)\"/>\n    </testcase>\n"
    case .failed, .error: break
    }
    let element = result.status == .failed ? "failure" : "error"
    let message = result.faults.first?.text ?? ""
    let kind = result.faults.first?.kind.rawValue ?? ""
    xml += ">\n      <\(element) type=\"\(kind)\" message=\"\(XMLText.attribute(message))\">"
    let lines = result.faults.flatMap { fault in
      ["\(result.suite):\(fault.line):"] + fault.plainLines
    }
    xml += XMLText.content(lines.joined(separator: "\n"))
    return xml + "</\(element)>\n    </testcase>\n"
  }
}

/// Text inside XML 1.0.
enum XMLText {
  static func attribute(_ text: String) -> String { escaped(text, isAttribute: true) }
  static func content(_ text: String) -> String { escaped(text, isAttribute: false) }

  private static func escaped(_ text: String, isAttribute: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "\n" where !isAttribute: output += "\n"
      case "\t", "\n", "\r": output += "&#\(scalar.value);"
      // Characters that XML has no way to write.
      case "\u{0}"..."\u{1F}", "\u{FFFE}"..."\u{FFFF}": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
