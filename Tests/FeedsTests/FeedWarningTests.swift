import Feeds
import Inputs
import Testing

/// Warnings are values for programs and a line for people.
@Suite struct FeedWarningTests {
  static let texts: [(FeedWarning, String)] = [
    (FeedWarning(.emptyFeed), "empty-feed: it holds no value"),
    (
      FeedWarning(.emptyFeed, "too-short 2, benign 1", of: 3),
      "empty-feed: none of its 3 values was let in (too-short 2, benign 1)"
    ),
    (
      FeedWarning(.partial, "the file ends in the middle"),
      "partial: the file ends in the middle; what came before was kept"
    ),
    (
      FeedWarning(.labelsLeftOut, count: 2, of: 9),
      "labels-left-out: 2 lists of labels or names have more than 9, of which the rest was left out"
    ),
    (
      FeedWarning(.notForDetection, count: 1),
      "to-ids-false: 1 attribute is not meant for detection and was not loaded"
    ),
    (
      FeedWarning(.notForDetection, count: 2),
      "to-ids-false: 2 attributes are not meant for detection and were not loaded"
    ),
    (
      FeedWarning(.observablesNotLoaded, count: 4),
      "observables-not-loaded: 4 objects say what was seen, which only indicators tell to be bad"
    ),
    (
      FeedWarning(.columnNotRead, "column 3", count: 5, of: 6),
      "column-not-read: 5 of 6 cells of column 3 look like values; 'columns' in a feeds.yaml says "
        + "what it holds"
    ),
    (
      FeedWarning(.columnNotFound, "'a', 'b'", of: 7),
      "column-not-found: none of the first 7 records has 'a', 'b', which 'columns' names"
    ),
    (
      FeedWarning(.listNotRead, "'a.b'", count: 5, of: 6),
      "list-not-read: 5 of 6 strings of 'a.b' look like values; lists of objects in records, and any "
        + "beside the list of records, need a file of their own"
    ),
    (
      FeedWarning(.listNotRead, count: 3),
      "list-not-read: 3 further members hold what looks like values"
    ),
    (
      FeedWarning(.undated, count: 2, of: 3),
      "undated: 2 of 3 entries have no date for 'valid-for' to count from, so they have no end"
    ),
    (
      FeedWarning(.warninglistNotLoaded, count: 8),
      "warninglist-not-loaded: its 8 values are known to be good"
    ),
    (
      FeedWarning(.warninglistNotApplied, "substring", count: 8),
      "warninglist-substring-not-applied: its 8 values are for attributes of other kinds than names "
        + "and URLs, and a text would suppress those"
    ),
    (
      FeedWarning(.warninglistNotApplied, "fuzzy", count: 8),
      "warninglist-fuzzy-not-applied: its 8 values suppress nothing; only lists of the types string, "
        + "hostname, cidr, substring and regex do"
    ),
    (
      FeedWarning(.mispManifest), "misp-feed-manifest: an index, the events are beside it"
    ),
    (FeedWarning(.mispHashes), "misp-feed-hashes: an index, the events are beside it"),
    (
      FeedWarning(.reputationCategories),
      "suricata-iprep-categories: names of categories, no addresses"
    ),
  ]

  @Test(arguments: texts)
  func saysWhat(_ warning: FeedWarning, _ text: String) {
    #expect("\(warning)" == text)
    #expect("\([warning])" == "\([text])")
  }

  @Test func eachIsAnsweredByItsOption() {
    for code in FeedWarning.Code.allCases {
      let options = FeedWarning(code).remedy.options
      switch code {
      case .notForDetection: #expect(options == [.loadsAllMISP])
      case .warninglistNotLoaded: #expect(options == [.isAllowList])
      default: #expect(options.isEmpty)
      }
    }
  }
}
