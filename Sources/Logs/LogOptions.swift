package import Indicators

/// What the observables are for.
package enum LogPurpose: Sendable {
  /// Everything that an indicator could match, other candidates and forms included.
  case scan
  /// One observable for each place, as a reader would name it: the list of top-level domains
  /// applies.
  case extract
}

/// A format of logs that can be forced; the raw value is its name on the command line.
package enum LogFormat: String, Sendable, CaseIterable {
  /// Lines of text, whatever they look like.
  case text
  /// JSON objects, one a line or not.
  case jsonl
  /// Suricata's EVE, which is JSON.
  case eve
  /// Zeek's tab-separated logs.
  case zeek
  /// Comma-separated values with a header row.
  case csv
  /// Tab-separated values with a header row.
  case tsv
  /// The W3C's extended log format, as written by IIS and many proxies.
  case w3c
  /// Lines with a syslog header (RFC 3164, RFC 5424), whatever the message behind it is.
  case syslog
  /// ArcSight's common event format.
  case cef
  /// QRadar's log event extended format.
  case leef
  /// Access logs of Apache and nginx, common or combined.
  case access
  /// Amazon's load balancers, of each generation.
  case elb
  /// Squid's own access log.
  case squid
  /// Packets that a packet filter logs as `KEY=VALUE`.
  case iptables
  /// Messages of Cisco's firewalls.
  case asa
  /// BIND's log of queries.
  case bind
  /// Keys and values, as `key=value key="value"`.
  case logfmt
  /// Amazon's VPC flow logs, with or without a header.
  case vpcFlow = "vpc-flow"

  /// Whether each line is a record by itself, recognised by its own content.
  var isOfLines: Bool {
    switch self {
    case .text, .jsonl, .eve, .zeek, .csv, .tsv, .w3c: false
    case .syslog, .cef, .leef, .access, .elb, .squid, .iptables, .asa, .bind, .logfmt, .vpcFlow:
      true
    }
  }
}

/// Finds the wanted file names in free text.
///
/// Without a list of the wanted ones, names could not be told from the text between them.
package protocol FileNameSearch: AnyObject, Sendable {
  /// Appends the ranges of the names in a text, one for each end.
  func find(in text: RawSpan, ranges: inout [Range<Int>])
}

/// Gives each reader a search when one of its texts first needs it.
package protocol FileNameSource: Sendable {
  /// The search; nil if no file name is asked for.
  func search() -> (any FileNameSearch)?
}

/// A text that was found: where it begins, and which of the wanted texts it is.
package struct FoundText: Sendable, Equatable {
  /// Where it begins.
  package var start: Int
  /// The number of the matcher that found it.
  package var matcher: UInt32
  /// The number of the pattern.
  package var pattern: UInt32

  /// A text that begins at an offset.
  package init(start: Int, matcher: UInt32, pattern: UInt32) {
    self.start = start
    self.matcher = matcher
    self.pattern = pattern
  }
}

/// Finds the wanted texts, wherever they are.
package protocol TextSearch: Sendable {
  /// Appends where texts begin in the bytes, ascending, the longest first; false if there are too
  /// many to report all.
  func find(in bytes: RawSpan, found: inout [FoundText]) -> Bool
}

/// Excludes names that are not the host of any wanted URL.
package protocol HostFilter: Sendable {
  /// Whether an ASCII name of two labels or more may be the host of a wanted URL.
  func mayHold(_ name: RawSpan) -> Bool
}

/// How logs are read.
package struct LogOptions: Sendable {
  /// What the observables are for.
  package var purpose: LogPurpose
  /// The kinds to emit.
  package var kinds: IndicatorKindSet
  /// The format, or nil to recognise it by content.
  package var format: LogFormat?
  /// Bytes of a line beyond which it is scanned in pieces, and of a record beyond which it is text.
  package var lineLimit: Int
  /// How deep objects and arrays may be nested in one another.
  package var jsonDepth: Int
  /// Whether defanged values (`hxxp://evil[.]example`) are read as what they stand for.
  package var refangs = false
  /// What finds file names in free text; nil: file names are found only in fields of their own.
  package var fileNames: (any FileNameSource)?
  /// What finds texts in values and in lines; nil: none are looked for.
  package var texts: (any TextSearch)?
  /// Which names may be hosts of URLs that are written without a scheme; nil: all may.
  package var hosts: (any HostFilter)?
  /// The year of times that name none (syslog, RFC 3164); nil: such a line has no event time.
  package var year: Int?

  /// Options with the usual limits.
  package init(
    purpose: LogPurpose, kinds: IndicatorKindSet = .all, format: LogFormat? = nil,
    lineLimit: Int = 1 << 20, jsonDepth: Int = 64
  ) {
    self.purpose = purpose
    self.kinds = kinds
    self.format = format
    // Positions within a record are 32 bits wide; a shorter limit would cut single values.
    self.lineLimit = min(max(lineLimit, 64), 1 << 28)
    self.jsonDepth = jsonDepth
  }
}

extension LogOptions {
  /// Whether lines may be records of these formats.
  var readsLineRecords: Bool { format?.isOfLines ?? true }

  /// Whether a line may be the header of VPC flow logs.
  var readsFlowHeaders: Bool { format == nil || format == .vpcFlow }

  /// Whether lines may be JSON.
  var readsJSON: Bool {
    switch format {
    case nil, .jsonl, .eve: true
    default: false
    }
  }
}

/// Why an extraction stopped.
package enum LogProgress: Sendable {
  /// The batch is full: hand it on and call again with the same chunk.
  case batchFull
  /// Nothing complete is left: present the bytes from the offset on at the front of the next chunk.
  case needsMore
}
