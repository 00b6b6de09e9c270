import Indicators
import Matchers
import Parsing

/// Builds the lookup structures from the finished entries; they depend on those and the seed alone.
struct LookupTables {
  private let entries: EntryTables
  private let seed: UInt64
  private let longestBucket: Int

  static func add(
    to assembler: inout ImageAssembler, entries: EntryTables, seed: UInt64, longestBucket: Int
  ) throws(DatabaseError) {
    let tables = LookupTables(entries: entries, seed: seed, longestBucket: longestBucket)
    do {
      for kind in IndicatorKind.allCases where tables.facts(kind).entryCount > 0 {
        switch kind {
        case .ipv4: try tables.addPrefixes(kind, .ipv4Trie, .ipv4Runs, to: &assembler)
        case .ipv6: try tables.addPrefixes(kind, .ipv6Trie, .ipv6Runs, to: &assembler)
        case .text: try tables.addLiterals(to: &assembler)
        case .url:
          try tables.addKeys(kind, mode: .exact, section: .keys(kind.rawValue), to: &assembler)
          try tables.addKeys(kind, mode: .path, section: .urlPaths, to: &assembler)
          try tables.addURLPrefixes(to: &assembler)
        default:
          try tables.addKeys(kind, mode: nil, section: .keys(kind.rawValue), to: &assembler)
        }
      }
    } catch {
      throw DatabaseError(.tooLarge, "a lookup structure could not be built: \(error)")
    }
    do {
      try tables.addCandidates(to: &assembler)
    } catch {
      throw DatabaseError(.tooLarge, "the candidate words could not be built: \(error)")
    }
  }

  /// Adds the filter that tells which text holds no hit, and the words of values that it does not
  /// know.
  private func addCandidates(to assembler: inout ImageAssembler) throws(ImageError) {
    var builder = CandidateFilterBuilder()
    var words = CandidateWordsBuilder()
    for columns in entries.kinds {
      if CandidateWordsBuilder.strings.contains(columns.kind) {
        columns.forEach { _, key, head in
          words.insert(columns.kind, key, isStrong: head.flags.contains(.hasStrongSource))
        }
        continue
      }
      if columns.kind.isDigest { builder.reserve(values: columns.facts.entryCount) }
      columns.forEach { _, key, head in
        let isFirst = !head.flags.contains(.continuesRun)
        // Entries of one name differ in their mode.
        guard isFirst || columns.kind == .domain,
          builder.insert(columns.kind, key: key, mode: head.mode), isFirst
        else { return }
        words.insert(columns.kind, key, isStrong: true)
      }
    }
    let bytes = builder.build()
    assembler.add(
      .candidateFilter, bytes, count: bytes.count, elementSize: 1, isLookup: true,
      isRequired: false)
    guard let bytes = try words.build() else { return }
    assembler.add(
      .candidateWords, bytes, count: bytes.count, elementSize: 1, isLookup: true,
      isRequired: false)
  }

  private func columns(_ kind: IndicatorKind) -> KindColumns { entries.kinds[Int(kind.rawValue)] }

  private func facts(_ kind: IndicatorKind) -> KindFacts { columns(kind).facts }

  /// Each section's structures get a seed of their own.
  private func seed(_ section: SectionKind) -> UInt64 {
    seed ^ UInt64(section.rawValue) &* 0x9e37_79b9_7f4a_7c15
  }

  /// Adds the index from comparison keys to the first entry of each; if a mode is given, of its
  /// entries only.
  private func addKeys(
    _ kind: IndicatorKind, mode: MatchMode?, section: SectionKind,
    to assembler: inout ImageAssembler
  ) throws(ImageError) {
    let columns = columns(kind)
    let seed = seed(section)
    if let width = kind.fixedWidth {
      let image = try SortedKeys.build(columns.values.rawSpan, width: width, seed: seed)
      assembler.add(
        section, image, count: columns.facts.entryCount, elementSize: 1, isLookup: true)
      return
    }
    let ignoresCase = EntryRules.ignoresCase(kind)
    // Whoever crafts keys that crowd under one seed has to do so under all of them.
    for attempt in 0..<Self.attempts {
      var builder = KeyIndexBuilder(
        ignoresCase: ignoresCase, seed: seed &+ UInt64(attempt),
        expecting: columns.facts.keyCount)
      builder.longestBucket = longestBucket
      columns.forEach { place, key, head in
        if head.flags.contains(.continuesRun) { return }
        if let mode, head.mode != mode.rawValue { return }
        builder.insert(key, number: UInt32(place))
      }
      if builder.count == 0 { return }
      let image = builder.build()
      guard let image = image ?? (attempt + 1 == Self.attempts ? builder.buildFilterOnly() : nil)
      else { continue }
      assembler.add(section, image, count: builder.count, elementSize: 1, isLookup: true)
      return
    }
  }

  /// How many seeds are tried before an index is built without places.
  private static let attempts = 8

  /// Adds a trie of the distinct prefixes, and the table that leads from each to its first entry.
  private func addPrefixes(
    _ kind: IndicatorKind, _ trie: SectionKind, _ runs: SectionKind,
    to assembler: inout ImageAssembler
  ) throws(ImageError) {
    let columns = columns(kind)
    var builder = PrefixTrieBuilder()
    var steps = PrefixSteps()
    // Entries are in the order by which the trie numbers prefixes.
    columns.forEach { place, key, head in
      if head.flags.contains(.continuesRun) { return }
      if kind == .ipv4 {
        builder.insert(ipv4: key.bigEndianUInt32(unchecked: 0), length: head.prefixLength)
      } else {
        builder.insert(ipv6: IPv6Bits(networkOrder: key, at: 0), length: head.prefixLength)
      }
      steps.append(entry: columns.facts.firstEntry + place)
    }
    let count = builder.count
    assembler.add(trie, try builder.build(), count: count, elementSize: 1, isLookup: true)
    assembler.add(runs, steps.bytes, count: steps.count, elementSize: PrefixLookup.recordSize)
  }

  private func addLiterals(to assembler: inout ImageAssembler) throws(ImageError) {
    var builder = LiteralMatcherBuilder()
    builder.reserve(count: facts(.text).entryCount, bytes: columns(.text).values.count)
    columns(.text).forEach { place, key, head in
      builder.insert(
        key, number: UInt32(place), ignoresCase: head.flags.contains(.ignoresCase))
    }
    assembler.add(
      .literals, try (consume builder).build(), count: facts(.text).entryCount, elementSize: 1,
      isLookup: true)
  }

  /// Adds the URL prefixes in order, each with the longest other one that it begins with, and the
  /// set of their authorities, which spares nearly all URLs the search.
  private func addURLPrefixes(to assembler: inout ImageAssembler) throws(ImageError) {
    var table: [UInt8] = []
    var authorities = KeySetBuilder(
      fixedWidth: nil, ignoresCase: false, seed: seed(.urlPrefixAuthorities))
    var authorityCount = 0
    var open: [(index: UInt32, key: Range<Int>)] = []
    var index: UInt32 = 0
    var known: Set<[UInt8]> = []
    let columns = columns(.url)
    let values = columns.values.rawSpan
    columns.forEachRange { place, range, head in
      if head.mode != MatchMode.prefix.rawValue || head.flags.contains(.continuesRun) { return }
      let key = values.extracting(range)
      while let last = open.last, !key.starts(with: values.extracting(last.key)) {
        open.removeLast()
      }
      table.append(UInt32(columns.facts.firstEntry + place))
      table.append(open.last?.index ?? URLPrefixIndex.none)
      open.append((index, range))
      index += 1
      let authority = key.extracting(first: URLKey.authorityLength(key) ?? 0)
      if known.insert(authority.copied(authority.byteOffsets)).inserted {
        authorities.insert(authority, number: UInt32(authorityCount))
        authorityCount += 1
      }
    }
    if index == 0 { return }
    assembler.add(
      .urlPrefixAuthorities, try authorities.build(), count: authorityCount, elementSize: 1,
      isLookup: true)
    assembler.add(
      .urlPrefixes, table, count: Int(index), elementSize: URLPrefixIndex.recordSize)
  }
}

extension IPv6Bits {
  /// Sixteen bytes in network order, which the caller has checked to be there.
  @inline(__always)
  init(networkOrder bytes: RawSpan, at offset: Int) {
    self.init(
      high: bytes.littleEndianUInt64(unchecked: offset).byteSwapped,
      low: bytes.littleEndianUInt64(unchecked: offset + 8).byteSwapped)
  }
}
