import Inputs
import Testing

@Suite struct AdviceTests {
  static let cases: [(advice: Advice, library: String, command: String)] = [
    ("", "", ""),
    ("check the path", "check the path", "check the path"),
    ("\(.follow)", "IndicatorScanner.follow", "--follow"),
    (
      "keep what was read with \(.keepsPartial), or leave \("it") out",
      "keep what was read with FeedOptions.keepsPartial, or leave it out",
      "keep what was read with compile --keep-partial, or leave it out"
    ),
    (
      "name the format with \(.format(nil)), such as \(.format("csv"))",
      "name the format with FeedRequest.format, such as csv",
      "name the format with =FORMAT, such as =csv"
    ),
  ]

  @Test(arguments: cases.indices) func anOptionIsNamedByWhoeverShowsIt(_ index: Int) {
    let (advice, library, command) = Self.cases[index]
    #expect(advice.description == library)
    #expect(advice.text { $0.commandName } == command)
    #expect(advice.isEmpty == library.isEmpty)
  }

  @Test func itsOptionsAreValues() {
    var advice: Advice = "use it as \(.isAllowList)"
    advice += ", or vouch for it with \(.isTrusted)"
    #expect(advice.options == [.isAllowList, .isTrusted])
    #expect(Advice("--follow").options.isEmpty)
    #expect(
      advice == "use it as \(.isAllowList), or vouch for it with \(.isTrusted)",
      "where it was put together does not matter")
  }
}
