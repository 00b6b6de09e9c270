import Indicators
import Inputs
import Logs
import Parsing
import Testing

/// Several events in one record: in lists, in arrays of such, in strings and behind texts (`Logs.md`).
@Suite("Batches of events")
struct BatchTests {
  /// A record, and each address in it with its side, time and event.
  typealias Case = (record: String, told: [String])

  private static let list =
    #"{"Records":[{"eventTime":"2024-05-01T10:00:00Z","sourceIPAddress":"192.0.2.1"},{"eventTime":"2024-05-01T10:00:09Z","sourceIPAddress":"192.0.2.2"}]}"#
  private static let value =
    #"{"value":[{"createdDateTime":"2024-05-01T10:00:00Z","ipAddress":"192.0.2.1"},{"createdDateTime":"2024-05-01T10:00:09Z","ipAddress":"192.0.2.2"}]}"#
  private static let logs =
    #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1714557600000000000","src_ip":"192.0.2.1"},{"timeUnixNano":"1714557609000000000","src_ip":"192.0.2.2"}]}]}]}"#
  private static let array =
    #"[{"time":"2024-05-01T10:00:00Z","src_ip":"192.0.2.1"},{"time":"2024-05-01T10:00:09Z","src_ip":"192.0.2.2"}]"#
  private static let both = [
    "192.0.2.1 source at 10:00:00 (192.0.2.1 to ?)",
    "192.0.2.2 source at 10:00:09 (192.0.2.2 to ?)",
  ]

  private static func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// The same with the time of what is around them.
  private static let later = [
    "192.0.2.1 source at 12:00:00 (192.0.2.1 to ?)",
    "192.0.2.2 source at 12:00:00 (192.0.2.2 to ?)",
  ]

  private static let inArrays: [Case] = [list, value, logs].flatMap { batch -> [Case] in
    [
      ("[\(batch)]", both), ("[{\"x\":1},\(batch),{\"x\":2}]", both),
      ("[\(batch),\n\(batch)]", both + both), ("app: [\(batch)]", both),
    ]
  }

  private static let inStrings: [Case] = [list, value, logs, array].flatMap { batch -> [Case] in
    [
      (batch, both), ("{\"message\":\"\(quoted(batch))\"}", both),
      ("{\"a\":\"x\",\"body\":\"\(quoted(batch))\",\"b\":\"y\"}", both),
      ("{\"Messages\":[{\"Body\":\"\(quoted(batch))\",\"Id\":\"x\"},{\"Id\":\"y\"}]}", both),
      ("<134>May  1 10:00:00 h app: \(batch)", both), ("app: \(batch)", both),
      ("id,msg,x\n1,\"\(batch.replacing("\"", with: "\"\""))\",y\n", both),
      // What is around them goes before, where it tells.
      ("<134>1 2024-05-01T12:00:00Z h a - - - \(batch)", later),
      ("{\"time\":\"2024-05-01T12:00:00Z\",\"message\":\"\(quoted(batch))\"}", later),
      (
        "{\"message\":\"\(quoted(batch))\",\"src_ip\":\"192.0.2.9\"}",
        [
          "192.0.2.1 source at 10:00:00 (192.0.2.9 to ?)",
          "192.0.2.2 source at 10:00:09 (192.0.2.9 to ?)", "192.0.2.9 source (192.0.2.9 to ?)",
        ]
      ),
    ]
  }

  private static let further: [Case] = [
    // One without a time has that of the line.
    (
      #"2024-05-01 12:00:00 app: [{"ts":1714557600,"src_ip":"192.0.2.1"},{"src_ip":"192.0.2.2"}]"#,
      [both[0], later[1]]
    ),
    // Ends are those of one event, and each address has its side there.
    (
      #"x: [{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"},{"src_ip":"192.0.2.2","dst_ip":"192.0.2.1"}]"#,
      [
        "192.0.2.1 source (192.0.2.1 to 192.0.2.2)",
        "192.0.2.2 destination (192.0.2.1 to 192.0.2.2)",
        "192.0.2.2 source (192.0.2.2 to 192.0.2.1)",
        "192.0.2.1 destination (192.0.2.2 to 192.0.2.1)",
      ]
    ),
    // What is no event is told of by itself.
    (
      #"{"message":"{\"value\":[{\"time\":\"2024-05-01T10:00:00Z\",\"src_ip\":\"192.0.2.1\"}],\"b\":\"192.0.2.3\"}"}"#,
      [both[0], "192.0.2.3"]
    ),
  ]

  private static let cases = inArrays + inStrings + further

  @Test(arguments: cases.indices)
  func isTold(_ index: Int) {
    let (record, told) = Self.cases[index]
    let lines = FixtureTests.listing(Array(record.utf8)) { $0 }.split(separator: "\n")
    let found = lines.filter { !$0.hasPrefix("#") }.map { line in
      line.split(separator: " ").dropFirst(3).joined(separator: " ")
        .replacing("2024-05-01T", with: "").replacing(".000000Z", with: "")
    }
    #expect(found == told, "\(record)")
  }
}
