import Glibc
public import Indicators
public import Inputs
import Parsing

/// What of the inputs and of the databases takes part in a scan, and how it is reported.
public struct ScanOptions: Sendable {
  /// How validity takes part.
  public enum TimeMode: String, Sendable, CaseIterable {
    /// Annotate only.
    case any
    /// Only indicators that were valid at the event's time.
    case event
    /// Only indicators that are valid now.
    case now
  }

  /// How hits are put together.
  public enum Grouping: String, Sendable, CaseIterable {
    case none, indicator, flow, host, day
  }

  /// Whether names that are the hosts of URL indicators are hits where nothing more is seen of a URL.
  public enum URLHostMode: String, Sendable, CaseIterable {
    /// Never.
    case off
    /// Those of URLs whose path is `/`.
    case root
    /// Those of all URLs.
    case all
  }

  /// How hits are written.
  public enum Format: String, Sendable, CaseIterable {
    case table, ndjson, csv
    /// Values alone, one a line.
    case values
    /// Alerts as Suricata's EVE log has them.
    case eve
    /// Documents of the Elastic Common Schema.
    case ecs
    /// Rows of Zeek's `intel.log`.
    case zeekIntel = "zeek-intel"
    /// A page, which `ScanPage` in `Reports` makes of hits as values; a scan to a file or descriptor writes `ndjson`.
    case html

    /// Whether hits can be put together in it.
    public var hasGroups: Bool {
      self == .table || self == .ndjson || self == .csv || self == .values
    }
  }

  /// The format of every input, or nil to tell it by content.
  public var inputFormat: InputFormat?
  /// The year of times in logs that name none (syslog, RFC 3164), or nil: they are no times.
  public var logYear: Int?
  /// Kinds of indicators that take part.
  public var kinds: IndicatorKindSet = .all
  /// Names of the feeds that take part; empty is all, and `fault(for:)` tells of one that there is not.
  public var feedsOnly: [String] = []
  /// Sources with a lower stated confidence take no part; sources without one do.
  public var minimumConfidence: UInt8 = 0
  /// Whether bare file names, user agents and JA3 match.
  public var includesWeak = false
  /// Which hosts of URL indicators match in TLS and DNS.
  public var urlHosts = URLHostMode.off
  /// How validity takes part.
  public var timeMode: TimeMode = .any
  /// The time that `TimeMode.now` means, in nanoseconds since 1970; when the options were made, unless set.
  public var now = SystemClock.now
  /// Networks that are ours, for the direction of a flow.
  public var home = HomeNetworks.standard
  /// Threads that scan, at most 256.
  public var threads = 1
  /// Hits after which no more are written, in the whole run.
  public var limit: UInt64 = .max
  /// Hits after which no more are written, for each input; those beyond are counted as `hits-over-limit`.
  public var limitPerInput: UInt64 = 10_000_000
  /// How far inputs are followed.
  public var limits = ScanLimits()
  /// Whether suppressed hits are written too.
  public var showsSuppressed = false
  /// How hits are put together.
  public var grouping: Grouping = .none
  /// How hits are written.
  public var format: Format = .ndjson
  /// A BPF expression that packets have to pass, or nil.
  public var bpf: String?
  /// Times of packets that take part, in nanoseconds since 1970, or nil for all.
  public var packetTimes: Range<Int64>?
  /// Where the packets of flows that hit are written, as pcapng.
  public var evidencePath: InputPath?
  /// Files that are written beside the hits, such as a summary: in a folder that is scanned they are no inputs.
  public var writtenPaths: [InputPath] = []
  /// Whether every packet's addresses are observables instead of each flow's once.
  public var everyPacket = false

  /// Whether defanged values in logs are read as what they stand for.
  public var refangs = false
  /// Lines shown before and after a hit in a log.
  public var contextLines = 0
  /// Values of joint conditions count alone, as for a lookup by hand.
  package var ignoresConditions = false

  /// Hits are handed on as values (`ResultDestination.hits`).
  package var collectsHits = false

  /// Inputs that are in memory, scanned behind those that have paths; not by `Scanner.follow`, and their
  /// packets are not written to `evidencePath`.
  public var inputsInMemory: [InputInMemory] = []

  /// Whether lines of logs in which no indicator can be are read all the same: slower, with the same
  /// hits; for tests, and to measure what that saves.
  package var readsEveryLine = false

  /// Every kind of indicator on one thread, hits as lines of JSON, validity only annotated.
  public init() {}

  /// More threads than this only cost memory.
  static let mostThreads = 256
}

extension ScanOptions {
  /// A point in time, in nanoseconds since 1970, from RFC 3339 (a date alone is its midnight) or from
  /// seconds since 1970; nil where the text is neither.
  public static func time(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let span = bytes.rawSpan
    return Timestamp.iso8601(span, 0..<bytes.count) ?? Timestamp.epochSeconds(span, 0..<bytes.count)
  }
}

/// What an input is read as.
public enum InputFormat: String, Sendable, CaseIterable {
  case pcap, text, jsonl, zeek, eve, csv, tsv, w3c, syslog, cef, leef, access, elb, squid
  case iptables, asa, bind, logfmt
  case vpcFlow = "vpc-flow"
}
