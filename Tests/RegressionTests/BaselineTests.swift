import Foundation
import Inputs
import Scanning
import TestSupport
import Testing

@testable import Regression

/// What a baseline keeps and how a run is held against it.
@Suite struct BaselineTests {
  private static func result(_ ratio: Double, bytes: Int = 1000, threads: Int = 1)
    -> ScanBenchmark.Result
  {
    ScanBenchmark.Result(
      entries: 1, structureBytes: 2, buildSeconds: 0.5,
      rows: [
        ScanBenchmark.Row(
          input: "a.log", bytes: bytes, matches: 3, best: 2e9, median: 1e9, ratio: ratio)
      ], calibration: 400, drift: 0.01, discarded: 0, threads: threads)
  }

  @Test func writtenAndReadAgain() throws {
    let folder = try TemporaryFolder()
    let baseline = Baseline(Self.result(2.5))
    let path = try folder.write("speed.json", baseline.json())
    let again = try Baseline(path: path)
    #expect(again.rows == baseline.rows && again.calibration == 400 && again.threads == 1)
    #expect(throws: InputError.self) {
      try Baseline(path: folder.write("other.json", "{\"schema\":2}"))
    }
  }

  @Test func slowerByMoreThanAllowed() throws {
    let baseline = Baseline(Self.result(2.2))
    let slower = try #require(baseline.compare(Self.result(2.0), limit: 9).first)
    #expect(slower.isTooSlow && abs(slower.slowdown - 10) < 1e-9)
    #expect(baseline.compare(Self.result(2.0), limit: 11).first?.isTooSlow == false)
    #expect(baseline.compare(Self.result(4.0), limit: 0).first?.isTooSlow == false)
  }

  /// What may be the machine's own doing is no verdict.
  @Test func aRestlessMachineDecidesNothing() throws {
    let baseline = Baseline(Self.result(2))
    var slower = Self.result(1.1)
    for (drift, isTooSlow, isUndecided) in [
      (0.09, true, false), (0.5, true, false), (0.96, false, true),
    ] {
      slower.drift = drift
      let verdict = try #require(baseline.compare(slower, limit: 10).first)
      #expect(verdict.isTooSlow == isTooSlow && verdict.isUndecided == isUndecided, "\(drift)")
    }
    slower.rows[0].ratio = 1.95
    #expect(baseline.compare(slower, limit: 10).first?.isUndecided == false)
  }

  @Test func whatCannotBeComparedIsSaid() {
    let baseline = Baseline(Self.result(2))
    #expect(baseline.compare(Self.result(1, bytes: 999), limit: 1).first?.remark != nil)
    #expect(baseline.compare(Self.result(1, threads: 2), limit: 1).first?.remark != nil)
    var other = Self.result(1)
    other.rows[0].input = "b.log"
    #expect(baseline.compare(other, limit: 1).first?.isTooSlow == false)
  }

  @Test func hitsAreCountedAndRatesPositive() throws {
    let folder = try TemporaryFolder()
    let compiled = try Compiled([("a.txt", "evil.example\n")])
    let path = try folder.write(
      "a.log", String(repeating: "asked for evil.example\n", count: 500))
    var benchmark = ScanBenchmark()
    benchmark.repetitions = 2
    let result = try benchmark.run(
      [InputPath(path)], databases: [compiled.database], buildSeconds: 0)
    #expect(result.rows.map(\.matches) == [500] && result.rows[0].bytes == 11500)
    #expect(result.rows[0].ratio > 0 && result.rows[0].best >= result.rows[0].median)
    #expect(JSONTree.read(result.json()) != nil && result.text().contains("500"))
  }
}
