import Testing

/// Times in headers of lines, between brackets, and beside the zones that they are of.
extension EventTimeTests {
  /// Headers of syslog, some with a zone or the half of the day behind the time, or a year behind it.
  static let headers: [Case] = [
    ("May 01 2024 05:00:00.500 -0500 fw CEF:0|V|P|1|E|n|5|dhost=a.example", half),
    ("May 01 2024 05:00:00.500-0500 fw CEF:0|V|P|1|E|n|5|dhost=a.example", half),
    ("<13>May  1 2024 12:00:00 +0200 h app: from a.example", noon),
    ("<13>May  1 2024 12:00:00 +02:00 h app: from a.example", noon),
    ("<189>81: May  1 2024 12:00:00.500 +0200: %SEC-6-X: from a.example", half),
    ("Wed May  1 12:00:00 2024 +0200 from a.example", noon),
    ("<189>81: May 01 2024 10:00:00 AM.500 UTC : %UC_X-5-E: from a.example", half),
    ("<189>81: May 01 2024 10:00:00 PM: %SEC-6-X: from a.example", "2024-05-01T22:00:00.000000Z"),
    // RFC 5424 without its priority, behind a relay's header, and of a later version.
    ("1 2024-05-01T12:00:00+02:00 h app 7 id - from a.example", noon),
    ("May  2 09:16:53 h 1 2024-05-01T12:00:00+02:00 192.0.2.1 app: - - - from a.example", noon),
    ("May  2 09:16:53 h <14>1 2024-05-01T10:00:00Z 192.0.2.1 app - - - from a.example", noon),
    ("May  2 09:16:53 h <14>1 - 192.0.2.1 app - - - from a.example", nil),
    ("<14>2 2024-05-01T10:00:00Z h app 7 id - from a.example", noon),
    ("2 2024-05-01T10:00:00Z h app 7 id - from a.example", nil),
    ("1 2024-05-01T10:00:00Z 2001:db8::1 app 7 id - from a.example", noon),
    ("1 2024-05-01T10:00:00Z 192.0.2.5:5000 -> 192.0.2.6:443 TCP - a.example", nil),
    ("1 2024-05-01T10:00:00Z 44d88612fea8a8f36de82e1278abb02e y z w - a.example", nil),
    ("<14>2 2024-05-01 10:00:00 h app 7 id - from a.example", nil),
    // RFC 5424 but for a blank in the time.
    ("<134>1 2024-05-01 10:00:00 fw CheckPoint 1 - [action:\"Drop\"; dst:\"a.example\"]", noon),
    ("<134>1 2024-05-01T10:00:00 +02:00 h app 1 - - from a.example", noon),
    ("<187>May  1 10:00:00 2024 ctl1 authmgr[4130]: from a.example", noon),
    ("May  1 10:00:00 2024 s1 tunneld[1]: from a.example", noon),
    ("<189> May  1 2024 10:00:00 h app: from a.example", noon),
    ("<189>123: RP/0/RSP0/CPU0:May  1 2024 10:00:00.500 UTC: SSHD_[1]: %SEC-6-X: a.example", half),
    ("RP/0/RSP0/CPU0:May  1 2024 10:00:00.500 UTC: SSHD_[1]: %SEC-6-X: a.example", half),
    ("<189>: h1: May  1 2024 10:00:00.500: %SYS-5-X: from a.example", half),
    ("<189>20: h1: 63: May  1 2024 10:00:00: %SEC-6-X: from a.example", noon),
    (
      "May  1 10:00:00 ise1 CISE_Failed_Attempts 0001939187 1 0 2024-05-01 12:00:00.500 +02:00 0042 5400 from a.example",
      half
    ),
    (
      "1,2024/05/01 10:00:01,0017,SYSTEM,auth,0,2024/05/01 10:00:00,,x,,0,0,from a.example,7,0x0,0,0",
      noon
    ),
  ]

  /// Times between brackets, of web servers and of tables whose cells blanks separate.
  static let brackets: [Case] = [
    ("192.0.2.1 - - [01/May/2024 10:00:00] \"GET /x HTTP/1.1\" 200 - \"http://a.example\"", noon),
    (
      "192.0.2.1 - - [2024-05-01T12:00:00.5+02:00] \"GET /x HTTP/1.1\" 200 12 \"http://a.example\" \"c\"",
      half
    ),
    (
      "#Fields: localtime c-ip cs-host\n[01/May/2024:12:00:00 +0200] 192.0.2.1 a.example\n", noon
    ),
    ("#Fields: gmttime c-ip cs-host\n[01/May/2024:10:00:00 +0000] 192.0.2.1 a.example\n", noon),
    ("#Fields: x-timestamp-unix c-ip cs-host\n1714557600 192.0.2.1 a.example\n", noon),
  ]

  @Test func timesInBrackets() { for (record, time) in Self.brackets { Self.check(record, time) } }

  /// Zones beside the times that they are of, in the objects that hold an event.
  static let wrappers: [Case] = [
    (
      #"{"_source":{"date":"2024-05-01","time":"10:00:00","c-ip":"192.0.2.1","r-ip":"192.0.2.2","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_source":{"time":"2024-05-01 12:00:00","tz":"+0200","src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_source":{"date":"2024-05-01","time":"12:00:00","tz":"+0200","host":"a.example"}}"#, noon
    ),
    (
      #"{"event":{"date":"2024-05-01","time":"05:00:00","timezone":"-0500","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_source":{"timestamp":"2024-05-01 12:00:00","timezone":"+02:00","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_source":{"timestamp":"2024-05-01 12:00:00","timezone":"Europe/Berlin","host":"a.example"}}"#,
      nil
    ),
    (#"{"_source":{"date":"2024-05-01","time":"10:00:00","tz":"CEST","host":"a.example"}}"#, nil),
    (#"{"x":{"tz":"+0200"},"timestamp":"2024-05-01 10:00:00","host":"a.example"}"#, noon),
    ("Wed 2024-05-01 10:00:00 UTC h app: a.example", noon),
    (#"{"message":"type=USER_LOGIN msg=audit(1714557600.500:4): hostname=a.example"}"#, half),
    // A search's answer, whose hits say where they are kept.
    (
      #"{"took":1,"hits":{"hits":[{"_index":"x","_source":{"@timestamp":"2024-05-01T10:00:00Z","host":"a.example"}},{"_index":"x"}]}}"#,
      noon
    ),
    (
      "#Time Format: Local\n#Fields: date time c-ip cs-host\n2024-05-01 10:00:00 192.0.2.1 b.example\n#Software: x\n#Version: 1.0\n#Fields: date time c-ip cs-host\n2024-05-01 10:00:00 192.0.2.1 a.example\n",
      noon
    ),
  ]

  @Test func zonesInWrappers() { for (record, time) in Self.wrappers { Self.check(record, time) } }

  /// Further forms that a line begins with.
  static let lineForms: [Case] = [
    ("26571:M 01 May 2024 10:00:00.500 * from a.example", half),
    ("26571:MX 01 May 2024 10:00:00.500 * from a.example", nil),
    ("[01/May/2024:10:00:00 +0000] 192.0.2.1 TLSv1.2 X \"GET http://a.example/ HTTP/1.1\" 5", noon),
    ("2024-05-01\t10:00:00\tX\t192.0.2.1\ta.example", noon),
    ("Wed, 01 May 2024 12:00:00 +0200 from a.example", noon),
    ("Wed, 1 May 2024 10:00:00 GMT from a.example", noon),
    ("01 May 2024 10:00:00.500 from a.example", half),
    ("1 May 2024 10:00:00 from a.example", noon),
    ("20240501 10:00:00.500 from a.example", half),
    ("[20240501-10:00:00] [INFO ] from a.example", noon),
    ("2024.05.01 10:00:00 LOG5[1]: from a.example", noon),
    ("[May  1 10:00:00] NOTICE[7]: from a.example", nil),
    ("2024-05-01,10:00:00,192.0.2.1,a.example", noon), ("2024-05-01,10:00:00.5 a.example", nil),
    ("Event [7] [1-1] [2024-05-01T10:00:00.500Z] [vim.event.X] a.example", half),
    ("May  1 10:00:00 h vpxd[1]: Event [7] [1-1] [2024-05-01T10:00:00.5Z] a.example", half),
    (
      "10.0.0.1 - b [02/Jan/1999:00:00:00 +0000] [01/May/2024:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 5 \"http://a.example/\" \"x\"",
      noon
    ),
    ("31 Foo 2024 10:00:00 from a.example", nil),
    ("20241301 10:00:00 from a.example", nil),
    (
      "2024-05-01 10:00:00 ERROR app {\"message\":\"2023-01-01 00:00:00 is when a.example at 192.0.2.7 expired\"}",
      noon
    ),
    ("CEF:0|V|P|1|1|n|1|dhost=a.example UNIFIutcTime=2024-05-01T10:00:00.500Z msg=x", half),
  ]

  /// What is behind a time and may be its fraction or zone, or a cell, a date or time of its own.
  static let behind: [Case] = [
    ("2024-05-01 10:00:00,2006-08-14 13:56:13,a.example", noon),
    ("2024-05-01T10:00:00,2024-05-01T10:00:05,a.example", noon),
    ("2024-05-01 10:00:00,10-12,a.example", noon),
    ("2024-05-01 10:00:00,443,192.0.2.1,a.example", noon),
    ("2024-05-01 10:00:00,192.0.2.1,a.example", noon),
    ("2024-05-01 10:00:00,1714557600123,a.example", noon),
    ("2024-05-01 10:00:00,-08,a.example", noon), ("2024-05-01 10:00:00,+02:00,a.example", noon),
    ("2024-05-01 10:00:00,123-4567 a.example", millis),
    ("2024-05-01 05:00:00,123 -0500 a.example", millis),
    ("2024-05-01T12:00:00,123456789+02:00 a.example", "2024-05-01T10:00:00.123456789Z"),
    ("2024-05-01 10:00:00,123Z a.example", millis), ("2024-05-01 10:00:00,123: a.example", millis),
    ("2024-05-01 10:00:00-11:00:00 a.example", noon), ("2024-05-01 10:00:00-05-01 a.example", noon),
    ("2024-05-01 10:00:00.500-05-01 a.example", half),
    ("2024-05-01 05:00:00-05 a.example", noon), ("2024-05-01 05:00:00-05: a.example", noon),
    ("2024-05-01T05:00:00-05:00: a.example", noon),
    ("2024-05-01 10:00:00 - 2024-05-01 11:00:00 a.example", noon),
    ("2024-05-01 10:00:00 -1630 a.example", noon), ("2024-05-01 10:00:00 +1555 a.example", noon),
    ("2024-05-01 10:00:00 +15551234567 a.example", noon),
    // Fractions of any length before a zone, and zones that marks and a digit follow.
    ("2024-05-01T12:00:00,5+02:00 a.example", half),
    ("2024-05-01T12:00:00,5000000+02:00 a.example", half),
    ("2024-05-01 12:00:00,50 +0200 a.example", half), ("2024-05-01T10:00:00,5Z a.example", half),
    ("2024-05-01 10:00:00,5 CET a.example", nil), ("2024-05-01 10:00:00,5 PM a.example", nil),
    ("2024-05-01T12:00:00+02:00:192.0.2.1 a.example", noon),
    ("2024-05-01 12:00:00 +0200:7 a.example", noon),
    ("[2024-05-01 12:00:00 +0200-1] a.example", noon),
  ]

  @Test func whatIsBehindTimesOfLines() {
    for (record, time) in Self.behind { Self.check(record, time) }
  }

  @Test func furtherFormsOfLines() {
    for (record, time) in Self.lineForms { Self.check(record, time) }
  }

  @Test func headersOfLines() { for (record, time) in Self.headers { Self.check(record, time) } }

  /// A date with a year says more than the header's with the year that is given.
  @Test func statedYearsGoBeforeOneThatIsGiven() {
    for line in [
      "May  2 09:00:00 lb haproxy[7]: 192.0.2.1:5 [01/May/2024:10:00:00.000] a.example be/s1",
      "May  2 09:00:00 h app: 2024-05-01 10:00:00 from a.example",
      "May  2 09:00:00 h nginx: 2024/05/01 10:00:00 [error] a.example",
      #"May  2 09:00:00 h {"timestamp":"2024-05-01 10:00:00","host":"a.example"}"#,
      "May  2 09:00:00 2024 h app: 2024-05-01 10:00:00 from a.example",
    ] {
      let isStated = line.contains("09:00:00 2024")
      Self.check(line, isStated ? "2024-05-02T09:00:00.000000Z" : Self.noon, year: 2020)
    }
    Self.check("May  1 10:00:00 h app: from a.example", Self.noon, year: 2024)
    Self.check("May  1 10:00:00 AM h app: from a.example", Self.noon, year: 2024)
    Self.check("[May  1 10:00:00] NOTICE[7]: from a.example", Self.noon, year: 2024)
  }
}
