package import Indicators

/// What the observables are for.
package enum LogPurpose: Sendable {
  /// Everything that an indicator could match, other candidates and forms included.
  case scan
  /// One observable a place, as a reader would name it: the list of top-level domains applies.
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

  /// Whether each line is a record by itself, known by what stands on it.
  var isOfLines: Bool {
    switch self {
    case .text, .jsonl, .eve, .zeek, .csv, .tsv, .w3c: false
    case .syslog, .cef, .leef, .access, .elb, .squid, .iptables, .asa, .bind, .logfmt, .vpcFlow:
      true
    }
  }
}

/// Finds the file names in free text that somebody asks for; whatever a text may hold between them cannot be
/// told from names otherwise.
package protocol FileNameSearch: AnyObject, Sendable {
  /// Where names stand in a text, one for each end.
  func find(in text: RawSpan, ranges: inout [Range<Int>])
}

/// Gives a search to each reader whose text asks for one first.
package protocol FileNameSource: Sendable {
  /// The search; nil where no file name is asked for.
  func search() -> (any FileNameSearch)?
}

/// A text that was found: which of those that somebody asks for, and where.
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

/// Finds the texts that somebody asks for wherever they stand.
package protocol TextSearch: Sendable {
  /// Where texts begin in some bytes, ascending, the longest first; false where there are too many to tell all.
  func find(in bytes: RawSpan, found: inout [FoundText]) -> Bool
}

/// Tells names that are hosts of no URL that anybody asks for.
package protocol HostFilter: Sendable {
  /// Whether a name of ASCII, of two labels or more, may be the host of such a URL.
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
  /// Objects and arrays that may stand in one another.
  package var jsonDepth: Int
  /// Whether defanged values (`hxxp://evil[.]example`) are read as what they stand for.
  package var refangs = false
  /// What finds file names in free text; nil: they are found in fields of their own only.
  package var fileNames: (any FileNameSource)?
  /// What finds texts in values and in lines; nil: none are looked for.
  package var texts: (any TextSearch)?
  /// Which names may be hosts of URLs that are written without scheme; nil: all may.
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

/// Why an extraction stopped.
package enum LogProgress: Sendable {
  /// The batch is full: hand it on and call again with the same chunk.
  case batchFull
  /// Nothing complete is left: present the bytes from the offset on at the front of the next chunk.
  case needsMore
}
