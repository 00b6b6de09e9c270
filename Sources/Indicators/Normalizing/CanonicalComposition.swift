/// Unicode normalisation form C (UAX #15), for the labels of names.
enum CanonicalComposition {
  /// Whether a text is certainly in form C already; false means that it may not be.
  static func isStable(_ text: Span<UInt32>, _ tables: IDNATables) -> Bool {
    for index in text.indices
    where text[index] >= 0x80 && tables.properties(text[index]).mayChangeInNFC {
      return false
    }
    return true
  }

  /// The normalisation form C of a text.
  static func normalize(_ text: [UInt32], _ tables: IDNATables) -> [UInt32] {
    if isStable(text.span, tables) { return text }
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.count * 2)
    for scalar in text { decompose(scalar, tables, to: &scalars) }
    var classes = scalars.map { $0 < 0x300 ? 0 : tables.combiningClass(of: $0) }
    reorder(&scalars, &classes)
    compose(&scalars, &classes, tables)
    return scalars
  }

  /// Adds a character that NFC may change to normalised text that ends in `previous`.
  ///
  /// nil if the result depends on more than these two characters.
  static func step(_ scalar: UInt32, behind previous: UInt32, _ tables: IDNATables) -> NameStep? {
    guard tables.decomposition(of: scalar) == nil else { return nil }
    let combining = tables.combiningClass(of: scalar)
    if combining != 0 {
      // Behind another mark their order counts, also where that is a part of a letter; one of its own class keeps it
      // from the letter.
      let before = previous < 0x300 ? 0 : tables.combiningClass(of: previous)
      if before == combining { return .next(scalar) }
      guard before == 0 else { return nil }
      if let (_, last) = tables.decomposition(of: previous) {
        guard tables.decomposition(of: last) == nil, combining >= tables.combiningClass(of: last)
        else { return nil }
      }
    }
    return pair(previous, scalar, tables).map { .composed($0) } ?? .next(scalar)
  }

  // Hangul syllables are arithmetic (Unicode Standard §3.12).
  private static let syllableBase: UInt32 = 0xac00
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let tailBase: UInt32 = 0x11a7
  private static let leadCount: UInt32 = 19
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28

  private static func decompose(
    _ scalar: UInt32, _ tables: IDNATables, to output: inout [UInt32]
  ) {
    if scalar < 0xc0 {
      output.append(scalar)
      return
    }
    let syllable = scalar &- syllableBase
    if syllable < leadCount * vowelCount * tailCount {
      output.append(leadBase + syllable / (vowelCount * tailCount))
      output.append(vowelBase + syllable % (vowelCount * tailCount) / tailCount)
      if syllable % tailCount != 0 { output.append(tailBase + syllable % tailCount) }
      return
    }
    guard let (first, second) = tables.decomposition(of: scalar) else {
      output.append(scalar)
      return
    }
    // The recursion is shallow: a decomposition takes at most a few steps.
    decompose(first, tables, to: &output)
    if second != 0 { decompose(second, tables, to: &output) }
  }

  /// Sorts each run of combining marks by class, keeping the order of equal ones.
  private static func reorder(_ scalars: inout [UInt32], _ classes: inout [UInt8]) {
    var start = 0
    while start < scalars.count {
      guard classes[start] != 0 else {
        start += 1
        continue
      }
      var end = start
      var isSorted = true
      while end < scalars.count, classes[end] != 0 {
        if end > start, classes[end] < classes[end - 1] { isSorted = false }
        end += 1
      }
      if !isSorted, end - start <= longestInserted {
        insert(start..<end, &scalars, &classes)
      } else if !isSorted {
        // A run may be as long as the input: sort by (class, place), not by insertion.
        let order = (start..<end).sorted {
          classes[$0] != classes[$1] ? classes[$0] < classes[$1] : $0 < $1
        }
        let sortedScalars = order.map { scalars[$0] }
        let sortedClasses = order.map { classes[$0] }
        scalars.replaceSubrange(start..<end, with: sortedScalars)
        classes.replaceSubrange(start..<end, with: sortedClasses)
      }
      start = end
    }
  }

  /// Marks of a run that are sorted by insertion.
  private static let longestInserted = 16

  private static func insert(
    _ run: Range<Int>, _ scalars: inout [UInt32], _ classes: inout [UInt8]
  ) {
    for next in run.dropFirst() {
      var place = next
      while place > run.lowerBound, classes[place - 1] > classes[place] {
        scalars.swapAt(place - 1, place)
        classes.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  private static func compose(
    _ scalars: inout [UInt32], _ classes: inout [UInt8], _ tables: IDNATables
  ) {
    var starter = -1
    var write = 0
    var lastClass: UInt8 = 0
    for read in scalars.indices {
      let scalar = scalars[read]
      let combining = classes[read]
      // Composes only if no mark between the starter and this character was kept, or if the last
      // one kept has a lower class other than 0.
      if starter >= 0, starter == write - 1 || lastClass < combining && lastClass != 0,
        let composite = pair(scalars[starter], scalar, tables)
      {
        scalars[starter] = composite
        continue
      }
      scalars[write] = scalar
      classes[write] = combining
      if combining == 0 { starter = write }
      lastClass = combining
      write += 1
    }
    scalars.removeLast(scalars.count - write)
    classes.removeLast(classes.count - write)
  }

  private static func pair(_ first: UInt32, _ second: UInt32, _ tables: IDNATables) -> UInt32? {
    // No mark is before those, nor what else is a second part.
    if second < 0x300 { return nil }
    let lead = first &- leadBase
    let vowel = second &- vowelBase
    if lead < leadCount, vowel < vowelCount {
      return syllableBase + (lead * vowelCount + vowel) * tailCount
    }
    let syllable = first &- syllableBase
    let tail = second &- tailBase
    if syllable < leadCount * vowelCount * tailCount, syllable % tailCount == 0, tail > 0,
      tail < tailCount
    {
      return first + tail
    }
    return tables.composite(first, second)
  }
}
