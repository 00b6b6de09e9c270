import FuzzKeySet
import FuzzLiteralMatcher
import FuzzPrefixTrie
import TestSupport
import Testing

/// Replays inputs with which the fuzzers once found a fault, and their seeds.
@Suite("Inputs of the matchers' fuzzers") struct FuzzCorpusTests {
  private static let keys = FuzzCorpus("FuzzKeySet")
  private static let literals = FuzzCorpus("FuzzLiteralMatcher")
  private static let prefixes = FuzzCorpus("FuzzPrefixTrie")

  @Test func thereAreFiles() {
    for corpus in [Self.keys, Self.literals, Self.prefixes] { #expect(!corpus.files.isEmpty) }
  }

  @Test(arguments: keys.files)
  func keySet(_ file: String) throws { fuzzKeySet(try Self.keys.input(file)) }

  @Test(arguments: literals.files)
  func literalMatcher(_ file: String) throws { fuzzLiteralMatcher(try Self.literals.input(file)) }

  @Test(arguments: prefixes.files)
  func prefixTrie(_ file: String) throws { fuzzPrefixTrie(try Self.prefixes.input(file)) }
}
