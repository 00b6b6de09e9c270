import Indicators
import Logs
import Parsing
import Testing

/// The time of a record's event, under the names and in the forms that programs give it (`matching.md` §7).
@Suite struct EventTimeTests {
  static let cases: [(record: String, time: String?)] = [
    (#"{"ts":1714979289.5,"host":"a.example"}"#, "2024-05-06T07:08:09.500000Z"),
    (#"{"time_local":"2024/05/06 07:08:09","host":"a.example"}"#, "2024-05-06T07:08:09.000000Z"),
    (#"{"published":"2024/05/06 07:08:09.5","host":"a.example"}"#, "2024-05-06T07:08:09.500000Z"),
    (
      #"{"TimeCreated":"2024-05-06T07:08:09.1234567Z","host":"a.example"}"#,
      "2024-05-06T07:08:09.123456700Z"
    ),
    (
      #"{"SystemTime":"2024-05-06T07:08:09.25Z","host":"a.example"}"#, "2024-05-06T07:08:09.250000Z"
    ),
    (#"{"CreationTime":"2024-05-06T07:08:09","host":"a.example"}"#, "2024-05-06T07:08:09.000000Z"),
    // The event's own time before that of its file.
    (
      #"{"published":"2020-01-01T00:00:00Z","time":"2024-05-06T07:08:09Z","host":"a.example"}"#,
      "2024-05-06T07:08:09.000000Z"
    ),
    (#"{"time_local":"2024/13/06 07:08:09","host":"a.example"}"#, nil),
    (#"{"note":"2024/05/06 07:08:09","host":"a.example"}"#, nil),
  ]

  @Test(arguments: cases.indices)
  func isRead(_ index: Int) {
    let (record, expected) = Self.cases[index]
    let found = extract(Array(record.utf8), LogOptions(purpose: .extract)).found
    let names = found.filter { $0.kind == .domain }
    #expect(names.count == 1, "\(record)")
    var time: [UInt8] = []
    if let value = names.first?.time, value != ObservableRecord.noTime {
      Timestamp.append(value, to: &time)
    }
    #expect(String(decoding: time, as: UTF8.self) == expected ?? "", "\(record)")
  }
}
