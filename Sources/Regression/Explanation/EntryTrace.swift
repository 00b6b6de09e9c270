import Database
import Indicators
import Scanning

/// Judges the entries that cover a value as a scan does, and says why each counts or not.
struct EntryTrace {
  /// The time of the event for which sources are judged.
  enum Moment {
    /// No event is known: whatever its time would decide is left open.
    case noEventTime
    case event(Int64)
  }

  let options: ScanOptions
  var findings: [Explanation.Finding] = []
  /// The other values that joint conditions require.
  var partners: [String] = []
  /// The entries that count as hits unless they are allowed.
  private var counting: [EntryFinder.Covering] = []
  /// Kinds of the value that an allow entry covers as a whole.
  private var allowedKinds: Set<IndicatorKind> = []
  /// Entries that are allowed alone, since only a part of their value was seen.
  private var allowedParts: Set<IndicatorName> = []

  init(options: ScanOptions) { self.options = options }

  /// Whether the value is a hit.
  var matches: Bool {
    counting.contains {
      !allowedKinds.contains($0.kind) && !allowedParts.contains(IndicatorName($0.entry))
    }
  }

  /// Judges an entry, and adds what was found about it.
  mutating func add(_ covering: EntryFinder.Covering, at moment: Moment) {
    let entry = covering.entry
    let shown = Self.shown(covering)
    guard options.kinds.contains(covering.kind) else {
      findings.append(
        Explanation.Finding(
          .kindExcluded,
          "\(shown) is of a kind that --kinds leaves out (\(covering.kind.name))",
          place: Self.place(entry.sources.first)))
      return
    }
    for source in entry.sources { add(source, covering, shown, moment) }
  }

  private mutating func add(
    _ source: ResolvedSource, _ covering: EntryFinder.Covering, _ shown: String, _ moment: Moment
  ) {
    let place = Self.place(source)
    let time: Int64 =
      switch moment {
      case .noEventTime: ObservableRecord.noTime
      case .event(let time): time
      }
    if source.flags.contains(.allow) {
      let exclusion: SourceExclusion? = options.holds(source, at: time) ? nil : .expired
      if let exclusion, !Self.isOpen(exclusion, at: moment) {
        findings.append(
          Self.finding(exclusion, source, "the exception by " + shown, place, options))
        return
      }
      // Only a part of the entry's value was seen: it allows nothing but that entry.
      if covering.isPart {
        allowedParts.insert(IndicatorName(covering.entry))
        guard covering.entry.sources.contains(where: { !$0.flags.contains(.allow) }) else { return }
      } else {
        allowedKinds.insert(covering.kind)
      }
      let reason = source.descriptionText.map { ": " + $0 } ?? ""
      findings.append(
        Explanation.Finding(
          .suppressed, "suppressed by \(shown) of \(place)\(reason)", place: place))
      return
    }
    var exclusion = options.exclusion(of: source, at: time)
    if let open = exclusion, Self.isOpen(open, at: moment) { exclusion = nil }
    if let exclusion {
      findings.append(Self.finding(exclusion, source, shown, place, options))
      return
    }
    if source.conditionPlace != nil {
      let condition = source.conditionText ?? ""
      let value = String(decoding: covering.entry.value, as: UTF8.self)
      let others = ConditionText.members(condition).filter {
        $0 != "\(covering.entry.kind.name):\(value)"
      }
      for other in others where !partners.contains(other) { partners.append(other) }
      findings.append(
        Explanation.Finding(
          .jointCondition,
          "\(shown) of \(place) counts only together with \(others.map(ConditionText.marked).joined(separator: " and ")), "
            + "in one record or one flow", place: place))
      return
    }
    counting.append(covering)
    if covering.match == .address {
      findings.append(
        Explanation.Finding(
          .otherPort,
          "\(shown) of \(place) counts only with its port, or where no port is known", place: place)
      )
      return
    }
    findings.append(
      Explanation.Finding(
        .match,
        "\(shown) of \(place)\(Self.bounds(source))"
          + (covering.match == .urlHost ? ", where TLS or DNS shows it" : ""), place: place))
  }

  /// Whether the exclusion depends on the event's time, which is not known.
  private static func isOpen(_ exclusion: SourceExclusion, at moment: Moment) -> Bool {
    guard case .noEventTime = moment else { return false }
    return exclusion == .noEventTime
  }

  private static func finding(
    _ exclusion: SourceExclusion, _ source: ResolvedSource, _ shown: String, _ place: String,
    _ options: ScanOptions
  ) -> Explanation.Finding {
    switch exclusion {
    case .weak:
      Explanation.Finding(
        .weak, "\(shown) of \(place) is weak: it takes part only with --weak or 'weak: true'",
        place: place)
    case .confidence:
      Explanation.Finding(
        .confidence,
        "\(shown) of \(place) has confidence \(source.statement.confidence), less than "
          + "\(options.minimumConfidence) (--min-confidence)", place: place)
    case .feed:
      Explanation.Finding(
        .feedExcluded, "\(shown) of \(place) is of a feed that --feeds-only leaves out",
        place: place)
    case .expired:
      Explanation.Finding(
        .expired,
        "\(shown) of \(place) is no longer valid: until \(TimeText.text(source.statement.validUntil))"
          + judged(options), place: place)
    case .notYetValid:
      Explanation.Finding(
        .notYetValid,
        "\(shown) of \(place) is not valid yet: from \(TimeText.text(source.statement.validFrom))"
          + judged(options), place: place)
    case .noEventTime:
      Explanation.Finding(
        .noEventTime,
        "\(shown) of \(place) has bounds, and the event has no time to compare with (--time event)",
        place: place)
    }
  }

  private static func judged(_ options: ScanOptions) -> String {
    options.timeMode == .now
      ? ", judged at \(TimeText.text(options.now)) (--time now)"
      : ", judged at the event's time (--time event)"
  }

  /// ` (valid from … until …)`, where the source names bounds.
  private static func bounds(_ source: ResolvedSource) -> String {
    var parts: [String] = []
    if let start = source.validFrom { parts.append("from " + TimeText.text(start)) }
    if let end = source.validUntil { parts.append("until " + TimeText.text(end)) }
    return parts.isEmpty ? "" : " (valid \(parts.joined(separator: " ")))"
  }

  /// `exact entry domain evil.example`.
  private static func shown(_ covering: EntryFinder.Covering) -> String {
    let value = Marks.value(covering.entry.value, covering.entry.kind)
    let star = covering.entry.mode == .subdomainsOnly ? "*." : ""
    return "\(covering.match.name) entry \(covering.entry.kind.name) \(star)\(value)"
  }

  /// `FEED:LINE` of a source.
  static func place(_ source: ResolvedSource?) -> String {
    guard let source else { return "" }
    let feed = String(decoding: source.feed, as: UTF8.self)
    return source.lines.first.map { "\(feed):\($0)" } ?? feed
  }
}

/// The text of a joint condition: `kind:value AND kind:value`.
enum ConditionText {
  /// Its members as `kind:value`.
  static func members(_ condition: String) -> [String] {
    let bytes = Array(condition.utf8)
    let joint = Array(" AND ".utf8)
    var members: [String] = []
    var start = 0
    var offset = 0
    while offset + joint.count <= bytes.count {
      guard bytes[offset..<offset + joint.count].elementsEqual(joint) else {
        offset += 1
        continue
      }
      members.append(String(decoding: bytes[start..<offset], as: UTF8.self))
      offset += joint.count
      start = offset
    }
    members.append(String(decoding: bytes[start...], as: UTF8.self))
    return members
  }

  /// A member with its value marked.
  static func marked(_ member: String) -> String {
    let (kind, text) = value(member)
    guard let kind else { return member }
    return "\(kind.name) " + Marks.value(text, kind.name)
  }

  /// The value of a member, without its kind.
  static func value(_ member: String) -> (kind: IndicatorKind?, value: String) {
    guard let colon = member.firstIndex(of: ":") else { return (nil, member) }
    return (
      IndicatorKind(name: String(member[..<colon])), String(member[member.index(after: colon)...])
    )
  }
}
