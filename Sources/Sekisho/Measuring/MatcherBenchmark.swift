import Matchers
import Parsing

/// Measures one matcher over data in memory.
///
/// Only the search is measured: the data is read and the structure built before, and each
/// repetition goes over the whole input.
package struct MatcherBenchmark: Sendable {
  /// Which matcher, and how lines become its entries and queries.
  package enum Kind: Sendable {
    /// One pattern per line, searched for in the whole input.
    case literals(ignoresCase: Bool, strategy: LiteralStrategy = .automatic)
    /// One key per line, and one query per line of the input; written as pairs of hexadecimal
    /// digits if `isHex`.
    case keys(isHex: Bool, ignoresCase: Bool)
    /// One prefix or address per line, and one address per line of the input.
    ///
    /// For each address the longest prefix that covers it is looked up, or all if `covering`.
    case prefixes(covering: Bool)
  }

  /// The algorithm that finds literals.
  package enum LiteralStrategy: String, Sendable, CaseIterable {
    /// The builder chooses by the patterns.
    case automatic
    /// Always the Aho–Corasick automaton, whose cost never depends on the input.
    case automaton
    /// Always rare pairs of bytes, whatever they are expected to cost.
    case anchors
  }

  /// The result of a measurement.
  package struct Result: Sendable {
    /// The number of patterns, keys or prefixes; duplicate keys and prefixes count once.
    package var entries: Int
    /// The seconds it took to build the image from the entries in memory.
    package var buildSeconds: Double
    /// Bytes of the image.
    package var structureBytes: Int
    /// Bytes of the input.
    package var inputBytes: Int
    /// The number of pattern occurrences, of queries with an answer, or of covering prefixes.
    package var matches: UInt64
    /// The highest rate of a repetition.
    package var best: Double
    /// The median of the rates.
    package var median: Double
    /// `GB/s` (10⁹ bytes), or `M lookups/s` (10⁶).
    package var unit: String
  }

  /// Why there is nothing to measure.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    /// The file that has the fault, if any.
    package var path: String?
    /// The line that has the fault, from 1, if any.
    package var line: Int?
    /// What is wrong.
    package var problem: String

    /// `PATH:LINE: what is wrong`.
    package var description: String {
      var place = path ?? ""
      if let line { place += place.isEmpty ? "line \(line)" : ":\(line)" }
      return place.isEmpty ? problem : place + ": " + problem
    }
  }

  private let kind: Kind
  private let repetitions: Int
  /// The names of the two texts in messages.
  var names: (entries: String?, input: String?) = (nil, nil)

  /// Creates a measurement with the given number of repetitions, at least one.
  package init(_ kind: Kind, repetitions: Int) {
    self.kind = kind
    self.repetitions = max(1, repetitions)
  }

  /// Builds the matcher from the lines of `entries` and measures it over `input`.
  package func run(entries: [UInt8], input: [UInt8]) throws(Failure) -> Result {
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
    } catch ImageError.unusableInput(let problem) {
      throw Failure(problem: problem)
    } catch {
      throw Failure(problem: "\(error)")
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
      let span = entries.rawSpan
      let lines = entries.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      builder.reserve(count: lines, bytes: entries.count)
      try Lines.forEach(entries) { line, number throws(Failure) in
        guard line.count <= LiteralMatcher.longestPattern else {
          throw Failure(
            line: number,
            problem: "a pattern of \(line.count) bytes; the longest have "
              + "\(LiteralMatcher.longestPattern), so shorten it or leave it out")
        }
        builder.insert(
          span.extracting(line), number: UInt32(builder.count), ignoresCase: ignoresCase)
      }
      count = builder.count
      image = try (consume builder).build()
    }
    let matcher = try LiteralMatcher(
      image: ImageBytes(copying: image.rawSpan), range: 0..<image.count)
    let size = image.count
    image = []
    var result = Result(
      entries: count, buildSeconds: build.seconds, structureBytes: size,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "GB/s")
    let span = input.rawSpan
    measure(&result, amount: Double(input.count) / 1e9) {
      var state = LiteralMatcher.State()
      return matcher.count(span, state: &state)
    }
    return result
  }

  private func keys(
    _ entries: [UInt8], _ input: [UInt8], isHex: Bool, ignoresCase: Bool
  ) throws -> Result {
    var keys = try Self.named(names.entries) { () throws(Failure) in
      try KeyLines(entries, isHex: isHex, ignoresCase: ignoresCase)
    }
    let clock = ContinuousClock()
    var image: [UInt8] = []
    var count = 0
    let build = try clock.measure {
      count = keys.references.count
      var builder = KeySetBuilder(
        fixedWidth: keys.commonLength, ignoresCase: ignoresCase, seed: 0x5EC1)
      builder.reserve(count: count, bytes: keys.bytes.count)
      let span = keys.bytes.rawSpan
      for (number, key) in keys.references.enumerated() {
        let start = Int(key.offset)
        builder.insert(
          span.extracting(start..<start + Int(key.length)), number: UInt32(number))
      }
      image = try builder.build(mergesEqualKeys: true)
    }
    let size = image.count
    let set = try KeySet(image: ImageBytes(copying: image.rawSpan), range: 0..<image.count)
    image = []
    count = set.count
    keys = try Self.named(names.input) { () throws(Failure) in
      try KeyLines(input, isHex: isHex, ignoresCase: false)
    }
    let queries = keys.references
    var result = Result(
      entries: count, buildSeconds: build.seconds, structureBytes: size,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "M lookups/s")
    var answers = [UInt32](repeating: 0, count: Self.keyBatch)
    let span = keys.bytes.rawSpan
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
    let list = try Self.named(names.entries) { () throws(Failure) in try PrefixLines(entries) }
    let clock = ContinuousClock()
    var images: (ipv4: (image: [UInt8], count: Int), ipv6: (image: [UInt8], count: Int)) =
      (([], 0), ([], 0))
    let build = try clock.measure {
      if !list.ipv4.entries.isEmpty { images.ipv4 = try list.ipv4.build() }
      if !list.ipv6.entries.isEmpty { images.ipv6 = try list.ipv6.build() }
    }
    let ipv4 = try Self.trie(images.ipv4.image)
    let ipv6 = try Self.trie(images.ipv6.image)
    let addresses = try Self.named(names.input) { () throws(Failure) in try PrefixLines(input) }
    let ipv4Queries = addresses.ipv4.entries.map { UInt32(truncatingIfNeeded: $0.address.low) }
    let ipv6Queries = addresses.ipv6.entries.map { $0.address }
    var result = Result(
      entries: images.ipv4.count + images.ipv6.count, buildSeconds: build.seconds,
      structureBytes: images.ipv4.image.count + images.ipv6.image.count,
      inputBytes: input.count, matches: 0, best: 0, median: 0, unit: "M lookups/s")
    measure(&result, amount: Double(ipv4Queries.count + ipv6Queries.count) / 1e6) {
      var found: UInt64 = 0
      if let ipv4 {
        found &+= Self.count(ipv4, ipv4Queries, covering: covering) {
          ipv4.lookup(ipv4: $0, numbers: &$1)
        }
      }
      if let ipv6 {
        found &+= Self.count(ipv6, ipv6Queries, covering: covering) {
          ipv6.lookup(ipv6: $0, numbers: &$1)
        }
      }
      return found
    }
    return result
  }

  /// The trie of an image; nil for an address family without entries.
  private static func trie(_ image: [UInt8]) throws -> PrefixTrie? {
    guard !image.isEmpty else { return nil }
    return try PrefixTrie(image: ImageBytes(copying: image.rawSpan), range: 0..<image.count)
  }

  /// Reads a text, and adds the text's name to a failure.
  private static func named<Value>(
    _ name: String?, _ read: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    do throws(Failure) {
      return try read()
    } catch {
      throw Failure(path: name, line: error.line, problem: error.problem)
    }
  }

  /// Looks up all queries, and counts the answers, or all prefixes that cover each query.
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

  /// How many of the first `count` numbers are not `none`.
  ///
  /// It has no branch, since a branch would be predicted wrong about every other time.
  @inline(__always)
  private static func answered(_ numbers: [UInt32], _ count: Int) -> UInt64 {
    var none: UInt64 = 0
    for at in 0..<count { none &+= (UInt64(numbers[at]) &+ 1) &>> 32 }
    return UInt64(count) &- none
  }

  /// The number of keys in one lookup call.
  private static let keyBatch = 64
  /// The number of addresses in one lookup call.
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
