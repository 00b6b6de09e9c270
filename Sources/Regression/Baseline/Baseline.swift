public import Inputs
import Scanning

/// Rates that were measured before, with which a later run is compared.
public struct Baseline: Sendable {
  /// The figures of one input.
  public struct Row: Sendable, Equatable {
    /// The input's path.
    public var input: String
    /// Its length, uncompressed.
    public var bytes: Int
    /// Hits in it.
    public var matches: Int
    /// The median rate in bytes a second.
    public var median: Double
    /// Bytes that are scanned in the time of one step of the calibration loop.
    public var ratio: Double
  }

  /// The inputs.
  public var rows: [Row]
  /// The calibration loop's rate in that run, in million steps a second.
  public var calibration: Double
  /// Threads that scanned.
  public var threads: Int
  /// Entries of the databases.
  public var entries: Int

  /// A baseline of a run.
  public init(_ result: ScanBenchmark.Result) {
    rows = result.rows.map {
      Row(
        input: $0.input, bytes: $0.bytes, matches: Int(clamping: $0.matches), median: $0.median,
        ratio: $0.ratio)
    }
    calibration = result.calibration
    threads = result.threads
    entries = result.entries
  }

  /// Reads a baseline file.
  ///
  /// - Throws: `InputError` if the file cannot be read or is no baseline.
  public init(path: String) throws(InputError) {
    let bytes = try InputSource(path: path).readAll(limit: 16 << 20)
    guard let tree = JSONTree.read(bytes), tree["schema"]?.integer == 1,
      let calibration = tree["calibration"]?.double, let threads = tree["threads"]?.integer
    else {
      throw InputError(
        code: .corrupt, path: path, message: "is no baseline of 'bench scan'")
    }
    self.calibration = calibration
    self.threads = threads
    entries = tree["entries"]?.integer ?? 0
    rows = []
    for row in tree["inputs"]?.elements ?? [] {
      guard let input = row["input"]?.text, let bytes = row["bytes"]?.integer,
        let ratio = row["ratio"]?.double, ratio > 0
      else { continue }
      rows.append(
        Row(
          input: input, bytes: bytes, matches: row["matches"]?.integer ?? 0,
          median: row["median"]?.double ?? 0, ratio: ratio))
    }
  }

  /// The file's content.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("unit", plain: "bytes/s")
      writer.member("calibration", calibration)
      writer.member("threads", threads)
      writer.member("entries", entries)
      writer.objects("inputs", rows) {
        $0.member("input", $1.input)
        $0.member("bytes", $1.bytes)
        $0.member("matches", $1.matches)
        $0.member("median", $1.median)
        $0.member("ratio", $1.ratio)
      }
    }
  }

  /// How one input compares.
  public struct Verdict: Sendable {
    /// The input's path.
    public var input: String
    /// Slower than the baseline, in percent; negative where faster.
    public var slowdown: Double
    /// Why the input cannot be compared, or nil.
    public var remark: String?
    /// Whether it is slower than allowed.
    public var isTooSlow: Bool
    /// Whether it seems slower than allowed, by no more than the restless machine moved meanwhile.
    public var isUndecided = false
  }

  /// Compares a run with the baseline.
  ///
  /// - Parameters:
  ///   - result: the run.
  ///   - limit: the greatest slowdown that is allowed, in percent.
  /// - Returns: one verdict for each input of the run.
  public func compare(_ result: ScanBenchmark.Result, limit: Double) -> [Verdict] {
    result.rows.map { row in
      guard let before = rows.first(where: { $0.input == row.input }) else {
        return Verdict(
          input: row.input, slowdown: 0, remark: "is not in the baseline", isTooSlow: false)
      }
      guard threads == result.threads else {
        return Verdict(
          input: row.input, slowdown: 0, remark: "the baseline is of \(threads) threads",
          isTooSlow: false)
      }
      guard before.bytes == row.bytes else {
        return Verdict(
          input: row.input, slowdown: 0, remark: "the input has changed since", isTooSlow: false)
      }
      let slowdown = (before.ratio / max(row.ratio, 1e-12) - 1) * 100
      let uncertainty = result.isNoisy ? result.drift * 100 : 0
      var verdict = Verdict(
        input: row.input, slowdown: slowdown, remark: nil,
        isTooSlow: slowdown > max(limit, uncertainty))
      verdict.isUndecided = slowdown > limit && !verdict.isTooSlow
      return verdict
    }
  }
}
