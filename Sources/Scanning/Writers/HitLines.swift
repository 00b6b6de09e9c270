/// Writes hits one a line, in the format of a scan.
struct HitLines {
  private let format: ScanOptions.Format
  private var json: HitJSON
  private var csv: HitCSV
  private var eve: HitEVE
  private var ecs: HitECS
  private let zeek: ZeekIntelLog

  /// - Parameters:
  ///   - format: how hits are written.
  ///   - home: the networks that count as ours, for the direction of flows.
  ///   - showsSuppressed: whether rows have a column for the allow list that suppresses a hit.
  init(format: ScanOptions.Format, home: HomeNetworks, showsSuppressed: Bool) {
    self.format = format
    json = HitJSON(home: home)
    csv = HitCSV(home: home, showsSuppressed: showsSuppressed)
    eve = HitEVE(home: home)
    ecs = HitECS(home: home)
    zeek = ZeekIntelLog(showsSuppressed: showsSuppressed)
  }

  /// Appends one hit as a line without its end.
  mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    switch format {
    case .ndjson: json.append(hit, to: &output)
    case .csv: csv.append(hit, to: &output)
    case .table: HitTable.append(hit, to: &output)
    case .eve: eve.append(hit, to: &output)
    case .ecs: ecs.append(hit, to: &output)
    case .zeekIntel: zeek.append(hit, to: &output)
    case .values: ValueLine.append(hit.value, to: &output)
    }
  }
}
