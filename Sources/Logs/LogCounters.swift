import Inputs

/// What was odd, cut or read, counted where it happens and named only when asked for.
struct LogCounters {
  var lines: UInt64 = 0
  var bytes: UInt64 = 0
  /// Lines that begin like a record in JSON, CEF or LEEF but are none.
  var brokenRecords: UInt64 = 0
  /// Records that go deeper than the limit, read as text.
  var deepRecords: UInt64 = 0
  /// Arrays that end in the middle, after some of their objects.
  var brokenArrays: UInt64 = 0
  /// Records beyond the limit, read as text.
  var longRecords: UInt64 = 0
  /// Lines beyond the limit, read in pieces.
  var longLines: UInt64 = 0
  /// Runs that touch a cut of such a line.
  var cutRuns: UInt64 = 0
  /// Rows of another width than their header.
  var oddRows: UInt64 = 0
  /// URLs of which not every form was tried, because a line held more of them than its length allows.
  var crowdedURLs: UInt64 = 0
  /// Values that hold more texts than are reported.
  var crowdedTexts: UInt64 = 0

  var tally: Tally {
    var tally = Tally()
    tally.add("log-record-broken", brokenRecords)
    tally.add("log-record-too-deep", deepRecords)
    tally.add("log-array-broken", brokenArrays)
    tally.add("log-record-over-limit", longRecords)
    tally.add("log-line-over-limit", longLines)
    tally.add("value-at-cut", cutRuns)
    tally.add("log-row-of-other-width", oddRows)
    tally.add("url-forms-over-limit", crowdedURLs)
    tally.add("texts-over-limit", crowdedTexts)
    return tally
  }
}
