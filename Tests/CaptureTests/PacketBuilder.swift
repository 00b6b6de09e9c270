/// Builds packets layer by layer, inside out: each function puts a header before its payload.
///
/// Checksums are left 0: they are never a reason to drop a packet, and capture files of machines
/// that let their network card compute them look the same.
enum Packet {
  static let client: [UInt8] = [192, 0, 2, 1]
  static let server: [UInt8] = [198, 51, 100, 2]
  /// 2001:db8::1 and 2001:db8::2.
  static let client6: [UInt8] = join([0x20, 0x01, 0x0d, 0xb8], zeros(11), [1])
  static let server6: [UInt8] = join([0x20, 0x01, 0x0d, 0xb8], zeros(11), [2])

  // MARK: Link layers

  static func ethernet(
    _ payload: [UInt8], type: UInt16? = nil, tags: [UInt16] = []
  ) -> [UInt8] {
    var bytes: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    for tag in tags { bytes += join(tag.bytes, [0x20, 0x05]) }
    return join(bytes, (type ?? etherType(payload)).bytes, payload)
  }

  /// The type for an IP packet, by its version.
  static func etherType(_ packet: [UInt8]) -> UInt16 {
    (packet.first ?? 0x40) >> 4 == 6 ? 0x86dd : 0x0800
  }

  static func linuxCooked(_ payload: [UInt8]) -> [UInt8] {
    join([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], etherType(payload).bytes, payload)
  }

  static func linuxCooked2(_ payload: [UInt8]) -> [UInt8] {
    let rest: [UInt8] = [0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
    return join(etherType(payload).bytes, rest, payload)
  }

  // MARK: IP

  /// An IPv4 or IPv6 packet, by the addresses' length.
  static func ip(
    _ source: [UInt8], _ destination: [UInt8], _ ipProtocol: UInt8,
    _ payload: [UInt8], options: [UInt8] = [], fragment: UInt16 = 0, id: UInt16 = 0x1234,
    length: Int? = nil
  ) -> [UInt8] {
    guard source.count == 4 else {
      return join(
        [0x60, 0, 0, 0], UInt16(length ?? payload.count).bytes, [ipProtocol, 64], source,
        destination, payload)
    }
    let header = 20 + options.count
    return join(
      [UInt8(0x40 | header / 4), 0], UInt16(length ?? header + payload.count).bytes, id.bytes,
      fragment.bytes, [64, ipProtocol, 0, 0], source, destination, options, payload)
  }

  /// An IPv4 packet from the client to the server.
  static func ip(
    _ ipProtocol: UInt8, _ payload: [UInt8], options: [UInt8] = [], fragment: UInt16 = 0,
    length: Int? = nil
  ) -> [UInt8] {
    ip(
      client, server, ipProtocol, payload, options: options, fragment: fragment, length: length)
  }

  /// An extension header of IPv6: its own number is told by the header before it.
  static func extensionHeader(next: UInt8, length: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
    join([next, length], zeros(6 + 8 * Int(length)), payload)
  }

  // MARK: Transport

  static func udp(
    _ sourcePort: UInt16, _ destinationPort: UInt16, _ payload: [UInt8], length: Int? = nil
  ) -> [UInt8] {
    join(
      sourcePort.bytes, destinationPort.bytes, UInt16(length ?? payload.count + 8).bytes, [0, 0],
      payload)
  }

  static let syn: UInt8 = 2
  static let ack: UInt8 = 16

  static func tcp(
    _ sourcePort: UInt16, _ destinationPort: UInt16, _ payload: [UInt8] = [], flags: UInt8 = ack,
    sequence: UInt32 = 1000, acknowledgement: UInt32 = 1, options: [UInt8] = []
  ) -> [UInt8] {
    join(
      sourcePort.bytes, destinationPort.bytes, sequence.bytes, acknowledgement.bytes,
      [UInt8(5 + options.count / 4) << 4, flags, 0x20, 0, 0, 0, 0, 0], options, payload)
  }

  /// An Ethernet frame with a datagram from the client to the server.
  static func datagram(
    _ payload: [UInt8], from sourcePort: UInt16 = 50000, to destinationPort: UInt16
  ) -> [UInt8] {
    ethernet(ip(17, udp(sourcePort, destinationPort, payload)))
  }

  /// An Ethernet frame with a segment from the client to the server.
  static func segment(
    _ payload: [UInt8], from sourcePort: UInt16 = 50000, to destinationPort: UInt16,
    sequence: UInt32 = 1000
  ) -> [UInt8] {
    ethernet(ip(6, tcp(sourcePort, destinationPort, payload, sequence: sequence)))
  }
}

/// The parts one after another; long chains of `+` would take the compiler minutes.
func join(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

extension FixedWidthInteger {
  /// The number's bytes in network order.
  var bytes: [UInt8] {
    (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
  }

  /// The number's bytes, the least significant first where asked for.
  func bytes(little: Bool) -> [UInt8] { little ? bytes.reversed() : bytes }
}
