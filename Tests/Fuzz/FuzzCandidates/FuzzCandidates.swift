// The search for lines that may hold an indicator (`CandidateFinder`) beside the reading of all of them.
//
// Of the first three bytes one holds options, one says which of the log's values is the indicator, and one which
// other one stands beside it; the rest is the log. Nothing that is found by reading everything may be lost.

/// Reads one input as a log and checks what is lost of one of its values.
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
  /// What the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzCandidates(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzReplay

  @main
  struct Replay {
    static func main() { replay(fuzzCandidates) }
  }
#endif
