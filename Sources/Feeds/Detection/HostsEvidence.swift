import Parsing

/// Tells hosts files from lists of addresses that are each followed by a word or a name.
///
/// In a hosts file that blocks, the addresses belong to no host, or to one sinkhole.
struct HostsEvidence {
  private var lines = 0
  private var local = 0
  private var addresses: [[UInt8]: Int] = [:]

  /// The result if neither can be ruled out.
  static var doubt: Detection {
    .unknown(
      "each line is an address and names: names to block, or addresses with notes",
      candidates: [.hosts, .plain])
  }

  /// Whether a line could be one of a hosts file: names without a dot follow local addresses only.
  static func fits(_ line: RawSpan) -> Bool {
    let text = HostsFormat.withoutComment(line)
    guard HostsFormat.fits(text), let names = HostsFormat.names(of: text) else { return false }
    if isLocal(address(of: text)) { return true }
    var start = names
    while start < text.byteCount {
      var end = start
      while end < text.byteCount, !Text.isSpace(text.byte(unchecked: end)) { end += 1 }
      let name = text.extracting(start..<end)
      if !name.isEmpty, name.firstOffset(of: Byte.dot) == nil { return false }
      start = end + 1
    }
    return true
  }

  mutating func add(_ line: RawSpan) {
    lines += 1
    let address = Self.address(of: line)
    if Self.isLocal(address) {
      local += 1
    } else {
      addresses[Array(address.copied(0..<address.byteCount)), default: 0] += 1
    }
  }

  /// Whether the lines that fit are those of a hosts file.
  var isFile: Bool {
    let most = addresses.values.max() ?? 0
    return local * 2 >= lines || most > 1 && (local + most) * 2 >= lines
  }

  @_lifetime(copy line)
  private static func address(of line: RawSpan) -> RawSpan {
    var end = 0
    while end < line.byteCount, !Text.isSpace(line.byte(unchecked: end)),
      line.byte(unchecked: end) != UInt8(ascii: "%")
    {
      end += 1
    }
    return line.extracting(0..<end)
  }

  /// Whether an address is never that of another host: 0/8, 127/8, 224/3 and their like of IPv6.
  private static func isLocal(_ text: RawSpan) -> Bool {
    if let address = IPAddressText.ipv4(text) {
      let network = address >> 24
      return network == 0 || network == 127 || network >= 224
    }
    guard let address = IPAddressText.ipv6(text) else { return false }
    return address.high == 0 && address.low <= 1 || address.high >> 54 == 0x3fa
      || address.high >> 56 == 0xff
  }
}
