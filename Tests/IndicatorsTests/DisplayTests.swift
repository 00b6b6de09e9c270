import Testing

@testable import Indicators

@Suite("Text for people")
struct DisplayTests {
  @Test(
    "Escapes",
    arguments: [
      ("plain text", "plain text"), ("a\tb\u{1b}[0m", "a\\x09b\\x1b[0m"), ("=1+1", "'=1+1"),
      ("+1", "'+1"), ("-x", "'-x"), ("@x", "'@x"), ("a=b", "a=b"), ("a\u{202e}b", "a\\u{202e}b"),
      ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"), ("a\u{85}", "a\\u{85}"),
      ("bücher 漢字", "bücher 漢字"),
      ("\u{7f}", "\\x7f"), ("\u{e0041}", "\\u{e0041}"), ("", ""),
    ])
  func escapes(_ text: String, _ expected: String) {
    #expect(String(decoding: DisplayText.escaped(text.utf8), as: UTF8.self) == expected)
  }

  @Test("Bytes that are not UTF-8")
  func invalidBytes() {
    let escaped = DisplayText.escaped([0x61, 0xff, 0xc3])
    #expect(String(decoding: escaped, as: UTF8.self) == "a\\xff\\xc3")
  }

  @Test(
    "Defanged",
    arguments: [
      ("192.0.2.1", IndicatorKind.ipv4, "192[.]0[.]2[.]1"),
      ("192.0.2.1:443", .ipv4, "192[.]0[.]2[.]1:443"),
      ("2001:db8::1", .ipv6, "2001[:]db8[:][:]1"), ("a.example", .domain, "a[.]example"),
      ("http://a.example/x.y", .url, "hxxp://a[.]example/x.y"),
      ("https://a.example/", .url, "hxxps://a[.]example/"),
      ("ftp://a.example/", .url, "fxp://a[.]example/"),
      ("tcp://a.example:1/", .url, "tcp[://]a[.]example:1/"),
      ("a.example/b", .url, "a[.]example/b"),
      ("http.example/b", .url, "http[.]example/b"), ("a@b.example", .email, "a[@]b[.]example"),
      ("evil.exe", .filename, "evil.exe"), ("abcdef", .md5, "abcdef"),
    ])
  func defanged(_ value: String, _ kind: IndicatorKind, _ expected: String) {
    #expect(
      String(decoding: DisplayText.defanged(value.utf8, kind: kind), as: UTF8.self) == expected)
  }

  @Test(
    "Lines of text",
    arguments: [
      (
        "GET http://a.example/x.y from 192.0.2.1:80",
        "GET hxxp://a[.]example/x.y from 192[.]0[.]2[.]1:80"
      ),
      ("10:00:00.125 v1.2.3 took 0.5 s.", "10:00:00.125 v1.2.3 took 0.5 s."),
      (
        "x=HTTPS://a.example,tcp://a.example ftp://b.example",
        "x=hxxps://a[.]example,tcp[://]a[.]example fxp://b[.]example"
      ),
      ("xhttp://a.example ://", "xhttp[://]a[.]example [://]"),
      ("The end: a.example.", "The end: a[.]example."),
      ("src=2001:db8::1,[2001:db8::2]:443", "src=2001[:]db8[:][:]1,[2001[:]db8[:][:]2]:443"),
      ("::1 at 10:20:30", "[:][:]1 at 10:20:30"), ("user@b.example", "user@b[.]example"),
      ("192.0.2.1-192.0.2.9", "192[.]0[.]2[.]1-192[.]0[.]2[.]9"),
      ("bücher.example", "bücher[.]example"), ("a.example:443", "a[.]example:443"),
      (".hidden ..", ".hidden .."), ("", ""), ("=a.b", "'=a.b"), ("a:", "a:"),
    ])
  func lines(_ line: String, _ expected: String) {
    #expect(String(decoding: DisplayText.defangedLine(line.utf8), as: UTF8.self) == expected)
  }

  @Test("Validity is a half-open interval")
  func validity() {
    #expect(Validity.of(time: 5, from: 5, until: 9) == .within)
    #expect(Validity.of(time: 9, from: 5, until: 9) == .after)
    #expect(Validity.of(time: 4, from: 5, until: 9) == .before)
    #expect(Validity.of(time: 4, from: .min, until: 9) == .within)
    #expect(Validity.of(time: 4, from: .min, until: .max) == .unbounded)
    #expect(Validity.of(time: ObservableRecord.noTime, from: .min, until: .max) == .unbounded)
    #expect(Validity.of(time: ObservableRecord.noTime, from: 5, until: .max) == nil)
  }

  @Test("Reasons and remarks are words joined by hyphens, each its own")
  func reasons() {
    let names = Refusal.allCases.map(\.rawValue) + Lint.allCases.map(\.rawValue)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0 == "-" || $0.isLowercase || $0.isNumber }, "\(name)")
    }
  }
}
