import Feeds
import Indicators
import Testing

@Suite struct ReportFormatTests {
  @Test(arguments: ReportCase.all)
  func loadsWhatIsDefanged(_ report: ReportCase) {
    #expect(Self.values(Loaded(report.text, format: .report)) == report.values)
  }

  /// What stands around a line changes nothing of it.
  @Test func linesStandForThemselves() {
    let text = ReportCase.all.map { $0.text + "\n" }.joined()
    #expect(
      Self.values(Loaded(text, format: .report)) == ReportCase.all.flatMap(\.values))
  }

  /// A value is found between whatever ends one, and nothing beside it.
  @Test(arguments: [
    ("evil[.]example", "domain evil.example"), ("192.0.2[.]9:443", "ipv4 192.0.2.9 port 443"),
    ("2001[:]db8::9", "ipv6 2001:db8::9"), ("hxxp://evil.example/x", "url http://evil.example/x"),
    ("evil[.]example/x", "url evil.example/x"), ("user[@]evil.example", "email user@evil.example"),
  ])
  func bordersAreThoseOfText(_ written: String, _ value: String) {
    for (before, after) in [
      ("", ""), (" ", " "), ("“", "”"), ("‘", "’s"), ("«", "»"), ("„", "“"), ("「", "」"),
      ("\"", "\""),
      ("'", "'"), ("`", "`"), ("(", ")"), ("(", "),"), ("[", "]"), ("{", "}"), ("<", ">"),
      ("|", "|"),
      ("**", "**"), ("*", "*"), ("~~", "~~"), ("→", "–2024"), ("•", "…"), ("，", "，"), ("、", "。"),
      ("=", ";"), ("x:", ","), ("&quot;", "&quot;"), ("[", "](https://victim.example/)"),
      ("</td><td>", "</td>"), ("\u{200b}", "\u{200b}"), ("\u{a0}", "\u{a0}"), ("(", ".)"),
      ("", "!"),
      ("", "?"), ("", "..."), ("\t", "\t"), ("victim.example, ", ", victim.example"),
    ] {
      #expect(
        Self.values(Loaded(before + written + after, format: .report)) == [value],
        "\(before)\(written)\(after)")
    }
  }

  /// A notation that makes no value is told of.
  @Test func nothingDefangedIsLostInSilence() {
    for text in [
      "[.]", "a[.]", "hxxp://", "evil\u{200b}[.]example", "look[at]this", "a[:]b", "[://]",
      "\\payload\\.exe", "hxxp://*.evil.example/x", "[victim].portal[.]example",
      "<org>.mail[.]example/login", "w[org_name].dns[.]example", "{x}-corp[.]example",
      "evil[-]pk[.]example", "evil[-]pk.example", "evil[.]c[o]m", "a@evil[.]ex[a]mple/x",
      "Serial: \(ReportCase.pairs(Sample.sha1))", "MD5: \(ReportCase.pairs(Sample.md5))",
    ] {
      let loaded = Loaded(text + "\nevil[.]example", format: .report)
      #expect(loaded.entries == ["2 domain evil.example withSubdomains"], "\(text)")
      #expect(loaded.refusals.count == 1 && loaded.refusals[0].hasPrefix("1 "), "\(text)")
    }
  }

  /// Long lines of one notation: the time that each takes grows as its length does.
  @Test(
    .timeLimit(.minutes(20)),
    arguments: [
      "[.]", "(", "[", "{", "a[.]", "[.", ".]", "a.]", "a@", "a[@]", "+a@", "a:", "a[:]", "x://",
      "x[:]//", "http://a[.]b,", "http://a.b/,", "hxxp", "hxxp:", "h**p:", "*", "*.", "%25", "\\.",
      "\\[", "\\[.\\]",
      "[::]", "a[::]", "中", "中a[.]b", "a.中", "。", "&quot;", "a_", "_", "a[.]b/(", "a[.]b/)", ",a",
      "0123456789abcdef", "ab:", "a[b]c[.]", "%65", "&amp;",
      "\u{301}", "'a[.]b'",
    ])
  func hostileLines(_ unit: String) {
    #if DEBUG
      let length = 50_000
    #else
      let length = 900_000
    #endif
    let text = String(repeating: unit, count: length / unit.utf8.count)
    _ = Loaded(text, format: .report)
    _ = Loaded("hxxp://a[.]b/" + text + "c[.]d", format: .report)
    _ = Loaded("x://a.b/" + text + "@c[.]d", format: .report)
  }

  private static func values(_ loaded: Loaded) -> [String] {
    loaded.collection.records.map { record in
      var text = "\(record.kind.name) "
      if record.mode == .subdomainsOnly { text += "*." }
      text += loaded.value(record)
      if record.kind == .url, record.mode == .prefix { text += " prefix" }
      if record.port != 0 { text += " port \(record.port)" }
      return text
    }
  }
}
