/// When a difference is too much: `lost>0`, `gained>1000`, `share>20%`.
public struct Threshold: Sendable, Equatable, CustomStringConvertible {
  /// What is compared.
  public enum Figure: String, Sendable, CaseIterable {
    /// Hits over the inputs that only the old side has.
    case lost
    /// Hits over the inputs that only the new side has.
    case gained
    /// Hits over the inputs that the new side's allow lists cover and the old side's did not.
    case suppressed
    /// Entries that only the old side has.
    case removed
    /// Entries that only the new side has.
    case added
    /// Entries of both sides whose sources, context or cover by allow lists differ.
    case changed
    /// Feeds of the old side that the new one does not have, or could not read.
    case feeds
    /// The largest part of a feed's old entries that the feed no longer has, in percent.
    case share

    /// Whether it is counted over inputs.
    public var needsInputs: Bool { self == .lost || self == .gained || self == .suppressed }
  }

  /// What is compared.
  public var figure: Figure
  /// The greatest value that is fine.
  public var limit: Double

  /// Reads `FIGURE>NUMBER`, with `%` behind it for a share.
  ///
  /// - Returns: nil if the text is no threshold.
  public init?(_ text: String) {
    let parts = text.split(separator: ">", omittingEmptySubsequences: false)
    guard parts.count == 2,
      let figure = Figure(rawValue: String(parts[0].filter { $0 != " " }))
    else { return nil }
    var number = parts[1].filter { $0 != " " }
    if number.hasSuffix("%") {
      guard figure == .share else { return nil }
      number.removeLast()
    }
    guard let limit = Double(number), limit.isFinite, limit >= 0 else { return nil }
    self.figure = figure
    self.limit = limit
  }

  /// As it is written.
  public var description: String {
    let number = limit == limit.rounded() ? Decimals.text(limit, 0) : Decimals.text(limit, 2)
    return "\(figure.rawValue)>\(number)\(figure == .share ? "%" : "")"
  }
}

extension DatabaseDifference {
  /// A figure's value.
  public func value(_ figure: Threshold.Figure) -> Double {
    switch figure {
    case .lost: Double(hits?.count(.lost) ?? 0)
    case .gained: Double(hits?.count(.gained) ?? 0)
    case .suppressed: Double(hits?.count(.suppressed) ?? 0)
    case .removed: Double(total.removed)
    case .added: Double(total.added)
    case .changed: Double(total.changed)
    case .feeds: Double(feeds.count { $0.newName == nil })
    case .share: feeds.map(\.counts.removedShare).max() ?? 0
    }
  }

  /// The thresholds that are exceeded, each with the actual value.
  public func exceeded(_ thresholds: [Threshold]) -> [(threshold: Threshold, value: Double)] {
    thresholds.compactMap { threshold in
      let value = value(threshold.figure)
      return value > threshold.limit ? (threshold, value) : nil
    }
  }
}
