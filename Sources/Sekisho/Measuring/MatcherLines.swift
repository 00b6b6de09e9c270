import Matchers
import Parsing

/// The lines of a text.
enum Lines {
  /// Calls a closure with the range and the number, from 1, of each line that is not empty.
  ///
  /// The range excludes the line's end and a carriage return before it.
  static func forEach<Failure: Error>(
    _ text: [UInt8], _ body: (Range<Int>, Int) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    var number = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
      let last = end > start && text[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
      number += 1
      if last > start { try body(start..<last, number) }
      start = end + 1
    }
  }
}

/// Keys, one per line.
struct KeyLines {
  var bytes: [UInt8] = []
  var references: [KeyReference] = []

  init(
    _ text: [UInt8], isHex: Bool, ignoresCase: Bool
  ) throws(MatcherBenchmark.Failure) {
    guard text.count <= Int(UInt32.max) else {
      throw MatcherBenchmark.Failure(problem: "more than 4 GiB of keys")
    }
    bytes.reserveCapacity(isHex ? text.count / 2 : text.count)
    try Lines.forEach(text) { line, number throws(MatcherBenchmark.Failure) in
      let start = bytes.count
      if isHex {
        guard line.count % 2 == 0 else {
          throw MatcherBenchmark.Failure(line: number, problem: "half a byte")
        }
        for at in stride(from: line.lowerBound, to: line.upperBound, by: 2) {
          guard let byte = Hex.byte(text[at], text[at + 1]) else {
            throw MatcherBenchmark.Failure(line: number, problem: "not hexadecimal digits")
          }
          bytes.append(byte)
        }
      } else {
        for at in line {
          let byte = text[at]
          bytes.append(ignoresCase && byte &- 65 < 26 ? byte | 0x20 : byte)
        }
      }
      references.append(
        KeyReference(offset: UInt32(start), length: UInt32(bytes.count - start)))
    }
  }

  /// The length of the keys if all have the same.
  var commonLength: Int? {
    guard let first = references.first else { return nil }
    return references.allSatisfy { $0.length == first.length } ? Int(first.length) : nil
  }
}

/// Prefixes or addresses, one per line, of one family or both.
struct PrefixLines {
  /// The prefixes of one address family.
  struct Family {
    let isIPv6: Bool
    var entries: [(address: IPv6Bits, length: Int)] = []

    /// The entries in order, without duplicates.
    func distinct() -> [(address: IPv6Bits, length: Int)] {
      let sorted = entries.sorted {
        ($0.address.high, $0.address.low, $0.length)
          < ($1.address.high, $1.address.low, $1.length)
      }
      var result: [(address: IPv6Bits, length: Int)] = []
      result.reserveCapacity(sorted.count)
      for entry in sorted {
        if let last = result.last, last == entry { continue }
        result.append(entry)
      }
      return result
    }

    /// Builds the image of the distinct entries, numbered in order, and returns their number too.
    func build() throws(ImageError) -> (image: [UInt8], count: Int) {
      var builder = PrefixTrieBuilder()
      let distinct = distinct()
      for entry in distinct {
        if isIPv6 {
          builder.insert(ipv6: entry.address, length: entry.length)
        } else {
          builder.insert(
            ipv4: UInt32(truncatingIfNeeded: entry.address.low), length: entry.length)
        }
      }
      return (try builder.build(), distinct.count)
    }
  }

  private(set) var ipv4 = Family(isIPv6: false)
  private(set) var ipv6 = Family(isIPv6: true)

  init(_ text: [UInt8]) throws(MatcherBenchmark.Failure) {
    try Lines.forEach(text) { line, number throws(MatcherBenchmark.Failure) in
      // Lists are often aligned; no prefix or address holds a blank.
      let line = Self.trimmed(line, in: text)
      guard !line.isEmpty else { return }
      let slash = line.last { text[$0] == UInt8(ascii: "/") }
      let address = line.lowerBound..<(slash ?? line.upperBound)
      guard let value = Self.address(text.rawSpan, address) else {
        throw MatcherBenchmark.Failure(
          line: number, problem: "not an address or prefix; each line is one")
      }
      let most = value.isIPv6 ? 128 : 32
      var length = most
      if let slash {
        guard slash + 1 < line.upperBound, line.upperBound - slash <= 4 else {
          throw MatcherBenchmark.Failure(line: number, problem: "no prefix length")
        }
        length = 0
        for at in slash + 1..<line.upperBound {
          guard text[at] &- 48 < 10 else {
            throw MatcherBenchmark.Failure(line: number, problem: "no prefix length")
          }
          length = length * 10 + Int(text[at] - 48)
        }
        guard length <= most else {
          throw MatcherBenchmark.Failure(
            line: number, problem: "prefix length \(length); an address has \(most) bits")
        }
      }
      let entry = (Self.cleared(value.bits, most: most, length: length), length)
      if value.isIPv6 { ipv6.entries.append(entry) } else { ipv4.entries.append(entry) }
    }
  }

  private static func trimmed(_ line: Range<Int>, in text: [UInt8]) -> Range<Int> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var (start, end) = (line.lowerBound, line.upperBound)
    while start < end, isBlank(text[start]) { start += 1 }
    while end > start, isBlank(text[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func address(
    _ text: RawSpan, _ range: Range<Int>
  ) -> (bits: IPv6Bits, isIPv6: Bool)? {
    if let value = IPAddressText.ipv4(text, range) {
      return (IPv6Bits(high: 0, low: UInt64(value)), false)
    }
    if let (high, low) = IPAddressText.ipv6(text, range) {
      return (IPv6Bits(high: high, low: low), true)
    }
    return nil
  }

  /// The address with the bits after the prefix set to zero.
  private static func cleared(_ bits: IPv6Bits, most: Int, length: Int) -> IPv6Bits {
    let below = most - length
    if below >= 128 { return IPv6Bits(high: 0, low: 0) }
    if below >= 64 {
      return IPv6Bits(high: (bits.high >> UInt64(below - 64)) << UInt64(below - 64), low: 0)
    }
    return IPv6Bits(high: bits.high, low: (bits.low >> UInt64(below)) << UInt64(below))
  }
}
