internal import Indicators
internal import Matchers
internal import Parsing

/// Builds the lookup structures from the finished entries: a function of them and the seed alone.
struct LookupTables {
  private let entries: EntryTables
  private let seed: UInt64

  static func add(
    to assembler: inout ImageAssembler, entries: EntryTables, seed: UInt64
  ) throws(DatabaseError) {
    let tables = LookupTables(entries: entries, seed: seed)
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
    tables.addCandidateFilter(to: &assembler)
  }

  private func addCandidateFilter(to assembler: inout ImageAssembler) {
    var builder = CandidateFilterBuilder()
    entries.values.withBytes { values in
      for kind in IndicatorKind.allCases {
        for number in facts(kind).entries {
          let entry = entries.entry(number, kind: kind)
          if entry.flags.contains(.continuesRun) { continue }
          builder.insert(kind, key: values.extracting(entry.key))
        }
      }
    }
    let bytes = builder.build()
    assembler.add(
      .candidateFilter, bytes, count: bytes.count, elementSize: 1, isLookup: true,
      isRequired: false)
  }

  private func facts(_ kind: IndicatorKind) -> KindFacts { entries.kinds[Int(kind.rawValue)] }

  /// Each section's structures get a seed of their own.
  private func seed(_ section: SectionKind) -> UInt64 {
    seed ^ UInt64(section.rawValue) &* 0x9e37_79b9_7f4a_7c15
  }

  /// A key set from comparison key to the first entry that has it; only entries of a mode, if given.
  private func addKeys(
    _ kind: IndicatorKind, mode: MatchMode?, section: SectionKind,
    to assembler: inout ImageAssembler
  ) throws(ImageError) {
    var builder = KeySetBuilder(
      fixedWidth: kind.fixedWidth, ignoresCase: EntryRules.ignoresCase(kind), seed: seed(section))
    var count = 0
    entries.values.withBytes { values in
      for number in facts(kind).entries {
        let entry = entries.entry(number, kind: kind)
        if entry.flags.contains(.continuesRun) { continue }
        if let mode, entry.mode != mode { continue }
        builder.insert(values.extracting(entry.key), number: UInt32(number))
        count += 1
      }
    }
    if count == 0 { return }
    assembler.add(section, try builder.build(), count: count, elementSize: 1, isLookup: true)
  }

  /// A trie of the distinct prefixes, and for each prefix its first entry.
  ///
  /// Entries of one prefix follow one another, the one without port first, so that the table of
  /// first entries, with the end of the last run behind it, gives every run.
  private func addPrefixes(
    _ kind: IndicatorKind, _ trie: SectionKind, _ runs: SectionKind,
    to assembler: inout ImageAssembler
  ) throws(ImageError) {
    var builder = PrefixTrieBuilder()
    var starts: [UInt8] = []
    var count: UInt32 = 0
    let range = facts(kind).entries
    entries.values.withBytes { values in
      for number in range {
        let entry = entries.entry(number, kind: kind)
        if entry.flags.contains(.continuesRun) { continue }
        let start = entry.key.lowerBound
        if kind == .ipv4 {
          builder.insert(
            ipv4: values.bigEndianUInt32(unchecked: start), length: entry.prefixLength,
            number: count)
        } else {
          builder.insert(
            ipv6: IPv6Bits(networkOrder: values, at: start), length: entry.prefixLength,
            number: count)
        }
        starts.append(UInt32(number))
        count += 1
      }
    }
    starts.append(UInt32(range.upperBound))
    assembler.add(
      trie, try builder.build(), count: Int(count), elementSize: 1, isLookup: true)
    assembler.add(runs, starts, count: Int(count) + 1, elementSize: 4)
  }

  private func addLiterals(to assembler: inout ImageAssembler) throws(ImageError) {
    var builder = LiteralMatcherBuilder()
    let range = facts(.text).entries
    entries.values.withBytes { values in
      for number in range {
        let entry = entries.entry(number, kind: .text)
        builder.insert(
          values.extracting(entry.key), number: UInt32(number - range.lowerBound),
          ignoresCase: entry.flags.contains(.ignoresCase))
      }
    }
    assembler.add(
      .literals, try builder.build(), count: range.count, elementSize: 1, isLookup: true)
  }

  /// The URL prefixes in order, each with the longest other one it begins with, and the set of their
  /// authorities, which keeps nearly all URLs away from the search.
  private func addURLPrefixes(to assembler: inout ImageAssembler) throws(ImageError) {
    var table: [UInt8] = []
    var authorities = KeySetBuilder(
      fixedWidth: nil, ignoresCase: false, seed: seed(.urlPrefixAuthorities))
    var authorityCount = 0
    var open: [(index: UInt32, key: Range<Int>)] = []
    var index: UInt32 = 0
    entries.values.withBytes { values in
      var known: Set<[UInt8]> = []
      for number in facts(.url).entries {
        let entry = entries.entry(number, kind: .url)
        if entry.mode != .prefix || entry.flags.contains(.continuesRun) { continue }
        let key = values.extracting(entry.key)
        while let last = open.last, !key.starts(with: values.extracting(last.key)) {
          open.removeLast()
        }
        table.append(UInt32(number))
        table.append(open.last?.index ?? URLPrefixIndex.none)
        open.append((index, entry.key))
        index += 1
        let authority = key.extracting(first: URLParts.authorityLength(key) ?? 0)
        if known.insert(authority.copied(authority.byteOffsets)).inserted {
          authorities.insert(authority, number: UInt32(authorityCount))
          authorityCount += 1
        }
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
