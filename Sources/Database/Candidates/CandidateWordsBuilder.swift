import Indicators
import Matchers
import Parsing

/// Gathers words that stand in text wherever some indicators match that the filters do not know: file names,
/// user agents and other strings, and hosts that are no names of two labels.
///
/// Of each value one run of `[A-Za-z0-9._-]` is enough, since nothing that is written otherwise in a log
/// can be a part of it; what is escaped or above ASCII is a candidate by itself. A percent unit of a URL is no
/// part of a run: what it stands for may be written as it is.
struct CandidateWordsBuilder {
  private var known: [[UInt8]: Int] = [:]
  private var words: [Word] = []
  /// Some host is an IPv6 address, which can be written in many ways.
  private var hasIPv6Hosts = false
  /// Kinds of which some value has no run at all.
  private var wordless = IndicatorKindSet()

  private struct Word {
    var facts: CandidateWord
    /// Empty where the neighbours do not matter.
    var neighbours: [CandidateNeighbours]

    var isStrong: Bool { !facts.strongKinds.isEmpty }
  }

  /// Kinds without a shape: texts, which stand anywhere, and values that are compared whole.
  static let strings = IndicatorKindSet([
    .filename, .userAgent, .ja4, .registryKey, .mutex, .pipe, .text,
  ])
  /// Kinds with hosts, of which only those are wanted that the filters do not know.
  static let hosts = IndicatorKindSet([.domain, .url, .email])

  /// Adds the word of a key of one of these kinds.
  mutating func insert(_ kind: IndicatorKind, _ key: RawSpan, isStrong: Bool) {
    var range = 0..<key.byteCount
    switch kind {
    case .filename, .registryKey: range = Self.fixedPart(kind, key)
    case .url:
      let end = min((URLKey.authorityLength(key) ?? key.byteCount + 1) - 1, key.byteCount)
      let start = key.lastOffset(of: Byte.slash, from: 0, to: end).map { $0 + 1 } ?? 0
      if start < end, key.byte(unchecked: start) == UInt8(ascii: "[") {
        hasIPv6Hosts = true
        return
      }
      // The path is as good a sign as the host, and often longer.
      range = start..<key.byteCount
    default: break
    }
    let run = CandidateRun.best(of: key, range, isURL: kind == .url)
    guard !run.isEmpty else {
      wordless.formUnion(IndicatorKindSet(kind))
      return
    }
    // A longer one says no more.
    let word = run.lowerBound..<min(run.upperBound, run.lowerBound + CandidateWord.longest)
    // A value that is compared whole ends, or goes on with what is no part of a run, wherever it stands; a text
    // may be a part of a run.
    let isWhole =
      Self.strings.contains(kind) && kind != .text && run.count <= CandidateWord.longest
    let neighbours = isWhole ? CandidateNeighbours(of: run, in: key, range) : nil
    insert(
      CandidateRun.lowercase(key, word), kind, isWhole: isWhole, neighbours, isStrong: isStrong)
  }

  private mutating func insert(
    _ bytes: [UInt8], _ kind: IndicatorKind, isWhole: Bool, _ neighbours: CandidateNeighbours?,
    isStrong: Bool
  ) {
    let kinds = IndicatorKindSet(kind)
    if let number = known[bytes] {
      words[number].facts.kinds.formUnion(kinds)
      if isStrong { words[number].facts.strongKinds.formUnion(kinds) }
      if !isWhole { words[number].facts.isRun = false }
      guard !words[number].neighbours.isEmpty else { return }
      if let neighbours, words[number].neighbours.count < CandidateWord.mostNeighbours {
        if !words[number].neighbours.contains(neighbours) {
          words[number].neighbours.append(neighbours)
        }
      } else {
        words[number].neighbours = []
      }
      return
    }
    known[bytes] = words.count
    words.append(
      Word(
        facts: CandidateWord(
          length: bytes.count, isRun: isWhole, kinds: kinds,
          strongKinds: isStrong ? kinds : []),
        neighbours: neighbours.map { [$0] } ?? []))
  }

  /// What of a file name or registry key is written in one way only: a drive, a variable or a hive may be
  /// written in several; the rest ends what is observed.
  private static func fixedPart(_ kind: IndicatorKind, _ key: RawSpan) -> Range<Int> {
    var start = 0
    var isFixed = kind == .filename
    while start < key.byteCount {
      let byte = key.byte(unchecked: start)
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") { break }
      if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "~") || byte == UInt8(ascii: ":") {
        isFixed = false
      }
      start += 1
    }
    let rest = start..<key.byteCount
    return isFixed || CandidateRun.longest(of: key, rest, isURL: false).isEmpty
      ? 0..<key.byteCount : rest
  }

  /// The section's bytes (`CandidateWords`); nil where there is nothing to say.
  consuming func build() throws(ImageError) -> [UInt8]? {
    guard !words.isEmpty || hasIPv6Hosts || !wordless.isEmpty else { return nil }
    // Those that take part without `--weak` first: a scan without it does not look for the others.
    let sorted = known.map { (bytes: $0.key, word: words[$0.value]) }.sorted {
      let (first, second) = ($0.word.isStrong, $1.word.isStrong)
      return first != second ? first : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    let strongCount = sorted.count(where: \.word.isStrong)
    let images = [
      try Self.matcher(of: sorted[..<strongCount].map(\.bytes)),
      try Self.matcher(of: sorted[strongCount...].map(\.bytes)),
    ]
    let neighbourCount = words.reduce(0) { $0 + $1.neighbours.count }
    var bytes: [UInt8] = []
    bytes.append(CandidateWords.version)
    bytes.append(UInt32(hasIPv6Hosts ? 1 : 0))
    bytes.append(UInt32(words.count))
    bytes.append(UInt32(neighbourCount))
    bytes.append(wordless.rawValue)
    bytes.append(UInt32(strongCount))
    bytes.append(UInt32(0))
    for image in images { bytes.append(UInt64(image.count)) }
    if !sorted.isEmpty {
      for members in [sorted[..<strongCount], sorted[...]] {
        var pieces = [UInt64](repeating: 0, count: WordPieces.words)
        for (word, facts) in members {
          WordPieces.insert(word, isRun: facts.facts.isRun, in: &pieces)
        }
        for word in pieces { bytes.append(word) }
      }
    }
    var first = 0
    for (_, word) in sorted {
      word.facts.append(to: &bytes, neighbours: first..<first + word.neighbours.count)
      first += word.neighbours.count
    }
    for (_, word) in sorted { for neighbours in word.neighbours { neighbours.append(to: &bytes) } }
    for image in images {
      while bytes.count % DatabaseFormat.alignment != 0 { bytes.append(UInt8(0)) }
      bytes += image
    }
    return bytes
  }

  /// The image of a matcher of words, in their order; nothing where there are none.
  private static func matcher(of words: [[UInt8]]) throws(ImageError) -> [UInt8] {
    if words.isEmpty { return [] }
    var builder = LiteralMatcherBuilder()
    builder.pairSets = 2
    for (number, word) in words.enumerated() {
      builder.insert(word.rawSpan, number: UInt32(number), ignoresCase: true)
    }
    return try builder.build()
  }
}

/// The run of `[A-Za-z0-9._-]` that stands for a value.
enum CandidateRun {
  /// The longest run that is not in every log of Windows, or the longest of all.
  static func best(of key: RawSpan, _ range: Range<Int>, isURL: Bool) -> Range<Int> {
    var best = range.lowerBound..<range.lowerBound
    var rest = range
    while true {
      let run = next(of: key, rest, isURL: isURL)
      if run.isEmpty { break }
      if run.count > best.count, run.count > 4, !common.contains(lowercase(key, run)) { best = run }
      rest = run.upperBound..<range.upperBound
    }
    return best.isEmpty ? longest(of: key, range, isURL: isURL) : best
  }

  /// The longest run, or an empty one.
  static func longest(of key: RawSpan, _ range: Range<Int>, isURL: Bool) -> Range<Int> {
    var best = range.lowerBound..<range.lowerBound
    var rest = range
    while true {
      let run = next(of: key, rest, isURL: isURL)
      if run.isEmpty { return best }
      if run.count > best.count { best = run }
      rest = run.upperBound..<range.upperBound
    }
  }

  /// The first run of a range, or an empty one.
  static func next(of key: RawSpan, _ range: Range<Int>, isURL: Bool) -> Range<Int> {
    let classes = TextClasses.shared
    var start = range.lowerBound
    while start < range.upperBound, !classes.is(key.byte(unchecked: start), .nameByte) {
      // The digits of a URL's percent unit are none of a run.
      start += isURL && key.byte(unchecked: start) == UInt8(ascii: "%") ? 3 : 1
    }
    start = min(start, range.upperBound)
    var end = start
    while end < range.upperBound, classes.is(key.byte(unchecked: end), .nameByte) { end += 1 }
    return start..<end
  }

  static func lowercase(_ key: RawSpan, _ range: Range<Int>) -> [UInt8] {
    key.copied(range).map { Byte.lowercased($0) }
  }

  /// Whether a lower-case word is in every log of Windows.
  static func isCommon(_ word: [UInt8]) -> Bool { common.contains(word) }

  /// What paths and registry keys are made of on each machine.
  private static let common: Set<[UInt8]> = Set(
    [
      "appdata", "application", "bin", "classes", "common", "content", "control", "controlset001",
      "currentcontrolset", "currentversion", "data", "desktop", "documents", "downloads", "etc",
      "explorer", "files", "google", "hkcr", "hkcu", "hklm", "hku", "home", "image", "internet",
      "library", "local", "local.settings", "locallow", "microsoft", "mozilla", "network",
      "policies", "private", "program", "programdata", "programs", "public", "roaming", "root",
      "services", "session", "settings", "shell", "software", "start", "startup", "support",
      "system", "system32", "syswow64", "tasks", "temp", "tmp", "user", "users", "usr", "var",
      "version", "windows", "winlogon", "wow6432node",
    ].map { Array($0.utf8) })
}
