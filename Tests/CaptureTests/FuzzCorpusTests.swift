import FuzzCapture
import TestSupport
import Testing

/// What the fuzzer once found, and seeds for it, replayed.
@Suite("Inputs of the capture fuzzer") struct FuzzCorpusTests {
  private static let corpus = FuzzCorpus("FuzzCapture")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files)
  func replay(_ file: String) throws { fuzzCapture(try Self.corpus.input(file)) }
}
