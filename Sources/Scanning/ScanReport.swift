public import Inputs

/// The outcome of a run.
public struct ScanReport: Sendable {
  /// Everything that was counted.
  package var statistics: ScanStatistics
  /// Hits that were found and not suppressed.
  public var hits: UInt64
  /// Hits that an allow list covered.
  public var suppressed: UInt64
  /// Whether an input was not read to its end, or output could not be written.
  public var hasErrors: Bool
  /// Why the output could not be written.
  public var writeError: String?
  /// Whether the reader of the output went away.
  public var isBrokenPipe: Bool
  /// Whether the run was asked to stop before its end.
  public var isInterrupted: Bool
  /// Whether the run ended because it had `ScanOptions.limit` hits, whatever the inputs still hold.
  public var isLimited = false
  /// Whether all inputs were read to their end, and all output was written.
  ///
  /// Hits beyond `limitPerInput` do not make a run incomplete; they are counted as
  /// `skipped["hits-over-limit"]`.
  public var isComplete: Bool { !(hasErrors || isInterrupted || isLimited || isBrokenPipe) }
  /// Time from the first byte to the last.
  public var seconds: Double
  /// Inputs that were read, wholly or in part.
  public var inputs: UInt64 { statistics.inputs }
  /// Uncompressed bytes that were read.
  public var bytes: UInt64 { statistics.bytes }
  /// Packets of captures that were read.
  public var packets: UInt64 { statistics.packets }
  /// Lines of logs that were read.
  public var lines: UInt64 { statistics.lines }
  /// What was not looked at, cut by a limit or odd, by reason.
  public var skipped: Tally { statistics.skipped }
  /// Hits by the name of the feed; a hit that several feeds list counts for each.
  public var hitsByFeed: [String: UInt64] { statistics.hitsByFeed }
  /// The entries that hit most, with their hits; at most ten.
  package var topEntries: [(entry: ResolvedEntry, hits: UInt64)]
  /// The number of URL indicators on hosts that encrypted connections named, so that their URLs
  /// could not be seen; nil if no URL indicators took part.
  public var encryptedURLs: UInt64?
}

extension ScanReport: CustomStringConvertible {
  /// What was found in what, in a line for people.
  public var description: String {
    var text = "\(counted(hits, "hit")) in \(counted(inputs, "input")) of \(counted(bytes, "byte"))"
    if packets > 0 { text += ", \(counted(packets, "packet"))" }
    if lines > 0 { text += ", \(counted(lines, "line"))" }
    if suppressed > 0 { text += "; \(suppressed) suppressed" }
    return isComplete ? text : text + "; not complete"
  }

  private func counted(_ count: UInt64, _ word: String) -> String {
    "\(count) \(word)\(count == 1 ? "" : "s")"
  }
}
