import Feeds
import Indicators
import Testing

/// What lists say of their values where no name of a column tells it.
@Suite struct ContextTests {
  private static let day = "from=2024-05-01T00:00:00.000000Z"

  @Test(arguments: [
    ("evil.example # phishing kit\n", "phishing kit"),
    ("evil.example\t## - phishing kit\n", "phishing kit"),
    ("evil.example // phishing kit\n", "phishing kit"),
    ("127.0.0.1 evil.example # phishing kit\n127.0.0.1 bad.example\n", "phishing kit"),
    ("0.0.0.0 evil.example#phishing kit\n0.0.0.0 bad.example\n", "phishing kit"),
  ])
  func aCommentBehindAValueSaysWhatItIs(_ text: String, _ description: String) {
    let loaded = Loaded(text)
    #expect(loaded.context(of: "evil.example") == ["description=\(description)"])
    if loaded.entries.count > 1 { #expect(loaded.context(of: "bad.example") == []) }
  }

  @Test func theFileOfADigestIsWhatIsSaidOfIt() {
    let loaded = Loaded(
      "\(Sample.md5)  payload.bin\n\(Sample.sha1) *other.bin # kit\n\(Sample.sha256)\n")
    #expect(loaded.context(of: Sample.md5) == ["description=payload.bin"])
    #expect(loaded.context(of: Sample.sha1) == ["description=kit"])
    #expect(loaded.context(of: Sample.sha256) == [])
  }

  @Test func rowsWithoutAHeaderSayWhatTheirCellsLookLike() {
    let posts = Loaded(
      """
      2024-05-01 00:00:00,poster,url,http://evil.example/a,#phishing #kit,https://posts.example/1
      2024-05-02 00:00:00,poster,domain,bad.example,,https://posts.example/2
      2024-05-03 00:00:00,another,ip,192.0.2.1,#c2,https://posts.example/3

      """)
    #expect(
      posts.context(of: "http://evil.example/a")
        == ["reference=https://posts.example/1", "labels=phishing,kit", Self.day])
    #expect(posts.context(of: "192.0.2.1").contains("labels=c2"))
    #expect(posts.entries.count == 3)

    let names = Loaded(
      """
      evil.example,Domain used by kit,2024-05-01 00:00,http://lists.example/kit.txt
      bad.example,Domain used by bot,2024-05-02 00:00,http://lists.example/bot.txt

      """)
    #expect(
      names.context(of: "evil.example")
        == ["description=Domain used by kit", "reference=http://lists.example/kit.txt", Self.day])
    #expect(names.entries.count == 2)
  }

  @Test(arguments: ["192.0.2.1,CN\n192.0.2.2,US\n", "192.0.2.1,AS64500\n192.0.2.2,AS64501\n"])
  func codesAndNumbersAreNoWords(_ text: String) {
    #expect(Loaded(text).context(of: "192.0.2.1") == [])
  }

  @Test func aColumnThatIsNotWhatItIsCalledIsADescription() {
    let loaded = Loaded("#ip,ioc\n192.0.2.1,Possible C2\n192.0.2.2,Possible C2\n")
    #expect(loaded.context(of: "192.0.2.1") == ["description=Possible C2"])
  }

  @Test func platformsCallTheirColumnsSo() {
    let scores = Loaded(
      """
      Indicator Value,Indicator Type,Associated Actors,Associated Malware,IC-Score
      evil.example,FQDN,"ONE, TWO",KIT,80
      192.0.2.1,IPv4,,,60

      """)
    #expect(
      scores.context(of: "evil.example") == ["malware=KIT", "actors=ONE,TWO", "confidence=80"])
    #expect(scores.context(of: "192.0.2.1") == ["confidence=60"])
    let markings = Loaded(
      """
      "name";"objectMarking";"objectLabel";"x_opencti_score"
      "192.0.2.1";"PAP:RED, TLP:GREEN, TLP:AMBER";"c2,kit";"70"
      "192.0.2.2";"TLP:CLEAR";"";"40"

      """)
    #expect(markings.context(of: "192.0.2.1") == ["labels=c2,kit", "tlp=amber", "confidence=70"])
    let titles = Loaded("ip,title,description\n192.0.2.1,short,long\n192.0.2.2,short,\n")
    #expect(titles.context(of: "192.0.2.1") == ["description=long"])
    #expect(titles.context(of: "192.0.2.2") == ["description=short"])
  }
}
