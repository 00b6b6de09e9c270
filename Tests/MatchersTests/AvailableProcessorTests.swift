import Foundation
import Testing

@testable import Matchers

@Suite struct AvailableProcessorTests {
  /// As many as the system says that this process may run on.
  @Test func areThoseOfTheProcess() throws {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(
      status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") })
    let allowed = line.dropFirst("Cpus_allowed:".count)
      .reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    #expect(AvailableProcessors.count == allowed)
    #expect(Cores.count == min(allowed, 16))
  }
}
