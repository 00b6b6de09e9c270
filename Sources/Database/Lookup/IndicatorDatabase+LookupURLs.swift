import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  /// Looks up URLs: the whole comparison key, its leading parts, and its path.
  func lookUpURLs(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    for inArena in [false, true] {
      let bytes = input.bytes(inArena: inArena)
      scratch.clearKeys()
      for index in order {
        let owner = scratch.order[index]
        let observable = input.observables[Int(owner)]
        guard observable.flags.contains(.inArena) == inArena, let range = input.range(observable)
        else { continue }
        let start =
          range.lowerBound
          + EntryKey.urlKeyOffset(
            bytes.extracting(range), schemeLength: Int(observable.schemeLength))
        if start < range.upperBound {
          scratch.addKey(offset: start, length: range.upperBound - start, owner: owner)
        }
      }
      if scratch.keys.isEmpty { continue }
      if let set = keyFinders[Int(IndicatorKind.url.rawValue)] {
        addWholeURLs(find(set, in: bytes, &scratch), options, &scratch)
      }
      // Each of these narrows the keys gathered above to parts of them.
      if let index = urlPrefixes { addURLPrefixes(index, bytes, options, &scratch) }
      if let set = urlPaths { addPaths(set, bytes, input, options, &scratch) }
    }
  }

  private func addWholeURLs(
    _ count: Int, _ options: LookupOptions, _ scratch: inout LookupScratch
  ) {
    for index in 0..<count where scratch.numbers[index] != KeySet.none {
      scratch.begin(scratch.owners[index])
      addRun(
        from: scratch.numbers[index], .url, length: Int(scratch.keys[index].length), options,
        &scratch
      ) { $0 == MatchMode.exact.rawValue ? .exact : nil }
    }
  }

  private func addURLPrefixes(
    _ prefixes: URLPrefixIndex, _ bytes: RawSpan, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    // The keys give way to their authorities for the search, and are put back at the end.
    let keys = scratch.keys
    for index in scratch.keys.indices {
      let start = Int(keys[index].offset)
      let key = bytes.extracting(start..<start + Int(keys[index].length))
      scratch.keys[index].length = UInt32(URLKey.authorityLength(key) ?? 0)
    }
    let count = scratch.keys.count
    scratch.makeRoom(count)
    Self.find(prefixes.authorities, scratch.keys, in: bytes, &scratch.numbers)
    for index in 0..<count where scratch.numbers[index] != KeySet.none {
      let start = Int(keys[index].offset)
      let key = bytes.extracting(start..<start + Int(keys[index].length))
      scratch.begin(scratch.owners[index])
      var position = longestURLPrefix(prefixes, of: key)
      while let current = position {
        let prefix = urlPrefix(prefixes, at: current)
        guard scratch.remaining > 0 else {
          scratch.cutMatches += 1
          break
        }
        addRun(from: prefix.entry, .url, length: prefix.key.count, options, &scratch) {
          $0 == MatchMode.prefix.rawValue ? .urlPrefix : nil
        }
        position = parent(prefixes, of: current)
      }
    }
    scratch.keys = keys
  }

  /// Path-only entries: the path of a capture's `http.url`, alone and with its query.
  private func addPaths(
    _ set: KeyFinder, _ bytes: RawSpan, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let whole = scratch.keys
    let owners = scratch.owners
    scratch.clearKeys()
    for index in whole.indices {
      let observable = input.observables[Int(owners[index])]
      guard observable.flags.contains(.httpURL) else { continue }
      let start = Int(whole[index].offset)
      let key = bytes.extracting(start..<start + Int(whole[index].length))
      guard let parts = URLKey.path(key) else { continue }
      scratch.addKey(
        offset: start + parts.path.lowerBound, length: parts.path.count, owner: owners[index])
      if parts.withQuery.count != parts.path.count {
        scratch.addKey(
          offset: start + parts.withQuery.lowerBound, length: parts.withQuery.count,
          owner: owners[index])
      }
    }
    let count = find(set, in: bytes, &scratch)
    for index in 0..<count where scratch.numbers[index] != KeySet.none {
      scratch.begin(scratch.owners[index])
      addRun(
        from: scratch.numbers[index], .url, length: Int(scratch.keys[index].length), options,
        &scratch
      ) { $0 == MatchMode.path.rawValue ? .exact : nil }
    }
  }
}
