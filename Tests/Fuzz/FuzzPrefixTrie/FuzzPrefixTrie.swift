// Compares prefix tries with a list of prefixes, and uses damaged images of tries.
//
// The first byte chooses: bits 0–1 the action (0 compares with a list, 1 opens the rest as an
// image, 2 and 3 damage an image and look things up), bit 2 the family, bit 3 whether all prefixes
// are near one another.

import FuzzSupport
import Matchers

private struct Entry {
  var address: UInt128
  var length: Int
}

private func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : .max << UInt128(128 - length) }

/// An address in the highest of 128 bits.
private func address(_ source: inout FuzzInput, isIPv6: Bool, isNear: Bool) -> UInt128 {
  var address: UInt128 = 0
  if isNear {
    // Few bits vary, at both ends of the address.
    let first = UInt128(source.byte())
    let last = UInt128(source.byte())
    address = (first & 0xC3) << 120 | (isIPv6 ? last | (first & 0x3C) << 58 : last << 96)
  } else {
    for _ in 0..<(isIPv6 ? 16 : 4) { address = address << 8 | UInt128(source.byte()) }
    if !isIPv6 { address <<= 96 }
  }
  return address
}

private func halves(_ address: UInt128) -> IPv6Bits {
  IPv6Bits(
    high: UInt64(truncatingIfNeeded: address >> 64), low: UInt64(truncatingIfNeeded: address))
}

/// Builds, opens or damages one input's trie.
package func fuzzPrefixTrie(_ input: [UInt8]) {
  var source = FuzzInput(input)
  let options = source.byte()
  let isIPv6 = options & 4 != 0
  let isNear = options & 8 != 0
  if options & 3 == 1 {
    let image = Array(input.dropFirst())
    if let trie = try? PrefixTrie(
      image: ImageBytes(copying: image.span.bytes), range: 0..<image.count)
    {
      use(trie, [0, .max, 0x2001_0db8 << 96])
    }
    return
  }
  var builder = PrefixTrieBuilder()
  var entries: [Entry] = []
  var queries: [UInt128] = []
  let count = Int(source.byte())
  for _ in 0..<count where !source.isAtEnd {
    let length = Int(source.byte()) % (isIPv6 ? 129 : 33)
    let whole = address(&source, isIPv6: isIPv6, isNear: isNear)
    let entry = Entry(address: whole & mask(length), length: length)
    let family = mask(isIPv6 ? 128 : 32)
    queries += [whole, entry.address, (entry.address | ~mask(length)) & family]
    guard !entries.contains(where: { $0.address == entry.address && $0.length == length }) else {
      continue
    }
    entries.append(entry)
    if isIPv6 {
      builder.insert(ipv6: halves(entry.address), length: length)
    } else {
      builder.insert(ipv4: UInt32(truncatingIfNeeded: entry.address >> 96), length: length)
    }
  }
  // The order in which the trie numbers them.
  entries.sort { ($0.address, $0.length) < ($1.address, $1.length) }
  guard var image = try? builder.build() else { preconditionFailure("good prefixes were refused") }
  if options & 3 == 0 {
    while !source.isAtEnd { queries.append(address(&source, isIPv6: isIPv6, isNear: isNear)) }
    compare(image, entries, queries, isIPv6: isIPv6)
    return
  }
  while !source.isAtEnd {
    let place = Int(source.byte()) << 8 | Int(source.byte())
    image[place % image.count] = source.byte()
  }
  if let trie = try? PrefixTrie(
    image: ImageBytes(copying: image.span.bytes), range: 0..<image.count)
  {
    use(trie, queries)
  }
}

private func numbers(_ trie: PrefixTrie, _ queries: [UInt128], isIPv6: Bool) -> [UInt32] {
  var numbers = [UInt32](repeating: 0, count: queries.count)
  var answers = numbers.mutableSpan
  if isIPv6 {
    let addresses = queries.map(halves)
    trie.lookup(ipv6: addresses.span, numbers: &answers)
  } else {
    let addresses = queries.map { UInt32(truncatingIfNeeded: $0 >> 96) }
    trie.lookup(ipv4: addresses.span, numbers: &answers)
  }
  return numbers
}

private func use(_ trie: PrefixTrie, _ queries: [UInt128]) {
  for isIPv6 in [false, true] {
    for number in numbers(trie, queries, isIPv6: isIPv6) {
      var all: [UInt32] = []
      trie.appendCovering(number, to: &all)
      precondition(all.count <= 129)
    }
  }
  _ = try? trie.verify()
}

private func compare(_ image: [UInt8], _ entries: [Entry], _ queries: [UInt128], isIPv6: Bool) {
  let bytes = ImageBytes(copying: image.span.bytes)
  guard let trie = try? PrefixTrie(image: bytes, range: 0..<image.count) else {
    preconditionFailure("a good image was refused")
  }
  do { try trie.verify() } catch { preconditionFailure("a good image fails its checks: \(error)") }
  for (query, number) in zip(queries, numbers(trie, queries, isIPv6: isIPv6)) {
    let expected = entries.indices.filter {
      query & mask(entries[$0].length) == entries[$0].address
    }
    .sorted { entries[$0].length > entries[$1].length }.map { UInt32($0) }
    var all: [UInt32] = []
    trie.appendCovering(number, to: &all)
    precondition(all == expected, "\(query): \(all), expected \(expected)")
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzPrefixTrie(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  struct Replay {
    static func main() { replay(fuzzPrefixTrie) }
  }
#endif
