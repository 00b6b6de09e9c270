import FuzzFeed
import TestSupport
import Testing

/// What the fuzzer once found, and seeds for it, replayed.
@Suite struct FuzzCorpusTests {
  private static let corpus = FuzzCorpus("FuzzFeed")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files)
  func replay(_ file: String) throws { fuzzFeed(try Self.corpus.input(file)) }
}
