public import Inputs

/// Something worth a person's eye about a whole feed, which was read all the same.
public struct FeedWarning: Sendable, Hashable {
  /// What it warns of, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// Nothing is left of the feed.
    case emptyFeed = "empty-feed"
    /// The feed's end is missing or damaged, and what came before was kept.
    case partial
    /// Labels or names beyond the longest list were left out.
    case labelsLeftOut = "labels-left-out"
    /// Attributes were left out that MISP does not mean for detection.
    case notForDetection = "to-ids-false"
    /// Objects of STIX that only say what was seen were left out.
    case observablesNotLoaded = "observables-not-loaded"
    /// A column or member is not read although its cells look like values.
    case columnNotRead = "column-not-read"
    /// No record has the members that the configuration names.
    case columnNotFound = "column-not-found"
    /// Lists of objects are not read although they look like values.
    case listNotRead = "list-not-read"
    /// Entries have no date from which the time that they are to be valid could be counted.
    case undated
    /// A warninglist was given as a feed of what is bad.
    case warninglistNotLoaded = "warninglist-not-loaded"
    /// A warninglist's type lets it suppress nothing.
    case warninglistNotApplied = "warninglist-not-applied"
    /// The manifest of a folder of MISP events.
    case mispManifest = "misp-feed-manifest"
    /// The hashes of a folder of MISP events.
    case mispHashes = "misp-feed-hashes"
    /// The categories of a list of reputations.
    case reputationCategories = "suricata-iprep-categories"
  }

  /// What it warns of.
  public var code: Code
  /// What it is about, as its text names it; empty where that is the whole feed.
  ///
  /// A column or member (`'file.sha256'`, `column 3`), the type of a warninglist, the fault at which
  /// reading ended, or the commonest grounds on which values were refused.
  public var subject: String
  /// How many values, objects or lists are left out; 0 where none are counted.
  public var count: UInt64
  /// How many were looked at: cells, strings, records or values; 0 where none are counted.
  ///
  /// Of labels, the most that a list keeps.
  public var total: UInt64

  /// A warning about `count` of `total`.
  public init(_ code: Code, _ subject: String = "", count: UInt64 = 0, of total: UInt64 = 0) {
    self.code = code
    self.subject = subject
    self.count = count
    self.total = total
  }

  /// The option that helps, as advice; empty if there is none.
  public var remedy: Advice {
    switch code {
    case .notForDetection: "\(.loadsAllMISP) loads them"
    case .warninglistNotLoaded: "\(.isAllowList) loads them"
    case .undated: "name the column of its dates in 'columns', or leave 'valid-for' out"
    default: ""
    }
  }

  /// Whether it tells why parts are missing, but not that nothing else is left.
  var isOfParts: Bool {
    switch code {
    case .notForDetection, .columnNotRead, .columnNotFound, .listNotRead, .observablesNotLoaded:
      true
    default: false
    }
  }
}

extension FeedWarning: CustomStringConvertible, CustomDebugStringConvertible {
  /// A word with dashes such as `empty-feed`, a colon, and what it means.
  public var description: String { word + ": " + meaning }

  /// The description as a literal, as elements of printed arrays are.
  public var debugDescription: String { description.debugDescription }

  private var word: String {
    code == .warninglistNotApplied ? "warninglist-\(subject)-not-applied" : code.rawValue
  }

  private var meaning: String {
    switch code {
    case .emptyFeed where subject.isEmpty: "it holds no value"
    case .emptyFeed: "none of its \(total) values was let in (\(subject))"
    case .partial: subject + "; what came before was kept"
    case .labelsLeftOut:
      "\(count) lists of labels or names have more than \(total), of which the rest was left out"
    case .notForDetection where count == 1:
      "1 attribute is not meant for detection and was not loaded"
    case .notForDetection:
      "\(count) attributes are not meant for detection and were not loaded"
    case .observablesNotLoaded:
      "\(count) objects say what was seen, which only indicators tell to be bad"
    case .columnNotRead:
      "\(count) of \(total) cells of \(subject) look like values; 'columns' in a feeds.yaml says what "
        + "it holds"
    case .columnNotFound:
      "none of the first \(total) records has \(subject), which 'columns' names"
    case .listNotRead where subject.isEmpty:
      "\(count) further members hold what looks like values"
    case .listNotRead:
      "\(count) of \(total) strings of \(subject) look like values; lists of objects in records, and "
        + "any beside the list of records, need a file of their own"
    case .undated:
      "\(count) of \(total) entries have no date for 'valid-for' to count from, so they have no end"
    case .warninglistNotLoaded: "its \(count) values are known to be good"
    case .warninglistNotApplied where subject == "substring":
      "its \(count) values are for attributes of other kinds than names and URLs, and a text would "
        + "suppress those"
    case .warninglistNotApplied:
      "its \(count) values suppress nothing; only lists of the types string, hostname, cidr, "
        + "substring and regex do"
    case .mispManifest, .mispHashes: "an index, the events are beside it"
    case .reputationCategories: "names of categories, no addresses"
    }
  }
}
