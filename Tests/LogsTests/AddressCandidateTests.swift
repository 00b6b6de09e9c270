import Testing

/// Escapes and sequences beside addresses ask for a look only where they may change what is read.
@Suite("Candidates beside escapes")
struct AddressCandidateTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var isCandidate: Bool
    var testDescription: String { text }
  }

  /// Against `192.0.2.5`, `2001:db8::5` and the share `file://files.example@ssl/a`.
  static let cases: [Case] = [
    // A backslash is a border of an address.
    Case(text: #"\\192.0.2.5\ADMIN$"#, isCandidate: true),
    Case(text: #"\\192.0.2.6\ADMIN$"#, isCandidate: false),
    Case(text: #"{"path":"\\\\192.0.2.6\\ADMIN$"}"#, isCandidate: false),
    // Letters of escapes are borders; digits of units are none.
    Case(text: #"{"m":"Address:\t2001:db8::5\r\n"}"#, isCandidate: true),
    Case(text: #"{"m":"Address:\t::1\r\n\tPort:\t0"}"#, isCandidate: false),
    Case(text: #"{"m":"{\"a\":\"\\t::1\\r\\n\"}"}"#, isCandidate: false),
    Case(text: #"{"m":"\b::1"}"#, isCandidate: true),
    Case(text: #"{"m":"\u00a0::1"}"#, isCandidate: true),
    Case(text: #"{"m":"::1\u0030"}"#, isCandidate: true),
    Case(text: #"{"m":"{\"a\":\"::1\\u0030\"}"}"#, isCandidate: true),
    // What follows an ANSI sequence.
    Case(text: "\u{1B}[33m2001:db8::5\u{1B}[0m", isCandidate: true),
    Case(text: "\u{1B}[33m2001:db8::6\u{1B}[0m", isCandidate: false),
    Case(text: "\u{1B}[33m09:24:04\u{1B}[0m \u{1B}[31mINFO: a\u{1B}[0m: b", isCandidate: false),
    Case(text: "\u{1B}[33m192.0.2.5", isCandidate: true),
    // The host of a WebDAV share, and what follows it.
    Case(text: "file://Files.Example@SSL/a", isCandidate: true),
    Case(text: "file://other.example@SSL/a", isCandidate: false),
  ]

  @Test("Against an address of each family and a share", arguments: cases)
  func addresses(_ example: Case) throws {
    let database = try CandidateProbe.database(
      [], ipv4: [192, 0, 2, 5],
      ipv6: [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [5],
      url: "file://files.example@ssl/a")
    #expect(try CandidateProbe.isCandidate(example.text, database) == example.isCandidate)
  }
}
