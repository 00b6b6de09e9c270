import Feeds
import Indicators
import Testing

/// What is read of records that look like abuse.ch's, and of lists of what is good and bad.
@Suite("Flat objects of JSON") struct FlatObjectTests {
  private func check(_ loaded: Loaded, _ warnings: [String]) {
    let told = (loaded.summary?.warnings ?? []).map(\.description)
    #expect(told.count == warnings.count, "\(told)")
    for (told, warning) in zip(told, warnings) {
      #expect(told.hasPrefix(warning + " look like values; "), "\(told)")
    }
  }

  // MARK: Labels

  @Test(arguments: [
    #"[{"domain":"evil.example","tags":[{"id":"1","name":"c2"},"x"],"malware":[{"name":"Bot"}],"#
      + #""actors":[{"name":"Group"}],"techniques":[{"id":"T1071","name":"Web"}]},{"domain":"bad.example"}]"#,
    #"[{"domain":"evil.example","tags":["c2","x"],"malware":{"name":"Bot"},"#
      + #""actor":{"id":"9","name":"Group"},"attack":["T1071"]},{"domain":"bad.example"}]"#,
  ])
  func labelsMayBeObjects(_ text: String) {
    #expect(
      Loaded(text).context(of: "evil.example") == [
        "labels=c2,x", "attack=T1071", "malware=Bot", "actors=Group",
      ])
  }

  @Test func whatLabelsHoldBesideTheirNamesIsTold() {
    let loaded = Loaded(
      #"[{"domain":"evil.example","malware":[{"name":"Bot","sha256":"\#(Sample.sha256)"}],"#
        + #""actor":{"name":"Group","domain":"group.example"}},{"domain":"bad.example"}]"#)
    #expect(loaded.entries.count == 2)
    check(
      loaded,
      [
        "list-not-read: 1 of 1 strings of 'malware.sha256'",
        "column-not-read: 1 of 1 cells of 'actor.domain'",
      ])
  }
}
