// Compares the search for lines that may hold an indicator (`CandidateFinder`) with reading all
// lines.
//
// The first byte holds options, the second says which of the log's values is the indicator, and the
// third which other value is in the database beside it; the rest is the log. Nothing that is found
// by reading everything may be lost.

/// Reads one input as a log and checks that no occurrence of one of its values is lost.
package func fuzzCandidates(_ input: [UInt8]) {
  guard input.count >= 3 else { return }
  let comparison = CandidateComparison(Array(input[3...]), refangs: input[0] & 1 != 0)
  guard !comparison.values.isEmpty else { return }
  let value = comparison.values[Int(input[1]) % comparison.values.count]
  let other = comparison.values[Int(input[2]) % comparison.values.count]
  do {
    let lost = try comparison.lost(
      value, covering: value.parent(dropping: Int(input[0] >> 1) & 3), beside: other)
    if let lost, !lost.isEmpty {
      fatalError("lost where lines are stepped over, beside \(other): \(lost)")
    }
  } catch {
    preconditionFailure("a database of two values of a log is not made: \(error)")
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzCandidates(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzSupport

  @main
  struct Replay {
    static func main() { replay(fuzzCandidates) }
  }
#endif
