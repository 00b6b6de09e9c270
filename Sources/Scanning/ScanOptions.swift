import Glibc
public import Indicators
public import Inputs
import Parsing

/// Options of a scan: what takes part of the inputs and databases, and how hits are reported.
public struct ScanOptions: Sendable {
  /// How validity takes part.
  public enum TimeMode: String, Sendable, CaseIterable {
    /// Validity is only reported with each hit.
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

  /// Whether a name that is the host of a URL indicator is a hit if nothing more of the URL is
  /// seen.
  public enum URLHostMode: String, Sendable, CaseIterable {
    /// Never.
    case off
    /// The hosts of URLs whose path is `/`.
    case root
    /// The hosts of all URLs.
    case all
  }

  /// How hits are written.
  public enum Format: String, Sendable, CaseIterable {
    case table, ndjson, csv
    /// Only the values, one per line.
    case values
    /// Alerts as Suricata's EVE log has them.
    case eve
    /// Documents of the Elastic Common Schema.
    case ecs
    /// Rows of Zeek's `intel.log`.
    case zeekIntel = "zeek-intel"

    /// Whether the format can show groups of hits.
    public var hasGroups: Bool {
      self == .table || self == .ndjson || self == .csv || self == .values
    }
  }

  /// The format of every input, or nil to recognise it by content.
  public var inputFormat: InputFormat?
  /// The year for times in logs that name none (syslog, RFC 3164); nil to ignore such times.
  public var logYear: Int?
  /// Kinds of indicators that take part.
  public var kinds: IndicatorKindSet = .all
  /// Names of the feeds that take part; empty for all.
  ///
  /// `fault(for:)` reports a name that is not a feed.
  public var feedsOnly: [String] = []
  /// Sources with a lower stated confidence take no part; sources without one do.
  public var minimumConfidence: UInt8 = 0
  /// Whether bare file names, user agents and JA3 match.
  public var includesWeak = false
  /// Which hosts of URL indicators match in TLS and DNS.
  public var urlHosts = URLHostMode.off
  /// How validity takes part.
  public var timeMode: TimeMode = .any
  /// The time that `TimeMode.now` means, in nanoseconds since 1970.
  ///
  /// It is the time at which the options were made, unless set.
  public var now = SystemClock.now
  /// The networks that count as ours, for the direction of a flow.
  public var home = HomeNetworks.standard
  /// Threads that scan, at most 256.
  public var threads = 1
  /// The number of hits that are written at most, in the whole run.
  public var limit: UInt64 = .max
  /// The number of hits that are written at most for each input; those beyond are counted as
  /// `hits-over-limit`.
  public var limitPerInput: UInt64 = 10_000_000
  /// How far inputs are followed.
  public var limits = ScanLimits()
  /// Whether suppressed hits are written too.
  public var showsSuppressed = false
  /// How hits are put together.
  public var grouping: Grouping = .none
  /// How hits are written.
  public var format: Format = .ndjson
  /// A BPF expression that packets have to match, or nil for all packets.
  public var bpf: String?
  /// The range of times of the packets that take part, in nanoseconds since 1970; nil for all.
  public var packetTimes: Range<Int64>?
  /// The pcapng file to which the packets of flows with hits are written, or nil.
  public var evidencePath: InputPath?
  /// Files that are written besides the hits, such as a summary.
  ///
  /// They are not scanned if they are in a folder that is.
  public var writtenPaths: [InputPath] = []
  /// The databases' files, and the files and folders that they were made of: feeds, allow lists,
  /// configurations.
  ///
  /// They are not scanned if they are in a folder that is, since each of their values would be a
  /// false hit. Databases in folders are left out without being named if they are called `*.skdb`
  /// or have 64 KiB.
  public var sourcePaths: [InputPath] = []
  /// Whether addresses are observables once for every packet instead of once for each flow.
  public var everyPacket = false

  /// Whether defanged values in logs are read as what they stand for, such as `hxxp://` as
  /// `http://`.
  public var refangs = false
  /// Lines shown before and after a hit in a log.
  public var contextLines = 0
  /// Inputs in memory, scanned after those that have paths.
  ///
  /// `IndicatorScanner.follow` ignores them, and their packets are not written to `evidencePath`.
  public var inputsInMemory: [InputInMemory] = []

  /// Creates the default options: every kind of indicator, one thread, hits as lines of JSON,
  /// validity only reported.
  public init() {}

  /// The most threads that are used; more would only cost memory.
  static let mostThreads = 256
}

extension ScanOptions {
  /// Parses a point in time, in nanoseconds since 1970; nil if the text is not one.
  ///
  /// The text is in RFC 3339 (a date alone means its midnight) or a number of seconds since 1970.
  public static func time(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let span = bytes.rawSpan
    return Timestamp.iso8601(span, 0..<bytes.count) ?? Timestamp.epochSeconds(span, 0..<bytes.count)
  }
}

/// The format that an input is read as.
public enum InputFormat: String, Sendable, CaseIterable {
  case pcap, text, jsonl, zeek, eve, csv, tsv, w3c, syslog, cef, leef, access, elb, squid
  case iptables, asa, bind, logfmt
  case vpcFlow = "vpc-flow"
}
