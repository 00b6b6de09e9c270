import Indicators
import Logs
import Parsing
import Testing

/// The time of a record's event, under the names and in the forms that programs give it (`Matching.md` §7).
@Suite struct EventTimeTests {
  typealias Case = (record: String, time: String?)

  static let noon = "2024-05-01T10:00:00.000000Z"
  static let half = "2024-05-01T10:00:00.500000Z"
  static let millis = "2024-05-01T10:00:00.123000Z"

  @Test func furtherForms() { for (record, time) in Self.further { Self.check(record, time) } }

  @Test func zonesApart() { for (record, time) in Self.zones { Self.check(record, time) } }

  @Test func namesOfProducts() { for (record, time) in Self.products { Self.check(record, time) } }

  /// Compares the time of a value in a record.
  static func check(_ record: String, _ expected: String?, year: Int? = nil) {
    var options = LogOptions(purpose: .extract)
    options.year = year
    let found = extract(Array(record.utf8), options).found
    let names = found.filter { $0.kind == .domain && $0.value == "a.example" }
    #expect(names.count == 1, "\(record)")
    var time: [UInt8] = []
    if let value = names.first?.time, value != ObservableRecord.noTime {
      Timestamp.append(value, to: &time)
    }
    #expect(String(decoding: time, as: UTF8.self) == expected ?? "", "\(record)")
  }

  @Test func namesOfFields() { for (record, time) in Self.names { Self.check(record, time) } }

  @Test func objects() { for (record, time) in Self.nested { Self.check(record, time) } }

  @Test func linesOfText() { for (record, time) in Self.lines { Self.check(record, time) } }

  @Test func keysAndValuesBehindPipes() {
    for (record, time) in Self.piped { Self.check(record, time) }
  }

  @Test func formsInFields() {
    for (text, time) in Self.forms {
      Self.check(#"{"timestamp":"\#(text)","host":"a.example"}"#, time)
    }
    Self.check(#"{"ts":1.714557600123E9,"host":"a.example"}"#, Self.millis)
  }

  @Test func yearThatIsGiven() {
    Self.check("05/01-10:00:00.123000  [**] [1:1:1] a.example", Self.millis, year: 2024)
    for text in ["05/01-10:00:00.123000", "May  1 10:00:00.123", "05/01/24-10:00:00.123"] {
      Self.check(#"{"timestamp":"\#(text)","host":"a.example"}"#, Self.millis, year: 2024)
    }
    Self.check(#"{"timestamp":"05/01-10:00:00.123000","host":"a.example"}"#, nil)
    Self.check(#"{"timestamp":"24/05/01-10:00:00.123","host":"a.example"}"#, Self.millis)
    Self.check("24/05/01-10:00:00.123 [**] [1:1:1] a.example", Self.millis)
    Self.check("13/12/24-10:00:00.123 [**] [1:1:1] a.example", nil)
    Self.check("31/12/24-10:00:00.123 [**] [1:1:1] a.example", nil)
    Self.check("*May  1 10:00:00.123: %SYS-5-X: from a.example", Self.millis, year: 2024)
    Self.check("<189>45: .May  1 10:00:00.123: %SYS-5-X: from a.example", Self.millis, year: 2024)
    Self.check("000045: May  1 10:00:00.123: %SYS-5-X: from a.example", Self.millis, year: 2024)
    Self.check("<189>45: 000046: *May  1 2024 10:00:00.123: %SYS-5-X: from a.example", Self.millis)
    Self.check("<189>45: sw1: May  1 2024 10:00:00.123: %SYS-5-X: from a.example", Self.millis)
    Self.check("<189>May  1 2024 10:00:00.123.4 sw1 %%01SSH: from a.example", Self.millis)
    Self.check("<189>May  1 2024 18:00:00.123+08:00 sw1 %%01SSH: from a.example", Self.millis)
  }
}
