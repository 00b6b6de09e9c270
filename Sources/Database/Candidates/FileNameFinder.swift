import Indicators
package import Matchers
import Parsing

/// Finds the file names and paths of databases in free text.
///
/// A name must have no byte of `[A-Za-z0-9._-]` beside it. The separators of a path may be written
/// as `/` or `\`, doubled or not, and letters in any ASCII case. One part of each name, without
/// separators, is searched for; where it is found, the rest of the name is compared.
///
/// A class, since it is used for each text: a copy of a struct would count references to each of
/// its members.
package final class FileNameFinder: Sendable {
  private struct Name {
    /// The normal form.
    var key: [UInt8]
    /// Where the part that is searched for is in `key`.
    var part: Range<Int>
  }

  private let matcher: LiteralMatcher
  private let names: [Name]
  /// The indices of the names of each part, by the part's number.
  private let namesOfParts: [[Int]]

  /// The longest part in bytes, and how many separators in a row count as one.
  private static let longestPart = 64
  private static let mostSeparators = 8
  /// Up to how many parts an automaton alone will do.
  private static let mostWithoutAnchors = 1024

  /// Nil if no file name takes part.
  ///
  /// - Throws: `ImageError` if there are too many for a matcher.
  package init?(databases: [IndicatorDatabase], options: LookupOptions) throws(ImageError) {
    var names: [Name] = []
    var known: Set<[UInt8]> = []
    var parts = Parts()
    for database in databases
    where database.kindsToLookUp(options).intersection(options.kinds).contains(.filename) {
      for entry in database.kinds[Int(IndicatorKind.filename.rawValue)].entries
      where database.takesPart(database.head(entry, .filename).flags, options) {
        let key = database.span(database.comparisonKey(of: entry))
        let bytes = key.copied(0..<key.byteCount)
        guard known.insert(bytes).inserted else { continue }
        let part = Self.part(of: bytes)
        if part.isEmpty { continue }
        parts.add(bytes[part], of: names.count)
        names.append(Name(key: bytes, part: part))
      }
    }
    if names.isEmpty { return nil }
    parts.thin(&names)
    var builder = LiteralMatcherBuilder()
    // A finder is made while a log is read, for the few texts near which a word of a name was
    // found. To choose anchors for a few names would take longer than their small automaton ever
    // takes to search.
    if parts.numbers.count <= Self.mostWithoutAnchors { builder.usesAnchors = false }
    for (text, number) in parts.numbers {
      builder.insert(text.rawSpan, number: UInt32(number), ignoresCase: true)
    }
    let image = try builder.build()
    matcher = try LiteralMatcher(
      image: image.withBytes { ImageBytes(copying: $0) }, range: 0..<image.count)
    self.names = names
    namesOfParts = parts.names
  }

  /// The parts that are searched for.
  private struct Parts {
    private(set) var numbers: [[UInt8]: Int] = [:]
    /// The indices of the names of each part, by the part's number.
    private(set) var names: [[Int]] = []

    /// How many names may have one part before another part is chosen for them: all names of a part
    /// are compared wherever it is found.
    private static let mostNames = 64
    /// The length in bytes of the shortest part that may replace another.
    private static let shortest = 3

    mutating func add(_ part: ArraySlice<UInt8>, of name: Int) {
      let text = Array(part)
      let number = numbers[text] ?? names.count
      if number == names.count {
        numbers[text] = number
        names.append([])
      }
      names[number].append(name)
    }

    /// Gives names that share a part with many others, as files of one folder do, a part that fewer
    /// names have.
    mutating func thin(_ all: inout [Name]) {
      for number in names.indices where names[number].count > Self.mostNames {
        let crowd = names[number]
        var counts: [ArraySlice<UInt8>: Int] = [:]
        for name in crowd {
          let key = all[name].key
          for part in FileNameFinder.parts(of: key) { counts[key[part], default: 0] += 1 }
        }
        names[number].removeAll()
        for name in crowd {
          let key = all[name].key
          let rarest = FileNameFinder.parts(of: key).filter { $0.count >= Self.shortest }
            .min { counts[key[$0], default: 0] < counts[key[$1], default: 0] }
          if let rarest, counts[key[rarest], default: 0] * 2 < crowd.count {
            all[name].part = rarest
            add(key[rarest], of: name)
          } else {
            names[number].append(name)
          }
        }
      }
      numbers = numbers.filter { !names[$0.value].isEmpty }
    }
  }

  /// The parts of a name between separators, each cut to `longestPart` bytes.
  private static func parts(of key: [UInt8]) -> [Range<Int>] {
    key.indices.split { key[$0] == EntryRules.separator }
      .map { $0.startIndex..<min($0.endIndex, $0.startIndex + longestPart) }
  }

  /// The longest part that is not common to every machine; if all are, the longest of them.
  private static func part(of key: [UInt8]) -> Range<Int> {
    var best = 0..<0
    var isBestCommon = true
    for part in parts(of: key) {
      let isCommon = CandidateRun.isCommon(Array(key[part]))
      if isBestCommon && !isCommon || isBestCommon == isCommon && part.count > best.count {
        best = part
        isBestCommon = isCommon
      }
    }
    return best
  }

  /// Finds the names in a text, ordered by their ends; of several that end at one place the
  /// longest.
  package func find(in text: RawSpan, ranges: inout [Range<Int>]) {
    ranges.removeAll(keepingCapacity: true)
    var matches: [LiteralMatch] = []
    var state = LiteralMatcher.State()
    var found: [Range<Int>] = []
    // Only a text made up of parts has more matches than the limit.
    _ = matcher.scan(text, state: &state, limit: text.byteCount + 16, matches: &matches)
    for match in matches where Int(match.pattern) < namesOfParts.count {
      let end = Int(truncatingIfNeeded: match.end)
      for number in namesOfParts[Int(match.pattern)] {
        let name = names[number]
        guard end >= name.part.count,
          let start = Self.start(of: name, in: text, before: end - name.part.count),
          let end = Self.end(of: name, in: text, from: end)
        else { continue }
        found.append(start..<end)
      }
    }
    if found.count > 1 {
      found.sort {
        $0.upperBound != $1.upperBound
          ? $0.upperBound < $1.upperBound : $0.lowerBound < $1.lowerBound
      }
    }
    for range in found where ranges.last?.upperBound != range.upperBound { ranges.append(range) }
  }

  /// Where a name begins whose part begins at `offset`; nil if the text before that differs, or the
  /// name has no border there.
  private static func start(of name: Name, in text: RawSpan, before offset: Int) -> Int? {
    var place = offset
    var index = name.part.lowerBound
    while index > 0 {
      index -= 1
      guard place > 0 else { return nil }
      let byte = text.byte(unchecked: place - 1)
      if name.key[index] == EntryRules.separator {
        guard isSeparator(byte) else { return nil }
        var count = 0
        while place > 0, count < mostSeparators, isSeparator(text.byte(unchecked: place - 1)) {
          place -= 1
          count += 1
        }
      } else {
        guard Byte.lowercased(byte) == name.key[index] else { return nil }
        place -= 1
      }
    }
    guard place > 0, isBeside(text.byte(unchecked: place - 1)) else { return place }
    return isBehindPercentUnit(text, at: place) || isBehindANSISequence(text, at: place)
      ? place : nil
  }

  /// Whether an ANSI sequence, which is one border as a whole, ends at an offset (`Matching.md`
  /// §1).
  private static func isBehindANSISequence(_ text: RawSpan, at place: Int) -> Bool {
    guard place >= 3, text.byte(unchecked: place - 1) &- 0x40 < 0x3f else { return false }
    // Real sequences have only a few numbers between the bracket and the last byte.
    let first = max(0, place - 64)
    var bracket = place - 2
    while bracket > first, text.byte(unchecked: bracket) &- 0x20 < 0x20 { bracket -= 1 }
    guard bracket > first, text.byte(unchecked: bracket) == UInt8(ascii: "[") else { return false }
    return text.byte(unchecked: bracket - 1) == 0x1b
  }

  /// Whether a percent unit that is a border ends at an offset (`Matching.md` §1).
  ///
  /// A unit is a border if it stands for no unreserved character; so is `%252F` as a whole.
  private static func isBehindPercentUnit(_ text: RawSpan, at place: Int) -> Bool {
    guard place >= 3 else { return false }
    let unit = Hex.byte(text.byte(unchecked: place - 2), text.byte(unchecked: place - 1))
    guard let byte = unit else { return false }
    if text.byte(unchecked: place - 3) == UInt8(ascii: "%") {
      return !isBeside(byte) && byte != UInt8(ascii: "~")
    }
    return place >= 5 && text.byte(unchecked: place - 5) == UInt8(ascii: "%")
      && text.byte(unchecked: place - 4) == UInt8(ascii: "2")
      && text.byte(unchecked: place - 3) == UInt8(ascii: "5")
  }

  /// Where a name ends whose part ends before `offset`; nil if the text from there differs, or the
  /// name has no border there.
  private static func end(of name: Name, in text: RawSpan, from offset: Int) -> Int? {
    var place = offset
    for index in name.part.upperBound..<name.key.count {
      guard place < text.byteCount else { return nil }
      let byte = text.byte(unchecked: place)
      if name.key[index] == EntryRules.separator {
        guard isSeparator(byte) else { return nil }
        var count = 0
        while place < text.byteCount, count < mostSeparators,
          isSeparator(text.byte(unchecked: place))
        {
          place += 1
          count += 1
        }
      } else {
        guard Byte.lowercased(byte) == name.key[index] else { return nil }
        place += 1
      }
    }
    return place < text.byteCount && isBeside(text.byte(unchecked: place)) ? nil : place
  }

  private static func isBeside(_ byte: UInt8) -> Bool { TextClasses.shared.is(byte, .nameByte) }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\")
  }
}
