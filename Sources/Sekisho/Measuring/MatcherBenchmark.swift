internal import Matchers

/// Measures one matcher over data in memory.
///
/// What is measured is the search alone: the data is read and the structure built before, and each
/// repetition goes over all of the input.
public struct MatcherBenchmark: Sendable {
  /// Which matcher, and how lines become its entries and queries.
  public enum Kind: Sendable {
    /// One pattern a line, searched for in the whole input.
    case literals(ignoresCase: Bool, strategy: LiteralStrategy = .automatic)
    /// One key a line, and one query a line of the input; as pairs of hexadecimal digits if asked.
    case keys(isHex: Bool, ignoresCase: Bool)
    /// One prefix or address a line, and one address a line of the input; the longest prefix over each,
    /// or all.
    case prefixes(covering: Bool)
  }

  /// How literals are found.
  public enum LiteralStrategy: String, Sendable, CaseIterable {
    /// As the builder chooses from the patterns.
    case automatic
    /// The automaton of Aho and Corasick alone: what a search costs that never depends on the input.
    case automaton
    /// Rare pairs of bytes, whatever they are expected to cost.
    case anchors
  }

  /// What came of it.
  public struct Result: Sendable {
    /// Patterns, keys or prefixes, without doubles for keys and prefixes.
    public var entries: Int
    /// Seconds from the lines in memory to the image.
    public var buildSeconds: Double
    /// Bytes of the image.
    public var structureBytes: Int
    /// Bytes of the input.
    public var inputBytes: Int
    /// Occurrences of patterns, or queries with an answer.
    public var matches: UInt64
    /// The highest rate of a repetition.
    public var best: Double
    /// The median of the rates.
    public var median: Double
    /// `GB/s` (10⁹ bytes), or `M lookups/s` (10⁶).
    public var unit: String
  }

  /// Why there is nothing to measure.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and in which line if it is one.
    public var description: String
  }

  private let kind: Kind
  private let repetitions: Int

  /// A measurement of so many repetitions, at least one.
  public init(_ kind: Kind, repetitions: Int) {
    self.kind = kind
    self.repetitions = max(1, repetitions)
  }

  /// Builds the matcher from the lines of `entries` and measures it over `input`.
  public func run(entries: [UInt8], input: [UInt8]) throws(Failure) -> Result {
    do {
      switch kind {
      case .literals(let ignoresCase, let strategy):
        return try literals(entries, input, ignoresCase: ignoresCase, strategy)
      case .keys(let isHex, let ignoresCase):
        return try keys(entries, input, isHex: isHex, ignoresCase: ignoresCase)
      case .prefixes(let covering):
        return try prefixes(entries, input, covering: covering)
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(description: "\(error)")
    }
  }

  private func literals(
    _ entries: [UInt8], _ input: [UInt8], ignoresCase: Bool, _ strategy: LiteralStrategy
  ) throws -> Result {
    let clock = ContinuousClock()
    var image: [UInt8] = []
    var count = 0
    let build = try clock.measure {
      var builder = LiteralMatcherBuilder()
      if strategy != .automatic { builder.usesAnchors = strategy == .anchors }
      let span = entries.rawBytes
      let lines = entries.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      builder.reserve(count: lines, bytes: entries.count)
      Lines.forEach(entries) { line in
        builder.insert(
          span.extracting(line), number: UInt32(builder.count), ignoresCase: ignoresCase)
      }
      count = builder.count
      image = try (consume builder).build()
    }
    let matcher = try LiteralMatcher(
      image: ImageBytes(copying: image.rawBytes), range: 0..<image.count)
    let size = image.count
    image = []
    var result = Result(
      entries: count, buildSeconds: build.seconds, structureBytes: size,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "GB/s")
    let span = input.rawBytes
    measure(&result, amount: Double(input.count) / 1e9) {
      var state = LiteralMatcher.State()
      return matcher.count(span, state: &state)
    }
    return result
  }

  private func keys(
    _ entries: [UInt8], _ input: [UInt8], isHex: Bool, ignoresCase: Bool
  ) throws -> Result {
    var keys = try KeyLines(entries, isHex: isHex, ignoresCase: ignoresCase)
    let clock = ContinuousClock()
    var image: [UInt8] = []
    var count = 0
    let build = try clock.measure {
      count = keys.references.count
      var builder = KeySetBuilder(
        fixedWidth: keys.commonLength, ignoresCase: ignoresCase, seed: 0x5EC1)
      builder.reserve(count: count, bytes: keys.bytes.count)
      let span = keys.bytes.rawBytes
      for (number, key) in keys.references.enumerated() {
        let start = Int(key.offset)
        builder.insert(
          span.extracting(start..<start + Int(key.length)), number: UInt32(number))
      }
      image = try builder.build(mergesEqualKeys: true)
    }
    let size = image.count
    let set = try KeySet(image: ImageBytes(copying: image.rawBytes), range: 0..<image.count)
    image = []
    count = set.count
    keys = try KeyLines(input, isHex: isHex, ignoresCase: false)
    let queries = keys.references
    var result = Result(
      entries: count, buildSeconds: build.seconds, structureBytes: size,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "M lookups/s")
    var answers = [UInt32](repeating: 0, count: Self.keyBatch)
    let span = keys.bytes.rawBytes
    measure(&result, amount: Double(queries.count) / 1e6) {
      var found: UInt64 = 0
      for start in stride(from: 0, to: queries.count, by: Self.keyBatch) {
        let end = min(start + Self.keyBatch, queries.count)
        var numbers = answers.mutableSpan
        set.lookup(queries.span.extracting(start..<end), in: span, numbers: &numbers)
        found &+= Self.answered(answers, end - start)
      }
      return found
    }
    return result
  }

  private func prefixes(
    _ entries: [UInt8], _ input: [UInt8], covering: Bool
  ) throws -> Result {
    let list = try PrefixLines(entries)
    let clock = ContinuousClock()
    var image: [UInt8] = []
    let build = try clock.measure { image = try list.build() }
    let size = image.count
    let trie = try PrefixTrie(image: ImageBytes(copying: image.rawBytes), range: 0..<image.count)
    let addresses = try PrefixLines(input)
    guard addresses.isIPv6 == list.isIPv6 || addresses.entries.isEmpty else {
      throw Failure(description: "prefixes and addresses are of different families")
    }
    var result = Result(
      entries: list.distinctCount, buildSeconds: build.seconds, structureBytes: size,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "M lookups/s")
    let amount = Double(addresses.entries.count) / 1e6
    if list.isIPv6 {
      let queries = addresses.entries.map { $0.address }
      measure(&result, amount: amount) {
        Self.count(trie, queries, covering: covering) { trie.lookup(ipv6: $0, numbers: &$1) }
      }
    } else {
      let queries = addresses.entries.map { UInt32(truncatingIfNeeded: $0.address.low) }
      measure(&result, amount: amount) {
        Self.count(trie, queries, covering: covering) { trie.lookup(ipv4: $0, numbers: &$1) }
      }
    }
    return result
  }

  /// Looks up all queries, and counts the answers or all prefixes over each.
  private static func count<Query: BitwiseCopyable>(
    _ trie: PrefixTrie, _ queries: [Query], covering: Bool,
    lookup: (Span<Query>, inout MutableSpan<UInt32>) -> Void
  ) -> UInt64 {
    var found: UInt64 = 0
    var answers = [UInt32](repeating: 0, count: batch)
    var numbers: [UInt32] = []
    var ends: [Int] = []
    for start in stride(from: 0, to: queries.count, by: batch) {
      let end = min(start + batch, queries.count)
      var span = answers.mutableSpan
      lookup(queries.span.extracting(start..<end), &span)
      if covering {
        numbers.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        trie.appendCovering(
          answers.span.extracting(0..<end - start), to: &numbers, ends: &ends)
        found &+= UInt64(numbers.count)
      } else {
        found &+= answered(answers, end - start)
      }
    }
    return found
  }

  /// How many of the first numbers are not `none`.
  ///
  /// Without a branch, which would be guessed wrong for every other one.
  @inline(__always)
  private static func answered(_ numbers: [UInt32], _ count: Int) -> UInt64 {
    var none: UInt64 = 0
    for at in 0..<count { none &+= (UInt64(numbers[at]) &+ 1) &>> 32 }
    return UInt64(count) &- none
  }

  /// Keys that are handed over at once.
  private static let keyBatch = 64
  /// Addresses that are handed over at once.
  private static let batch = 256

  private func measure(_ result: inout Result, amount: Double, _ body: () -> UInt64) {
    let clock = ContinuousClock()
    var rates: [Double] = []
    for _ in 0..<repetitions {
      var matches: UInt64 = 0
      let time = clock.measure { matches = body() }
      result.matches = matches
      rates.append(amount / max(time.seconds, 1e-9))
    }
    rates.sort()
    result.best = rates[rates.count - 1]
    result.median =
      rates.count % 2 == 1
      ? rates[rates.count / 2] : (rates[rates.count / 2 - 1] + rates[rates.count / 2]) / 2
  }
}

extension Duration {
  /// The duration as a number of seconds.
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension [UInt8] {
  /// The bytes as a span.
  var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: bytes have no padding.
      unsafe span.bytes
    }
  }
}
