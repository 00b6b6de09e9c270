import Scanning

extension ScanBenchmark.Result {
  /// Lines for people.
  public func text(_ verdicts: [Baseline.Verdict] = [], limit: Double = 0) -> String {
    var table: [[String]] = []
    for row in rows {
      var cells = [
        Marks.forPeople(row.input), Self.size(row.bytes), "\(row.matches)", Self.rate(row.best),
        Self.rate(row.median), Decimals.text(row.ratio, 3),
      ]
      if let verdict = verdicts.first(where: { $0.input == row.input }) {
        cells.append(
          verdict.remark
            ?? (verdict.slowdown >= 0 ? "+" : "") + Decimals.text(verdict.slowdown, 1) + " %"
            + (verdict.isTooSlow ? " too slow" : verdict.isUndecided ? " undecided" : ""))
      } else {
        cells.append("")
      }
      table.append(cells)
    }
    let header = [
      "INPUT", "SIZE", "MATCHES", "BEST", "MEDIAN", "BYTES A STEP",
      verdicts.isEmpty ? "" : "SLOWER BY",
    ]
    var text = DatabaseDifference.columns(header, table)
    text += "\(entries) entries, \(structureBytes) bytes, made in "
    text += "\(Decimals.text(buildSeconds, 3)) s; \(threads) thread\(threads == 1 ? "" : "s"); "
    text += "calibration \(Decimals.text(calibration, 1)) million steps/s, moved by "
    text += "\(Decimals.text(drift * 100, 1)) %"
    if discarded > 0 { text += "; \(discarded) restless run\(discarded == 1 ? "" : "s") discarded" }
    text += "\n"
    if isNoisy {
      text += "the machine is restless: figures may be off by as much as the calibration moved\n"
    }
    if verdicts.contains(where: \.isTooSlow) {
      text += "slower than the baseline by more than \(Decimals.text(limit, 1)) %\n"
    }
    return text
  }

  private static func rate(_ bytes: Double) -> String { Decimals.text(bytes / 1e9, 3) + " GB/s" }

  private static func size(_ bytes: Int) -> String {
    bytes < 1_000_000
      ? Decimals.text(Double(bytes) / 1e3, 1) + " kB"
      : Decimals.text(Double(bytes) / 1e6, 1) + " MB"
  }

  /// One JSON object, ending in a newline; rates in GB/s (10⁹ bytes), as in the other measurements.
  public func json(_ verdicts: [Baseline.Verdict] = []) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("entries", entries)
      writer.member("build_seconds", buildSeconds)
      writer.member("structure_bytes", structureBytes)
      writer.member("input_bytes", rows.reduce(0) { $0 + $1.bytes })
      writer.member("matches", rows.reduce(0) { $0 + $1.matches })
      writer.member("best", rateOfAll(\.best) / 1e9)
      writer.member("median", rateOfAll(\.median) / 1e9)
      writer.member("unit", plain: "GB/s")
      writer.member("threads", threads)
      writer.member("calibration", calibration)
      writer.member("calibration_drift", drift)
      writer.objects("inputs", rows) { writer, row in
        writer.member("input", row.input)
        writer.member("bytes", row.bytes)
        writer.member("matches", row.matches)
        writer.member("best", row.best / 1e9)
        writer.member("median", row.median / 1e9)
        writer.member("ratio", row.ratio)
        guard let verdict = verdicts.first(where: { $0.input == row.input }) else { return }
        if let remark = verdict.remark {
          writer.member("remark", remark)
        } else {
          writer.key("slowdown_percent")
          writer.fragment(Array(Decimals.text(verdict.slowdown, 2).utf8))
          writer.member("too_slow", verdict.isTooSlow)
          if verdict.isUndecided { writer.member("undecided", true) }
        }
      }
    }
  }

  /// The rate of all inputs one after another: total bytes over the sum of their times.
  private func rateOfAll(_ rate: KeyPath<ScanBenchmark.Row, Double>) -> Double {
    let bytes = rows.reduce(0.0) { $0 + Double($1.bytes) }
    let seconds = rows.reduce(0.0) { $0 + Double($1.bytes) / max($1[keyPath: rate], 1e-9) }
    return bytes / max(seconds, 1e-9)
  }
}
