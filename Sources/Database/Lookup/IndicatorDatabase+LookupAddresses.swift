import Indicators
import Matchers
import Parsing

extension IndicatorDatabase {
  func lookUpIPv4(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    guard let ipv4 else { return }
    scratch.makeRoomForAddresses(order.count)
    let count = Self.gather(
      scratch.order, order, input, &scratch.ipv4, &scratch.owners)
    if count == 0 { return }
    ipv4.find(scratch.ipv4, count: count, &scratch.numbers)
    addAddresses(count, ipv4, .ipv4, input, options, &scratch)
  }

  /// Writes the addresses of the observables in `order`, and the observables' indices as owners;
  /// returns how many.
  ///
  /// Both lists have room for all of `order`.
  private static func gather(
    _ observables: [UInt32], _ order: Range<Int>, _ input: borrowing LookupInput,
    _ addresses: inout [UInt32], _ owners: inout [UInt32]
  ) -> Int {
    var addresses = addresses.mutableSpan
    var owners = owners.mutableSpan
    var count = 0
    for index in order {
      let owner = observables[index]
      let observable = input.observables[Int(owner)]
      guard observable.length == 4, let range = input.range(observable) else { continue }
      let bytes = input.bytes(inArena: observable.flags.contains(.inArena))
      addresses[count] = bytes.bigEndianUInt32(unchecked: range.lowerBound)
      owners[count] = owner
      count &+= 1
    }
    return count
  }

  func lookUpIPv6(
    _ order: Range<Int>, _ input: borrowing LookupInput, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    guard let ipv6 else { return }
    scratch.owners.removeAll(keepingCapacity: true)
    scratch.ipv6.removeAll(keepingCapacity: true)
    for index in order {
      let owner = scratch.order[index]
      let observable = input.observables[Int(owner)]
      guard observable.length == 16, let range = input.range(observable) else { continue }
      let bytes = input.bytes(inArena: observable.flags.contains(.inArena))
      scratch.ipv6.append(IPv6Bits(networkOrder: bytes, at: range.lowerBound))
      scratch.owners.append(owner)
    }
    scratch.makeRoom(scratch.ipv6.count)
    if scratch.ipv6.isEmpty { return }
    ipv6.find(scratch.ipv6, &scratch.numbers)
    addAddresses(scratch.ipv6.count, ipv6, .ipv6, input, options, &scratch)
  }

  /// Goes from the longest prefix of each address to all prefixes that cover it, and from prefixes
  /// to entries.
  private func addAddresses(
    _ count: Int, _ family: PrefixLookup, _ kind: IndicatorKind, _ input: borrowing LookupInput,
    _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let width = kind == .ipv4 ? 32 : 128
    for index in 0..<count where scratch.numbers[index] != PrefixTrie.none {
      let owner = scratch.owners[index]
      let port = input.observables[Int(owner)].port
      scratch.begin(owner)
      var prefix = scratch.numbers[index]
      // Prefixes of one address have different lengths, so there are at most `width + 1`.
      for _ in 0...width where prefix != PrefixTrie.none {
        addEntries(
          from: family.firstEntry(image, of: prefix), kind, port: port, width: width, options,
          &scratch)
        prefix = family.trie.parent(of: prefix)
      }
    }
  }

  /// Adds the entries of one prefix that match an address with this port (0: not known).
  ///
  /// The entries are sorted by port. Where the port is known, those with another one are stepped
  /// over.
  private func addEntries(
    from first: Int, _ kind: IndicatorKind, port: UInt16, width: Int, _ options: LookupOptions,
    _ scratch: inout LookupScratch
  ) {
    let table = kindTables[Int(kind.rawValue)]
    let place = first - table.first
    guard place >= 0, place < table.count else { return }
    let run = place..<endOfRun(place, table)
    var entry = place
    while entry < run.upperBound {
      let head = image.head(heads, table, entry)
      if head.port == 0 || port == 0 || head.port == port {
        if takesPart(head.flags, options) {
          guard scratch.remaining > 0 else {
            scratch.cutMatches += UInt64(run.upperBound - entry)
            return
          }
          let whole: MatchKind = head.prefixLength == width ? .exact : .cidr
          scratch.add(
            table.first + entry, head.port != 0 && port == 0 ? .address : whole,
            length: head.prefixLength)
        }
        entry += 1
      } else if head.port > port {
        return
      } else {
        entry = firstEntry(in: entry + 1..<run.upperBound, table, port: port)
      }
    }
  }

  /// The end of the run of entries that share their prefix with the one at a place.
  ///
  /// Found by doubling and then halving the distance: entries are sorted by address and prefix
  /// length.
  private func endOfRun(_ place: Int, _ table: KindTable) -> Int {
    let limit = min(table.count, place + PrefixLookup.longestRun)
    guard place + 1 < limit,
      image.head(heads, table, place + 1).flags.contains(.continuesRun)
    else { return place + 1 }
    let value = image.valueRange(table, place)
    let prefixLength = image.head(heads, table, place).prefixLength
    func isSame(_ other: Int) -> Bool {
      image.head(heads, table, other).prefixLength == prefixLength
        && span(image.valueRange(table, other)).isEqual(to: span(value))
    }
    var known = place + 1
    var step = 1
    while known + step < limit, isSame(known + step) {
      known += step
      step *= 2
    }
    var end = min(known + step, limit)
    while end - known > 1 {
      let middle = known + (end - known) / 2
      if isSame(middle) { known = middle } else { end = middle }
    }
    return known + 1
  }

  /// The first place of a run whose port is not below `port`.
  private func firstEntry(in run: Range<Int>, _ table: KindTable, port: UInt16) -> Int {
    var lower = run.lowerBound
    var upper = run.upperBound
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if image.head(heads, table, middle).port < port {
        lower = middle + 1
      } else {
        upper = middle
      }
    }
    return lower
  }
}
