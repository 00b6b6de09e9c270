import FuzzDatabase
import TestSupport
import Testing

/// Replays inputs with which the fuzzer once found a fault, and its seeds.
@Suite struct FuzzCorpusTests {
  private static let corpus = FuzzCorpus("FuzzDatabase")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files)
  func replay(_ file: String) throws { fuzzDatabase(try Self.corpus.input(file)) }
}
