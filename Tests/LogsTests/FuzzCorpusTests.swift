import FuzzCandidates
import FuzzLogs
import TestSupport
import Testing

/// What the fuzzer once found, and seeds for it, replayed.
@Suite("Inputs of the log fuzzer") struct LogFuzzCorpusTests {
  private static let corpus = FuzzCorpus("FuzzLogs")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files)
  func replay(_ file: String) throws { fuzzLogs(try Self.corpus.input(file)) }
}

/// The same for the fuzzer of the search for lines.
@Suite("Inputs of the candidate fuzzer") struct CandidateFuzzCorpusTests {
  private static let corpus = FuzzCorpus("FuzzCandidates")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files)
  func replay(_ file: String) throws { fuzzCandidates(try Self.corpus.input(file)) }
}
