// Runs the reader of suites, and of thresholds and baselines.
//
// The first byte chooses: 0 a threshold, else a suite. Besides not trapping: a suite that is
// refused has a message that begins with its path and a line, one that is read has cases, and a
// threshold is the same after it was written and read again.

import Regression

/// Reads one input and checks the result.
package func fuzzSuite(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let bytes = Array(input.dropFirst())
  guard first != 0 else {
    if let threshold = Threshold(String(decoding: bytes, as: UTF8.self)) {
      let again = Threshold(threshold.description)
      precondition(again?.figure == threshold.figure, "a threshold that reads back as another")
    }
    return
  }
  do throws(SuiteError) {
    let suite = try Suite.read(bytes: bytes, path: "folder/suite.yaml")
    precondition(suite.count > 0, "a suite without cases")
  } catch {
    let text = error.description
    precondition(text.hasPrefix("folder/suite.yaml:"), "a message without its file")
    let line = text.dropFirst("folder/suite.yaml:".count).prefix { $0 != ":" }
    precondition(Int(line).map { $0 >= 1 } ?? false, "a message without a line")
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzSuite(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzSupport

  @main
  struct Replay {
    static func main() { replay(fuzzSuite) }
  }
#endif
