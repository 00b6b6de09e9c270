public import Indicators

/// What became of an entry, as `diff` names it.
public enum ChangeCause: String, Sendable, CaseIterable {
  // The entry is no longer there, since …
  case removed = "removed"
  case feedRemoved = "feed-removed"
  case feedUnreadable = "feed-unreadable"
  case feedTruncated = "feed-truncated"
  case feedSuspect = "feed-suspect"
  case formatChanged = "format-changed"
  case refused = "refused"
  case normalFormChanged = "normal-form-changed"
  case kindChanged = "kind-changed"
  case kindFiltered = "kind-filtered"
  case portChanged = "port-changed"
  case covered = "covered-by-another"
  // The entry is there and does something else, since …
  case modeChanged = "mode-changed"
  case allowListed = "allow-listed"
  case expired = "expired"
  case notYetValid = "not-yet-valid"
  case confidenceFell = "confidence-fell"
  case becameWeak = "became-weak"
  case becameJoint = "became-joint"
  case sourceLost = "source-lost"
  case sourceGained = "source-gained"
  case validityChanged = "validity-changed"
  case contextChanged = "context-changed"
  case confidenceRose = "confidence-rose"
  case noLongerAllowed = "no-longer-allowed"
  // The entry is new.
  case added = "added"
  // Only for hits.
  case feedExcluded = "feed-excluded"
  case unknown = "unknown"

  /// The cause in words.
  public var text: String {
    switch self {
    case .removed: "the feed no longer lists it"
    case .feedRemoved: "its feed is no longer there"
    case .feedUnreadable: "its feed cannot be read"
    case .feedTruncated: "its feed ends in the middle"
    case .feedSuspect: "its feed is refused as suspect"
    case .formatChanged: "its feed is read as another format"
    case .refused: "its line is refused now"
    case .normalFormChanged: "its line says another value now"
    case .kindChanged: "it is listed as another kind now"
    case .kindFiltered: "its kind is left out now"
    case .portChanged: "it is listed with another port now"
    case .covered: "another entry covers it now"
    case .modeChanged: "it is compared in another way now"
    case .allowListed: "an allow list covers it now"
    case .expired: "it has expired"
    case .notYetValid: "it is not valid yet"
    case .confidenceFell: "its confidence fell"
    case .becameWeak: "it is weak now"
    case .becameJoint: "it counts only together with others now"
    case .sourceLost: "one of its feeds no longer lists it"
    case .sourceGained: "another feed lists it too"
    case .validityChanged: "its validity changed"
    case .contextChanged: "what is said of it changed"
    case .confidenceRose: "its confidence rose"
    case .noLongerAllowed: "no allow list covers it any more"
    case .added: "it is new"
    case .feedExcluded: "its feed takes no part"
    case .unknown: "the cause cannot be told"
    }
  }

  /// Whether it may cost hits.
  public var isLoss: Bool {
    switch self {
    case .sourceLost, .sourceGained, .validityChanged, .contextChanged, .confidenceRose,
      .noLongerAllowed, .added, .covered:
      false
    default: true
    }
  }
}

/// One entry that differs between two sides.
public struct EntryChange: Sendable {
  /// What kind of change it is.
  public enum Kind: String, Sendable, CaseIterable { case removed, changed, added }

  /// What kind of change it is.
  public var changeKind: Kind
  /// The entry's kind.
  public var kind: IndicatorKind
  /// Its value as it is printed.
  public var value: [UInt8]
  /// Why, as far as it can be told.
  public var cause: ChangeCause
  /// More about the cause, such as what a confidence was and is; values are marked.
  var markedDetail = ""
  /// The feed that the cause is about, by its name on the side that has it.
  public var feed = ""
  /// The file to look at.
  public var path = ""
  /// The line in the file; nil where lines mean nothing.
  public var line: UInt32?
  /// Entry numbers on either side.
  var old: UInt32?
  var new: UInt32?

  /// More about the cause.
  public var detail: String { Marks.plain(markedDetail) }
}

extension EntryChange {
  init(_ changeKind: Kind, _ kind: IndicatorKind, _ value: [UInt8], _ cause: ChangeCause) {
    self.changeKind = changeKind
    self.kind = kind
    self.value = value
    self.cause = cause
  }
}
