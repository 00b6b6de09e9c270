/// Immutable set of IPv4 or IPv6 prefixes over a byte image, numbered in order.
///
/// A prefix's number is its place among all, by address and a shorter one before a longer one.
///
/// # How it works
///
/// IPv4: bitmaps of the blocks of addresses that hold anything, ranks, and low bits; whole
/// addresses, most of what feeds have, and shorter prefixes are in the same tables
/// (`IPv4Prefixes`). IPv6: whole addresses are in a `KeySet`; the shorter prefixes are flattened
/// into intervals of the address space, each with the number of the longest prefix over it
/// (`IntervalTable`); a lookup asks both, and the address wins. A link from each prefix to the next
/// shorter one gives all that cover an address.
///
/// An IPv4 address costs 4–9 bytes in lists of hundreds of thousands, an IPv6 address 23; an IPv6
/// prefix up to two intervals of 12 bytes. An IPv4 lookup that misses usually costs one load, from
/// a table of 256 KiB at most.
///
/// # Trust
///
/// Opening checks the frame and lengths only; see `verify()` for the rest. Whatever the image holds,
/// lookups end within a bound and read nothing outside it.
public struct PrefixTrie: Sendable {
  /// The answer for an address that no prefix covers; no prefix has this number.
  public static let none = UInt32.max

  enum Storage: Sendable {
    case ipv4(IPv4Prefixes)
    case ipv6(IPv6Prefixes)
  }

  let owner: ImageBytes
  let range: Range<Int>
  var storage: Storage
  let parents: PrefixParents
  /// Number of prefixes.
  public let count: Int

  /// Opens an image after checking its header and lengths; the region may be hostile.
  ///
  /// Costs microseconds whatever the number of prefixes.
  public init(image: ImageBytes, range: Range<Int>) throws(ImageError) {
    owner = image
    self.range = range
    if ImageReader.magicWord(image: image, range: range) == IPv6Prefixes.format.magicWord {
      let reader = try ImageReader(image: image, range: range, format: IPv6Prefixes.format)
      count = try reader.count(0, atMost: IPv4Prefixes.mostEntries)
      parents = try PrefixParents(reader, count: count)
      storage = .ipv6(try IPv6Prefixes(reader))
    } else {
      let reader = try ImageReader(image: image, range: range, format: IPv4Prefixes.format)
      count = try reader.count(0, atMost: IPv4Prefixes.mostEntries)
      parents = try PrefixParents(reader, count: count)
      storage = .ipv4(try IPv4Prefixes(reader))
    }
  }

  /// The same with another of the kernels' variants: for tests.
  func using(variant: Int32) -> PrefixTrie {
    var copy = self
    switch storage {
    case .ipv4(var prefixes):
      prefixes.variant = variant
      copy.storage = .ipv4(prefixes)
    case .ipv6(var prefixes):
      prefixes.addresses.variant = variant
      prefixes.intervals.variant = variant
      copy.storage = .ipv6(prefixes)
    }
    return copy
  }

  /// Longest prefix that covers each IPv4 address: its number, or `none`.
  ///
  /// Hand over as many addresses at once as there are: their cache misses overlap.
  ///
  /// - Parameters:
  ///   - addresses: in host order, `192.0.2.1` as `0xC000_0201`.
  ///   - numbers: receives the answers; at least as long as `addresses`.
  public func lookup(ipv4 addresses: Span<UInt32>, numbers: inout MutableSpan<UInt32>) {
    precondition(numbers.count >= addresses.count, "no room for the answers")
    switch storage {
    case .ipv4(let prefixes): prefixes.lookup(addresses, numbers: &numbers)
    case .ipv6: for index in addresses.indices { numbers[index] = Self.none }
    }
  }

  /// Longest prefix that covers each IPv6 address (high and low half): its number, or `none`.
  ///
  /// - Parameters:
  ///   - addresses: what to look for.
  ///   - numbers: receives the answers; at least as long as `addresses`.
  public func lookup(ipv6 addresses: Span<IPv6Bits>, numbers: inout MutableSpan<UInt32>) {
    precondition(numbers.count >= addresses.count, "no room for the answers")
    switch storage {
    case .ipv4: for index in addresses.indices { numbers[index] = Self.none }
    case .ipv6(let prefixes): prefixes.lookup(addresses, numbers: &numbers)
    }
  }

  /// The number of the next shorter prefix that covers the prefix with this number, or `none`.
  ///
  /// In an image that was not verified these links may form a circle: follow at most 128 of them,
  /// or call `appendCovering(_:to:)`.
  public func parent(of number: UInt32) -> UInt32 { parents.parent(of: number) }

  /// Appends a prefix's number and those of all prefixes that cover it, longest first.
  ///
  /// - Parameters:
  ///   - number: a prefix's number as a lookup gave it; for `none` nothing is appended.
  ///   - numbers: what is appended to.
  public func appendCovering(_ number: UInt32, to numbers: inout [UInt32]) {
    var number = number
    for _ in 0...128 where number != Self.none {
      numbers.append(number)
      number = parent(of: number)
    }
  }

  /// Appends for each of many prefixes its number and those of all prefixes that cover it.
  ///
  /// - Parameters:
  ///   - longest: numbers as a lookup gave them; for `none` nothing is appended.
  ///   - numbers: what is appended to, those of one prefix after those of another, longest first.
  ///   - ends: for each element of `longest` receives the count of `numbers` after its own were
  ///     added.
  public func appendCovering(
    _ longest: Span<UInt32>, to numbers: inout [UInt32], ends: inout [Int]
  ) {
    ends.reserveCapacity(ends.count + longest.count)
    for index in longest.indices {
      var number = longest[index]
      var left = 129
      while number != Self.none, left > 0 {
        numbers.append(number)
        number = parents.parent(of: number)
        left &-= 1
      }
      ends.append(numbers.count)
    }
  }

  /// Checks every internal reference.
  ///
  /// Reads the whole image; lookups give right answers for an image that passes.
  ///
  /// - Throws: `ImageError.damaged` with the first fault.
  public func verify() throws(ImageError) {
    switch storage {
    case .ipv4(let prefixes):
      try ImageReader(image: owner, range: range, format: IPv4Prefixes.format).verifyPadding()
      try prefixes.verify()
      try parents.verify(count: count, longestChain: 32)
    case .ipv6(let prefixes):
      try ImageReader(image: owner, range: range, format: IPv6Prefixes.format).verifyPadding()
      try prefixes.verify()
      try parents.verify(count: count, longestChain: 128)
    }
  }
}

/// The 128 bits of an IPv6 address.
@frozen
public struct IPv6Bits: Sendable, Hashable {
  /// The first eight bytes, as a number.
  public var high: UInt64
  /// The last eight bytes, as a number.
  public var low: UInt64

  /// An address of two halves.
  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
