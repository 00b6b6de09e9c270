import Indicators
import Inputs
import Parsing

/// Writes the groups of a scan when it is over.
struct GroupWriter {
  let format: ScanOptions.Format
  let home: HomeNetworks
  let showsSuppressed: Bool

  /// Writes every group, in the order of their first hits.
  ///
  /// The output is handed on piece by piece, since all groups together may be as large as the
  /// input.
  ///
  /// - Parameters:
  ///   - groups: the groups to write.
  ///   - put: takes a piece; false ends the writing.
  /// - Returns: false if a piece was not taken.
  func write(_ groups: inout HitGroups, put: ([UInt8]) -> Bool) -> Bool {
    var output: [UInt8] = []
    var renderer = Renderer(self, &groups, &output)
    for group in groups.groups {
      renderer.append(group, &groups, to: &output)
      output.append(UInt8(ascii: "\n"))
      if output.count >= Self.pieceSize {
        guard put(output) else { return false }
        output.removeAll(keepingCapacity: true)
      }
    }
    return put(output)
  }

  private static let pieceSize = 1 << 20

  /// Writes one group after another.
  private struct Renderer {
    private let options: GroupWriter
    private var widths: [Int] = []
    private var json: HitJSON
    private var csv: HitCSV
    private var lines: HitLines
    private var hit: [UInt8] = []

    /// Appends the header, if the format has one.
    init(_ options: GroupWriter, _ groups: inout HitGroups, _ output: inout [UInt8]) {
      self.options = options
      let (home, showsSuppressed) = (options.home, options.showsSuppressed)
      json = HitJSON(home: home)
      csv = HitCSV(home: home, showsSuppressed: showsSuppressed)
      lines = HitLines(format: options.format, home: home, showsSuppressed: showsSuppressed)
      switch options.format {
      case .table: beginTable(&groups, &output)
      case .csv:
        let counts = showsSuppressed ? "count,suppressed,first,last," : "count,first,last,"
        output.append(contentsOf: counts.utf8)
        output.append(contentsOf: HitCSV.header(showsSuppressed: showsSuppressed).utf8)
      case .zeekIntel:
        output.append(contentsOf: ZeekIntelLog.header(showsSuppressed: showsSuppressed).utf8)
      case .ndjson, .values, .eve, .ecs: break
      }
    }

    /// Appends a group as a line without its end.
    mutating func append(
      _ group: HitGroups.Group, _ groups: inout HitGroups, to output: inout [UInt8]
    ) {
      let first = groups.firstHit(of: group)
      switch options.format {
      case .table: append(row(group, first, groups), to: &output)
      case .ndjson: object(group, first, groups, to: &output)
      case .csv: record(group, first, to: &output)
      case .values: ValueLine.append(groups.name(first), to: &output)
      // Formats that have no groups: the first hit of each.
      case .eve, .ecs, .zeekIntel: lines.append(first, to: &output)
      }
    }

    // MARK: Table

    private mutating func beginTable(_ groups: inout HitGroups, _ output: inout [UInt8]) {
      guard !groups.groups.isEmpty else { return }
      let heading = [
        "HITS", groups.grouping.rawValue.uppercased(), "KIND", "MATCH", "SEEN AS", "FIRST", "LAST",
        "WHERE", "FEED",
      ]
      .map { Array($0.utf8) }
      widths = heading.map(\.count)
      for group in groups.groups {
        let first = groups.firstHit(of: group)
        for (column, cell) in row(group, first, groups).enumerated() {
          widths[column] = max(widths[column], min(cell.count { $0 & 0xC0 != 0x80 }, 60))
        }
      }
      append(heading, to: &output)
      output.append(UInt8(ascii: "\n"))
    }

    private func append(_ row: [[UInt8]], to output: inout [UInt8]) {
      for column in row.indices.dropLast() {
        HitTable.column(row[column], widths[column] + 1, to: &output)
      }
      output.append(contentsOf: row[row.count - 1])
    }

    private func row(_ group: HitGroups.Group, _ hit: Hit, _ groups: HitGroups) -> [[UInt8]] {
      let grouping = groups.grouping
      let indicator = hit.indicators[0]
      let source = indicator.firstSource
      var feed = DisplayText.escaped(source.feed)
      if let line = source.lines.first { feed += Array(":\(line)".utf8) }
      let feeds = groups.feeds(of: group).count
      if feeds > 1 { feed += Array(" +\(feeds - 1)".utf8) }
      if group.suppressed > 0 { feed += Array("  (\(group.suppressed) suppressed)".utf8) }
      let kind = grouping == .indicator ? indicator.entry.kind : hit.kind
      let name = groups.name(hit)
      return [
        Array("\(group.count)".utf8),
        grouping == .indicator || grouping == .none
          ? DisplayText.defanged(name, kind: kind)
          : groups.isNamedByPath(hit)
            ? DisplayText.escaped(name) : DisplayText.defangedLine(name),
        Array(hit.kind.name.utf8),
        Array((group.suppressed < group.count ? hit.match.name : "suppressed").utf8),
        DisplayText.escaped(hit.field),
        time(group.firstTime), time(group.lastTime),
        DisplayText.escaped(hit.path.bytes) + Array(":\(hit.number)".utf8),
        feed,
      ]
    }

    private func time(_ nanoseconds: Int64) -> [UInt8] {
      guard nanoseconds != ObservableRecord.noTime else { return [UInt8(ascii: "-")] }
      var text: [UInt8] = []
      Timestamp.append(nanoseconds, to: &text)
      // Seconds are enough for people: `2024-05-01T10:00:00`.
      return Array(text.prefix(19))
    }

    // MARK: JSON and CSV

    private mutating func object(
      _ group: HitGroups.Group, _ first: Hit, _ groups: HitGroups, to output: inout [UInt8]
    ) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("schema", 1)
      writer.member("group", groups.grouping.rawValue)
      writer.member("name", groups.name(first))
      writer.member("count", group.count)
      if group.suppressed > 0 {
        writer.member("suppressed", group.suppressed)
      }
      if group.firstTime != ObservableRecord.noTime {
        writer.key("first")
        writer.time(group.firstTime)
        writer.key("last")
        writer.time(group.lastTime)
      }
      writer.key("values")
      writer.beginArray()
      for value in groups.values(of: group) { writer.string(value) }
      writer.endArray()
      writer.key("feeds")
      writer.beginArray()
      for feed in groups.feeds(of: group) { writer.string(feed) }
      writer.endArray()
      hit.removeAll(keepingCapacity: true)
      json.append(first, to: &hit)
      writer.key("first_hit")
      writer.fragment(hit)
      writer.endObject()
      writer.append(to: &output)
    }

    private mutating func record(
      _ group: HitGroups.Group, _ first: Hit, to output: inout [UInt8]
    ) {
      output.append(contentsOf: "\(group.count),".utf8)
      if options.showsSuppressed { output.append(contentsOf: "\(group.suppressed),".utf8) }
      if group.firstTime != ObservableRecord.noTime {
        Timestamp.append(group.firstTime, to: &output)
        output.append(UInt8(ascii: ","))
        Timestamp.append(group.lastTime, to: &output)
      } else {
        output.append(UInt8(ascii: ","))
      }
      output.append(UInt8(ascii: ","))
      csv.append(first, to: &output)
    }
  }
}
