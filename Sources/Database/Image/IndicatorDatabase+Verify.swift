import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  /// Reads the whole image and checks its sums, every internal reference, the order of the entries,
  /// and that every lookup structure gives what the entries say.
  ///
  /// Linear in the size of the image: about a second for a million entries. For a file that others
  /// may change meanwhile it says what was true while it ran.
  public func verify() throws(DatabaseError) {
    do throws(DatabaseError) {
      try verifyAll()
    } catch {
      throw error.ofFile(mappedPath)
    }
  }

  private func verifyAll() throws(DatabaseError) {
    try verifyFrame()
    try verifyStrings()
    try verifyContexts()
    var verifier = EntryVerifier(self)
    try verifier.run()
    for kind in IndicatorKind.allCases {
      try verifyLookups(kind)
      try verifyCandidates(kind)
    }
  }

  // MARK: Bytes

  private func verifyFrame() throws(DatabaseError) {
    let now = try SectionTable(image)
    let headLength =
      DatabaseFormat.headerLength + now.sections.count * DatabaseFormat.sectionEntryLength
    let identity = Checksum.hash128(span(DatabaseFormat.headerLength..<headLength))
    guard now.seed == table.seed, now.buildIdentifier == identity, table.buildIdentifier == identity
    else { throw .damaged("the build id is not that of the section table") }
    try verifyZero(64..<DatabaseFormat.headerLength)
    for index in now.sections.indices {
      let base = DatabaseFormat.headerLength + index * DatabaseFormat.sectionEntryLength
      try verifyZero(base + 48..<base + DatabaseFormat.sectionEntryLength)
      guard bytes.littleEndianUInt16(unchecked: base + 6) <= 1 else {
        throw .damaged("section \(index) has unknown flags")
      }
    }
    var end = headLength
    for section in now.sections {
      try verifyZero(end..<section.offset)
      guard Checksum.hash64(span(section.range)) == section.hash else {
        throw .damaged("section \(name(section)) does not have the hash it should")
      }
      end = section.offset + section.length
    }
  }

  private func name(_ section: SectionEntry) -> String {
    section.kind.name ?? "\(section.kind.rawValue)"
  }

  private func verifyZero(_ range: Range<Int>) throws(DatabaseError) {
    for offset in range where bytes.byte(at: offset) != 0 {
      throw .damaged("byte \(offset) should be zero")
    }
  }

  // MARK: Strings and contexts

  private func verifyStrings() throws(DatabaseError) {
    try verifyOffsets(stringEnds, end: strings.count, "strings")
    try verifyOffsets(listEnds, end: lists.count, "lists")
    for index in 0..<lists.count {
      let string = image.uint32(lists, index)
      guard string > 0, string < stringEnds.count else {
        throw .damaged("a list has no such string")
      }
    }
    for index in 0..<feedTable.count {
      guard image.uint32(feedTable, index) < stringEnds.count,
        image.uint32(feedTable, index, 4) < stringEnds.count,
        image.uint32(feedTable, index, 8) <= 1, image.uint32(feedTable, index, 12) == 0
      else { throw .damaged("feed \(index) has no name or unknown flags") }
    }
    for index in 0..<refusalTable.count {
      guard image.uint32(refusalTable, index) < feedTable.count,
        image.uint32(refusalTable, index, 4) < stringEnds.count
      else { throw .damaged("refusal \(index) has no feed or reason") }
    }
  }

  /// Checks that offsets begin at zero, never fall, and end where the bytes end.
  private func verifyOffsets(
    _ offsets: RecordTable, end: Int, _ what: String
  ) throws(DatabaseError) {
    guard offsets.count > 0, image.offset(offsets, 0) == 0,
      image.offset(offsets, offsets.count - 1) == UInt64(end)
    else { throw .damaged("the offsets of \(what) do not span them") }
    for index in 1..<max(offsets.count, 1)
    where image.offset(offsets, index) < image.offset(offsets, index - 1) {
      throw .damaged("the offsets of \(what) fall")
    }
  }

  private func verifyContexts() throws(DatabaseError) {
    for index in 0..<origins.count {
      guard image.uint32(origins, index) < feedTable.count,
        image.uint32(origins, index, 4) < contexts.count
      else { throw .damaged("origin \(index) has no feed or context") }
    }
    for index in 0..<contexts.count {
      for field in stride(from: 0, to: 12, by: 4) {
        guard image.uint32(contexts, index, field) < stringEnds.count else {
          throw .damaged("context \(index) refers to no string")
        }
      }
      for field in stride(from: 12, to: 28, by: 4) {
        guard image.uint32(contexts, index, field) < listEnds.count else {
          throw .damaged("context \(index) refers to no list")
        }
      }
      let small = image.uint32(contexts, index, 28)
      guard TLP(rawValue: UInt8(truncatingIfNeeded: small >> 8)) != nil, small >> 24 == 0 else {
        throw .damaged("context \(index) has an unknown traffic light")
      }
      try verifyCondition(of: index)
    }
  }

  private func verifyCondition(of index: Int) throws(DatabaseError) {
    let condition = image.uint32(contexts, index, 48)
    let place = image.uint32(contexts, index, 52)
    let (member, count) = (place & 0xff, place >> 8 & 0xff)
    let flags = SourceFlags(
      rawValue: UInt8(truncatingIfNeeded: image.uint32(contexts, index, 28) >> 16))
    let isRight =
      condition == 0
      ? place == 0 && !flags.contains(.joint)
      : condition < stringEnds.count && member < count && (count > 1 || place >> 16 != 0)
        && count <= SourceContext.mostConditionMembers && flags.contains(.joint)
    if !isRight { throw .damaged("context \(index) has an impossible condition") }
  }

  // MARK: Lookups

  private func verifyLookups(_ kind: IndicatorKind) throws(DatabaseError) {
    let facts = kinds[Int(kind.rawValue)]
    do {
      switch kind {
      case .ipv4: try verifyPrefixes(ipv4, facts, width: 4)
      case .ipv6: try verifyPrefixes(ipv6, facts, width: 16)
      case .text: try verifyLiterals(facts)
      case .url:
        try verifyKeys(keyFinders[Int(kind.rawValue)], kind, mode: .exact)
        try verifyKeys(urlPaths, kind, mode: .path)
        try verifyURLPrefixes(facts)
      default: try verifyKeys(keyFinders[Int(kind.rawValue)], kind, mode: nil)
      }
    } catch let error as DatabaseError {
      throw error
    } catch {
      throw .damaged("\(error)")
    }
  }

  private func firstEntries(_ facts: KindFacts, _ mode: MatchMode?) -> [Int] {
    facts.entries.filter { entry in
      let head = head(entry)
      if head.flags.contains(.continuesRun) { return false }
      return mode == nil || head.mode == mode?.rawValue
    }
  }

  private func verifyKeys(_ finder: KeyFinder?, _ kind: IndicatorKind, mode: MatchMode?) throws {
    let entries = firstEntries(kinds[Int(kind.rawValue)], mode)
    guard let finder else {
      guard entries.isEmpty else { throw DatabaseError.damaged("a key index is missing") }
      return
    }
    try finder.verify()
    guard finder.count == entries.count else {
      throw DatabaseError.damaged("a key index has \(finder.count) keys, not \(entries.count)")
    }
    // Groups of keys, so that each is looked up as in a scan.
    var scratch = LookupScratch()
    for start in stride(from: 0, to: entries.count, by: 256) {
      let group = entries[start..<min(start + 256, entries.count)]
      scratch.clearKeys()
      scratch.bytes.removeAll(keepingCapacity: true)
      for entry in group {
        let key = span(comparisonKey(of: entry))
        scratch.addKey(offset: scratch.bytes.count, length: key.byteCount, owner: 0)
        scratch.bytes.append(key)
      }
      let bytes = scratch.bytes
      _ = bytes.withBytes { find(finder, in: $0, &scratch) }
      for (index, entry) in group.enumerated() where scratch.numbers[index] != UInt32(entry) {
        throw DatabaseError.damaged("entry \(entry) is not found by its key")
      }
    }
  }

  private func verifyPrefixes(_ family: PrefixLookup?, _ facts: KindFacts, width: Int) throws {
    let entries = firstEntries(facts, nil)
    guard let family else {
      guard entries.isEmpty else { throw DatabaseError.damaged("a prefix trie is missing") }
      return
    }
    try family.trie.verify()
    var steps = PrefixSteps()
    for entry in entries { steps.append(entry: entry) }
    guard family.trie.count == entries.count, family.steps.count == steps.count else {
      throw DatabaseError.damaged("a prefix trie does not fit its entries")
    }
    for (prefix, entry) in entries.enumerated() {
      guard family.firstEntry(image, of: UInt32(prefix)) == entry else {
        throw DatabaseError.damaged("prefix \(prefix) has other entries than its own")
      }
      guard family.covers(span(valueRange(of: entry)), UInt32(prefix), width: width) else {
        throw DatabaseError.damaged("entry \(entry) is not found by its address")
      }
    }
  }

  /// Checks that the candidate filter and words turn no entry away before it is looked up.
  private func verifyCandidates(_ kind: IndicatorKind) throws(DatabaseError) {
    let isString = CandidateWordsBuilder.strings.contains(kind)
    for entry in kinds[Int(kind.rawValue)].entries where isString {
      try verifyWord(kind, entry)
    }
    guard let candidateFilter else { return }
    for entry in kinds[Int(kind.rawValue)].entries {
      let mode = head(entry).mode
      for value in Candidates(kind, key: span(comparisonKey(of: entry)), mode: mode).all {
        if case .otherHost = value { try verifyWord(kind, entry) }
        let passes =
          switch value {
          case .tail(let hash): candidateFilter.tails.holds(hash)
          case .value(let hash): candidateFilter.values.holdsPaired(hash)
          case .host(let hash): candidateFilter.hosts.holdsPaired(hash)
          case .wideTail(let hash): candidateFilter.wideTails.holds(hash)
          case .otherHost(let isWide):
            candidateFilter.hasOtherHosts && (!isWide || candidateFilter.hasOtherWideHosts)
          case .digitLabel(let label):
            candidateFilter.hasDigitLabels && candidateFilter.digitLabels.contains(label)
          }
        if !passes { throw .damaged("entry \(entry) does not pass the candidate filter") }
      }
    }
  }

  /// Checks that an entry's word is found in its own key.
  private func verifyWord(_ kind: IndicatorKind, _ entry: Int) throws(DatabaseError) {
    guard let candidateWords, !candidateWords.wordlessKinds.contains(kind) else { return }
    let key = span(comparisonKey(of: entry))
    let isWeak = !head(entry, kind).flags.contains(.hasStrongSource)
    let isFound = candidateWords.matchers(includesWeak: isWeak).contains { matcher, firstWord in
      var state = LiteralMatcher.State()
      var matches: [LiteralMatch] = []
      // Room for every word that a value of at most 64 KiB can hold at each of its offsets.
      _ = matcher.scan(key, state: &state, limit: 1 << 24, matches: &matches)
      return matches.contains { match in
        Int(match.pattern) < matcher.count
          && candidateWords.isCandidate(
            firstWord + Int(match.pattern), in: key, end: Int(truncatingIfNeeded: match.end),
            IndicatorKindSet(kind), includesWeak: isWeak)
      }
    }
    if !isFound, !(kind == .url && candidateWords.hasIPv6Hosts) {
      throw .damaged("entry \(entry) is not found by its word")
    }
  }

  private func verifyURLPrefixes(_ facts: KindFacts) throws {
    let heads = firstEntries(facts, .prefix)
    guard let urlPrefixes else {
      guard heads.isEmpty else { throw DatabaseError.damaged("the URL prefixes are missing") }
      return
    }
    try urlPrefixes.authorities.verify()
    guard urlPrefixes.records.count == heads.count else {
      throw DatabaseError.damaged("the URL prefixes do not fit their entries")
    }
    var authorities = 0
    var open: [Int] = []
    var previousAuthority: Range<Int>?
    for (position, entry) in heads.enumerated() {
      let key = comparisonKey(of: entry)
      let prefix = urlPrefix(urlPrefixes, at: position)
      while let last = open.last,
        !span(key).starts(with: span(urlPrefix(urlPrefixes, at: last).key))
      {
        open.removeLast()
      }
      guard Int(prefix.entry) == entry, parent(urlPrefixes, of: position) == open.last,
        open.last != nil || image.uint32(urlPrefixes.records, position, 4) == URLPrefixIndex.none
      else { throw DatabaseError.damaged("URL prefix \(position) has another entry or parent") }
      open.append(position)
      guard let length = URLKey.authorityLength(span(key)) else {
        throw DatabaseError.damaged("URL prefix \(position) has no authority")
      }
      let authority = key.lowerBound..<key.lowerBound + length
      guard urlPrefixes.authorities.lookup(span(authority)) != KeySet.none else {
        throw DatabaseError.damaged("the authority of URL prefix \(position) is not found")
      }
      if let previousAuthority, span(previousAuthority).isEqual(to: span(authority)) { continue }
      authorities += 1
      previousAuthority = authority
    }
    guard urlPrefixes.authorities.count <= authorities else {
      throw DatabaseError.damaged("authorities of no URL prefix")
    }
  }

  private func verifyLiterals(_ facts: KindFacts) throws {
    guard let textMatcher else {
      guard facts.entryCount == 0 else { throw DatabaseError.damaged("the literals are missing") }
      return
    }
    try textMatcher.verify()
    var matches: [LiteralMatch] = []
    for (pattern, entry) in facts.entries.enumerated() {
      let value = span(valueRange(of: entry))
      guard textMatcher.length(of: UInt32(pattern)) == value.byteCount else {
        throw DatabaseError.damaged("literal \(pattern) has another length than its entry")
      }
      var state = LiteralMatcher.State()
      matches.removeAll(keepingCapacity: true)
      // Room for every literal that a value of at most 4 KiB can hold at each of its offsets.
      _ = textMatcher.scan(value, state: &state, limit: 1 << 24, matches: &matches)
      let itself = LiteralMatch(pattern: UInt32(pattern), end: UInt64(value.byteCount))
      guard matches.contains(itself) else {
        throw DatabaseError.damaged("entry \(entry) is not found by its text")
      }
    }
  }
}

extension PrefixLookup {
  /// Whether the lookup of an address leads to a prefix, at once or through those that cover it.
  fileprivate func covers(_ address: RawSpan, _ prefix: UInt32, width: Int) -> Bool {
    guard address.byteCount == width else { return false }
    var numbers = [PrefixTrie.none]
    if width == 4 {
      let query = [address.bigEndianUInt32(unchecked: 0)]
      var results = numbers.mutableSpan
      trie.lookup(ipv4: query.span, numbers: &results)
    } else {
      let query = [IPv6Bits(networkOrder: address, at: 0)]
      var results = numbers.mutableSpan
      trie.lookup(ipv6: query.span, numbers: &results)
    }
    var number = numbers[0]
    for _ in 0...width * 8 where number != PrefixTrie.none {
      if number == prefix { return true }
      number = trie.parent(of: number)
    }
    return false
  }
}
