internal import Indicators
internal import Matchers
internal import Parsing

/// Words that stand in text wherever some indicators match that the filters do not know: file names, user
/// agents and other strings, and hosts that are no names of two labels.
///
/// Of each value one run of `[A-Za-z0-9._-]` is enough, since nothing that is written otherwise in a log
/// can be a part of it; what is escaped or above ASCII is a candidate by itself. A percent unit of a URL is no
/// part of a run: what it stands for may be written as it is.
struct CandidateWords {
  private var builder = LiteralMatcherBuilder()
  private var known: [[UInt8]: Int] = [:]
  /// Of each word, in the order of their numbers.
  private(set) var words: [Word] = []
  /// Some host is an IPv6 address, which can be written in many ways.
  private(set) var hasIPv6Hosts = false

  struct Word {
    /// Bytes of the word.
    var length: Int
    /// Whether it stands in text as a run of its own, with no letter, digit or `._-` beside it.
    var isRun: Bool
  }

  /// Kinds whose values are compared whole, in fields of their own.
  static let strings = IndicatorKindSet([
    .filename, .userAgent, .ja4, .registryKey, .mutex, .pipe,
  ])

  /// Adds the words of those entries of some kinds that take part; false where one has none.
  mutating func insert(
    _ database: IndicatorDatabase, _ kinds: IndicatorKindSet, _ options: LookupOptions
  ) -> Bool {
    for kind in IndicatorKind.allCases where kinds.contains(kind) {
      for entry in database.kinds[Int(kind.rawValue)].entries {
        guard database.takesPart(database.head(entry).flags, options) else { continue }
        let key = database.comparisonKey(of: entry)
        if !insert(kind, database.span(key)) { return false }
      }
    }
    return true
  }

  private mutating func insert(_ kind: IndicatorKind, _ key: RawSpan) -> Bool {
    var range = 0..<key.byteCount
    switch kind {
    case .filename, .registryKey:
      // A drive, a variable or a hive may be written in several ways; the rest ends what is observed.
      var start = 0
      var isFixed = kind == .filename
      while start < range.upperBound {
        let byte = key.byte(unchecked: start)
        if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") { break }
        if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "~") || byte == UInt8(ascii: ":") {
          isFixed = false
        }
        start += 1
      }
      if !isFixed, !Self.longestRun(key, start..<range.upperBound, isURL: false).isEmpty {
        range = start..<range.upperBound
      }
    case .url:
      if Candidates(kind, key: key).all.allSatisfy({ !$0.isOtherHost }) { return true }
      let end = min((URLParts.authorityLength(key) ?? key.byteCount + 1) - 1, key.byteCount)
      let start = key.lastOffset(of: UInt8(ascii: "/"), before: end) + 1
      if start < end, key.byte(unchecked: start) == UInt8(ascii: "[") {
        hasIPv6Hosts = true
        return true
      }
      // The path is as good a sign as the host, and often longer.
      range = start..<key.byteCount
    case .domain, .email:
      if Candidates(kind, key: key).all.allSatisfy({ !$0.isOtherHost }) { return true }
    default: break
    }
    let run = Self.bestRun(key, range, isURL: kind == .url)
    guard !run.isEmpty else { return false }
    // A longer one says no more, and none is longer than a matcher's.
    let word = run.lowerBound..<min(run.upperBound, run.lowerBound + 64)
    let bytes = Self.lowercase(key, word)
    // A value that is compared whole ends, or goes on with what is no part of a run, wherever it stands.
    let isRun = run.count <= 64 && Self.strings.contains(kind)
    if let number = known[bytes] {
      if !isRun { words[number].isRun = false }
      return true
    }
    known[bytes] = words.count
    builder.insert(bytes.rawSpan, number: UInt32(words.count), ignoresCase: true)
    words.append(Word(length: bytes.count, isRun: isRun))
    return true
  }

  private static func lowercase(_ key: RawSpan, _ range: Range<Int>) -> [UInt8] {
    key.copied(range).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
  }

  /// The longest run that is not in every log of Windows, or the longest of all.
  private static func bestRun(
    _ key: RawSpan, _ range: Range<Int>, isURL: Bool
  ) -> Range<Int> {
    var best = range.lowerBound..<range.lowerBound
    var rest = range
    while true {
      let run = nextRun(key, rest, isURL: isURL)
      if run.isEmpty { break }
      if run.count > best.count, run.count > 4, !common.contains(lowercase(key, run)) { best = run }
      rest = run.upperBound..<range.upperBound
    }
    return best.isEmpty ? longestRun(key, range, isURL: isURL) : best
  }

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

  /// The first run of a range, or an empty one.
  private static func nextRun(
    _ key: RawSpan, _ range: Range<Int>, isURL: Bool
  ) -> Range<Int> {
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

  private static func longestRun(
    _ key: RawSpan, _ range: Range<Int>, isURL: Bool
  ) -> Range<Int> {
    var best = range.lowerBound..<range.lowerBound
    var rest = range
    while true {
      let run = nextRun(key, rest, isURL: isURL)
      if run.isEmpty { return best }
      if run.count > best.count { best = run }
      rest = run.upperBound..<range.upperBound
    }
  }

  /// What finds the words, or nil where there are none.
  consuming func matcher() throws(ImageError) -> LiteralMatcher? {
    if words.isEmpty { return nil }
    let image = try builder.build()
    return try LiteralMatcher(
      image: image.withBytes { ImageBytes(copying: $0) }, range: 0..<image.count)
  }
}

extension Candidates.Value {
  var isOtherHost: Bool {
    if case .otherHost = self { return true }
    return false
  }
}
