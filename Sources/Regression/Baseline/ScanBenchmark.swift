public import Database
public import Inputs
public import Scanning

/// Measures scanning over the user's own inputs, and compares with what was measured before.
///
/// Inputs are read into memory first. Rounds over the inputs alternate with rounds of a fixed loop,
/// and the ratio of the two rates is kept and compared: a machine that is slower today, or busy,
/// slows both and changes nothing. Medians are taken; if the loop's own rate moved by more than a
/// tenth between the rounds, the whole run is repeated, up to three runs in all.
public struct ScanBenchmark: Sendable {
  /// Rounds over each input.
  public var repetitions = 5
  /// Threads that scan.
  public var threads = 1
  /// The options of the scans.
  public var options = ScanOptions()

  /// The most runs: all but the last are discarded if the machine was noisy.
  static let attempts = 3
  /// How far the loop's rate may move within a run.
  static let greatestDrift = 0.1

  /// A benchmark with the defaults of the command.
  public init() {}

  /// The result for one input.
  public struct Row: Sendable, Equatable {
    /// The input's path.
    public var input: String
    /// Its length, uncompressed.
    public var bytes: Int
    /// Hits in it.
    public var matches: UInt64
    /// The best rate in bytes a second.
    public var best: Double
    /// The median rate in bytes a second.
    public var median: Double
    /// Median of the rounds' rates, each over the loop's rate beside it: bytes a step of the loop.
    public var ratio: Double
  }

  /// The result of a run.
  public struct Result: Sendable {
    /// Entries of the databases.
    public var entries: Int
    /// Bytes of the databases.
    public var structureBytes: Int
    /// Seconds for which the databases were opened or compiled.
    public var buildSeconds: Double
    /// The inputs, in order.
    public var rows: [Row]
    /// The loop's median rate in million steps a second.
    public var calibration: Double
    /// The spread of the loop's rates, as a fraction of the median.
    public var drift: Double
    /// Runs that were thrown away since the machine was noisy.
    public var discarded: Int
    /// Threads that scanned.
    public var threads: Int

    /// Whether the machine was noisy in the last run too.
    public var isNoisy: Bool { drift > ScanBenchmark.greatestDrift }
  }

  /// Measures scanning the inputs.
  ///
  /// - Parameters:
  ///   - paths: what is scanned.
  ///   - databases: what is matched against.
  ///   - buildSeconds: seconds for which the databases were opened or compiled.
  /// - Returns: the result.
  /// - Throws: `InputError` if an input cannot be read.
  public func run(
    _ paths: [InputPath], databases: [IndicatorDatabase], buildSeconds: Double
  ) throws(InputError) -> Result {
    let inputs = try MeasuredInput.read(paths, options)
    var discarded = 0
    while true {
      let (rows, calibrations) = round(inputs, databases)
      let median = Self.median(calibrations)
      let drift =
        ((calibrations.max() ?? median) - (calibrations.min() ?? median)) / max(median, 1e-9)
      if drift > Self.greatestDrift, discarded < Self.attempts - 1 {
        discarded += 1
        continue
      }
      return Result(
        entries: databases.reduce(0) { $0 + $1.entryCount },
        structureBytes: databases.reduce(0) { $0 + $1.byteCount }, buildSeconds: buildSeconds,
        rows: rows, calibration: median, drift: drift, discarded: discarded,
        threads: max(threads, 1))
    }
  }

  private func round(
    _ inputs: [MeasuredInput], _ databases: [IndicatorDatabase]
  ) -> (rows: [Row], calibrations: [Double]) {
    var loop = CalibrationLoop()
    _ = loop.rate()
    var calibrations: [Double] = []
    var rates = inputs.map { _ in [Double]() }
    var ratios = inputs.map { _ in [Double]() }
    var matches = inputs.map { _ in UInt64(0) }
    for _ in 0..<max(repetitions, 1) {
      for (index, input) in inputs.enumerated() {
        let before = loop.rate()
        let (seconds, hits) = scan(input, databases)
        let after = loop.rate()
        let rate = Double(input.bytes.count) / max(seconds, 1e-9)
        let pace = (before + after) / 2
        calibrations += [before, after]
        rates[index].append(rate)
        ratios[index].append(rate / (pace * 1e6))
        matches[index] = hits
      }
    }
    // The highest and the lowest tenth are left out: a disturbed round says little about the whole
    // run.
    let kept = calibrations.sorted().dropFirst(calibrations.count / 10)
      .dropLast(calibrations.count / 10)
    let rows = inputs.indices.map { index in
      Row(
        input: inputs[index].path.description, bytes: inputs[index].bytes.count,
        matches: matches[index], best: rates[index].max() ?? 0,
        median: Self.median(rates[index]), ratio: Self.median(ratios[index]))
    }
    return (rows, Array(kept))
  }

  private func scan(
    _ input: MeasuredInput, _ databases: [IndicatorDatabase]
  ) -> (seconds: Double, hits: UInt64) {
    var options = options
    options.threads = max(threads, 1)
    options.inputsInMemory = [InputInMemory(path: input.path, bytes: input.bytes)]
    let start = SystemClock.seconds
    let report = IndicatorScanner.scan(
      inputs: [], databases: databases, options: options, to: .hits { _ in }, onProblem: { _ in })
    return (SystemClock.seconds - start, report.hits)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
