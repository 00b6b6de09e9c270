import Parsing

/// What the name of a port and that of its address have in common: `src` of `src_port` and
/// `src_ip`.
///
/// The stem is found without allocating memory, since the input may have different keys in each
/// record. A key that is no port's is taken for an address's; without a known ending its stem is
/// all of its letters and digits, in lower case.
struct KeyStem {
  /// Whether the key is that of a port.
  private(set) var isPort = false
  private var bytes = InlineArray<128, UInt8>(repeating: 0)
  private var count = 0

  /// Endings of the names of addresses; one that others end in comes behind them.
  static let addressSuffixes: [StaticString] = [
    "ipv4address", "ipv6address", "ipaddress", "ipaddr", "ip", "addressip4", "addressip6",
    "address",
    "addr",
  ]

  /// Names that mean an end of a connection by themselves.
  static let ends = ["s", "source", "d", "dest", "destination", "ip", "clientsrc"]

  /// The stem of a key; only its first 128 bytes are read.
  init(_ key: RawSpan) {
    let key = key.withoutColumnType()
    var (before, last): (UInt8, UInt8) = (0, 0)
    for offset in 0..<min(key.byteCount, 128) {
      let byte = key.byte(unchecked: offset)
      if byte >= 0x80 { continue }
      (before, last) = (last, byte)
      let folded = Byte.lowercased(byte)
      guard Byte.isSmallLetter(folded) || Byte.isDigit(folded) else { continue }
      bytes[count] = folded
      count += 1
    }
    let isBehindMark = before == UInt8(ascii: "_") || before == Byte.dot || before == Byte.minus
    // `DstPortNumber`, Zeek's `port_num`.
    if ends(with: "portnumber") {
      count -= 6
    } else if ends(with: "portnum") {
      count -= 3
    }
    if ends(with: "port") {
      isPort = true
      count -= 4
      // IPFIX's `destinationTransportPort`.
      if ends(with: "transport"), count > 9 { count -= 9 }
      takeLayer()
      takeEnd()
    } else if `is`("spt") || `is`("dpt") {
      // The pairs of firewalls and of CEF: `src` and `spt`, `dst` and `dpt`.
      isPort = true
      set(bytes[0] == UInt8(ascii: "s") ? "src" : "dst")
    } else if isBehindMark, last | 0x20 == UInt8(ascii: "p") {
      isPort = true
      count -= 1
    } else {
      takeAddressStem(isZeek: isBehindMark && last | 0x20 == UInt8(ascii: "h"))
    }
  }

  private mutating func takeAddressStem(isZeek: Bool) {
    if isZeek {
      count -= 1
      return
    }
    if let suffix = Self.addressSuffixes.first(where: { ends(with: $0) }) {
      count -= suffix.utf8CodeUnitCount
    } else if ends(with: "host") {
      // A key that is just `host` belongs to one that is just `port`.
      count -= 4
    }
    takeLayer()
    takeEnd()
  }

  /// Drops the name of the layer before an end, which differs between an address and its port:
  /// `IPV4_DST_ADDR` and `L4_DST_PORT` of NetFlow, `ip.src` and `tcp.srcport` of Wireshark.
  private mutating func takeLayer() {
    guard count > 4, ends(with: "src") || ends(with: "dst") else { return }
    for layer in Self.layers where holds(layer, before: count - 3) {
      let first = count - 3 - layer.utf8CodeUnitCount
      for index in 0..<3 { bytes[first + index] = bytes[count - 3 + index] }
      count = first + 3
      return
    }
  }

  private static let layers: [StaticString] = ["ipv4", "ipv6", "l4", "ip", "tcp", "udp", "sctp"]

  private func holds(_ word: StaticString, before end: Int) -> Bool {
    let first = end - word.utf8CodeUnitCount
    guard first >= 0 else { return false }
    for index in 0..<word.utf8CodeUnitCount {
      // SAFETY: the index is below the word's length.
      if unsafe bytes[first + index] != word.utf8Start[index] { return false }
    }
    return true
  }

  /// Replaces the name of a connection's end by one that an address and its port share, since their
  /// keys may name it differently: `src` and `sport`, `dest_ip` and `dport`, `IpAddress` and
  /// `IpPort`.
  private mutating func takeEnd() {
    if `is`("s") || `is`("source") {
      set("src")
    } else if `is`("d") || `is`("dest") || `is`("destination") {
      set("dst")
    } else if `is`("clientsrc") {
      // Cloudflare's `ClientIP` and `ClientSrcPort`.
      set("client")
    } else if `is`("ip") {
      count = 0
    }
  }

  /// Appends the stem.
  func append(to output: inout [UInt8]) {
    for index in 0..<count { output.append(bytes[index]) }
  }

  private func ends(with word: StaticString) -> Bool { holds(word, before: count) }

  private func `is`(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount && ends(with: word)
  }

  private mutating func set(_ word: StaticString) {
    count = word.utf8CodeUnitCount
    // SAFETY: the index is below the word's length.
    for index in 0..<count { bytes[index] = unsafe word.utf8Start[index] }
  }
}
