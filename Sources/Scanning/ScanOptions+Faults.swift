import Capture
public import Database
import Indicators

extension ScanOptions {
  /// Why the capture filter is invalid for any input; nil if there is none or it compiles.
  public var filterFault: String? { bpf.flatMap { CaptureOptions.fault(ofFilter: $0) } }

  /// Why a scan would not do what these options say, in a few words for people; nil if it would.
  ///
  /// A scan does not check this: it ignores a feed that does not exist, and leaves out what the
  /// output format cannot show.
  ///
  /// - Parameter databases: the databases to match against.
  /// - Returns: the fault, which names the option.
  public func fault(for databases: [IndicatorDatabase]) -> String? {
    filterFault.map { "bpf: \($0)" } ?? writingFault
      ?? Self.unknownFeed(of: feedsOnly, in: databases).map { "feedsOnly: \($0)" }
  }

  /// Why hits cannot be written as these options say.
  private var writingFault: String? {
    if grouping != .none, !format.hasGroups {
      return
        "format \(format.rawValue) has no groups; take table, ndjson, csv or values, or no grouping"
    }
    guard (0...Self.mostContextLines).contains(contextLines) else {
      return "contextLines \(contextLines) is not between 0 and \(Self.mostContextLines)"
    }
    guard contextLines > 0 else { return nil }
    if format != .table, format != .ndjson {
      return "contextLines are shown in table and ndjson, not in \(format.rawValue)"
    }
    return grouping == .none ? nil : "contextLines are shown of single hits, not of groups"
  }

  /// The number of lines around a hit that may be asked for at most.
  package static let mostContextLines = 1000

  /// A message about the first name that is not a feed of the databases; nil if all are.
  ///
  /// The message lists the feeds that exist.
  package static func unknownFeed(
    of names: [String], in databases: [IndicatorDatabase]
  ) -> String? {
    guard !names.isEmpty else { return nil }
    let feeds = databases.reduce(into: Set<String>()) { $0.formUnion($1.feeds.map(\.name)) }
    guard let unknown = names.first(where: { !feeds.contains($0) }) else { return nil }
    let known = feeds.sorted()
    let more = known.count > 20 ? " and \(known.count - 20) more (sekisho inspect shows them)" : ""
    return "\(shown(unknown)) is no feed; the feeds are: "
      + known.prefix(20).map { shown($0) }.joined(separator: ", ") + more
  }

  private static func shown(_ text: String) -> String {
    String(decoding: DisplayText.escaped(Array(text.utf8), isCell: false), as: UTF8.self)
  }
}
