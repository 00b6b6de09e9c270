import ArgumentParser
import Glibc
import Sekisho

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure throughput over your own data.",
    discussion: """
      Data is read into memory first. Each repetition goes over the whole input; the best and the \
      median rate are printed, and how many matches there were, so that the figures can be held \
      against any other tool.

      Example:
        sekisho bench scan --db indicators.skdb traffic.pcap
        sekisho bench literals patterns.txt access.log --nocase

      Exit codes: 0 measured, 1 slower than a baseline allows, 2 an error, 130 interrupted.
      """,
    subcommands: [ScanBench.self, LiteralsBench.self, KeysBench.self, PrefixesBench.self])
}

/// What all measurements of a matcher have in common.
struct BenchArguments: ParsableArguments {
  @Option(help: ArgumentHelp("How often the input is gone over.", valueName: "n"))
  var `repeat` = 5

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Flag(help: "Only errors.")
  var quiet = false

  func validate() throws {
    guard (1...1_000_000).contains(`repeat`) else {
      throw ValidationError("--repeat takes a number from 1 to 1000000")
    }
  }

  func run(_ kind: MatcherBenchmark.Kind, entries: String, input: String) throws {
    let result: MatcherBenchmark.Result
    do {
      result = try MatcherBenchmark(kind, repetitions: `repeat`)
        .run(entries: InputPath(entries), input: InputPath(input))
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
    try Console.output(Array(((json ? result.json : result.text) + "\n").utf8))
  }
}

struct LiteralsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "literals",
    abstract: "Search for many strings at once.",
    discussion: """
      Matches are the (pattern, occurrence) pairs, overlapping ones included. Each line of the file that \
      is not empty is a pattern: one that stands there twice counts twice.

      Example:
        sekisho bench literals patterns.txt access.log --nocase
      """)

  @Argument(help: "Patterns, one a line.")
  var patterns: String

  @Argument(help: "What is searched, as it is.")
  var input: String

  @Flag(help: "ASCII letters match in either case.")
  var nocase = false

  @Option(
    help: ArgumentHelp(
      "How they are found: automatic, automaton (Aho and Corasick's) or anchors.",
      valueName: "name"),
    transform: { text in
      guard let strategy = MatcherBenchmark.LiteralStrategy(rawValue: text) else {
        throw ValidationError("--strategy takes automatic, automaton or anchors")
      }
      return strategy
    })
  var strategy = MatcherBenchmark.LiteralStrategy.automatic

  @OptionGroup var arguments: BenchArguments

  func run() throws {
    try arguments.run(
      .literals(ignoresCase: nocase, strategy: strategy), entries: patterns, input: input)
  }
}

struct KeysBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Ask a set whether it holds whole lines.",
    discussion: """
      Matches are the queries that are in the set.

      Example:
        sekisho bench keys names.txt seen-names.txt
      """)

  @Argument(help: "Keys, one a line; doubles count once.")
  var keys: String

  @Argument(help: "Queries, one a line.")
  var queries: String

  @Flag(help: "Lines are hexadecimal digits; the keys are the bytes.")
  var hex = false

  @Flag(help: "ASCII letters are equal in either case.")
  var nocase = false

  @OptionGroup var arguments: BenchArguments

  func run() throws {
    try arguments.run(.keys(isHex: hex, ignoresCase: nocase), entries: keys, input: queries)
  }
}

struct PrefixesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefixes",
    abstract: "Ask which prefix covers each address.",
    discussion: """
      Matches are the addresses that a prefix covers; with --covering, all prefixes over each address \
      are asked for, and counted. IPv4 and IPv6 may stand in one list.

      Example:
        sekisho bench prefixes drop.txt addresses.txt
      """)

  @Argument(help: "Prefixes or addresses, one a line; bits below a prefix are cleared.")
  var prefixes: String

  @Argument(help: "Addresses, one a line.")
  var addresses: String

  @Flag(help: "Ask for all prefixes over each address, not only for the longest.")
  var covering = false

  @OptionGroup var arguments: BenchArguments

  func run() throws {
    try arguments.run(.prefixes(covering: covering), entries: prefixes, input: addresses)
  }
}
