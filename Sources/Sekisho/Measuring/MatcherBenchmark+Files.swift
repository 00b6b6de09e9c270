package import Inputs

extension MatcherBenchmark {
  /// Reads both files into memory, decompressed, and measures.
  ///
  /// - Parameters:
  ///   - entries: patterns, keys or prefixes, one per line; `-` is standard input.
  ///   - input: the text to search, or the queries.
  /// - Returns: the figures.
  /// - Throws: `Failure` that tells what is wrong with a file or one of its lines.
  package func run(entries: InputPath, input: InputPath) throws(Failure) -> Result {
    var benchmark = self
    benchmark.names = (entries.description, input.description)
    return try benchmark.run(entries: Self.contents(entries), input: Self.contents(input))
  }

  private static func contents(_ path: InputPath) throws(Failure) -> [UInt8] {
    do {
      return try InputSource(path: path).readAll(limit: .max)
    } catch {
      throw Failure(problem: "\(error)")
    }
  }
}

extension MatcherBenchmark.Result {
  /// The figures as one JSON object.
  package var json: String {
    """
    {"entries":\(entries),"build_seconds":\(buildSeconds),"structure_bytes":\(structureBytes),\
    "input_bytes":\(inputBytes),"matches":\(matches),"best":\(best),"median":\(median),\
    "unit":"\(unit)"}
    """
  }

  /// The figures for people, one per line.
  package var text: String {
    func shown(_ value: Double) -> String {
      let scaled = (value * 1000).rounded() / 1000
      return "\(scaled)"
    }
    return """
      entries      \(entries)
      build        \(shown(buildSeconds)) s
      structure    \(structureBytes) bytes
      input        \(inputBytes) bytes
      matches      \(matches)
      best         \(shown(best)) \(unit)
      median       \(shown(median)) \(unit)
      """
  }
}
