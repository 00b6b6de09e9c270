import Capture
public import Database
import Indicators

extension ScanOptions {
  /// Why the capture filter is invalid for any input; nil if there is none or it compiles.
  public var filterFault: String? { bpf.flatMap { CaptureOptions.fault(ofFilter: $0) } }

  /// Why a scan would not do what its options say.
  public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// An option that may be at fault.
    public enum Option: String, Sendable, CaseIterable {
      case bpf, feedsOnly, grouping, contextLines
    }

    /// The option that is at fault.
    public var option: Option
    /// What is wrong with it, in words.
    public var message: String

    /// The option and what is wrong with it.
    public var description: String { "\(option.rawValue): \(message)" }
  }

  /// Why a scan would not do what these options say; nil if it would.
  ///
  /// A scan does not check this: it ignores a feed that does not exist, and leaves out what the
  /// output format cannot show.
  ///
  /// - Parameter databases: the databases to match against.
  /// - Returns: the first fault.
  public func fault(for databases: [IndicatorDatabase]) -> Fault? {
    filterFault.map { Fault(option: .bpf, message: $0) } ?? writingFault
      ?? Self.unknownFeed(of: feedsOnly, in: databases).map {
        Fault(option: .feedsOnly, message: $0)
      }
  }

  /// Why hits cannot be written as these options say.
  private var writingFault: Fault? {
    if grouping != .none, !format.hasGroups {
      return Fault(
        option: .grouping,
        message:
          "format \(format.rawValue) has no groups; take table, ndjson, csv or values, or no grouping"
      )
    }
    let message: String
    if !(0...Self.mostContextLines).contains(contextLines) {
      message = "\(contextLines) is not between 0 and \(Self.mostContextLines)"
    } else if contextLines > 0, format != .table, format != .ndjson {
      message = "shown in table and ndjson, not in \(format.rawValue)"
    } else if contextLines > 0, grouping != .none {
      message = "shown of single hits, not of groups"
    } else {
      return nil
    }
    return Fault(option: .contextLines, message: message)
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
