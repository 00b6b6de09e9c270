/// Addresses as text (§2).
enum ReferenceAddress {
  /// Four decimal parts 0–255 without leading zero.
  static func ipv4(_ text: [UInt8]) -> [UInt8]? {
    let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
        part.count == 1 || part.first != 0x30,
        let value = Int(String(decoding: part, as: UTF8.self)), value <= 255
      else { return nil }
      address.append(UInt8(value))
    }
    return address
  }

  /// RFC 4291 §2.2: eight groups, `::` for one or more groups of zeros, IPv4 in the last 32 bits.
  static func ipv6(_ text: [UInt8]) -> [UInt8]? {
    let string = String(decoding: text, as: UTF8.self)
    var halves: [String] = [string]
    for place in string.indices where string[place...].hasPrefix("::") {
      halves = [
        String(string[..<place]), String(string[string.index(place, offsetBy: 2)...]),
      ]
      break
    }
    var groups: [[UInt16]] = []
    for (number, half) in halves.enumerated() {
      guard let part = self.groups(half, isLast: number == halves.count - 1) else { return nil }
      groups.append(part)
    }
    var all = groups[0]
    if groups.count == 2 {
      let missing = 8 - groups[0].count - groups[1].count
      guard missing >= 1 else { return nil }
      all += Array(repeating: 0, count: missing) + groups[1]
    }
    guard all.count == 8 else { return nil }
    return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }

  private static func groups(_ half: String, isLast: Bool) -> [UInt16]? {
    if half.isEmpty { return [] }
    let parts = half.split(separator: ":", omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (number, part) in parts.enumerated() {
      if isLast, number == parts.count - 1, part.contains(".") {
        guard let address = ipv4(Array(part.utf8)) else { return nil }
        groups.append(UInt16(address[0]) << 8 | UInt16(address[1]))
        groups.append(UInt16(address[2]) << 8 | UInt16(address[3]))
      } else {
        guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
          let value = UInt16(part, radix: 16)
        else { return nil }
        groups.append(value)
      }
    }
    return groups
  }

  /// Whether the 16 bytes are `::ffff:a.b.c.d`.
  static func isMapped(_ address: [UInt8]) -> Bool {
    address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xFF
      && address[11] == 0xFF
  }

  static func text(ipv4 address: some Sequence<UInt8>) -> [UInt8] {
    Array(address.map { String($0) }.joined(separator: ".").utf8)
  }

  /// RFC 5952; the mapped prefix with its IPv4 part in decimal.
  static func text(ipv6 address: [UInt8]) -> [UInt8] {
    if isMapped(address) { return Array("::ffff:".utf8) + text(ipv4: address[12...]) }
    let groups = (0..<8).map { UInt16(address[2 * $0]) << 8 | UInt16(address[2 * $0 + 1]) }
    var best = 0..<0
    for start in 0..<8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
    }
    let hex = groups.map { String($0, radix: 16) }
    if best.isEmpty { return Array(hex.joined(separator: ":").utf8) }
    let left = hex[..<best.lowerBound].joined(separator: ":")
    let right = hex[best.upperBound...].joined(separator: ":")
    return Array((left + "::" + right).utf8)
  }

  /// `4.3.2.1.in-addr.arpa` and the 32 nibbles of `ip6.arpa`: the address, 4 or 16 bytes.
  static func reverse(_ name: [UInt8]) -> [UInt8]? {
    let labels = String(decoding: name, as: UTF8.self).split(
      separator: ".", omittingEmptySubsequences: false)
    if labels.count == 6, labels[4...].elementsEqual(["in-addr", "arpa"]) {
      return ipv4(Array(labels[..<4].reversed().joined(separator: ".").utf8))
    }
    guard labels.count == 34, labels[32...].elementsEqual(["ip6", "arpa"]) else { return nil }
    var address: [UInt8] = []
    let nibbles = labels[..<32].reversed().map { $0.count == 1 ? UInt8($0, radix: 16) : nil }
    for pair in stride(from: 0, to: 32, by: 2) {
      guard let high = nibbles[pair], let low = nibbles[pair + 1] else { return nil }
      address.append(high << 4 | low)
    }
    return address
  }
}
