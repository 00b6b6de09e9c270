/// A format of shared feeds, by the name that `--feed PATH=FORMAT` takes.
public enum FeedFormat: String, Sendable, CaseIterable {
  /// One value a line.
  case plain
  /// Rows of cells, with or without a header; separated by comma, semicolon, tab or bar.
  case csv
  /// Objects of JSON whose members are the columns of a table, as an array, in lines or in an envelope.
  case json
  /// `address name…`, as in `/etc/hosts`.
  case hosts
  /// Addresses, prefixes and ranges, one a line.
  case netset
  /// Zeek's Intelligence Framework file.
  case zeekIntel = "zeek-intel"
  case suricataDataset = "suricata-dataset"
  case suricataDatajson = "suricata-datajson"
  case suricataIPRep = "suricata-iprep"
  /// STIX 2.0 and 2.1 bundles, single objects and TAXII envelopes.
  case stix
  /// A MISP event.
  case misp
  /// MISP's export of attributes as rows.
  case mispCSV = "misp-csv"
  /// The index files of a folder of MISP events.
  case mispFeed = "misp-feed"
  case openIOC = "openioc"
  /// ClamAV `.hdb` and `.hsb`, and the lists of what it allows, `.fp` and `.sfp`.
  case clamAVHash = "clamav-hash"
  /// A MISP warninglist: values known to be good or uninteresting.
  case warninglist
  case urlhaus
  case threatfox
  case feodo
  case sslbl
  case malwarebazaar
  /// Spamhaus DROP as text or as JSON lines.
  case spamhausDrop = "spamhaus-drop"
  /// Filter lists of ad blockers; only rules for whole hosts are indicators.
  case adblock
  case dnsmasq
  case rpz
  /// Maltrail's lists of trails.
  case maltrail
  /// LOKI's lists of file hashes.
  case loki
  /// Prose, in which only defanged values and hashes are indicators.
  case report
  /// Pulses of AlienVault OTX as JSON.
  case otx
  /// AbuseIPDB's reports and block list as JSON.
  case abuseIPDB = "abuseipdb"

  /// The name used in every option and output.
  public var name: String { rawValue }

  /// The format with this name, or nil.
  public init?(name: String) { self.init(rawValue: name) }

  /// The format that a name means, and the kind of values for `suricata-dataset:KIND`.
  ///
  /// Nil for an unknown name.
  public static func named(_ name: String) -> (format: FeedFormat, dataset: DatasetKind)? {
    let prefix = "suricata-dataset:"
    if name.hasPrefix(prefix) {
      return DatasetKind(name: String(name.dropFirst(prefix.count))).map { (.suricataDataset, $0) }
    }
    return FeedFormat(name: name).map { ($0, .any) }
  }

  /// Whether content alone never leads to the format, so that it has to be named.
  package var mustBeNamed: Bool {
    switch self {
    case .suricataDataset, .suricataDatajson, .report: true
    default: false
    }
  }
}
