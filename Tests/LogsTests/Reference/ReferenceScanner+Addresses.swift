import Indicators

/// Addresses, their ports and versions that look like them (§2).
extension ReferenceScanner {
  mutating func addIPv4(_ written: [UInt8], at core: Range<Int>, run: Range<Int>) {
    guard !isVersion(at: core.lowerBound) else { return }
    add(
      .ipv4, written, from: units[core.lowerBound].start, extent: bytes(run),
      port: port(after: core.upperBound, hash: true))
  }

  mutating func addAddress(
    _ address: [UInt8], from start: Int, extent: Range<Int>, port: UInt16?
  ) {
    if address.count == 4 {
      add(.ipv4, ReferenceAddress.text(ipv4: address), from: start, extent: extent, port: port)
    } else if ReferenceAddress.isMapped(address) {
      add(
        .ipv4, ReferenceAddress.text(ipv4: address[12...]), from: start, extent: extent, port: port)
    } else {
      add(.ipv6, ReferenceAddress.text(ipv6: address), from: start, extent: extent, port: port)
    }
  }

  /// `:n` or `#n` directly at a place, 1–65535, not followed by a letter or digit.
  private func port(after index: Int, hash: Bool) -> UInt16? {
    guard isASCII(index, ":") || hash && isASCII(index, "#") else { return nil }
    return number(at: index + 1)
  }

  private func number(at index: Int) -> UInt16? {
    var end = index
    while unit(end)?.isDigit ?? false { end += 1 }
    if let next = unit(end), next.isAlphanumeric {
      return nil
    }
    guard end > index, end - index <= 5, !isASCII(index, "0"),
      let value = Int(String(decoding: characters(index..<end), as: UTF8.self)),
      (1...65535).contains(value)
    else { return nil }
    return UInt16(value)
  }

  /// §2, versions: whether an address that begins here is a part of a version.
  private func isVersion(at index: Int) -> Bool {
    if field.isVersion { return true }
    if isASCII(index - 1, "~") { return true }
    if field.isUnnamed, isASCII(index - 1, "/"), let product = unit(index - 2)?.scalar,
      0x30...0x39 ~= product || 0x61...0x7A ~= product | 0x20
    {
      return true
    }
    if isASCII(index - 1, ":"), isASCII(index - 2, "v"), isASCII(index - 3, "r"),
      !(unit(index - 4)?.isWord ?? false)
    {
      return true
    }
    let mozilla = Array("Mozilla/".unicodeScalars)
    func isMozilla(_ start: Int) -> Bool {
      mozilla.indices.allSatisfy { isASCII(start + $0, mozilla[$0]) }
    }
    if field.isQuoted || !field.keys.isEmpty, isMozilla(0) { return true }
    for place in 0..<index
    where (isASCII(place, "\"") || isASCII(place, "'")) && isMozilla(place + 1) {
      let end = units[(place + 1)...].firstIndex { $0.scalar == units[place].scalar }
      if let end, index < end { return true }
    }
    return false
  }

  /// The addresses of version 6 (§2); the result is what name runs must keep out of.
  mutating func scanIPv6() -> [Range<Int>] {
    var taken: [Range<Int>] = []
    if field.isVersion { return taken }
    let runs = runs { !$0.isPercent && ($0.isHex || $0.isASCII(":") || $0.isASCII(".")) }
    for run in runs {
      guard let found = ipv6(in: run) else { continue }
      taken.append(found.range.lowerBound..<zoneEnd(after: found.range))
      guard !isVersion(at: found.range.lowerBound) else { continue }
      let start = units[found.range.lowerBound].start
      addAddress(found.address, from: start, extent: bytes(run), port: found.port)
    }
    return taken
  }

  private func ipv6(in run: Range<Int>) -> (address: [UInt8], range: Range<Int>, port: UInt16?)? {
    var (start, end) = (run.lowerBound, run.upperBound)
    if let right = unit(end), right.isWord, !right.isPercent { return nil }
    func isDouble(_ index: Int) -> Bool {
      (start..<end).contains(index) && (start..<end).contains(index + 1) && isASCII(index, ":")
        && isASCII(index + 1, ":")
    }
    if let left = unit(start - 1), left.isWord {
      guard left.isAlphanumeric, let colon = (start..<end).first(where: { isASCII($0, ":") }),
        !isDouble(colon)
      else { return nil }
      start = colon + 1
    } else if isASCII(start, ":"), !isDouble(start) {
      start += 1
    }
    while end > start, isASCII(end - 1, ".") { end -= 1 }
    if end > start, isASCII(end - 1, ":"), !isDouble(end - 2) || isDouble(end - 3) {
      end -= 1
      while end > start, isASCII(end - 1, ".") { end -= 1 }
    }
    let written = characters(start..<end)
    let groups = written.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard groups.count >= 3, groups.contains(where: { !$0.isEmpty }) else { return nil }
    if groups.count >= 8, groups[..<8].allSatisfy({ $0.count == 2 }) { return nil }
    if let address = ReferenceAddress.ipv6(written) {
      return (address, start..<end, bracketedPort(start: start, end: end))
    }
    guard groups.count == 9, groups.allSatisfy({ !$0.isEmpty }), let last = groups.last,
      (1...5).contains(last.count),
      last.allSatisfy({ (0x30...0x39).contains($0) }),
      let address = ReferenceAddress.ipv6(Array(groups[..<8].joined(separator: [0x3A])))
    else { return nil }
    let port = Int(String(decoding: last, as: UTF8.self)) ?? 0
    return (
      address, start..<end - last.count - 1, (1...65535).contains(port) ? UInt16(port) : nil
    )
  }

  /// Where the zone ends that begins at a place with `%`, between brackets also with `%25`, or with digits that seem to
  /// be encoded.
  private func zoneEnd(after address: Range<Int>) -> Int {
    let end = address.upperBound
    guard let sign = unit(end) else { return end }
    var place = end + 1
    if sign.isPercent, sign.percent != 0x25 {
      let digits = sign.isNameASCII ? String(sign.scalar, radix: 16) : "x"
      guard digits.allSatisfy(\.isNumber) else { return end }
      while let unit = unit(place), unit.isNameASCII, !unit.isPercent { place += 1 }
      return place
    }
    guard sign.isASCII("%") || sign.percent == 0x25 else { return end }
    while let unit = unit(place), unit.isNameASCII, !unit.isPercent { place += 1 }
    let isInBrackets = isASCII(address.lowerBound - 1, "[") && isASCII(place, "]")
    return sign.isPercent && !isInBrackets ? end : place
  }

  /// The port of `[v6]:n`, also with a zone before the bracket.
  private func bracketedPort(start: Int, end: Int) -> UInt16? {
    guard isASCII(start - 1, "[") else { return nil }
    let place = zoneEnd(after: start..<end)
    guard isASCII(place, "]") else { return nil }
    return port(after: place + 1, hash: false)
  }

  /// `SRC=` with `SPT=` and the like on one line (§2, ports).
  mutating func setKeyedPorts() {
    let pairs = [
      ("src", "spt"), ("dst", "dpt"), ("srcip", "srcport"), ("saddr", "sport"),
      ("dstip", "dstport"), ("daddr", "dport"),
    ]
    for number in values.indices
    where values[number].port == nil && [.ipv4, .ipv6].contains(values[number].kind) {
      guard var index = units.firstIndex(where: { $0.start == values[number].start }) else {
        continue
      }
      if unit(index - 1)?.isQuote ?? false { index -= 1 }
      for (addressKey, portKey) in pairs where isKey(addressKey, endsAt: index) {
        var place = index
        while place < units.count, !(place > index && isKey(addressKey, endsAt: place)) {
          if place > index, isKey(portKey, endsAt: place) {
            values[number].port = self.number(
              at: (unit(place)?.isQuote ?? false) ? place + 1 : place)
            break
          }
          place += 1
        }
      }
    }
  }

  /// Whether `key=` in any case, with no word character before it, ends at a place.
  private func isKey(_ key: String, endsAt index: Int) -> Bool {
    let start = index - key.utf8.count - 1
    guard start >= 0, isASCII(index - 1, "="), !(unit(start - 1)?.isWord ?? false) else {
      return false
    }
    return referenceLowercased(characters(start..<index - 1)) == Array(key.utf8)
  }
}
