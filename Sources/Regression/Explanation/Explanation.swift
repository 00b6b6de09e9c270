public import Indicators

/// The trace of one value: what it is, which entries cover it, and what made it match or not.
public struct Explanation: Sendable {
  /// The value as it was asked for.
  public var asked: [UInt8]
  /// What it was read as; nil where it is nothing that can be an indicator.
  public var kind: IndicatorKind?
  /// Its normal form as printed; empty where it has none.
  public var normalForm: [UInt8] = []
  /// The findings, in the order in which the value is followed: the value, the entries, the inputs.
  public var findings: [Finding] = []
  /// Whether the value, seen somewhere, gives a hit with these databases and options.
  public var matches = false
  /// Places of the inputs in which it was seen; nil without inputs.
  public var timesSeen: UInt64?

  init(asked: [UInt8]) { self.asked = asked }

  /// One step of the trace.
  public struct Finding: Sendable, Equatable {
    /// What it is, for programs.
    public var cause: Cause
    /// What it is, in words; values are marked.
    var marked: String
    /// The feed and its line, or the input and its line or packet, where there is one.
    public var place: String

    /// What it is, in words; values as they are, controls not escaped.
    public var text: String { Marks.plain(marked) }

    init(_ cause: Cause, _ marked: String, place: String = "") {
      self.cause = cause
      self.marked = marked
      self.place = place
    }
  }

  /// What decided, as `--json` names it.
  public enum Cause: String, Sendable, CaseIterable {
    // The value.
    case notAnIndicator = "not-an-indicator"
    case normalised = "normalised"
    case refanged = "refanged"
    case feedsRefuse = "feeds-refuse-such-values"
    case zeekDecodes = "zeek-uri-is-decoded"
    // The entries.
    case match = "match"
    case noEntry = "no-entry"
    case kindExcluded = "kind-excluded"
    case weak = "weak"
    case confidence = "confidence-too-low"
    case feedExcluded = "feed-excluded"
    case expired = "expired"
    case notYetValid = "not-yet-valid"
    case noEventTime = "no-event-time"
    case suppressed = "suppressed"
    case jointCondition = "joint-condition"
    // What is near.
    case parentIsExact = "parent-is-exact"
    case subdomainsOnly = "subdomains-only"
    case childListed = "child-listed"
    case urlOnHost = "only-urls-on-the-host"
    case hostListed = "only-the-host-listed"
    case otherScheme = "other-scheme"
    case otherPort = "other-port"
    case otherPath = "other-path"
    case otherKind = "other-kind"
    case similarName = "similar-name"
    // The feeds.
    case refusedByFeed = "refused-by-feed"
    case feedUnreadable = "feed-unreadable"
    // The inputs.
    case seen = "seen"
    case notSeen = "not-seen"
    case partnerSeen = "partner-seen"
    case partnerMissing = "partner-missing"
    case outsideWindow = "outside-time-window"
    case filteredPackets = "filtered-packets"
    case insideLongerRun = "inside-a-longer-run"
    case fileExtension = "looks-like-a-file-name"
    case fieldTakesNone = "field-takes-none"
    case keyOnly = "only-as-a-key"
    case encoded = "only-encoded"
    case defangedInInput = "defanged-in-the-input"
    case bytesOnly = "bytes-only"
    case skipped = "skipped"
    case inputUnreadable = "input-unreadable"
  }

  /// Whether a cause is among the findings.
  public func has(_ cause: Cause) -> Bool { findings.contains { $0.cause == cause } }

  /// The findings that explain a missing hit: all but those that a hit has as well.
  var decisive: [Finding] {
    findings.filter { $0.cause != .normalised && $0.cause != .match && $0.cause != .seen }
  }
}
