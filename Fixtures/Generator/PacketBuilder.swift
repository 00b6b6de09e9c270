/// Builds packets byte by byte; every address and name that it is given is a reserved one.
struct PacketBuilder {
  /// Bytes of a 16-bit number in network order.
  static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

  /// Bytes of a 32-bit number in network order.
  static func be32(_ value: Int) -> [UInt8] { be16(value >> 16 & 0xFFFF) + be16(value & 0xFFFF) }

  /// The Internet checksum (RFC 1071).
  static func checksum(_ bytes: [UInt8]) -> Int {
    var sum = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += Int(bytes[index]) << 8 + (index + 1 < bytes.count ? Int(bytes[index + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~sum & 0xFFFF
  }

  /// An Ethernet frame around an IP packet, with a VLAN tag where one is given.
  static func ethernet(_ packet: [UInt8], vlan: Int? = nil) -> [UInt8] {
    let type = packet[0] >> 4 == 6 ? be16(0x86DD) : be16(0x0800)
    // Locally administered MAC addresses.
    let header: [UInt8] = [0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1]
    if let vlan { return header + be16(0x8100) + be16(vlan) + type + packet }
    return header + type + packet
  }

  /// An IP packet; the family follows from the length of the addresses.
  static func ip(
    _ source: [UInt8], _ destination: [UInt8], protocol number: UInt8, _ payload: [UInt8]
  )
    -> [UInt8]
  {
    if source.count == 16 {
      return be32(0x6000_0000) + be16(payload.count) + [number, 64] + source + destination + payload
    }
    var header: [UInt8] = [0x45, 0] + be16(20 + payload.count) + be16(1) + be16(0x4000)
    header += [64, number, 0, 0] + source + destination
    let sum = be16(checksum(header))
    header[10] = sum[0]
    header[11] = sum[1]
    return header + payload
  }

  /// A UDP datagram in IP.
  static func udp(
    _ source: [UInt8], _ sourcePort: Int, _ destination: [UInt8], _ destinationPort: Int,
    _ payload: [UInt8]
  ) -> [UInt8] {
    let length = 8 + payload.count
    let pseudo = source + destination + be32(length) + be32(17)
    var datagram = be16(sourcePort) + be16(destinationPort) + be16(length) + [0, 0] + payload
    let sum = be16(checksum(pseudo + datagram))
    datagram[6] = sum[0]
    datagram[7] = sum[1]
    return ip(source, destination, protocol: 17, datagram)
  }

  /// A TCP segment in IP; flags as in RFC 9293: SYN 2, PSH and ACK 24.
  static func tcp(
    _ source: [UInt8], _ sourcePort: Int, _ destination: [UInt8], _ destinationPort: Int,
    sequence: Int, acknowledgment: Int, flags: UInt8, _ payload: [UInt8] = []
  ) -> [UInt8] {
    var segment = be16(sourcePort) + be16(destinationPort) + be32(sequence) + be32(acknowledgment)
    segment += [0x50, flags] + be16(0xFFFF) + [0, 0, 0, 0] + payload
    let sum = be16(
      checksum(source + destination + be32(segment.count) + be32(6) + segment))
    segment[16] = sum[0]
    segment[17] = sum[1]
    return ip(source, destination, protocol: 6, segment)
  }

  /// A DNS name in wire form (RFC 1035 §3.1).
  static func name(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// A DNS message with one question and the answers given as (type, data).
  static func dns(id: Int, _ question: String, type: Int, answers: [(Int, [UInt8])]? = nil)
    -> [UInt8]
  {
    var message = be16(id) + be16(answers == nil ? 0x0100 : 0x8180) + be16(1)
    message += be16(answers?.count ?? 0) + be16(0) + be16(0)
    message += name(question) + be16(type) + be16(1)
    for (type, data) in answers ?? [] {
      message += [0xC0, 0x0C] + be16(type) + be16(1) + be32(300) + be16(data.count) + data
    }
    return message
  }

  /// A TLS ClientHello record with a server name (RFC 8446 §4.1.2, RFC 6066 §3).
  static func clientHello(_ serverName: String) -> [UInt8] {
    let host = Array(serverName.utf8)
    let entry = [0] + be16(host.count) + host
    let sni = be16(0) + be16(entry.count + 2) + be16(entry.count) + entry
    let groups = be16(10) + be16(4) + be16(2) + be16(0x001D)
    let versions = be16(43) + be16(3) + [2] + be16(0x0304)
    let extensions = sni + groups + versions
    var body = be16(0x0303) + [UInt8](repeating: 0x5A, count: 32) + [0]
    body += be16(4) + be16(0x1301) + be16(0x1302) + [1, 0] + be16(extensions.count) + extensions
    let handshake = [1, 0] + be16(body.count) + body
    return [22] + be16(0x0301) + be16(handshake.count) + handshake
  }
}

/// Writes captures in both of the common formats.
struct CaptureWriter {
  /// Packets with their times in microseconds since 1970.
  var packets: [(time: Int, bytes: [UInt8])] = []

  private static func le16(_ value: Int) -> [UInt8] { PacketBuilder.be16(value).reversed() }
  private static func le32(_ value: Int) -> [UInt8] { PacketBuilder.be32(value).reversed() }

  /// A classic capture with microseconds, Ethernet, little endian.
  var pcap: [UInt8] {
    var file = Self.le32(0xA1B2_C3D4) + Self.le16(2) + Self.le16(4) + Self.le32(0) + Self.le32(0)
    file += Self.le32(262_144) + Self.le32(1)
    for packet in packets {
      file += Self.le32(packet.time / 1_000_000) + Self.le32(packet.time % 1_000_000)
      file += Self.le32(packet.bytes.count) + Self.le32(packet.bytes.count) + packet.bytes
    }
    return file
  }

  /// A pcapng section with one Ethernet interface and an enhanced packet block for each packet.
  var pcapng: [UInt8] {
    var file = block(
      0x0A0D_0D0A,
      Self.le32(0x1A2B_3C4D) + Self.le16(1) + Self.le16(0) + [UInt8](repeating: 0xFF, count: 8))
    file += block(1, Self.le16(1) + Self.le16(0) + Self.le32(262_144))
    for packet in packets {
      let padding = [UInt8](repeating: 0, count: (4 - packet.bytes.count % 4) % 4)
      file += block(
        6,
        Self.le32(0) + Self.le32(packet.time >> 32) + Self.le32(packet.time & 0xFFFF_FFFF)
          + Self.le32(packet.bytes.count) + Self.le32(packet.bytes.count) + packet.bytes + padding)
    }
    return file
  }

  private func block(_ type: Int, _ body: [UInt8]) -> [UInt8] {
    Self.le32(type) + Self.le32(body.count + 12) + body + Self.le32(body.count + 12)
  }
}
