import Indicators
import TestSupport
import Testing

/// Which text above ASCII is worth a look: names whose last two labels are known, and no words.
@Suite("Candidates above ASCII")
struct WideNameCandidateTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var isCandidate: Bool
    var testDescription: String { text }
  }

  /// Against `例え.テスト`, `bücher.example` and `evil.example`.
  static let cases: [Case] = [
    // Names, as they are and in other forms of them.
    Case(text: "to 例え.テスト", isCandidate: true),
    Case(text: "to www.例え.テスト:443", isCandidate: true),
    Case(text: "to 例え。テスト。", isCandidate: true),
    Case(text: "to bücher.example", isCandidate: true),
    Case(text: "to BÜCHER.EXAMPLE", isCandidate: true),
    Case(text: "to bu\u{308}cher.example", isCandidate: true),
    Case(text: "to ｂücher．example", isCandidate: true),
    Case(text: "to b%C3%BCcher.example", isCandidate: false),
    Case(text: "http://b%C3%BCcher.example/", isCandidate: true),
    Case(text: #"{"m":"b\u00fccher.example"}"#, isCandidate: true),
    Case(text: #"{"m":"\u4f8b\u3048.\u30c6\u30b9\u30c8"}"#, isCandidate: true),
    Case(text: #"{"m":"\nbücher.example"}"#, isCandidate: true),
    Case(text: #"C:\nbücher.example"#, isCandidate: true),
    Case(text: "::1例え.テスト", isCandidate: true),
    Case(text: "mail an info@bücher.example", isCandidate: true),
    // Known labels behind others, or between letters of a script without spaces.
    Case(text: "to größe.evil.example", isCandidate: true),
    Case(text: "访问evil.example查看", isCandidate: true),
    Case(text: "访问evil。example查看", isCandidate: true),
    Case(text: "C2为evil.example。2024年5月", isCandidate: true),
    Case(text: #"{"m":"C2\u4e3aevil.example\u30022024\u5e74"}"#, isCandidate: true),
    Case(text: "系统2。evil.example。Windows", isCandidate: true),
    // Words, sentences, paths and other names.
    Case(text: "to e\u{301}te\u{301}.example", isCandidate: false),
    Case(text: "to \u{1100}\u{1161}\u{11a8}.example", isCandidate: false),
    Case(text: "to oﬃce.été", isCandidate: false),
    Case(text: "Größe der Datei für März.", isCandidate: false),
    Case(text: "Der Benutzer müller.größe hat", isCandidate: false),
    Case(text: "рабочей станции. Ошибка", isCandidate: false),
    Case(text: "ログインしました。再試行してください。", isCandidate: false),
    Case(text: #"{"m":"\u30ed\u30b0\u3002\u518d\u8a66\u884c\ud83d\ude00"}"#, isCandidate: false),
    Case(text: #"C:\Users\Müller\Büro"#, isCandidate: false),
    Case(text: #"{"m":"C:\\Users\\Müller\\Büro\nÄnderung"}"#, isCandidate: false),
    Case(text: "to пример.example", isCandidate: false),
    Case(text: "to größe.other.example", isCandidate: false),
    Case(text: "नमस्ते ไม่ได้รับอนุญาต.", isCandidate: false),
    Case(text: "100 % größer — ©", isCandidate: false),
    // Several marks behind one letter.
    Case(text: "to bu\u{308}\u{308}cher.example", isCandidate: false),
    Case(text: "to e\u{327}\u{301}\u{301}.example", isCandidate: false),
    Case(text: "to e\u{301}\u{327}.example", isCandidate: false),
    Case(text: "to bücher.e\u{301}\u{327}.example", isCandidate: false),
    Case(text: "to e\u{301}\u{327}.bu\u{308}cher.example", isCandidate: true),
  ]

  /// Against `bücher.example`, `evil.example` and 192.0.2.1.
  static let units: [Case] = [
    Case(text: "to ev%69l.example", isCandidate: true),
    Case(text: "to evil%2Eexample", isCandidate: true),
    Case(text: "to a.%65vil.example", isCandidate: true),
    Case(text: "to 访问evil%2eexample查看", isCandidate: true),
    Case(text: "to b%75\u{308}cher.example", isCandidate: true),
    Case(text: "to xn-%2dbcher-kva.example", isCandidate: true),
    Case(text: "to 192%2e0.2.1", isCandidate: true),
    Case(text: "to 192.0.2.%31", isCandidate: true),
    Case(text: "to 1.2.0.192.in-addr.%61rpa", isCandidate: true),
    Case(text: #"{"m":"\nev%69l.example"}"#, isCandidate: true),
    Case(text: "C2为192.0.2.1。2024年", isCandidate: true),
    Case(text: "C2为ev%69l.example。2024年", isCandidate: true),
    Case(text: "to %61.example", isCandidate: false),
    Case(text: "to other%2Eexample", isCandidate: false),
    Case(text: "to größe.%61.example", isCandidate: false),
    Case(text: "GET /a%2eb%41c.html", isCandidate: false),
    // What stands behind an ANSI sequence.
    Case(text: #"{"m":"\u001b[1mevil.example"}"#, isCandidate: true),
    Case(text: #"{"m":"\u001b\u005b1mevil.example"}"#, isCandidate: true),
    Case(text: #"{"m":"\u001b[1;3\u0031mevil.example"}"#, isCandidate: true),
    Case(text: #"{"m":"\u001bevil.example"}"#, isCandidate: true),
    Case(text: #"{"m":"\u001b[m192.0.2.1"}"#, isCandidate: true),
    Case(text: #"{"m":"\u001b[1m"}"#, isCandidate: false),
    Case(text: #"{"m":"\u001b[32mINFO\u001b[0m started"}"#, isCandidate: false),
    Case(text: #"{"m":"\u001b"}"#, isCandidate: false),
  ]

  @Test("Percent units and ANSI sequences", arguments: units)
  func written(_ example: Case) throws {
    let database = try CandidateProbe.database(
      ["xn--bcher-kva.example", "evil.example"], ipv4: [192, 0, 2, 1])
    #expect(try CandidateProbe.isCandidate(example.text, database) == example.isCandidate)
  }

  /// A run of letters above ASCII that is no name may go on with a digest.
  @Test(
    "A digest with a unit behind letters above ASCII",
    arguments: ["é-", "é_", "é.", "é%2D", "é'", "日本-"])
  func digests(_ front: String) throws {
    let database = try CandidateProbe.database(
      ["evil.example"], sha1: (0..<20).map { 0x10 + $0 })
    let digest = "101112131415161718191a1b1c1d1e1f202122%323"
    #expect(try CandidateProbe.isCandidate("x " + front + digest, database))
    #expect(try CandidateProbe.isCandidate(#"{"m":"\n "# + front + digest + #""}"#, database))
  }

  @Test("Against names of three scripts", arguments: cases)
  func names(_ example: Case) throws {
    let database = try CandidateProbe.database([
      "xn--r8jz45g.xn--zckzah", "xn--bcher-kva.example", "evil.example",
    ])
    #expect(try CandidateProbe.isCandidate(example.text, database) == example.isCandidate)
  }

  @Test("Names and words with another host of one label in the database")
  func otherHosts() throws {
    let database = try CandidateProbe.database(["evil.example"], url: "http://intranet/a")
    #expect(try !CandidateProbe.isCandidate("Größe der Datei für März.", database))
    #expect(try CandidateProbe.isCandidate("http://ｉntranet/a", database))
    let wide = try CandidateProbe.database(["evil.example"], url: "http://xn--bcher-kva/a")
    #expect(try CandidateProbe.isCandidate("http://bücher/a", wide))
  }

  /// Of a last label that begins with no letter only words tell, and wide letters are none of a word.
  @Test("Names whose last label begins with no letter", arguments: ["_nf", "-nf", "9a", "nf"])
  func lastLabels(_ label: String) throws {
    let database = try CandidateProbe.database(["s.\(label)", "evil.example"])
    #expect(try CandidateProbe.isCandidate("to ſ.\(label):", database))
    #expect(try CandidateProbe.isCandidate("to ü.s.\(label):", database))
    #expect(try CandidateProbe.isCandidate("to ſ.other:", database) == false)
  }

  /// Letters with marks in them, marks of different classes, syllables and their parts, letters that stand for
  /// several, wide ones.
  static let scalars: [String] = [
    "a", "o", "e", "E", "Ô", "ô", "ọ", "é", "ự", "\u{323}", "\u{302}", "\u{301}", "\u{308}",
    "\u{31b}",
    "\u{327}", "\u{1100}", "\u{1161}", "\u{11a8}", "가", "각", "ﬃ", "ﬁ", "㌀", "ｗ", "９", "\u{9c7}",
    "\u{9be}", "क", "\u{93c}", "\u{958}", "が", "か", "\u{3099}", "ß", "İ", "Å", "\u{ad}", "-",
    "ſ", "_", "9",
  ]

  @Test("Whatever is normalised to a known name is found")
  func normalised() throws {
    var generator = SeededGenerator(seed: 11)
    var normalizer = Normalizer()
    var texts: [String: String] = [:]
    while texts.count < 3_000 {
      var label = ""
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        label += Self.scalars.randomElement(using: &generator) ?? ""
      }
      let text = Bool.random(using: &generator) ? "\(label).example" : "a.\(label)"
      var url = Array("http://".utf8)
      url += text.utf8
      var parts = URLParts()
      var output: [UInt8] = []
      guard
        normalizer.appendURL(url.span.bytes, options: [], parts: &parts, to: &output) == nil
      else { continue }
      texts[text] = String(decoding: output[parts.schemeLength..<parts.hostEnd], as: UTF8.self)
    }
    let database = try CandidateProbe.database(Array(Set(texts.values)))
    for (text, name) in texts where name.firstRange(of: "--") != nil {
      #expect(try CandidateProbe.isCandidate("to \(text) and", database), "\(text) is \(name)")
    }
  }

  @Test("A long run is read once")
  func longRun() throws {
    let database = try CandidateProbe.database(["xn--r8jz45g.xn--zckzah"])
    for unit in ["é", "。", "é.", #"\u00e9"#, #"é\u00e9"#, "é%41", "\u{301}", #"\\u00e9"#] {
      let text = String(repeating: unit, count: 200_000)
      _ = try CandidateProbe.isCandidate(text, database)
    }
  }
}
