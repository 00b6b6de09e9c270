import Indicators
import Inputs
import Parsing

/// Writes the groups of a scan when it is over.
struct GroupWriter {
  let grouping: ScanOptions.Grouping
  let format: ScanOptions.Format
  let home: HomeNetworks
  let showsSuppressed: Bool

  /// Appends every group, in the order in which their first hits stand.
  func append(_ groups: HitGroups, to output: inout [UInt8]) {
    switch format {
    case .table: table(groups, to: &output)
    case .ndjson: ndjson(groups, to: &output)
    case .csv: csv(groups, to: &output)
    case .values:
      for group in groups.groups {
        ValueLine.append(groups.name(of: group), to: &output)
        output.append(UInt8(ascii: "\n"))
      }
    case .eve, .ecs, .zeekIntel, .html: firstHits(groups, to: &output)
    }
  }

  /// Formats that have no groups: the first hit of each.
  private func firstHits(_ groups: HitGroups, to output: inout [UInt8]) {
    var lines = HitLines(format: format, home: home, showsSuppressed: showsSuppressed)
    if format == .zeekIntel {
      let header = ZeekIntelLog.header(showsSuppressed: showsSuppressed)
      output.append(contentsOf: header.utf8)
    }
    for group in groups.groups {
      lines.append(group.first, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func table(_ groups: HitGroups, to output: inout [UInt8]) {
    guard !groups.groups.isEmpty else { return }
    var rows: [[[UInt8]]] = [
      [
        "HITS", grouping.rawValue.uppercased(), "KIND", "MATCH", "SEEN AS", "FIRST", "LAST",
        "WHERE", "FEED",
      ]
      .map { Array($0.utf8) }
    ]
    for group in groups.groups {
      let hit = group.first
      let indicator = hit.indicators[0]
      let source = indicator.entry.sources[indicator.sources[0]]
      var feed = DisplayText.escaped(source.feed)
      if let line = source.lines.first { feed += Array(":\(line)".utf8) }
      if group.feeds.count > 1 { feed += Array(" +\(group.feeds.count - 1)".utf8) }
      if group.suppressed > 0 { feed += Array("  (\(group.suppressed) suppressed)".utf8) }
      let name = grouping == .indicator ? indicator.entry.kind : hit.kind
      rows.append([
        Array("\(group.count)".utf8),
        grouping == .indicator || grouping == .none
          ? DisplayText.defanged(groups.name(of: group), kind: name)
          : groups.isNamedByPath(group)
            ? DisplayText.escaped(groups.name(of: group))
            : DisplayText.defangedLine(groups.name(of: group)),
        Array(hit.kind.name.utf8),
        Array((group.suppressed < group.count ? hit.match.name : "suppressed").utf8),
        DisplayText.escaped(hit.field),
        time(group.firstTime), time(group.lastTime),
        DisplayText.escaped(hit.path.bytes) + Array(":\(hit.number)".utf8),
        feed,
      ])
    }
    let widths = rows[0].indices.map { column in
      min(rows.map { $0[column].count { $0 & 0xC0 != 0x80 } }.max() ?? 0, 60)
    }
    for row in rows {
      for column in row.indices.dropLast() {
        HitTable.column(row[column], widths[column] + 1, to: &output)
      }
      output.append(contentsOf: row[row.count - 1])
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func time(_ nanoseconds: Int64) -> [UInt8] {
    guard nanoseconds != ObservableRecord.noTime else { return [UInt8(ascii: "-")] }
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    // Seconds are enough for people: `2024-05-01T10:00:00`.
    return Array(text.prefix(19))
  }

  private func ndjson(_ groups: HitGroups, to output: inout [UInt8]) {
    var renderer = HitJSON(home: home)
    var hit: [UInt8] = []
    for group in groups.groups {
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("schema")
      writer.number(1)
      writer.key("group")
      writer.string(grouping.rawValue)
      writer.key("name")
      writer.string(groups.name(of: group))
      writer.key("count")
      writer.number(group.count)
      if group.suppressed > 0 {
        writer.key("suppressed")
        writer.number(group.suppressed)
      }
      if group.firstTime != ObservableRecord.noTime {
        writer.key("first")
        writer.time(group.firstTime)
        writer.key("last")
        writer.time(group.lastTime)
      }
      writer.key("values")
      writer.beginArray()
      for value in group.values { writer.string(value) }
      writer.endArray()
      writer.key("feeds")
      writer.beginArray()
      for feed in group.feeds { writer.string(feed) }
      writer.endArray()
      hit.removeAll(keepingCapacity: true)
      renderer.append(group.first, to: &hit)
      writer.key("first_hit")
      writer.fragment(hit)
      writer.endObject()
      writer.append(to: &output)
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func csv(_ groups: HitGroups, to output: inout [UInt8]) {
    let counts = showsSuppressed ? "count,suppressed,first,last," : "count,first,last,"
    output.append(contentsOf: counts.utf8)
    output.append(contentsOf: HitCSV.header(showsSuppressed: showsSuppressed).utf8)
    var row = HitCSV(home: home, showsSuppressed: showsSuppressed)
    for group in groups.groups {
      output.append(contentsOf: "\(group.count),".utf8)
      if showsSuppressed { output.append(contentsOf: "\(group.suppressed),".utf8) }
      if group.firstTime != ObservableRecord.noTime {
        Timestamp.append(group.firstTime, to: &output)
        output.append(UInt8(ascii: ","))
        Timestamp.append(group.lastTime, to: &output)
      } else {
        output.append(UInt8(ascii: ","))
      }
      output.append(UInt8(ascii: ","))
      row.append(group.first, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
  }
}
