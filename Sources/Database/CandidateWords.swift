internal import Indicators
internal import Matchers
internal import Parsing

/// Words that stand in text wherever some indicators match that the filters do not know: file names, user
/// agents and other strings, and hosts that are no names of two labels.
///
/// Of each value one run of `[A-Za-z0-9._-]` is enough, since nothing that is written otherwise in a log
/// can be a part of it; what is escaped or above ASCII is a candidate by itself.
struct CandidateWords {
  private var builder = LiteralMatcherBuilder()
  private var known: Set<[UInt8]> = []
  /// Some host is an IPv6 address, which can be written in many ways.
  private(set) var hasIPv6Hosts = false

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
      if !isFixed, !Self.longestRun(key, start..<range.upperBound).isEmpty {
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
    let word = Self.longestRun(key, range)
    guard !word.isEmpty else { return false }
    let bytes = key.copied(word).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    if known.insert(bytes).inserted {
      builder.insert(bytes.rawSpan, number: UInt32(known.count - 1), ignoresCase: true)
    }
    return true
  }

  private static func longestRun(_ key: RawSpan, _ range: Range<Int>) -> Range<Int> {
    let classes = TextClasses.shared
    var best = range.lowerBound..<range.lowerBound
    var offset = range.lowerBound
    while offset < range.upperBound {
      var end = offset
      while end < range.upperBound,
        classes.is(key.byte(unchecked: end), .label)
          || key.byte(unchecked: end) == UInt8(ascii: ".")
      {
        end += 1
      }
      if end - offset > best.count { best = offset..<end }
      offset = end + 1
    }
    // A longer one says no more, and none is longer than a matcher's.
    return best.lowerBound..<min(best.upperBound, best.lowerBound + 64)
  }

  /// What finds the words, or nil where there are none.
  consuming func matcher() throws(ImageError) -> LiteralMatcher? {
    if known.isEmpty { return nil }
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
