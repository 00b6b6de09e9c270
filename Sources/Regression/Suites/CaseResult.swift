public import Inputs

/// The result of one case of a suite.
public struct CaseResult: Sendable {
  /// Whether all was as expected.
  public enum Status: String, Sendable {
    case passed, failed
    /// It could not be run: a feed or an input cannot be read.
    case error
    /// A file that it requires is missing.
    case skipped
  }

  /// The suite's file.
  public var suite: String
  /// The suite's name.
  public var suiteName: String
  /// The case's name.
  public var name: String
  /// Line of the case in the suite.
  public var line: Int
  /// Whether all was as expected.
  public var status: Status
  /// The expectations that do not hold; for a case that was skipped or in error, the reason.
  public var faults: [Fault] = []
  /// Hits found, those that allow lists cover left out.
  public var hits = 0
  /// What was not looked at in the inputs, cut by a limit or odd, by reason.
  public var skipped = Tally()
  /// Time that it took.
  public var seconds = 0.0

  /// One expectation that does not hold.
  public struct Fault: Sendable {
    /// What sort of fault it is, for programs.
    public enum Kind: String, Sendable {
      case missingHit = "missing-hit"
      case tooManyHits = "too-many-hits"
      case unwantedHit = "unwanted-hit"
      case unexpectedHit = "unexpected-hit"
      case wrongFigure = "wrong-figure"
      case missingProblem = "missing-problem"
      case nothingExpected = "nothing-expected"
      case unexpectedProblem = "unexpected-problem"
      case cannotRun = "cannot-run"
      case missingFile = "missing-file"
    }

    /// What sort of fault it is.
    public var kind: Kind
    /// Line of the expectation in the suite, or of the case.
    public var line: Int
    /// What is wrong, in one line; values are marked.
    var marked: String
    /// Expected (`-`) against found (`+`), line by line; values are marked.
    var markedDifference: [String] = []
    /// Why a hit is missing, as `explain` says it.
    public var reasons: [Explanation.Finding] = []

    /// What is wrong, in one line.
    public var text: String { Marks.plain(marked) }
    /// Expected (`-`) against found (`+`), line by line.
    public var difference: [String] { markedDifference.map { Marks.plain($0) } }

    init(kind: Kind, line: Int, text: String, difference: [String] = []) {
      self.kind = kind
      self.line = line
      marked = text
      markedDifference = difference
    }
  }

  /// The case's numbers and hits, for `--update`.
  var found: [JSONTree] = []
  var summary: JSONTree = .null
  var problems: [String] = []
}
