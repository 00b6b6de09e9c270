import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  /// How many keys are gathered before they are looked up, besides those of one name.
  ///
  /// This bounds the scratch memory, of which no more is touched than ordinary names need.
  private static var keyGroup: Int { 1024 }

  /// Looks up names: the name itself, and what follows each of its label borders.
  ///
  /// A suffix is looked up only if some entry that covers subdomains has as many labels, and only
  /// if it is no longer than the longest entry. So a name costs two or three keys, and a hostile
  /// one no more than the bytes at its end that the longest entry has.
  func lookUpNames(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    guard let set = keyFinders[Int(IndicatorKind.domain.rawValue)] else { return }
    let gatherer = NameGatherer(kinds[Int(IndicatorKind.domain.rawValue)])
    scratch.misses.begin(serial)
    for inArena in [false, true] {
      let bytes = input.bytes(inArena: inArena)
      var start = order.lowerBound
      while start < order.upperBound {
        scratch.makeRoomForKeys(Self.keyGroup + gatherer.mostKeys)
        let count = gatherer.gather(&start, order.upperBound, input, inArena: inArena, &scratch)
        if count == 0 { continue }
        find(set, count, in: bytes, &scratch)
        for index in 0..<count where scratch.numbers[index] != KeySet.none {
          addNames(index, options, &scratch)
        }
        noteMisses(count, input, bytes, &scratch)
      }
    }
  }

  /// Notes the names of which no key was found as misses.
  private func noteMisses(
    _ count: Int, _ input: borrowing LookupInput, _ bytes: RawSpan, _ scratch: inout LookupScratch
  ) {
    var index = 0
    while index < count {
      let owner = scratch.owners[index] >> 1
      var isMissed = true
      while index < count, scratch.owners[index] >> 1 == owner {
        if scratch.numbers[index] != KeySet.none { isMissed = false }
        index += 1
      }
      if isMissed, let range = input.range(input.observables[Int(owner)]) {
        scratch.misses.note(bytes, range)
      }
    }
  }

  private func addNames(
    _ index: Int, _ options: LookupOptions, _ scratch: inout LookupScratch
  ) {
    let owner = scratch.owners[index]
    let isSuffix = owner & 1 != 0
    scratch.begin(owner >> 1)
    addRun(
      from: scratch.numbers[index], .domain, length: Int(scratch.keys[index].length), options,
      &scratch
    ) { mode in
      if isSuffix { return mode == MatchMode.exact.rawValue ? nil : .subdomain }
      return mode == MatchMode.subdomainsOnly.rawValue ? nil : .exact
    }
  }
}

/// Cuts names at their label borders, eight bytes at a time from the end.
struct NameGatherer {
  private let longest: Int
  private let exactMask: UInt64
  private let subdomainMask: UInt64

  init(_ facts: KindFacts) {
    longest = facts.maximumLength
    exactMask = facts.exactMask
    subdomainMask = facts.subdomainMask
  }

  /// The most keys that one name can give: one for each number of labels below 63 that an entry for
  /// subdomains has, those of more labels, and the name itself.
  var mostKeys: Int {
    subdomainMask.nonzeroBitCount + 1 + (subdomainMask >> 63 == 0 ? 0 : longest)
  }

  /// Writes the keys and owners of the names from `start` on into the scratch memory, until there
  /// is no room for another name's, and moves `start` on; returns the number of keys.
  func gather(
    _ start: inout Int, _ end: Int, _ input: borrowing LookupInput, inArena: Bool,
    _ scratch: inout LookupScratch
  ) -> Int {
    let bytes = input.bytes(inArena: inArena)
    return gather(
      scratch.order, &start, end, input, inArena: inArena, bytes, keys: &scratch.keys,
      owners: &scratch.owners, misses: scratch.misses)
  }

  private func gather(
    _ observables: [UInt32], _ start: inout Int, _ end: Int, _ input: borrowing LookupInput,
    inArena: Bool, _ bytes: RawSpan, keys: inout [KeyReference], owners: inout [UInt32],
    misses: borrowing KnownMisses
  ) -> Int {
    var keys = keys.mutableSpan
    var owners = owners.mutableSpan
    var count = 0
    let room = keys.count - mostKeys
    while start < end, count <= room {
      let owner = observables[start]
      start += 1
      let observable = input.observables[Int(owner)]
      guard observable.flags.contains(.inArena) == inArena, let range = input.range(observable),
        !range.isEmpty, !misses.knows(bytes, range)
      else { continue }
      gather(range, bytes, owner: owner << 1, &keys, &owners, &count)
    }
    return count
  }

  /// Adds the keys of one name, shortest suffix first.
  @inline(__always)
  private func gather(
    _ range: Range<Int>, _ bytes: RawSpan, owner: UInt32, _ keys: inout MutableSpan<KeyReference>,
    _ owners: inout MutableSpan<UInt32>, _ count: inout Int
  ) {
    let end = range.upperBound
    let floor = max(range.lowerBound, end - longest - 1)
    var labels = 1
    var upper = end
    while upper > floor {
      // The eight bytes before `upper`; what lies before the floor is blanked.
      var dots = Self.dots(bytes, before: upper)
      if upper - floor < 8 { dots &= UInt64.max << UInt64((8 - (upper - floor)) * 8) }
      while dots != 0 {
        let byte = 63 - dots.leadingZeroBitCount
        dots ^= 1 << UInt64(byte)
        let dot = upper - 8 + byte >> 3
        if dot > range.lowerBound, bytes.byte(unchecked: dot - 1) == UInt8(ascii: "\\"),
          isEscaped(dot, bytes, from: range.lowerBound)
        {
          continue
        }
        if subdomainMask & EntryRules.bit(labels) != 0 {
          keys[count] = KeyReference(offset: UInt32(dot + 1), length: UInt32(end - dot - 1))
          owners[count] = owner | 1
          count += 1
        }
        labels += 1
      }
      upper -= 8
    }
    if floor == range.lowerBound, range.count <= longest, exactMask & EntryRules.bit(labels) != 0 {
      keys[count] = KeyReference(offset: UInt32(range.lowerBound), length: UInt32(range.count))
      owners[count] = owner
      count += 1
    }
  }

  /// The high bit of each byte that is a dot, among the eight before an offset; no bit for bytes
  /// before the first of all.
  @inline(__always)
  private static func dots(_ bytes: RawSpan, before upper: Int) -> UInt64 {
    let word: UInt64
    if upper >= 8 {
      word = bytes.littleEndianUInt64(unchecked: upper - 8)
    } else if bytes.byteCount >= 8 {
      word = bytes.littleEndianUInt64(unchecked: 0) << UInt64((8 - upper) * 8)
    } else {
      var bits: UInt64 = 0
      for offset in 0..<upper {
        bits |= UInt64(bytes.byte(unchecked: offset)) << UInt64((8 - upper + offset) * 8)
      }
      word = bits
    }
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    let differences = word ^ 0x2e2e_2e2e_2e2e_2e2e
    return ~(((differences & low) &+ low) | differences | low)
  }

  /// Whether a dot belongs to a label, since an odd number of backslashes precedes it.
  private func isEscaped(_ dot: Int, _ bytes: RawSpan, from start: Int) -> Bool {
    var offset = dot
    while offset > start, bytes.byte(unchecked: offset - 1) == UInt8(ascii: "\\") { offset -= 1 }
    return (dot - offset) & 1 != 0
  }
}
